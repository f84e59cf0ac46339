"""A batch of slips on disk, with everything it can be checked against."""

from __future__ import annotations

from typing import Any

import pytest

#: Where an eL-QR lies within the box of the form `maru`.
IN_THE_BOX = (67.0, 279.0)


class Slips:
    """Payloads that differ in their case key, and their pages."""

    def __init__(self, pictures: Any, code: Any) -> None:
        self.pictures = pictures
        self.code = code

    def columns(self, *numbers: int) -> dict[str, list[Any]]:
        """Notices, 1,000 yen and a few each."""
        n = len(numbers)
        return {
            "institution": ["12345"] * n,
            "case_key": [f"{number:020d}" for number in numbers],
            "confirmation": ["123456"] * n,
            "levy": ["001"] * n,
            "amount": [str(1000 + number) for number in numbers],
            "levy_year": ["2026"] * n,
            "tax_year": ["2026"] * n,
            "period": ["01"] * n,
            "due": ["20260930"] * n,
            "pay_by": ["20261031"] * n,
        }

    def digits(self, number: int) -> str:
        from elqr_fast.codes.elqr import build_payloads

        return build_payloads(self.columns(number)).digits[0].tobytes().decode()

    def page(self, number: int, *others: Any, at: tuple[float, float] = IN_THE_BOX) -> Any:
        return self.pictures.page(self.code(self.digits(number), *at), *others)


@pytest.fixture(scope="session")
def slips(pictures: Any, code: Any) -> Slips:
    return Slips(pictures, code)
