"""Loading forms, and what the messages say."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from elqr_fast.errors import ExitCode, FormError
from elqr_fast.forms import list_forms, load_form
from elqr_fast.forms.loader import placeholders

Altered = Callable[[str, str], Path]

#: What each of these alterations of the maru form is refused with, beside file and line.
WRONG = [
    (
        "columns = [32] }",
        "colums = [32] }",
        r"parts\.paid_notice\.frames\[0\]\.colums",
        "'columns'",
    ),
    ('name = "maru"', 'name = "maru"\nkinds = "x"', "kinds", "'kind'"),
    ('layout = "own"', 'layout = "mine"', "layout", "Invalid enum value 'mine'"),
    ("ink = [0, 112, 72]", "ink = [0, 112, 720]", r"ink\[2\]", "<= 255"),
    ("slip = [0, 183, 210, 114]", "slip = [0, 183, 210]", "slip", "length"),
    ("slip = [0, 183,", "slip = [nan, 183,", r"slip\[0\]", ">= -2000"),
    ("slip = [0, 183,", "slip = [0, inf,", r"slip\[1\]", "<= 2000"),
    ("dash = [2, 1]", "dash = [2, 0]", r"page\.lines\[0\]\.dash\[1\]", ">= 0.1"),
    ("corner = [49, 94, 35, 20]", "corner = [49, 94, 35, -20]", r"qr\.corner\[3\]", "> 0"),
    ('claims = ["qr", "bar_code"]', 'claims = ["qr"]', "claims", "bar_code is not claimed"),
    ("[qr]", "[not_qr]", "not_qr", "known are"),
    (
        "mark = [5, 3, 6, 6] }",
        'mark = [5, 3, 6, 6], font = "mincho" }',
        r"parts\.paid_notice\.title\.font",
        "mincho",
    ),
    ('drawing = "el"', 'drawing = "eL"', r"parts\.paid_notice\.marks\[0\]", "'eL'"),
    ("span = [0, 183, 210, 183]", "span = [0, 183, 210, 184]", r"page\.lines\[0\]", "horizontal"),
    ('format = "yen"', 'format = "dollars"', r"page\.fields\[5\]\.format", "dollars"),
]


def test_every_built_in_form_loads_under_its_name() -> None:
    assert list_forms() == [
        *("kaku-dt", "kaku-general", "kaku-mpn", "kaku-mt", "kaku-two-part"),
        *("maru", "maru-mixed", "maru-mpn-conformant", "maru-no-qr"),
    ]
    for name in list_forms():
        form = load_form(name)
        assert form.name == name
        assert form.kind == name.split("-")[0]
        assert ("qr" in form.claims) == (name not in ("kaku-two-part", "maru-no-qr"))
        parts = ["paid_notice", "office_copy", "receipt"][: 2 if name == "kaku-two-part" else 3]
        assert [key for key, _ in form.parts] == parts


def test_mixed_is_for_maru_forms(altered: Altered) -> None:
    with pytest.raises(FormError, match=r"altered.toml:\d+: claims: mixed is for maru forms"):
        load_form(
            altered(
                'kind = "maru"\nlayout = "own"\nclaims = ["qr", "bar_code"]',
                'kind = "kaku"\nlayout = "own"\nclaims = ["qr", "bar_code", "mixed"]',
            )
        )


def test_a_form_from_a_file_equals_the_built_in_one(altered: Altered) -> None:
    path = altered("maru", "maru")
    form, built_in = load_form(path), load_form("maru")
    assert form.path == str(path)
    assert form.parts == built_in.parts
    assert load_form(str(path)) == form


@pytest.mark.parametrize(("old", "new", "key", "message"), WRONG)
def test_a_wrong_key_is_named_with_its_line(
    altered: Altered, old: str, new: str, key: str, message: str
) -> None:
    path = altered(old, new)
    with pytest.raises(FormError) as caught:
        load_form(path)
    said = str(caught.value)
    assert re.search(rf"altered\.toml:\d+: {key}", said), said
    assert message in said
    line = int(re.search(r"toml:(\d+)", said)[1])  # type: ignore[index]
    blamed = path.read_text("utf-8").splitlines()[line - 1]
    assert new.splitlines()[-1] in blamed or key in ("not_qr",)
    assert caught.value.exit_code is ExitCode.USAGE


def test_the_official_mark_takes_the_place_of_the_placeholder(altered: Altered) -> None:
    assert load_form("maru").drawings == placeholders()
    own = '[drawings.el]\nview = [2, 1]\npath = "M 0 0 H 2 V 1 H 0 Z"\n\n[page]'
    form = load_form(altered("[page]", own))
    assert form.drawings["el"].view == (2, 1)
    assert form.drawings["pay-easy"] == placeholders()["pay-easy"]


def test_a_missing_key_is_named(altered: Altered) -> None:
    with pytest.raises(FormError, match=r"altered\.toml.*missing required field `slip`"):
        load_form(altered("slip = [", "# slip = ["))


def test_a_form_cannot_say_where_it_came_from(altered: Altered) -> None:
    with pytest.raises(FormError, match="unknown key 'path'"):
        load_form(altered('name = "maru"', 'name = "maru"\npath = "elsewhere"'))


def test_an_unknown_form_says_what_there_is() -> None:
    with pytest.raises(FormError, match=r"unknown form 'marru'; did you mean 'maru'\?"):
        load_form("marru")
    with pytest.raises(FormError, match=r"'/no/form\.toml' \(built in: kaku-dt, kaku-general"):
        load_form("/no/form.toml")


def test_a_file_that_is_no_toml_says_where(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("name = 'maru'\nslip = [0, 1 2]", "utf-8")
    with pytest.raises(FormError, match=r"broken\.toml: not TOML: .*line 2"):
        load_form(path)
    path.write_bytes("title = '納付書'".encode("cp932"))
    with pytest.raises(FormError, match=r"broken\.toml: not UTF-8"):
        load_form(path)
