"""Batches from files to results: every verdict, any number of workers, nothing lost."""

from __future__ import annotations

import csv
import io
import os
import stat
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from elqr_fast.codes.elqr import key_hash
from elqr_fast.errors import ConfigError, FormError, InputError, OutputError
from elqr_fast.run import verify
from elqr_fast.verify import read


def save(folder: Path, name: str, page: Any) -> Path:
    path = folder / name
    Image.fromarray(page).save(path, dpi=(300, 300))
    return path


def rows_of(out: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(out / "results.parquet").to_pylist()
    return rows


def verdicts_of(out: Path) -> dict[str, list[str]]:
    """Verdicts by file name, in the order of pages."""
    found: dict[str, list[str]] = {}
    for row in rows_of(out):
        found.setdefault(Path(row["file"]).name, []).append(row["verdict"])
    return found


def write_manifest(folder: Path, places: list[tuple[str, int, int]]) -> None:
    names, pages, numbers = zip(*places, strict=True)
    columns = {
        "file": list(names),
        "page": pa.array(pages, pa.int32()),
        "case_key_hash": [key_hash("12345", number) for number in numbers],
    }
    pq.write_table(pa.table(columns), folder / "manifest.parquet")


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory, slips: Any) -> Path:
    """One scan, at least, of every verdict."""
    folder = tmp_path_factory.mktemp("batch")
    pictures, digits = slips.pictures, slips.digits(1)

    def other(content: str, x: float = 67, y: float = 279) -> Any:
        return pictures.page(slips.code(content, x, y))

    damaged = slips.page(2)
    damaged[3330:3420, 830:1060] = 255
    changed = {
        "crc": pictures.changed(digits, 60),
        "check": pictures.sealed(pictures.changed(digits, 60)),
        "amount": pictures.sealed(pictures.changed(digits, 126)),
    }
    pages = [slips.page(number) for number in (10, 11, 13, 12, 10)]
    pictures.save_tiff(folder / "00.tif", pages)
    write_manifest(folder, [("00.tif", page, 10 + page) for page in range(4)])
    for name, content in changed.items():
        save(folder, f"01-{name}.png", other(content))
    save(folder, "02-outside.jpg", slips.page(20, at=(30.0, 279.0)))
    save(folder, "03-second.png", slips.page(21, slips.code(slips.digits(22), 100, 250)))
    save(folder, "04-foreign.png", slips.page(23, slips.code("https://example.com", 100, 250)))
    save(folder, "05-only-foreign.png", other("https://example.com"))
    save(folder, "06-blank.png", pictures.page())
    save(folder, "07-damaged.png", damaged)
    (folder / "08-text.png").write_text("not an image")
    (folder / "09-cut.tif").write_bytes((folder / "00.tif").read_bytes()[:5000])
    save(folder, "10-unknown.png", slips.page(30))
    save(folder, "11-dearer.png", slips.page(31))
    save(folder, "12-good.png", slips.page(32))
    bar = slips.page(33)
    pictures.draw_bars(bar, f"91912345{'0' * 21}0261031000{1034:04d}", 12.5, 243.6)
    save(folder, "13-bar.png", bar)
    return folder


@pytest.fixture(scope="module")
def ledger(slips: Any) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = slips.columns(*range(10, 30), 31, 32, 33)
    columns["amount"][columns["case_key"].index(f"{31:020d}")] = "999"
    return columns


EXPECTED = {
    # Page 3 and 4 have each other's code; page 5 is not in the manifest.
    "00.tif": ["ok", "ok", "wrong_slip", "wrong_slip", "duplicate"],
    "01-amount.png": ["amount_mismatch"],
    "01-check.png": ["bad_check_digit"],
    "01-crc.png": ["bad_crc"],
    "02-outside.jpg": ["outside_box"],
    "03-second.png": ["several_codes"],
    "04-foreign.png": ["several_codes"],
    "05-only-foreign.png": ["not_elqr"],
    "06-blank.png": ["unreadable"],
    "07-damaged.png": ["unreadable"],
    "08-text.png": ["bad_file"],
    "09-cut.tif": ["bad_file"],
    "10-unknown.png": ["not_in_ledger"],
    "11-dearer.png": ["amount_mismatch"],
    "12-good.png": ["ok"],
    "13-bar.png": ["cross_mismatch"],
}


@pytest.fixture(scope="module")
def out(batch: Path, ledger: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("results") / "new"
    summary = verify(batch, form="maru", ledger=ledger, out=out, workers=1)
    assert summary.scans == sum(map(len, EXPECTED.values()))
    assert summary.seconds > 0
    every = [verdict for verdicts in EXPECTED.values() for verdict in verdicts]
    assert summary.verdicts == {verdict: every.count(verdict) for verdict in summary.verdicts}
    assert sum(summary.verdicts.values()) == summary.scans
    assert next(iter(summary.verdicts)) == "ok"
    return out


def test_every_verdict(out: Path) -> None:
    assert verdicts_of(out) == EXPECTED


def test_columns_of_a_good_slip(out: Path, batch: Path) -> None:
    [row] = [row for row in rows_of(out) if row["file"].endswith("12-good.png")]
    corners = [row.pop(f"{axis}{n}") for n in range(1, 5) for axis in "xy"]
    assert row == {
        "file": str(batch / "12-good.png"),
        "page": 1,
        "verdict": "ok",
        "detail": "",
        "institution": "12345",
        "case_key": f"{32:020d}",
        "levy": "001",
        "amount": 1032,
        "levy_year": "2026",
        "tax_year": "2026",
        "period": "01",
        "due": "20260930",
        "pay_by": "20261031",
        "rung": "native_fast",
        "version": 6,
        "level": "M",
        "mask": 2,
        "unused_ec": 1.0,
        "grade": 4.0,
        "grade_letter": "A",
        "worst_parameter": "",
        "bars_grade": None,
        "bars_grade_letter": None,
        "ocr_lines": None,
    }
    left, top, side = round(67 / 25.4 * 300), round(279 / 25.4 * 300), 41 * 4
    square = [left, top, left + side, top, left + side, top + side, left, top + side]
    assert max(abs(a - b) for a, b in zip(corners, square, strict=True)) <= 2


def test_details_say_what_and_where(out: Path) -> None:
    details = {Path(row["file"]).name: row["detail"] for row in rows_of(out)}
    assert details["00.tif"] == "row 1 has the same case key"  # its last page
    assert details["04-foreign.png"] == "also on the page: URL"
    assert details["05-only-foreign.png"] == "a QR code of another kind: URL"
    assert details["08-text.png"] == "not a TIFF, PNG, JPEG or PDF file"
    assert details["11-dearer.png"] == "the ledger has 999 yen"
    assert details["13-bar.png"] == "the bar code has another amount"


def test_a_file_as_a_whole_has_no_page_number(out: Path) -> None:
    pages = {Path(row["file"]).name: row["page"] for row in rows_of(out)}
    assert pages["08-text.png"] is None
    assert pages["00.tif"] == 5


def test_results_are_private_and_complete(out: Path) -> None:
    files = sorted(out.iterdir())
    assert [file.name for file in files] == ["report.html", "results.csv", "results.parquet"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_csv_says_the_same_as_parquet(out: Path) -> None:
    text = (out / "results.csv").read_bytes().decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    rows = rows_of(out)
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        expected = {name: "" if value is None else value for name, value in row.items()}
        for name in ("unused_ec", "grade", "bars_grade"):
            value = expected.pop(name)
            assert float(line.pop(name) or -1) == pytest.approx(float(value or -1))
        assert line == {name: str(value) for name, value in expected.items()}


def test_workers_change_nothing(batch: Path, ledger: Any, out: Path, tmp_path: Path) -> None:
    reports: list[tuple[int, int]] = []
    verify(
        [batch],
        form="maru",
        ledger=ledger,
        out=tmp_path,
        workers=2,
        progress=lambda done, total: reports.append((done, total)),
    )
    for name in ("report.html", "results.csv", "results.parquet"):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()
    assert reports[-1] == (20, 20)
    assert all(done <= total for done, total in reports)


def test_without_a_basis_nothing_is_held_against_a_slip(batch: Path, tmp_path: Path) -> None:
    for name in ("10-unknown.png", "11-dearer.png", "02-outside.jpg"):
        summary = verify(batch / name, out=tmp_path)
        assert summary.verdicts == {"ok": 1}


def test_pdf_and_long_tiff_page_by_page(slips: Any, tmp_path: Path) -> None:
    """More pages than one piece of work has, so that the pieces must come in order."""
    numbers = range(100, 140)
    pages = []
    for number in numbers:
        symbol = slips.pictures.symbol(slips.digits(number), 4)
        page = Image.new("L", (400, 300), 255)
        page.paste(Image.fromarray(symbol), (50, 4))
        pages.append(page)
    pages[0].save(tmp_path / "b.tif", save_all=True, append_images=pages[1:], dpi=(300, 300))
    pages[0].save(tmp_path / "a.pdf", save_all=True, append_images=pages[1:], resolution=300)
    summary = verify([tmp_path / "a.pdf", tmp_path / "b.tif"], out=tmp_path / "o", workers=2)
    assert summary.verdicts == {"ok": 40, "duplicate": 40}
    rows = rows_of(tmp_path / "o")
    assert [row["page"] for row in rows] == [*range(1, 41)] * 2
    assert [int(row["case_key"]) for row in rows] == [*numbers] * 2


def test_pdf_with_a_password_among_good_files(slips: Any, tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(tmp_path / "a.pdf", encryption=pikepdf.Encryption(owner="a", user="b"))
    save(tmp_path, "b.png", slips.page(1))
    verify(tmp_path, out=tmp_path / "out")
    first, second = rows_of(tmp_path / "out")
    assert (first["verdict"], first["detail"]) == ("bad_file", "the PDF needs a password")
    assert second["verdict"] == "ok"


def test_unreadable_file_among_good_ones(
    slips: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.png", "b.png"):
        save(tmp_path, name, slips.page(ord(name[0])))
    open_path = Path.open

    def refuse_a(path: Path, *args: Any, **options: Any) -> Any:
        if path.name == "a.png":
            raise PermissionError(13, "Permission denied")
        return open_path(path, *args, **options)

    monkeypatch.setattr(Path, "open", refuse_a)
    verify(tmp_path, out=tmp_path / "out", workers=1)
    first, second = rows_of(tmp_path / "out")
    assert (first["verdict"], first["detail"]) == ("bad_file", "cannot be read: Permission denied")
    assert second["verdict"] == "ok"


def test_empty_directory_beside_a_scan(slips: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    good = save(tmp_path, "a.png", slips.page(1))
    verify([tmp_path / "empty", good], out=tmp_path / "out")
    first, second = rows_of(tmp_path / "out")
    assert (first["verdict"], first["detail"]) == ("bad_file", "a directory without scans")
    assert second["verdict"] == "ok"


def test_expired(slips: Any, tmp_path: Path) -> None:
    path = save(tmp_path, "a.png", slips.page(1))
    for day in (date(2026, 10, 31), "2026-10-31", datetime(2026, 10, 31, 23), None):
        assert verify(path, as_of=day).verdicts == {"ok": 1}
        assert read(path, as_of=day)[0].verdict == "ok"
    assert verify(path, as_of="20261101").verdicts == {"expired": 1}
    [reading] = read(path, as_of="2026-11-01")
    assert (reading.verdict, reading.detail) == ("expired", "to be paid by 20261031")


def test_read_takes_paths_bytes_and_arrays(slips: Any, tmp_path: Path) -> None:
    page = slips.page(1)
    path = save(tmp_path, "a.png", page)
    for image in (path, str(path), path.read_bytes(), page):
        [reading] = read(image, form="maru")
        assert (reading.verdict, reading.digits) == ("ok", slips.digits(1))
    assert read(b"no image")[0].verdict == "bad_file"
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "none.png")


def test_strange_file_names(slips: Any, tmp_path: Path) -> None:
    """Quotes, commas and line ends are escaped; what a spreadsheet would run is defused."""
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        names = ['=HYPERLINK("x"),\n.png', "+納付書.png"]
        for name in names:
            save(Path(), name, slips.page(1))
        verify(sorted(names), out="out")
    finally:
        os.chdir(here)
    assert [row["file"] for row in rows_of(tmp_path / "out")] == sorted(names)
    text = (tmp_path / "out" / "results.csv").read_bytes().decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [line["file"] for line in lines] == [f"'{name}" for name in sorted(names)]


def test_options_that_need_what_is_not_there(slips: Any, tmp_path: Path) -> None:
    path = save(tmp_path, "a.png", slips.page(1))
    for options, message in (
        ({"scanner": "gray-300"}, "did you mean 'grey-300'"),
        ({"min_grade": "E"}, "min_grade is 'E'"),
        ({"min_grade": 4.5}, "min_grade is 4.5"),
        ({"as_of": "soon"}, "YYYY-MM-DD"),
    ):
        for function in (read, verify):
            with pytest.raises(ConfigError, match=message):
                function(path, **options)
    with pytest.raises(ConfigError, match="engine"):
        verify(path, engine="ray")
    with pytest.raises(ConfigError, match="workers"):
        verify(path, workers=0)
    with pytest.raises(FormError):
        verify(path, form="no-such-form")


def test_broken_manifest_stops_the_batch_and_leaves_nothing(slips: Any, tmp_path: Path) -> None:
    save(tmp_path, "a.png", slips.page(1))
    (tmp_path / "manifest.parquet").write_bytes(b"x")
    with pytest.raises(InputError, match=r"manifest\.parquet"):
        verify(tmp_path, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_out_that_cannot_be_a_directory(slips: Any, tmp_path: Path) -> None:
    path = save(tmp_path, "a.png", slips.page(1))
    with pytest.raises(OutputError, match=r"a\.png"):
        verify(path, out=path / "out")


def test_a_script_that_starts_itself_again_is_told_so(slips: Any, tmp_path: Path) -> None:
    import subprocess

    save(tmp_path, "a.png", slips.page(1))
    script = tmp_path / "script.py"
    script.write_text(
        f"from elqr_fast.run import verify\nverify({str(tmp_path / 'a.png')!r}, workers=2)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ConfigError: worker processes do not start" in done.stderr


def test_grades_are_results_and_can_be_asked_for(slips: Any, tmp_path: Path) -> None:
    page = slips.page(1)
    found = read(page)[0].position
    assert found is not None
    x, y = found[0]
    for column in (1, 4, 5):
        page[y : y + 4, x + 4 * column : x + 4 * column + 4] = 255
    path = save(tmp_path, "worn.png", page)
    save(tmp_path, "good.png", slips.page(2))
    verify(tmp_path, out=tmp_path / "out", min_grade="C", scanner="grey-300")
    good, worn = rows_of(tmp_path / "out")
    assert (good["verdict"], good["grade"], good["grade_letter"]) == ("ok", 4.0, "A")
    assert (worn["verdict"], worn["grade"], worn["grade_letter"]) == ("below_grade", 1.0, "D")
    assert (good["worst_parameter"], worn["worst_parameter"]) == ("", "fixed_patterns")
    assert "worst in fixed_patterns" in worn["detail"]
    assert verify(path, min_grade=1).verdicts == {"ok": 1}


def test_a_form_s_lines_begin_behind_what_it_has_itself() -> None:
    """kaku-mpn has "34 " before its upper line, on a part that begins at (0, 96)."""
    from elqr_fast.verify.batch import target_of

    target = target_of("kaku-mpn")
    assert target is not None
    upper, lower = target.lines
    assert (upper.name, lower.name) == ("upper", "lower")
    assert (upper.x, upper.baseline) == pytest.approx((6.62 + 3 * 2.54, 96 + 43.5))
    assert (lower.x, lower.baseline) == pytest.approx((6.62, 96 + 52))
    assert target_of("kaku-general").lines == ()  # type: ignore[union-attr]
