"""A batch's report as one HTML file without scripts or outside files (docs/reading.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from elqr_fast.files import replacing_text
from elqr_fast.markup import Bar, axes, bars, label, page, shown
from elqr_fast.scan import Limits, Lines, Rung, Verdict
from elqr_fast.verify.crops import picture
from elqr_fast.verify.survey import FAULTLESS, LETTERS, Slip, Survey
from elqr_fast.verify.verdicts import Basis

NAME = "report.html"
TITLE = "Verification of payment slips (納付書)"
STYLE = (
    "table.slips{width:100%}table.slips td,table.slips th{text-align:left;vertical-align:top}"
    "table.slips td:nth-child(2){width:28%}table.slips td:nth-child(5){width:25%}"
    ".any{overflow-wrap:anywhere}img,svg{display:block}img{max-width:180px}"
    ".none{color:#666}td.words,th.words{text-align:left}"
    "@media print{img{max-width:110px}}"
)
MEANINGS = {
    Verdict.OK: "everything that could be checked is right",
    Verdict.WITHOUT_CODE: "a slip without an eL-QR, as the manifest says",
    Verdict.BAD_FILE: "the file or page cannot be decoded",
    Verdict.UNREADABLE: "no QR code, or one too damaged (読取不能)",
    Verdict.NOT_ELQR: "a QR code, but no eL-QR (地方税統一QRコード)",
    Verdict.BAD_CRC: "the payload's CRC is wrong",
    Verdict.BAD_CHECK_DIGIT: "a check-digit pair of the payload's OCR lines is wrong",
    Verdict.SEVERAL_CODES: "another QR code on the paid notice (済通) or office copy (原符)",
    Verdict.OUTSIDE_BOX: "the eL-QR is not in its box",
    Verdict.CROSS_MISMATCH: "the bar code or an OCR line disagrees with the eL-QR",
    Verdict.WRONG_SLIP: "another slip belongs on this page, by the manifest",
    Verdict.NOT_IN_LEDGER: "no notice has this institution and case key (案件特定キー)",
    Verdict.AMOUNT_MISMATCH: "the payload's two amounts differ, or the ledger has another",
    Verdict.DUPLICATE: "an earlier slip of the batch has the same case key (重複)",
    Verdict.EXPIRED: "past its pay-by date (支払期限)",
    Verdict.BELOW_GRADE: "printed or scanned worse than asked for",
}
WHERE = {
    Rung.NATIVE_FAST: "the box, undamaged",
    Rung.NATIVE_SLOW: "the box, soft decisions and erasures",
    Rung.NATIVE_ASSISTED: "the box, with the digits known in advance",
    Rung.ROI: "the box, by zxing-cpp",
    Rung.ROI_ENLARGED: "the box enlarged",
    Rung.PAGE: "the page at reading size",
    Rung.PAGE_FULL: "the page with all its pixels",
    Rung.PAGE_THOROUGH: "the page enlarged, searched in every way",
}
GOOD, BAD, NEUTRAL = "#4a8", "#c54", "#999"
#: From light to dark, so that they are told apart in black and white too.
LETTER_COLOURS = dict(zip(LETTERS, ("#cde8d5", "#8cc9a1", "#e8c46a", "#d9803f", "#9c2f2f", "#bbb"),
                          strict=True))  # fmt: skip
LINE_COLOURS = {Lines.AGREE: GOOD, Lines.UNREAD: NEUTRAL, Lines.DIFFER: BAD}
#: The chart over the batch, in pixels.
WIDTH, HEIGHT, EDGE = 720, 190, 40


@dataclass(frozen=True)
class About:
    """What was verified, and against what."""

    files: int
    form: bool
    basis: Basis
    limits: Limits | None = None


def write_report(out: Path, survey: Survey, about: About) -> None:
    """Write report.html, private to its owner, which appears when complete.  Raises OutputError."""
    with replacing_text(out / NAME, "utf-8") as file:
        file.write(page(TITLE, _sections(survey, about), STYLE))


def _sections(survey: Survey, about: About) -> Iterator[str]:
    yield _summary(survey, about)
    yield f"<h2>Verdicts</h2>{_verdicts(survey)}"
    yield f"<h2>Read rate by rung</h2>{_rungs(survey)}"
    yield f"<h2>Grades</h2>{_grades(survey)}"
    if any(survey.counts["ocr_lines"][line] for line in Lines):
        yield f"<h2>OCR lines</h2>{_ocr_lines(survey)}"
    yield f"<h2>Slips with a fault</h2>{_faulty(survey, about)}"
    yield f"<h2>Lowest grades without a fault</h2>{_slips(survey.lowest(), about)}"
    yield (
        '<p class="none">A picture is the code itself and can be read like it: keep this file as'
        " you keep the scans. Codes that are no eL-QR are not shown.</p>"
    )


def share(count: int, total: int) -> str:
    """A part in per cent; never 100 if one is missing, never 0 if there is one."""
    if 0 < count < total:
        hundredths = 10_000 * count / total
        if hundredths < 1:
            return "< 0.01 %"
        if hundredths > 9_999:
            return "> 99.99 %"
    return f"{100 * count / total if total else 0:.2f} %"


def _summary(survey: Survey, about: About) -> str:
    good = sum(survey.verdicts.get(verdict, 0) for verdict in FAULTLESS)
    made, missing = _checks(about)
    return (
        f"<p><b>{survey.rows:,}</b> slips in {about.files:,} files;"
        f" <b>{survey.rows - good:,}</b> with a fault, {good:,} without"
        f" ({share(good, survey.rows)}).</p><p>Checked: {'; '.join(made)}."
        f"{' Not checked: ' + '; '.join(missing) + '.' if missing else ''}</p>"
    )


def _checks(about: About) -> tuple[list[str], list[str]]:
    """What was checked, and what was not as its basis was not given."""
    basis = about.basis
    ledger, day, least = basis.ledger, basis.as_of, basis.min_grade
    optional = (
        (about.form, "position and second codes by the form", "position and second codes (form)"),
        (ledger is not None, f"a ledger of {len(ledger or ()):,} notices", "the ledger"),
        (day is not None, f"payable on {day}", "the pay-by date"),
        (least is not None, f"a grade of {least} or better", "the grade"),
    )
    made = ["the codes in themselves", "duplicates (重複)"]
    return (
        made + [words for given, words, _ in optional if given],
        [words for given, _, words in optional if not given],
    )


def _verdicts(survey: Survey) -> str:
    rows = [
        Bar(name, count, f"{count:,} · {share(count, survey.rows)}",
            GOOD if name in FAULTLESS else BAD, MEANINGS[Verdict(name)])
        for name, count in survey.verdicts.items()
    ]  # fmt: skip
    meanings = "".join(
        f'<tr><th class="words">{name}</th><td class="words">{MEANINGS[Verdict(name)]}</td></tr>'
        for name in survey.verdicts
    )
    return f"{bars(rows, 'Slips by verdict')}<table>{meanings}</table>"


def _rungs(survey: Survey) -> str:
    """Of the slips that have a code to be read."""
    counts = survey.counts["rung"]
    without = survey.counts["verdict"][Verdict.WITHOUT_CODE]
    total, read, rows = survey.rows - without, 0, []
    for rung in Rung:
        if count := counts[rung]:
            read += count
            note = f"{count:,} · {share(count, total)} · so far {share(read, total)}"
            rows.append(Bar(rung, count, note, tip=WHERE[rung]))
    if lost := total - read:
        rows.append(Bar("not read", lost, f"{lost:,} · {share(lost, total)}", BAD))
    chart = bars(rows, "Slips by the rung that read them")
    besides = f", the {without:,} without a code left out" if without else ""
    return (
        f"<p>Which step of the reader read the code, cheapest first: {share(read, total)} of"
        f" {total:,}{besides}.</p>{chart}"
    )


def _grades(survey: Survey) -> str:
    counts = survey.counts["grade_letter"]
    graded = sum(counts[letter] for letter in LETTERS if letter)
    if not graded:
        return '<p class="none">No slip was graded.</p>'
    rows = [
        Bar(letter, counts[letter], f"{counts[letter]:,} · {share(counts[letter], graded)}",
            LETTER_COLOURS[letter])
        for letter in LETTERS if letter
    ]  # fmt: skip
    worst = [
        Bar(name, count, f"{count:,}")
        for name, count in sorted(survey.counts["worst_parameter"].items(), key=_most_first)
        if name
    ]
    limiting = f"<h3>What the grade was lowered by</h3>{bars(worst, 'Worst parameter')}"
    return (
        f"<p>{graded:,} graded in the manner of ISO/IEC 15415, A the best; not calibrated: compare"
        f" scans of one scanner.</p>{bars(rows, 'Slips by grade')}"
        f"<h3>In the order of the pages</h3>{_over_batch(survey)}{limiting if worst else ''}"
    )


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


def _over_batch(survey: Survey) -> str:
    """Stretches of the batch as columns, each divided by grade, the worst at the bottom."""
    stretches = survey.over_batch.tolist()
    width = (WIDTH - 2 * EDGE) / len(stretches)
    columns = "".join(
        _column(stretch, EDGE + at * width, width) for at, stretch in enumerate(stretches)
    )
    bottom = HEIGHT - EDGE
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="Grades over the batch">{columns}{axes(WIDTH, HEIGHT, EDGE)}{_legend()}'
        f"{label(EDGE - 4, EDGE + 4, '100 %', 'end')}{label(EDGE - 4, bottom + 4, '0 %', 'end')}"
        f"{label(EDGE, bottom + 16, 'slip 1')}"
        f"{label(WIDTH - EDGE, bottom + 16, f'slip {survey.rows:,}', 'end')}</svg>"
    )


def _column(stretch: list[int], x: float, width: float) -> str:
    total, drawn, y = sum(stretch) or 1, [], float(HEIGHT - EDGE)
    for letter, count in sorted(zip(LETTERS, stretch, strict=True), key=_worst_first):
        height = (HEIGHT - 2 * EDGE) * count / total
        y -= height
        if count:
            drawn.append(
                f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}"'
                f' fill="{LETTER_COLOURS[letter]}"/>'
            )
    return "".join(drawn)


def _worst_first(counted: tuple[str, int]) -> int:
    return -LETTERS.index(counted[0])


def _legend() -> str:
    return "".join(
        f'<rect x="{EDGE + 50 * at}" y="8" width="12" height="12" fill="{LETTER_COLOURS[letter]}"/>'
        f"{label(EDGE + 50 * at + 16, 18, letter or 'not graded')}"
        for at, letter in enumerate(LETTERS)
    )


def _ocr_lines(survey: Survey) -> str:
    counts = survey.counts["ocr_lines"]
    total = sum(counts[line] for line in Lines)
    rows = [
        Bar(line, counts[line], f"{counts[line]:,} · {share(counts[line], total)}",
            LINE_COLOURS[line])
        for line in Lines
    ]  # fmt: skip
    return (
        "<p>The OCR lines of slips without another fault, compared with their eL-QR."
        f"</p>{bars(rows, 'Slips by what their OCR lines say')}"
    )


def _faulty(survey: Survey, about: About) -> str:
    slips = survey.faulty()
    faults = sum(n for name, n in survey.verdicts.items() if name not in FAULTLESS)
    left_out = (
        f"<p>{len(slips)} of {faults:,}, of each verdict those of the lowest grade; all are in"
        " results.csv.</p>"
    )
    return f"{left_out if faults > len(slips) else ''}{_slips(slips, about)}"


def _slips(slips: list[Slip], about: About) -> str:
    if not slips:
        return '<p class="none">None.</p>'
    heads = ("code", "file", "page", "verdict", "detail", "grade", "rung")
    head = "".join(f"<th>{words}</th>" for words in heads)
    rows = "".join(_slip(slip, about) for slip in slips)
    return f'<table class="slips"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _slip(slip: Slip, about: About) -> str:
    uri = picture(slip, about.basis.path, about.limits)
    image = f'<img src="{uri}" alt="the code">' if uri else '<span class="none">no picture</span>'
    grade = ""
    if slip["grade"] is not None:
        worst = f" {slip['worst_parameter']}" if slip["worst_parameter"] else ""
        grade = f"{slip['grade_letter']} ({slip['grade']:.1f}){worst}"
    cells = (
        image,
        f'<bdi class="any">{shown(slip["file"])}</bdi>',
        "" if slip["page"] is None else f"{slip['page'] + 1}",
        slip["verdict"],
        f'<bdi class="any">{shown(slip["detail"] or "")}</bdi>',
        grade,
        slip["rung"] or "",
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
