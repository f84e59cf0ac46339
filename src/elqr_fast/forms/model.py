"""What a form is: the tables and keys of its TOML file.

All lengths are millimetres, type sizes points (1/72 inch).  A part's `box` counts from the page's
top-left corner, everything in a part from the part's own.  Nothing here is in dots: `render.plate`
does that for one device.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, Struct

# Bounds that no sheet reaches; they keep nan and inf out too.
Coordinate = Annotated[float, Meta(ge=-2000, le=2000)]
Length = Annotated[float, Meta(gt=0, le=2000)]
#: Shorter dashes are no dashes on paper.
Dash = Annotated[float, Meta(ge=0.1, le=2000)]
Points = Annotated[float, Meta(gt=0, le=400)]
Channel = Annotated[int, Meta(ge=0, le=255)]


class Box(Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """`[x, y, width, height]`."""

    x: Coordinate
    y: Coordinate
    width: Length
    height: Length

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def moved(self, x: float, y: float) -> Box:
        return Box(self.x + x, self.y + y, self.width, self.height)


class Span(Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """`[x1, y1, x2, y2]`, the two ends of a line."""

    x1: Coordinate
    y1: Coordinate
    x2: Coordinate
    y2: Coordinate


class _Strict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file; a key it does not know is an error."""


class Line(_Strict, frozen=True, kw_only=True):
    """A horizontal or vertical rule; `dash` is ink, gap."""

    span: Span
    width: Length = 0.15
    dash: tuple[Dash, Dash] | None = None


class Frame(_Strict, frozen=True, kw_only=True):
    """A box ruled on its edges; `columns` and `rows` are inner rules, from its left and its top."""

    box: Box
    width: Length = 0.15
    columns: list[Length] = []
    rows: list[Length] = []


class Text(_Strict, frozen=True, kw_only=True):
    """Words that never change, centred from top to bottom; "\\n" starts a new line.

    `spread` sets the characters evenly over the box (均等割付).
    """

    text: Annotated[str, Meta(min_length=1)]
    box: Box
    size: Points = 6.0
    font: str = "gothic"
    align: Literal["left", "center", "right", "spread"] = "left"


class Title(Text, frozen=True, kw_only=True):
    """A part's title; `mark` is where its □公 or ○公 stands, before or after it."""

    size: Points = 10.0
    mark: Box | None = None


class Mark(_Strict, frozen=True, kw_only=True):
    """A drawing of the form, scaled into a box; its proportions are kept."""

    drawing: str
    box: Box


class Drawing(_Strict, frozen=True, kw_only=True):
    """Vector data: the path of an SVG (`d`), filled even-odd, in a view of width × height units."""

    view: tuple[Length, Length]
    path: str


class Empty(_Strict, frozen=True, kw_only=True):
    """An area in which nothing may be printed; framed on its outside if `line` is given.

    `ocr_band` lets the OCR lines in, and nothing else.
    """

    kind: Literal["date_stamp", "fee", "remarks", "clear_zone", "ocr_band"]
    box: Box
    line: Length | None = None


Format = Literal["text", "number", "yen", "date", "western_date", "era_year", "period", "postal"]


class Field(_Strict, frozen=True, kw_only=True):
    """One value of the notice, in a box.

    `source` is a column of the notices, or a derived one: `el_number`, `bill_line_1`, ….  An empty
    value prints nothing, neither `prefix` nor `suffix`.  `optional` says that the notices may lack
    the column.  `overflow` says what becomes of a text too wide for its box: it is set smaller down
    to `min_size`, broken into lines (and then set smaller), or its row is rejected.
    """

    source: str
    box: Box
    format: Format = "text"
    prefix: str = ""
    suffix: str = ""
    size: Points = 9.0
    min_size: Points = 6.0
    font: str = "gothic"
    align: Literal["left", "center", "right"] = "left"
    overflow: Literal["shrink", "wrap", "reject"] = "shrink"
    optional: bool = False


class OcrLine(_Strict, frozen=True, kw_only=True):
    """A line for machines: character i is centred on `x + (i + 1/2) * pitch`.

    `prefix` is what the form itself has before the value, such as its number and a space.
    """

    source: Literal["ocr_upper", "ocr_lower"]
    prefix: str = ""
    x: Coordinate
    baseline: Coordinate
    pitch: Length = 2.54
    size: Points = 10.0
    font: str = "ocr"


class Items(_Strict, frozen=True, kw_only=True):
    """What can stand on a part or on the rest of the page."""

    lines: list[Line] = []
    frames: list[Frame] = []
    texts: list[Text] = []
    marks: list[Mark] = []
    fields: list[Field] = []
    empty: list[Empty] = []


class Page(Items, frozen=True, kw_only=True):
    """The sheet; its items count from its top-left corner."""

    width: Length
    height: Length


class Part(Items, frozen=True, kw_only=True):
    """One of the slip's parts."""

    box: Box
    title: Title
    ocr: list[OcrLine] = []


class Parts(_Strict, frozen=True, kw_only=True):
    """The parts; a slip with a QR code has all three."""

    paid_notice: Part
    office_copy: Part
    receipt: Part | None = None

    def __iter__(self) -> Iterator[tuple[str, Part]]:
        for name in ("paid_notice", "office_copy", "receipt"):
            part = getattr(self, name)
            if part is not None:
                yield name, part


class Qr(_Strict, frozen=True, kw_only=True):
    """The eL-QR on the paid notice.

    The symbol with its quiet zone lies within `box`, itself within `corner`, the 35 × 20 mm that
    the criteria give it.  `module_dots` fixes the dots a module for a dpi; without it they are the
    most that fit.
    """

    corner: Box
    box: Box
    label: Text
    module_dots: dict[int, int] = {}


class BarCode(_Strict, frozen=True, kw_only=True):
    """The convenience stores' GS1-128 on the paid notice; `box` holds its quiet zones too."""

    box: Box
    texts: list[Field]
    max_amount: Annotated[int, Meta(ge=1, le=999_999)] = 300_000
    module_dots: dict[int, int] = {}


class Form(_Strict, frozen=True, kw_only=True):
    """One form.  `path` is the file it came from, which the file itself cannot say.

    `claims` says what its slips have, and so which rules of the criteria it is held to; `mixed`
    are slips with and without a QR code on one stock, whose words must serve both.
    """

    name: Annotated[str, Meta(pattern="^[a-z0-9-]+$")]
    title: str
    kind: Literal["kaku", "maru"]
    layout: Literal["mpn", "mt", "dt", "general", "mpn-conformant", "own"]
    claims: list[Literal["qr", "bar_code", "mixed"]]
    ink: tuple[Channel, Channel, Channel]
    slip: Box
    fonts: dict[str, Annotated[list[str], Meta(min_length=1)]]
    page: Page
    parts: Parts
    drawings: dict[str, Drawing] = {}
    qr: Qr | None = None
    bar_code: BarCode | None = None
    path: str = ""

    @property
    def areas(self) -> list[tuple[str, Items, float, float]]:
        """Every bearer of items: its key in the file, itself, its origin on the page (x, y)."""
        parts = [(f"parts.{name}", part, part.box.x, part.box.y) for name, part in self.parts]
        return [("page", self.page, 0.0, 0.0), *parts]

    @property
    def qr_box(self) -> Box | None:
        """Where the eL-QR with its quiet zone is to be found, from the page's top-left corner."""
        notice = self.parts.paid_notice.box
        return self.qr.box.moved(notice.x, notice.y) if self.qr else None

    @property
    def columns(self) -> list[str]:
        """The sources of all fields that a notice must have a column for, each once."""
        fields = [field for _, items, _, _ in self.areas for field in items.fields]
        return list(dict.fromkeys(field.source for field in fields if not field.optional))
