"""The cases themselves: none copies the corpus or the other set, every fact and every rule is asked about, every case can be satisfied."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from corpus.yaml_files import load_checked
from evals import add, near
from evals.case import Case, load_cases
from evals.coverage import criteria_coverage
from evals.judged import Recorded, judge
from evals.oracle import right_reply
from evals.proofs import Shelf, shelf_of_passages
from evals.recognise import AskedFile
from evals.run import read_passed
from ingest.read import read_corpus

ROOT = Path(__file__).parents[1]
SETS = ("dev", "test")
TAUGHT = "taught"


@pytest.fixture(scope="module")
def cases() -> dict[str, list[Case]]:
    return {name: load_cases([ROOT / "evals" / "cases" / name]) for name in (*SETS, TAUGHT)}


@pytest.fixture(scope="module")
def every(cases: dict[str, list[Case]]) -> list[Case]:
    """What a run asks by default."""
    return load_cases([ROOT / "evals" / "cases" / name for name in SETS])


@pytest.fixture(scope="module")
def with_taught(every: list[Case], cases: dict[str, list[Case]]) -> list[Case]:
    return [*every, *cases[TAUGHT]]


@pytest.fixture(scope="module")
def facts() -> set[str]:
    return set(yaml.safe_load((ROOT / "tests" / "cases" / "fact_addresses.yaml").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return shelf_of_passages(passage for document in read_corpus(ROOT / "corpus") for passage in document.passages)


def _written(case: Case) -> str:
    """All that the person writes: the last message of a conversation says little without the others."""
    return " ".join(case.turns)


def _copies(asked: list[Case], texts: list[str]) -> list[str]:
    known = near.Questions(texts)
    found = []
    for case in asked:
        nearest = known.copied(_written(case))
        if nearest:
            found.append(f"{case.id} ({nearest.score:.0f}): « {_written(case)} » ~ « {nearest.text} »")
    return found


def _assert_none(found: list[str]) -> None:
    # One a line, all of them: whoever mends the cases needs the whole list.
    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize("name", SETS)
def test_no_case_is_a_near_copy_of_a_question_that_the_corpus_lists(name: str, cases: dict[str, list[Case]]) -> None:
    # A question close to a listed one that the sources do not answer is what an unanswerable case is for: it must be asked.
    asked = [case for case in cases[name] if not case.is_unanswerable]
    _assert_none(_copies(asked, add.listed_questions(ROOT / "corpus")))


@pytest.mark.parametrize("name", SETS)
def test_no_case_is_a_near_copy_of_a_message_that_the_recogniser_is_taught(
    name: str, cases: dict[str, list[Case]]
) -> None:
    taught = [
        asked.say.replace("\n", " ")
        for path in sorted((ROOT / "corpus" / "asked").glob("*.yaml"))
        for asked in load_checked(path, AskedFile).root
    ]
    assert taught
    _assert_none(_copies(cases[name], taught))


def test_no_case_of_a_set_is_a_near_copy_of_one_of_the_other(cases: dict[str, list[Case]]) -> None:
    _assert_none(_copies(cases["test"], [_written(case) for case in (*cases["dev"], *cases[TAUGHT])]))


def test_every_fact_named_exists(with_taught: list[Case], facts: set[str]) -> None:
    assert [(case.id, fact) for case in with_taught for fact in case.expect.cites if fact not in facts] == []


def test_every_fact_has_at_least_two_cases(every: list[Case], facts: set[str]) -> None:
    asked = Counter(fact for case in every for fact in case.expect.cites)
    assert sorted(fact for fact in facts if asked[fact] < 2) == []


def test_every_section_is_reached(every: list[Case], shelf: Shelf) -> None:
    asked = {fact for case in every for fact in case.expect.cites}
    assert sorted(passage.id for passage in shelf.values() if not asked & set(passage.fact_ids)) == []


def test_every_status_of_every_criterion_is_asked_and_every_pair_of_statuses(every: list[Case]) -> None:
    assert criteria_coverage(every).missing == ()


@pytest.mark.parametrize("name", SETS)
def test_each_set_is_large_and_varied(name: str, cases: dict[str, list[Case]]) -> None:
    asked = cases[name]
    languages = Counter(case.lang for case in asked)
    assert len(asked) >= 450
    assert min(languages["fr"], languages["en"]) >= 0.3 * len(asked)
    for tag in ("fact", "premise", "unanswerable", "dialogue", "offtopic", "smalltalk", "eligibility", "injection"):
        assert any(case.has(tag) for case in asked), tag


def test_some_reply_satisfies_each_case(every: list[Case], shelf: Shelf) -> None:
    """A case that contradicts itself (criteria against status, words both wanted and forbidden) would fail every product. Those of `taught` judge no more."""
    failed = []
    for case in every:
        judged = judge(Recorded(case, right_reply(case, shelf)), shelf)
        failed += [f"{case.place}: {case.id}: {reason}" for reason in judged.reasons]
    _assert_none(failed)


def test_what_once_passed_still_exists(with_taught: list[Case]) -> None:
    assert sorted(set(read_passed()) - {case.id for case in with_taught}) == []
