"""The bridge from questions to answers: what learning removes, what is kept in the file, and when it is used."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny import ROOT, WEIGHTS, FakeEncoder, build_index

from assistant.bridge import Bridge, load_bridge, save_bridge, straight, unit
from assistant.retrieve import WEIGHTS_WITHOUT_QUESTIONS, Retriever, load_weights
from corpus.embed import BUNDLED, Encoder
from corpus.errors import ExplainedError
from corpus.index import PassageIndex
from evals import bridge as learning
from evals.bridge import Pairs, held_out, learn, pairs_of, success

DIMENSION = 24


def told_apart_badly(sections: int = 60, each: int = 6) -> Pairs:
    """Questions that lie with their answers in most directions, and anywhere in the first four."""
    chance = np.random.default_rng(3)
    answers = chance.normal(size=(sections, DIMENSION))
    numbers = np.repeat(np.arange(sections), each)
    questions = answers[numbers] + 0.3 * chance.normal(size=(len(numbers), DIMENSION))
    questions[:, :4] = 4 * chance.normal(size=(len(numbers), 4))
    both = np.repeat(answers[numbers][:, None], 2, axis=1)
    return Pairs(
        unit(questions).astype(np.float32),
        unit(both).astype(np.float32),
        numbers,
        tuple(f"file-{n % 10}" for n in numbers),
    )


def test_what_differs_between_a_question_and_its_answer_is_learnt_not_to_count():
    pairs = told_apart_badly()
    without, with_map = success(None, pairs, pairs), success(learn(pairs, "fake@1"), pairs, pairs)
    assert with_map > 0.85 and with_map > without + 0.3


def test_what_is_learnt_serves_sections_that_it_was_not_learnt_from():
    folds = list(held_out(told_apart_badly(), "fake@1"))
    assert sum(count for *_, count in folds) == 360
    assert all(with_map > without + 0.3 for without, with_map, _ in folds)


def test_learning_twice_gives_the_same():
    pairs = told_apart_badly()
    assert np.array_equal(learn(pairs, "fake@1").matrix, learn(pairs, "fake@1").matrix)


def test_the_file_gives_back_what_was_learnt_and_only_for_its_encoder(tmp_path):
    pairs = told_apart_badly()
    learnt = learn(pairs, "fake@1")
    save_bridge(learnt, tmp_path / "bridge.safetensors")
    again = load_bridge(tmp_path / "bridge.safetensors", "fake@1")
    assert again and np.allclose(again.matrix, learnt.matrix, atol=5e-3)
    assert success(again, pairs, pairs) == pytest.approx(success(learnt, pairs, pairs), abs=0.01)
    assert load_bridge(tmp_path / "bridge.safetensors", "fake@2") is None


def test_the_file_of_the_project_is_for_the_encoder_that_it_carries():
    bridge = load_bridge(ROOT / "assistant" / "bridge.safetensors", Encoder(BUNDLED).identity)
    assert bridge and bridge.matrix.shape == (384, 384) and bridge.mean_question.shape == (384,)
    assert np.isfinite(bridge.matrix).all() and np.linalg.matrix_rank(bridge.matrix) == 384


def test_a_straight_bridge_changes_nothing_but_where_one_looks_from():
    vectors = np.random.default_rng(1).normal(size=(8, 5)).astype(np.float32)
    centred = unit(vectors - vectors.mean(axis=0))
    bridge = straight("fake@1", vectors)
    assert np.allclose(bridge.passages(vectors), centred, atol=1e-6)
    assert np.allclose(bridge.question(vectors[3]), centred[3], atol=1e-6)


# In the search


@pytest.fixture(scope="module")
def bare(tmp_path_factory, passages, synonyms) -> Retriever:
    """The tiny collection without its questions."""
    folder = tmp_path_factory.mktemp("bare")
    build_index(folder, [replace(p, questions=(), misconceptions=(), beside=()) for p in passages], FakeEncoder())
    return Retriever(PassageIndex.open(folder, FakeEncoder()), synonyms, load_weights(WEIGHTS))


def test_a_collection_with_questions_is_searched_without_it(tiny_retriever):
    crooked = replace(
        tiny_retriever, bridge=Bridge("fake@1", np.zeros(256, np.float32), -np.eye(256, dtype=np.float32))
    )
    embed = tiny_retriever.index.encoder.question
    assert crooked.retrieve("amende", embed=embed) == tiny_retriever.retrieve("amende", embed=embed)
    assert "bridge" not in tiny_retriever.retrieve("amende", embed=embed).found[0].channels


def test_a_collection_without_questions_is_searched_through_it(bare):
    embed = bare.index.encoder.question
    # A map that stretches the axis of one body, and questions that all lean to it: by this channel that section is first, whatever is asked.
    entries, vectors = bare.index.vectors_of("body")
    axis = unit(vectors[0] - vectors.mean(axis=0))
    onto = replace(bare, bridge=Bridge("fake@1", -axis, (np.eye(256) + 9 * np.outer(axis, axis)).astype(np.float32)))
    wanted = bare.index.sections[bare.index.number_of_passage(entries[0].passage)].id
    found = onto.retrieve("zzzz", embed=embed, limit=99).found
    assert max(found, key=lambda one: one.channels["bridge"]).section.id == wanted
    assert {one.section.id: one.score for one in found} != {
        one.section.id: one.score for one in bare.retrieve("zzzz", embed=embed, limit=99).found
    }


def test_each_channel_with_a_weight_is_told(bare):
    for one in bare.retrieve("amende", embed=bare.index.encoder.question).found:
        assert WEIGHTS_WITHOUT_QUESTIONS.keys() <= one.channels.keys()
        assert all(np.isfinite(value) for value in one.channels.values())


def test_a_collection_of_one_passage_is_searched_too(tmp_path, passages, synonyms):
    build_index(tmp_path, [replace(passages[0], questions=(), misconceptions=(), beside=())], FakeEncoder())
    alone = Retriever(PassageIndex.open(tmp_path, FakeEncoder()), synonyms, load_weights(WEIGHTS))
    (found,) = alone.retrieve("amende", embed=FakeEncoder().question).found
    assert found.score == 0 and found.section.id == passages[0].section_id


def test_an_index_without_questions_teaches_nothing_and_says_so(bare):
    with pytest.raises(ExplainedError, match="carries no question"):
        pairs_of(bare.index)


@pytest.mark.real_index
def test_what_the_corpus_teaches_serves_the_files_that_it_was_not_learnt_from(real):
    pairs = pairs_of(real.index)
    folds = np.array(list(held_out(pairs, real.index.encoder.identity)))
    without, with_map = np.average(folds[:, :2], axis=0, weights=folds[:, 2])
    assert with_map > without + 0.05
    assert len(folds) == learning.FOLDS and (folds[:, 1] > folds[:, 0]).sum() >= learning.FOLDS - 1
