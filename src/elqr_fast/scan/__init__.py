"""Image files in, readings out: what codes a page has, and what is wrong with each.

This room is told where the eL-QR should be (`Target`, in millimetres), never a form; what needs
other slips, a ledger or a manifest is `verify`'s.
"""

from elqr_fast.scan.batch import BatchReadings, read_batch
from elqr_fast.scan.grade import below_grade, grade_detail, parse_grade
from elqr_fast.scan.images import Source, open_file, open_pages, shown_path
from elqr_fast.scan.pages import Limits, PageImage
from elqr_fast.scan.place import Box, Line, Target
from elqr_fast.scan.reader import read_page, read_pages
from elqr_fast.scan.reading import Grade, Kind, Lines, Reading, Rung, Verdict
from elqr_fast.scan.scanners import Profile, ProfileLike, list_scanners, load_scanner

__all__ = [
    "BatchReadings",
    "Box",
    "Grade",
    "Kind",
    "Limits",
    "Line",
    "Lines",
    "PageImage",
    "Profile",
    "ProfileLike",
    "Reading",
    "Rung",
    "Source",
    "Target",
    "Verdict",
    "below_grade",
    "grade_detail",
    "list_scanners",
    "load_scanner",
    "open_file",
    "open_pages",
    "parse_grade",
    "read_batch",
    "read_page",
    "read_pages",
    "shown_path",
]
