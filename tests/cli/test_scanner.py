"""`elqr scanner`."""

from __future__ import annotations

import pytest

from elqr_fast.cli import main
from elqr_fast.scan.scanners import scanner_text


@pytest.mark.parametrize(
    ("arguments", "code", "shown"),
    [(["list"], 0, "bilevel-200"), (["show", "grey-400"], 0, scanner_text("grey-400"))],
)
def test_scanner(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, shown: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["scanner", *arguments])
    assert caught.value.code == code
    assert shown in capsys.readouterr().out


def test_unknown_scanner(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["scanner", "show", "grey"])
    assert caught.value.code == 2
    assert "unknown scanner 'grey'" in capsys.readouterr().err
