"""An article that is asked for by its number: what is understood, what is found, what is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.article import claims_at, is_longer
from assistant.named import Acts, Asked, Place, asked_for
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
        pytest.param("Que disent les articles 13 et 14 du RGPD ?", id="two places"),
        pytest.param("Comparer l’article 5 et l’article 6 du RGPD", id="two mentions"),
        pytest.param("Quel est l’article du journal sur la CNIL ?", id="no number"),
        pytest.param("Que dit le RGPD ?", id="no article"),
    ],
)
def test_a_question_that_names_no_place_or_several_is_left_to_the_search(question: str) -> None:
    assert asked_for(question) is None


def test_the_words_beside_the_place_are_kept_but_those_that_ask_for_it() -> None:
    asked = asked_for("Que dit exactement le texte de l’article 2 de la loi du délai ?")
    assert asked == Asked(Place("art", "2"), "", frozenset({"loi", "delai"}))


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


@pytest.fixture
def acts(act: Callable[..., Passage]) -> Acts:
    """The GDPR, a law known by its title, and two charters."""

    def titled(title: str, locator: str, text: str) -> Passage:
        reference = Reference(title, "A town", f"https://a.eu/{title}", "2020", locator)
        return act(locator, text, "fr", source_id=title, references=(reference,), official=False)

    return Acts(
        [
            act("art. 3 §1", "1. Le RGPD s’applique.", "fr"),
            act("art. 22 §1", "1. La personne décide.", "fr"),
            titled("Loi du délai", "art. 2", "La réponse est écrite."),
            titled("Loi du délai", "art. 3", "Elle est gratuite."),
            titled("Loi du délai de recours", "art. 3", "Il est de deux mois."),
            titled("Charte de l’intelligence artificielle de la ville", "art. 2", "La ville dit ce qu’elle fait."),
            titled("Charte de la participation dans la ville", "art. 2", "La ville écoute."),
        ]
    )


@pytest.mark.parametrize(
    ("question", "text"),
    [
        pytest.param("Loi du délai › Article 2", "La réponse est écrite.", id="the title of the passage"),
        pytest.param("Que dit l’article 3 de la loi du délai ?", "Elle est gratuite.", id="the whole title first"),
        pytest.param("article 3, loi recours", "Il est de deux mois.", id="words of one title alone"),
        pytest.param("article 2 de la charte de l'intelligence artificielle", "La ville dit ce qu’elle fait.", id="a part of a long title"),
        pytest.param("Loi du délai, article 2 §1", None, id="read without numbers"),
    ],
)  # fmt: skip
def test_an_article_is_found_in_the_document_whose_title_is_said(acts: Acts, question: str, text: str | None) -> None:
    assert words(acts, question, "fr") == (text and [text])


def test_a_document_named_by_its_whole_title_that_has_no_such_article_says_so(acts: Acts) -> None:
    assert words(acts, "Que dit l’article 22 de la loi du délai ?", "fr") == []


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("L’article 22 du RGPD interdit-il les décisions automatisées ?", id="asks more than the words"),
        pytest.param("Que dit l’article 3 du RGPD du délai ?", id="a word of a title beside the name of another text"),
        pytest.param("Que dit l’article 9 de la Constitution ?", id="a text with another name"),
        pytest.param("Que dit l’article 2 de la charte de la ville ?", id="words of two titles"),
        pytest.param("Que dit l’article 3 sur le délai ?", id="a single word, which is as well a subject"),
        pytest.param("Que dit l’article 22 de la charte de la participation ?", id="a part of a title, and no such place"),
        pytest.param("L’article 2 de la loi du délai est-il abrogé ?", id="asks more of a document named by its title"),
    ],
)  # fmt: skip
def test_other_words_than_those_of_one_title_leave_a_place_to_the_search(acts: Acts, question: str) -> None:
    assert words(acts, question, "fr") is None


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
