"""Whether a run's memory depends on how many slips it prints.

    python tools/nightly/flat_memory.py [--to tiff] [--dpi 300] [--few 20000] [--many 200000]

Prints two runs in processes of their own, one worker each, and compares their peaks of resident
memory: exits 1 if the long run's is more than a tenth above the short one's.  The output is deleted
when it is done; until then it takes some 50 kB a slip.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from elqr_fast.records.synthetic import make_notices, write_parquet

# Not ru_maxrss, which begins with what the process that started this one had.
RUN = """
import sys
from pathlib import Path
from elqr_fast.run import render
notices, out, to, dpi = sys.argv[1:]
summary = render(notices, "maru", out, to=to, dpi=int(dpi), workers=1, verify="none")
status = Path("/proc/self/status").read_text(encoding="ascii")
print(summary.printed, status.partition("VmHWM:")[2].split()[0])
"""
ALLOWED = 1.10


def peak(slips: int, to: str, dpi: int) -> int:
    """Peak resident kB of a run of so many slips."""
    with tempfile.TemporaryDirectory() as folder:
        notices = Path(folder) / "notices.parquet"
        write_parquet(make_notices(slips), notices)
        command = [sys.executable, "-c", RUN, str(notices), str(Path(folder) / "run"), to, str(dpi)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        printed, kilobytes = map(int, done.stdout.split())
    if printed != slips:
        sys.exit(f"{printed} of {slips} slips were printed")
    print(f"{slips:>9,} slips: {kilobytes / 1024:,.1f} MiB", flush=True)
    return kilobytes


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--to", default="tiff")
    parser.add_argument("--dpi", type=int, default=300)
    parser.add_argument("--few", type=int, default=20_000)
    parser.add_argument("--many", type=int, default=200_000)
    options = parser.parse_args()
    few, many = (peak(slips, options.to, options.dpi) for slips in (options.few, options.many))
    print(f"the long run peaks {many / few - 1:+.1%}, allowed is {ALLOWED - 1:+.0%}")
    return 0 if many <= ALLOWED * few else 1


if __name__ == "__main__":
    sys.exit(main())
