"""Runs: many notices into files, in chunks, each finished exactly once."""

from elqr_fast.run.audit import Audit, audit
from elqr_fast.run.render import RunSummary, render, seal_run
from elqr_fast.run.resume import resume
from elqr_fast.run.status import RunStatus, run_status
from elqr_fast.run.verify import verify

__all__ = [
    "Audit",
    "RunStatus",
    "RunSummary",
    "audit",
    "render",
    "resume",
    "run_status",
    "seal_run",
    "verify",
]
