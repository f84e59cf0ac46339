"""certify/ and cli/certify.py: rates, a known cliff, the same answer twice, and refusals."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from elqr_fast.certify import rates, sweeps
from elqr_fast.certify.setup import SWEEPS, Setup, set_up
from elqr_fast.errors import ConfigError, FormError
from elqr_fast.scan import scanners


@pytest.fixture(scope="module")
def setup() -> Setup:
    return set_up("maru", 600, "grey-200", 1)


def test_wilson_as_published() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, 15 of 148, 0 of 20.
    for hits, n, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)):
        assert rates.wilson(hits, n) == pytest.approx((low, high), abs=5e-5)
    assert rates.wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_rule_of_three() -> None:
    assert rates.none_lost_bound(300_000) == pytest.approx(1e-5, rel=0.01)


def test_bisection_finds_a_known_cliff() -> None:
    assert rates.last_good(lambda x: x < 0.7, 0, 1, 12) == pytest.approx(0.7, abs=1 / 4096)
    assert rates.last_good(lambda x: False, 0, 1, 5) is None
    assert rates.last_good(lambda x: True, 0, -1, 5) == -1


@pytest.mark.parametrize(("start", "value"), [(0.0, 10.0), (0.0, -10.0)])
def test_a_margin_moves_back_until_it_holds(start: float, value: float) -> None:
    asked = []

    def good(drift: float) -> bool:
        asked.append(drift)
        return abs(drift) <= 4.5

    found, beyond = rates.confirmed(good, value, start, 1.0)
    assert [abs(drift) for drift in asked] == [10, 9, 7, 3]
    assert found == asked[-1]
    assert beyond == 4  # the edge is between 3 and 7
    assert rates.confirmed(lambda _: True, value, start, 1.0) == (value, 1.0)
    assert rates.confirmed(lambda _: False, value, start, 1.0)[0] is None


def test_geometry_is_the_form_s(setup: Setup) -> None:
    assert setup.dots == 9  # DOMAIN's table: 600 dpi, 0.381 mm
    assert setup.channel.module_mm == pytest.approx(0.381)


def test_ink_that_fills_the_light_modules_is_a_cliff(setup: Setup) -> None:
    # At a gain of half a module on each side no light module between dark ones is left.
    at = {gain: setup.lost({"ink_gain": gain}, 50, 1).read for gain in (0.0, 60.0, 190.0)}
    assert at == {0.0: 50, 60.0: 50, 190.0: 0}


def test_blur_only_makes_worse(setup: Setup) -> None:
    read = [setup.lost({"blur": blur}, 50, 1).read for blur in (0.3, 1.2, 2.5)]
    assert read == sorted(read, reverse=True)
    assert read[0] == 50
    assert read[-1] == 0


def test_losses_stop_a_cell_early(setup: Setup) -> None:
    assert setup.lost({"blur": 3.0}, 10_000, 1, most=0).scans == 50


@pytest.mark.parametrize(
    "arguments",
    [("no-such", 600, "grey-200"), ("maru", 600, "no-such"), ("maru", 10, "grey-200"),
     ("maru-no-qr", 600, "grey-200")],
)  # fmt: skip
def test_what_does_not_fit_is_refused(arguments: tuple[str, int, str]) -> None:
    with pytest.raises((ConfigError, FormError)):
        set_up(*arguments, 1)


def test_the_command(elqr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {name: (*SWEEPS[name][:2], SWEEPS[name][2][4:6]) for name in ("ink_gain", "threshold")}
    monkeypatch.setattr(sweeps, "SWEEPS", few | {"blur": SWEEPS["blur"]})
    monkeypatch.setattr(sweeps, "HEAT_GAIN", (0.0, 60.0))
    monkeypatch.setattr(sweeps, "HEAT_BLUR", (0.3, 0.6))
    monkeypatch.setattr(sweeps, "STEPS", 2)
    monkeypatch.setattr(sweeps, "EDGE_BLUR", (0.3, 1.5))
    command = ["certify", "--form", "maru", "--printer", 600, "--scanner", "grey-200",
               "--scans", 20, "--edge-scans", 20]  # fmt: skip
    first = elqr(*command, "--out", tmp_path / "a", "--json")
    assert first.code == 0
    values = json.loads(first.out.splitlines()[-1])
    assert {"form", "printer_dpi", "scanner", "normal", "curves", "heat_map", "margins"} <= set(
        values
    )
    assert [curve["tolerance"] for curve in values["curves"]] == ["ink_gain", "blur"]  # grey
    for curve in values["curves"]:
        for cell in curve["cells"]:
            assert cell["low"] <= cell["rate"] <= cell["high"]
    assert json.loads((tmp_path / "a" / "certify.json").read_text()) == values
    sharp, blurred = values["edge"]
    for edge in (sharp, blurred):
        assert edge["less"]["value"] <= 0 <= edge["more"]["value"]
    assert blurred["more"]["value"] < sharp["more"]["value"]
    page = (tmp_path / "a" / "certify.html").read_text()
    assert page.count("<svg") == 3
    assert "://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "<script" not in page
    second = elqr(*command)
    assert second.code == 0
    assert "Margin" not in second.err
    assert "ink gain, more: none of 20 lost" in second.out
    assert "at blur 1.5 px: none of 20 lost with ink gain from" in second.out


def test_exit_code_of_what_loses_slips_without_drift(
    elqr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, few in (("SWEEPS", {}), ("HEAT_BLUR", ()), ("MARGINS", ()), ("EDGE_BLUR", ())):
        monkeypatch.setattr(sweeps, name, few)
    profile = tmp_path / "soft.toml"
    sharp = Path(scanners.__file__).with_name("scanners") / "grey-200.toml"
    text = sharp.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^mtf = \S+ \S+", "mtf = [0.05, 0.06]", text)
    text = re.sub(r"(?m)^noise = \S+ \S+", "noise = [60.0, 64.0]", text)
    profile.write_text(text, encoding="utf-8")
    command = ["certify", "--form", "maru", "--printer", 600, "--scans", 40, "--scanner"]
    assert elqr(*command, profile).code == 1
    assert elqr(*command, "grey-200").code == 0


def test_exit_codes_of_bad_usage(elqr) -> None:
    assert elqr("certify", "--form", "maru", "--printer", 600, "--scanner", "no").code == 2
    assert elqr("certify", "--form", "maru", "--printer", 600).code == 2
    short = ["certify", "--form", "maru", "--printer", 600, "--scanner", "grey-200"]
    assert elqr(*short, "--scans", 0).code == 2
