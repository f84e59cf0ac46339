"""What is known about one code, or about a page without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from elqr_fast.codes.elqr import ElqrFields


class Verdict(StrEnum):
    """Whether a slip can be paid, and if not, why; the first fault in this order is the verdict."""

    #: Every check that had a basis passed.
    OK = "ok"
    #: No QR code was found, and by the manifest the slip has none: as it should be.
    WITHOUT_CODE = "without_code"
    #: The file or the page cannot be decoded.
    BAD_FILE = "bad_file"
    #: No QR code could be read.
    UNREADABLE = "unreadable"
    #: A QR code, but no eL-QR payload.
    NOT_ELQR = "not_elqr"
    #: The payload's CRC is wrong.
    BAD_CRC = "bad_crc"
    #: A check-digit pair of an OCR line in the payload is wrong.
    BAD_CHECK_DIGIT = "bad_check_digit"
    #: A second QR code where the slip may have only one.
    SEVERAL_CODES = "several_codes"
    #: The eL-QR is not where the form has it.
    OUTSIDE_BOX = "outside_box"
    #: The slip's bar code or one of its OCR lines disagrees with its eL-QR.
    CROSS_MISMATCH = "cross_mismatch"
    #: A valid code that belongs on another slip's page.
    WRONG_SLIP = "wrong_slip"
    #: The ledger has no such case key.
    NOT_IN_LEDGER = "not_in_ledger"
    #: The payload's two amounts differ, or the ledger has another one.
    AMOUNT_MISMATCH = "amount_mismatch"
    #: An earlier slip of the batch has the same case key.
    DUPLICATE = "duplicate"
    #: Past its pay-by date.
    EXPIRED = "expired"
    #: Printed or scanned worse than asked for.
    BELOW_GRADE = "below_grade"


#: Detail of an unreadable page that shows no trace of a QR code.
NO_CODE_FOUND = "no QR code found"


class Kind(StrEnum):
    """What a QR code is; a code that is no eL-QR is never described further."""

    ELQR = "eL-QR"
    JPQR = "JPQR"
    EMV = "EMV payment code"
    URL = "URL"
    OTHER = "other"


class Rung(StrEnum):
    """The step of the ladder that read a code, cheapest first."""

    #: The form's box and a margin, by our own kernel: undamaged finder patterns, hard decisions.
    NATIVE_FAST = "native_fast"
    #: The same with a refined grid, soft decisions and erasures.
    NATIVE_SLOW = "native_slow"
    #: The same, with the digits that every eL-QR or nearly every one has taken for known; whether
    #: they were right, the payload's checks tell.
    NATIVE_ASSISTED = "native_assisted"
    #: The form's box and a margin, by zxing-cpp like all that follow.
    ROI = "roi"
    #: The same, enlarged.
    ROI_ENLARGED = "roi_enlarged"
    #: The whole page at reading size (`reader.READING_DPI`).
    PAGE = "page"
    #: The whole page with all its pixels.
    PAGE_FULL = "page_full"
    #: The whole page, enlarged and with every trick the library has.
    PAGE_THOROUGH = "page_thorough"


class Lines(StrEnum):
    """What came of comparing the slip's OCR lines with its eL-QR."""

    #: All were read and say what the eL-QR says.
    AGREE = "agree"
    #: One at least was not read, and none that was read says anything else.
    UNREAD = "unread"
    #: One at least says something else.
    DIFFER = "differ"


#: Corners of a symbol in page pixels: its own top left, top right, bottom right, bottom left.
Corners = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Grade:
    """How well a code is printed and scanned, in the manner of ISO/IEC 15415; not calibrated.

    `overall` is 0 to 4, the lowest of `grades`; `letter` A to D or F; `worst` the parameter that
    made it, "" for 4.  Parameters: contrast, modulation, margin, axial, grid, unused_ec,
    fixed_patterns, decode (docs/reading.md, "Grade"); bilevel scans lack the first three.
    `damaged`: modules of finder patterns A1, A2, A3, timing B1, B2 and alignment C.
    """

    overall: float
    letter: str
    worst: str
    bilevel: bool
    grades: Mapping[str, int]
    values: Mapping[str, float]
    damaged: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class BarsGrade:
    """How well a slip's bar code is printed and scanned, in the manner of ISO/IEC 15416.

    `overall` is 0 to 4, the mean of ten `lines`' lowest grades; None where modules have too few
    pixels, which `letter` says.  `grades` are means of the lines', `values` the worst line's.
    Parameters: decode, contrast, reflectance, edge_contrast, modulation, defects, decodability;
    bilevel scans have the first and last only.  `module` is in pixels.
    """

    overall: float | None
    letter: str
    worst: str = ""
    bilevel: bool = False
    lines: tuple[int, ...] = ()
    grades: Mapping[str, float] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    module: float = 0.0


@dataclass(frozen=True, slots=True)
class Reading:
    """One code of a page, or a page on which none was read.

    `digits` is what an eL-QR says, "" for any other code; `fields` is there if all the payload's
    own checks pass.  `unused_ec` is the part of the error correction that the symbol did not need,
    0 to 1; `grade` is there for an eL-QR, `bars_grade` for a slip with one bar code, `ocr_lines`
    for an otherwise sound slip whose form has OCR lines.  `detail` explains the verdict; it never
    holds what a foreign code says, nor a name.
    `page` counts from 0; None means the file as a whole.
    """

    verdict: Verdict
    detail: str = ""
    #: Neither is shown when a reading is printed: they are a taxpayer's, and logs are not private.
    digits: str = field(default="", repr=False)
    fields: ElqrFields | None = field(default=None, repr=False)
    kind: Kind | None = None
    rung: Rung | None = None
    position: Corners | None = None
    version: int | None = None
    level: str | None = None
    mask: int | None = None
    unused_ec: float | None = None
    grade: Grade | None = None
    bars_grade: BarsGrade | None = None
    ocr_lines: Lines | None = None
    file: str = ""
    page: int | None = None

    def on_page(
        self, file: str, page: int, grade: Grade | None, bars_grade: BarsGrade | None
    ) -> Reading:
        """The same, told where it is and how well it is printed."""
        return Reading(
            self.verdict, self.detail, self.digits, self.fields, self.kind, self.rung,
            self.position, self.version, self.level, self.mask, self.unused_ec, grade, bars_grade,
            self.ocr_lines, file, page,
        )  # fmt: skip
