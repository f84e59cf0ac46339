"""The command line, as tests/cli calls it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from elqr_fast.cli import main


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
