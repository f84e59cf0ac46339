"""PDF files as a whole: structure, document, size."""

from __future__ import annotations

import io
import shutil
import subprocess

import pikepdf
import pypdfium2
import pytest

from elqr_fast.errors import OutputError
from elqr_fast.render import pdf_file
from elqr_fast.render.pdf import points, write_pdf
from elqr_fast.render.scene import Rect, Scene


def written(plate, pages, **options):
    file = io.BytesIO()
    assert write_pdf(plate, iter(pages), file, **options) == len(pages)
    return file.getvalue()


def slips(hand, plate, count=3):
    return [hand.slip_page(plate, number) for number in range(count)]


# -------------------------------------------------------------- structure


def test_qpdf_finds_nothing_to_say(hand):
    plate = hand.slip_plate()
    data = written(plate, slips(hand, plate), title="納付書")
    with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as pdf:
        assert not pdf.check_pdf_syntax()
        assert not pdf.get_warnings()
        assert len(pdf.pages) == 3


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="needs qpdf: apt-get install qpdf")
def test_the_qpdf_tool_agrees(hand, tmp_path):
    plate = hand.slip_plate()
    file = tmp_path / "slips.pdf"
    file.write_bytes(written(plate, slips(hand, plate)))
    done = subprocess.run(["qpdf", "--check", file], capture_output=True, text=True, check=True)
    assert "No syntax or stream encoding errors" in done.stdout
    assert not done.stderr


def test_equal_input_equal_bytes(hand):
    plate = hand.slip_plate()
    first = written(plate, slips(hand, plate))
    assert first == written(hand.slip_plate(), slips(hand, plate))
    assert b"Date" not in first


def test_another_page_another_identity(hand):
    plate = hand.slip_plate()
    identities = set()
    for count in (1, 2):
        with pikepdf.open(io.BytesIO(written(plate, slips(hand, plate, count)))) as pdf:
            identities.add(bytes(pdf.trailer.ID[0]))
    assert len(identities) == 2


def test_a_page_is_small(hand):
    plate = hand.slip_plate()
    few, many = (len(written(plate, slips(hand, plate, count))) for count in (10, 60))
    # The glyphs of the digits are all there with 10 pages: what is added is pages alone.
    assert (many - few) / 50 < 2000


def test_pages_are_written_as_they_come(hand):
    plate = hand.slip_plate()
    target, sizes = io.BytesIO(), []

    def pages():
        for number in range(3):
            sizes.append(target.tell())
            yield hand.slip_page(plate, number)

    write_pdf(plate, pages(), target)
    assert 0 < sizes[0] < sizes[1] < sizes[2]


def test_limits(hand, monkeypatch):
    plate = hand.slip_plate()
    with pytest.raises(ValueError, match="at least one page"):
        written(plate, [])
    monkeypatch.setattr(pdf_file, "LARGEST_FILE", 5_000)
    with pytest.raises(OutputError, match="2 GB"):
        written(plate, slips(hand, plate))


# -------------------------------------------------------------- document


def test_the_page_is_as_large_as_its_dots(hand):
    plate = hand.plate(4961, 7016, dpi=600)
    with pikepdf.open(io.BytesIO(written(plate, [hand.page(Scene())]))) as pdf:
        assert [float(side) for side in pdf.pages[0].mediabox] == [0, 0, 595.32, 841.92]
        assert pdf.Root.ViewerPreferences.PrintScaling == "/None"


@pytest.mark.parametrize(
    ("dpi", "unit"), [(240, "0.3"), (300, "0.24"), (600, "0.12"), (1200, "0.06")]
)
def test_a_dot_in_points(dpi, unit):
    assert points(1, dpi) == unit.encode()


def test_a_dot_that_has_no_end_is_cut_far_below_its_size():
    assert points(1, 203) == b"0.35467980"[:-1]
    assert points(203 * 5, 203) == b"360"


def test_information_holds_the_title_and_no_more(hand):
    plate = hand.slip_plate()
    data = written(plate, slips(hand, plate, 1), title="<固定資産税> & 都市計画税")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert dict(pdf.docinfo) == {
            "/Producer": "elqr_fast",
            "/Title": "<固定資産税> & 都市計画税",
        }
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == "<固定資産税> & 都市計画税"
            assert metadata["pdf:Producer"] == "elqr_fast"
            assert len(metadata) == 2
    with pikepdf.open(io.BytesIO(written(plate, slips(hand, plate, 1)))) as pdf:
        assert list(pdf.docinfo) == ["/Producer"]


def test_static_ink_has_its_colour_and_what_changes_is_black(hand):
    scene = Scene(rects=[Rect(10, 10, 10, 10)])
    static = Scene(rects=[Rect(30, 10, 10, 10)])
    plate = hand.plate(60, 40, dpi=72, static=static, static_ink=(0, 112, 72))
    with pypdfium2.PdfDocument(written(plate, [hand.page(scene)])) as pdf:
        picture = pdf[0].render(rev_byteorder=True).to_numpy()
    assert picture[15, 15].tolist() == [0, 0, 0]
    assert picture[15, 35].tolist() == [0, 112, 72]
    assert picture[15, 25].tolist() == [255, 255, 255]


def test_a_variable_layer_has_no_shared_drawing(hand):
    plate = hand.slip_plate(static=Scene())
    with pikepdf.open(io.BytesIO(written(plate, slips(hand, plate, 1)))) as pdf:
        assert "/XObject" not in pdf.pages[0].resources
