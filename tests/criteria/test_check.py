"""Each rule on built-in forms as they are, and on forms broken in one place."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from elqr_fast.criteria import RuleResult, check_form
from elqr_fast.criteria.clauses import CLAUSES
from elqr_fast.errors import FormError
from elqr_fast.forms import Form, list_forms, load_form

Altered = Callable[..., Form]
DPI = 300
BROKEN = tomllib.loads((Path(__file__).parent / "broken_forms.toml").read_text("utf-8"))["broken"]


def failed(results: list[RuleResult]) -> list[str]:
    return [result.rule for result in results if result.result == "fail"]


def by_rule(results: list[RuleResult]) -> dict[str, RuleResult]:
    return {result.rule: result for result in results}


@pytest.mark.parametrize("dpi", [300, 600])
@pytest.mark.parametrize("name", list_forms())
def test_built_in_forms_pass_every_rule_they_claim(name: str, dpi: int) -> None:
    results = check_form(load_form(name), dpi)
    assert [result.rule for result in results] == [clause.rule for clause in CLAUSES]
    assert failed(results) == []
    for result in results:
        assert result.measured
        assert result.demanded
        assert result.clause.startswith("別紙")
        assert result.clause_en
        open_ones = "does not apply" in result.measured or result.rule == "K7"
        assert result.result == "pass" or open_ones


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken['rule']}-{broken['form']}")
def test_a_broken_form_fails_its_rule_and_no_other(
    altered_form: Altered, broken: dict[str, Any]
) -> None:
    form = altered_form(broken["form"], dict(broken["replace"]))
    assert failed(check_form(form, DPI)) == [broken["rule"]]


def test_every_rule_is_broken_in_two_ways_or_more() -> None:
    counts = Counter(broken["rule"] for broken in BROKEN)
    # Parts are lost or moved by tests of their own.
    assert not {clause.rule for clause in CLAUSES if counts[clause.rule] < 2} - {"K4"}


@pytest.mark.parametrize(("rule", "name"), [("K2", "kaku-mpn"), ("M1", "maru")])
@pytest.mark.parametrize("part", ["paid_notice", "office_copy"])
def test_no_code_but_the_el_qr_is_on_the_faces(
    altered_form: Altered,
    qr_drawing: Callable[[str, str], str],
    jpqr_text: str,
    rule: str,
    name: str,
    part: str,
) -> None:
    """On the receipt any other code may stand, as far as the criteria go."""
    at = {"maru": (37, 95), "kaku-mpn": (70, 95)}[name] if part == "paid_notice" else (3, 85)
    mark = f"marks = [{{ drawing = 'foreign', box = [{at[0]}, {at[1]}, 9, 9] }}"
    text = {"paid_notice": "marks = [", "office_copy": "[parts.office_copy]\n"}[part]
    put = {"paid_notice": mark + ", ", "office_copy": f"{text}{mark}]\n"}[part]
    drawing = {"[page]": f"{qr_drawing('foreign', jpqr_text)}\n[page]"}
    results = check_form(altered_form(name, {text: put} | drawing), DPI)
    assert failed(results) == [rule]
    assert "JPQR; it is for payment in person" in by_rule(results)[rule].measured


@pytest.mark.parametrize(("rule", "name"), [("K4", "kaku-mpn"), ("M2", "maru")])
def test_a_slip_with_a_qr_code_has_three_parts(
    without_receipt: Callable[[str], Form], rule: str, name: str
) -> None:
    assert failed(check_form(without_receipt(name), DPI)) == [rule]


def test_a_two_part_slip_is_refused_a_qr_code(altered_form: Altered) -> None:
    """Legal as it is; with a QR code it lacks a part, the eL mark and the eL number too."""
    qr = "[qr]\ncorner = [90, 94, 35, 20]\nbox = [105, 94, 20, 20]\n"
    label = "label = { text = 'eL-QR', box = [90.5, 101, 14, 6] }\n\n[parts.office_copy]"
    given = {"claims = []": 'claims = ["qr"]', "[parts.office_copy]": qr + label}
    results = check_form(altered_form("kaku-two-part", given), DPI)
    assert failed(results) == ["K1", "K3", "K4"]
    assert by_rule(results)["K4"].measured == "2 parts"


def test_parts_lie_side_by_side(altered_form: Altered) -> None:
    moved = {"box = [180, 96, 117, 114]": "box = [179, 96, 117, 114]"}
    assert failed(check_form(altered_form("kaku-mpn", moved), DPI)) == ["K4"]


def test_what_no_rule_speaks_of_is_still_refused(altered_form: Altered) -> None:
    """Two fields on one another break no clause, and no printer may be let near them."""
    form = altered_form("maru", {"box = [11, 53, 68, 5.6]": "box = [11, 46, 68, 5.6]"})
    with pytest.raises(FormError, match="enters the field"):
        check_form(form, DPI)


def test_recommendations_fail_nothing(altered_form: Altered) -> None:
    small = {"box = [14, 80, 30, 30], line": "box = [14, 80, 25, 25], line"}
    result = by_rule(check_form(altered_form("maru", small), DPI))["M8"]
    assert result.result == "pass"
    assert any("30 mm or more" in advice for advice in result.advice)


def test_a_maru_symbol_may_stand_elsewhere_on_the_paid_notice(altered_form: Altered) -> None:
    higher = {"box = [64, 94, 20, 20] ": "box = [64, 92, 20, 20] "}
    result = by_rule(check_form(altered_form("maru", higher), DPI))["M1"]
    assert result.result == "pass"
    assert any("within 35 mm of the perforation" in advice for advice in result.advice)


def test_placeholders_are_left_to_a_person() -> None:
    assert any(
        "placeholder" in advice
        for advice in by_rule(check_form(load_form("maru"), DPI))["M1"].advice
    )
