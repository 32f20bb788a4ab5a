"""The suite judged: a sound engine passes every gate, each broken engine is stopped by the gates meant for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.broken import ENGINES, Broken, gates_without_engine, stopped_by, try_engine
from evals.case import Case, load_cases
from evals.gates import load_gates
from evals.oracle import open_oracle
from evals.proofs import Shelf, shelf_of_passages
from ingest.read import read_corpus

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    passages = [passage for document in read_corpus(ROOT / "corpus") for passage in document.passages]
    return shelf_of_passages(passages)


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return load_cases([ROOT / "evals" / "cases" / "selftest"])


def test_a_sound_engine_passes_every_case_and_every_gate(cases: list[Case], shelf: Shelf) -> None:
    done = try_engine(open_oracle(shelf), cases, shelf)
    assert [(one.case.id, one.reasons, one.flaws) for one in done.judged if one.reasons or one.flaws] == []
    assert [outcome for outcome in done.outcomes if not outcome.passed] == []
    assert [outcome.gate.name for outcome in done.outcomes if outcome.figure.value is None] == []


@pytest.mark.parametrize("broken", ENGINES, ids=lambda broken: broken.name)
def test_a_broken_engine_is_stopped_by_the_gates_meant_for_it(broken: Broken, cases: list[Case], shelf: Shelf) -> None:
    assert set(broken.gates) <= stopped_by(try_engine(broken.engine(shelf), cases, shelf))


def test_every_gate_has_a_broken_engine_that_trips_it() -> None:
    gates = [gate.name for gate in load_gates()]
    assert gates_without_engine(gates) == set()
    assert {gate for broken in ENGINES for gate in broken.gates} <= set(gates)
