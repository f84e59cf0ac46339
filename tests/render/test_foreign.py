"""Codes that a form draws by itself are refused, with the reason."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from elqr_fast.errors import FormError
from elqr_fast.forms import Form
from elqr_fast.render.foreign import codes_in, is_qr
from elqr_fast.render.plate import make_plate

Altered = Callable[..., Form]
Drawing = Callable[[str, str], str]

#: Every check of it is valid, its data are invented.
ELQR = (
    "000201010212279600051380001835100000000000000022543572138000582000003504705193143269049553519"
    "5010997404600000000541100002254357622620242024002024053120240710"
    "8085" + "0" * 85 + "630532232"
)


@pytest.fixture
def with_mark(altered_form: Altered, qr_drawing: Drawing) -> Callable[[str], Form]:
    """The maru form with a QR code as a mark on the letter."""

    def make(content: str) -> Form:
        mark = 'marks = [{ drawing = "foreign", box = [150, 145, 25, 25] }]\nframes = ['
        drawing = qr_drawing("foreign", content)
        return altered_form("maru", {"[page]": f"{drawing}\n[page]", "frames = [": mark})

    return make


def test_a_jpqr_is_refused_as_what_it_is(with_mark: Callable[[str], Form], jpqr_text: str) -> None:
    with pytest.raises(FormError, match=r"page.marks\[0\]: the mark is a JPQR; .* in person"):
        make_plate(with_mark(jpqr_text), 300)


def test_an_el_qr_of_the_forms_own_is_refused(with_mark: Callable[[str], Form]) -> None:
    with pytest.raises(FormError, match="the mark is an eL-QR; each slip gets its own"):
        make_plate(with_mark(ELQR), 300)


def test_any_other_qr_code_is_refused_without_its_content(
    with_mark: Callable[[str], Form],
) -> None:
    with pytest.raises(FormError, match="the mark is a QR code other than the eL-QR") as caught:
        make_plate(with_mark("https://example.com/secret"), 300)
    assert "secret" not in str(caught.value)


def test_the_placeholders_are_no_codes(altered_form: Altered) -> None:
    assert make_plate(altered_form("maru", {}), 300)


def test_a_picture_without_a_code_has_none() -> None:
    assert codes_in(np.zeros((200, 200), np.uint8)) == []


def test_the_kinds_of_qr_code() -> None:
    class Found:
        def __init__(self, name: str) -> None:
            self.format = type("Format", (), {"name": name})

    kinds = ("QRCode", "QRCodeModel1", "MicroQRCode", "RMQRCode")
    assert all(is_qr(Found(name)) for name in kinds)  # type: ignore[arg-type]
    assert not is_qr(Found("Code128"))  # type: ignore[arg-type]
