"""Case keys in numbers: 25 digits in 12 bytes, so that millions of them fit in memory.

A key is an institution (5 digits) and a case key (20).  20 digits exceed 64 bits, so the first of
them goes with the institution: `head` has 6 digits, `tail` 19.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

INSTITUTION_DIGITS = 5
CASE_KEY_DIGITS = 20
DIGITS = "^[0-9]+$"


@dataclass(frozen=True, slots=True)
class Keys:
    """`head` uint32 [n], `tail` uint64 [n]; `known` [n] is False where a row has no sound key."""

    head: npt.NDArray[np.uint32]
    tail: npt.NDArray[np.uint64]
    known: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.tail)


def pack_keys(institution: pa.Array, case_key: pa.Array) -> Keys:
    """Keys of text columns; short numbers are zero-padded on the left, null means no key."""
    institution, known_institution = _padded(institution, INSTITUTION_DIGITS)
    case_key, known_case = _padded(case_key, CASE_KEY_DIGITS)
    head = pc.binary_join_element_wise(institution, pc.utf8_slice_codeunits(case_key, 0, 1), "")
    tail = pc.utf8_slice_codeunits(case_key, 1)
    return Keys(
        np.asarray(head.cast(pa.uint32())),
        np.asarray(tail.cast(pa.uint64())),
        known_institution & known_case,
    )


def _padded(column: pa.Array, digits: int) -> tuple[pa.Array, npt.NDArray[np.bool_]]:
    """The column as digits of full width (zeros for what is no number), and where it is one."""
    text = column.cast(pa.string())
    sound = pc.and_(
        pc.match_substring_regex(text, DIGITS), pc.less_equal(pc.utf8_length(text), digits)
    )
    sound = pc.fill_null(sound, False)
    padded = pc.utf8_lpad(pc.if_else(sound, text, "0"), digits, "0")
    return padded, np.asarray(sound)
