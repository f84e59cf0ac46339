"""Read rates with their uncertainty, and the drift at which they fall below a target."""

from __future__ import annotations

import math
from collections.abc import Callable

Z = 1.959963984540054  # 95 %, two-sided


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a rate of which `hits` in `n` were seen (E. B. Wilson, 1927).

    Raises ValueError unless 0 <= hits <= n and n > 0.
    """
    if not 0 <= hits <= n or n == 0:
        raise ValueError(f"{hits} of {n}")
    rate, share = hits / n, Z * Z / n
    middle = (rate + share / 2) / (1 + share)
    half = Z / (1 + share) * math.sqrt(rate * (1 - rate) / n + share / (4 * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def none_lost_bound(n: int) -> float:
    """The exact one-sided 95 % bound of the loss rate if none of n were lost: about 3 / n."""
    return float(1 - 0.05 ** (1 / n))


def last_good(good: Callable[[float], bool], start: float, end: float, steps: int) -> float | None:
    """Bisects for the last value from `start` towards `end` at which reads are `good`.

    None if they are not at `start`; `end` if they still are there.
    """
    if not good(start):
        return None
    if good(end):
        return end
    for _ in range(steps):
        middle = (start + end) / 2
        if good(middle):
            start = middle
        else:
            end = middle
    return start


def confirmed(
    good: Callable[[float], bool], value: float, start: float, step: float
) -> tuple[float | None, float]:
    """Goes from `value` back to `start` until reads are `good`, by steps that double.

    The value, and how far beyond it reads may still be good; None if they are not at `start`.
    """
    back = math.copysign(step, start - value)
    while not good(value):
        if value == start:
            return None, step
        nearer = value + back
        value = nearer if (start - nearer) * back > 0 else start
        step, back = abs(back), 2 * back
    return value, step
