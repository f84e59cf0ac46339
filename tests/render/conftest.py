"""Hand-made plates, pages and codes: outputs are tested without forms and notices."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any, BinaryIO, Literal
from unittest.mock import patch

import numpy as np
import pytest
import segno
import zxingcpp

from elqr_fast.render.fonts import Face, open_face
from elqr_fast.render.geometry import BarPlace, QrPlace
from elqr_fast.render.pdf import write_pdf
from elqr_fast.render.pdf_file import PdfFile
from elqr_fast.render.pdf_g4 import ImageWriter
from elqr_fast.render.readback import check_chunk
from elqr_fast.render.scene import BarsAt, Modules, Rect, Scene, Shape, SymbolAt, TextRun
from elqr_fast.render.stamps import Bits
from elqr_fast.render.tiff import write_tiff

# For page_boxes, an oracle that several tests share.
sys.path.append(str(Path(__file__).parent))


def triangle(x: float, y: float, side: float) -> tuple[tuple[float, float], ...]:
    return (x, y), (x + side, y), (x + side / 2, y + side)


class Hand:
    """Makes things; a page's number decides what its codes hold."""

    def __init__(self, faces: dict[str, Face]) -> None:
        self.faces = faces

    def plate(self, width: int, height: int, **other: Any) -> Any:
        """A plate of nothing but its size, and what is given."""
        plate = SimpleNamespace(
            dpi=300,
            static=Scene(),
            static_ink=(0, 0, 0),
            faces=self.faces,
            qr=None,
            bars=None,
            fields=(),
            ocr=(),
            bar_texts=(),
        )
        vars(plate).update(width=width, height=height, **other)
        return plate

    def slip_plate(self, **other: Any) -> Any:
        """700 × 500 dots with static ink of every kind, an eL-QR place and a bar-code place."""
        static = Scene(
            rects=[Rect(5, 5, 600, 2), Rect(5, 5, 2, 100)],
            shapes=[Shape((triangle(620, 20, 60.5), triangle(635, 25, 30)))],
            runs=[self.run("gothic", 30.5, 20, 50, "納入済通知書")],
        )
        given = {
            "static": static,
            "qr": QrPlace(501, 203, 4),
            "bars": BarPlace(45, 420, 2, 40),
            "width": 700,
            "height": 500,
            **other,
        }
        return self.plate(**given)

    def slip_page(self, plate: Any, number: int) -> Any:
        scene = Scene(runs=[self.run("gothic", 25, 20 + number % 8, 120, f"見本 太郎{number}様")])
        if plate.qr:
            modules = self.symbol(self.digits(number))
            scene.symbols = [SymbolAt(plate.qr.x, plate.qr.y, plate.qr.module, modules)]
        if plate.bars:
            modules = self.bars(self.bar_text(number))
            place = plate.bars
            scene.bars = [
                BarsAt(place.x, place.y, place.module, place.height, modules, place.narrower)
            ]
        return self.page(scene, number)

    def page(self, scene: Scene, row: int = 0) -> Any:
        return SimpleNamespace(row=row, scene=scene)

    def run(self, face: str, size: float, x: int, y: int, text: str) -> TextRun:
        """Text set glyph after glyph."""
        font = self.faces[face]
        glyphs = [font.glyph(char) for char in text]
        assert all(glyphs)
        advances = [font.advance(glyph) * size / font.units_per_em for glyph in glyphs]
        offsets = [round(sum(advances[:index])) for index in range(len(glyphs))]
        return TextRun(face, size, x, y, tuple(glyphs), tuple(offsets), tuple(text))

    def digits(self, number: int) -> str:
        return f"{number:0255d}"

    def bar_text(self, number: int) -> str:
        return f"91{number:042d}"

    def symbol(self, text: str, mask: int = 2) -> Modules:
        code = segno.make_qr(text, error="m", version=6, mask=mask, boost_error=False)
        return np.array([list(row) for row in code.matrix], np.uint8)

    def bars(self, text: str) -> Modules:
        kind = zxingcpp.BarcodeFormat.Code128
        code = zxingcpp.create_barcode(f"[{text[:2]}]{text[2:]}", kind, gs1=True)
        return (np.asarray(code.to_image(scale=1, add_quiet_zones=False))[0] == 0).astype(np.uint8)

    def dots(self, bits: Bits, width: int) -> Modules:
        """Unpacked; the padding must be empty."""
        unpacked = np.unpackbits(bits, axis=1)
        assert not unpacked[:, width:].any()
        return unpacked[:, :width]


def write_pdf_g4(plate: Any, pages: list[Any], target: BinaryIO) -> int:
    return ImageWriter(plate).write(pages, target)


class Chunk:
    """Some pages, their file, and what the record says they hold."""

    WRITERS = MappingProxyType({"pdf": write_pdf, "tiff": write_tiff, "pdf-g4": write_pdf_g4})

    def __init__(
        self, hand: Hand, kind: Literal["pdf", "tiff", "pdf-g4"], pages: int = 4, **plate: Any
    ):
        self.kind = kind
        self.plate = hand.slip_plate(**plate)
        self.pages = [hand.slip_page(self.plate, number) for number in range(pages)]
        texts = [hand.digits(number) for number in range(pages)]
        self.digits = np.array([list(text.encode()) for text in texts], np.uint8)
        self.bars: list[str | None] = [hand.bar_text(number) for number in range(pages)]

    def written(self) -> bytes:
        target = io.BytesIO()
        self.WRITERS[self.kind](self.plate, self.pages, target)
        return target.getvalue()

    def edited(self, page: int, edit: Callable[[bytes], bytes]) -> bytes:
        """What is written, with one PDF page's content changed."""
        add_stream, contents = PdfFile.add_stream, []

        def add_edited(file: PdfFile, data: bytes, entries: bytes = b"") -> int:
            if not entries:  # what has entries of its own is no page's content
                contents.append(data)
                if len(contents) == page + 1:
                    data = edit(data)
                    assert data != contents[page]
            return add_stream(file, data, entries)

        with patch.object(PdfFile, "add_stream", add_edited):
            return self.written()

    def check(self, data: bytes | None = None) -> dict[int, str]:
        """Reads back what is written, or `data` in its place: page → reason."""
        source = io.BytesIO(self.written() if data is None else data)
        return dict(check_chunk(self.kind, source, self.plate, self.digits, self.bars))


@pytest.fixture(scope="session")
def make_chunk(hand: Hand) -> Callable[..., Chunk]:
    return partial(Chunk, hand)


@pytest.fixture(scope="session")
def hand() -> Hand:
    return Hand({"gothic": open_face("ipaexg")})
