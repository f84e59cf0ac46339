"""The rules as data: what each demands, in the criteria's own words and in English."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import msgspec


class Clause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule: its number here, its place in the source, and what it says."""

    rule: str
    place: str
    japanese: str
    english: str


def _load() -> tuple[Clause, ...]:
    text = (files("elqr_fast.criteria") / "clauses.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text)["clause"], tuple[Clause, ...])


#: K1 to K8, then M1 to M12.
CLAUSES = _load()
