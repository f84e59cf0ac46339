"""Lines of keys, on a small text and on every entry of the built-in forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from elqr_fast.forms import list_forms, load_form
from elqr_fast.forms.positions import line_of

TOML = """\
name = "a [not a table]" # { no

[part]
box = [0, 1,
  2, 3]
items = [
  # a comment
  { text = "]", box = [1, 2] },

  { text = "x" },
]
[part.deep."odd key"]
path = "]]]"
[[list]]
a = 1
[[list]]
a = 2
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 1),
        (("part",), 3),
        (("part", "box"), 4),
        (("part", "box", 2), 4),
        (("part", "items"), 6),
        (("part", "items", 0), 8),
        (("part", "items", 0, "box", 1), 8),
        (("part", "items", 1, "text"), 10),
        (("part", "deep", "odd key", "path"), 13),
        (("list", 0, "a"), 15),
        (("list", 1, "a"), 17),
        (("list", 1, "missing"), 16),
        (("nothing",), None),
    ],
)
def test_line_of(path: tuple[str | int, ...], line: int | None) -> None:
    assert line_of(TOML, path) == line


@pytest.mark.parametrize("name", list_forms())
def test_every_entry_of_a_built_in_form_is_on_the_line_found(name: str) -> None:
    form = load_form(name)
    text = Path(form.path).read_text("utf-8")
    lines = text.splitlines()
    for key, items, _, _ in form.areas:
        area = tuple(key.split("."))
        for index, field in enumerate(items.fields):
            line = line_of(text, (*area, "fields", index))
            assert line
            assert f'source = "{field.source}"' in lines[line - 1]
        for index, words in enumerate(items.texts):
            line = line_of(text, (*area, "texts", index, "box"))
            assert line
            assert f'text = "{words.text}"'.replace("\n", "\\n") in lines[line - 1]
