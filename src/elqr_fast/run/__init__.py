"""Runs: many notices into files, in chunks, each finished exactly once."""

from elqr_fast.run.render import RunSummary, render

__all__ = ["RunSummary", "render"]
