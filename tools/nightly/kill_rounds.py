"""Kill workers and supervisors of small runs at random moments, many times over.

    python tools/nightly/kill_rounds.py [ROUNDS] [FIRST_SEED]

Each round must end with the bytes of an undisturbed run, audited, with nothing left over.  A
round takes some seconds; tests/faults plays ten of them on every change, this 200 by default.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "faults"))

import chaos

from elqr_fast.records.synthetic import make_notices, write_parquet
from elqr_fast.run import audit, render


def hashes(out: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.iterdir())
        if path.is_file()
    }


def main(rounds: int = 200, first_seed: int = 1000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        notices, out = Path(folder, "notices.parquet"), Path(folder, "run")
        write_parquet(make_notices(24, seed=11), notices)
        render(notices, "maru", Path(folder, "whole"), dpi=300, workers=1, chunk_rows=2)
        whole = hashes(Path(folder, "whole"))
        killed = 0
        for seed in range(first_seed, first_seed + rounds):
            story = chaos.survive(seed, notices, out, kills=4)
            problems = audit(out).problems + [str(path) for path in out.rglob("*.part")]
            if hashes(out) != whole or problems:
                sys.exit(f"seed {seed}: {story}: other bytes, or {problems}")
            killed += len(story)
            shutil.rmtree(out)
    print(f"{rounds} rounds, {killed} processes killed, every slip once, every byte the same")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
