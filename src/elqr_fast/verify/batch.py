"""`read`, and what a batch of files is verified with; `elqr_fast.run` puts it together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from os import PathLike
from pathlib import Path

import pyarrow as pa

from elqr_fast.errors import ConfigError, FormError, InputError
from elqr_fast.forms import Form, load_form
from elqr_fast.forms.model import Box as FormBox
from elqr_fast.forms.model import OcrLine
from elqr_fast.scan import (
    Box,
    Limits,
    Line,
    Profile,
    ProfileLike,
    Reading,
    Source,
    Target,
    Verdict,
    below_grade,
    load_scanner,
    parse_grade,
    read_pages,
)
from elqr_fast.verify.report import About, write_report
from elqr_fast.verify.results import write_results
from elqr_fast.verify.survey import Survey
from elqr_fast.verify.verdicts import expired_detail, is_expired

FormLike = str | PathLike[str] | Form
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of a batch: rows in the results, how many of each verdict, time taken."""

    scans: int
    verdicts: dict[str, int]
    seconds: float


def read(
    image: Source,
    *,
    form: FormLike | None = None,
    scanner: ProfileLike | None = None,
    as_of: date | str | None = None,
    min_grade: str | float | None = None,
    limits: Limits | None = None,
) -> list[Reading]:
    """Read every code of an image: a path, a file's bytes, or pixels (uint8 [h, w], 0 = black).

    With a form the first reading of each page is the slip's own.  With `as_of` a slip to be paid by
    an earlier day is `expired`, with `min_grade` (A to D or F, or 0 to 4) one printed or scanned
    worse is `below_grade`.  `scanner` is a profile's name or file.  A bad picture is a reading with
    the verdict `bad_file`.

    Raises InputError for a path that is no file, ConfigError for a bad option or form.
    """
    profile, least = profile_of(scanner), parse_grade(min_grade)
    if isinstance(image, str | PathLike) and not Path(image).is_file():
        raise InputError(f"{image}: no such file")
    day = parse_day(as_of)
    pages, _ = read_pages(image, target=target_of(form), limits=limits, scanner=profile)
    return [_passed(_dated(reading, day), least) for page in pages for reading in page]


def target_of(form: FormLike | None) -> Target | None:
    """What the reader has to know of a form.  Raises FormError if it has no eL-QR."""
    if form is None:
        return None
    if not isinstance(form, Form):
        form = load_form(Path(form) if isinstance(form, PathLike) else form)
    if form.qr_box is None:
        raise FormError(f"{form.name}: this form has no eL-QR to be read")
    faces = (form.parts.paid_notice.box, form.parts.office_copy.box)
    return Target(
        box=_box(form.qr_box),
        page=(form.page.width, form.page.height),
        faces=tuple(map(_box, faces)),
        lines=tuple(
            _line(line, part.box.x, part.box.y) for _, part in form.parts for line in part.ocr
        ),
    )


def _line(line: OcrLine, x: float, y: float) -> Line:
    """A line of a part at (x, y), without what the form itself has before it."""
    return Line(
        name=line.source.removeprefix("ocr_"),
        x=x + line.x + len(line.prefix) * line.pitch,
        baseline=y + line.baseline,
        pitch=line.pitch,
        size=line.size,
    )


def parse_day(day: date | str | None) -> date | None:
    """A date, or its text as YYYY-MM-DD or YYYYMMDD.  Raises ConfigError."""
    if isinstance(day, datetime):
        return day.date()
    if day is None or isinstance(day, date):
        return day
    try:
        return date.fromisoformat(day)
    except ValueError as error:
        raise ConfigError(f"as_of is {day!r}; it must be a date, YYYY-MM-DD") from error


def _box(box: FormBox) -> Box:
    return box.x, box.y, box.width, box.height


def profile_of(scanner: ProfileLike | None) -> Profile | None:
    """Raises ConfigError for an unknown or bad profile."""
    return None if scanner is None else load_scanner(scanner)


def _passed(reading: Reading, least: float | None) -> Reading:
    if least is None or reading.verdict is not Verdict.OK:
        return reading
    fault = below_grade(reading.grade, least)
    return replace(reading, verdict=Verdict.BELOW_GRADE, detail=fault) if fault else reading


def _dated(reading: Reading, day: date | None) -> Reading:
    fields = reading.fields
    if day is None or reading.verdict is not Verdict.OK or fields is None:
        return reading
    if not is_expired(fields.pay_by, day):
        return reading
    return replace(reading, verdict=Verdict.EXPIRED, detail=expired_detail(fields.pay_by))


def finish(tables: Iterable[pa.Table], rows: int, out: Path | None, about: About) -> dict[str, int]:
    """Write the results and the report, if there is a place for them, and count the verdicts."""
    survey = Survey(rows)
    if out is None:
        for _ in survey.passing(tables):
            pass
    else:
        write_results(out, survey.passing(tables))
        write_report(out, survey, about)
    return survey.verdicts
