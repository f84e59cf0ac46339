"""What a check answers: findings, and the result of a rule made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from elqr_fast.criteria.clauses import Clause
from elqr_fast.render.scene import Rect

Outcome = Literal["pass", "fail", "not_checkable"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was measured.

    `holds` is None where no program can tell.  `place` is where, in dots of the page, None for what
    is nowhere.  `advice` is a recommendation not followed, or what is left to a person.
    """

    holds: bool | None
    measured: str
    demanded: str
    place: Rect | None = None
    advice: str = ""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule on one form.

    `measured` and `demanded` are those of the findings that made the result: the broken ones, else
    those no program can tell, else all.
    `clause` is the source's text, `clause_en` the same in English.  `advice` never fails a form.
    `applies` is false where the rule says nothing of such a form; `measured` then says why.
    `places` are (x, y, width, height) in millimetres from the page's top-left corner.
    """

    rule: str
    result: Outcome
    measured: str
    demanded: str
    clause: str
    clause_en: str
    advice: tuple[str, ...] = ()
    places: tuple[tuple[float, float, float, float], ...] = ()
    applies: bool = True


def summed_up(clause: Clause, findings: Sequence[Finding], dpi: int) -> RuleResult:
    """A rule fails with any of its findings, and passes only if a program can tell of all."""
    broken = [finding for finding in findings if finding.holds is False]
    unknown = [finding for finding in findings if finding.holds is None]
    outcome: Outcome = "fail" if broken else "not_checkable" if unknown else "pass"
    said = broken or unknown or findings
    return RuleResult(
        rule=clause.rule,
        result=outcome,
        measured=_joined(finding.measured for finding in said),
        demanded=_joined(finding.demanded for finding in said),
        clause=f"{clause.place} {clause.japanese}",
        clause_en=clause.english,
        advice=tuple(dict.fromkeys(finding.advice for finding in findings if finding.advice)),
        places=tuple(_millimetres(finding.place, dpi) for finding in said if finding.place),
    )


def not_applicable(clause: Clause, reason: str) -> RuleResult:
    """A rule that says nothing of such a form."""
    result = summed_up(clause, [Finding(None, f"does not apply: {reason}", "nothing")], 1)
    return replace(result, applies=False)


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(texts))


def _millimetres(rect: Rect, dpi: int) -> tuple[float, float, float, float]:
    x, y, width, height = (
        round(edge * 25.4 / dpi, 3) for edge in (rect.x, rect.y, rect.width, rect.height)
    )
    return x, y, width, height
