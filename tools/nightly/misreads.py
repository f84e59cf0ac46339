"""Looks for misreads: simulated scans, damaged up to unreadable, through the native rungs.

    python tools/nightly/misreads.py --scans 10000000 --log misreads.jsonl

Scans come from the channel's kernel in chunks of one class each.  Every scan draws its module, of
those that printers of 240 to 1200 dpi make, and its severity: half to eight times its class's
noise, speckle and streaks, and as many more parts of the symbol painted over.  Every
`--slow-every`th round of the classes goes through all native rungs, the others through the fast
rung, because a scan that nothing reads costs the slow rungs hundreds of times as much.
`--ladder N` puts N scans through the whole ladder instead, zxing-cpp included.

A misread is a reading that passes every check of the payload and yet holds other digits than were
printed.  Each chunk is a line of the log and depends on its number only; a rerun with the same log
does what is missing.  The report is a table for docs/reading.md.  Returns 1 if there was a misread.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import elqr_fast as ef
from elqr_fast._native import payload as payload_native
from elqr_fast._native import reader as native
from elqr_fast.codes.elqr import DEFAULT_LAYOUT
from elqr_fast.codes.layout import load_layout
from elqr_fast.scan.batch import RUNGS, scanner_for
from elqr_fast.scan.channel import CLASSES, MM_PER_INCH, Channel
from elqr_fast.scan.channel_batch import scan_batch

CHUNK = 250
SEVERITY = (0.5, 8.0)
#: Parts painted over a scan on average, at a severity of 1.
PAINTED = (0.0, 0.5)
#: Of printers of 240 and 1200 dpi, whose modules are the smallest and the largest.
MODULES_MM = (0.3175, 0.4022)

Bytes = NDArray[np.uint8]


@dataclass
class Outcome:
    """What became of a chunk: how many scans each rung read, and the indices misread."""

    read: Counter[str]
    misread: list[int]
    unread: list[int]


def payloads(chunk: int, n: int) -> Bytes:
    """Payloads of their own for each chunk, uint8 [n, 255]."""
    draw = np.random.default_rng([chunk, 1])
    columns = {
        "institution": draw.integers(0, 10**5, n),
        "case_key": [f"{key:020d}" for key in draw.integers(0, 10**18, n)],
        "confirmation": draw.integers(0, 10**6, n),
        "levy": draw.integers(0, 1000, n),
        "amount": draw.integers(1, 10**7, n),
        "levy_year": np.full(n, 2026),
        "tax_year": np.full(n, 2026),
        "period": draw.integers(0, 100, n),
        "due": ["20261130"] * n,
        "pay_by": ["20261231"] * n,
    }
    return ef.build_payloads(columns).digits


def class_of(chunk: int) -> tuple[str, Channel]:
    return list(CLASSES.items())[chunk % len(CLASSES)]


def scans(chunk: int, n: int) -> tuple[Bytes, Bytes]:
    """Digits printed [n, 255], and their scans [n, height, width]."""
    digits = payloads(chunk, n)
    channel = replace(class_of(chunk)[1], module_mm=MODULES_MM[1])  # the largest is in the box
    smallest, largest = (module * channel.dpi / MM_PER_INCH for module in MODULES_MM)
    changed = {"severity": SEVERITY, "damage": PAINTED, "module": (smallest, largest)}
    modules = ef.encode(digits, version=6).modules
    return digits, scan_batch(channel, modules, seed=chunk, changed=changed)


def judged(digits: Bytes, found: Bytes, sound: NDArray[np.bool_], rungs: list[str]) -> Outcome:
    """`found` [n, 255] against the `digits` printed, where a reading is `sound`."""
    read = Counter(rung if ok else "unread" for ok, rung in zip(sound, rungs, strict=True))
    wrong = sound & (found != digits).any(axis=1)
    return Outcome(read, *([int(i) for i in np.flatnonzero(which)] for which in (wrong, ~sound)))


def by_native(chunk: int, n: int, effort: int) -> Outcome:
    digits, images = scans(chunk, n)
    layout = load_layout(DEFAULT_LAYOUT)
    found, corrected = np.zeros((n, layout.length), np.uint8), np.zeros(n, np.uint16)
    statuses, rungs = np.zeros(n, np.uint8), np.zeros(n, np.uint8)
    smallest, largest = (mm * class_of(chunk)[1].dpi / MM_PER_INCH for mm in MODULES_MM)
    scanner = scanner_for(round(smallest * 0.9, 1), round(largest * 1.1, 1))
    native.read_batch(scanner, images, effort, found, statuses, rungs, corrected)
    faults = payload_native.parse(layout.compiled, found)[0]
    return judged(digits, found, (statuses == 0) & (faults == 0), [RUNGS[rung] for rung in rungs])


def by_ladder(chunk: int, n: int) -> Outcome:
    """Through all native rungs; what they leave, through zxing-cpp's."""
    outcome = by_native(chunk, n, native.ASSISTED)
    digits, images = scans(chunk, n)
    for i in outcome.unread:
        for reading in ef.read(images[i]):
            if str(reading.verdict) == "ok":
                outcome.read["unread"] -= 1
                outcome.read[str(reading.rung)] += 1
                if reading.digits.encode() != digits[i].tobytes():
                    outcome.misread.append(i)
    return outcome


def effort_of(chunk: int, slow_every: int) -> int:
    """Whole rounds of the classes go through the slow rungs, so that each class has its share."""
    return native.FAST if chunk // len(CLASSES) % slow_every else native.ASSISTED


def line_of(chunk: int, way: str, outcome: Outcome) -> dict[str, Any]:
    return {
        "chunk": chunk,
        "class": class_of(chunk)[0],
        "way": way,
        "scans": CHUNK,
        "read": dict(outcome.read),
        "misread": outcome.misread,
    }


def lines_of(log: Path) -> list[dict[str, Any]]:
    """The log's chunks; a line that an interruption cut is done again."""
    if not log.exists():
        return []
    text = log.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        log.write_text(whole, encoding="utf-8")
    return [json.loads(line) for line in whole.splitlines()]


def hunt(options: argparse.Namespace) -> None:
    """Does the chunks that the log lacks, a line each."""
    way = "ladder" if options.ladder else "native"
    done = {line["chunk"] for line in lines_of(options.log) if line["way"] in (way, f"{way}_fast")}
    until = time.monotonic() + options.seconds
    with options.log.open("a", encoding="utf-8") as log:
        for chunk in range(-(-(options.ladder or options.scans) // CHUNK)):
            if chunk in done:
                continue
            if time.monotonic() > until:
                return
            effort = effort_of(chunk, options.slow_every)
            outcome = by_ladder(chunk, CHUNK) if options.ladder else by_native(chunk, CHUNK, effort)
            name = f"{way}_fast" if way == "native" and effort == native.FAST else way
            log.write(json.dumps(line_of(chunk, name, outcome)) + "\n")
            log.flush()


def upper_bound(misreads: int, n: int) -> float:
    """The exact (Clopper-Pearson) one-sided 95 % bound of a rate of which none were seen: about
    3 / n; NaN where some were, as then there is a fault to mend and no rate to bound."""
    return math.nan if misreads else 1 - 0.05 ** (1 / n)


def report(lines: list[dict[str, Any]]) -> str:
    """A table row for each way and class, and each way's bound."""
    rungs = sorted({rung for line in lines for rung in line["read"]})
    table: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for line in lines:
        for name in (line["class"], "all"):
            row = table[line["way"], name]
            row.update(line["read"])
            row.update(scans=line["scans"], misread=len(line["misread"]))
    head = ["rungs", "class", "scans", *rungs, "misread", "rate below (95 %)"]
    rows = ["| " + " | ".join(head) + " |", "|---|---|" + "---:|" * (len(head) - 2)]
    for (way, name), row in sorted(table.items()):
        bound = f"{upper_bound(row['misread'], row['scans']):.1e}"
        counts = [f"{row[column]:,}" for column in ("scans", *rungs, "misread")]
        rows.append("| " + " | ".join([way, name, *counts, bound]) + " |")
    return "\n".join(rows)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scans", type=int, default=100_000)
    parser.add_argument("--slow-every", type=int, default=100)
    parser.add_argument("--ladder", type=int, default=0, help="scans through the whole ladder")
    parser.add_argument("--seconds", type=float, default=math.inf, help="stop after so many")
    parser.add_argument("--log", type=Path, default=Path("misreads.jsonl"))
    options = parser.parse_args(arguments)
    hunt(options)
    lines = lines_of(options.log)
    print(report(lines))
    for line in lines:
        for i in line["misread"]:
            print(f"misread: chunk {line['chunk']}, scan {i}, {line['class']}, {line['way']}")
    return 1 if any(line["misread"] for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
