"""errors.py has one exception for each status of csrc/elqr.h, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from elqr_fast.errors import BY_STATUS, KernelError, kernel_error

HEADER = Path(__file__).resolve().parents[2] / "csrc" / "elqr.h"


def statuses_of_the_header() -> dict[str, int]:
    text = HEADER.read_text(encoding="utf-8")
    enum = re.search(r"enum \{\s*(ELQR_OK = 0,.*?)\};", text, re.S)
    assert enum
    return {name: int(number) for name, number in re.findall(r"ELQR_(\w+) = (\d+)", enum[1])}


def class_name(status: str) -> str:
    return "".join(word.capitalize() for word in status.split("_")) + "Error"


def test_header_and_exceptions_agree() -> None:
    expected = {number: class_name(name) for name, number in statuses_of_the_header().items()}
    assert expected.pop(0) == "OkError"
    assert {number: kind.__name__ for number, kind in BY_STATUS.items()} == expected


def test_every_exception_is_a_builtin_error_too() -> None:
    for kind in BY_STATUS.values():
        assert issubclass(kind, ValueError | MemoryError | OSError)


def test_the_item_is_named() -> None:
    error = kernel_error(4, 7, "detail")
    assert error.item == 7
    assert str(error) == "item 7: a character outside the allowed alphabet (detail)"


def test_an_unknown_status_is_a_plain_kernel_error() -> None:
    assert type(kernel_error(999)) is KernelError
