"""What a municipality sends to the bank's form examination and the collecting agents' tests.

Sample slips at true size, a dimensioned drawing, the rule report, and what every code says when a
reader that shares no code with this package reads it from the printed dots.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import zxingcpp

from elqr_fast.codes.elqr import parse_payload
from elqr_fast.criteria.check import check_sheet
from elqr_fast.criteria.overlay import Shown, picture, write_pdf_of
from elqr_fast.criteria.results import RuleResult
from elqr_fast.criteria.sheet import Sheet
from elqr_fast.errors import PayloadError
from elqr_fast.files import private_directory, replacing
from elqr_fast.forms.model import Form
from elqr_fast.render.pdf import write_pdf

#: Measures are the printer's own; the drawing is stored with fewer dots, to stay small.
_REDUCED = 2
_KINDS = zxingcpp.BarcodeFormats(
    [zxingcpp.BarcodeFormat.QRCodeModel2, zxingcpp.BarcodeFormat.Code128]
)


def write_pack(form: Form, out: Path, dpi: int = 600) -> list[RuleResult]:
    """Writes samples.pdf, drawing.pdf, report.json, report.md and codes.json into a directory.

    The pack is written whether the form passes or not, and its report says which.  Raises as
    `check_form` does, and OutputError.
    """
    sheet = Sheet(form, dpi)
    results = check_sheet(sheet)
    private_directory(out)
    with replacing(out / "samples.pdf") as file:
        write_pdf(sheet.plate, sheet.samples.pages, file, title=form.name)
    drawing = picture(sheet, 0, Shown(rulers=True, dimensions=True))
    with replacing(out / "drawing.pdf") as file:
        write_pdf_of(drawing.reduce(_REDUCED), dpi / _REDUCED, file)
    _write(out / "report.json", _json(report(form, results)))
    _write(out / "report.md", report_text(form, results, sheet.samples.unfit))
    _write(out / "codes.json", _json({"form": form.name, "slips": list(decoded(sheet))}))
    return results


def _write(path: Path, text: str) -> None:
    with replacing(path) as file:
        file.write(text.encode())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def report(form: Form, results: Sequence[RuleResult]) -> dict[str, Any]:
    """The rule report for machines."""
    return {"form": form.name, "rules": [asdict(result) for result in results]}


def report_text(form: Form, results: Sequence[RuleResult], unfit: dict[str, str]) -> str:
    """The rule report for people, in Markdown."""
    lines = [f"# {form.title}", "", f"Form `{form.name}`, {form.kind}, layout {form.layout}.", ""]
    for result in results:
        if result.applies:
            lines += [
                f"## {result.rule}: {result.result}",
                "",
                f"{result.clause}  ",
                result.clause_en,
                "",
                f"- measured: {result.measured}",
                f"- demanded: {result.demanded}",
                *(f"- note: {advice}" for advice in result.advice),
                "",
            ]
    others = [result.rule for result in results if not result.applies]
    lines += [f"Rules that do not apply: {', '.join(others) or 'none'}.", ""]
    for name, box in unfit.items():
        lines.append(f"The sample `{name}` does not fit the field {box}.")
    return "\n".join(lines).rstrip() + "\n"


def decoded(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """For each sample: its page in samples.pdf, what zxing-cpp reads on it, its OCR lines."""
    for index, name in enumerate(sheet.samples.names):
        page = np.unpackbits(sheet.pages[index], axis=1, count=sheet.plate.width)
        found = zxingcpp.read_barcodes(np.where(page, 0, 255).astype(np.uint8), formats=_KINDS)
        slip: dict[str, Any] = {"page": index + 1, "sample": name}
        for code in found:
            if code.format == zxingcpp.BarcodeFormat.Code128:
                slip["gs1_128"] = code.text
            else:
                slip |= _el_qr(code.text)
        lines = [value for value in sheet.values[index] if "ocr" in value.key]
        yield slip | {value.source: value.text for value in lines}


def _el_qr(digits: str) -> dict[str, Any]:
    try:
        return {"el_qr": digits, "fields": asdict(parse_payload(digits))}
    except PayloadError as error:
        return {"el_qr": digits, "fault": str(error)}
