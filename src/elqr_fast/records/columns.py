"""The columns of a notice: what each is called here, what it means, and the headers it goes by."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

#: What a cell may be made of, and so how the readers tidy it: see `records.normalise`.
Kind = Literal["digits", "date", "text", "flag"]


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column; `headers` are the names it has in files when no map says otherwise."""

    name: str
    meaning: str
    kind: Kind
    headers: tuple[str, ...]
    required: bool = False


def _payload(name: str, meaning: str, *headers: str, kind: Kind = "digits") -> Column:
    return Column(name, meaning, kind, headers, required=True)


def _digits(name: str, meaning: str, *headers: str) -> Column:
    return Column(name, meaning, "digits", headers)


def _text(name: str, meaning: str, *headers: str) -> Column:
    return Column(name, meaning, "text", headers)


# No header that means something else elsewhere: 口座番号 is often the payer's own account, 所在地
# where a property lies, 税目 a code.
COLUMNS: tuple[Column, ...] = (
    _payload(
        "institution",
        "the collecting body, 5 digits",
        "共通納税機関コード",
        "収納機関番号",
        "機関コード",
        "institution code",
    ),
    _payload(
        "case_key",
        "the demand's own number, up to 20 digits",
        "案件特定キー",
        "納付番号",
        "case key",
    ),
    _payload("confirmation", "confirmation number, up to 6 digits", "確認番号"),
    _payload(
        "levy",
        "which tax or fee, 3 digits",
        "税目・料金番号",
        "税目・料金区分",
        "納付区分",
        "税目料金番号",
    ),
    _payload(
        "amount",
        "yen to pay, arrears and fees included",
        "合計金額",
        "納付金額",
        "金額",
        "合計額",
        "total",
    ),
    _payload("levy_year", "year of the levy, 4 digits", "賦課年度", "levy year"),
    _payload("tax_year", "year it is charged for, 4 digits", "課税年度", "tax year"),
    _payload("period", "instalment, 00 to 99", "期別", "期", "instalment"),
    _payload("due", "due date", "納期限", "due date", kind="date"),
    _payload("pay_by", "last day the slip can be paid with", "支払期限", "pay by", kind="date"),
    _digits("office", "tax office, 3 digits; 000 without one", "税務署番号", "事務所コード"),
    _digits("account", "account number in the upper OCR line, 11 digits", "加入者口座番号"),
    _digits("fee_bearer", "who bears the transfer fee; 2 = the payee", "手数料負担区分"),
    _digits("stamp", "stamp-duty flag", "印紙区分"),
    _digits("eltax_area", "eLTAX area of the lower OCR line", "eltax使用欄"),
    _digits("tag80", "the payload's last free field, 85 digits", "タグ80"),
    _text("name", "the payer", "氏名", "納付者氏名", "納付者名", "納税者氏名", "宛名", "payer"),
    _text("address", "the payer's address", "住所", "納付者住所"),
    _digits("postal", "postal code, 7 digits, with or without the hyphen", "郵便番号", "postcode"),
    _text("title", "the tax or fee in words", "税目名", "料金名", "税目・料金名", "件名"),
    _digits(
        "tax", "the part of the amount that is the tax or fee itself", "税額", "本税額", "本税"
    ),
    _digits("arrears", "the part that is arrears", "延滞金", "延滞金額"),
    _digits("fees", "the part that is fees, such as for a reminder", "督促手数料", "手数料"),
    _digits("bill_issuer", "bar code: issuer, 6 digits", "請求企業コード", "企業コード"),
    _digits("bill_free", "bar code: free field, up to 21 digits", "自由使用欄"),
    _digits("bill_reissue", "bar code: reissue flag", "再発行区分"),
    # Not QRコード: such a column may hold a code's content.
    Column("qr", "no: the slip has no eL-QR", "flag", ("QRコード有無", "QR有無", "QR印字")),
)

BY_NAME: dict[str, Column] = {column.name: column for column in COLUMNS}

#: Without these no payload can be built.
REQUIRED: tuple[str, ...] = tuple(column.name for column in COLUMNS if column.required)


def fold_header(header: str) -> str:
    """A header as it is compared: NFKC (half-width kana, full-width letters), stripped, lower."""
    return unicodedata.normalize("NFKC", header).strip().casefold()


def default_headers(name: str) -> tuple[str, ...]:
    """Every header that means column `name` by default, its own name first."""
    return (name, *BY_NAME[name].headers)
