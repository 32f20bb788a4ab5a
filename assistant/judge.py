"""Situation + the rules of the call -> Verdict. Pure and three-valued: what was not said stays unknown.

A criterion has a status when every way to complete what was said leads to that status; otherwise it is unknown.
The overall status is the worst of what the criteria say: a failed condition, then a silent source, then a missing answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from itertools import product

from assistant.vocabulary import Criterion, CriterionStatus, Situation, Verdict, VerdictStatus
from corpus.call import Call, CriterionRules, Field, Row, Unsaid, holds

Said = tuple[tuple[str, str], ...]

# From the best to the worst for the overall status: the worst one decides.
_WORSE: tuple[VerdictStatus, ...] = ("eligible", "depends", "not_settled", "not_eligible")


def judge(situation: Situation, call: Call, *, on: date) -> Verdict:
    """Apply the rules to what the person said; the window is that of the day `on` and never changes the status."""
    said = said_values(situation, call)
    judged = [_judge_criterion(rules, _about(rules, said)) for rules in call.criteria]
    criteria = tuple(
        Criterion(rules.id, status, row.id, row.reason.both(), row.facts)
        for rules, (status, row) in zip(call.criteria, judged, strict=True)
    )
    return Verdict(
        status=overall_status((rules, status) for rules, (status, _) in zip(call.criteria, judged, strict=True)),
        window=call.window(on),
        not_priority=any(isinstance(row, Row) and row.not_priority for _, row in judged),
        criteria=criteria,
        missing=_missing(call, said),
    )


def overall_status(criteria: Iterable[tuple[CriterionRules, CriterionStatus]]) -> VerdictStatus:
    """The formula of the contract: not met excludes, then silence, then what is not known of a condition that excludes."""
    return max((_weight(rules, status) for rules, status in criteria), key=_WORSE.index, default="eligible")


def next_question(situation: Situation, call: Call) -> str | None:
    """The field whose answer settles most, of the conditions that exclude those first that the person may know; None when no answer can change
    the status any more."""
    said = said_values(situation, call)
    missing = _missing(call, said)
    candidates = [
        (rules.excludes and field.id not in situation.unknown, settles(field, rules, said), field.id)
        for rules in call.criteria
        if rules.id in missing
        for field in rules.fields
        if may_be_asked(field, said)
    ]
    # `max` keeps the first of equals: the order of the file.
    return max(candidates, key=lambda candidate: candidate[:2])[2] if candidates else None


def may_be_asked(field: Field, said: Mapping[str, str]) -> bool:
    """True for a field that was not said, is not supposed, and makes sense after what was said."""
    return field.id not in said and not field.presumed and holds(field.only, said)


def settles(field: Field, rules: CriterionRules, said: Mapping[str, str]) -> tuple[float, float]:
    """How doubtful the criterion of `field` still is, then how much of that doubt the answer takes away (bits).

    The most doubtful condition comes first, since the verdict turns on it; each answer weighs the share of people who give it.
    """
    now = _doubt(rules, said)
    total = sum(value.share for value in field.values)
    after = sum(value.share / total * _doubt(rules, {**said, field.id: value.id}) for value in field.values)
    return round(now, 9), round(now - after, 9)


def alike(field: Field, call: Call) -> tuple[frozenset[str], ...]:
    """The values of `field` in groups that no rule tells apart: whatever else was said, each of a group gives the same statuses."""
    return _alike(_ByIdentity(call.criterion_of(field)), field.id)


@lru_cache(maxsize=256)
def _alike(key: _ByIdentity, field_id: str) -> tuple[frozenset[str], ...]:
    rules = key.rules
    field = next(one for one in rules.fields if one.id == field_id)
    # Every value of the others, also where one is presumed when nothing is said.
    others = [[(other.id, value.id) for value in other.values] for other in rules.fields if other is not field]
    groups: dict[tuple[object, ...], set[str]] = {}
    for value in field.values:
        rows = [rules.row_for({field_id: value.id, **dict(values)}) for values in product(*others)]
        asks = tuple(value.id in other.only[field_id] for other in rules.fields if field_id in other.only)
        effect = (*((row.status, row.not_priority) if row else None for row in rows), *asks)
        groups.setdefault(effect, set()).add(value.id)
    return tuple(frozenset(group) for group in groups.values())


def said_values(situation: Situation, call: Call) -> dict[str, str]:
    """What was said of each field of this call; a value that the call does not know is not taken."""
    said: dict[str, str] = {}
    for field in call.fields:
        value = situation.value(field.id)
        if value is not None and any(value == known.id for known in field.values):
            said[field.id] = value
    return said


def _weight(rules: CriterionRules, status: CriterionStatus) -> VerdictStatus:
    if status == "not_met" and rules.excludes:
        return "not_eligible"
    if status == "not_settled":
        return "not_settled"
    return "depends" if status == "unknown" and rules.excludes else "eligible"


def _about(rules: CriterionRules, said: Mapping[str, str]) -> Said:
    return tuple((field.id, said[field.id]) for field in rules.fields if field.id in said)


def _judge_criterion(rules: CriterionRules, said: Said) -> tuple[CriterionStatus, Row | Unsaid]:
    rows = _rows_still_possible(rules, said)
    statuses = {row.status for row in rows}
    known = {field.id: field.presumed for field in rules.fields if field.presumed} | dict(said)
    unsaid = next(entry for entry in rules.unknown if holds(entry.when, known))
    if len(statuses) > 1:
        return "unknown", unsaid
    # All roads lead to one status: the reason is the row that holds for what was said, if there is one already.
    return rows[0].status, next((row for row in rows if holds(row.when, known)), unsaid)


def _rows_still_possible(rules: CriterionRules, said: Said) -> tuple[Row, ...]:
    return _possible(_ByIdentity(rules), said)


class _ByIdentity:
    """Rules as a key of the cache: the same object means the same rules."""

    def __init__(self, rules: CriterionRules) -> None:
        self.rules = rules

    def __hash__(self) -> int:
        return id(self.rules)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.rules is self.rules


@lru_cache(maxsize=20_000)
def _possible(key: _ByIdentity, said: Said) -> tuple[Row, ...]:
    rows: list[Row] = []
    for values in key.rules.combinations(dict(said)):
        row = key.rules.row_for(values)
        if row is not None and row not in rows:
            rows.append(row)
    return tuple(row for row in key.rules.rows if row in rows)


def _missing(call: Call, said: Mapping[str, str]) -> tuple[str, ...]:
    """The unknown criteria whose answer can still change the overall status."""
    statuses = {rules.id: _judge_criterion(rules, _about(rules, said))[0] for rules in call.criteria}
    now = overall_status((rules, statuses[rules.id]) for rules in call.criteria)
    missing = []
    for rules in call.criteria:
        if statuses[rules.id] != "unknown":
            continue
        answers = {row.status for row in _rows_still_possible(rules, _about(rules, said))}
        if any(
            overall_status((other, answer if other is rules else statuses[other.id]) for other in call.criteria) != now
            for answer in answers
        ):
            missing.append(rules.id)
    return tuple(missing)


def _doubt(rules: CriterionRules, said: Mapping[str, str]) -> float:
    """The uncertainty (bits) about what this criterion will say, once everything is said."""
    return -sum(
        share * math.log2(share) for share in _status_shares(_ByIdentity(rules), _about(rules, said)) if share > 0
    )


@lru_cache(maxsize=20_000)
def _status_shares(key: _ByIdentity, said: Said) -> tuple[float, ...]:
    rules, known = key.rules, dict(said)
    shares: dict[str, float] = {}
    for values in rules.combinations(known):
        row = rules.row_for(values)
        if row is None:  # the loader refuses such rules
            continue
        asked = [field for field in rules.fields if field.id not in known and not field.presumed]
        share = math.prod(field.value(values[field.id]).share for field in asked)
        shares[row.status] = shares.get(row.status, 0.0) + share
    total = sum(shares.values())
    return tuple(share / total for share in shares.values()) if total else ()
