"""records/qr_choice.py: which notices are to have no eL-QR."""

from __future__ import annotations

import pyarrow as pa
import pytest

from elqr_fast.records.qr_choice import Choice, read_choice, refused
from elqr_fast.records.readers import open_notices
from elqr_fast.records.synthetic import make_notices


def choice(*cells: str | None) -> Choice:
    return read_choice(pa.record_batch({"qr": pa.array(cells, pa.string())}), 100)


def test_words_of_both_kinds_in_any_width_and_case() -> None:
    said = choice(
        "no", " NO ", "0", "\uff10", "無", "なし", "False", "yes", "1", "有", "TRUE", None, ""
    )
    assert said.errors == []
    assert said.no.tolist() == [True] * 7 + [False] * 6
    assert said.yes.tolist() == [False] * 7 + [True] * 4 + [False] * 2


def test_another_word_is_an_error() -> None:
    (error,) = choice("no", "perhaps", "yes").errors
    assert (error.row, error.field, error.rule, error.found) == (101, "qr", "yes_no", "perhaps")
    assert error.expected == "yes or no (1 or 0, 有 or 無)"


def test_without_the_column_nobody_says_anything() -> None:
    said = read_choice(pa.record_batch({"name": pa.array(["a", "b"])}), 0)
    assert not said.no.any()
    assert not said.yes.any()


def test_a_form_refuses_what_it_cannot_print() -> None:
    said = choice("no", "yes", None)
    (always,) = refused(said, 100, "maru", has_qr=True, mixed=False)
    assert (always.row, always.field, always.rule, always.found) == (100, "qr", "form", "no")
    assert "the form maru prints an eL-QR on every slip" in always.expected
    (never,) = refused(said, 100, "maru-no-qr", has_qr=False, mixed=False)
    assert (never.row, never.found) == (101, "yes")
    assert never.expected == "no: the form maru-no-qr has no eL-QR"
    assert refused(said, 100, "maru-mixed", has_qr=True, mixed=True) == []


@pytest.mark.parametrize("header", ["qr", "QRコード有無", "QR印字"])
@pytest.mark.parametrize("cells", [[False, True, None], [0, 1, None], ["無", "有", ""]])
def test_tables_say_it_in_several_types(header: str, cells: list[object]) -> None:
    table = make_notices(3).append_column(header, pa.array(cells))
    (batch,) = open_notices(table).batches(3)
    said = read_choice(batch.table, 0)
    assert (said.no.tolist(), said.yes.tolist()) == ([True, False, False], [False, True, False])
