"""Going on with a run that is only known by its directory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from elqr_fast.run.render import RunSummary, render
from elqr_fast.run.request import VerifyRequest, load_request
from elqr_fast.run.verify import verify
from elqr_fast.verify import Summary


def resume(
    out: str | Path,
    *,
    workers: int | None = None,
    engine: str | None = None,
    deadline: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RunSummary | Summary:
    """Go on with the run of a directory as it was asked for, or by other means.

    Slips are printed, or scans verified, whichever was begun.  Raises ConfigError if no run was
    started there or its input was a table in memory, and what `render` and `verify` raise.
    """
    folder = Path(out)
    request = load_request(folder)
    given = {"workers": workers, "engine": engine, "deadline": deadline}
    changed = {name: value for name, value in given.items() if value is not None}
    arguments = request.arguments(folder) | changed
    if isinstance(request, VerifyRequest):
        return verify(out=folder, progress=progress, **arguments)
    return render(out=folder, progress=progress, **arguments)
