"""The eL-QR's 255 digits: built from columns, parsed back with every check."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from os import PathLike
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from elqr_fast._native import payload as native
from elqr_fast.codes.columns import Columns
from elqr_fast.codes.layout import Layout, load_layout
from elqr_fast.codes.rows import build_rows
from elqr_fast.errors import (
    AmountMismatchError,
    BadCharacterError,
    BadCheckDigitError,
    BadCrcError,
    BadDateError,
    BadPrefixError,
    ConfigError,
    FieldError,
    InputError,
    KernelError,
    OutOfRangeError,
    PayloadError,
)

DEFAULT_LAYOUT = "elqr-v1"

_FAULTS: tuple[tuple[str, type[KernelError]], ...] = (
    ("bad_character", BadCharacterError),
    ("bad_prefix", BadPrefixError),
    ("bad_crc", BadCrcError),
    ("bad_check_digit", BadCheckDigitError),
    ("amount_mismatch", AmountMismatchError),
    ("bad_date", BadDateError),
    ("out_of_range", OutOfRangeError),
)
#: `PayloadError.code` of each status in `ParsedPayloads.statuses`; 0 is no fault.
CODES: dict[int, str] = {error.status: code for code, error in _FAULTS}
_MEANINGS = {error.status: error.meaning for _, error in _FAULTS}


@dataclass(frozen=True)
class Payloads:
    """Payloads of a batch: `digits` uint8 [n, 255], ASCII; a row with errors is all zero bytes."""

    digits: NDArray[np.uint8]
    errors: list[FieldError]

    @property
    def valid(self) -> NDArray[np.bool_]:
        """[n]: which rows hold a payload."""
        return np.asarray(self.digits[:, 0] != 0)


@dataclass(frozen=True)
class ElqrFields:
    """What a payload says.  Digits as text, with their leading zeros; `amount` in yen."""

    institution: str
    case_key: str
    confirmation: str
    levy: str
    amount: int
    levy_year: str
    tax_year: str
    period: str
    due: str
    pay_by: str
    office: str = ""
    account: str = ""
    fee_bearer: str = ""
    stamp: str = ""
    eltax_area: str = ""
    tag80: str = ""
    #: Fields of a layout of one's own that have no attribute here.
    others: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def el_number(self) -> str:
        """As printed: `12345-1234567890 1234567890-123456-123`."""
        return el_number(self.institution, self.case_key, self.confirmation, self.levy)


@dataclass(frozen=True)
class ParsedPayloads:
    """A batch parsed: one row each, in order.

    `fields` holds a text column for each field of the layout, `amount` as int64; all are null in
    a row with a fault.  `statuses` uint8 [n]: 0, or a key of `CODES`; `positions` uint16 [n]: the
    first digit concerned.
    """

    fields: pa.RecordBatch
    statuses: NDArray[np.uint8]
    positions: NDArray[np.uint16]

    def code(self, row: int) -> str:
        """The code of a row's fault, "" if it has none."""
        return CODES.get(int(self.statuses[row]), "")


def build_payloads(
    columns: Columns, *, layout: str | PathLike[str] | Layout | None = None
) -> Payloads:
    """Payloads of many slips at once.

    `columns`: a mapping of lists, numpy or Arrow arrays, a pyarrow Table or RecordBatch, or a data
    frame, with institution, case_key, confirmation, levy, amount, levy_year, tax_year, period,
    due, pay_by and, if wanted, office, account, fee_bearer, stamp, eltax_area, tag80; others are
    ignored.  Values are text or integers; short numbers are zero-padded on the left, but dates
    and years are complete.  A null or empty value takes the layout's default.

    `layout`: a built-in layout's name or a TOML file; the current eL-QR if None.

    Raises ConfigError if a required column is missing or cannot hold digits.  A bad value never
    raises: it is a FieldError, and its row holds zero bytes.
    """
    rows = build_rows(load_layout(layout or DEFAULT_LAYOUT), columns)
    return Payloads(rows.digits, rows.errors)


def parse_payload(
    digits: str | bytes, *, layout: str | PathLike[str] | Layout | None = None
) -> ElqrFields:
    """The fields of one payload.

    Raises PayloadError with the first fault, in this order: bad_length, bad_prefix, bad_character,
    bad_crc, bad_check_digit, amount_mismatch, bad_prefix (fixed digits farther on), bad_date or
    out_of_range.
    """
    chosen = load_layout(layout or DEFAULT_LAYOUT)
    data = digits.encode("utf-8", "replace") if isinstance(digits, str) else bytes(digits)
    return _fields(parse_row(data, chosen))


def parse_row(data: bytes, layout: Layout) -> dict[str, str]:
    """The digits of each field of one row of any layout.  Raises PayloadError as parse_payload."""
    if len(data) != layout.length:
        at = min(len(data), layout.length)
        raise PayloadError("bad_length", at, f"{len(data)} bytes, not {layout.length}")
    status, position = native.parse_one(layout.compiled, data)
    if status:
        raise PayloadError(CODES[status], position, _MEANINGS[status])
    digits = data.decode("ascii")
    return {name: digits[place] for name, place in layout.slices.items()}


def parse_payloads(
    digits: NDArray[np.uint8], *, layout: str | PathLike[str] | Layout | None = None
) -> ParsedPayloads:
    """Parses uint8 [n, 255] of ASCII digits; faults are statuses, nothing is raised for them.

    At most 25 million rows, because Arrow text counts bytes in 32 bits; ConfigError beyond.
    """
    chosen = load_layout(layout or DEFAULT_LAYOUT)
    rows = np.ascontiguousarray(digits)
    statuses, positions, _ = native.parse(chosen.compiled, rows)
    good = pa.array(statuses == 0)
    validity = good.buffers()[1]
    columns = {
        name: _text_column(rows, chosen.offsets[name][0], spec.width, validity)
        for name, spec in chosen.fields.items()
    }
    if "amount" in columns:
        columns["amount"] = columns["amount"].cast(pa.int64())
    return ParsedPayloads(pa.RecordBatch.from_pydict(columns), statuses, positions)


def is_elqr_prefix(data: bytes) -> bool:
    """Whether a code's content starts as an eL-QR does; asked before any EMV parsing."""
    return data.startswith(_prefix())


@cache
def _prefix() -> bytes:
    return load_layout(DEFAULT_LAYOUT).prefix


def el_number(
    institution: str | int, case_key: str | int, confirmation: str | int, levy: str | int
) -> str:
    """The number printed on a slip: `12345-1234567890 1234567890-123456-123`.

    Raises InputError if a part is not digits or too long.
    """
    key = _padded("case_key", case_key, 20)
    return "-".join(
        (
            _padded("institution", institution, 5),
            f"{key[:10]} {key[10:]}",
            _padded("confirmation", confirmation, 6),
            _padded("levy", levy, 3),
        )
    )


def key_hash(institution: str | int, case_key: str | int) -> str:
    """32 hex digits that stand for a case in manifests, where the key itself must not.

    The first half of SHA-256 over `institution-case_key`, both zero-padded.  Raises InputError.
    """
    text = f"{_padded('institution', institution, 5)}-{_padded('case_key', case_key, 20)}"
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def _padded(name: str, value: str | int, width: int) -> str:
    """The message leaves the value out: it may be a taxpayer's key on its way to a log."""
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= width):
        raise InputError(f"{name}: not 1 to {width} digits")
    return text.zfill(width)


_NAMES = ElqrFields.__dataclass_fields__.keys()


def _fields(row: Mapping[str, str]) -> ElqrFields:
    named: dict[str, Any] = dict(row)
    others = {name: named.pop(name) for name in row if name not in _NAMES}
    named["amount"] = int(named["amount"])
    return ElqrFields(**named, others=others)


def _text_column(
    rows: NDArray[np.uint8], start: int, width: int, validity: pa.Buffer
) -> pa.StringArray:
    """A field's digits as Arrow text.  Digits that are not ASCII stand in null rows only."""
    n = len(rows)
    if n * width >= 2**31:
        raise ConfigError(f"{n} payloads are too many for one batch")
    offsets = np.arange(0, (n + 1) * width, width, dtype=np.int32)
    text = np.ascontiguousarray(rows[:, start : start + width])
    return pa.StringArray.from_buffers(n, pa.py_buffer(offsets), pa.py_buffer(text), validity)
