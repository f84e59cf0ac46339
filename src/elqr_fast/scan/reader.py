"""From a page to readings: find its codes, then judge them.

A reading is `ok` only if the payload's grammar, CRC, both check-digit pairs and both amounts agree,
whichever rung of the ladder read the symbol.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import chain, repeat

import numpy as np
import numpy.typing as npt

from elqr_fast.errors import InputError
from elqr_fast.scan.bars_grade import grade_bars
from elqr_fast.scan.grade import grade_reading
from elqr_fast.scan.images import Source, open_file, shown_path
from elqr_fast.scan.judge import judge_alone, judge_code, judge_lines, judge_slip
from elqr_fast.scan.ladder import Found, climb
from elqr_fast.scan.ocr_lines import compare_lines, frame_of
from elqr_fast.scan.pages import DEFAULT_LIMITS, Clock, Limits, PageImage, Region
from elqr_fast.scan.place import Placement, Target, placements, turns_of
from elqr_fast.scan.reading import NO_CODE_FOUND, BarsGrade, Kind, Lines, Reading, Verdict
from elqr_fast.scan.scanners import Profile, expecting
from elqr_fast.scan.sweep import Sweep
from elqr_fast.scan.symbols import Bars, count_damaged, find_bill_bars


def read_pages(
    source: Source,
    *,
    target: Target | None = None,
    start: int = 0,
    stop: int | None = None,
    limits: Limits | None = None,
    scanner: Profile | None = None,
) -> tuple[list[list[Reading]], int]:
    """Read pages [start, stop) of a file; returns each page's readings and the file's page count.

    `scanner` is what pages that say nothing of their resolution are taken to come from, and the
    colour of the light under which pages in colours are looked at.
    A file that cannot be opened has one page of one reading, `bad_file`, and a count of 0.
    """
    try:
        drop_out = scanner.drop_out if scanner else "none"
        with open_file(source, limits=limits, drop_out=drop_out) as file:
            pages = expecting(file.pages(start, stop), scanner)
            return [read_page(page, target=target, limits=limits) for page in pages], file.count
    except InputError as error:
        name = shown_path(source) if isinstance(source, str | os.PathLike) else ""
        detail = str(error).removeprefix(f"{name}: ")
        return [[Reading(Verdict.BAD_FILE, detail, file=name)]], 0


def read_page(
    image: PageImage | npt.NDArray[np.uint8],
    *,
    target: Target | None = None,
    dpi: float | None = None,
    limits: Limits | None = None,
) -> list[Reading]:
    """Read a page's codes; never raises for a bad picture, never returns an empty list.

    With a target the first reading is the slip's own, judged by where it is and what else is on
    the page.  Without one every eL-QR of the page is a slip judged by itself, top to bottom.
    Further readings are the page's other codes.  `dpi` is an array's.
    """
    file, number = (image.file, image.page) if isinstance(image, PageImage) else ("", 0)
    try:
        page = image if isinstance(image, PageImage) else _page_of(image, dpi)
        readings, bars_grade = _read(page, target, limits or DEFAULT_LIMITS)
        graded = zip(readings, chain((bars_grade,), repeat(None)), strict=False)
        return [
            reading.on_page(file, number, grade_reading(page, reading), bars)
            for reading, bars in graded
        ]
    except InputError as error:
        fault = str(error)
    except MemoryError:
        fault = "the page needs more memory than there is"
    return [Reading(Verdict.BAD_FILE, fault, file=file, page=number)]


def _page_of(array: npt.NDArray[np.uint8], dpi: float | None) -> PageImage:
    return next(open_file(array, dpi=dpi).pages())


def _read(
    page: PageImage, target: Target | None, limits: Limits
) -> tuple[list[Reading], BarsGrade | None]:
    """The page's codes, judged, and the grade of the first one's bar code."""
    places = placements(page.size, page.dpi, target.page) if target else ()
    if target and places and (region := places[0].faces_region(target)):
        page.pixels.expect(region)
    found = climb(page, target, places, Clock(limits.seconds))
    if not found.symbols:
        return [_nothing(page, found, limits)], None
    readings = [judge_code(symbol) for symbol in found.symbols]
    bars = _bars(page, readings, target, places, found.sweep)
    said = [each.digits for each in bars]
    if target is None:
        first, *others = judge_alone(readings, said)
        alone = not any(other.kind is Kind.ELQR for other in others)
        return [first, *others], _bars_grade(page, first, bars) if alone else None
    own, *others = judge_slip(readings, target, places, said)
    return [_with_lines(page, own, target, places), *others], _bars_grade(page, own, bars)


def _bars_grade(page: PageImage, own: Reading, bars: Sequence[Bars]) -> BarsGrade | None:
    if not bars or not own.fields or own.position is None:
        return None
    return grade_bars(page, bars, turns_of(own.position))


def _with_lines(
    page: PageImage, own: Reading, target: Target, places: Sequence[Placement]
) -> Reading:
    """The slip's OCR lines, looked at only if nothing else is wrong with it."""
    if not target.lines or own.verdict is not Verdict.OK or own.position is None:
        return own
    turns = turns_of(own.position)
    for place in places:
        if place.turns == turns:
            frame = frame_of(own.position, target.box, place)
            return judge_lines(own, *compare_lines(page, frame, target.lines, own.digits))
    return judge_lines(own, Lines.UNREAD, [])


def _nothing(page: PageImage, found: Found, limits: Limits) -> Reading:
    if found.late:
        return Reading(Verdict.UNREADABLE, f"no QR code found in {limits.seconds:g} seconds")
    damaged = count_damaged(page.grey)
    return Reading(
        Verdict.UNREADABLE,
        "a QR code is there, but too damaged to read" if damaged else NO_CODE_FOUND,
    )


def _bars(
    page: PageImage,
    readings: Sequence[Reading],
    target: Target | None,
    places: Sequence[Placement],
    swept: Sweep | None,
) -> Sequence[Bars]:
    """The slip's bar codes, looked for only if there is a sound eL-QR to compare them with."""
    for reading in readings:
        if reading.fields and reading.position:
            turns = turns_of(reading.position)
            if swept and turns % 2 == 0:
                return _bars_beside(page, swept, turns)
            lying = [place for place in places if place.turns == turns]
            region = lying[0].faces_region(target) if target and lying else None
            if region is None:
                return find_bill_bars(page.grey, turns)
            return _bars_in(page, region, turns)
    return []


def _bars_beside(page: PageImage, swept: Sweep, turns: int) -> Sequence[Bars]:
    """Those that were read at once, and those that may be where something like one was seen."""
    if swept.unsure is None:
        return swept.bars
    known = {each.digits for each in swept.bars}
    found = [each for each in _bars_in(page, swept.unsure, turns) if each.digits not in known]
    return sorted([*swept.bars, *found], key=lambda each: each.digits)


def _bars_in(page: PageImage, region: Region, turns: int) -> Sequence[Bars]:
    return find_bill_bars(page.crop(*region), turns, (max(region[0], 0), max(region[1], 0)))
