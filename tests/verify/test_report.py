"""verify/report.py: what the page says, what it must not say, and that a browser shows it."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from PIL import Image

from elqr_fast.markup import page
from elqr_fast.records.synthetic import make_notices
from elqr_fast.run import render, verify
from elqr_fast.scan import Verdict
from elqr_fast.verify import batch, report
from elqr_fast.verify.report import MEANINGS, share
from elqr_fast.verify.rows import SCHEMA
from elqr_fast.verify.survey import Survey

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--enable-logging=stderr",
)  # fmt: skip


def save(path: Path, picture: Any) -> None:
    Image.fromarray(picture).save(path, dpi=(300, 300))


def text_of(out: Path) -> str:
    return (out / report.NAME).read_text("utf-8")


def words_of(out: Path) -> str:
    """What a reader sees, the tags taken for spaces."""
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", text_of(out))).split())


@pytest.fixture(scope="module")
def scans(slips: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven slips: two good, one of them worn, one twice, an unknown one, three that are none."""
    folder = tmp_path_factory.mktemp("scans")
    slips.pictures.save_tiff(folder / "a.tif", [slips.page(number) for number in (1, 3, 1)])
    worn = slips.page(2)
    left, top = (round(side / 25.4 * 300) for side in (67, 279))
    worn[top : top + 4, left : left + 8] = 255  # two modules of a finder pattern: grade 2
    save(folder / "b.png", worn)
    save(folder / "c.png", slips.pictures.page())
    (folder / "d.png").write_text("not an image")
    save(folder / "e.png", slips.pictures.page(slips.code("https://example.com/secret", 67, 279)))
    return folder


@pytest.fixture(scope="module")
def out(scans: Path, slips: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    verify(scans, form="maru", ledger=slips.columns(1, 2), out=out, workers=1)
    return out


def test_counts(out: Path) -> None:
    words = words_of(out)
    assert "7 slips in 5 files; 5 with a fault, 2 without (28.57 %)." in words
    assert "a ledger of 2 notices" in words
    assert "Not checked: the pay-by date; the grade." in words
    for line in (
        "ok 2 · 28.57 %", "bad_file 1 · 14.29 %", "unreadable 1", "not_elqr 1", "not_in_ledger 1",
        "duplicate 1", "native_fast 4 · 57.14 % · so far 57.14 %", "not read 2 · 28.57 %",
        "A 3 · 75.00 %", "4 graded", "fixed_patterns 1",
    ):  # fmt: skip
        assert line in words
    assert "OCR lines" not in words  # the form has none
    assert "secret" not in text_of(out)


def test_worst_slips_and_their_pictures(out: Path, scans: Path) -> None:
    rows = re.findall(r"<tr><td>(.*?)</td></tr>", text_of(out))
    cells = [row.split("</td><td>") for row in rows]
    names = [re.sub("<[^>]*>", "", row[1]) for row in cells]
    assert [Path(name).name for name in names] == [
        "d.png", "c.png", "e.png", "a.tif", "a.tif", "b.png"
    ]  # fmt: skip
    assert names[0] == str(scans / "d.png")
    assert [row[2] for row in cells] == ["", "1", "1", "2", "3", "1"]
    pictured = ["data:image/png;base64," in row[0] for row in cells]
    assert pictured == [False, False, False, True, True, True]  # a foreign code is not shown
    assert [row[3] for row in cells[3:]] == ["not_in_ledger", "duplicate", "ok"]
    assert cells[5][5].startswith("C (2.0) fixed_patterns")


def test_private_and_the_same_every_time(
    out: Path, scans: Path, slips: Any, tmp_path: Path
) -> None:
    assert stat.S_IMODE((out / report.NAME).stat().st_mode) == 0o600
    verify(scans, form="maru", ledger=slips.columns(1, 2), out=tmp_path, workers=2)
    assert (tmp_path / report.NAME).read_bytes() == (out / report.NAME).read_bytes()


def test_nothing_of_a_notice_is_in_it(tmp_path: Path) -> None:
    notices = make_notices(4, seed=3)
    render(notices, form="maru", out=tmp_path / "slips", dpi=300, workers=1)
    verify(tmp_path / "slips", form="maru", out=tmp_path / "out", as_of="2099-01-01", workers=1)
    text = text_of(tmp_path / "out")
    assert text.count("data:image/png") == 4
    text = re.sub('src="data:[^"]*"', "", text)
    for name in ("name", "address", "postal", "case_key", "confirmation", "institution"):
        for value in notices[name].to_pylist():
            assert str(value) not in text, name


def test_hostile_file_names(slips: Any, tmp_path: Path) -> None:
    name = "<script>alert(1)<&\"'\u202e\n.png"
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / name).write_text("not an image")
    save(tmp_path / "scans" / "good.png", slips.page(1))
    verify(tmp_path / "scans", out=tmp_path / "out", workers=1)
    text = text_of(tmp_path / "out")
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;&amp;&quot;&#x27;\\u202e\\n.png" in text


def test_a_scan_gone_meanwhile_is_no_fault(
    slips: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "a.png", slips.page(1))
    write = report.write_report

    def write_late(*arguments: Any) -> None:
        (tmp_path / "a.png").unlink()
        write(*arguments)

    monkeypatch.setattr(batch, "write_report", write_late)
    verify(tmp_path / "a.png", out=tmp_path / "out", as_of="2099-01-01", workers=1)
    assert "no picture" in words_of(tmp_path / "out")


def test_ocr_lines_are_counted() -> None:
    survey = Survey(3)
    lines = {"verdict": ["ok"] * 3, "ocr_lines": ["agree", "agree", "unread"]}
    rows = [dict(zip(lines, values, strict=True)) for values in zip(*lines.values(), strict=True)]
    assert list(survey.passing([pa.Table.from_pylist(rows, SCHEMA)]))
    words = re.sub("<[^>]*>", " ", report._ocr_lines(survey))
    assert " ".join(words.split()).endswith(
        "agree 2 · 66.67 % unread 1 · 33.33 % differ 0 · 0.00 %"
    )


def test_shares_never_round_a_fault_away() -> None:
    assert share(999_999, 1_000_000) == "> 99.99 %"
    assert share(1, 1_000_000) == "< 0.01 %"
    assert (share(0, 3), share(3, 3), share(0, 0)) == ("0.00 %", "100.00 %", "0.00 %")


def test_every_verdict_has_its_meaning() -> None:
    assert list(MEANINGS) == list(Verdict)


def browse(file: Path, profile: Path) -> tuple[str, list[str]]:
    """The page as the browser has it, and what its console says."""
    assert CHROMIUM is not None
    done = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", file.as_uri()],
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    log = done.stderr.decode(errors="replace")
    return done.stdout.decode(), [line for line in log.splitlines() if "CONSOLE" in line]


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (Debian: chromium)")
def test_in_a_browser(out: Path, tmp_path: Path) -> None:
    dom, console = browse(out / report.NAME, tmp_path / "a")
    assert console == []
    assert dom.count("<svg") == text_of(out).count("<svg") == 5
    assert ">2 · 28.57 %</text>" in dom
    assert "納付書" in dom
    # That nothing is said above means something: a page that loads and runs is told off.
    bad = tmp_path / "bad.html"
    bad.write_text(page("x", ["<script>document.title='run'</script><img src='bad.png'>"]), "utf-8")
    dom, console = browse(bad, tmp_path / "b")
    assert "<title>x</title>" in dom
    assert len(console) == 2
