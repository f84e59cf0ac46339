"""Pages of HTML in one file each: no scripts, nothing from outside, charts as inline SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

#: Nothing may be loaded or run, whatever text finds its way into a page.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
STYLE = (
    "body{font:15px sans-serif;max-width:62em;margin:2em auto;padding:0 1em;color:#222}"
    "h2{margin-top:1.6em}h2,h3{break-after:avoid}"
    "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3em .7em;text-align:right}"
    "tr,figure,svg{break-inside:avoid}svg{margin:.5em 0}text{font:11px sans-serif;fill:#333}"
    "@media print{body{margin:0;max-width:none;font-size:12px}}"
)
#: The ideographic space is no control character, and usual in Japanese names.
WIDE_SPACE = "\u3000"
#: A row of a bar chart, and where its bar begins and ends at most, in pixels.
ROW, LEFT, RIGHT, WIDTH = 22, 130, 480, 720


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: `note` is written behind it, `tip` shown where the pointer rests."""

    name: str
    count: int
    note: str
    colour: str = "#48a"
    tip: str = ""


def page(title: str, body: Iterable[str], style: str = "") -> str:
    """A whole page; `title` is text, `body` markup."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{escape(title)}</title><style>{STYLE}{style}</style></head>"
        f"<body><h1>{escape(title)}</h1>{''.join(body)}</body></html>\n"
    )


def shown(words: str) -> str:
    """Text from outside, escaped: what cannot be seen, or turns the reading order, by its code."""
    return escape("".join(map(_visible, words)))


def _visible(character: str) -> str:
    if character.isprintable() or character == WIDE_SPACE:
        return character
    return character.encode("unicode_escape").decode()


def label(x: float, y: float, words: str, anchor: str = "start") -> str:
    """Text in a drawing; (x, y) is its baseline's start, middle or end."""
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:g}" y="{y:g}"{where}>{escape(words)}</text>'


def axes(width: int, height: int, edge: int) -> str:
    """The two axes of a chart, `edge` pixels inside its drawing."""
    path = f"M{edge} {edge}V{height - edge}H{width - edge}"
    return f'<path d="{path}" fill="none" stroke="#333"/>'


def bars(rows: Sequence[Bar], name: str) -> str:
    """A chart of bars lying one below the other, the longest as long as there is room."""
    longest = max([row.count for row in rows], default=0) or 1
    height = ROW * len(rows) + 8
    drawn = "".join(_bar(row, ROW * at, longest) for at, row in enumerate(rows))
    return (
        f'<svg width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' aria-label="{escape(name)}">{drawn}</svg>'
    )


def _bar(row: Bar, y: int, longest: int) -> str:
    """What is there has a bar of one pixel at least."""
    length = max((RIGHT - LEFT) * row.count / longest, min(row.count, 1))
    tip = f"<title>{escape(row.tip)}</title>" if row.tip else ""
    return (
        f'<g>{tip}{label(LEFT - 6, y + 18, row.name, "end")}<rect x="{LEFT}" y="{y + 6}"'
        f' width="{length:.1f}" height="16" fill="{row.colour}"/>'
        f"{label(LEFT + length + 6, y + 18, row.note)}</g>"
    )
