"""records/synthetic.py: believable, printable, encodable, and always the same."""

from __future__ import annotations

import importlib.util
import stat
from collections import Counter, defaultdict
from datetime import datetime
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pytest
from fontTools.ttLib import TTFont

from elqr_fast.records import synthetic
from elqr_fast.records.columns import BY_NAME, REQUIRED
from elqr_fast.records.readers import open_notices
from elqr_fast.records.synthetic import (
    LEVIES,
    iter_notices,
    make_notices,
    write_csv,
    write_parquet,
)

Row = dict[str, str | None]


@pytest.fixture(scope="module")
def notices() -> pa.Table:
    return make_notices(5_000)


@pytest.fixture(scope="module")
def rows(notices: pa.Table) -> list[Row]:
    found: list[Row] = notices.to_pylist()
    return found


@pytest.fixture(scope="module")
def texts() -> str:
    """Every text a notice can be made of."""
    words = chain(
        synthetic.SURNAMES,
        synthetic.GIVEN_NAMES,
        synthetic.COMPANIES,
        synthetic.TOWNS,
        synthetic.BUILDINGS,
        (levy.title for levy in LEVIES),
        ("番地0123456789-\u3000",),
    )
    return "".join(words)


def test_every_text_comes_from_the_lists(rows: list[Row], texts: str) -> None:
    used = {c for row in rows for name in ("name", "address", "title") for c in row[name] or ""}
    assert used <= set(texts)


def test_all_of_it_is_in_cp932_and_comes_back(texts: str) -> None:
    assert texts.encode("cp932").decode("cp932") == texts


def test_all_of_it_is_in_the_default_font(texts: str) -> None:
    package = importlib.util.find_spec("matplotlib_fontja")
    assert package is not None
    assert package.origin is not None
    with TTFont(Path(package.origin).parent / "fonts" / "ipaexg.ttf") as font:
        assert {c for c in texts if ord(c) not in font.getBestCmap()} == set()


@pytest.mark.parametrize("rare", "髙﨑塚德濵邉邊凜桒瀨㈱①")
def test_rare_characters_are_among_them(rows: list[Row], rare: str) -> None:
    assert any(rare in f"{row['name']}{row['address']}" for row in rows)


def test_the_same_whatever_the_count_and_the_batches(notices: pa.Table) -> None:
    assert make_notices(123).equals(notices.slice(0, 123).combine_chunks())
    cut = pa.Table.from_batches(iter_notices(5_000, rows=777))
    assert cut.combine_chunks().equals(notices.combine_chunks())


def test_the_same_in_every_version() -> None:
    row = make_notices(1).to_pylist()[0]
    assert (row["case_key"], row["confirmation"], row["amount"]) == (
        "14426950410012601898",
        "207505",
        "230300",
    )


def test_another_seed_is_another_city(rows: list[Row]) -> None:
    others = make_notices(5_000, seed=2).to_pylist()
    assert not {row["case_key"] for row in rows[:500]} & {row["case_key"] for row in others[:500]}
    assert sum(a["name"] == b["name"] for a, b in zip(rows, others, strict=True)) < 500


def test_keys_are_twenty_digits_and_unique(rows: list[Row]) -> None:
    keys = [row["case_key"] or "" for row in rows]
    assert len(set(keys)) == len(keys)
    assert {len(key) for key in keys} == {20}
    assert any(key.startswith("0") for key in keys)


def test_every_payload_column_is_filled_with_digits(rows: list[Row]) -> None:
    widths = {"institution": 5, "confirmation": 6, "levy": 3, "levy_year": 4, "period": 2, "due": 8}
    for name in REQUIRED:
        cells = [row[name] or "" for row in rows]
        assert all(cell.isascii() and cell.isdigit() for cell in cells), name
        assert {len(cell) for cell in cells} == {widths[name]} if name in widths else True
    assert all(0 < int(row["amount"] or 0) < 10**11 for row in rows)


def test_dates_are_of_the_calendar(rows: list[Row]) -> None:
    for row in rows:
        due, pay_by = (datetime.strptime(row[name] or "", "%Y%m%d") for name in ("due", "pay_by"))
        assert due <= pay_by
        assert due.weekday() < 5, "banks are closed"


def test_parts_add_up_and_some_have_arrears(rows: list[Row]) -> None:
    for row in rows:
        parts = [int(row[name] or 0) for name in ("tax", "arrears", "fees")]
        assert sum(parts) == int(row["amount"] or 0)
    late = sum(row["arrears"] is not None for row in rows)
    assert 0.05 < late / len(rows) < 0.2
    assert 0 < sum(row["fees"] is not None for row in rows) < late


def test_instalments_belong_together(rows: list[Row]) -> None:
    """Whole rounds: each payer of a levy has its instalments, one behind the other."""
    whole = rows[: len(rows) // 24 * 24]
    runs: list[list[Row]] = []
    for row in whole:
        follows = runs and runs[-1][-1]["title"] == row["title"]
        if follows and len(runs[-1]) < 4 and row["period"] not in ("00", "01"):
            runs[-1].append(row)
        else:
            runs.append([row])
    by_title = defaultdict(set)
    for run in runs:
        assert len({row["name"] for row in run}) == len({row["address"] for row in run}) == 1
        assert len({row["case_key"] for row in run}) == len(run)
        by_title[run[0]["title"]].add(tuple(row["period"] for row in run))
    assert by_title["固定資産税・都市計画税"] == {("01", "02", "03", "04")}
    assert by_title["市民税・県民税"] == {("01", "02", "03", "04")}
    assert by_title["自動車税種別割"] == by_title["軽自動車税種別割"] == {("00",)}


def test_taxes_fees_and_premiums_are_all_there(rows: list[Row]) -> None:
    titles = Counter(row["title"] for row in rows)
    assert set(titles) == {levy.title for levy in LEVIES}
    assert {"国民健康保険料", "介護保険料", "保育料"} <= set(titles)


def test_companies_pay_only_what_companies_pay(rows: list[Row]) -> None:
    paid = {row["title"] for row in rows if row["name"] in synthetic.COMPANIES}
    assert paid == {levy.title for levy in LEVIES if levy.companies}


def test_bar_code_columns(rows: list[Row]) -> None:
    for row in rows:
        lengths = [len(row[name] or "") for name in ("bill_issuer", "bill_free", "bill_reissue")]
        assert lengths == [6, 21, 1]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("headers", ["ja", "en"])
def test_csv_round_trip(tmp_path: Path, notices: pa.Table, encoding: str, headers: str) -> None:
    path = tmp_path / "n.csv"
    write_csv(notices, path, encoding, headers)  # type: ignore[arg-type]
    opened = open_notices(path)
    assert opened.encoding == ("cp932" if encoding == "cp932" else "utf-8")
    read = pa.Table.from_batches(batch.table for batch in opened.batches(1_000))
    assert read.select(notices.column_names).combine_chunks().equals(notices.combine_chunks())
    header = path.read_text(encoding=encoding).splitlines()[0]
    expected = "case_key" if headers == "en" else BY_NAME["case_key"].headers[0]
    assert expected in header.split(",")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_parquet_round_trip(tmp_path: Path, notices: pa.Table) -> None:
    write_parquet(iter_notices(5_000), tmp_path / "n.parquet")
    read = pa.Table.from_batches(
        batch.table for batch in open_notices(tmp_path / "n.parquet").batches(999)
    )
    assert read.select(notices.column_names).combine_chunks().equals(notices.combine_chunks())


def test_the_same_bytes_every_time(tmp_path: Path, notices: pa.Table) -> None:
    for write, name in ((write_csv, "csv"), (write_parquet, "parquet")):
        write(notices, tmp_path / f"a.{name}")
        write(iter_notices(5_000), tmp_path / f"b.{name}")
        assert (tmp_path / f"a.{name}").read_bytes() == (tmp_path / f"b.{name}").read_bytes()
