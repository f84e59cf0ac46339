"""Races: vector PDF pages, in memory and from notices to file.

    python -m pytest benchmarks/test_pdf_pages.py

The first race has codes made and texts set for both sides; a peer's own layout would only slow it
down.  The second goes from notices to PDFs on disk, read-back off, on the built-in form `maru`.
Processor time on one core: what waits for the disk waits for all alike.
"""

from __future__ import annotations

import io
import tempfile
import time
from pathlib import Path

import numpy as np
import pikepdf
import pytest
import segno

from elqr_fast import render
from elqr_fast.forms.loader import load_form
from elqr_fast.records.synthetic import make_notices, write_parquet
from elqr_fast.render.batch import compose_batch
from elqr_fast.render.pages import compose
from elqr_fast.render.pdf import BatchWriter
from elqr_fast.render.plate import make_plate
from elqr_fast.render.setting import FieldSetter
from elqr_fast.render.slips import prepare

pytestmark = pytest.mark.benchmark(timer=time.process_time, disable_gc=True)

SAMPLE, MANY, RUN_OF = 200, 4000, 20_000
DPI = 600


@pytest.fixture(scope="module")
def maru():
    plate = make_plate(load_form("maru"), DPI)
    [notices] = make_notices(MANY).combine_chunks().to_batches()
    return plate, prepare(notices, 0, plate.form)


# ------------------------------------------------------- codes ready, texts set, file in memory

RUN = [[f"{x * 9}.04 0.04 {w * 9 - 1}.92 8.92 re\n" for w in range(42)] for x in range(42)]
BAR = [[f"{x * 4}.04 0.04 {w * 4 - 1}.92 246.92 re\n" for w in range(9)] for x in range(289)]


def path_of(row, words):
    """One row's dark runs as rectangles."""
    edges = np.flatnonzero(np.diff(row, prepend=0, append=0)).tolist()
    return "".join([words[a][b - a] for a, b in zip(edges[::2], edges[1::2], strict=True)])


def hand_written(scene, height, hexadecimal):
    """A page's content by f-strings; every glyph in hexadecimal from a table."""
    (symbol,) = scene.symbols
    parts = ["q\n0.12 0 0 0.12 0 0 cm\n/S Do\n"]
    for index, row in enumerate(symbol.modules):
        y = height - symbol.y - (index + 1) * symbol.module
        parts.append(f"q\n1 0 0 1 {symbol.x} {y} cm\n{path_of(row, RUN)}f\nQ\n")
    for bars in scene.bars:
        y = height - bars.y - bars.height
        parts.append(f"q\n1 0 0 1 {bars.x} {y} cm\n{path_of(bars.modules, BAR)}f\nQ\n")
    parts.append("BT\n")
    for run in scene.runs:
        text = "".join([hexadecimal[glyph] for glyph in run.glyphs])
        parts.append(f"/F0 {run.size:.6g} Tf\n1 0 0 1 {run.x} {height - run.y} Tm\n<{text}>Tj\n")
    parts.append("ET\nQ\n")
    return "".join(parts).encode()


def by_pikepdf(pages, height, hexadecimal):
    pdf = pikepdf.new()
    for page in pages:
        content = pdf.make_stream(hand_written(page.scene, height, hexadecimal))
        made = pikepdf.Dictionary(
            Type=pikepdf.Name.Page, MediaBox=[0, 0, 595.32, 841.92], Contents=content
        )
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(made)))
    target = io.BytesIO()
    pdf.save(target, compress_streams=True)
    return target.getvalue()


def by_us(writer, batch):
    target = io.BytesIO()
    writer.write(batch, target)
    return target.getvalue()


IN_MEMORY = "A4 slip as a vector PDF page, codes ready, in memory"


def test_pikepdf_in_memory(race, maru):
    plate, slips = maru
    pages, _ = compose(plate, slips.take(np.arange(SAMPLE)))
    hexadecimal = [f"{glyph:04X}" for glyph in range(1 << 16)]
    data = by_pikepdf(pages, plate.height, hexadecimal)
    print(f"pikepdf: {len(data) / SAMPLE:.0f} bytes a page")
    race(
        IN_MEMORY, "pikepdf, hand-written streams", "pages", SAMPLE,
        by_pikepdf, pages, plate.height, hexadecimal,
    )  # fmt: skip


def test_ours_in_memory(race, maru):
    plate, slips = maru
    batch, errors = compose_batch(plate, slips)
    assert not errors
    writer = BatchWriter(plate)  # as a run has it, for all its files
    print(f"elqr_fast: {len(by_us(writer, batch)) / MANY:.0f} bytes a page, fonts included")
    race(IN_MEMORY, "elqr_fast", "pages", MANY, by_us, writer, batch)


def test_ours_in_memory_texts_set_too(race, maru):
    plate, slips = maru
    writer = BatchWriter(plate)
    race(
        IN_MEMORY, "elqr_fast, setting texts", "pages", MANY,
        lambda: by_us(writer, compose_batch(plate, slips)[0]),
    )  # fmt: skip


# ------------------------------------------------------------------------ notices to PDF on disk

END_TO_END = "notices to vector PDF on disk, read-back off"


def by_reportlab(plate, slips, path):
    """Fields at their places in their own sizes, codes as rectangles, the form drawn once."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    dot, height = 72 / DPI, plate.height * 72 / DPI
    pdfmetrics.registerFont(TTFont("gothic", str(plate.faces["ipaexg"].path)))
    canvas = Canvas(str(path), pagesize=(plate.width * dot, height), pageCompression=1)
    canvas.beginForm("static")
    for rect in plate.static.rects:
        canvas.rect(
            rect.x * dot, height - (rect.y + rect.height) * dot, rect.width * dot,
            rect.height * dot, stroke=0, fill=1,
        )  # fmt: skip
    canvas.endForm()
    setters = [(place, FieldSetter(place, DPI)) for place in plate.fields]
    for index in range(len(slips.rows)):
        canvas.doForm("static")
        for place, setter in setters:
            field, rect = place.field, place.rect
            (words,) = setter.words([slips.texts[field.source][index]])
            canvas.setFont("gothic", field.size)
            y = height - (rect.y + rect.height * 0.7) * dot
            if field.align == "right":
                canvas.drawRightString((rect.x + rect.width) * dot, y, words)
            elif field.align == "center":
                canvas.drawCentredString((rect.x + rect.width / 2) * dot, y, words)
            else:
                canvas.drawString(rect.x * dot, y, words)
        code = segno.make_qr(slips.digits[index].tobytes().decode(), error="m", version=6)
        path_made = canvas.beginPath()
        size = plate.qr.module * dot
        left, top = plate.qr.x * dot, height - plate.qr.y * dot
        for row, line in enumerate(code.matrix):
            for column, dark in enumerate(line):
                if dark:
                    path_made.rect(left + column * size, top - (row + 1) * size, size, size)
        place = plate.bars
        for column in np.flatnonzero(slips.bars[index]).tolist():
            path_made.rect(
                (place.x + column * place.module) * dot, height - (place.y + place.height) * dot,
                place.module * dot, place.height * dot,
            )  # fmt: skip
        canvas.drawPath(path_made, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()


def test_reportlab_end_to_end(race, maru, tmp_path):
    pytest.importorskip("reportlab", reason="needs reportlab: pip install elqr-fast[bench]")
    plate, slips = maru
    sample = slips.take(np.arange(SAMPLE))
    race(
        END_TO_END, "reportlab + segno", "slips", SAMPLE,
        by_reportlab, plate, sample, tmp_path / "reportlab.pdf",
    )  # fmt: skip


def test_ours_end_to_end(race, tmp_path):
    write_parquet(make_notices(RUN_OF), tmp_path / "notices.parquet")

    def run():
        out = Path(tempfile.mkdtemp(dir=tmp_path))
        done = render(tmp_path / "notices.parquet", "maru", out, verify="none", workers=1)
        assert done.printed == RUN_OF

    race(END_TO_END, "elqr_fast", "slips", RUN_OF, run)
