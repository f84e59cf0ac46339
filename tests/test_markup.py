"""markup.py: what comes from outside stays text, and charts are drawn to scale."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from elqr_fast.markup import LEFT, RIGHT, Bar, bars, label, page, shown


@pytest.mark.parametrize(
    ("words", "safe"),
    [
        ("a.tif", "a.tif"),
        ("納付書\u3000１.tif", "納付書\u3000１.tif"),
        ('<img src=x onerror="a()">&', "&lt;img src=x onerror=&quot;a()&quot;&gt;&amp;"),
        ("a\nb\x1b[0m", "a\\nb\\x1b[0m"),
        ("a\u202egnp.exe", "a\\u202egnp.exe"),
    ],
)
def test_text_from_outside(words: str, safe: str) -> None:
    assert shown(words) == safe


def test_bars_are_to_scale_and_none_that_is_there_is_lost() -> None:
    rows = [Bar("a", 100_000, "x"), Bar("b", 50_000, "<y>"), Bar("c", 1, ""), Bar("d", 0, "")]
    tree = ElementTree.fromstring(bars(rows, 'of "all"'))
    widths = [float(bar.attrib["width"]) for bar in tree.iter("rect")]
    assert widths == [RIGHT - LEFT, (RIGHT - LEFT) / 2, 1, 0]
    assert tree.attrib["aria-label"] == 'of "all"'
    assert "<y>" in "".join(tree.itertext())
    assert bars([], "")  # nothing to draw is no fault


def test_a_page_says_its_encoding_first_and_lets_nothing_be_loaded() -> None:
    text = page("<title>", [label(1, 2.5, "a & b")])
    assert re.search(r'<head><meta charset="utf-8"><meta http-equiv="Content-Security', text)
    assert "default-src 'none'" in text
    assert text.count("&lt;title&gt;") == 2
    assert '<text x="1" y="2.5">a &amp; b</text>' in text
