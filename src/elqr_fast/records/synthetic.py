"""Believable notices of nobody: for the demo, the tests and the benchmarks.

Every value is a fixed function of the seed and the row, whatever the count or the batch size.
People, streets, companies, institution and issuer codes are invented; so are the levy numbers,
whose official list is not public.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from elqr_fast.files import replacing, replacing_text
from elqr_fast.records.columns import BY_NAME

Numbers = npt.NDArray[np.uint64]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Everyday names, then forms that trip up encodings and fonts: NEC and IBM extensions of CP932,
# old character shapes, second-level kanji.
SURNAMES = _words(
    """
    佐藤 鈴木 高橋 田中 渡辺 伊藤 山本 中村 小林 加藤 吉田 山田 山口 松本 井上 木村 清水 林 斎藤 森
    池田 橋本 阿部 石川 前田 藤田 小川 岡田 後藤 長谷川 村上 近藤 石井 坂本
    髙橋 山﨑 塚本 濵田 渡邉 渡邊 齋藤 齊藤 桒原 栁田 瀨戸 德永 廣瀬 舘野 草彅 嶋﨑 眞壁 冨樫
    """
)
GIVEN_NAMES = _words(
    """
    太郎 花子 一郎 美咲 健一 陽子 翔太 直美 大輔 恵子 拓也 由美子 誠 幸子 隆 久美子 学 裕子
    凜 凛 德次郎 祐輝 琢磨 惠美 晧平 朗子 鴎一 瑤子 さくら カオル ヱイ子 緖方子 澪 珈琲子
    """
)
COMPANIES = (
    "㈱見本商店",
    "㈲髙砂工業",
    "株式会社濵屋",
    "㈱ソ十表示能力研究所",
    "合同会社德山印刷",
    "㈱アール・アンド・エム",
    "医療法人社団塚﨑会",
    "一般社団法人見本市観光協会",
)
TOWNS = _words(
    """
    見本県見本市緑町 見本県見本市中央 見本県見本市髙砂町 見本県見本市塚越 見本県見本市德丸
    見本県見本市瀨田 見本県北見本市濵松町 見本県北見本市字渡邉 見本県西見本郡山﨑村大字上鴎
    """
)
BUILDINGS = (
    "",
    "",
    "",
    "　緑ハイツ２０３号",
    "　メゾン・ド・髙砂①－５０１",
    "　ﾐﾎﾝ荘 3-A",
    "　德永方",
)


@dataclass(frozen=True, slots=True)
class Levy:
    """A tax or fee: its due dates, one per instalment, and its amounts in units of 100 yen."""

    title: str
    number: int
    institution: int
    dues: tuple[int, ...]
    units: tuple[int, int]
    #: Number of the first instalment; 00 marks a levy that is paid at once.
    first_period: int = 1
    #: Whether companies pay it as well as people.
    companies: bool = False


_CITY, _PREFECTURE = 99_123, 99_000
_TAX_DUES = (2026_04_30, 2026_07_31, 2026_12_25, 2027_03_01)
# Fees and premiums came to the eL-QR in September 2026.
_FEE_DUES = (2026_09_30, 2026_11_02, 2026_11_30, 2026_12_25)
LEVIES = (
    Levy("固定資産税・都市計画税", 1, _CITY, _TAX_DUES, (30, 6_000), companies=True),
    Levy("自動車税種別割", 2, _PREFECTURE, (2026_06_01,), (250, 1_110), 0, True),
    Levy("軽自動車税種別割", 3, _CITY, (2026_06_01,), (20, 129), 0, True),
    Levy(
        "市民税・県民税",
        4,
        _CITY,
        (2026_06_30, 2026_08_31, 2026_11_02, 2027_02_01),
        (50, 1_500),
    ),
    Levy("国民健康保険料", 501, _CITY, _FEE_DUES, (80, 900)),
    Levy("介護保険料", 502, _CITY, _FEE_DUES, (40, 400)),
    Levy("後期高齢者医療保険料", 503, _CITY, _FEE_DUES, (30, 800)),
    Levy("保育料", 510, _CITY, (2026_09_30,), (50, 750), 9),
    Levy("道路占用料", 520, _CITY, (2026_10_30,), (10, 4_000), 0, True),
)
# One round of rows: every levy with all its instalments, one behind the other.
_ROUND = [(kind, part) for kind, levy in enumerate(LEVIES) for part in range(len(levy.dues))]
_ROUND_LEVY = np.array([kind for kind, _ in _ROUND], dtype=np.uint64)
_ARREARS_DUE = 2027_03_31


def make_notices(count: int, seed: int = 1) -> pa.Table:
    """`count` notices as a table of text columns under canonical names."""
    return pa.Table.from_batches(iter_notices(count, seed), schema=SCHEMA)


def iter_notices(count: int, seed: int = 1, rows: int = 16_384) -> Iterator[pa.RecordBatch]:
    """The same notices as `make_notices`, in batches of `rows`."""
    for start in range(0, count, rows):
        yield _batch(np.arange(start, min(start + rows, count), dtype=np.uint64), seed)


def write_csv(
    notices: pa.Table | Iterable[pa.RecordBatch],
    path: str | Path,
    encoding: str = "utf-8",
    headers: Literal["ja", "en"] = "ja",
) -> None:
    """Write notices as CSV with CRLF line ends; `utf-8-sig` is UTF-8 with byte order mark."""
    names = SCHEMA.names if headers == "en" else [BY_NAME[name].headers[0] for name in SCHEMA.names]
    with replacing_text(Path(path), encoding) as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for batch in _batches(notices):
            writer.writerows(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def write_parquet(notices: pa.Table | Iterable[pa.RecordBatch], path: str | Path) -> None:
    """Write notices as Parquet, every column text."""
    with (
        replacing(Path(path)) as file,
        pyarrow.parquet.ParquetWriter(file, SCHEMA) as writer,
    ):
        for batch in _batches(notices):
            writer.write_batch(batch)


def _batches(notices: pa.Table | Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
    return notices.to_batches() if isinstance(notices, pa.Table) else notices


def _batch(row: Numbers, seed: int) -> pa.RecordBatch:
    turn, place = np.divmod(row, np.uint64(len(_ROUND)))
    payer = turn * np.uint64(len(LEVIES)) + _ROUND_LEVY[place]
    columns = (
        _codes(row, place, seed) | _money(row, payer, place, seed) | _payer(payer, place, seed)
    )
    return pa.record_batch([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def _codes(row: Numbers, place: Numbers, seed: int) -> dict[str, pa.Array]:
    # A multiplier prime to 10**10 makes a permutation: serial numbers in disorder, none twice.
    serial = (row * np.uint64(6_364_136_223) + np.uint64(seed * 1_442_695_041)) % np.uint64(10**10)
    levy = _by_place(lambda levy, part: levy.number)[place]
    period = _by_place(lambda levy, part: levy.first_period + part)[place]
    unique = _digits(serial, 10)
    tail = pc.binary_join_element_wise(_digits(levy, 3), "26", _digits(period, 2), "")
    check = _digits(_below(1_000, row, seed, 1), 3)
    last_year = _below(24, row, seed, 2) == 0
    return {
        "institution": _digits(_by_place(lambda levy, part: levy.institution)[place], 5),
        "case_key": pc.binary_join_element_wise(unique, tail, check, ""),
        "confirmation": _digits(_below(10**6, row, seed, 3), 6),
        "levy": _digits(levy, 3),
        "levy_year": _digits(np.full_like(row, 2026), 4),
        "tax_year": _digits(np.where(last_year, np.uint64(2025), np.uint64(2026)), 4),
        "period": _digits(period, 2),
        "bill_issuer": _digits(np.full_like(row, 912_345), 6),
        "bill_free": pc.binary_join_element_wise("0000", unique, tail, ""),
        "bill_reissue": _digits(np.zeros_like(row), 1),
    }


def _money(row: Numbers, payer: Numbers, place: Numbers, seed: int) -> dict[str, pa.Array]:
    """Amounts and dates; one notice in nine is late and has arrears, half of those a fee."""
    low = _by_place(lambda levy, part: levy.units[0])[place]
    span = _by_place(lambda levy, part: levy.units[1] - levy.units[0])[place]
    # The square of a fraction: many small amounts and few large ones.
    fraction = _below(10_000, payer, seed, 4) ** 2
    part = low + span * fraction // np.uint64(10**8)
    # What does not divide evenly among the instalments is paid with the first.
    first = _by_place(lambda levy, part: part == 0 and len(levy.dues) > 1)[place]
    tax = (part + first * _below(4, payer, seed, 18)) * np.uint64(100)
    late = _below(9, row, seed, 5) == 0
    arrears = np.where(late, (_below(99, row, seed, 6) + 1) * np.uint64(100), 0)
    fees = np.where(late & (_below(2, row, seed, 7) == 0), np.uint64(100), 0)
    due = _by_place(lambda levy, part: levy.dues[part])[place]
    return {
        "amount": _digits(tax + arrears + fees),
        "tax": _digits(tax),
        "arrears": _digits(arrears, absent=arrears == 0),
        "fees": _digits(fees, absent=fees == 0),
        "due": _digits(due, 8),
        "pay_by": _digits(np.where(late, np.uint64(_ARREARS_DUE), due), 8),
        "title": _pick([levy.title for levy in LEVIES], _ROUND_LEVY[place]),
    }


def _payer(payer: Numbers, place: Numbers, seed: int) -> dict[str, pa.Array]:
    surname = _pick(SURNAMES, _below(len(SURNAMES), payer, seed, 8))
    given = _pick(GIVEN_NAMES, _below(len(GIVEN_NAMES), payer, seed, 9))
    person = pc.binary_join_element_wise(surname, given, "　")
    company = _pick(COMPANIES, _below(len(COMPANIES), payer, seed, 10))
    may_be_company = _by_place(lambda levy, part: levy.companies)[place] == 1
    is_company = pa.array(may_be_company & (_below(6, payer, seed, 11) == 0))
    town = _pick(TOWNS, _below(len(TOWNS), payer, seed, 12))
    building = _pick(BUILDINGS, _below(len(BUILDINGS), payer, seed, 13))
    block, lot = (_digits(_below(30, payer, seed, part) + 1) for part in (14, 15))
    number = pc.binary_join_element_wise(block, "番地", lot, "")
    area, street = _below(100, payer, seed, 16), _below(10_000, payer, seed, 17)
    postal = pc.binary_join_element_wise(_digits(area + np.uint64(900), 3), _digits(street, 4), "-")
    return {
        "name": pc.if_else(is_company, company, person),
        "address": pc.binary_join_element_wise(town, number, building, ""),
        "postal": postal,
    }


def _by_place(value: Any) -> Numbers:
    """`value(levy, instalment)` for every row of a round."""
    return np.array([value(LEVIES[kind], part) for kind, part in _ROUND], dtype=np.uint64)


def _below(limit: int, index: Numbers, seed: int, purpose: int) -> Numbers:
    """An even-handed number below `limit` for each index: splitmix64's finisher.

    Not numpy's generators, whose streams may change between versions.
    """
    start = (seed * 0x9E37_79B9_7F4A_7C15 + purpose * 0xD1B5_4A32_D192_ED03) % 2**64
    mixed = (index + np.uint64(1)) * np.uint64(0x9E37_79B9_7F4A_7C15) + np.uint64(start)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
    return (mixed ^ (mixed >> np.uint64(31))) % np.uint64(limit)


def _digits(numbers: Numbers, width: int = 1, absent: npt.NDArray[np.bool_] | None = None) -> Any:
    text = pc.cast(pa.array(numbers, mask=absent), pa.string())
    return pc.utf8_lpad(text, width=width, padding="0")


def _pick(words: Iterable[str], index: Numbers) -> pa.StringArray:
    return pa.array(list(words)).take(pa.array(index))


SCHEMA = pa.schema(
    (name, pa.string())
    for name in (
        *("institution", "case_key", "confirmation", "levy", "amount", "levy_year", "tax_year"),
        *("period", "due", "pay_by", "name", "address", "postal", "title"),
        *("tax", "arrears", "fees", "bill_issuer", "bill_free", "bill_reissue"),
    )
)
