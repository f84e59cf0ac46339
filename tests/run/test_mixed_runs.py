"""One run with and without eL-QR: printed, read back, sealed, read by others, verified."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageSequence

from elqr_fast.errors import ReadBackError
from elqr_fast.forms import load_form
from elqr_fast.run import render, verify
from elqr_fast.run.audit import audit
from elqr_fast.run.chunk import Press
from elqr_fast.run.journal import STATE
from elqr_fast.run.plan import OUTPUTS, ChunkJob, Options, Output

#: Rows without an eL-QR; the last of them has no amount either.
WITHOUT = (1, 4, 5, 11)


@pytest.fixture(scope="module")
def mixed(notices: pa.Table) -> pa.Table:
    table = notices.slice(0, 12).drop_columns(["tax", "arrears", "fees"])
    choices = ["no" if row in WITHOUT else None for row in range(12)]
    amounts = [*table["amount"].to_pylist()[:-1], None]
    at = table.schema.get_field_index("amount")
    table = table.set_column(at, "amount", pa.array(amounts, pa.string()))
    return table.append_column("qr", pa.array(choices, pa.string()))


def pictures(path: Path) -> Iterator[Image.Image]:
    if path.suffix == ".pdf":
        with pypdfium2.PdfDocument(path) as document:
            for page in document:
                yield page.render(scale=300 / 72, grayscale=True).to_pil()
    else:
        with Image.open(path) as image:
            for frame in ImageSequence.Iterator(image):
                yield frame.convert("L")


def codes(picture: Image.Image) -> list[bytes]:
    """What zxing-cpp finds on a page, of every kind of QR code."""
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return [code.bytes for code in found]


@pytest.mark.parametrize("to", OUTPUTS)
def test_codes_are_on_the_right_pages_and_on_no_others(
    to: Output, mixed: pa.Table, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    summary = render(mixed, "maru-mixed", out, to=to, dpi=300, workers=1, chunk_rows=5)
    assert (summary.notices, summary.printed, summary.rejected) == (12, 12, 0)
    assert summary.verified == summary.pages == 12
    rows = pq.read_table(out / "manifest.parquet").to_pylist()
    assert [row["qr"] for row in rows] == [row not in WITHOUT for row in range(12)]
    files = sorted({row["file"] for row in rows})
    found = [codes(picture) for file in files for picture in pictures(out / file)]
    keys = mixed["case_key"].to_pylist()
    assert [[digits[70:90].decode() for digits in page] for page in found] == [
        [] if row in WITHOUT else [keys[row].zfill(20)] for row in range(12)
    ]
    assert audit(out).problems == []


def test_pages_without_a_code_differ_in_nothing_else(mixed: pa.Table, tmp_path: Path) -> None:
    """Ink is only missing where the code, the words beside it and the el numbers would stand."""
    all_coded = mixed.slice(0, 5).drop_columns("qr")
    for name, table in (("some", mixed.slice(0, 5)), ("all", all_coded)):
        render(table, "maru-mixed", tmp_path / name, to="png", dpi=300, workers=1)
    for row in range(5):
        some, every = (
            np.asarray(Image.open(tmp_path / name / f"slip-{row + 1:09d}.png").convert("L")) < 128
            for name in ("some", "all")
        )
        assert not (some & ~every).any()
        assert (every & ~some).any() == (row in WITHOUT)


def test_a_code_that_should_not_be_there_is_caught(
    mixed: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a missing one: the symbols of two slips are swapped behind the writer's back."""
    compose = Press._compose

    def swapped(press: Press, slips: object) -> object:
        pages, errors = compose(press, slips)  # type: ignore[arg-type]
        packed = pages.slips.symbols.packed.copy()  # type: ignore[union-attr]
        pages.slips.symbols.packed[[0, 1]] = packed[[1, 0]]  # type: ignore[union-attr]
        return pages, errors

    monkeypatch.setattr(Press, "_compose", swapped)
    with pytest.raises(ReadBackError, match="2 of 4 pages checked are wrong"):
        press_chunk(mixed.slice(0, 4), tmp_path)


def press_chunk(table: pa.Table, out: Path) -> None:
    (out / STATE).mkdir()
    press = Press(load_form("maru-mixed"), Options(dpi=300), out)
    (batch,) = table.combine_chunks().to_batches()
    press.print(ChunkJob(0, "", 0, batch, [], [], keep=True))


def test_the_scans_of_such_a_run_are_as_expected(mixed: pa.Table, tmp_path: Path) -> None:
    run, few = tmp_path / "run", mixed.slice(0, 6)
    render(few, "maru-mixed", run, to="tiff", dpi=300, workers=1)
    got = verify(run, form="maru-mixed", ledger=few, out=tmp_path / "out", workers=1)
    assert got.verdicts == {"ok": 3, "without_code": 3}
    results = pq.read_table(tmp_path / "out" / "results.parquet").to_pylist()
    found = [row["page"] for row in results if row["verdict"] == "without_code"]
    assert found == [2, 5, 6]


def test_without_a_manifest_a_missing_code_is_missed(mixed: pa.Table, tmp_path: Path) -> None:
    render(mixed.slice(0, 3), "maru-mixed", tmp_path / "run", to="tiff", dpi=300, workers=1)
    (tmp_path / "run" / "manifest.parquet").unlink()
    assert verify(tmp_path / "run", workers=1).verdicts == {"ok": 2, "unreadable": 1}


def test_codes_where_the_manifest_has_none_are_another_slips(
    mixed: pa.Table, tmp_path: Path
) -> None:
    few = mixed.slice(0, 3)
    for name, table in (("run", few), ("all", few.drop_columns("qr"))):
        render(table, "maru-mixed", tmp_path / name, to="tiff", dpi=300, workers=1)
    scan = tmp_path / "run" / "slips-000001.tiff"
    scan.write_bytes((tmp_path / "all" / "slips-000001.tiff").read_bytes())
    found = verify(scan, workers=1)
    assert found.verdicts == {"ok": 2, "wrong_slip": 1}


def test_issued_data_have_a_row_for_each_and_say_which_is_coded(
    mixed: pa.Table, tmp_path: Path
) -> None:
    layout = tmp_path / "issued.toml"
    sources = ("case_key", "amount", "el_number", "qr")
    layout.write_text("\n".join(f'[[columns]]\nsource = "{source}"' for source in sources))
    render(mixed, "maru-mixed", tmp_path / "run", dpi=300, workers=1, issued=layout)
    lines = (tmp_path / "run" / "issued.csv").read_text().splitlines()[1:]
    cells = [line.split(",") for line in lines]
    keys = [key.zfill(20) for key in mixed["case_key"].to_pylist()]
    assert [cell[0] for cell in cells] == keys
    assert [row for row, cell in enumerate(cells) if cell[3] == "no"] == list(WITHOUT)
    assert [row for row, cell in enumerate(cells) if not cell[2]] == list(WITHOUT)
    assert [row for row, cell in enumerate(cells) if not cell[1]] == [11]
