"""An article that is asked for by its number: what is understood, what is found, what is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.named import Acts, Asked, Place, asked_for, claims_at, is_longer
from corpus.passages import Language, Passage, Reference

GDPR, LAW, AI = "2016/679", "78-17", "2024/1689"


@pytest.mark.parametrize(
    ("question", "kind", "number", "steps", "text"),
    [
        ("Que dit l’article 35 §3 du RGPD ?", "art", "35", ("§3",), GDPR),
        ("que dit l'article 35 §3 ?", "art", "35", ("§3",), ""),
        ("What does Article 35(3) of the GDPR say?", "art", "35", ("§3",), GDPR),
        ("Article 6(1)(f) GDPR", "art", "6", ("§1", "f)"), GDPR),
        ("Que prévoit l’article 6, paragraphe 1, point f), du RGPD ?", "art", "6", ("§1", "f)"), GDPR),
        ("Paragraph 3 of Article 12 of Regulation (EU) 2016/679", "art", "12", ("§3",), GDPR),
        ("article 35.3 rgpd", "art", "35", ("§3",), GDPR),
        ("Que dit l'article 8, I, 2°, b) de la loi Informatique et Libertés ?", "art", "8", ("I", "2°", "b)"), LAW),
        ("Que dit l'article 45 de la loi n° 78-17 du 6 janvier 1978 ?", "art", "45", (), LAW),
        ("Cite le considérant 71 du RGPD", "recital", "71", (), GDPR),
        ("What does Annex III of the AI Act say?", "annex", "III", (), AI),
        ("Que dit l’article 1er du décret 2019-341 ?", "art", "1", (), "2019-341"),
        ("Que dit l’article L. 311-3-1 ?", "art", "L311-3-1", (), ""),
    ],
)
def test_a_place_that_is_asked_for_is_understood(
    question: str, kind: str, number: str, steps: tuple[str, ...], text: str
) -> None:
    assert asked_for(question) == Asked(Place(kind, number, steps), text)


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("L’article 22 du RGPD interdit-il les décisions automatisées ?", id="asks more than the words"),
        pytest.param("Que disent les articles 13 et 14 du RGPD ?", id="two places"),
        pytest.param("Comparer l’article 5 et l’article 6 du RGPD", id="two mentions"),
        pytest.param("Que dit l’article 9 de la Constitution ?", id="a text with another name"),
        pytest.param("Quel est l’article du journal sur la CNIL ?", id="no number"),
        pytest.param("Que dit le RGPD ?", id="no article"),
    ],
)
def test_any_other_question_is_left_to_the_search(question: str) -> None:
    assert asked_for(question) is None


@pytest.fixture
def act(passage_of: dict[str, Passage]) -> Callable[..., Passage]:
    def make(locator: str, text: str, language: Language = "en", **changes: object) -> Passage:
        source = f"rgpd-{language}"
        name = f"{source}/{locator}"
        reference = Reference("GDPR, Regulation (EU) 2016/679", "EUR-Lex", f"https://a.eu/{language}", "2016-04-27", locator)  # fmt: skip
        values = {
            "id": name, "section_id": name, "source_id": source, "file": f"official/{source}.html", "language": language, "title": "T", "locator": locator,
            "text": text, "references": (reference,), "official": True, "fact_ids": (), "questions": (), "places": (),
        }  # fmt: skip
        return replace(passage_of["breach/fr"], **(values | changes))  # type: ignore[arg-type]

    return make


def words(acts: Acts, question: str, language: Language = "en") -> list[str] | None:
    asked = asked_for(question)
    assert asked is not None
    parts = acts.words_at(asked, language)
    return None if parts is None else [passage.text[start:end].strip() for passage, start, end in parts]


def test_the_words_of_a_place_are_found(act: Callable[..., Passage]) -> None:
    lettered = "3. It is required for:\n\n(a) profiling;\n\n(b) health data."
    acts = Acts(
        [
            act("art. 35 §1", "1. One assesses."),
            act("art. 35 §3", lettered, places=((0, "art. 35 §3"), (24, "art. 35 §3 a)"), (40, "art. 35 §3 b)"))),
            act("art. 36 §1", "1. One consults."),
            act("art. 4 1)", "(1) data;"),
            act("art. 28", "No numbers here."),
            act("art. 35 §1", "1. On évalue.", "fr"),
        ]
    )
    assert words(acts, "Article 35(3) GDPR") == [lettered]
    assert words(acts, "Article 35(3)(a) GDPR") == ["(a) profiling;"]
    assert words(acts, "Article 35 GDPR") == ["1. One assesses.", lettered]
    assert words(acts, "Article 4(1) GDPR") == ["(1) data;"], "a point is often called a paragraph"
    assert words(acts, "Article 35 §1", "fr") == ["1. On évalue."], "in the language of the question"
    assert words(acts, "Article 36", "fr") == ["1. One consults."], "in another one when there is none"
    assert words(acts, "Article 3 GDPR") == [], "not article 35 nor 36"
    assert words(acts, "Article 35(9) GDPR") == []
    assert words(acts, "Article 28(2) GDPR") is None, "read without numbers: left to the search"
    assert words(acts, "Article 35 of the AI Act") is None, "a text that is not at hand"


def test_the_official_words_come_first_then_the_restatement_in_the_language_of_the_question(
    act: Callable[..., Passage], passage_of: dict[str, Passage]
) -> None:
    text = (
        "1. In the case of a breach, the controller notifies it. A second one. A third one. A fourth one. A fifth one."
    )
    article = act("art. 33 §1", text)
    ours = passage_of["breach/fr"]
    ours = replace(ours, references=(replace(article.references[0], pinpoint="RGPD art. 33"),))
    parts = [(article, 0, len(text))]
    said = claims_at(parts, [ours], "fr")
    assert said[0].citations[0].passage is ours and said[-1].citations[0].passage is article
    said = claims_at(parts, [replace(ours, language="en")], "en")
    assert said[0].text == "1. In the case of a breach, the controller notifies it."
    assert [claim.citations[0].passage.official for claim in said][:4] == [True] * 4
    assert not said[-1].citations[0].passage.official
    assert all(claim.text in claim.citations[0].quote for claim in said)
    assert is_longer(parts)
