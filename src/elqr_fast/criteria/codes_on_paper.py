"""The eL-QR and the bar code as they lie on the paper, measured dot by dot."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import zxingcpp

from elqr_fast.criteria.results import Finding
from elqr_fast.criteria.sheet import Sheet, bounds, distance, moved, plain
from elqr_fast.render.clearance import inside
from elqr_fast.render.foreign import QR_FAMILY, codes_in, describe
from elqr_fast.render.geometry import QR_QUIET, QR_SIDE, to_dots
from elqr_fast.render.scene import Modules, Rect
from elqr_fast.render.stamps import bar_dots

#: 別紙1②: the space at the bottom right of the paid notice, from the perforation and the edge.
CORNER_WIDTH, CORNER_HEIGHT = 35.0, 20.0
#: 「QRコードの周囲に」 has no number; what stands farther off is no longer the code's label.
LABEL_NEAR = 15.0
#: 『GS1-128シンボルによる標準料金代理収納ガイドライン』: millimetres, yen.
BAR_MOST_WIDE, BAR_LEAST_HIGH, BAR_MOST_YEN = 60.0, 10.0, 300_000
_FACES = ("paid_notice", "office_copy")


def printed_symbol(sheet: Sheet) -> Rect | None:
    """The eL-QR's own dots, found on the paper of every sample; None unless all are as coded."""
    place = sheet.plate.qr
    if place is None:
        return None
    side = QR_SIDE * place.module
    rect = Rect(place.x, place.y, side, side)
    for page, modules in zip(sheet.pages, sheet.samples.slips.symbols.modules, strict=True):
        coded = modules.repeat(place.module, axis=0).repeat(place.module, axis=1)
        if not np.array_equal(sheet.crop(page, rect), coded):
            return None
    found = bounds(sheet.crop(sheet.everything, rect))
    return moved(found, rect.x, rect.y) if found else None


def with_quiet_zone(symbol: Rect) -> Rect:
    """A printed symbol and the four modules around it."""
    margin = QR_QUIET * (symbol.width // QR_SIDE)
    side = symbol.width + 2 * margin
    return Rect(symbol.x - margin, symbol.y - margin, side, side)


def corner(sheet: Sheet) -> Rect:
    """The 35 × 20 mm left of the perforation and above the slip's bottom edge, in dots."""
    notice, slip = sheet.form.parts.paid_notice.box, sheet.form.slip
    right, bottom = to_dots(notice.right, sheet.dpi), to_dots(slip.bottom, sheet.dpi)
    left = to_dots(notice.right - CORNER_WIDTH, sheet.dpi)
    top = to_dots(slip.bottom - CORNER_HEIGHT, sheet.dpi)
    return Rect(left, top, right - left, bottom - top)


def symbol_findings(sheet: Sheet, *, position_is_demanded: bool) -> Iterator[Finding]:
    """The symbol is as coded, in the corner, with a blank quiet zone, its label near."""
    symbol = printed_symbol(sheet)
    if symbol is None:
        place = sheet.plate.qr.quiet if sheet.plate.qr else None
        yield Finding(False, "other dots than the eL-QR's", "the eL-QR, dot for dot", place)
        return
    quiet = with_quiet_zone(symbol)
    yield _position(sheet, quiet, position_is_demanded)
    yield _quiet_zone(sheet, symbol, quiet)
    yield _label(sheet, quiet)


def _position(sheet: Sheet, quiet: Rect, demanded: bool) -> Finding:
    space = corner(sheet)
    right, bottom = space.x + space.width, space.y + space.height
    measured = (
        f"eL-QR with quiet zone {sheet.mm(quiet.width):.2f} × {sheet.mm(quiet.height):.2f} mm, "
        f"from {sheet.mm(right - quiet.x):.2f} to {sheet.mm(right - quiet.x - quiet.width):.2f} mm "
        f"left of the perforation, from {sheet.mm(bottom - quiet.y):.2f} to "
        f"{sheet.mm(bottom - quiet.y - quiet.height):.2f} mm above the bottom edge"
    )
    wanted = (
        f"within {CORNER_WIDTH:g} mm of the perforation and {CORNER_HEIGHT:g} mm of the bottom edge"
    )
    there = inside(quiet, space)
    if demanded or there:
        return Finding(there, measured, wanted, quiet)
    on_notice = inside(quiet, sheet.parts["paid_notice"])
    return Finding(on_notice, measured, "on the paid notice", quiet, f"recommended: {wanted}")


def _quiet_zone(sheet: Sheet, symbol: Rect, quiet: Rect) -> Finding:
    around = sheet.crop(sheet.everything, quiet).copy()
    top, left = symbol.y - quiet.y, symbol.x - quiet.x
    around[top : top + symbol.height, left : left + symbol.width] = 0
    dirt = bounds(around)
    place = moved(dirt, quiet.x, quiet.y) if dirt else None
    measured = f"ink at {sheet.at(place)}" if place else "blank"
    return Finding(not dirt, f"quiet zone: {measured}", "4 blank modules around the eL-QR", place)


def _label(sheet: Sheet, quiet: Rect) -> Finding:
    labels = sheet.find(r"eL-QR", "paid_notice")
    gaps = [sheet.mm(distance(label.rect, quiet)) for label in labels]
    near = min(gaps, default=None)
    measured = "no words eL-QR" if near is None else f"the words eL-QR {near:.2f} mm away"
    holds = near is not None and near <= LABEL_NEAR
    return Finding(holds, measured, "the words eL-QR beside the code", quiet)


def stray_codes(sheet: Sheet) -> Iterator[Finding]:
    """No QR code but the eL-QR on the faces of paid notice and office copy."""
    own = sheet.plate.qr.quiet if sheet.plate.qr else None
    demanded = "no QR code but the eL-QR on paid notice and office copy"
    clean = True
    for name in _FACES:
        part = sheet.parts[name]
        for code, place in _qr_codes(sheet.crop(sheet.pages[0], part)):
            on_page = moved(place, part.x, part.y)
            if own is None or not inside(on_page, own):
                clean = False
                yield Finding(False, f"on the {name}: {describe(code)}", demanded, on_page)
    if clean:
        yield Finding(True, "no other QR code found", demanded)


def _qr_codes(face: Modules) -> Iterator[tuple[zxingcpp.Barcode, Rect]]:
    for code in codes_in(face, QR_FAMILY):
        yield code, _box(code)


def _box(code: zxingcpp.Barcode) -> Rect:
    where = code.position
    corners = (where.top_left, where.top_right, where.bottom_right, where.bottom_left)
    xs, ys = [point.x for point in corners], [point.y for point in corners]
    return Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def bar_findings(sheet: Sheet) -> Iterator[Finding]:
    """The bar code is as coded, of the guideline's size, with blank quiet zones and its text."""
    place = sheet.plate.bars
    bar_code = sheet.form.bar_code
    if place is None or bar_code is None:
        return
    quiet = place.quiet
    symbol = Rect(place.x, place.y, len(_coded(sheet)), place.height)
    held = inside(quiet, sheet.parts["paid_notice"])
    yield Finding(held, f"bar code at {sheet.at(quiet)}", "on the paid notice", quiet)
    whole = np.array_equal(
        sheet.crop(sheet.pages[0], symbol), np.tile(_coded(sheet), (place.height, 1))
    )
    yield Finding(whole, "the coded bars" if whole else "other dots", "the coded bars", quiet)
    yield from _bar_size(sheet, quiet)
    yield from _bar_quiet_zones(sheet, symbol, quiet)
    yield from _bar_texts(sheet)
    most = bar_code.max_amount
    demanded = f"no bar code above ¥{BAR_MOST_YEN:,}"
    yield Finding(most <= BAR_MOST_YEN, f"a bar code up to ¥{most:,}", demanded, quiet)


def _coded(sheet: Sheet) -> Modules:
    """One dot row of the ordinary sample's bar code."""
    module = sheet.plate.bars.module if sheet.plate.bars else 1
    return bar_dots(sheet.samples.slips.bars[0], module, 0)


def _bar_size(sheet: Sheet, quiet: Rect) -> Iterator[Finding]:
    wide, high = sheet.mm(quiet.width), sheet.mm(quiet.height)
    yield Finding(
        wide <= BAR_MOST_WIDE,
        f"{wide:.2f} mm wide with quiet zones",
        f"at most {BAR_MOST_WIDE:g} mm",
        quiet,
    )
    # A height in whole dots may be up to half a dot short of the form's millimetres.
    enough = high >= BAR_LEAST_HIGH - sheet.mm(0.5)
    yield Finding(enough, f"{high:.2f} mm high", f"at least {BAR_LEAST_HIGH:g} mm", quiet)


def _bar_quiet_zones(sheet: Sheet, symbol: Rect, quiet: Rect) -> Iterator[Finding]:
    margin = symbol.x - quiet.x
    for side, x in (("left", quiet.x), ("right", symbol.x + symbol.width)):
        dirt = sheet.ink_in(sheet.everything, Rect(x, quiet.y, margin, quiet.height))
        measured = f"{side} quiet zone: " + (f"ink at {sheet.at(dirt)}" if dirt else "blank")
        yield Finding(not dirt, measured, "10 blank modules beside the bars", dirt)


def _bar_texts(sheet: Sheet) -> Iterator[Finding]:
    notice = sheet.parts["paid_notice"]
    for source in ("bill_line_1", "bill_line_2"):
        shown = sheet.printed(source, "paid_notice")
        right = any(value.text == plain(value.held) for value in shown)
        measured = f"{source}: {shown[0].text}" if shown else f"{source} is not printed"
        place = shown[0].rect if shown else notice
        yield Finding(right, measured, "the code in figures, in two lines", place)
