"""Runs to TIFF and to PDF of images; fonts and disks that stop a run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pyarrow as pa
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from elqr_fast.errors import ConfigError, FontError, FormError, OutputError
from elqr_fast.forms import Form, list_forms, load_form
from elqr_fast.render.fonts import open_face
from elqr_fast.run import RunSummary, render

PrintSlips = Callable[..., RunSummary]


@pytest.mark.parametrize("to", ["tiff", "pdf-g4"])
def test_raster_pages_in_chunks(
    notices: pa.Table, print_slips: PrintSlips, tmp_path: Path, to: str
) -> None:
    summary = print_slips(notices, tmp_path / "run", to=to)
    assert (summary.printed, summary.verified, summary.chunks, summary.pages) == (25, 25, 3, 25)
    files = json.loads((tmp_path / "run" / "run.json").read_bytes())["files"]
    assert [file["name"] for file in files] == [
        f"slips-00000{number}.{to.partition('-')[0]}" for number in (1, 2, 3)
    ]
    for file in files:
        path = tmp_path / "run" / file["name"]
        if to == "tiff":
            with Image.open(path) as image:
                pages = image.n_frames
        else:
            with pikepdf.open(path) as document:
                pages = len(document.pages)
        assert pages == file["pages"]


@pytest.mark.parametrize("form", list_forms())
@pytest.mark.parametrize("to", ["pdf", "tiff", "pdf-g4", "png"])
def test_every_built_in_form_reads_back(
    notices: pa.Table, print_slips: PrintSlips, tmp_path: Path, form: str, to: str
) -> None:
    """Those without any code too: their pages are counted and shown to have none."""
    summary = print_slips(notices.slice(0, 2), tmp_path / "run", form=form, to=to)
    assert (summary.printed, summary.verified) == (2, 2)


def test_a_tiff_s_strips_can_be_chosen(
    notices: pa.Table, print_slips: PrintSlips, tmp_path: Path
) -> None:
    cut = {"to": "tiff", "rows_per_strip": 64}
    alone = print_slips(notices, tmp_path / "alone", **cut)
    shared = print_slips(notices, tmp_path / "shared", **cut, share_strips=True)
    assert alone.verified == shared.verified == 25
    assert shared.bytes < 0.9 * alone.bytes
    with Image.open(tmp_path / "shared" / "slips-000001.tiff") as image:
        assert image.tag_v2[278] == 64


def test_narrower_bars_are_another_run(
    notices: pa.Table, print_slips: PrintSlips, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    for to in ("pdf", "tiff", "pdf-g4"):
        assert print_slips(notices, out / to, to=to, narrower=1).verified == 25
        with pytest.raises(ConfigError):
            print_slips(notices, out / to, to=to)
    with pytest.raises(FormError, match="2 dots: bars can be 0 to 1 dots narrower, not 2"):
        print_slips(notices, out / "other", narrower=2)


def forbidding_form(folder: Path) -> Form:
    """maru, its gothic replaced by the same font under a licence that forbids embedding."""
    font = TTFont(open_face("ipaexg").path)
    font["OS/2"].fsType = 0x0002
    font.save(folder / "forbids.ttf")
    form = folder / "form.toml"
    text = Path(load_form("maru").path).read_text("utf-8")
    assert '"ipaexg"' in text
    form.write_text(text.replace('"ipaexg"', '"forbids.ttf"'), "utf-8")
    return load_form(form)


def test_a_font_that_forbids_embedding_stops_a_pdf_run_at_its_start(
    notices: pa.Table, tmp_path: Path
) -> None:
    form = forbidding_form(tmp_path)
    settings: dict[str, Any] = {"dpi": 300, "workers": 1}
    with pytest.raises(FontError, match="forbids embedding"):
        render(notices, form, tmp_path / "pdf", **settings)
    assert not (tmp_path / "pdf").exists()
    # Dots are no font: such a run is free to go on.
    assert render(notices, form, tmp_path / "tiff", to="tiff", **settings).printed == 25


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
@pytest.mark.parametrize("to", ["tiff", "pdf-g4", "pdf"])
def test_a_file_that_cannot_grow_leaves_nothing_behind(
    notices: pa.Table, print_slips: PrintSlips, tmp_path: Path, to: str
) -> None:
    import resource

    out = tmp_path / "run"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, limits[1]))
    try:
        with pytest.raises(OutputError, match=r"slips-000001\.(tiff|pdf): cannot write"):
            print_slips(notices, out, to=to)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list(out.glob("slips-*"))
    assert not list(out.rglob("*.part"))
    assert print_slips(notices, out, to=to).printed == 25
