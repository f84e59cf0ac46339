"""A value of a notice as it is printed: money, dates in Japan's eras, postal codes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache

from elqr_fast.forms.model import Format

#: First day and name of each era since the Gregorian calendar came in (明治6年), newest first.
_ERAS = (
    (date(2019, 5, 1), 2019, "令和"),
    (date(1989, 1, 8), 1989, "平成"),
    (date(1926, 12, 25), 1926, "昭和"),
    (date(1912, 7, 30), 1912, "大正"),
    (date(1873, 1, 1), 1868, "明治"),
)


@lru_cache(maxsize=4096)
def worded(form: Format, value: str) -> str:
    """A non-empty value in a field's format.  Raises ValueError if it does not have that form."""
    return _WORDINGS[form](value)


def _number(value: str) -> str:
    return f"{int(value):,}"


def _yen(value: str) -> str:
    # U+00A5: the full-width sign (U+FFE5) would stand apart from its figures.
    return f"¥{int(value):,}"


def _date(value: str) -> str:
    """YYYYMMDD as 令和8年11月30日; before the eras' calendar as western_date."""
    day = _day(value)
    for first, year_one, era in _ERAS:
        if day >= first:
            return f"{_era_year_of(era, day.year - year_one + 1)}年{day.month}月{day.day}日"
    return _western_date(value)


def _western_date(value: str) -> str:
    day = _day(value)
    return f"{day.year}年{day.month}月{day.day}日"


def _day(value: str) -> date:
    digits = value.replace("-", "")
    if len(digits) != 8:
        raise ValueError("not YYYYMMDD")
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def _era_year(value: str) -> str:
    """A fiscal year by the era that its calendar year ended in: 2019 is 令和元."""
    year = int(value)
    for _, year_one, era in _ERAS:
        if year >= year_one:
            return _era_year_of(era, year - year_one + 1)
    return str(year)


def _era_year_of(era: str, number: int) -> str:
    return f"{era}{'元' if number == 1 else number}"


def _period(value: str) -> str:
    """An instalment; 00 is a levy without instalments, of which nothing is printed."""
    return f"第{int(value)}期" if int(value) else ""


def _postal(value: str) -> str:
    digits = value.replace("-", "")
    if len(digits) != 7:
        raise ValueError("not 7 digits")
    return f"〒{digits[:3]}-{digits[3:]}"


_WORDINGS: dict[Format, Callable[[str], str]] = {
    "text": str,
    "number": _number,
    "yen": _yen,
    "date": _date,
    "western_date": _western_date,
    "era_year": _era_year,
    "period": _period,
    "postal": _postal,
}
