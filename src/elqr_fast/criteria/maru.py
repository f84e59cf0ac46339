"""M1 to M12: the rules of maru forms (別紙2), with a QR code, without, and both on one stock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from colorsys import rgb_to_hsv

from elqr_fast.criteria import shared
from elqr_fast.criteria.codes_on_paper import stray_codes, symbol_findings
from elqr_fast.criteria.results import Finding
from elqr_fast.criteria.shared import PART_NAMES
from elqr_fast.criteria.sheet import OFF_SLIP, Sheet, Word, distance
from elqr_fast.render.clearance import inside, overlap
from elqr_fast.render.scene import Rect

_QR_CENTRE = "ゆうちょ銀行公金QR受持貯金事務センター"
_REGIONAL_CENTRE = "ゆうちょ銀行(?!公金QR受持)((?!ゆうちょ銀行)[^。、,])+貯金事務センター"
_QR_BANKS = "(QRコード|eL-QR)対応金融機関"
_REGIONAL_BANKS = "ゆうちょ銀行(または|又は|および|及び)郵便局"
_WITH, _WITHOUT = "印刷している場合", "印刷していない場合"

_ACCOUNT = "^口座(記号)?番号$"
_PAYEE = "^(加入者名?|口座名義|口座名称)$"
#: Who a local government's accounts are called after.
_OFFICERS = "会計管理者|出納|管理者|[市区町村]長|知事|組合|企業"
_KEEPERS = {
    "paid_notice": "^[((]?.*[都道府県市区町村].*保管[))]?$",
    "office_copy": "^[((]?(金融機関|郵便局|ゆうちょ銀行|取扱).*保管[))]?$",
    "receipt": "^[((]?(納入|納付|納税|払込)(者|人)保管[))]?$",
}
#: 日附印欄: millimetres each way, recommended.
_STAMP = 30.0
#: 表題部の先頭または後方: no number is given; farther off the mark is not the title's.
_MARK_NEAR = 15.0
#: 下部欄外: keepers stand in the lowest millimetres of a part.
_FOOT = 10.0
_ATM = "ATM.*(不可|できません)"
_FORBIDDEN = {
    "Pay-easy|ペイジー": "the words Pay-easy",
    "払込ID": "払込ID番号",
    "通常払込料金加入者負担": "通常払込料金加入者負担",
}


def m1(sheet: Sheet) -> Iterator[Finding]:
    yield from shared.el_mark(sheet)
    yield from symbol_findings(sheet, position_is_demanded=False)
    yield from stray_codes(sheet)
    yield from shared.el_number(sheet)


def m2(sheet: Sheet) -> Iterator[Finding]:
    yield from shared.composition(sheet)


def m3(sheet: Sheet) -> Iterator[Finding]:
    for name, _ in sheet.form.parts:
        key = ("parts", name, "title")
        title = next((word for word in sheet.words if word.key == key), None)
        mark = next((ink for ink in sheet.inks if ink.key == (*key, "mark")), None)
        place = sheet.extent(mark.scene) if mark else None
        yield _mark_beside(sheet, name, title, place)


def _mark_beside(sheet: Sheet, name: str, title: Word | None, mark: Rect | None) -> Finding:
    part, demanded = PART_NAMES[name], "the ○公 mark before or after the title"
    if title is None or mark is None:
        return Finding(False, f"no mark on {part}", demanded, sheet.parts[name])
    level = overlap(Rect(0, title.rect.y, 1, title.rect.height), Rect(0, mark.y, 1, mark.height))
    gap = sheet.mm(distance(title.rect, mark))
    measured = f"{part}: mark {gap:.2f} mm {'beside' if level else 'off'} the title"
    return Finding(level and gap <= _MARK_NEAR, measured, demanded, mark)


def m4(sheet: Sheet) -> Iterator[Finding]:
    for name, rect in sheet.parts.items():
        labels = sheet.find(_PAYEE, name)
        named = [word for label in labels for word in _beside(sheet, label)]
        part = PART_NAMES[name]
        measured = f"{part}: {named[0].text}" if named else f"{part}: no payee"
        advice = ""
        if named and not re.search(_OFFICERS, named[0].text):
            advice = f"is {named[0].text} the account's name, as in 〇〇市会計管理者?"
        place = named[0].rect if named else rect
        yield Finding(bool(named), measured, "加入者名 and the account's name", place, advice)


def _beside(sheet: Sheet, label: Word) -> list[Word]:
    """The other words of a label's cell."""
    cell = sheet.cell(label.rect)
    return [word for word in sheet.words if word != label and inside(word.rect, cell)]


def m5(sheet: Sheet) -> Iterator[Finding]:
    for name, rect in sheet.parts.items():
        accounts, payees = sheet.find(_ACCOUNT, name), sheet.find(_PAYEE, name)
        part, demanded = PART_NAMES[name], "口座番号 and 加入者名 side by side at the top"
        if not accounts:
            needed = "qr" not in sheet.form.claims
            measured = f"{part}: no box for the account number"
            yield Finding(not needed, measured, demanded if needed else "none is needed", rect)
        elif payees:
            yield _adjacent(sheet, name, accounts[0], payees[0], demanded)


def _adjacent(sheet: Sheet, name: str, account: Word, payee: Word, demanded: str) -> Finding:
    cells = sheet.cell(account.rect), sheet.cell(payee.rect)
    gap = sheet.mm(distance(*cells))
    part = sheet.parts[name]
    high = max(cell.y + cell.height / 2 for cell in cells) < part.y + part.height / 2
    measured = f"{PART_NAMES[name]}: boxes {gap:.2f} mm apart, {'at' if high else 'below'} the top"
    # A rule lies between the cells of neighbours, and nothing else.
    return Finding(high and gap <= 1.0, measured, demanded, cells[0])


def m6(sheet: Sheet) -> Iterator[Finding]:
    shown = sheet.printed("name", "paid_notice")
    measured = "the payer's name" if shown else "no field for the payer's name"
    place = shown[0].rect if shown else sheet.parts["paid_notice"]
    missing = [PART_NAMES[name] for name in sheet.parts if not sheet.printed("name", name)]
    advice = f"no payer on {', '.join(missing)}" if missing and shown else ""
    yield Finding(bool(shown), measured, "a box for the payer on the paid notice", place, advice)


def m7(sheet: Sheet) -> Iterator[Finding]:
    for name, part in sheet.parts.items():
        shown, labels = sheet.printed("amount", name), sheet.find("金額|合計", name)
        where = PART_NAMES[name]
        if not shown or not labels:
            measured = f"{where}: no amount" if not shown else f"{where}: an amount without a name"
            yield Finding(False, measured, "an amount box", shown[0].rect if shown else part)
            continue
        place = shown[0].rect
        high = place.y + place.height / 2 < part.y + part.height / 2
        advice = "" if high else f"{where}: the upper right is easier to see"
        yield Finding(True, f"{where}: {shown[0].text}", "an amount box", place, advice)


def m8(sheet: Sheet) -> Iterator[Finding]:
    for name, part in sheet.parts.items():
        boxes = [
            rect
            for where, kind, rect in shared.empty_areas(sheet)
            if (where, kind) == (name, "date_stamp") and rect.y > part.y + part.height / 2
        ]
        where = PART_NAMES[name]
        if not boxes:
            demanded = "a date-stamp box in the lower half"
            yield Finding(False, f"{where}: none", demanded, part)
            continue
        width, height = sheet.mm(boxes[0].width), sheet.mm(boxes[0].height)
        small = min(width, height) < _STAMP - sheet.mm(1)
        advice = f"{where}: {_STAMP:g} mm or more each way is recommended" if small else ""
        measured = f"{where}: {width:.2f} × {height:.2f} mm"
        yield Finding(True, measured, "a date-stamp box in the lower half", boxes[0], advice)
    yield from shared.kept_empty(sheet, ("date_stamp",), *sheet.parts)


def m9(sheet: Sheet) -> Iterator[Finding]:
    said = sheet.said(*sheet.parts)
    with_qr, regional = _QR_CENTRE, _REGIONAL_CENTRE
    yield _worded(sheet, "取りまとめ店", said, with_qr, regional, "貯金事務センター")


def m10(sheet: Sheet) -> Iterator[Finding]:
    for name, part in sheet.parts.items():
        foot = part.y + part.height - _FOOT * sheet.dpi / 25.4
        keepers = [w for w in sheet.find(_KEEPERS[name], name) if w.rect.y >= foot]
        where = PART_NAMES[name]
        measured = f"{where}: {keepers[0].text}" if keepers else f"{where}: nothing said"
        place = keepers[0].rect if keepers else part
        yield Finding(bool(keepers), measured, "who keeps the part, below it", place)


def m11(sheet: Sheet) -> Iterator[Finding]:
    said = sheet.said(OFF_SLIP, *sheet.parts)
    yield _worded(sheet, "納付場所", said, _QR_BANKS, _REGIONAL_BANKS, "金融機関|郵便局")


def _worded(sheet: Sheet, what: str, said: str, with_qr: str, without: str, topic: str) -> Finding:
    """Words for slips with a QR code, for those without, or for both, told apart."""
    claims = sheet.form.claims
    # The words may be set in several lines, as several texts.
    text = said.replace("\n", "")
    has_qr, has_region = re.search(with_qr, text), re.search(without, text)
    if "mixed" in claims:
        both = f"{_WITH}.*?{with_qr}.*?{_WITHOUT}.*?{without}"
        holds, demanded = bool(re.search(both, text)), f"{_WITH}…{_WITHOUT}…: both {what}"
    elif "qr" in claims:
        holds, demanded = bool(has_qr) and not has_region, f"{what} of slips with an eL-QR only"
    else:
        holds, demanded = bool(has_region) and not has_qr, f"{what} of the region only"
    shown = [found.group() for found in (has_qr, has_region) if found]
    places = sheet.find(topic)
    place = places[0].rect if places else sheet.parts["paid_notice"]
    return Finding(holds, f"{what}: {', '.join(shown) or 'nothing said'}", demanded, place)


def m12(sheet: Sheet) -> Iterator[Finding]:
    slip = tuple(sheet.parts)
    for pattern, what in _FORBIDDEN.items():
        found = sheet.find(pattern, *slip)
        measured = f"{what} at {sheet.at(found[0].rect)}" if found else f"{what}: absent"
        place = found[0].rect if found else None
        yield Finding(not found, measured, f"{what}: absent", place)
    for place in shared.marks_called(sheet, "pay-easy", *slip):
        yield Finding(False, f"the Pay-easy mark at {sheet.at(place)}", "no such mark", place)
    yield _ink(sheet)
    if not {"qr", "mixed"} & set(sheet.form.claims):
        yield _atm_notice(sheet)


def _ink(sheet: Sheet) -> Finding:
    red, green, blue = sheet.form.ink
    name = colour_name(red, green, blue)
    measured = f"ink {red}, {green}, {blue}: {name or 'neither red, blue nor black'}"
    return Finding(not name, measured, "an ink that is neither red, blue nor black")


def colour_name(red: int, green: int, blue: int) -> str:
    """`red`, `blue` or `black` for what people call so, "" for other colours.

    Hues in degrees: red to 18 and from 340 (crimson, vermilion), blue from 195 (sky) to 260; black
    are all greys, and colours too dark to be told from it.
    """
    hue, saturation, value = rgb_to_hsv(red / 255, green / 255, blue / 255)
    if value < 0.25 or saturation < 0.15:
        return "black"
    degrees = hue * 360
    if degrees <= 18 or degrees >= 340:
        return "red"
    return "blue" if 195 <= degrees <= 260 else ""


def _atm_notice(sheet: Sheet) -> Finding:
    part = sheet.parts["paid_notice"]
    foot = part.y + part.height * 2 / 3
    found = [word for word in sheet.find(_ATM, "paid_notice") if word.rect.y >= foot]
    measured = found[0].text if found else "no notice"
    place = found[0].rect if found else part
    return Finding(bool(found), measured, "ATM読取不可 or the like at its foot", place)
