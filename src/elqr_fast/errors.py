"""What can go wrong, one class each; every class is also the built-in a caller would expect.

`ExitCode` is what the `elqr` command returns; an exception that ends a command owns its code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What `elqr` returns to the shell."""

    OK = 0
    #: Finished, but there are rejects or verdicts other than `ok`.
    PARTIAL = 1
    #: The command line, a form, a column map or a profile is wrong.
    USAGE = 2
    #: The input cannot be read.
    INPUT = 3
    #: The output cannot be written (disk, permissions).
    OUTPUT = 4
    #: Stopped by the user; running the same command again resumes.
    INTERRUPTED = 5


@dataclass(frozen=True, slots=True)
class FieldError:
    """One broken rule in one row; a row with any of these is rejected, never printed.

    `row` is the index of the input row, from 0.  `found` may be taxpayer data: it goes to the
    rejects file, which is private to its owner, and never to a log.
    """

    row: int
    field: str
    rule: str
    found: str
    expected: str


class ElqrError(Exception):
    """Any error this package raises on purpose."""

    exit_code = ExitCode.USAGE


class ConfigError(ElqrError, ValueError):
    """An option, a column map or a profile is wrong."""


class FormError(ConfigError):
    """A form's TOML is wrong, or what it asks for cannot be printed."""


class FontError(ConfigError):
    """A font is missing, broken, or forbids embedding."""


class InputError(ElqrError, ValueError):
    """An input file cannot be read as what it claims to be."""

    exit_code = ExitCode.INPUT


class OutputError(ElqrError, OSError):
    """An output cannot be written."""

    exit_code = ExitCode.OUTPUT


class ReadBackError(OutputError):
    """What was emitted does not read as the record it was made of."""


class Interrupted(ElqrError, KeyboardInterrupt):
    """The user stopped a run; what is finished stays, and a rerun resumes."""

    exit_code = ExitCode.INTERRUPTED


class PayloadError(ElqrError, ValueError):
    """255 digits that are no valid eL-QR payload.

    `code` is a word such as `bad_crc`; `position` is the offset of the first digit concerned.
    """

    exit_code = ExitCode.INPUT

    def __init__(self, code: str, position: int, message: str) -> None:
        super().__init__(f"{code} at digit {position}: {message}")
        self.code = code
        self.position = position


class KernelError(ElqrError):
    """A kernel refused its input.  `item` is the index in the batch, None if not of one item."""

    status = -1
    meaning = "a kernel returned a status this version does not know"

    def __init__(self, item: int | None = None, detail: str = "") -> None:
        where = "" if item is None else f"item {item}: "
        super().__init__(f"{where}{self.meaning}{f' ({detail})' if detail else ''}")
        self.item = item


class EmptyError(KernelError, ValueError):
    status, meaning = 1, "nothing to work on"


class TooLongError(KernelError, ValueError):
    status, meaning = 2, "content exceeds the capacity"


class TooShortError(KernelError, ValueError):
    status, meaning = 3, "content is shorter than the format"


class BadCharacterError(KernelError, ValueError):
    status, meaning = 4, "a character outside the allowed alphabet"


class BadVersionError(KernelError, ValueError):
    status, meaning = 5, "version must be 1 to 40"


class BadLevelError(KernelError, ValueError):
    status, meaning = 6, "level must be L, M, Q or H"


class BadMaskError(KernelError, ValueError):
    status, meaning = 7, "mask must be 0 to 7, or None for automatic"


class BadModeError(KernelError, ValueError):
    status, meaning = 8, "unknown segment mode"


class BufferTooSmallError(KernelError, ValueError):
    status, meaning = 9, "the output buffer is too small"


class BadPrefixError(KernelError, ValueError):
    status, meaning = 10, "the fixed digits of the payload differ"


class BadCrcError(KernelError, ValueError):
    status, meaning = 11, "the CRC is wrong"


class BadCheckDigitError(KernelError, ValueError):
    status, meaning = 12, "a check digit is wrong"


class AmountMismatchError(KernelError, ValueError):
    status, meaning = 13, "the two amounts differ"


class BadDateError(KernelError, ValueError):
    status, meaning = 14, "not a date of the calendar"


class OutOfRangeError(KernelError, ValueError):
    status, meaning = 15, "a number outside the allowed range"


class TruncatedError(KernelError, ValueError):
    status, meaning = 16, "coded data end too early"


class BadCodeError(KernelError, ValueError):
    status, meaning = 17, "coded data hold an impossible code"


class NoSymbolError(KernelError, ValueError):
    status, meaning = 18, "no symbol in the image"


class TooDamagedError(KernelError, ValueError):
    status, meaning = 19, "more errors than error correction can undo"


BY_STATUS: dict[int, type[KernelError]] = {
    kind.status: kind for kind in KernelError.__subclasses__()
}


def kernel_error(status: int, item: int | None = None, detail: str = "") -> KernelError:
    """The exception for a kernel's status; an unknown status gives a plain `KernelError`."""
    return BY_STATUS.get(status, KernelError)(item, detail)
