from pathlib import Path

import pytest

from elqr_fast.builtin import BuiltIns
from elqr_fast.errors import FormError

FORMS = BuiltIns("form", "elqr_fast.forms", "builtin", FormError)


def test_a_name_is_looked_up_and_a_path_taken_as_it_is(tmp_path: Path) -> None:
    assert "maru" in FORMS.names()
    assert FORMS.locate("maru").name == "maru.toml"
    own = tmp_path / "own.toml"
    own.write_text("name = '札幌'", encoding="utf-8")
    assert FORMS.locate(own) == own
    assert FORMS.read(own) == "name = '札幌'"


def test_what_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(FormError, match=r"unknown form 'maruu'; did you mean 'maru'\? \(built in:"):
        FORMS.locate("maruu")
    with pytest.raises(FormError, match=r"unknown form '.*' \(built in:"):
        FORMS.locate(tmp_path)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormError, match=r"gone\.toml: cannot be read: No such file"):
        FORMS.read(tmp_path / "gone.toml")
    (tmp_path / "sjis.toml").write_bytes("name = '札幌'".encode("cp932"))
    with pytest.raises(FormError, match=r"sjis\.toml: not UTF-8 \(byte 8\)"):
        FORMS.read(tmp_path / "sjis.toml")
