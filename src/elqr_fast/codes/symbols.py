"""QR symbols: texts in, modules out (ISO/IEC 18004).

One segment a symbol and one version a batch; the level asked for is the level made.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from elqr_fast._native import symbols as native
from elqr_fast.errors import (
    BadCharacterError,
    BadLevelError,
    BadMaskError,
    BadVersionError,
    ConfigError,
    EmptyError,
    TooLongError,
)

LEVELS = "LMQH"
#: Threads take whole slices of this many symbols, the widest vector a kernel works on.
SLICE = 512
#: The kernel makes plans up to this version.
LAST_PLANNED_VERSION = 11


@dataclass(frozen=True, eq=False, slots=True)
class Symbols:
    """A batch of QR symbols of one version and level, without quiet zones."""

    version: int
    level: str
    #: uint8 [n]: the mask pattern of each symbol, 0 to 7.
    mask: NDArray[np.uint8]
    #: uint8 [n, side, (side + 7) // 8]: 1 = dark, most significant bit left, unused bits 0.
    packed: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.mask)

    @property
    def side(self) -> int:
        """Modules on a side."""
        return native.side(self.version)

    @property
    def modules(self) -> NDArray[np.uint8]:
        """uint8 [n, side, side], 1 = dark: `packed` unpacked, anew at each access."""
        return np.unpackbits(self.packed, axis=2, count=self.side)


def encode(
    payloads: NDArray[np.uint8] | Sequence[str | bytes],
    *,
    version: int | None = None,
    level: str = "M",
    mask: int | None = None,
    out: NDArray[np.uint8] | None = None,
    threads: int = 1,
) -> Symbols:
    """Makes one QR symbol of each payload.

    `payloads` is a uint8 array [n, w], a row of w bytes for each symbol (copied if it is not
    C-contiguous), or a list of str and bytes of any lengths.  Text is encoded as UTF-8, without
    ECI.  A payload of digits only makes a numeric segment, else one of the 45 characters
    `0-9A-Z $%*+-./:` an alphanumeric segment, else a byte segment.

    All symbols have one version: the one given, or the smallest (1 to 40) that holds every
    payload at `level`, which is L, M, Q or H and never raised.  `mask` pins the mask pattern
    (0 to 7); None chooses by the standard's penalties, of equal ones the first.

    `out`, C-contiguous uint8 [n, side, (side + 7) // 8], takes the place of a new `packed`.
    `threads` splits the batch; the result does not depend on it.

    Raises, naming the payload (from 0) where one is to blame: EmptyError for an empty payload or
    an empty list without a version, TooLongError, BadCharacterError for text that UTF-8 cannot
    express, BadVersionError, BadLevelError, BadMaskError, ConfigError for a wrong shape or number
    of threads (all of them ValueError), and TypeError for a wrong type.
    """
    batch = _batch(payloads)
    level_code = _level_code(level)
    mask_code = _mask_code(mask)
    if _integer("threads", threads) < 1:
        raise ConfigError(f"threads must be 1 or more, not {threads}")
    modes, longest = native.survey(batch.data, batch.ends, batch.width, batch.count)
    version = _version(version, level_code, batch, modes, longest)
    packed = _packed(out, batch.count, version)
    masks = np.empty(batch.count, np.uint8)
    job = _Job(version, level_code, mask_code, threads)
    if len(longest) < 2:
        job.run(batch, next(iter(longest), native.NUMERIC), packed, masks)
    else:
        job.run_by_mode(batch, modes, packed, masks)
    return Symbols(version, level, masks, packed)


@dataclass(eq=False, slots=True)  # not frozen: that would double what a batch of one costs
class _Batch:
    """Payloads end to end: each of `width` bytes or, where `ends` is not None, up to its end."""

    data: NDArray[np.uint8]
    ends: NDArray[np.uintp] | None
    width: int
    count: int

    @classmethod
    def of_lengths(cls, data: NDArray[np.uint8], lengths: NDArray[np.intp]) -> _Batch:
        """Payloads of these lengths, as fixed width where they are all equal."""
        count = len(lengths)
        if count and (lengths == lengths[0]).all():
            return cls(data, None, int(lengths[0]), count)
        return cls(data, np.cumsum(lengths, dtype=np.uintp), 0, count)

    def lengths(self) -> NDArray[np.intp]:
        if self.ends is None:
            return np.full(self.count, self.width, np.intp)
        lengths = self.ends.astype(np.intp)
        lengths[1:] -= lengths[:-1].copy()
        return lengths

    def slice(self, start: int, stop: int) -> _Batch:
        """Payloads start to stop, without copying their bytes."""
        if self.ends is None:
            part = self.data[start * self.width : stop * self.width]
            return _Batch(part, None, self.width, stop - start)
        first = self.ends[start - 1] if start else np.uintp(0)
        part = self.data[first : self.ends[stop - 1]]
        return _Batch(part, self.ends[start:stop] - first, 0, stop - start)

    def take(self, chosen: NDArray[np.bool_]) -> _Batch:
        """A copy of the payloads that are chosen."""
        lengths = self.lengths()
        return _Batch.of_lengths(self.data[np.repeat(chosen, lengths)], lengths[chosen])


@dataclass(eq=False, slots=True)
class _Job:
    """What the symbols of a batch have in common."""

    version: int
    level: int
    mask: int
    threads: int

    def run(
        self, batch: _Batch, mode: int, packed: NDArray[np.uint8], masks: NDArray[np.uint8]
    ) -> None:
        """Symbols of payloads of one mode, in slices where there are threads to share them."""
        share = -(-batch.count // (self.threads * SLICE)) * SLICE
        if share >= batch.count:
            self._kernel(batch, mode, packed, masks)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            parts = [
                pool.submit(self._kernel, batch.slice(a, b), mode, packed[a:b], masks[a:b])
                for a in range(0, batch.count, share)
                for b in [min(a + share, batch.count)]
            ]
        for part in parts:
            part.result()

    def run_by_mode(
        self,
        batch: _Batch,
        modes: NDArray[np.uint8],
        packed: NDArray[np.uint8],
        masks: NDArray[np.uint8],
    ) -> None:
        """Symbols of payloads of several modes: one batch for each, put back in order."""
        for mode in np.unique(modes).tolist():
            chosen = modes == mode
            part = batch.take(chosen)
            part_packed = np.empty((part.count, *packed.shape[1:]), np.uint8)
            part_masks = np.empty(part.count, np.uint8)
            self.run(part, mode, part_packed, part_masks)
            packed[chosen] = part_packed
            masks[chosen] = part_masks

    def _kernel(
        self, batch: _Batch, mode: int, packed: NDArray[np.uint8], masks: NDArray[np.uint8]
    ) -> None:
        if batch.ends is None and batch.width and self.version <= LAST_PLANNED_VERSION:
            plan = _plan(batch.width, mode, self.version, self.level, self.mask)
            plan.encode(batch.data, packed, masks)
            return
        native.encode(
            batch.data, batch.ends, batch.width, mode,
            self.version, self.level, self.mask, packed, masks,
        )  # fmt: skip


#: Plans of about 100 kB are kept for the kinds of symbols made last.
_plan = functools.lru_cache(maxsize=16)(native.Plan)


def _batch(payloads: NDArray[np.uint8] | Sequence[str | bytes]) -> _Batch:
    if isinstance(payloads, np.ndarray):
        return _batch_of_array(payloads)
    if isinstance(payloads, (str, bytes)):
        raise TypeError(f"payloads must be a list or an array, not one {type(payloads).__name__}")
    return _batch_of_list(payloads)


def _batch_of_array(payloads: NDArray[Any]) -> _Batch:
    if payloads.dtype != np.uint8:
        raise TypeError(f"payloads must be an array of uint8, not of {payloads.dtype}")
    if payloads.ndim != 2:
        raise ConfigError(f"payloads must have shape [n, w], not {list(payloads.shape)}")
    count, width = payloads.shape
    return _Batch(np.ascontiguousarray(payloads).reshape(-1), None, width, count)


def _batch_of_list(payloads: Sequence[str | bytes]) -> _Batch:
    items = [_bytes_of(item, index) for index, item in enumerate(payloads)]
    lengths = np.fromiter(map(len, items), np.intp, len(items))
    return _Batch.of_lengths(np.frombuffer(b"".join(items), np.uint8), lengths)


def _bytes_of(payload: str | bytes, index: int) -> bytes:
    if isinstance(payload, bytes):
        return payload
    if not isinstance(payload, str):
        raise TypeError(f"item {index}: payload must be str or bytes, not {type(payload).__name__}")
    try:
        return payload.encode()
    except UnicodeEncodeError as error:
        raise BadCharacterError(index, f"position {error.start}, not UTF-8 text") from None


def _level_code(level: str) -> int:
    if not isinstance(level, str):
        raise TypeError(f"level must be one of the letters L, M, Q, H, not {level!r}")
    if len(level) != 1 or level not in LEVELS:
        raise BadLevelError(detail=repr(level))
    return LEVELS.index(level)


def _mask_code(mask: int | None) -> int:
    if mask is None:
        return native.AUTOMATIC
    if not 0 <= _integer("mask", mask) <= 7:
        raise BadMaskError(detail=str(mask))
    return int(mask)


def _integer(name: str, value: int) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, not {value!r}") from None


def _version(
    asked: int | None, level: int, batch: _Batch, modes: NDArray[np.uint8], longest: dict[int, int]
) -> int:
    """The version asked for, if it holds every payload, or the smallest that does."""
    sizes = longest or {native.NUMERIC: batch.width}  # an empty batch is taken for one of digits
    if asked is None:
        version = _smallest_version(level, sizes)
    elif not 1 <= (version := _integer("version", asked)) <= 40:
        raise BadVersionError(detail=str(asked))
    for mode, length in sizes.items():
        capacity = native.capacity(version, level, mode)
        if length > capacity:
            holds = f"version {version}, level {LEVELS[level]} holds {capacity}"
            raise _too_long(batch, modes == mode, capacity, holds)
    return version


def _too_long(batch: _Batch, chosen: NDArray[np.bool_], capacity: int, holds: str) -> TooLongError:
    """Names the first of the chosen payloads that is longer than `capacity`."""
    if batch.count == 0:
        return TooLongError(detail=f"{batch.width} characters, {holds}")
    lengths = batch.lengths()
    item = int(np.argmax(chosen & (lengths > capacity)))
    return TooLongError(item, f"{lengths[item]} characters, {holds}")


def _smallest_version(level: int, sizes: dict[int, int]) -> int:
    """The smallest version for the longest payload of each mode; 40 if none is large enough."""
    if not any(sizes.values()):
        raise EmptyError(detail="no payloads, and no version or width to tell their size")
    versions = [native.smallest_version(length, level, mode) for mode, length in sizes.items()]
    return max(versions) if all(versions) else 40


def _packed(out: NDArray[np.uint8] | None, count: int, version: int) -> NDArray[np.uint8]:
    side = native.side(version)
    shape = (count, side, (side + 7) // 8)
    if out is None:
        return np.empty(shape, np.uint8)
    if not isinstance(out, np.ndarray) or out.dtype != np.uint8:
        raise TypeError("out must be an array of uint8")
    if out.shape != shape or not out.flags.c_contiguous or not out.flags.writeable:
        raise ConfigError(f"out must be writeable, C-contiguous and of shape {list(shape)}")
    return out
