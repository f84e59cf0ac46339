"""What is wrong with a page's codes: the first fault in the order of `Verdict`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from elqr_fast.codes.elqr import ElqrFields, parse_payload
from elqr_fast.errors import PayloadError
from elqr_fast.scan.cross import bar_code_fault
from elqr_fast.scan.kinds import kind_of
from elqr_fast.scan.place import MARGIN_MM, Placement, Target, turns_of
from elqr_fast.scan.reading import Kind, Lines, Reading, Rung, Verdict
from elqr_fast.scan.symbols import Symbol

#: What the 255 digits fill to the last bit; larger symbols and lower levels hold them too.
USUAL_SYMBOL = (6, "M")
#: Said of a reading that rests on expected digits besides its checks.
ASSISTED = "assisted by the digits that every eL-QR has"

PAYLOAD_FAULTS = {
    "bad_crc": Verdict.BAD_CRC,
    "bad_check_digit": Verdict.BAD_CHECK_DIGIT,
    "amount_mismatch": Verdict.AMOUNT_MISMATCH,
}


def judge_code(symbol: Symbol) -> Reading:
    """A code by itself: what kind it is, and for an eL-QR whether its payload is sound."""
    kind = kind_of(symbol.content)
    if kind is Kind.ELQR:
        verdict, detail, digits, fields = _judge_payload(symbol)
    else:
        verdict, detail = Verdict.NOT_ELQR, f"a QR code of another kind: {kind}"
        digits, fields = "", None
    return Reading(
        verdict=verdict,
        detail=detail,
        digits=digits,
        fields=fields,
        kind=kind,
        rung=symbol.rung,
        position=symbol.corners,
        version=symbol.version,
        level=symbol.level,
        mask=symbol.mask,
        unused_ec=symbol.unused_ec,
    )


def judge_slip(
    readings: Sequence[Reading], target: Target, places: Sequence[Placement], bars: Sequence[str]
) -> list[Reading]:
    """The codes of a page that holds one slip of a known form: the slip's own first, judged."""
    own, *others = readings
    if others:
        own, *others = sorted(readings, key=lambda reading: _rank(reading, target, places))
    lying = _lying(own, places)
    rivals = [other for other in others if _on_face(other, target, lying)]
    if own.verdict is not Verdict.OK:
        return [_noting(own, _also(others)), *others]
    if rivals:
        own = _faulty(own, Verdict.SEVERAL_CODES, _also(rivals))
    elif places and not _in_box(own, target, places):
        own = _faulty(own, Verdict.OUTSIDE_BOX, f"more than {MARGIN_MM:g} mm outside its box")
    elif fault := _cross_fault(own, bars):
        own = _faulty(own, Verdict.CROSS_MISMATCH, fault)
    elif not places:
        own = _noting(own, "box not checked: the page's size is not the form's")
    return [own, *(_second(other) for other in others)]


def judge_lines(own: Reading, lines: Lines, differ: Sequence[str]) -> Reading:
    """A slip that was sound so far, and what its OCR lines say; `differ` names those that do."""
    own = replace(own, ocr_lines=lines)
    if lines is not Lines.DIFFER:
        return own
    named = " and ".join(differ)
    said = f"the {named} OCR line differs" if len(differ) == 1 else f"the {named} OCR lines differ"
    return _faulty(own, Verdict.CROSS_MISMATCH, f"{said} from the eL-QR")


def judge_alone(readings: Sequence[Reading], bars: Sequence[str]) -> list[Reading]:
    """The codes of a page of which no form is known: each eL-QR is a slip, top to bottom."""
    ordered = sorted(readings, key=lambda reading: (reading.kind is not Kind.ELQR, _at(reading)))
    slips = [reading for reading in ordered if reading.kind is Kind.ELQR]
    others = ordered[len(slips) :]
    if len(slips) == 1 and (fault := _cross_fault(slips[0], bars)):
        # With several slips on the page it is not known which bar code is whose.
        slips = [_faulty(slips[0], Verdict.CROSS_MISMATCH, fault)]
    return [*(_noting(slip, _also(others)) for slip in slips), *others]


def _judge_payload(symbol: Symbol) -> tuple[Verdict, str, str, ElqrFields | None]:
    """Verdict, detail, digits and fields of a code that begins as an eL-QR does."""
    digits = symbol.content.decode("ascii", "replace")
    try:
        fields = parse_payload(symbol.content)
    except PayloadError as error:
        return PAYLOAD_FAULTS.get(error.code, Verdict.NOT_ELQR), f"{error}", digits, None
    is_as = (symbol.version, symbol.level)
    notes = [f"a symbol {is_as[0]}-{is_as[1]}, usual is 6-M"] if is_as != USUAL_SYMBOL else []
    if symbol.rung is Rung.NATIVE_ASSISTED:
        notes.append(ASSISTED)
    return Verdict.OK, "; ".join(notes), digits, fields


def _rank(
    reading: Reading, target: Target, places: Sequence[Placement]
) -> tuple[bool, bool, tuple[int, int]]:
    """The slip's own code comes first: an eL-QR, in its box."""
    return reading.kind is not Kind.ELQR, not _in_box(reading, target, places), _at(reading)


def _at(reading: Reading) -> tuple[int, int]:
    assert reading.position is not None
    x, y = reading.position[0]
    return y, x


def _lying(reading: Reading, places: Sequence[Placement]) -> Sequence[Placement]:
    """How the page lies, told by a code's own direction.

    A code that is printed askew by quarter turns tells nothing: the page may lie in any way.
    """
    assert reading.position is not None
    turns = turns_of(reading.position)
    return [place for place in places if place.turns == turns] or places


def _in_box(reading: Reading, target: Target, places: Sequence[Placement]) -> bool:
    assert reading.position is not None
    corners = reading.position
    return any(place.holds(target.box, corners) for place in _lying(reading, places))


def _on_face(reading: Reading, target: Target, places: Sequence[Placement]) -> bool:
    """True if the code's centre is where the slip may have no code but its eL-QR."""
    assert reading.position is not None
    x, y = (round(sum(axis) / 4) for axis in zip(*reading.position, strict=True))
    centre = ((x, y),) * 4
    return (
        not places
        or not target.faces
        or any(place.holds(face, centre, margin=0.0) for place in places for face in target.faces)
    )


def _cross_fault(reading: Reading, bars: Sequence[str]) -> str:
    return bar_code_fault(reading.fields, bars) if reading.fields else ""


def _also(others: Sequence[Reading]) -> str:
    kinds = sorted(f"{other.kind}" for other in others)
    return f"also on the page: {', '.join(kinds)}" if kinds else ""


def _second(reading: Reading) -> Reading:
    if reading.verdict is not Verdict.OK:
        return reading
    return _faulty(reading, Verdict.SEVERAL_CODES, "not the page's first eL-QR")


def _faulty(reading: Reading, verdict: Verdict, detail: str) -> Reading:
    return _noting(replace(reading, verdict=verdict), detail)


def _noting(reading: Reading, note: str) -> Reading:
    if not note:
        return reading
    return replace(reading, detail=f"{reading.detail}; {note}" if reading.detail else note)
