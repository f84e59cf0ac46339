"""Values as they are printed."""

from __future__ import annotations

import pytest

from elqr_fast.forms.model import Format
from elqr_fast.render.wording import worded


@pytest.mark.parametrize(
    ("form", "value", "words"),
    [
        ("text", "見本　太郎", "見本　太郎"),
        ("number", "45000", "45,000"),
        ("yen", "00000000001", "¥1"),
        ("yen", "99999999999", "¥99,999,999,999"),
        ("date", "20261130", "令和8年11月30日"),
        ("date", "20190501", "令和元年5月1日"),
        ("date", "20190430", "平成31年4月30日"),
        ("date", "19890108", "平成元年1月8日"),
        ("date", "19890107", "昭和64年1月7日"),
        ("date", "19261225", "昭和元年12月25日"),
        ("date", "19261224", "大正15年12月24日"),
        ("date", "19120730", "大正元年7月30日"),
        ("date", "19120729", "明治45年7月29日"),
        ("date", "18730101", "明治6年1月1日"),
        ("date", "18721231", "1872年12月31日"),
        ("western_date", "20260401", "2026年4月1日"),
        ("era_year", "2026", "令和8"),
        ("era_year", "2019", "令和元"),
        ("era_year", "2018", "平成30"),
        ("era_year", "1600", "1600"),
        ("period", "01", "第1期"),
        ("period", "12", "第12期"),
        ("period", "00", ""),
        ("postal", "1008793", "〒100-8793"),
        ("postal", "100-8793", "〒100-8793"),
    ],
)
def test_worded(form: Format, value: str, words: str) -> None:
    assert worded(form, value) == words


@pytest.mark.parametrize(
    ("form", "value"),
    [("yen", "12a"), ("date", "20260230"), ("date", "2026"), ("postal", "12"), ("period", "x")],
)
def test_a_value_of_another_form_is_refused(form: Format, value: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        worded(form, value)
