"""Which engine does a run's work, with how many workers, and how long it may take them."""

from __future__ import annotations

import os
from typing import Literal, get_args

from elqr_fast.errors import ConfigError
from elqr_fast.run.local import HerePlace, LocalPlace, Setup
from elqr_fast.run.supervisor import Place

Engine = Literal["local", "ray"]
ENGINES: tuple[Engine, ...] = get_args(Engine)

#: Seconds a chunk may take where nothing else is said: many times what the slowest output needs.
BASE_SECONDS = 60.0
SLIP_SECONDS = 1.0


def check_engine(engine: str, workers: int | None, deadline: float | None) -> None:
    """Raises ConfigError for what no engine can do."""
    if engine not in ENGINES:
        raise ConfigError(f"engine is {engine!r}; it must be one of {', '.join(ENGINES)}")
    if workers is not None and workers < 1:
        raise ConfigError(f"workers is {workers}; it must be at least 1")
    if deadline is not None and not deadline > 0:
        raise ConfigError(f"deadline is {deadline}; it must be more than 0 seconds")


def open_place(engine: str, setup: Setup, workers: int | None) -> tuple[Place, int]:
    """Where the work is done, and by how many workers.

    `workers` None: one for each core, in processes of their own, so that any of them can be
    replaced; 1 is this process.
    """
    if engine == "ray":
        from elqr_fast.run.ray import RayPlace

        return RayPlace.open(setup, workers)
    if workers == 1:
        return HerePlace(setup), 1
    return LocalPlace(setup), workers or core_count()


def chunk_seconds(deadline: float | None, size: int) -> float:
    """How long a whole chunk of `size` may take before its worker counts as hung."""
    return deadline or BASE_SECONDS + SLIP_SECONDS * size


def core_count() -> int:
    """The cores this process may use, which in a container are fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
