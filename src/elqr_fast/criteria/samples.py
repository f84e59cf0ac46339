"""The slips that a form is tried with: lowest, ordinary and highest amounts, longest names.

Nobody's: institution, issuer and people are invented.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from elqr_fast.errors import FormError
from elqr_fast.forms.model import Form
from elqr_fast.records.columns import BY_NAME
from elqr_fast.render.pages import Page, compose
from elqr_fast.render.plate import Plate
from elqr_fast.render.slips import DERIVED, Slips, prepare

#: The most that a payload's eleven digits hold.
_HIGHEST = 99_999_999_999
_ORDINARY = 45_000
_COMMON = {
    "institution": "12345",
    "case_key": "12345678901234567890",
    "confirmation": "123456",
    "levy": "123",
    "levy_year": "2026",
    "tax_year": "2026",
    "period": "01",
    "due": "20261130",
    "pay_by": "20261228",
    "account": "00123456789",
    "postal": "1008793",
    "address": "東京都千代田区大手町2-3-1",
    "name": "送金 太郎",
    "title": "固定資産税・都市計画税",
    "bill_issuer": "912345",
    "bill_free": "12345678901234567",
    "bill_reissue": "0",
}
_LONGEST = {
    "name": "株式会社見本県北見本市中央商店街振興協同組合事業本部 代表取締役 長谷川 由美子",
    "address": (
        "見本県北見本市字渡邉一丁目二十三番地四十五号 メゾン・ド・髙砂第二見本ビルディング1203号室"
    ),
    "title": "固定資産税・都市計画税(償却資産を含む)",
    "period": "12",
}
#: For a column that only the form knows.
_UNKNOWN = "12345"


@dataclass(frozen=True, eq=False, slots=True)
class Samples:
    """Names of the samples, and their slips and pages in the same order.

    `unfit` names those that the form cannot take, with the field that is too small.
    """

    names: list[str]
    slips: Slips
    pages: list[Page]
    unfit: dict[str, str]


def make_samples(plate: Plate) -> Samples:
    """The samples on a plate.  Raises FormError if not even the ordinary one fits."""
    notices = _notices(plate.form)
    slips = prepare(_batch(list(notices.values()), plate.form), 0, plate.form)
    pages, errors = compose(plate, slips)
    names = list(notices)
    unfit = {names[error.row]: error.field for error in [*slips.errors, *errors]}
    if "ordinary" in unfit:
        raise FormError(
            f"{plate.form.path}: an ordinary slip does not fit: the field {unfit['ordinary']}"
            " has no room for it or its font lacks a character"
        )
    fitting = [page.row for page in pages]
    kept = [index for index, row in enumerate(slips.rows.tolist()) if row in fitting]
    return Samples(
        [names[row] for row in fitting], slips.take(np.array(kept, np.int64)), pages, unfit
    )


def _notices(form: Form) -> dict[str, dict[str, str]]:
    """By name; the ordinary one comes first, has arrears, and a bar code where the form has one."""
    ordinary = _amounts(_ORDINARY, arrears=2_500, fees=100)
    notices = {
        "ordinary": ordinary,
        "lowest": _amounts(1),
        "highest": _amounts(_HIGHEST, arrears=1_000_000, fees=1_000),
        "longest": ordinary | _LONGEST,
    }
    if form.bar_code:
        notices["highest-bar-code"] = _amounts(form.bar_code.max_amount)
    if form.qr and "mixed" in form.claims:
        notices["without-qr"] = {"qr": "no"}
    # Unlike numbers, so that one slip's can never be taken for another's.
    return {
        name: _COMMON | {"case_key": f"{12345678901234567890 + index}"} | notice
        for index, (name, notice) in enumerate(notices.items())
    }


def _amounts(total: int, *, arrears: int = 0, fees: int = 0) -> dict[str, str]:
    parts = {"tax": total - arrears - fees, "arrears": arrears, "fees": fees}
    return {"amount": str(total)} | {name: str(value) for name, value in parts.items() if value}


def _batch(notices: list[dict[str, str]], form: Form) -> pa.RecordBatch:
    sources = {field.source for _, items, _, _ in form.areas for field in items.fields}
    own = dict.fromkeys(sorted(sources - {*BY_NAME, *DERIVED}), _UNKNOWN)
    names = list(dict.fromkeys(name for notice in notices for name in {**notice, **own}))
    rows = [own | notice for notice in notices]
    return pa.record_batch(
        {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    )
