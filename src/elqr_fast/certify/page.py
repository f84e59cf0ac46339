"""A certificate as one HTML file without scripts or outside files, and as text."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from elqr_fast.certify.sweeps import Cell, Certificate, Curve, Edge, Margin
from elqr_fast.markup import axes, label
from elqr_fast.markup import page as whole_page

WIDTH, HEIGHT, EDGE = 340, 190, 38


def margin_text(margin: Margin) -> str:
    """A margin in words."""
    what = f"{margin.tolerance.replace('_', ' ')}, {margin.direction}"
    if margin.value is None:
        return f"{what}: slips are lost without any drift"
    return (
        f"{what}: none of {margin.scans:,} lost at {margin.value:.3g} {margin.unit}"
        f" (known to {margin.beyond:.2g}; loss below {margin.loss_below:.1e} there)"
    )


def edge_text(edge: Edge) -> str:
    """A joint margin in words."""
    if edge.more.value is None or edge.less.value is None:
        return f"at blur {edge.blur:g} px: slips are lost at any ink gain"
    return (
        f"at blur {edge.blur:g} px: none of {edge.more.scans:,} lost with ink gain from"
        f" {edge.less.value:+.3g} to {edge.more.value:+.3g} {edge.more.unit}"
    )


def text(certificate: Certificate) -> str:
    """The certificate as a table for a terminal."""
    lines = [_title(certificate), f"without drift: {_rate(certificate.normal)}", ""]
    for curve in certificate.curves:
        lines.append(f"{curve.tolerance} [{curve.unit}]")
        lines += [f"  {_drift(curve, cell):>8g}  {_rate(cell)}" for cell in curve.cells]
    lines += ["", *(margin_text(margin) for margin in certificate.margins)]
    lines += ["", *(edge_text(edge) for edge in certificate.edge)]
    return "\n".join(lines)


def html(certificate: Certificate) -> str:
    """The certificate as a page."""
    margins = "".join(f"<li>{escape(margin_text(margin))}</li>" for margin in certificate.margins)
    curves = "".join(_curve(curve) for curve in certificate.curves)
    body = (
        f"<p>Without drift: {_rate(certificate.normal)}. Simulated scans, seed {certificate.seed};"
        " bands and brackets are 95 % intervals.</p>",
        f"<h2>Margins</h2><ul>{margins}</ul>{edge_picture(certificate.edge)}",
        f"<h2>One tolerance at a time</h2>{curves}",
        f"<h2>Ink gain with blur: read rate, %</h2>{_heat_map(certificate.heat_map)}",
    )
    return whole_page(_title(certificate), body)


def _title(certificate: Certificate) -> str:
    return (
        f"{certificate.form} at {certificate.printer_dpi} dpi"
        f" ({certificate.dots_per_module} dots, {certificate.module_mm:.3f} mm a module),"
        f" read by {certificate.scanner}"
    )


def _rate(cell: Cell) -> str:
    return f"{cell.rate:7.2%} [{cell.low:.2%}, {cell.high:.2%}] of {cell.scans:,}"


def _drift(curve: Curve, cell: Cell) -> float:
    return cell.drift[curve.tolerance]


def _curve(curve: Curve) -> str:
    """Read rate over drift, with its interval as a band."""
    drifts = [_drift(curve, cell) for cell in curve.cells]
    first, span = drifts[0], drifts[-1] - drifts[0]

    def at(drift: float, rate: float) -> str:
        x = EDGE + (drift - first) / span * (WIDTH - 2 * EDGE)
        return f"{x:.1f},{HEIGHT - EDGE - rate * (HEIGHT - 2 * EDGE):.1f}"

    line = " ".join(at(d, cell.rate) for d, cell in zip(drifts, curve.cells, strict=True))
    upper = [at(d, cell.high) for d, cell in zip(drifts, curve.cells, strict=True)]
    lower = [at(d, cell.low) for d, cell in zip(drifts, curve.cells, strict=True)]
    band = " ".join(upper + lower[::-1])
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" role="img">'
        f'<polygon points="{band}" fill="#9cf" opacity=".6"/>'
        f'<polyline points="{line}" fill="none" stroke="#036" stroke-width="1.5"/>'
        f"{axes(WIDTH, HEIGHT, EDGE)}{label(4, EDGE + 4, '100 %')}"
        f"{label(14, HEIGHT - EDGE + 4, '0 %')}"
        f"{label(EDGE, HEIGHT - EDGE + 15, f'{drifts[0]:g}')}"
        f"{label(WIDTH - EDGE - 10, HEIGHT - EDGE + 15, f'{drifts[-1]:g}')}"
        f"{label(WIDTH // 3, 20, f'{curve.tolerance} [{curve.unit}]')}</svg>"
    )


def edge_picture(edge: list[Edge]) -> str:
    """Where no slip was lost, in ink gain (-200 to 200 um) over blur (0 to 2 px): an SVG."""

    def at(blur: float, gain: float) -> str:
        x = EDGE + blur / 2 * (WIDTH - 2 * EDGE)
        return f"{x:.1f},{HEIGHT / 2 - gain / 400 * (HEIGHT - 2 * EDGE):.1f}"

    more = [at(point.blur, point.more.value) for point in edge if point.more.value is not None]
    less = [at(point.blur, point.less.value) for point in edge if point.less.value is not None]
    scans = edge[0].more.scans if edge else 0
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" role="img"'
        ' font-family="sans-serif" font-size="11">'
        f'<polygon points="{" ".join(more + less[::-1])}" fill="#9d9" stroke="#363"/>'
        f'{axes(WIDTH, HEIGHT, EDGE)}<path d="M{EDGE} {HEIGHT / 2:g}h4" stroke="#333"/>'
        f"{label(4, EDGE + 4, '+200')}{label(24, HEIGHT // 2 + 4, '0')}"
        f"{label(6, HEIGHT - EDGE + 4, '-200')}{label(EDGE, HEIGHT - EDGE + 15, '0')}"
        f"{label(WIDTH - EDGE - 8, HEIGHT - EDGE + 15, '2')}"
        f"{label(WIDTH // 2 - 30, HEIGHT - 8, 'blur [px]')}"
        f"{label(EDGE, 20, f'ink gain [um] at which none of {scans:,} was lost')}</svg>"
    )


def _heat_map(rows: list[list[Cell]]) -> str:
    head = "".join(f"<th>{cell.drift['ink_gain']:+g} um</th>" for cell in rows[0])
    return f"<table><tr><th>blur</th>{head}</tr>{''.join(_heat_rows(rows))}</table>"


def _heat_rows(rows: list[list[Cell]]) -> Iterator[str]:
    for row in rows:
        cells = "".join(
            f'<td style="background:hsl({cell.rate * 120:.0f} 70% 75%)"'
            f' title="{cell.low:.2%} to {cell.high:.2%}">{100 * cell.rate:.1f}</td>'
            for cell in row
        )
        yield f"<tr><th>{row[0].drift['blur']:g} px</th>{cells}</tr>"
