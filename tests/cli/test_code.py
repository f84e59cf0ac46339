"""cli/code.py: build, parse and read, on the format's published sample."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import segno
from PIL import Image

Elqr = Callable[..., "object"]
SAMPLE = (
    "000201010212279600051380001835100000000000000022543572138000582000003504705193143269049553519"
    "5010997404600000000541100002254357622620242024002024053120240710"
    "8085" + "0" * 85 + "630532232"
)


def test_parse_then_build_gives_the_same_digits(elqr: Elqr) -> None:
    code, out, _ = elqr("code", "parse", SAMPLE)
    fields = json.loads(out)
    assert (code, fields["amount"], fields["levy"]) == (0, 2254357, "582")
    names = "institution case_key confirmation levy amount levy_year tax_year period due pay_by"
    given = [f"{name}={fields[name]}" for name in [*names.split(), "office"]]
    assert elqr("code", "build", *given)[:2] == (0, SAMPLE + "\n")


def test_a_wrong_digit(elqr: Elqr) -> None:
    code, out, err = elqr("code", "parse", SAMPLE[:-1] + "3")
    assert (code, out) == (3, "")
    assert "bad_crc" in err


def test_wrong_fields_are_all_named(elqr: Elqr) -> None:
    names = "institution=1 case_key=2 confirmation=3 levy=4444 amount=0 levy_year=2026"
    code, out, err = elqr(
        "code", "build", *names.split(), "tax_year=2026", "period=1", "due=20260231", "pay_by=1"
    )
    assert (code, out) == (1, "")
    named = {line.split()[1] for line in err.splitlines()}
    assert named == {"levy:", "amount:", "due:", "pay_by:"}


def test_build_wants_column_and_value(elqr: Elqr) -> None:
    code, _, err = elqr("code", "build", "amount")
    assert (code, "not COLUMN=VALUE" in err) == (2, True)


def test_read(elqr: Elqr, tmp_path: Path) -> None:
    matrix = np.array(segno.make_qr(SAMPLE, error="M", boost_error=False, version=6).matrix)
    page = np.full((400, 400), 255, np.uint8)
    page[100 : 100 + 41 * 4, 100 : 100 + 41 * 4] = np.kron(1 - matrix, np.ones((4, 4))) * 255
    Image.fromarray(page).save(tmp_path / "slip.png", dpi=(300, 300))
    assert elqr("code", "read", tmp_path / "slip.png")[:2] == (
        0,
        f"ok {SAMPLE}\n"
        "grade 4.0 A (15415-style, not calibrated):"
        " axial 4, grid 4, unused_ec 4, fixed_patterns 4, decode 4\n",
    )
    Image.new("L", (300, 300), 255).save(tmp_path / "blank.png")
    assert elqr("code", "read", tmp_path / "blank.png")[:2] == (1, "unreadable\n")
