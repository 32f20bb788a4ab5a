"""The bridge from questions to answers: what learning changes, what is kept in the file, and when it is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import ROOT, WEIGHTS, FakeEncoder, build_index

from assistant.bridge import Asking, LearntBridge, load, save
from assistant.network import Trunk
from assistant.retrieve import WEIGHTS_WITHOUT_QUESTIONS, Retriever, Straight, load_weights, unit
from corpus.embed import Encoder, Vectors
from corpus.errors import ExplainedError
from corpus.index import PassageIndex
from evals import bridge as learning
from evals.bridge import Answered, learn, left_out_of, load_rewordings, of_rewordings, of_sections, success

ASKED = {
    "Durée de conservation des images d'une caméra": (
        "au bout de combien de temps on efface la vidéo",
        "how long is the footage kept",
    ),
    "Désignation d'un délégué à la protection des données": (
        "faut-il quelqu'un pour s'occuper du rgpd chez nous",
        "must we name a dpo",
    ),
    "Notification d'une violation de données": (
        "on s'est fait pirater, qui prévenir",
        "our laptop was stolen, whom do we tell",
    ),
    "Refus des traceurs publicitaires": ("je ne veux pas qu'on me suive sur internet", "can I say no to cookies"),
}


@pytest.fixture(scope="module")
def trunk() -> Trunk:
    return Trunk()


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder()


@pytest.fixture(scope="module")
def answered(encoder: Encoder) -> list[Answered]:
    return [Answered(asked, encoder.passages([title]), title) for title, asked in ASKED.items()]


def beginning(trunk: Trunk, middle: Vectors) -> LearntBridge:
    """A bridge that learnt nothing yet."""
    asking = Asking(trunk.encoder)
    asking.begin_at(torch.from_numpy(middle))
    return LearntBridge(trunk, asking)


def test_before_it_learns_it_is_straight(trunk, encoder):
    asked = encoder.questions([text for some in ASKED.values() for text in some])
    middle = asked.mean(axis=0)
    bridge, straight = beginning(trunk, middle), Straight(middle)
    for text, vector in zip((text for some in ASKED.values() for text in some), asked, strict=True):
        assert bridge.question(text, vector) @ straight.question(text, vector) > 0.99
    vectors = encoder.passages(list(ASKED))
    assert np.allclose(bridge.passages(vectors), Straight(vectors.mean(axis=0)).passages(vectors), atol=1e-5)


def test_a_title_lies_where_the_same_words_would_as_a_question(trunk, encoder):
    texts = ["Durée de conservation", "Mon employeur peut-il lire les courriels que j'envoie depuis mon poste ?"]
    bridge = load(ROOT / "assistant" / "bridge.safetensors", trunk)
    vectors = encoder.passages(texts)
    one_by_one = [bridge.question(text, vector) for text, vector in zip(texts, vectors, strict=True)]
    assert np.allclose(bridge.titles(texts, vectors), np.stack(one_by_one), atol=1e-4)


def test_what_is_asked_is_learnt_to_lie_with_what_answers_it(trunk, answered, monkeypatch, tmp_path):
    monkeypatch.setattr(learning, "_ROUNDS", 12)
    middle = torch.zeros(384)
    asking = learn(answered, trunk.encoder, middle)
    learnt = LearntBridge(trunk, asking)

    def nearness(bridge: LearntBridge) -> float:
        places = bridge.passages(np.concatenate([one.answers for one in answered]))
        asked = [(n, text) for n, one in enumerate(answered) for text in one.asked]
        return float(np.mean([places[n] @ bridge.question(text, places[0]) for n, text in asked]))

    assert nearness(learnt) > nearness(beginning(trunk, middle.numpy())) + 0.1
    save(tmp_path / "bridge.safetensors", asking)
    assert nearness(load(tmp_path / "bridge.safetensors", trunk)) == pytest.approx(nearness(learnt), abs=0.01)


def test_one_subject_in_ten_is_left_out_whatever_the_order():
    subjects = [f"subject {n // 3}" for n in range(90)]
    assert left_out_of(subjects) == left_out_of(reversed(subjects)) == {"subject 0", "subject 18", "subject 27"}


def test_a_straight_bridge_changes_nothing_but_where_one_looks_from():
    vectors = np.random.default_rng(1).normal(size=(8, 5)).astype(np.float32)
    centred = unit(vectors - vectors.mean(axis=0))
    bridge = Straight(vectors.mean(axis=0))
    assert np.allclose(bridge.passages(vectors), centred, atol=1e-6)
    assert np.allclose(bridge.question("", vectors[3]), centred[3], atol=1e-6)


@dataclass(frozen=True)
class Leaning:
    """Finds every question at one place, and leaves the passages where they are."""

    place: Vectors

    def question(self, text: str, vector: Vectors) -> Vectors:
        return self.place

    def titles(self, texts: Sequence[str], vectors: Vectors) -> Vectors:
        return unit(vectors)

    def passages(self, vectors: Vectors) -> Vectors:
        return unit(vectors)


# In the search


@pytest.fixture(scope="module")
def bare(tmp_path_factory, passages, synonyms) -> Retriever:
    """The tiny collection without its questions."""
    folder = tmp_path_factory.mktemp("bare")
    build_index(folder, [replace(p, questions=(), misconceptions=(), beside=()) for p in passages], FakeEncoder())
    return Retriever(PassageIndex.open(folder, FakeEncoder()), synonyms, load_weights(WEIGHTS))


def test_a_collection_with_questions_is_searched_without_it(tiny_retriever):
    crooked = replace(tiny_retriever, bridge=Leaning(np.ones(256, np.float32)))
    embed = tiny_retriever.index.encoder.question
    assert crooked.retrieve("amende", embed=embed) == tiny_retriever.retrieve("amende", embed=embed)
    assert "bridge" not in tiny_retriever.retrieve("amende", embed=embed).found[0].channels


def test_a_collection_without_questions_is_searched_through_it(bare):
    embed = bare.index.encoder.question
    # Questions that all lie where one body does: by this channel that section is first, whatever is asked.
    entries, vectors = bare.index.vectors_of("body")
    onto = replace(bare, bridge=Leaning(vectors[0]))
    wanted = bare.index.sections[bare.index.number_of_passage(entries[0].passage)].id
    found = onto.retrieve("zzzz", embed=embed, limit=99).found
    assert max(found, key=lambda one: one.channels["bridge"]).section.id == wanted
    assert {one.section.id: one.score for one in found} != {
        one.section.id: one.score for one in bare.retrieve("zzzz", embed=embed, limit=99).found
    }


def test_a_title_is_found_by_a_question_that_lies_where_it_does(bare):
    entries, vectors = bare.index.vectors_of("title")
    onto = replace(bare, bridge=Leaning(unit(vectors)[0]))
    found = onto.retrieve("zzzz", embed=bare.index.encoder.question, limit=99).found
    wanted = bare.index.sections[bare.index.number_of_passage(entries[0].passage)].id
    assert max(found, key=lambda one: one.channels["titles"]).section.id == wanted
    assert max(one.channels["titles"] for one in found) == pytest.approx(1, abs=1e-5)


def test_each_channel_with_a_weight_is_told(bare):
    for one in bare.retrieve("amende", embed=bare.index.encoder.question).found:
        assert WEIGHTS_WITHOUT_QUESTIONS.keys() <= one.channels.keys()
        assert all(np.isfinite(value) for value in one.channels.values())


def test_a_collection_of_one_passage_is_searched_too(tmp_path, passages, synonyms):
    build_index(tmp_path, [replace(passages[0], questions=(), misconceptions=(), beside=())], FakeEncoder())
    alone = Retriever(PassageIndex.open(tmp_path, FakeEncoder()), synonyms, load_weights(WEIGHTS))
    (found,) = alone.retrieve("amende", embed=FakeEncoder().question).found
    assert found.score == 0 and found.section.id == passages[0].section_id


def test_an_index_without_questions_teaches_nothing_and_says_so(bare, monkeypatch):
    monkeypatch.setattr(learning, "load_examples", lambda index: [])
    with pytest.raises(ExplainedError, match="carries no question"):
        of_sections(bare.index)


@pytest.mark.real_index
def test_what_is_learnt_serves_subjects_that_were_not_taught(encoder, trunk, real):
    entries = load_rewordings()
    files = {Path(passage.file).stem for passage in real.index.passages}
    left_out = left_out_of([*files, *(subject for subject, _ in entries)])
    some = of_rewordings([(subject, entry) for subject, entry in entries if subject in left_out][::12], encoder)
    straight = Straight(np.stack([one.answers[0] for one in some]).mean(axis=0))
    bridge = load(ROOT / "assistant" / "bridge.safetensors", trunk)
    assert success(bridge, some, some, encoder) > success(straight, some, some, encoder) + 0.05
