"""The search: what people write finds its section, however they write it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny import WEIGHTS, FakeEncoder, build_index

from assistant.retrieve import CHANNELS, OF_ANOTHER, RECOGNISED, Retriever, load_weights, standardised
from assistant.series import Series
from corpus.index import PassageIndex


def found(tiny_retriever: Retriever, text: str, **more) -> list[str]:
    search = tiny_retriever.retrieve(text, embed=tiny_retriever.index.encoder.question, **more)
    return [one.section.id for one in search.found]


def test_each_listed_question_finds_its_section_first(tiny_retriever):
    missed = [
        (question, best)
        for passage in tiny_retriever.index.passages
        for question in passage.questions
        if (best := found(tiny_retriever, question)[0]) != passage.section_id
    ]
    assert missed == []


@pytest.mark.parametrize(
    ("text", "section"),
    [
        pytest.param("QUELLE ETAIT LA DATE LIMITE", "deadline", id="no accents, capitals"),
        pytest.param("date limitte dépot dosier", "deadline", id="misspelt"),
        pytest.param("amende", "fine", id="one word"),
        pytest.param("notifier selon l'art. 33", "breach", id="an article"),
        pytest.param("article 83 rgpd", "fine", id="an article and its law"),
        pytest.param("72 h violation", "breach", id="keywords"),
        pytest.param("breach notification", "breach", id="English keywords"),
        pytest.param("l'argent des lauréats", "prize-not-stated", id="elisions"),
    ],
)
def test_a_section_is_found_however_it_is_asked_for(text, section, tiny_retriever):
    assert found(tiny_retriever, text)[0] == section


def test_sections_come_best_first_and_no_more_than_asked(tiny_retriever):
    search = tiny_retriever.retrieve("amende", embed=tiny_retriever.index.encoder.question, limit=3)
    scores = [one.score for one in search.found]
    assert len(scores) == 3 and scores == sorted(scores, reverse=True)
    assert found(tiny_retriever, "amende", limit=99) == list(dict.fromkeys(found(tiny_retriever, "amende", limit=99)))


def test_the_same_question_always_finds_the_same(tiny_retriever, synonyms, index_folder):
    other = Retriever(PassageIndex.open(index_folder, FakeEncoder()), synonyms, load_weights(WEIGHTS))
    for text in ("amende", "Quelle était la date limite ?", "zzz"):
        assert tiny_retriever.retrieve(text, embed=FakeEncoder().question) == tiny_retriever.retrieve(
            text, embed=FakeEncoder().question
        )
        assert found(other, text) == found(tiny_retriever, text)


def test_what_a_leaning_message_names_counts_beside_its_subject(tiny_retriever):
    together = "Quelle est l'amende maximale ? et la violation de données ?"
    assert found(tiny_retriever, together, alone="et la violation de données ?")[0] == "breach"


def test_every_channel_is_told_with_each_section(tiny_retriever):
    for one in tiny_retriever.retrieve("amende", embed=tiny_retriever.index.encoder.question).found:
        assert set(CHANNELS) <= one.channels.keys()
        assert all(np.isfinite(value) for value in one.channels.values())


def test_the_nearest_questions_are_told_nearest_first(tiny_retriever):
    cosines = [
        c
        for _, c in tiny_retriever.retrieve(
            "Combien de projets ?", embed=tiny_retriever.index.encoder.question
        ).neighbours
    ]
    assert cosines and cosines == sorted(cosines, reverse=True)


@pytest.mark.parametrize("text", ["", "?", "zzzz qqqq", "🙂", "a" * 1000])
def test_any_text_finds_something(text, tiny_retriever):
    assert found(tiny_retriever, text)


def test_a_collection_without_questions_is_searched_too(tmp_path, passages, synonyms):
    from dataclasses import replace

    bare = [replace(p, questions=(), misconceptions=(), beside=()) for p in passages]
    build_index(tmp_path, bare, FakeEncoder())
    plain = Retriever(PassageIndex.open(tmp_path, FakeEncoder()), synonyms, load_weights(WEIGHTS))
    assert found(plain, "amende maximale")[0] == "fine"
    assert found(plain, "highest administrative fine")[0] == "fine"


def test_where_no_question_leads_a_synonym_finds_what_its_words_do_not(tmp_path, passages, synonyms):
    from dataclasses import replace

    bare = [replace(p, questions=(), misconceptions=(), beside=()) for p in passages]
    build_index(tmp_path, bare, FakeEncoder())
    plain = Retriever(PassageIndex.open(tmp_path, FakeEncoder()), synonyms, load_weights(WEIGHTS))
    search = plain.retrieve("fuite", embed=FakeEncoder().question, limit=99)
    by_concept = max(search.found, key=lambda one: one.channels["concepts"])
    assert by_concept.section.id == "breach" and by_concept.channels["words"] == 0


def test_the_shorter_a_leaning_message_the_more_its_subject_counts(tiny_retriever):
    subject = "Quelle est l'amende maximale ?"

    def score_of_the_subject(alone: str) -> float:
        search = tiny_retriever.retrieve(
            f"{subject} {alone}", alone=alone, embed=tiny_retriever.index.encoder.question, limit=99
        )
        by_itself = tiny_retriever.retrieve(alone, embed=tiny_retriever.index.encoder.question, limit=99)
        return next(one.score for one in search.found if one.section.id == "fine") - next(
            one.score for one in by_itself.found if one.section.id == "fine"
        )

    assert score_of_the_subject("et la violation ?") > score_of_the_subject("et la violation notifiée sous 72 heures ?")


def test_standardised_values_have_mean_0_and_spread_1():
    values = standardised(np.array([1, 2, 3, 10], dtype=np.float32))
    assert abs(values.mean()) < 1e-6 and abs(values.std() - 1) < 1e-6
    assert not standardised(np.ones(4, dtype=np.float32)).any()


def test_the_weights_file_has_a_weight_for_each_channel():
    weights = load_weights(WEIGHTS)
    assert set(weights.plain) == set(CHANNELS)
    assert set(weights.with_recogniser) == {*CHANNELS, RECOGNISED}
    assert all(weight > 0 for each in (weights.plain, weights.with_recogniser) for weight in each.values())


# --- the real index -------------------------------------------------------------------------------------------------------


@pytest.mark.real_index
@pytest.mark.parametrize(
    ("text", "fact"),
    [
        pytest.param("Quelle était la date limite ?", "call-deadline", id="plain"),
        pytest.param("What was the deadline?", "call-deadline", id="in English"),
        pytest.param("kelle est la date limitte pr candidater", "call-deadline", id="SMS"),
        pytest.param("date butoir dépôt candidature", "call-deadline", id="other words"),
        pytest.param("When were the laureates announced?", "results-date-2023", id="results"),
        pytest.param("Faut-il que le projet utilise de l'IA générative ?", "project-generative-ai-not-required", id="generative AI"),
        pytest.param("une entreprise seule peut elle candidater", "eligibility-private-alone", id="a company alone"),
    ],
)  # fmt: skip
def test_the_real_corpus_is_found(text, fact, real):
    sections = real.retriever.retrieve(text, embed=real.index.encoder.question, limit=3).found
    assert any(fact in passage.fact_ids for one in sections for passage in one.section.passages)


@pytest.mark.real_index
@pytest.mark.parametrize("text", ["AIPD", "DPO", "article 35 RGPD", "art. 22"])
def test_acronyms_and_articles_are_exact_in_the_real_corpus(text, real):
    terms = {
        "AIPD": ("AIPD", "analyse d’impact"),
        "DPO": ("délégué", "DPO"),
        "article 35 RGPD": ("35",),
        "art. 22": ("22",),
    }[text]
    best = real.retriever.retrieve(text, embed=real.index.encoder.question, limit=3).found
    told = [
        " ".join([p.title, p.text, *(r.pinpoint for r in p.references)]) for one in best for p in one.section.passages
    ]
    assert any(term in one for one in told for term in terms)


def test_a_section_titled_after_another_of_a_series_comes_after(tiny_retriever):
    titles = {section.id: section.passages[0].title for section in tiny_retriever.index.sections}
    series = Series(called={"fr": ["a", "b"], "en": ["a", "b"]}, named=[[titles["deadline"], titles["fine"]]])
    retriever = replace(tiny_retriever, series=(series,))
    scores = [
        {one.section.id: one.score for one in search.found}
        for means in (None, (0, 0), (0, 1))
        for search in [
            retriever.retrieve("amende, date limite", embed=retriever.index.encoder.question, means=means, limit=99)
        ]
    ]
    for place, (own, other) in enumerate((("deadline", "fine"), ("fine", "deadline")), start=1):
        lost = {section: scores[0][section] - score for section, score in scores[place].items()}
        assert lost.pop(other) == pytest.approx(OF_ANOTHER, abs=1e-4) and own in lost
        assert set(lost.values()) == {0.0}
