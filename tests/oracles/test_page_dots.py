"""What a PDF page of a built-in form becomes in other people's renderers.

At its own resolution every module and every bar has exactly the dots that the raster output has,
and the text taken out of the page is the record's.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pypdfium2
import pytest

from elqr_fast.errors import FontError
from elqr_fast.forms.loader import load_form
from elqr_fast.records.synthetic import make_notices
from elqr_fast.render.batch import compose_batch
from elqr_fast.render.pages import compose
from elqr_fast.render.pdf import write_batch
from elqr_fast.render.pdf_g4 import ImageWriter
from elqr_fast.render.plate import make_plate
from elqr_fast.render.raster import Rasteriser
from elqr_fast.render.slips import prepare

FORMS = ("maru", "kaku-mpn")
PAGES = 3
SHOWN = 1  # the page that is rendered: neither the first nor the last


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, check=True)
    return done.stdout


def pnm_dots(data):
    """A raw PBM or PGM file as dots, 1 = darker than middle grey."""
    head = re.match(rb"(P[45])\s(?:#.*\n)?(\d+)\s(\d+)\s", data)
    width, height = int(head[2]), int(head[3])
    if head[1] == b"P4":
        packed = np.frombuffer(data[head.end() :], np.uint8)
        return np.unpackbits(packed.reshape(height, -1), axis=1, count=width)
    grey = np.frombuffer(data[-width * height :], np.uint8).reshape(height, width)
    return (grey < 128).astype(np.uint8)


def poppler(file, dpi, *options):
    number = SHOWN + 1
    return pnm_dots(run("pdftoppm", *options, "-r", dpi, "-f", number, "-l", number, file))


def poppler_mono(file, dpi):
    return poppler(file, dpi, "-mono")


def poppler_grey(file, dpi):
    return poppler(file, dpi, "-gray")


def mupdf(file, dpi, *options):
    picture = file.with_suffix(".pgm")
    run("mutool", "draw", "-q", "-r", dpi, "-c", "gray", *options, "-o", picture, file, SHOWN + 1)
    return pnm_dots(picture.read_bytes())


def mupdf_aliased(file, dpi):
    return mupdf(file, dpi, "-A", "0")


def mupdf_smooth(file, dpi):
    return mupdf(file, dpi)


def ghostscript(file, dpi):
    pages = f"-dFirstPage={SHOWN + 1}", f"-dLastPage={SHOWN + 1}"
    quiet = "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER"
    return pnm_dots(
        run("gs", *quiet, "-sDEVICE=pbmraw", f"-r{dpi}", *pages, "-sOutputFile=-", file)
    )


def pdfium(file, dpi):
    with pypdfium2.PdfDocument(file) as document:
        # Asked for 600 dpi in full it makes 4,962 pixels of 4,961 dots, and stretches the page.
        bitmap = document[SHOWN].render(scale=(dpi - 1e-4) / 72, grayscale=True)
        return (bitmap.to_numpy().reshape(bitmap.height, -1) < 128).astype(np.uint8)


def needing(renderer, tool, package):
    missing = tool is not None and shutil.which(tool) is None
    reason = f"needs {tool}: apt-get install {package}"
    return pytest.param(
        renderer, id=renderer.__name__, marks=pytest.mark.skipif(missing, reason=reason)
    )


RENDERERS = [
    needing(poppler_mono, "pdftoppm", "poppler-utils"),
    needing(poppler_grey, "pdftoppm", "poppler-utils"),
    needing(mupdf_aliased, "mutool", "mupdf-tools"),
    needing(mupdf_smooth, "mutool", "mupdf-tools"),
    needing(ghostscript, "gs", "ghostscript"),
    needing(pdfium, None, None),
]


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Makes a form's PDF at a resolution, once: its file, plate and what the shown page holds."""
    made = {}
    folder = tmp_path_factory.mktemp("pages")
    [notices] = make_notices(PAGES).combine_chunks().to_batches()

    def of(name, dpi, images=False):
        if (name, dpi, images) not in made:
            form = load_form(name)
            try:
                plate = make_plate(form, dpi)
            except FontError as error:
                pytest.skip(f"needs OCR-B (apt-get install fonts-ocr-b): {error}")
            slips = prepare(notices, 0, form)
            pages, errors = compose(plate, slips)
            assert not errors
            file = folder / f"{name}-{dpi}-{images}.pdf"
            target = io.BytesIO()
            if images:
                ImageWriter(plate).write(pages, target)
            else:
                write_batch(plate, compose_batch(plate, slips)[0], target)
            file.write_bytes(target.getvalue())
            raster = Rasteriser(plate).bits(pages[SHOWN])
            dots = np.unpackbits(raster, axis=1, count=plate.width)
            made[name, dpi, images] = SimpleNamespace(
                file=file, plate=plate, dots=dots, page=pages[SHOWN], slips=slips
            )
        return made[name, dpi, images]

    return of


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize(
    ("name", "dpi"), [("maru", 300), ("kaku-mpn", 300), ("maru", 600), ("maru", 1200)]
)
def test_every_module_and_bar_has_its_dots(printed, renderer, name, dpi):
    made = printed(name, dpi)
    found = renderer(made.file, dpi)
    height, width = made.dots.shape
    # Poppler rounds a page of whole dots up to one more.
    assert found.shape[0] - height in (0, 1)
    assert found.shape[1] - width in (0, 1)
    for place in (made.plate.qr, made.plate.bars):
        box = place.quiet
        rows, columns = slice(box.y, box.y + box.height), slice(box.x, box.x + box.width)
        assert made.dots[rows, columns].any()
        assert np.array_equal(found[rows, columns], made.dots[rows, columns])


@pytest.mark.parametrize("renderer", RENDERERS)
def test_the_whole_page_is_the_raster_page_but_for_edges(printed, renderer):
    """Renderers differ along the outlines of letters; a text elsewhere would be seen."""
    made = printed("maru", 300)
    found = renderer(made.file, 300)[: made.dots.shape[0], : made.dots.shape[1]]
    # What is nowhere near ink of the other picture.
    assert not (found & ~thick(made.dots)).any()
    # Thin strokes of the coloured ink fade where colour becomes grey or a halftone.
    lost = made.dots & ~thick(found)
    assert lost.sum() < 0.005 * made.dots.sum()


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize(("name", "dpi"), [("maru", 300), ("kaku-mpn", 300), ("maru", 600)])
def test_a_page_of_images_has_every_dot(printed, renderer, name, dpi):
    """Black is black, dot for dot; coloured ink may fade, or be a halftone, but never spreads."""
    made = printed(name, dpi, images=True)
    height, width = made.dots.shape
    found = renderer(made.file, dpi)[:height, :width]
    own = Rasteriser(made.plate).variable(made.page)
    own = np.unpackbits(own, axis=1, count=width)
    assert own.any()
    assert not (own & ~found).any()
    assert not (found & ~made.dots).any()


def thick(dots):
    """Ink, and two dots around it."""
    spread = dots.copy()
    for axis in (0, 1):
        for _ in range(2):
            rolled = [np.roll(spread, step, axis) for step in (-1, 1)]
            spread = spread | rolled[0] | rolled[1]
    return spread


def solid(text):
    return "".join(text.split())


def pdftotext(file):
    number = SHOWN + 1
    return run("pdftotext", "-enc", "UTF-8", "-f", number, "-l", number, file, "-").decode()


def pdfium_text(file):
    with pypdfium2.PdfDocument(file) as document:
        return document[SHOWN].get_textpage().get_text_bounded()


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    "reader",
    [needing(pdftotext, "pdftotext", "poppler-utils"), needing(pdfium_text, None, None)],
)
def test_text_taken_out_is_the_record_s(printed, name, reader):
    made = printed(name, 600)
    found = solid(reader(made.file))
    runs = [*made.plate.static.runs, *made.page.scene.runs]
    printed_text = "".join(cluster for text in runs for cluster in text.clusters)
    assert Counter(found) == Counter(solid(printed_text))
    for column in ("name", "address", "el_number", "ocr_upper", "ocr_lower"):
        value = made.slips.texts[column][SHOWN]
        if value and value in printed_text:
            assert solid(value) in found
    assert solid(made.slips.texts["name"][SHOWN]) in found
    assert solid(made.slips.texts["address"][SHOWN]) in found


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="needs qpdf: apt-get install qpdf")
@pytest.mark.parametrize("images", [False, True], ids=["vector", "images"])
@pytest.mark.parametrize("name", FORMS)
def test_qpdf_has_nothing_to_say(printed, name, images):
    report = run("qpdf", "--check", printed(name, 600, images).file)
    assert b"No syntax or stream encoding errors" in report
