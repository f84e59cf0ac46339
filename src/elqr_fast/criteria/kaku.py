"""K1 to K8: the rules of kaku forms (別紙1); K5 and K8 hold for maru forms too (別紙2)."""

from __future__ import annotations

from collections.abc import Iterator

from elqr_fast.criteria import ocr_on_paper, shared
from elqr_fast.criteria.codes_on_paper import bar_findings, stray_codes, symbol_findings
from elqr_fast.criteria.results import Finding
from elqr_fast.criteria.sheet import Sheet

#: Boxes by the words printed above them: what is called so must be declared and stay empty.
_NAMED_BOXES = {"fee": "^料金欄?$", "remarks": "^備考欄?$"}
_KEPT = ("date_stamp", "fee", "remarks", "clear_zone", "ocr_band")


def k1(sheet: Sheet) -> Iterator[Finding]:
    yield from shared.el_mark(sheet)


def k2(sheet: Sheet) -> Iterator[Finding]:
    yield from symbol_findings(sheet, position_is_demanded=True)
    yield from stray_codes(sheet)


def k3(sheet: Sheet) -> Iterator[Finding]:
    yield from shared.el_number(sheet)


def k4(sheet: Sheet) -> Iterator[Finding]:
    if "qr" in sheet.form.claims:
        yield from shared.three_parts(sheet)
        return
    count = len(sheet.parts)
    yield Finding(True, f"{count} parts, no QR code", "2 or 3 parts", sheet.parts["paid_notice"])
    yield from shared.apart(sheet)


def k5(sheet: Sheet) -> Iterator[Finding]:
    yield from shared.amounts(sheet)
    if sheet.form.kind == "kaku":
        yield from shared.total_on_the_paid_notice(sheet)


def k6(sheet: Sheet) -> Iterator[Finding]:
    declared = {kind for name, kind, _ in shared.empty_areas(sheet) if name == "paid_notice"}
    notice = sheet.parts["paid_notice"]
    if "date_stamp" not in declared:
        yield Finding(False, "no date-stamp box", "a date-stamp box, kept empty", notice)
    for kind, pattern in _NAMED_BOXES.items():
        named = sheet.find(pattern, "paid_notice")
        if named and kind not in declared:
            demanded = f"its box declared as {kind}, so that it stays empty"
            yield Finding(False, f"a box called {named[0].text}", demanded, named[0].rect)
    yield from shared.kept_empty(sheet, _KEPT, *sheet.parts)


def k7(sheet: Sheet) -> Iterator[Finding]:
    yield from ocr_on_paper.ocr_findings(sheet)


def k8(sheet: Sheet) -> Iterator[Finding]:
    yield from bar_findings(sheet)
