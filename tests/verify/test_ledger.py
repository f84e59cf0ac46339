"""The ledger: amounts by case key."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from elqr_fast.errors import InputError
from elqr_fast.verify.keys import pack_keys
from elqr_fast.verify.ledger import open_ledger


def test_many_notices_against_a_dictionary() -> None:
    random.seed(1)
    rows = [
        (f"{random.choice((1, 99999)):05d}", f"{random.randrange(10**20):020d}", n)
        for n in range(1, 3000)
    ]
    rows += [(institution, key, 10**10) for institution, key, _ in rows[::7]]  # later, so ignored
    institutions, case_keys, amounts = map(list, zip(*rows, strict=True))
    ledger = open_ledger(
        {"institution": institutions, "case_key": case_keys, "amount": list(map(str, amounts))}
    )
    assert len(ledger) == 2999
    known = {(i, key): n for i, key, n in reversed(rows)}
    asked = [(i, key) for i, key, _ in random.sample(rows, 500)]
    asked += [(i, f"{int(key) ^ 1:020d}") for i, key in asked] + [("00002", asked[0][1])]
    found = ledger.amounts(pack_keys(*(pa.array(column) for column in zip(*asked, strict=True))))
    assert found.tolist() == [known.get(key, -1) for key in asked]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_files(tmp_path: Path, suffix: str) -> None:
    columns = {"institution": ["1", "1"], "case_key": ["20", "30"], "amount": ["700", "1,000"]}
    path = tmp_path / f"notices.{suffix}"
    if suffix == "parquet":
        pq.write_table(pa.table(columns), path)
    else:
        path.write_text('収納機関番号,納付番号,金額\n1,20,700\n1,30,"1,000"\n', encoding="cp932")
    asked = pack_keys(pa.array(["00001", "00001"]), pa.array(["0" * 18 + "20", "0" * 18 + "31"]))
    assert open_ledger(path).amounts(asked).tolist() == [700, -1]


def test_a_row_without_a_sound_key_is_left_out() -> None:
    columns = {"institution": ["1", "x"], "case_key": ["2", "2"], "amount": ["3", "4"]}
    assert len(open_ledger(columns)) == 1


def test_an_amount_that_is_no_number_agrees_with_no_slip() -> None:
    columns = {"institution": ["1"], "case_key": ["2"], "amount": ["a lot"]}
    found = open_ledger(columns).amounts(pack_keys(pa.array(["1"]), pa.array(["2"])))
    assert found.tolist() == [0]


def test_missing_column(tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    path.write_text("institution,amount\n1,2\n")
    with pytest.raises(InputError, match="case_key"):
        open_ledger(path)
