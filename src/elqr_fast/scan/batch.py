"""Many images of one code each, as columns: the native rungs alone, without an object a slip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from elqr_fast._native import payload as payload_native
from elqr_fast._native import reader as native
from elqr_fast.codes.elqr import CODES, DEFAULT_LAYOUT
from elqr_fast.codes.layout import load_layout
from elqr_fast.errors import ConfigError
from elqr_fast.scan.reading import Verdict
from elqr_fast.scan.scanners import ProfileLike, load_scanner

#: Pixels a module that are looked for without a resolution: 0.34 mm at 200 dpi is 2.7, 0.41 mm at
#: 400 dpi is 6.4.
MODULE_PIXELS = (2.3, 6.6)
#: Names of the kernel's rungs by number; "" where nothing was read.
RUNGS = ("", "native_fast", "native_slow", "native_assisted")
_RUNG_NAMES = np.array(RUNGS)

_PAYLOAD_VERDICTS = {
    "bad_crc": Verdict.BAD_CRC,
    "bad_check_digit": Verdict.BAD_CHECK_DIGIT,
    "amount_mismatch": Verdict.AMOUNT_MISMATCH,
}
#: In place of a status of the payload's parser where no payload was read.
_UNREAD = 255
_NOT_ELQR = str(Verdict.NOT_ELQR)
#: The verdict of each status.
_VERDICTS = np.full(256, _NOT_ELQR, "U16")
_VERDICTS[0], _VERDICTS[_UNREAD] = str(Verdict.OK), str(Verdict.UNREADABLE)
for _status, _code in CODES.items():
    _VERDICTS[_status] = str(_PAYLOAD_VERDICTS.get(_code, _NOT_ELQR))
_HAS_NO_ELQR = _VERDICTS == _NOT_ELQR


@dataclass(frozen=True)
class BatchReadings:
    """What was read from n images, in order.

    `digits` uint8 [n, 255]: ASCII, a row of zeros where no eL-QR was read.  `verdict` [n]: text of
    `Verdict`.  `rung` [n]: `native_fast`, `native_slow`, `native_assisted`, or "" where nothing was
    read.  `errors_corrected` uint16 [n]: codewords.
    """

    digits: npt.NDArray[np.uint8]
    verdict: npt.NDArray[np.str_]
    rung: npt.NDArray[np.str_]
    errors_corrected: npt.NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.digits)


@cache
def scanner_for(smallest: float, largest: float) -> native.Scanner:
    """A scanner of eL-QRs for modules of that many pixels; threads may share it."""
    return native.Scanner(load_layout(DEFAULT_LAYOUT).compiled, smallest, largest)


def read_batch(
    rois: npt.NDArray[np.uint8] | Sequence[npt.NDArray[np.uint8]],
    *,
    scanner: ProfileLike | None = None,
) -> BatchReadings:
    """Reads the one eL-QR of each image by the native rungs.

    `rois`: uint8 [n, height, width] of greys, 0 = black, or a list of such images of any sizes,
    each with a quiet zone of paper around the symbol.  Any quarter turn, askew by a few degrees.

    A verdict is `ok`, `unreadable`, `not_elqr`, `bad_crc`, `bad_check_digit` or `amount_mismatch`;
    nothing is raised for a bad picture.  Raises ConfigError if `rois` are no such images or larger
    than 16 million pixels, or for a bad scanner profile, which says what size modules have.
    """
    sizes = MODULE_PIXELS if scanner is None else load_scanner(scanner).module_pixels
    stacks = [rois] if isinstance(rois, np.ndarray) else [_one(roi) for roi in rois]
    return _joined([_read_stack(stack, sizes) for stack in stacks])


def _one(roi: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    return roi[None] if isinstance(roi, np.ndarray) else np.empty(0, np.uint8)


def _read_stack(
    images: npt.NDArray[np.uint8], sizes: tuple[float, float] = MODULE_PIXELS
) -> BatchReadings:
    if images.ndim != 3 or images.dtype != np.uint8:
        raise ConfigError("rois: uint8 [n, height, width], or a list of uint8 [height, width]")
    n, length = len(images), load_layout(DEFAULT_LAYOUT).length
    digits, corrected = np.zeros((n, length), np.uint8), np.zeros(n, np.uint16)
    statuses, rungs = np.zeros(n, np.uint8), np.zeros(n, np.uint8)
    try:
        native.read_batch(
            scanner_for(*sizes), np.ascontiguousarray(images), native.ASSISTED,
            digits, statuses, rungs, corrected,
        )  # fmt: skip
    except ValueError as error:
        raise ConfigError(f"rois: {error}") from error
    return BatchReadings(digits, _verdicts(digits, statuses), _RUNG_NAMES[rungs], corrected)


def _verdicts(
    digits: npt.NDArray[np.uint8], statuses: npt.NDArray[np.uint8]
) -> npt.NDArray[np.str_]:
    """A symbol that was read but holds no 255 characters has status 0 and a row of zeros."""
    faults, _, _ = payload_native.parse(load_layout(DEFAULT_LAYOUT).compiled, digits)
    faults[statuses != 0] = _UNREAD
    digits[_HAS_NO_ELQR[faults]] = 0
    verdicts: npt.NDArray[np.str_] = _VERDICTS[faults]
    return verdicts


def _joined(parts: Sequence[BatchReadings]) -> BatchReadings:
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return _read_stack(np.empty((0, 1, 1), np.uint8))
    return BatchReadings(
        np.concatenate([part.digits for part in parts]),
        np.concatenate([part.verdict for part in parts]),
        np.concatenate([part.rung for part in parts]),
        np.concatenate([part.errors_corrected for part in parts]),
    )
