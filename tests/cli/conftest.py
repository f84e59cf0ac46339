"""The command line, called in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from elqr_fast.cli import main
from elqr_fast.records.synthetic import make_notices, write_csv


class Result(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def elqr(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run `elqr` with arguments; its exit code and what it said."""

    def run(*arguments: object) -> Result:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Result(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture(scope="session")
def notices_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve valid notices, CP932, Japanese headers."""
    path = tmp_path_factory.mktemp("notices") / "notices.csv"
    write_csv(make_notices(12, seed=3), path, encoding="cp932")
    return path
