"""The Ray engine on a real cluster of two nodes, one of which is killed in mid-run.

    pip install '.[test,ray]' && pytest tools/nightly/test_ray.py

Not among the tests of every change: Ray is an extra of 76 MB (240 MB installed), and a cluster
takes longer to start than all other tests of runs together.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

ray = pytest.importorskip("ray", reason="needs ray: pip install 'elqr-fast[ray]'")
pytestmark = [
    # Ray's own warnings about its environment variables and its child processes.
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.timeout(600),
]

from ray.cluster_utils import Cluster  # noqa: E402

from elqr_fast.records.synthetic import make_notices  # noqa: E402
from elqr_fast.run import audit, render  # noqa: E402


def hashes(out: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.iterdir())
        if path.is_file()
    }


@pytest.fixture(scope="module")
def notices() -> pa.Table:
    return make_notices(200, seed=5)


@pytest.fixture(scope="module")
def whole(notices: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("whole") / "run"
    render(notices, "maru", out, dpi=300, chunk_rows=5, workers=1)
    return hashes(out)


@pytest.fixture
def cluster() -> Iterator[Any]:
    """Two nodes of one processor each; the head has none, so that all work is on them."""
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
    ray.init(address=cluster.address, log_to_driver=False)
    try:
        yield cluster, nodes
    finally:
        ray.shutdown()
        cluster.shutdown()


def test_the_same_bytes_as_without_ray(
    cluster: Any, notices: pa.Table, whole: dict[str, str], tmp_path: Path
) -> None:
    summary = render(notices, "maru", tmp_path / "run", dpi=300, chunk_rows=5, engine="ray")
    assert summary.printed == 200
    assert hashes(tmp_path / "run") == whole


def test_a_node_killed_in_mid_run(
    cluster: Any, notices: pa.Table, whole: dict[str, str], tmp_path: Path
) -> None:
    killed: list[float] = []

    def kill_at_a_quarter(done: int, total: int) -> None:
        if done >= total // 4 and not killed:
            killed.append(time.monotonic())
            all_nodes, nodes = cluster
            # Beside the run: the supervisor must not be waiting for it.
            threading.Thread(
                target=all_nodes.remove_node, args=(nodes[0],), kwargs={"allow_graceful": False}
            ).start()

    summary = render(
        notices,
        "maru",
        tmp_path / "run",
        dpi=300,
        chunk_rows=5,
        engine="ray",
        progress=kill_at_a_quarter,
    )
    assert killed
    assert (summary.printed, summary.rejected) == (200, 0)
    assert hashes(tmp_path / "run") == whole
    assert audit(tmp_path / "run").problems == []


def test_a_local_cluster_of_its_own(
    notices: pa.Table, whole: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    render(notices, "maru", tmp_path / "run", dpi=300, chunk_rows=5, engine="ray", workers=2)
    assert hashes(tmp_path / "run") == whole
    assert not ray.is_initialized()
