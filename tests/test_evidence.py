"""Whether what was found is enough: the signals of a search, and what a calibration makes of them."""

from __future__ import annotations

import math

import pytest
from tiny import WEIGHTS

from assistant.evidence import SIGNALS, Calibration, Evidence, Scale, load_calibration, terms
from assistant.retrieve import Retriever


def signals_of(tiny_retriever: Retriever, text: str) -> dict[str, float]:
    return dict(weigh(tiny_retriever, text, {}, {}).signals)


def weigh(
    tiny_retriever: Retriever, text: str, answers: dict[str, float], on_topic: dict[str, float], limit: int = 8
) -> Evidence:
    """The evidence for `text` under a calibration that looks at the named signals alone."""
    silent = dict.fromkeys(("constant", *SIGNALS), 0.0)
    scale = Scale(tiny_retriever.index, Calibration(silent | answers, silent | on_topic, 0.6, 0.6))
    return scale.weigh(text, tiny_retriever.retrieve(text, embed=tiny_retriever.index.encoder.question, limit=limit))


@pytest.mark.parametrize(
    ("answers", "on_topic", "sufficiency"),
    [
        pytest.param({"constant": 5.0}, {"constant": 5.0}, "sufficient", id="it answers"),
        pytest.param({"constant": -5.0}, {"constant": 5.0}, "nearby", id="it is ours, and does not answer"),
        pytest.param({"constant": -5.0}, {"constant": -5.0}, "off_topic", id="it is not ours"),
        pytest.param({"constant": 5.0}, {"constant": -5.0}, "sufficient", id="what answers is ours"),
    ],
)
def test_two_models_make_three_outcomes(answers, on_topic, sufficiency, tiny_retriever):
    assert weigh(tiny_retriever, "amende", answers, on_topic).sufficiency == sufficiency


@pytest.mark.parametrize("logit", [-1000.0, -3.0, 0.0, 3.0, 1000.0])
def test_confidence_is_a_chance(logit, tiny_retriever):
    assert 0 <= weigh(tiny_retriever, "amende", {"constant": logit}, {}).confidence <= 1


def test_every_signal_that_the_calibration_weighs_is_measured(tiny_retriever):
    assert set(SIGNALS) <= signals_of(tiny_retriever, "Quelle était la date limite ?").keys()


def test_the_weights_file_knows_every_signal():
    calibration = load_calibration(WEIGHTS)
    for model in (calibration.answers, calibration.on_topic):
        assert {"constant", *SIGNALS} <= model.keys()
    assert 0 < calibration.answer_from < 1 and 0 < calibration.topic_from < 1


@pytest.mark.parametrize("text", ["Quelle était la date limite ?", "zzzz", "?", "", "🙂", "a" * 1000, "amende " * 150])
def test_signals_are_numbers_whatever_is_written(text, tiny_retriever):
    assert all(math.isfinite(value) and abs(value) < 100 for value in signals_of(tiny_retriever, text).values())


def test_a_search_with_one_section_is_weighed(tiny_retriever):
    assert weigh(tiny_retriever, "amende", {}, {}, limit=1).signals["margin"] == 0


@pytest.mark.parametrize(
    ("signal", "more", "less"),
    [
        pytest.param("neighbours_beside", "Combien de projets ont été refusés ?", "Combien de projets ont été retenus ?", id="neighbours"),
        pytest.param("nearest_question", "Quelle était la date limite ?", "Quel temps fera-t-il demain à Lyon ?", id="nearest question"),
        pytest.param("nearest_beside", "Qui a signé le communiqué d'ouverture ?", "Quelle est l'amende maximale ?", id="nearest beside"),
        pytest.param("words_of_section", "date limite de dépôt", "date limite de piscine olympique", id="words of the section"),
        pytest.param("unknown_words", "recette de crêpes bretonnes", "date limite de dépôt", id="words that nobody used"),
        pytest.param("rare_words", "recette de crêpes bretonnes", "date limite de dépôt", id="words that the corpus hardly has"),
        pytest.param("grams", "date limite de dépôt", "piscine olympique", id="letters"),
        pytest.param("question", "Quelle est l'amende maximale ?", "Quelle est l'amande grillée ?", id="the section's own question"),
    ],
)  # fmt: skip
def test_a_signal_is_higher_for_what_it_is_named_after(signal, more, less, tiny_retriever):
    assert signals_of(tiny_retriever, more)[signal] > signals_of(tiny_retriever, less)[signal]


def test_the_terms_of_a_text_come_once_with_the_words_that_ask():
    found = terms("Combien de projets, combien de lauréats ?")
    assert len(found) == len(set(found)) and "combien" in found
