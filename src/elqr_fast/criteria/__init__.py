"""The criteria for slips: every rule as data, and its check on a form's dots."""

from elqr_fast.criteria.check import check_form
from elqr_fast.criteria.results import RuleResult

__all__ = ["RuleResult", "check_form"]
