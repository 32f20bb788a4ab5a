"""The judge, proved over every combination of values: what was said, and what was left unsaid."""

from __future__ import annotations

from datetime import date
from itertools import product
from pathlib import Path

import pytest

from assistant.judge import alike, judge, next_question, settles
from assistant.vocabulary import Reading, Situation
from corpus.call import load_call

CASES = Path(__file__).resolve().parent / "cases"
CALL = load_call(CASES.parent.parent / "corpus" / "call.yaml")
OTHER = load_call(CASES / "other_call.yaml")
DAY = date(2023, 9, 1)
CALLS = [pytest.param(CALL, id="the call"), pytest.param(OTHER, id="an invented call")]


def situation(values):
    return Situation({field: Reading(value, value) for field, value in values.items()})


def combinations(call, fields=None):
    """Every set of answers, the unsaid included."""
    fields = [field for field in call.fields if fields is None or field.id in fields]
    for values in product(*([None, *(value.id for value in field.values)] for field in fields)):
        yield {field.id: value for field, value in zip(fields, values, strict=True) if value is not None}


def of_criterion(call, criterion):
    return combinations(call, {field.id for field in call.criterion(criterion).fields})


def without_theme(call):
    """All the fields but those of criteria that can change neither the status nor what is missing."""
    fixed = {f.id for c in call.criteria if all(row.status == "met" for row in c.rows) for f in c.fields}
    return combinations(call, {field.id for field in call.fields} - fixed)


def formula(call, statuses):
    """The contract, written again: section 1, 'the overall status follows from the criteria'."""
    deciding = {c.id for c in call.criteria if c.excludes}
    if any(status == "not_met" and name in deciding for name, status in statuses.items()):
        return "not_eligible"
    if any(status == "not_settled" for status in statuses.values()):
        return "not_settled"
    if any(status == "unknown" and name in deciding for name, status in statuses.items()):
        return "depends"
    return "eligible"


def statuses_of(verdict):
    return {criterion.id: criterion.status for criterion in verdict.criteria}


VERDICTS: dict = {}


def verdicts(call):
    """The verdict of every combination that matters, judged once."""
    if call.id not in VERDICTS:
        VERDICTS[call.id] = [(values, judge(situation(values), call, on=DAY)) for values in without_theme(call)]
    return VERDICTS[call.id]


@pytest.mark.parametrize("call", CALLS)
def test_every_combination_has_a_verdict_and_the_status_is_the_formula(call):
    for values, verdict in verdicts(call):
        statuses = statuses_of(verdict)
        assert list(statuses) == [criterion.id for criterion in call.criteria], values
        assert verdict.status == formula(call, statuses), values


@pytest.mark.parametrize("call", CALLS)
def test_every_criterion_has_a_reason_and_facts_whatever_is_said(call):
    for criterion in call.criteria:
        for values in of_criterion(call, criterion.id):
            judged = next(c for c in judge(situation(values), call, on=DAY).criteria if c.id == criterion.id)
            assert judged.fact_ids and judged.because["fr"] and judged.because["en"] and judged.reason, values


@pytest.mark.parametrize("call", CALLS)
def test_a_criterion_is_settled_exactly_when_every_completion_agrees(call):
    for criterion in call.criteria:
        for values in of_criterion(call, criterion.id):
            completions = {
                criterion.row_for(complete).status
                for complete in combinations(call, {field.id for field in criterion.fields})
                if len(complete) == len(criterion.fields)
                and all(
                    complete[field.id] == values.get(field.id, field.presumed or complete[field.id])
                    for field in criterion.fields
                )
            }
            status = statuses_of(judge(situation(values), call, on=DAY))[criterion.id]
            assert status == (completions.pop() if len(completions) == 1 else "unknown"), values


@pytest.mark.parametrize("call", CALLS)
def test_one_more_fact_never_turns_a_refusal_into_a_yes(call):
    for criterion in call.criteria:
        for values in of_criterion(call, criterion.id):
            before = statuses_of(judge(situation(values), call, on=DAY))[criterion.id]
            for field in criterion.fields:
                if field.id in values:
                    continue
                for value in field.values:
                    after = statuses_of(judge(situation({**values, field.id: value.id}), call, on=DAY))[criterion.id]
                    # A presumed value that is contradicted starts the question again; it never makes a yes of a no.
                    assert not (before == "not_met" and after == "met"), (values, field.id, value.id)
                    assert before == "unknown" or field.presumed or after == before, (values, field.id, value.id)


def test_one_more_fact_never_turns_not_eligible_into_eligible():
    refused = [values for values, verdict in verdicts(CALL) if verdict.status == "not_eligible"]
    eligible = {frozenset(values.items()) for values, verdict in verdicts(CALL) if verdict.status == "eligible"}
    for values in refused:
        for field in CALL.fields:
            for value in field.values if field.id not in values else ():
                assert frozenset({**values, field.id: value.id}.items()) not in eligible, (values, field.id, value.id)


@pytest.mark.parametrize("call", CALLS)
def test_missing_is_exactly_what_can_still_change_the_status(call):
    for values, verdict in verdicts(call):
        statuses = statuses_of(verdict)
        expected = []
        for criterion in call.criteria:
            answers = {
                criterion.row_for(complete).status
                for complete in criterion.combinations({f.id: values[f.id] for f in criterion.fields if f.id in values})
            }
            outcomes = {formula(call, {**statuses, criterion.id: answer}) for answer in answers}
            if statuses[criterion.id] == "unknown" and outcomes != {verdict.status}:
                expected.append(criterion.id)
        assert list(verdict.missing) == expected, values
        if verdict.status == "depends":
            assert any(call.criterion(name).excludes for name in verdict.missing), values
        if verdict.status == "not_eligible":
            assert verdict.missing == (), values


@pytest.mark.parametrize("call", CALLS)
def test_the_next_question_is_the_one_that_settles_most(call):
    for values, verdict in verdicts(call):
        asked = next_question(situation(values), call)
        assert (asked is None) == (verdict.missing == ()), values
        if asked is None:
            continue
        scores = {
            field.id: settles(field, criterion, values)
            for criterion in call.criteria
            if criterion.id in verdict.missing
            for field in criterion.fields
            if field.id not in values and not field.presumed
            and all(values.get(name) in allowed for name, allowed in field.only.items())
        }  # fmt: skip
        assert asked in scores, values
        assert scores[asked] == max(scores.values()), values


def test_asking_on_always_ends():
    for _, answers in zip(range(4000), without_theme(CALL), strict=False):
        if len(answers) < 7:
            continue
        told: dict = {}
        while (asked := next_question(situation(told), CALL)) is not None:
            assert asked not in told
            told[asked] = answers.get(asked, CALL.field(asked).values[0].id)
        assert judge(situation(told), CALL, on=DAY).status != "depends"


def test_the_theme_changes_the_priority_and_nothing_else():
    for values in combinations(CALL, {"applicant", "uses_ai", "stage", "theme"}):
        verdict = judge(situation(values), CALL, on=DAY)
        bare = judge(situation({f: v for f, v in values.items() if f != "theme"}), CALL, on=DAY)
        assert verdict.not_priority == (values.get("theme") in ("edtech", "cameras"))
        assert (verdict.status, verdict.missing) == (bare.status, bare.missing)
        assert statuses_of(verdict)["theme"] == "met"


TABLE = [
    # RULES.md, row by row: what is said, status of the criterion, a fact that must be cited
    ("applicant", {"applicant": "public"}, "met", "eligibility-public-bodies"),
    ("applicant", {"applicant": "research"}, "met", "eligibility-public-bodies"),
    ("applicant", {"applicant": "entrusted"}, "met", "eligibility-public-bodies"),
    ("applicant", {"applicant": "private", "public_partner": "yes"}, "met", "eligibility-private-route-partnership"),
    ("applicant", {"applicant": "private", "shared_need": "several"}, "met", "eligibility-private-route-shared-need"),
    ("applicant", {"applicant": "private", "public_partner": "no", "shared_need": "several"}, "met", "eligibility-private-route-shared-need"),
    ("applicant", {"applicant": "private", "public_partner": "no", "shared_need": "none"}, "not_met", "eligibility-private-alone"),
    ("applicant", {"applicant": "private", "public_partner": "no", "shared_need": "one"}, "not_met", "eligibility-private-route-shared-need"),
    ("applicant", {"applicant": "private", "public_partner": "yes", "shared_need": "one"}, "met", "eligibility-private-route-partnership"),
    ("applicant", {"applicant": "private", "public_partner": "no"}, "unknown", "eligibility-private-bodies"),
    ("applicant", {"applicant": "private", "shared_need": "none"}, "unknown", "eligibility-private-bodies"),
    ("applicant", {"applicant": "private", "shared_need": "one"}, "unknown", "eligibility-private-bodies"),
    ("applicant", {"applicant": "private"}, "unknown", "eligibility-private-bodies"),
    ("applicant", {"applicant": "association", "public_partner": "no", "shared_need": "none"}, "not_met", "eligibility-private-alone"),
    ("applicant", {"applicant": "individual"}, "not_settled", "not-stated-individuals"),
    ("applicant", {"applicant": "individual", "public_partner": "yes"}, "not_settled", "not-stated-individuals"),
    ("applicant", {"applicant": "private", "established": "abroad", "public_partner": "yes"}, "not_settled", "not-stated-foreign-bodies"),
    ("applicant", {"applicant": "public", "established": "abroad"}, "not_settled", "not-stated-foreign-bodies"),
    ("applicant", {"established": "abroad"}, "not_settled", "not-stated-foreign-bodies"),
    ("applicant", {"public_partner": "yes"}, "unknown", "eligibility-private-bodies"),
    ("ai", {"uses_ai": "yes"}, "met", "project-generative-ai-not-required"),
    ("ai", {"uses_ai": "no"}, "not_met", "project-scope-ai-public-service"),
    ("ai", {}, "unknown", "project-scope-ai-public-service"),
    ("public_service", {"public_service": "no"}, "not_met", "eligibility-private-b2b-outside"),
    ("maturity", {"stage": "before"}, "met", "project-maturity"),
    ("maturity", {"stage": "deployed"}, "not_met", "project-already-deployed"),
    ("maturity", {"stage": "minor_update"}, "not_met", "project-already-deployed"),
    ("maturity", {"stage": "evolution"}, "not_settled", "not-stated-evolution-of-existing"),
    ("personal_data", {"personal_data": "no"}, "not_settled", "not-stated-no-personal-data"),
    ("personal_data", {}, "unknown", "project-data-protection-issue"),
    ("theme", {"theme": "security"}, "met", "not-stated-legal-domains"),
    ("theme", {"theme": "health"}, "met", "not-stated-health-priority"),
    ("theme", {"theme": "edtech"}, "met", "nonpriority-is-not-exclusion"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "status", "fact"), TABLE)
def test_the_decision_table(name, values, status, fact):
    criterion = next(c for c in judge(situation(values), CALL, on=DAY).criteria if c.id == name)
    assert criterion.status == status
    assert fact in criterion.fact_ids


def test_the_window_never_changes_the_status():
    said = situation({"applicant": "public", "uses_ai": "yes", "public_service": "yes", "stage": "before"})
    seen = {day.year * 100 + day.month: judge(said, CALL, on=day) for day in (date(2023, 6, 1), DAY, date(2024, 1, 1))}
    assert [verdict.window for verdict in seen.values()] == ["not_open_yet", "open", "closed"]
    assert {verdict.status for verdict in seen.values()} == {"eligible"}


def test_values_of_another_call_are_not_taken():
    verdict = judge(situation({"applicant": "king", "kind": "workshop"}), CALL, on=DAY)
    assert verdict.status == "depends"


def test_an_invented_call_is_judged_with_no_change_of_code():
    said = {"kind": "workshop", "open_days": "yes", "budget": "small"}
    verdict = judge(situation(said), OTHER, on=date(2031, 2, 10))
    assert (verdict.status, verdict.window, verdict.not_priority) == ("eligible", "open", False)
    assert judge(situation({**said, "wood": "far"}), OTHER, on=date(2031, 3, 1)).not_priority
    assert judge(situation({**said, "budget": "huge"}), OTHER, on=date(2031, 3, 1)).status == "not_eligible"
    assert judge(situation({"kind": "school", "open_days": "yes"}), OTHER, on=date(2031, 1, 1)).status == "not_settled"


@pytest.mark.parametrize("call", CALLS)
def test_values_that_are_alike_give_the_same_verdict_whatever_else_was_said_and_those_that_are_not_do_not(call):
    for criterion in call.criteria:
        for field in criterion.fields:
            effects = {
                value.id: [
                    (found.status, found.not_priority, {c.id: c.status for c in found.criteria}[criterion.id])
                    for said in of_criterion(call, criterion.id)
                    if field.id not in said
                    for found in [judge(situation({**said, field.id: value.id}), call, on=DAY)]
                ]
                for value in field.values
            }
            groups = alike(field, call)
            assert sorted(value for group in groups for value in group) == sorted(effects)
            for group in groups:
                for value, other in product(group, effects):
                    assert (effects[value] == effects[other]) is (other in group), (field.id, value, other)
