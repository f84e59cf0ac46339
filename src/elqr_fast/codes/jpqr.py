"""JPQR and other EMVCo merchant-presented codes: recognised and read, never printed on a slip.

An eL-QR starts like one but is none: `elqr.is_elqr_prefix` comes first.  Source: EMVCo QR Code
Specification for Payment Systems, Merchant-Presented Mode; JPQR's identifier from its guideline.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from elqr_fast.codes.elqr import is_elqr_prefix
from elqr_fast.errors import PayloadError

JPQR_GUID = "jp.or.paymentsjapan"
MAX_CHARACTERS = 512
_FORMAT = "000201"
_CRC_HEAD = "6304"
_ACCOUNT_IDS = tuple(f"{number:02}" for number in range(26, 52))
_TEMPLATE_IDS = (*_ACCOUNT_IDS, "62", "64", *(f"{number:02}" for number in range(80, 100)))


@dataclass(frozen=True)
class MerchantCode:
    """What a code says: `fields` by ID, `templates` by ID and sub-ID."""

    fields: Mapping[str, str]
    templates: Mapping[str, Mapping[str, str]]

    @property
    def name(self) -> str:
        """The merchant's name, in its own language where the code has one."""
        return self.templates.get("64", {}).get("01") or self.fields.get("59", "")

    @property
    def city(self) -> str:
        """The merchant's city."""
        return self.fields.get("60", "")

    @property
    def is_static(self) -> bool:
        """The same code for every payment (ID 01 is 11)."""
        return self.fields.get("01") == "11"

    @property
    def is_jpqr(self) -> bool:
        """Whether one of the merchant accounts is JPQR's."""
        return any(self.templates.get(key, {}).get("00") == JPQR_GUID for key in _ACCOUNT_IDS)


def is_emv(data: bytes) -> bool:
    """Whether a code's content is a well-formed EMVCo merchant-presented code."""
    return _parsed(data) is not None


def is_jpqr(data: bytes) -> bool:
    """Whether a code's content is a well-formed JPQR code."""
    code = _parsed(data)
    return code is not None and code.is_jpqr


def parse(text: str) -> MerchantCode:
    """Reads a code's text.

    Raises PayloadError with the position of the first character concerned: bad_prefix (not EMVCo,
    or an eL-QR), bad_length, bad_crc, bad_tag (an ID that is not two
    digits, comes twice, or is out of place).
    """
    if not text.startswith(_FORMAT) or is_elqr_prefix(text.encode("utf-8", "replace")):
        raise PayloadError("bad_prefix", 0, "not an EMVCo merchant-presented code")
    if len(text) > MAX_CHARACTERS:
        raise PayloadError("bad_length", MAX_CHARACTERS, f"{len(text)} characters")
    fields: dict[str, str] = {}
    templates: dict[str, Mapping[str, str]] = {}
    for position, key, value in _elements(text, 0):
        if "63" in fields:
            raise PayloadError("bad_tag", position, "63 is not the last")
        _add(fields, position, key, value)
        if key in _TEMPLATE_IDS:
            templates[key] = _template(value, position + 4)
    _check_crc(text, fields)
    return MerchantCode(fields, templates)


def _parsed(data: bytes) -> MerchantCode | None:
    try:
        return parse(data.decode("utf-8"))
    except (PayloadError, UnicodeDecodeError):
        return None


def _template(value: str, start: int) -> dict[str, str]:
    fields: dict[str, str] = {}
    for position, key, inner in _elements(value, start):
        _add(fields, position, key, inner)
    return fields


def _add(fields: dict[str, str], position: int, key: str, value: str) -> None:
    if key in fields:
        raise PayloadError("bad_tag", position, f"{key} for the second time")
    fields[key] = value


def _elements(text: str, start: int) -> Iterator[tuple[int, str, str]]:
    """(position, ID, value) one after the other; lengths count characters, not bytes."""
    at = 0
    while at < len(text):
        head = text[at : at + 4]
        if not (len(head) == 4 and head.isascii() and head.isdigit()):
            raise PayloadError("bad_tag", start + at, "not an ID and a length of two digits each")
        end = at + 4 + int(head[2:])
        if end > len(text) or end == at + 4:
            raise PayloadError("bad_length", start + at + 2, f"{head[:2]} is empty or cut short")
        yield start + at, head[:2], text[at + 4 : end]
        at = end


def _check_crc(text: str, fields: Mapping[str, str]) -> None:
    """Over everything before the four digits, as UTF-8."""
    position = len(text) - 4
    if "63" not in fields or len(fields["63"]) != 4 or text[position - 4 : position] != _CRC_HEAD:
        raise PayloadError("bad_crc", max(position, 0), "63 with four characters is not the last")
    expected = binascii.crc_hqx(text[:position].encode("utf-8"), 0xFFFF)
    if fields["63"] != f"{expected:04X}":
        raise PayloadError("bad_crc", position, "the CRC is wrong")
