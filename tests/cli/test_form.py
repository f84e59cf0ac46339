"""cli/form.py: list, show, preview."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

from PIL import Image

Elqr = Callable[..., "object"]


def test_list_names_the_built_in_forms(elqr: Elqr) -> None:
    code, out, _ = elqr("form", "list")
    assert code == 0
    assert {line.split()[0] for line in out.splitlines()} >= {"maru", "kaku-mpn"}


def test_show_prints_the_toml(elqr: Elqr) -> None:
    code, out, _ = elqr("form", "show", "maru")
    assert (code, tomllib.loads(out)["name"]) == (0, "maru")


def test_preview_draws_a_slip_at_its_size(elqr: Elqr, tmp_path: Path) -> None:
    code, out, _ = elqr("form", "preview", "maru", "--out", tmp_path / "maru.png")
    assert code == 0
    assert "2480 × 3508 dots at 300 dpi" in out
    with Image.open(tmp_path / "maru.png") as image:
        assert image.size == (2480, 3508)


def test_preview_of_given_notices(elqr: Elqr, notices_csv: Path, tmp_path: Path) -> None:
    pictures = []
    for options in ((), ("--notices", notices_csv)):
        elqr("form", "preview", "maru", "--out", tmp_path / "maru.png", *options)
        pictures.append((tmp_path / "maru.png").read_bytes())
    assert pictures[0] != pictures[1]


def test_an_unknown_form(elqr: Elqr) -> None:
    code, _, err = elqr("form", "show", "maruu")
    assert (code, "did you mean 'maru'" in err) == (2, True)
