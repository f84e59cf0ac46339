"""The pack for form examinations: every file, and that it shows what it should."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from elqr_fast.criteria.clauses import CLAUSES
from elqr_fast.criteria.pack import write_pack
from elqr_fast.forms import Form, load_form

FILES = ["codes.json", "drawing.pdf", "report.json", "report.md", "samples.pdf"]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("packs") / "maru"
    write_pack(load_form("maru"), out, 300)
    return out


def test_a_pack_is_complete_and_private(pack: Path) -> None:
    assert sorted(path.name for path in pack.iterdir()) == FILES
    assert all(path.stat().st_mode & 0o077 == 0 for path in pack.iterdir())


def test_the_report_has_every_rule(pack: Path) -> None:
    report = json.loads((pack / "report.json").read_text("utf-8"))
    assert report["form"] == "maru"
    assert [rule["rule"] for rule in report["rules"]] == [clause.rule for clause in CLAUSES]
    wanted = {"rule", "result", "measured", "demanded", "clause", "clause_en", "advice"}
    assert all(wanted <= set(rule) for rule in report["rules"])
    text = (pack / "report.md").read_text("utf-8")
    assert "## M1: pass" in text
    assert "Rules that do not apply: K1, K2, K3, K4, K6, K7, M12." in text
    assert "does not fit" not in text


def test_the_samples_show_the_codes_that_the_list_says(pack: Path) -> None:
    """Rendered by pdfium, read by zxing-cpp: neither had a hand in the list."""
    slips: list[dict[str, Any]] = json.loads((pack / "codes.json").read_text("utf-8"))["slips"]
    names = [slip["sample"] for slip in slips]
    assert names == ["ordinary", "lowest", "highest", "longest", "highest-bar-code"]
    with pypdfium2.PdfDocument(pack / "samples.pdf") as document:
        assert len(document) == len(slips)
        assert [round(edge * 25.4 / 72) for edge in document[0].get_size()] == [210, 297]
        for slip in slips:
            picture = document[slip["page"] - 1].render(scale=(300 - 1e-4) / 72).to_pil()
            found = {code.format.name: code.text for code in zxingcpp.read_barcodes(picture)}
            assert found.get("QRCodeModel2", found.get("QRCode")) == slip["el_qr"]
            assert found.get("Code128") == slip.get("gs1_128")
    amounts = [slip["fields"]["amount"] for slip in slips]
    assert amounts == [45_000, 1, 99_999_999_999, 45_000, 300_000]
    assert ["gs1_128" in slip for slip in slips] == [True, True, False, True, True]


def test_a_form_that_fails_gets_its_pack_too(
    altered_form: Callable[..., Form], tmp_path: Path
) -> None:
    form = altered_form("kaku-two-part", {"box = [6, 76.6, 30, 2.8]": "box = [6, 84, 30, 2.8]"})
    results = write_pack(form, tmp_path / "pack", 300)
    assert [result.rule for result in results if result.result == "fail"] == ["K6"]
    text = (tmp_path / "pack" / "report.md").read_text("utf-8")
    assert "## K6: fail" in text
    codes = json.loads((tmp_path / "pack" / "codes.json").read_text("utf-8"))
    assert all("el_qr" not in slip for slip in codes["slips"])
