"""A form against every rule of the criteria."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from elqr_fast.criteria import kaku, maru
from elqr_fast.criteria.clauses import CLAUSES, Clause
from elqr_fast.criteria.results import Finding, RuleResult, not_applicable, summed_up
from elqr_fast.criteria.sheet import Sheet
from elqr_fast.forms.model import Form
from elqr_fast.render.plate import check_plate

Rule = Callable[[Sheet], Iterator[Finding]]

_RULES: dict[str, Rule] = {
    clause.rule: getattr(kaku if clause.rule.startswith("K") else maru, clause.rule.lower())
    for clause in CLAUSES
}
#: Rules of 別紙1 that 別紙2 repeats for maru forms.
_OF_BOTH = ("K5", "K8")
_WITH_OCR = ("mpn", "mt", "dt")


def check_form(form: Form, dpi: int = 600) -> list[RuleResult]:
    """Every rule, K1 to K8 and M1 to M12, on a form as a printer of `dpi` prints it.

    A rule that says nothing of such a form is `not_checkable`, and says why.  Takes about a second.
    Raises FormError for a form that cannot be drawn, or that passes every rule and cannot be
    printed for another reason; FontError for a missing font.
    """
    return check_sheet(Sheet(form, dpi))


def check_sheet(sheet: Sheet) -> list[RuleResult]:
    """The same for a sheet that is there already."""
    results = [_result(sheet, clause) for clause in CLAUSES]
    if not any(result.result == "fail" for result in results):
        check_plate(sheet.plate, sheet.inks)
    return results


def _result(sheet: Sheet, clause: Clause) -> RuleResult:
    reason = why_not(sheet.form, clause.rule)
    if reason:
        return not_applicable(clause, reason)
    return summed_up(clause, list(_RULES[clause.rule](sheet)), sheet.dpi)


def why_not(form: Form, rule: str) -> str:
    """Why a rule says nothing of a form, "" if it does."""
    kind = {"K": "kaku", "M": "maru"}[rule[0]]
    if form.kind != kind and rule not in _OF_BOTH:
        return f"the form is {form.kind}"
    if rule in ("K1", "K2", "K3", "M1") and "qr" not in form.claims:
        return "the form claims no QR code"
    if rule == "K7" and form.layout not in _WITH_OCR:
        return f"a {form.layout} form has no OCR lines"
    if rule == "K8" and "bar_code" not in form.claims:
        return "the form claims no bar code"
    if rule == "M12" and form.layout != "mpn-conformant":
        return "it is for MPN-conformant forms"
    return ""
