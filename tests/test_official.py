"""The publisher's own words before ours, when our section says that it rests on that article of that text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tiny import WEIGHTS, FakeEncoder, build_index, open_reader

from assistant.official import quotable, rests_on
from assistant.pipeline import Assistant
from assistant.render import to_json
from assistant.retrieve import Retriever, load_weights
from corpus.index import PassageIndex
from corpus.passages import Passage, Reference

DAY = date(2026, 11, 25)
ASKED = "Dans quel délai notifier une violation de données à la CNIL ?"
ARTICLE = (
    "En cas de violation de données à caractère personnel, le responsable du traitement notifie la violation à l’autorité de contrôle, "
    "si possible 72 heures au plus tard après en avoir pris connaissance. Un registre en est tenu."
)


def official(passage_of: dict[str, Passage], **changes) -> Passage:
    """Article 33 as its publisher gives it: the text to which the restatement `breach` refers."""
    text = replace(passage_of["breach/fr"].references[0], pinpoint="art. 33 §1")
    article = replace(
        passage_of["breach/fr"], id="rgpd-fr/art-33-1", section_id="rgpd-fr/art-33-1", source_id="rgpd-fr", file="official/rgpd-fr.html",
        title="RGPD › Article 33", heading_path=("RGPD", "Article 33"), locator="art. 33 §1", text=ARTICLE, start=0, end=len(ARTICLE), official=True,
        references=(text,), fact_ids=(), questions=(), misconceptions=(), beside=(),
    )  # fmt: skip
    return replace(article, **changes)


@pytest.fixture
def asked_with(tmp_path, passages, call, synonyms):
    """The JSON of the reply to `ASKED` when the index holds one more passage."""

    def ask(added: Passage, message: str = ASKED) -> dict:
        folder = tmp_path / added.id.replace("/", "-")
        build_index(folder, [*passages, added], FakeEncoder())
        index = PassageIndex.open(folder, FakeEncoder())  # type: ignore[arg-type]
        reader = open_reader(index, synonyms)
        assistant = Assistant(index, call, Retriever(index, synonyms, load_weights(WEIGHTS)), reader)
        return to_json(assistant.ask(message, as_of=DAY))

    return ask


def test_the_official_sentence_comes_first_and_both_are_cited(asked_with, passage_of):
    reply = asked_with(official(passage_of))
    assert reply["kind"] == "answer"
    assert [(c["official"], c["passage_id"]) for c in reply["citations"]] == [
        (True, "rgpd-fr/art-33-1"),
        (False, "breach/fr"),
    ]
    assert reply["claims"][0]["text"] == ARTICLE.split(" Un registre")[0]
    assert reply["claims"][1]["text"] == passage_of["breach/fr"].text


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"locator": "art. 34 §1"}, id="another article"),
        pytest.param({"official": False}, id="a document of the operator"),
        pytest.param({"references": (Reference("Autre texte", "CNIL", "https://www.cnil.example/autre", "2016-04-27"),)}, id="another text"),
        pytest.param({"references": (Reference("Règlement (UE) 2016/679", "UE", "https://eur-lex.europa.example/other", "2021-03-04"),)}, id="another version"),
        pytest.param({"language": "en"}, id="another language"),
    ],
)  # fmt: skip
def test_what_does_not_agree_with_the_references_is_not_preferred(changes, asked_with, passage_of):
    first = asked_with(official(passage_of, **changes))["citations"][0]
    assert (first["passage_id"], first["official"]) == ("breach/fr", False)


def test_the_other_language_keeps_its_own_answer(asked_with, passage_of):
    reply = asked_with(official(passage_of), "How quickly must a data breach be reported to the CNIL?")
    assert [c["passage_id"] for c in reply["citations"]] == ["breach/en"]


@pytest.mark.parametrize(
    ("pinpoint", "title", "locator", "agrees"),
    [
        ("RGPD art. 33 §1, §2 et §4 ; loi 78-17 art. 58 I", "RGPD, règlement (UE) 2016/679", "art. 33 §4", True),
        ("RGPD art. 33 §1, §2 et §4 ; loi 78-17 art. 58 I", "RGPD, règlement (UE) 2016/679", "art. 58 §1", False),
        ("RGPD art. 33 §1, §2 et §4 ; loi 78-17 art. 58 I", "RGPD, règlement (UE) 2016/679", "art. 2", False),
        ("RGPD art. 4, 12)", "RGPD, règlement (UE) 2016/679", "art. 12 §1", False),
        ("RIA art. 5, 6, 50 et 51 à 56", "Règlement sur l’IA, (UE) 2024/1689", "art. 50", True),
        ("RIA art. 57 ; RGPD art. 6", "Règlement sur l’IA, (UE) 2024/1689", "art. 6", False),
        ("RGPD considérant 71", "RGPD, règlement (UE) 2016/679", "recital 71", True),
        ("CRPA art. L. 311-3-1", "CRPA, article L. 311-3-1", "art. L. 311-3-1", True),
        ("page de la CNIL", "RGPD, règlement (UE) 2016/679", "art. 33", False),
    ],
)
def test_a_restatement_rests_on_the_articles_that_it_names_in_that_text(pinpoint, title, locator, agrees, passage_of):
    url = "https://example.org/text"
    restatement = replace(passage_of["breach/fr"], references=(Reference(title, "UE", url, "2016-04-27", pinpoint),))
    article = official(passage_of, locator=locator, references=(Reference(title, "UE", url, "2016-04-27", locator),))
    assert rests_on(restatement, article) is agrees


def test_a_sentence_too_long_to_be_said_is_left_to_the_restatement(passage_of):
    endless = "Le responsable notifie " + "et notifie encore " * 40 + "la violation."
    assert quotable(official(passage_of, text=endless), "notifier la violation") == ""
