"""25 digits in 12 bytes and back."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from elqr_fast.verify.keys import pack_keys

DIGITS = st.text("0123456789", min_size=1)


@given(
    st.lists(
        st.tuples(
            st.text("0123456789", min_size=1, max_size=5),
            st.text("0123456789", min_size=1, max_size=20),
        ),
        max_size=20,
    )
)
def test_packed_keys_are_the_number_of_25_digits(rows: list[tuple[str, str]]) -> None:
    institutions, case_keys = zip(*rows, strict=True) if rows else ((), ())
    keys = pack_keys(pa.array(institutions, pa.string()), pa.array(case_keys, pa.string()))
    assert keys.known.all()
    numbers = [
        head * 10**19 + tail
        for head, tail in zip(keys.head.tolist(), keys.tail.tolist(), strict=True)
    ]
    assert numbers == [int(i) * 10**20 + int(key) for i, key in rows]


def test_what_is_no_key() -> None:
    institutions = ["1", None, "123456", "1", "１", "1", "-1", "1"]
    case_keys = ["2", "2", "2", "1" * 21, "2", "", "2", None]
    keys = pack_keys(pa.array(institutions), pa.array(case_keys))
    assert keys.known.tolist() == [True] + [False] * 7
