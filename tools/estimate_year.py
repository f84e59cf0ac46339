"""How long a year of slips takes on so many cores, and where it waits: docs/operations.md's table.

    python tools/estimate_year.py                         # measures on this machine first
    python tools/estimate_year.py --rate 800 --verify-rate 500 --kilobytes 2.7

A run is as slow as the slowest of its cores, its disk and its network; the seconds of each are
worked out apart, and the longest counts.  Disk and network are shared by all cores.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import elqr_fast as ef
from elqr_fast.records.synthetic import make_notices, write_parquet

SLIPS = 400_000_000
CORES = (1, 16, 64)
#: A notice as Parquet, compressed.
INPUT_BYTES = 250
#: A row of the manifest and of the chunk's own, and the journal's share of a chunk of 1,000.
RECORD_BYTES = 120


@dataclass(frozen=True)
class Measured:
    """One core, one second; one slip's bytes."""

    rate: float
    verify_rate: float
    slip_bytes: float
    #: Syncs of the disk a chunk: its file, two sidecars, their directory entries, the journal.
    syncs: int = 7
    chunk_rows: int = 1000


def measure(slips: int, to: str) -> Measured:
    """Print and verify some slips in this process."""
    with tempfile.TemporaryDirectory() as folder:
        notices, out = Path(folder, "notices.parquet"), Path(folder, "run")
        write_parquet(make_notices(slips), notices)
        start = time.process_time()
        summary = ef.render(notices, "maru", out, to=to, workers=1)  # type: ignore[arg-type]
        printed = time.process_time()
        ef.verify(out, form="maru", ledger=notices, workers=1)
        verified = time.process_time()
    return Measured(
        slips / (printed - start), slips / (verified - printed), summary.bytes / summary.printed
    )


def hours(measured: Measured, cores: int, disk: float, network: float, fsync: float) -> str:
    """A row of the table; `disk` and `network` in bytes a second, `fsync` in seconds."""
    chunks = SLIPS / measured.chunk_rows
    written = SLIPS * (measured.slip_bytes + RECORD_BYTES)
    seconds = {
        "cores": SLIPS / measured.rate / cores + chunks * measured.syncs * fsync / cores,
        # Written once, and read again for the resume's and the audit's hashes.
        "disk": 2 * written / disk,
        "network": (written + SLIPS * INPUT_BYTES) / network,
    }
    slowest = max(seconds, key=lambda what: seconds[what])
    verify = SLIPS / measured.verify_rate / cores
    cells = [f"{seconds[what] / 3600:,.1f}" for what in seconds]
    total = seconds[slowest] / 3600
    return (
        f"| {cores} | {' | '.join(cells)} | **{total:,.1f}** ({slowest}) | {verify / 3600:,.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, help="slips printed a second and core")
    parser.add_argument("--verify-rate", type=float, help="slips verified a second and core")
    parser.add_argument("--kilobytes", type=float, help="of a slip")
    parser.add_argument("--to", default="pdf", choices=["pdf", "pdf-g4", "tiff"])
    parser.add_argument("--slips", type=int, default=4000, help="to measure with")
    parser.add_argument("--disk", type=float, default=500, help="MB a second")
    parser.add_argument("--network", type=float, default=10, help="Gbit a second")
    parser.add_argument("--fsync", type=float, default=5, help="milliseconds")
    given = parser.parse_args()
    if given.rate and given.verify_rate and given.kilobytes:
        measured = Measured(given.rate, given.verify_rate, given.kilobytes * 1000)
    else:
        measured = measure(given.slips, given.to)
    print(
        f"{SLIPS:,} slips, {given.to}; {measured.rate:,.0f} printed and {measured.verify_rate:,.0f}"
        f" verified a second and core, {measured.slip_bytes / 1000:.1f} kB a slip; disk"
        f" {given.disk:,.0f} MB/s, network {given.network:g} Gbit/s, {given.fsync:g} ms a sync"
        f" ({os.cpu_count()} cores here)\n"
    )
    print("| cores | cores, h | disk, h | network, h | printing, h | verifying, h |")
    print("|---:|---:|---:|---:|---:|---:|")
    for cores in CORES:
        disk, network = given.disk * 1e6, given.network * 1e9 / 8
        print(hours(measured, cores, disk, network, given.fsync / 1000))


if __name__ == "__main__":
    main()
