"""What may be asked next: written by hand for each section that states something, near what was just answered."""

from __future__ import annotations

import re
from datetime import date

import pytest
from tiny import FILES, ROOT

from assistant.retrieve import Found
from assistant.suggest import MOST_FOLLOW_UPS, Suggester, load_suggestions
from corpus.errors import ExplainedError
from corpus.index import PassageIndex
from ingest.read import read_corpus

FILE = ROOT / "corpus" / "suggestions.yaml"


@pytest.fixture
def suggester(index: PassageIndex) -> Suggester:
    return Suggester(index, load_suggestions(FILES / "corpus" / "suggestions.yaml"))


def found(index: PassageIndex, *sections: str, scores: tuple[float, ...] = ()) -> list[Found]:
    return [
        Found(index.section(section), score, {})
        for section, score in zip(sections, scores or [9.0] * len(sections), strict=True)
    ]


def test_what_was_said_is_not_suggested(suggester, index):
    said = [index.section("fine").passage("fr")]
    after = suggester.after(found(index, "fine", "breach"), said, "fr")
    assert (
        after[0] == "Dans quel délai notifier une violation\u00a0?"
        and "Quelle est l’amende maximale\u00a0?" not in after
    )


@pytest.mark.parametrize(
    ("asked", "is_suggested"),
    [
        pytest.param("Dans quel délai notifier une violation ? et après ?", False, id="asked before"),
        pytest.param("notifier une violation : délai", False, id="in another order"),
        pytest.param("C'est quoi une violation ?", True, id="about the same, and another question"),
        pytest.param("", True, id="nothing asked"),
    ],
)
def test_what_was_asked_is_not_suggested_again(asked, is_suggested, suggester, index):
    after = suggester.after(found(index, "fine", "breach"), [], "fr", asked)
    assert ("Dans quel délai notifier une violation\u00a0?" in after) is is_suggested


def test_the_language_is_that_of_the_reply(suggester, index):
    assert suggester.after(found(index, "breach"), [], "en")[0] == "How quickly must a breach be notified?"


def test_a_section_of_another_text_is_suggested_only_when_it_is_near(suggester, index):
    near = suggester.after(found(index, "fine", "deadline", scores=(9.0, 8.0)), [], "fr")
    far = suggester.after(found(index, "fine", "deadline", scores=(9.0, 2.0)), [], "fr")
    deadline = "Quelle était la date limite\u00a0?"
    assert deadline in near and deadline not in far


def test_a_section_of_the_same_text_is_suggested_first_and_only_when_it_is_not_far(suggester, index):
    notify = "Dans quel délai notifier une violation\u00a0?"
    near = suggester.after(found(index, "fine", "deadline", "breach", scores=(9.0, 8.0, 4.0)), [], "fr")
    assert near[1] == notify
    assert notify not in suggester.after(found(index, "fine", "breach", scores=(9.0, 1.0)), [], "fr")


def test_what_one_state_of_the_window_hides_is_never_suggested(suggester, index):
    assert "L’appel est-il clos\u00a0?" not in suggester.after(found(index, "closed", "launch", "deadline"), [], "fr")


def test_three_at_most_and_none_without_a_search(suggester, index):
    everything = found(index, *[section.id for section in index.sections])
    assert len(suggester.after(everything, [], "fr")) == MOST_FOLLOW_UPS
    assert suggester.after([], [], "fr") == ()


def test_a_mistake_in_the_file_names_it(tmp_path):
    (tmp_path / "suggestions.yaml").write_text("fine:\n  de: Wie hoch?\n", encoding="utf-8")
    with pytest.raises(ExplainedError, match=r"suggestions\.yaml"):
        load_suggestions(tmp_path / "suggestions.yaml")


# --- the real file --------------------------------------------------------------------------------------------------------


def test_each_section_that_states_something_has_its_question_in_both_languages():
    passages = [passage for document in read_corpus(ROOT / "corpus") for passage in document.passages]
    stating = {passage.section_id for passage in passages if not passage.is_not_stated and passage.only_when is None}
    written = load_suggestions(FILE)
    assert set(written) == stating
    assert all(set(texts) == {"fr", "en"} for texts in written.values())


def test_the_questions_are_well_written_and_different():
    written = load_suggestions(FILE)
    for language in ("fr", "en"):
        texts = [texts[language] for texts in written.values()]
        assert len(set(texts)) == len(texts)
        for text in texts:
            assert text[0].isupper() and text.endswith("?") and len(text) <= 90 and "'" not in text, text
            assert language == "en" or not re.search(r"[^\u00a0][?:;»]|«[^\u00a0]", text), text
            assert (
                not re.search(r"\b(?:nous|notre|vous|votre|we|our|you|your)\b", text, re.IGNORECASE)
                or "our data" in text
                or "nos " in text
            ), text


@pytest.mark.real_index
def test_what_is_suggested_is_answered(real):
    """Nine in ten at least get the section that they stand for; nearly all are answered."""
    written = load_suggestions(FILE)
    missed, unanswered = [], []
    asked = [(section, texts["fr"]) for section, texts in list(written.items())[::6]]
    for section, text in asked:
        answer = real.ask(text, as_of=date(2026, 11, 25))
        cited = {citation.passage.section_id for claim in answer.claims for citation in claim.citations}
        if section not in cited:
            missed.append(text)
        if answer.kind in ("abstention", "refusal"):
            unanswered.append(text)
    assert len(missed) <= 0.1 * len(asked), missed
    assert len(unanswered) <= 0.05 * len(asked), unanswered
