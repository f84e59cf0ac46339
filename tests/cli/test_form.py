"""cli/form.py: list, show, draw, check, make."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from elqr_fast.forms import load_form

Elqr = Callable[..., "object"]


def test_list_names_the_built_in_forms(elqr: Elqr) -> None:
    code, out, _ = elqr("form", "list")
    assert code == 0
    assert {line.split()[0] for line in out.splitlines()} >= {"maru", "kaku-mpn"}


def test_show_prints_the_toml(elqr: Elqr) -> None:
    code, out, _ = elqr("form", "show", "maru")
    assert (code, tomllib.loads(out)["name"]) == (0, "maru")


def test_preview_draws_a_slip_at_its_size(elqr: Elqr, tmp_path: Path) -> None:
    code, out, _ = elqr("form", "preview", "maru", "--out", tmp_path / "maru.png")
    assert code == 0
    assert "2480 × 3508 dots at 300 dpi" in out
    with Image.open(tmp_path / "maru.png") as image:
        assert image.size == (2480, 3508)


def test_preview_of_given_notices(elqr: Elqr, notices_csv: Path, tmp_path: Path) -> None:
    pictures = []
    for options in ((), ("--notices", notices_csv)):
        elqr("form", "preview", "maru", "--out", tmp_path / "maru.png", *options)
        pictures.append((tmp_path / "maru.png").read_bytes())
    assert pictures[0] != pictures[1]


def test_an_unknown_form(elqr: Elqr) -> None:
    code, _, err = elqr("form", "show", "maruu")
    assert (code, "did you mean 'maru'" in err) == (2, True)


def test_check_says_what_it_measured(elqr: Elqr) -> None:
    code, out, _ = elqr("form", "check", "kaku-mpn")
    assert code == 0
    assert "K2  pass" in out
    assert "eL-QR with quiet zone 18.67 × 18.67 mm, from 19.35 to 0.68 mm left" in out
    assert "do not apply: M1, M2" in out


def test_check_fails_with_the_clause(elqr: Elqr, tmp_path: Path) -> None:
    path = broken_form(tmp_path)
    code, out, _ = elqr("form", "check", path, "--dpi", 300)
    assert code == 1
    assert "K2  fail" in out
    assert "別紙1②" in out
    code, out, _ = elqr("form", "check", path, "--dpi", 300, "--json")
    assert code == 1
    report = json.loads(out.splitlines()[-1])
    assert report["form"] == "kaku-mpn"
    failed = {rule["rule"]: rule for rule in report["rules"] if rule["result"] == "fail"}
    assert set(failed) == {"K2"}
    assert {"measured", "demanded", "clause"} <= set(failed["K2"])


def broken_form(folder: Path) -> Path:
    """The eL-QR two millimetres above its corner."""
    text = Path(load_form("kaku-mpn").path).read_text("utf-8")
    path = folder / "broken.toml"
    path.write_text(text.replace("box = [105, 94, 20, 20] ", "box = [104, 92, 20, 20] "), "utf-8")
    return path


def test_a_new_form_can_be_checked_at_once(
    elqr: Elqr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = elqr("form", "new", "our-city", "--from", "kaku-general")
    assert (code, "our-city.toml" in out) == (0, True)
    assert load_form("our-city.toml").name == "our-city"
    assert json.loads(Path("elqr-form.schema.json").read_text("utf-8"))["$defs"]["Form"]
    assert elqr("form", "check", "our-city.toml", "--dpi", 300)[0] == 0
    code, _, err = elqr("form", "new", "our-city", "--from", "maru")
    assert (code, "is there already" in err) == (2, True)


def test_schema_is_json(elqr: Elqr, tmp_path: Path) -> None:
    code, out, _ = elqr("form", "schema")
    assert code == 0
    assert elqr("form", "schema", "--out", tmp_path / "schema.json")[0] == 0
    assert json.loads(out) == json.loads((tmp_path / "schema.json").read_text("utf-8"))


def test_preview_as_pdf_is_the_page_itself(elqr: Elqr, tmp_path: Path) -> None:
    assert elqr("form", "preview", "kaku-mt", "--out", tmp_path / "mt.pdf")[0] == 0
    with pikepdf.open(tmp_path / "mt.pdf") as document:
        box = [round(float(edge) * 25.4 / 72) for edge in document.pages[0].mediabox]
    assert box == [0, 0, 297, 114]


def test_preview_with_verdicts_draws_a_form_that_cannot_be_printed(
    elqr: Elqr, tmp_path: Path
) -> None:
    path = tmp_path / "broken.toml"
    text = broken_form(tmp_path).read_text("utf-8")
    path.write_text(text.replace("box = [6, 76.6, 30, 2.8]", "box = [6, 84, 30, 2.8]"), "utf-8")
    assert elqr("form", "preview", path, "--out", tmp_path / "a.png")[0] == 2
    for target in ("a.png", "a.pdf"):
        options = ("--rulers", "--boxes", "--verdicts", "--out", tmp_path / target)
        assert elqr("form", "preview", path, *options)[0] == 0
        assert (tmp_path / target).stat().st_size > 10_000
    with Image.open(tmp_path / "a.png") as image:
        assert image.width > 3508


def test_preview_refuses_what_it_cannot_draw(elqr: Elqr, tmp_path: Path) -> None:
    code, _, err = elqr("form", "preview", "maru", "--out", tmp_path / "maru.jpg")
    assert (code, ".png or a .pdf" in err) == (2, True)
    code, _, err = elqr("form", "preview", "maru", "--rulers", "--draft")
    assert (code, "--draft go without" in err) == (2, True)


def test_pack_of_a_form(elqr: Elqr, tmp_path: Path) -> None:
    code, out, _ = elqr("form", "pack", "kaku-two-part", "--out", tmp_path / "pack", "--dpi", 300)
    assert (code, "passes every rule" in out) == (0, True)
    assert (tmp_path / "pack" / "samples.pdf").stat().st_size > 1000
    code, out, _ = elqr(
        "form", "pack", broken_form(tmp_path), "--out", tmp_path / "b", "--dpi", 300
    )
    assert (code, "fails K2" in out) == (1, True)


def test_a_broken_file_is_one_message_with_its_line(elqr: Elqr, tmp_path: Path) -> None:
    path = tmp_path / "form.toml"
    text = Path(load_form("maru").path).read_text("utf-8")
    for old, new, said in (
        ("[page]\n", "[page\n", "not TOML"),
        ("width = 210", "widht = 210", "did you mean 'width'?"),
        ("box = [142, 183, 68, 114]", "box = [142, 190, 68, 114]", "leaves the page"),
        ('gothic = ["ipaexg"]', 'gothic = ["nowhere.ttf"]', "'nowhere.ttf' not found"),
        ('claims = ["qr", "bar_code"]', 'claims = ["bar_code"]', "qr is not claimed"),
        ("box = [64, 94, 20, 20]", "box = [64, 94, 5, 5]", "the box must be larger"),
    ):
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        code, out, err = elqr("form", "check", path)
        assert (code, out, said in err) == (2, "", True), err
        assert len(err.splitlines()) == 1
        assert str(path) in err or "nowhere.ttf" in err
