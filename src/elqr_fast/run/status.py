"""How far a run is, from its journal; nothing is locked, and the files are not opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from elqr_fast.errors import OutputError
from elqr_fast.run.journal import STATE, load_outline, lock, read_entries
from elqr_fast.run.request import load_print_request
from elqr_fast.run.seal import SUMMARY


@dataclass(frozen=True, slots=True)
class RunStatus:
    """`running`: some process holds the directory; `sealed`: run.json is there."""

    notices: int
    printed: int
    rejected: int
    chunks: int
    chunks_done: int
    running: bool
    sealed: bool

    @property
    def done(self) -> int:
        return self.printed + self.rejected


def run_status(out: str | Path) -> RunStatus:
    """Raises ConfigError if no run was started in the directory."""
    folder = Path(out)
    load_print_request(folder)
    outline = load_outline(folder)
    entries = {entry.index: entry for entry in read_entries(folder, outline)}.values()
    return RunStatus(
        notices=outline.rows,
        printed=sum(entry.printed for entry in entries),
        rejected=sum(entry.rejected for entry in entries),
        chunks=outline.chunks,
        chunks_done=len(entries),
        running=_held(folder),
        sealed=(folder / SUMMARY).exists(),
    )


def _held(out: Path) -> bool:
    try:
        lock(out / STATE / "lock").close()
    except OutputError:
        return True
    return False
