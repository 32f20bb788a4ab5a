"""What the rules of the call make of a day and of what was understood, worked out apart from `assistant/judge.py`: a mistake there
must not hide itself here. Pure but for reading `corpus/call.yaml` and `corpus/suggestions.yaml` once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

from assistant.suggest import load_suggestions
from corpus.call import Call, CriterionRules, Wording, holds, load_call
from corpus.passages import Language

_CORPUS = Path(__file__).resolve().parents[1] / "corpus"
_Said = tuple[Wording, Iterable[str]]
"""What may be said, with the facts that carry it."""
_DECIDING = ("applicant", "ai", "public_service", "maturity")


@lru_cache(maxsize=1)
def the_call() -> Call:
    """The call whose rules are applied."""
    return load_call(_CORPUS / "call.yaml")


def overall_status(statuses: Mapping[str, str]) -> str:
    """The verdict that the criteria give, by CONTRACT.md section 1."""
    deciding = [statuses.get(name, "unknown") for name in _DECIDING]
    if "not_met" in deciding:
        return "not_eligible"
    if "not_settled" in statuses.values():
        return "not_settled"
    return "depends" if "unknown" in deciding else "eligible"


def missing(statuses: Mapping[str, str]) -> list[str]:
    """The unknown criteria of which an answer that the rules know would give another verdict."""
    now = overall_status(statuses)
    return [
        rules.id
        for rules in the_call().criteria
        if statuses.get(rules.id) == "unknown"
        and any(overall_status({**statuses, rules.id: row.status}) != now for row in rules.rows)
    ]


def statuses_of(values: Mapping[str, str]) -> dict[str, str]:
    """The status of each criterion when `values` (by field) are all that is known: that of every way to complete them, else unknown."""
    return {rules.id: _status(rules, values) for rules in the_call().criteria}


def _status(rules: CriterionRules, values: Mapping[str, str]) -> str:
    own = {field.id: values[field.id] for field in rules.fields if field.id in values}
    return _status_of(rules.id, tuple(sorted(own.items())))


@lru_cache(maxsize=4096)
def _status_of(criterion: str, known: tuple[tuple[str, str], ...]) -> str:
    rules = the_call().criterion(criterion)
    rows = [rules.row_for(values) for values in rules.combinations(dict(known))]
    found = {row.status for row in rows if row}
    return found.pop() if len(found) == 1 else "unknown"


def values_giving(criterion: str, status: str) -> dict[str, str]:
    """Values of the fields of a criterion that give it that status; none for unknown, or where no rule gives it."""
    when = (
        {name: one[0] for name, one in row.when.items()}
        for row in the_call().criterion(criterion).rows
        if row.status == status
    )
    return next((values for values in when if _status(the_call().criterion(criterion), values) == status), {})


def grounds(verdict: str, statuses: Mapping[str, str], known: Mapping[str, str], language: Language) -> str:
    """What a `verdict` other than « depends » says that it rests on: what is `known` (by field) of the conditions that give it."""
    decisive = {"eligible": "met", "not_eligible": "not_met", "not_settled": "not_settled"}[verdict]
    said = []
    for rules in the_call().criteria:
        if statuses.get(rules.id) != decisive or (verdict == "eligible" and rules.id not in _DECIDING):
            continue
        values = {field.id: field.presumed for field in rules.fields if field.presumed} | dict(known)
        when = next((row.when for row in rules.rows if holds(row.when, values)), known)
        said += [field for field in rules.fields if field.id in when and field.id in known]
    return ", ".join(field.value(known[field.id]).in_a_sentence[language] for field in said)


def window_on(day: date) -> str:
    """Whether a file can be handed in on `day`, both ends included."""
    dates = the_call().dates
    return "not_open_yet" if day < dates.opens else "closed" if day > dates.closes else "open"


@lru_cache(maxsize=64)
def reasons(criterion: str, status: str, language: Language) -> Mapping[str, frozenset[str]]:
    """What the call's file says of a criterion of that status, with the facts that carry it; a status may be known before the row
    that gives it."""
    rules = the_call().criterion(criterion)
    said: list[_Said] = [(row.reason, row.facts) for row in rules.rows if row.status == status]
    return _by_words([*said, *((entry.reason, entry.facts) for entry in rules.unknown)], language)


@lru_cache(maxsize=2)
def statements(language: Language) -> Mapping[str, frozenset[str]]:
    """Every sentence of the call's file that may be said as a claim, reason or reserve, with the facts that carry it."""
    said: list[_Said] = [(one.text, [one.fact]) for one in the_call().raised]
    for rules in the_call().criteria:
        said += [(row.reason, row.facts) for row in rules.rows]
        said += [(entry.reason, entry.facts) for entry in rules.unknown]
        said += [(caveat.text, [caveat.fact]) for caveat in rules.caveats]
    return _by_words(said, language)


@lru_cache(maxsize=2)
def suggestions(language: Language) -> frozenset[str]:
    """The questions that may be suggested, in that language."""
    return frozenset(by[language] for by in load_suggestions(_CORPUS / "suggestions.yaml").values() if language in by)


def is_label(label: str, field_id: str, value_id: str, language: Language) -> bool:
    """True when `label` names the field and says the value."""
    fields = {field.id: field for field in the_call().fields}
    values = {value.id: value for value in fields[field_id].values} if field_id in fields else {}
    if value_id not in values:
        return False
    name, _, said = " ".join(label.split()).partition(":")
    return (name.strip(), said.strip()) == (
        fields[field_id].label[language],
        values[value_id].label[language],
    )


def _by_words(said: Iterable[_Said], language: Language) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for wording, facts in said:
        words = wording[language]
        found[words] = found.get(words, frozenset()) | set(facts)
    return found
