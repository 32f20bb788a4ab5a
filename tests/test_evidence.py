"""Whether what was found is enough: the signals of a search, and what a calibration makes of them."""

from __future__ import annotations

import math

import pytest
from tiny import WEIGHTS, FakeEncoder

from assistant.evidence import (
    RECOGNISED_SIGNALS,
    SIGNALS,
    Calibration,
    Evidence,
    Scale,
    load_calibrations,
    terms,
)
from assistant.retrieve import Fitted, Retriever, load_weights
from corpus import index as indexes
from corpus.words import fold


def signals_of(tiny_retriever: Retriever, text: str) -> dict[str, float]:
    return dict(weigh(tiny_retriever, text, {}, {}).signals)


def alike(calibration: Calibration) -> Fitted[Calibration]:
    """The same calibration whether sections are recognised or not."""
    return Fitted(calibration, calibration)


def weigh(
    tiny_retriever: Retriever, text: str, answers: dict[str, float], on_topic: dict[str, float], limit: int = 8
) -> Evidence:
    """The evidence for `text` under a calibration that looks at the named signals alone."""
    silent = dict.fromkeys(("constant", *SIGNALS), 0.0)
    scale = Scale(tiny_retriever.index, alike(Calibration(silent | answers, silent | on_topic, 0.6, 0.6)))
    return scale.weigh(text, tiny_retriever.retrieve(text, embed=tiny_retriever.index.encoder.question, limit=limit))


@pytest.mark.parametrize(
    ("answers", "on_topic", "sufficiency"),
    [
        pytest.param({"constant": 5.0}, {"constant": 5.0}, "sufficient", id="it answers"),
        pytest.param({"constant": -5.0}, {"constant": 5.0}, "nearby", id="it is ours, and does not answer"),
        pytest.param({"constant": -5.0}, {"constant": -5.0}, "off_topic", id="it is not ours"),
        pytest.param(
            {"constant": 5.0}, {"constant": -5.0}, "off_topic", id="its words are ours, and its subject is not"
        ),
    ],
)
def test_two_models_make_three_outcomes(answers, on_topic, sufficiency, tiny_retriever):
    assert weigh(tiny_retriever, "amende", answers, on_topic).sufficiency == sufficiency


def test_a_follow_up_of_hardly_any_words_is_answered_from_less(tiny_retriever):
    silent = dict.fromkeys(("constant", *SIGNALS), 0.0)
    calibration = Calibration(silent | {"constant": -1.5}, silent | {"constant": 5.0}, 0.6, 0.6)
    scale = Scale(tiny_retriever.index, alike(calibration))
    search = tiny_retriever.retrieve("amende", embed=tiny_retriever.index.encoder.question)
    assert scale.weigh("amende", search).sufficiency == "nearby"
    assert scale.weigh("amende", search, is_follow_up=True).sufficiency == "sufficient"


LISTED = ("Qui a gagné la coupe du monde ?", "Quelle amende pour excès de vitesse ?")


@pytest.fixture(scope="module")
def retriever_with_other_subjects(tmp_path_factory, passages, synonyms) -> Retriever:
    folder = tmp_path_factory.mktemp("elsewhere")
    with indexes.writing(folder):
        built = indexes.build(folder, passages, FakeEncoder(), lambda done, total: None, LISTED)
        indexes.switch_to(folder, built.digest)
    return Retriever(indexes.PassageIndex.open(folder, FakeEncoder()), synonyms, load_weights(WEIGHTS))


@pytest.mark.parametrize("spelt", [str, str.upper, fold, lambda text: text.replace("?", "").strip() + "..."])
@pytest.mark.parametrize("constant", [-5.0, 5.0])
def test_a_question_listed_word_for_word_is_of_the_kind_that_lists_it(constant, spelt, retriever_with_other_subjects):
    retriever = retriever_with_other_subjects
    entries = retriever.index.all_entries()
    for kind, sufficiency in (("question", "sufficient"), ("beside", "nearby"), ("elsewhere", "off_topic")):
        entry = next(entry for entry in entries if entry.kind == kind)
        found = weigh(retriever, spelt(entry.text), {"constant": constant}, {"constant": constant})
        assert found.sufficiency == sufficiency
        section = retriever.index.passages[entry.passage].section_id if kind == "question" else None
        assert found.section == section


def test_one_word_more_is_another_question(retriever_with_other_subjects):
    asked = f"{LISTED[0]} en 2027"
    assert weigh(retriever_with_other_subjects, asked, {"constant": 5.0}, {"constant": 5.0}).sufficiency == "sufficient"


def test_a_listed_question_can_be_looked_at_as_if_it_were_not(retriever_with_other_subjects):
    retriever = retriever_with_other_subjects
    scale = Scale(retriever.index, load_calibrations(WEIGHTS))
    search = retriever.retrieve(LISTED[0], embed=retriever.index.encoder.question)
    known, unknown = (scale.signals(LISTED[0], search, is_listed_elsewhere=listed) for listed in (False, True))
    assert known["nearest_elsewhere"] > 0.999 > unknown["nearest_elsewhere"]
    assert known["words_elsewhere"] > unknown["words_elsewhere"]


@pytest.mark.parametrize("logit", [-1000.0, -3.0, 0.0, 3.0, 1000.0])
def test_confidence_is_a_chance(logit, tiny_retriever):
    assert 0 <= weigh(tiny_retriever, "amende", {"constant": logit}, {}).confidence <= 1


def test_every_signal_that_the_calibration_weighs_is_measured(tiny_retriever):
    assert set(SIGNALS) <= signals_of(tiny_retriever, "Quelle était la date limite ?").keys()


def test_the_weights_file_knows_every_signal():
    calibrations = load_calibrations(WEIGHTS)
    for calibration, signals in (
        (calibrations.plain, SIGNALS),
        (calibrations.with_recogniser, (*SIGNALS, *RECOGNISED_SIGNALS)),
    ):
        assert {"constant", *signals} == calibration.answers.keys() == calibration.on_topic.keys()
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
