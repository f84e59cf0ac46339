"""run/supervisor.py: retries, the search for what cannot be done, deadlines, starts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from elqr_fast.errors import ConfigError, FormError, OutputError, ReadBackError
from elqr_fast.run.local import HerePlace
from elqr_fast.run.supervisor import (
    FALSE_STARTS,
    KILLED_STARTS,
    MOST_LOST,
    Done,
    Failed,
    Lost,
    Ready,
    Supervisor,
    part_seconds,
)


@dataclass(frozen=True)
class Numbers:
    """A task: numbers to be added up."""

    values: tuple[int, ...]
    lost: tuple[str, ...] = ()
    decides: int | None = None

    @property
    def size(self) -> int:
        return len(self.values)

    def halves(self) -> list[Numbers]:
        middle = self.size // 2
        return [Numbers(self.values[:middle]), Numbers(self.values[middle:])]

    def without(self, lost: Sequence[Lost[Numbers]]) -> Numbers:
        gone = {trial.part.values[0] for trial in lost}
        kept = tuple(value for value in self.values if value not in gone)
        return Numbers(kept, tuple(f"{t.part.values[0]}: {t.reason}" for t in lost))

    def settled(self, lost: Sequence[Lost[Numbers]]) -> bool:
        return any(trial.part.values[0] == self.decides for trial in lost)


@dataclass
class Adder:
    """Adds, unless it meets something it chokes on; keeps count of its attempts."""

    chokes: Callable[[Numbers, int], BaseException | None]
    attempts: list[Numbers] = field(default_factory=list)

    def __call__(self, task: Numbers) -> tuple[int, tuple[str, ...]]:
        error = self.chokes(task, len(self.attempts))
        self.attempts.append(task)
        if error:
            raise error
        return sum(task.values), task.lost


def run(tasks: list[Numbers], add: Adder) -> list[tuple[Numbers, Any]]:
    supervisor = Supervisor[Numbers](HerePlace(lambda: add), 1, lambda task: 60.0)
    waiting = iter(tasks)
    return list(supervisor.results(lambda: next(waiting, None)))


def numbers(count: int) -> Numbers:
    return Numbers(tuple(range(count)))


def test_what_fails_twice_and_then_works_is_done_as_if_nothing_had_been() -> None:
    add = Adder(lambda task, attempt: ValueError() if attempt < 2 else None)
    assert run([numbers(5)], add) == [(numbers(5), (10, ()))]
    assert len(add.attempts) == 3


@pytest.mark.parametrize("bad", [{0}, {99}, {41}, {3, 4}, {0, 50, 99}])
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("taxpayer's name"), "it raises ValueError"),
        (MemoryError(), "there is not enough memory for it"),
        (ReadBackError("page 4"), "its page does not read back as its record"),
    ],
)
def test_items_that_cannot_be_done_are_found_and_the_others_are_done(
    bad: set[int], error: BaseException, reason: str
) -> None:
    add = Adder(lambda task, attempt: error if bad & set(task.values) else None)
    [(task, (total, lost))] = run([numbers(100)], add)
    assert task == numbers(100)
    assert total == sum(set(range(100)) - bad)
    assert sorted(lost) == sorted(f"{value}: {reason}" for value in bad)
    assert len(add.attempts) <= 4 + len(bad) * 2 * 9


def test_one_bad_item_alone() -> None:
    add = Adder(lambda task, attempt: ValueError() if task.values else None)
    assert run([numbers(1)], add)[0][1] == (0, ("0: it raises ValueError",))


def test_what_has_no_fault_of_an_item_is_tried_again_as_a_whole() -> None:
    add = Adder(lambda task, attempt: ValueError() if task.size == 10 and attempt < 5 else None)
    assert run([numbers(10)], add)[0][1] == (45, ())


def test_a_task_too_large_to_be_done_ends_the_run() -> None:
    add = Adder(lambda task, attempt: MemoryError() if task.size == 10 else None)
    with pytest.raises(OutputError, match=r"chunk of 10 cannot be done .*though its parts can"):
        run([numbers(10)], add)


def test_when_everything_fails_it_is_not_the_items_fault() -> None:
    add = Adder(lambda task, attempt: ReadBackError("page 1"))
    with pytest.raises(OutputError, match=f"more than {MOST_LOST} items of one chunk of 1000"):
        run([numbers(1000)], add)
    assert len(add.attempts) < 100


def test_a_full_disk_is_nobodys_fault() -> None:
    add = Adder(lambda task, attempt: OutputError("out/slips.pdf: cannot write: No space left"))
    with pytest.raises(OutputError, match="No space left"):
        run([numbers(10)], add)
    assert len(add.attempts) == 1


def test_an_item_can_decide_about_all() -> None:
    add = Adder(lambda task, attempt: ValueError() if task.values and not task.lost else None)
    task = Numbers(tuple(range(64)), decides=0)
    [(_, (total, lost))] = run([task], add)
    assert (total, lost) == (sum(range(64)), ("0: it raises ValueError",))


class Stage:
    """A place whose workers answer what the test says, after `seconds`."""

    def __init__(self, answer: Callable[[Any], Any], start_seconds: float | None = None) -> None:
        self.start_seconds = start_seconds
        self.answer = answer
        self.hired: list[Actor] = []
        self.closed = False

    def hire(self) -> Actor:
        self.hired.append(Actor())
        return self.hired[-1]

    def packed(self, task: Any) -> Any:
        return task

    def answers(self, workers: list[Actor], seconds: float | None) -> list[tuple[Actor, Any]]:
        answers = [(worker, self.answer(worker.task)) for worker in workers]
        found = [(worker, answer) for worker, answer in answers if answer is not None]
        if not found:
            assert seconds is not None, "would wait for ever"
            time.sleep(seconds)
        return found

    def close(self) -> None:
        self.closed = True


class Actor:
    task: Any = None
    stopped = False

    def start(self, task: Any) -> None:
        self.task = task

    def stop(self) -> None:
        self.stopped = True


def test_a_worker_that_hangs_is_replaced_and_its_task_done_again() -> None:
    silent = iter([True])

    def answer(task: Numbers | None) -> Any:
        if task is None:
            return Ready()
        return None if next(silent, False) else Done(sum(task.values))

    stage = Stage(answer)
    tasks = iter([numbers(4)])
    supervisor = Supervisor[Numbers](stage, 2, lambda task: 0.05)
    assert list(supervisor.results(lambda: next(tasks, None))) == [(numbers(4), 6)]
    assert [actor.stopped for actor in stage.hired] == [True, True]
    assert stage.closed


def test_an_item_on_which_every_worker_hangs_is_given_up() -> None:
    def answer(task: Numbers | None) -> Any:
        if task is None:
            return Ready()
        return None if 2 in task.values else Done((sum(task.values), task.lost))

    tasks = iter([numbers(4)])
    supervisor = Supervisor[Numbers](Stage(answer), 1, lambda task: 0.01)
    [(_, (total, lost))] = supervisor.results(lambda: next(tasks, None))
    assert (total, lost) == (4, ("2: it gave no answer in time",))


@pytest.mark.parametrize("start_seconds", [None, 0.01])
def test_workers_that_never_start_end_the_run(start_seconds: float | None) -> None:
    stage = Stage(lambda task: None if start_seconds else Failed("its worker ended"), start_seconds)
    tasks = iter([numbers(4)])
    supervisor = Supervisor[Numbers](stage, 1, lambda task: 60.0)
    with pytest.raises(ConfigError, match="worker processes do not start"):
        list(supervisor.results(lambda: next(tasks, None)))
    assert len(stage.hired) == FALSE_STARTS
    assert all(actor.stopped for actor in stage.hired)


def test_workers_killed_before_they_are_ready_are_replaced_many_times() -> None:
    """Three kills in a row while workers start, as kill rounds bring about, are no false start."""
    kills = iter(range(KILLED_STARTS - 1))

    def answer(task: Numbers | None) -> Any:
        if task is not None:
            return Done(sum(task.values))
        killed = next(kills, None) is not None
        return Failed("its worker was ended by signal 9", killed=True) if killed else Ready()

    tasks = iter([numbers(4)])
    supervisor = Supervisor[Numbers](Stage(answer), 1, lambda task: 60.0)
    assert list(supervisor.results(lambda: next(tasks, None))) == [(numbers(4), 6)]


def test_workers_that_are_always_killed_end_the_run() -> None:
    stage = Stage(lambda task: Failed("its worker was ended by signal 9", killed=True))
    tasks = iter([numbers(4)])
    supervisor = Supervisor[Numbers](stage, 1, lambda task: 60.0)
    with pytest.raises(OutputError, match="killed before they are ready"):
        list(supervisor.results(lambda: next(tasks, None)))
    assert len(stage.hired) == KILLED_STARTS


def test_a_worker_that_cannot_be_set_up_ends_the_run_with_its_reason() -> None:
    stage = Stage(lambda task: Failed("FormError", FormError("no such font")))
    tasks = iter([numbers(4)])
    with pytest.raises(FormError, match="no such font"):
        list(Supervisor[Numbers](stage, 1, lambda task: 60.0).results(lambda: next(tasks, None)))


def test_tasks_are_taken_only_as_workers_come_free() -> None:
    taken = 0

    def take() -> Numbers | None:
        nonlocal taken
        taken += 1
        return numbers(2) if taken <= 50 else None

    stage = Stage(lambda task: Ready() if task is None else Done(None))
    results: Iterator[Any] = Supervisor[Numbers](stage, 3, lambda task: 60.0).results(take)
    for finished, _ in enumerate(results, 1):
        assert taken <= finished + 2 * 3 + 1


def test_a_part_has_its_share_of_the_time_and_never_next_to_none() -> None:
    assert part_seconds(600.0, 1000, 1000) == 600.0
    assert part_seconds(600.0, 500, 1000) == 300.0
    assert part_seconds(600.0, 1, 1000) == 10.0
    assert part_seconds(3.0, 1, 1000) == 3.0
