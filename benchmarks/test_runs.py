"""Runs end to end: slips a second beside reportlab + segno + zxing-cpp; what supervision costs.

    pytest benchmarks/test_runs.py            # ELQR_BENCH_SLIPS=200000 for the whole race

The peer draws the same amount of text, an eL-QR by segno and a bar code a page with reportlab, and
reads every page back with pdfium and zxing-cpp: what a municipality's own script would do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pypdfium2
import pytest
import segno
import zxingcpp
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

import elqr_fast as ef
from elqr_fast.forms import load_form
from elqr_fast.records.mapping import ColumnMap
from elqr_fast.records.readers import open_notices
from elqr_fast.records.synthetic import make_notices, write_parquet
from elqr_fast.render.plate import make_plate
from elqr_fast.run.chunk import make_printer
from elqr_fast.run.engines import open_place
from elqr_fast.run.journal import Journal
from elqr_fast.run.local import LocalPlace
from elqr_fast.run.plan import Options, make_plan
from elqr_fast.run.supervisor import Supervisor

SLIPS = int(os.environ.get("ELQR_BENCH_SLIPS", "4000"))
SAMPLE = 200
pytestmark = pytest.mark.timeout(0)  # the whole race takes as long as it takes
#: All in this process: its own time counts, so that a busy machine disturbs little.
ON_ONE_CORE = pytest.mark.benchmark(timer=time.process_time)


@pytest.fixture(scope="module")
def notices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("notices") / "notices.parquet"
    write_parquet(make_notices(SLIPS), path)
    return path


def with_reportlab(table: pa.Table, path: Path) -> None:
    """Print and read back, a page a notice."""
    digits = [row.tobytes().decode() for row in ef.build_payloads(table).digits]
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    canvas = Canvas(str(path), pagesize=(210 * mm, 297 * mm))
    for row, payload in zip(table.to_pylist(), digits, strict=True):
        canvas.setFont("HeiseiKakuGo-W5", 8)
        for place, text in enumerate(filter(None, row.values())):
            for part in range(3):
                canvas.drawString((10 + 65 * part) * mm, (100 - 3 * place) * mm, text)
        symbol = segno.make_qr(payload, error="m", boost_error=False)
        for y, line in enumerate(symbol.matrix):
            for x, dark in enumerate(line):
                if dark:
                    canvas.rect(120 * mm + x, 30 * mm - y, 1, 1, stroke=0, fill=1)
        Code128(payload[:44], barWidth=0.5, barHeight=30).drawOn(canvas, 20 * mm, 200 * mm)
        canvas.showPage()
    canvas.save()
    with pypdfium2.PdfDocument(path) as document:
        for page, payload in zip(document, digits, strict=True):
            picture = page.render(scale=300 / 72, grayscale=True).to_numpy()
            found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
            assert [code.text for code in found] == [payload]


def once(benchmark: Any, function: Callable[[], object]) -> float:
    benchmark.pedantic(function, rounds=1, iterations=1)
    return float(benchmark.stats.stats.min)


@ON_ONE_CORE
def test_reportlab_segno_zxing(benchmark: Any, notices: Path, tmp_path: Path) -> None:
    table = make_notices(SAMPLE)
    seconds = once(benchmark, lambda: with_reportlab(table, tmp_path / "slips.pdf"))
    benchmark.extra_info["slips/s"] = SAMPLE / seconds


@ON_ONE_CORE
@pytest.mark.parametrize("to", ["pdf", "tiff"])
def test_render_with_read_back_and_verify(
    to: Any, benchmark: Any, notices: Path, tmp_path: Path
) -> None:
    def run() -> None:
        ef.render(notices, "maru", tmp_path / "run", to=to, workers=1)

    benchmark.extra_info["slips/s"] = SLIPS / once(benchmark, run)
    start = time.process_time()
    found = ef.verify(tmp_path / "run", form="maru", ledger=notices, workers=1)
    benchmark.extra_info["verified/s"] = SLIPS / (time.process_time() - start)
    assert found.verdicts == {"ok": SLIPS}


@ON_ONE_CORE
@pytest.mark.parametrize("to", ["pdf", "tiff"])
def test_closed_loop(to: Any, benchmark: Any, notices: Path, tmp_path: Path) -> None:
    """What reading back costs beside the same run without."""
    start = time.process_time()
    ef.render(notices, "maru", tmp_path / "none", to=to, verify="none", workers=1)
    without = time.process_time() - start
    spent = once(
        benchmark,
        lambda: ef.render(notices, "maru", tmp_path / "all", to=to, verify="all", workers=1),
    )
    benchmark.extra_info["x the run without"] = round(spent / without, 2)


@dataclass
class Supervised:
    """What the workers of a run did, the first chunk of each left out: they start unevenly."""

    seconds: float
    own_seconds: float
    rows: int


def supervise(notices: Path, out: Path, workers: int, chunk_rows: int = 250) -> Supervised:
    form, options = load_form("maru"), Options(chunk_rows=chunk_rows)
    source = open_notices(notices)
    plan = make_plan(source, ColumnMap(), make_plate(form, 600), options)
    place = LocalPlace(partial(make_printer, form, options, out))
    supervisor = Supervisor[Any](place, workers, lambda job: 600.0)
    jobs = plan.jobs(source)
    stamps, entries = [], []
    with Journal(out, plan.outline) as journal:
        for _, entry in supervisor.results(lambda: next(jobs, None)):
            journal.enter(entry)
            stamps.append(time.perf_counter())
            entries.append(entry)
    counted = entries[workers:]
    own = sum(sum(entry.seconds.values()) for entry in counted)
    rows = sum(entry.rows for entry in counted)
    return Supervised(stamps[-1] - stamps[workers - 1], own, rows)


def test_supervision_costs_at_most_3_percent(benchmark: Any, notices: Path, tmp_path: Path) -> None:
    found: list[Supervised] = []
    once(benchmark, lambda: found.append(supervise(notices, tmp_path / "run", 1, 1000)))
    overhead = found[0].seconds / found[0].own_seconds - 1
    benchmark.extra_info["overhead, %"] = round(overhead * 100, 2)
    assert overhead <= 0.03


def test_two_workers_are_nearly_twice_one(benchmark: Any, notices: Path, tmp_path: Path) -> None:
    found: dict[int, Supervised] = {}

    def run() -> None:
        for workers in (1, 2):
            found[workers] = supervise(notices, tmp_path / str(workers), workers)

    once(benchmark, run)
    one, two = (found[workers].rows / found[workers].seconds for workers in (1, 2))
    benchmark.extra_info["two workers, x one"] = round(two / one, 2)
    assert two >= 1.8 * one


def print_nothing(job: Any) -> Any:
    """A chunk function that takes no time: what is left is the supervisor."""
    from elqr_fast.run.journal import ChunkEntry, FileEntry

    files = [FileEntry(f"slips-{job.index + 1:06d}.pdf", job.size, 10**6, "0" * 64)]
    return ChunkEntry(
        job.index, job.id, job.size, job.size, 0, job.size, files, ["0" * 64] * 2, {"codes": 1.0}
    )


def make_nothing() -> Any:
    return print_nothing


def peak_of_a_supervisor(notices: str, out: str) -> int:
    """Kilobytes at most in this process, for planning, supervising and keeping the journal."""
    options = Options()
    source = open_notices(notices)
    plan = make_plan(source, ColumnMap(), make_plate(load_form("maru"), 600), options)
    jobs = plan.jobs(source)
    place, count = open_place("local", make_nothing, 1)
    with Journal(Path(out), plan.outline) as journal:
        results = Supervisor[Any](place, count, lambda job: 60.0)
        for _, entry in results.results(lambda: next(jobs, None)):
            journal.enter(entry)
    # Not ru_maxrss, which begins with what the process that started this one had.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def test_a_supervisors_memory_does_not_grow_with_the_slips(benchmark: Any, tmp_path: Path) -> None:
    peaks = {}

    def run() -> None:
        for slips in (50_000, 500_000):
            path = tmp_path / f"{slips}.parquet"
            # A reader holds one row group, however many there are.
            pq.write_table(make_notices(slips), path, row_group_size=25_000)
            script = (
                f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
                "from test_runs import peak_of_a_supervisor\n"
                f"print(peak_of_a_supervisor({str(path)!r}, {str(tmp_path / str(slips))!r}))"
            )
            ended = subprocess.run(
                [sys.executable, "-c", script], check=True, capture_output=True, text=True
            )
            peaks[slips] = int(ended.stdout)

    once(benchmark, run)
    benchmark.extra_info["peaks, MB"] = [peak // 1024 for peak in peaks.values()]
    assert peaks[500_000] <= 1.1 * peaks[50_000]
