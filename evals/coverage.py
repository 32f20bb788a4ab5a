"""How much of the decision table the cases reach: every status of every criterion, and every pair of statuses of one criterion. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from evals.case import Case

TABLE: dict[str, tuple[str, ...]] = {
    "applicant": ("met", "not_met", "unknown", "not_settled"),
    "ai": ("met", "not_met", "unknown"),
    "public_service": ("met", "not_met", "unknown"),
    "maturity": ("met", "not_met", "unknown", "not_settled"),
    "personal_data": ("met", "unknown", "not_settled"),
    "theme": ("met",),
}
"""The statuses that the rules can give to each criterion."""

OVERALL = ("eligible", "not_eligible", "depends", "not_settled")


@dataclass(frozen=True)
class Coverage:
    """What is reached, of what can be, and what is not."""

    reached: int
    total: int
    missing: tuple[str, ...]

    @property
    def share(self) -> float:
        """1.0 when nothing is missing."""
        return self.reached / self.total


def criteria_coverage(cases: Iterable[Case]) -> Coverage:
    """Statuses asked for by a case, verdicts too; and pairs: two cases that differ in one criterion and agree on the others they name."""
    every = [case for case in cases if case.expect.criteria]
    alone = {
        (name, accepted[0]) for case in every for name, accepted in case.expect.criteria.items() if len(accepted) == 1
    }
    verdicts = {case.expect.status[0] for case in every if case.expect.status and len(case.expect.status) == 1}
    wanted: dict[str, bool] = {f"verdict {status}": status in verdicts for status in OVERALL}
    pairs = _pairs(every)
    for name, statuses in TABLE.items():
        wanted |= {f"{name} {status}": (name, status) in alone for status in statuses}
        wanted |= {f"{name} {a} / {b}": (name, a, b) in pairs for a, b in itertools.combinations(statuses, 2)}
    missing = tuple(label for label, found in wanted.items() if not found)
    return Coverage(len(wanted) - len(missing), len(wanted), missing)


def _pairs(cases: Iterable[Case]) -> set[tuple[str, str, str]]:
    """(criterion, one status, the other, in the order of the table) for which two cases differ in nothing else."""
    seen: dict[tuple[str, frozenset[tuple[str, tuple[str, ...]]]], set[str]] = {}
    for case in cases:
        for name, accepted in case.expect.criteria.items():
            if len(accepted) != 1:
                continue
            others = frozenset((n, tuple(sorted(v))) for n, v in case.expect.criteria.items() if n != name)
            seen.setdefault((name, others), set()).add(accepted[0])
    return {
        (name, a, b)
        for (name, _), statuses in seen.items()
        for a, b in itertools.combinations(TABLE[name], 2)
        if {a, b} <= statuses
    }
