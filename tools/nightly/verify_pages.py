"""`verify` of a long file of G4 pages, beside a loop of Pillow and zxing-cpp over some of them.

    python tools/nightly/verify_pages.py [--form maru] [--pages 20000] [--sample 200] [--keep DIR]

Prints, of each, the pages read, pages a second of processor time, and the peak of resident memory;
exits 1 if `verify` did not find every page `ok`.  Each runs in a process of its own, on one core.
The pages take some 45 kB each; they are deleted unless they are kept in a folder, whose pages a
later call uses again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from elqr_fast.records.synthetic import make_notices, write_parquet
from elqr_fast.run import render

# Not ru_maxrss, which begins with what the process that started this one had.
REPORT = """
def report(pages, read, begun):
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps([pages, read, time.process_time() - begun, peak]))
"""
OURS = """
import json, sys, tempfile, time
from pathlib import Path
import elqr_fast as ef
scans, form, _ = sys.argv[1:]
begun = time.process_time()
with tempfile.TemporaryDirectory() as out:
    summary = ef.verify(scans, form=form, out=out, workers=1)
"""
# Tuned: QR Model 2 only, not turned, not scaled down, not inverted.
PEER = """
import json, sys, time
from pathlib import Path
import numpy as np, zxingcpp
from PIL import Image
scans, _, sample = sys.argv[1:]
formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
begun, pages, read = time.process_time(), 0, 0
for path in sorted(Path(scans).glob("*.tiff")):
    with Image.open(path) as file:
        while pages < int(sample):
            try:
                file.seek(pages)
            except EOFError:
                break
            pages += 1
            read += bool(zxingcpp.read_barcodes(
                np.asarray(file.convert("L")), formats=formats,
                try_rotate=False, try_downscale=False, try_invert=False))
    break
"""
END_OURS = 'report(summary.scans, summary.verdicts.get("ok", 0), begun)'
END_PEER = "report(pages, read, begun)"


def run(who: str, code: str, scans: Path, form: str, sample: int) -> tuple[int, int]:
    """Runs a reader in a process of its own; prints its line and returns pages and pages read."""
    command = [sys.executable, "-c", code, str(scans), form, str(sample)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    pages, read, seconds, peak = json.loads(done.stdout)
    print(
        f"| {who} | {pages:,} | {read / pages:.2%} | {pages / seconds:,.0f} | {peak:,.0f} MiB |",
        flush=True,
    )
    return pages, read


def make_pages(folder: Path, form: str, pages: int) -> Path:
    """A run of so many slips at 300 dpi."""
    scans = folder / "scans"
    if not scans.is_dir():
        notices = folder / "notices.parquet"
        write_parquet(make_notices(pages), notices)
        render(str(notices), form, str(scans), to="tiff", dpi=300, workers=1, verify="none")
    return scans


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--form", default="maru")
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scans = make_pages(options.keep or Path(folder), options.form, options.pages)
        print("| reader | pages | read | pages/s | memory |\n|---|---:|---:|---:|---:|")
        run("Pillow and zxing-cpp", PEER + REPORT + END_PEER, scans, options.form, options.sample)
        pages, read = run("elqr_fast verify", OURS + REPORT + END_OURS, scans, options.form, 0)
    return 0 if read == pages else 1


if __name__ == "__main__":
    sys.exit(main())
