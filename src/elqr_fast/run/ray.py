"""The Ray engine: the same workers as everywhere, each an actor somewhere on a cluster.

Input and output lie on a file system that all nodes share.  Retries, deadlines and the search for
a bad slip are the supervisor's: Ray is asked for places to work and for nothing else, as by
itself it neither notices a worker that hangs nor promises that something happens once.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from elqr_fast.errors import ConfigError
from elqr_fast.run.local import Setup, attempt
from elqr_fast.run.supervisor import Answer, Failed, Ready, failure

try:
    import ray
except ImportError as error:
    raise ConfigError("the engine ray is an extra: pip install 'elqr-fast[ray]'") from error


class RayPlace:
    """A cluster: that of RAY_ADDRESS, the one running on this machine, or a new local one."""

    #: On a cluster that lost a node an actor waits for room, and the others go on.
    start_seconds: float | None = None

    def __init__(self, setup: Setup) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing goes out to anybody
        self._ours = not ray.is_initialized()
        if self._ours:
            ray.init(log_to_driver=False, configure_logging=False)
        self._actor = ray.remote(num_cpus=1, max_restarts=0, scheduling_strategy="SPREAD")(_Actor)
        self._setup = ray.put(setup)

    @classmethod
    def open(cls, setup: Setup, workers: int | None) -> tuple[RayPlace, int]:
        """The cluster, and how many workers: as asked, or one for each of its processors."""
        place = cls(setup)
        return place, workers or max(int(ray.cluster_resources().get("CPU", 1)), 1)

    def hire(self) -> _Remote:
        return _Remote(self._actor.remote(self._setup))

    def packed(self, task: Any) -> Any:
        return task  # Ray packs it itself

    def answers(
        self, workers: Sequence[_Remote], seconds: float | None
    ) -> list[tuple[_Remote, Answer]]:
        by_answer = {worker.answer: worker for worker in workers}
        finished, _ = ray.wait(list(by_answer), timeout=seconds)
        return [(by_answer[answer], _get(answer)) for answer in finished]

    def close(self) -> None:
        if self._ours:
            ray.shutdown()


class _Remote:
    """The supervisor's side of an actor."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor
        self.answer = actor.set_up.remote()

    def start(self, packed: Any) -> None:
        self.answer = self._actor.do.remote(packed)

    def stop(self) -> None:
        ray.kill(self._actor)


class _Actor:
    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def set_up(self) -> Answer:
        try:
            self._do = self._setup()
        except Exception as error:
            return failure(error)
        return Ready()

    def do(self, task: Any) -> Answer:
        return attempt(self._do, task)


def _get(answer: Any) -> Answer:
    try:
        result: Answer = ray.get(answer)
    except ray.exceptions.RayError:
        return Failed("its worker ended")
    return result
