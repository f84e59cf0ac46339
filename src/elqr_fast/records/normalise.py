"""Tidying of cells, column by column, without judging them: the checks come later.

Digits: surrounding blanks go and full-width digits become ASCII, as spreadsheets and fixed-width
exports leave them.  Nothing else is touched: "1,200", "①" or "12.0" stay what they are, and are
rejected by the checks rather than guessed at.  Dates become YYYYMMDD.  Text stays as it is.
"""

from __future__ import annotations

import functools
import re

import pyarrow as pa
import pyarrow.compute as pc

#: `M` and `D` accept one digit or two, as spreadsheets write 2026/4/1.
DEFAULT_DATES: tuple[str, ...] = ("YYYYMMDD", "YYYY-M-D", "YYYY/M/D")

_PARTS = {
    "YYYY": "(?P<y>[0-9]{4})",
    "MM": "(?P<m>[0-9]{2})",
    "M": "(?P<m>[0-9]{1,2})",
    "DD": "(?P<d>[0-9]{2})",
    "D": "(?P<d>[0-9]{1,2})",
}
# Digits of both widths, the separators of dates and postal codes of both widths, and blanks.
# Over these characters, and not in general, NFKC does just what is wanted.
_WIDE = r"^[0-9\x{FF10}-\x{FF19}\-/\x{FF0D}\x{FF0F}\s\x{3000}]*$"


def tidy_digits(column: pa.StringArray) -> pa.StringArray:
    """`column` with blanks around digits removed and full-width digits made ASCII."""
    if _all_match(column, "^[0-9]+$"):
        return column
    narrow = pc.utf8_trim_whitespace(pc.utf8_normalize(column, form="NFKC"))
    tidy = pc.if_else(pc.match_substring_regex(column, _WIDE), narrow, column)
    return pc.if_else(pc.equal(tidy, ""), pa.scalar(None, pa.string()), tidy)


def tidy_dates(column: pa.StringArray, forms: tuple[str, ...]) -> pa.StringArray:
    """`column` with every date of one of `forms` as YYYYMMDD; the first form that fits counts."""
    column = tidy_digits(column)
    if forms[0] == "YYYYMMDD" and _all_match(column, "^[0-9]{8}$"):
        return column
    found = [_compact(column, form) for form in forms]
    return pc.coalesce(*found, column)


@functools.cache
def date_pattern(form: str) -> str:
    """The regular expression of a date form such as YYYY/M/D.  Raises ValueError."""
    tokens = re.split("(YYYY|MM?|DD?)", form)
    literals = tokens[::2]
    if sorted(token[0] for token in tokens[1::2]) != ["D", "M", "Y"]:
        raise ValueError(form)
    if any(character.isalnum() and character.isascii() for character in "".join(literals)):
        raise ValueError(form)
    body = "".join(_PARTS.get(token) or re.escape(token) for token in tokens if token)
    return f"^{body}$"


def _compact(column: pa.StringArray, form: str) -> pa.StringArray:
    """YYYYMMDD where `form` fits, null elsewhere."""
    parts = pc.extract_regex(column, pattern=date_pattern(form))
    year, month, day = (pc.struct_field(parts, name) for name in "ymd")
    month, day = (pc.utf8_lpad(part, width=2, padding="0") for part in (month, day))
    return pc.binary_join_element_wise(year, month, day, "")


def _all_match(column: pa.StringArray, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(column, pattern), min_count=0).as_py())
