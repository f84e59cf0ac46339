"""Scanner profiles: what a scanner does to a page, as TOML (docs/reading.md, "Scanner profiles").

The reader takes from a profile what it must expect, the simulator what it must imitate.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal, NoReturn

import msgspec

from elqr_fast.builtin import BuiltIns
from elqr_fast.errors import ConfigError
from elqr_fast.scan.pages import DropOut, PageImage

_BUILT_IN = BuiltIns("scanner", "elqr_fast.scan", "scanners")

#: Lowest and highest value; a scan has any between.
Range = tuple[float, float]

#: What each range may hold.
LIMITS = {
    "threshold": (0.05, 0.95),
    "mtf": (0.05, 0.98),
    "noise": (0.0, 64.0),
    "streaks": (0.0, 100.0),
}
#: The modules that printers of 240 to 1200 dpi make of 20 mm, in mm, with room for feeders that
#: stretch.
MODULE_MM = (0.3, 0.43)
MM_PER_INCH = 25.4


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of scanner, or one setting of it.  Ranges are (lowest, highest)."""

    name: str
    title: str = ""
    #: Pixels an inch, both ways.
    dpi: int
    depth: Literal["bilevel", "grey"]
    #: Bilevel: the level between ink (0) and paper (1) below which a pixel is black.
    threshold: Range | None = None
    #: Degrees that a sheet is fed askew at most, either way.
    skew: float
    #: Contrast left at half the Nyquist frequency (dpi / 4 cycles an inch), the pixels' own area
    #: included, as a slanted edge shows it (ISO 12233).
    mtf: Range
    #: Standard deviation, in grey levels of 255, before any threshold.
    noise: Range
    #: Lines along the feed that dust on the glass leaves, a 100 mm of width.
    streaks: Range
    compression: Literal["none", "g4", "jpeg"]
    #: 1 to 100, of libjpeg's scale.
    jpeg_quality: int | None = None
    #: The colour of light under which ink of the same colour vanishes.
    drop_out: DropOut = "none"

    @property
    def blur(self) -> Range:
        """Standard deviations, in pixels, of the Gaussians with the profile's MTF, sharpest first.

        A Gaussian leaves exp(-2 (pi sigma f)^2) of the contrast at f cycles a pixel; here f is 1/4.
        """
        low, high = (math.sqrt(-math.log(mtf) / 2) / (math.pi / 4) for mtf in reversed(self.mtf))
        return low, high

    @property
    def module_pixels(self) -> Range:
        """The pixels that a module of an eL-QR can have."""
        low, high = (mm * self.dpi / MM_PER_INCH for mm in MODULE_MM)
        return low, high


ProfileLike = str | Path | Profile


def list_scanners() -> list[str]:
    """The names of the built-in profiles."""
    return _BUILT_IN.names()


def scanner_text(name_or_path: str | Path) -> str:
    """A profile's TOML.  Raises ConfigError if there is none."""
    return _BUILT_IN.read(_BUILT_IN.locate(name_or_path))


def load_scanner(name_or_path: ProfileLike) -> Profile:
    """A built-in profile by its name, or that of a TOML file.

    Raises ConfigError with the file, and the key where one is to blame.
    """
    if isinstance(name_or_path, Profile):
        return name_or_path
    if str(name_or_path) in list_scanners():
        return _built_in(str(name_or_path))
    return _parsed(scanner_text(name_or_path), str(name_or_path))


def expecting(pages: Iterable[PageImage], scanner: Profile | None) -> Iterator[PageImage]:
    """The pages, those without a resolution taken for the scanner's."""
    for page in pages:
        page.usual_dpi = (scanner.dpi, scanner.dpi) if scanner else None
        yield page


@cache
def _built_in(name: str) -> Profile:
    return _parsed(scanner_text(name), name)


def _parsed(text: str, where: str) -> Profile:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: not TOML: {error}") from error
    for key in data:
        if key not in Profile.__struct_fields__:
            _unknown(where, key)
    try:
        profile = msgspec.convert(data, Profile, strict=True)
    except msgspec.ValidationError as error:
        what, _, at = str(error).partition(" - at `$")
        key = at.strip("`").lstrip(".")
        raise ConfigError(f"{where}: {key}: {what}" if key else f"{where}: {what}") from error
    _check(profile, where)
    return profile


def _unknown(where: str, key: str) -> NoReturn:
    known = Profile.__struct_fields__
    near = get_close_matches(key, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
    raise ConfigError(f"{where}: {key}: unknown key; {hint}")


def _check(profile: Profile, where: str) -> None:
    """What the types cannot say."""
    for key, fault in _faults(profile).items():
        if fault:
            raise ConfigError(f"{where}: {key}: {fault}")


def _faults(profile: Profile) -> dict[str, str]:
    bilevel, jpeg = profile.depth == "bilevel", profile.compression == "jpeg"
    quality = profile.jpeg_quality
    faults = {
        "dpi": "" if 150 <= profile.dpi <= 1200 else "must be 150 to 1200",
        "skew": "" if 0 <= profile.skew <= 10 else "must be 0 to 10 degrees",
        "threshold": _needed(profile.threshold is not None, bilevel, "a bilevel scanner"),
        "jpeg_quality": _needed(quality is not None, jpeg, "JPEG compression"),
        "compression": _misfit(profile),
    }
    if quality is not None and not 1 <= quality <= 100:
        faults["jpeg_quality"] = "must be 1 to 100"
    for key, limits in LIMITS.items():
        span = getattr(profile, key)
        if span is not None and not limits[0] <= span[0] <= span[1] <= limits[1]:
            faults[key] = f"must be [low, high] within {limits[0]:g} to {limits[1]:g}"
    return faults


def _needed(there: bool, wanted: bool, what: str) -> str:
    if there == wanted:
        return ""
    return f"{what} needs it" if wanted else f"it is only for {what}"


def _misfit(profile: Profile) -> str:
    wrong = "jpeg" if profile.depth == "bilevel" else "g4"
    return f"{wrong} is not for {profile.depth} scans" if profile.compression == wrong else ""
