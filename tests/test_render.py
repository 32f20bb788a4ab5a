"""The reply as it is read and as other programs read it: numbered sources, markers, and the object of the contract."""

from __future__ import annotations

import json
from datetime import date

import pytest
from contract import Reply, breaches

from assistant.render import citations_of, claims_of, to_json, to_markdown
from assistant.vocabulary import Answer, Citation, Claim, Criterion, Question, Understood, Verdict

DAY = date(2023, 9, 1)


def answer(claims=(), preface=(), opening="", closing="", kind="answer", language="fr", **more) -> Answer:
    given = {
        "verdict": None,
        "understood": (),
        "criterion_citations": (),
        "follow_ups": (),
        "as_of": DAY,
        "engine": "extractive",
    }
    return Answer(
        kind, Question("Quoi ?", "Quoi ?", "Quoi ?", language), tuple(preface), tuple(claims), opening, closing,
        **(given | {"timings_ms": {"total": 1.23456}} | more),
    )  # fmt: skip


@pytest.fixture
def cited(passage_of) -> dict[str, Citation]:
    return {passage.id: Citation(passage, passage.text) for passage in passage_of.values()}


def test_every_claim_ends_with_its_markers(cited):
    one, two = cited["fine/fr"], cited["breach/fr"]
    reply = answer([Claim("Première phrase.", (one,)), Claim("Deuxième phrase.", (two, one))])
    assert to_markdown(reply) == "Première phrase. [1] Deuxième phrase. [2][1]"
    assert citations_of(reply) == (one, two)


def test_what_is_said_first_is_numbered_first(cited):
    one, two, three = cited["closed/fr"], cited["fine/fr"], cited["breach/fr"]
    reply = answer(
        [Claim("L’amende.", (two,))],
        preface=[Claim("L’appel est clos.", (one,))],
        opening="Bonjour.",
        closing="Voilà.",
        criterion_citations=(three, two),
    )
    assert to_markdown(reply) == "L’appel est clos. [1]\n\nBonjour. L’amende. [2]\n\nVoilà. [2]"
    assert citations_of(reply) == (one, two, three)
    assert [claim.text for claim in claims_of(reply)] == ["L’appel est clos.", "L’amende."]


@pytest.mark.parametrize(
    ("opening", "claims", "closing", "text"),
    [
        pytest.param("C’est bien ce que disent les sources.", True, "", "C’est bien ce que disent les sources. Un fait. [1]", id="an opening that leads in"),
        pytest.param("Les sources ne le disent pas.", False, "Adressez-vous à la CNIL.", "Les sources ne le disent pas.\n\nAdressez-vous à la CNIL.", id="no claim"),
        pytest.param("", True, "", "Un fait. [1]", id="a claim alone"),
        pytest.param("Bonjour.", False, "", "Bonjour.", id="small talk"),
    ],
)  # fmt: skip
def test_the_parts_of_a_reply_are_paragraphs(opening, claims, closing, text, cited):
    said = [Claim("Un fait.", (cited["fine/fr"],))] if claims else []
    assert to_markdown(answer(said, opening=opening, closing=closing)) == text


def test_the_same_words_of_a_passage_have_one_number(cited):
    reply = answer([Claim(text, (cited["fine/fr"],)) for text in ("Un.", "Deux.", "Trois.")])
    assert to_markdown(reply) == "Un. [1] Deux. [1] Trois. [1]" and len(citations_of(reply)) == 1


@pytest.fixture
def full(cited) -> Answer:
    """A reply with every part."""
    criteria = (
        Criterion("applicant", "unknown", "row", {"fr": "Un acteur public est demandé.", "en": "A public actor is asked for."}, ("eligibility-private-bodies",)),
        Criterion("ai", "met", "row", {"fr": "Le projet utilise l’IA.", "en": "The project uses AI."}, ("nobody-states-it",)),
    )  # fmt: skip
    return answer(
        [Claim("L’organisme privé a une condition.", (cited["private-bodies/fr"],))],
        preface=[Claim("L’appel est clos.", (cited["closed/fr"], cited["deadline/fr"]))],
        opening="Cela dépend.",
        closing="À préciser.",
        kind="clarification",
        verdict=Verdict("depends", "closed", False, criteria, ("applicant",)),
        understood=(Understood("applicant", "private", "organisme\u00a0: organisme privé", "start-up"),),
        criterion_citations=(cited["private-bodies/fr"],),
        follow_ups=("Qui peut candidater ?",),
    )


def test_the_object_is_that_of_the_contract(full):
    assert breaches(to_json(full)) == []


def test_each_field_says_what_the_answer_says(full, passage_of):
    reply = to_json(full)
    assert reply["kind"] == "clarification" and reply["language"] == "fr" and reply["as_of"] == "2023-09-01"
    assert reply["text"] == to_markdown(full) and reply["engine"] == "extractive"
    assert reply["claims"] == [
        {"text": "L’appel est clos.", "citations": [1, 2]},
        {"text": "L’organisme privé a une condition.", "citations": [3]},
    ]
    private = passage_of["private-bodies/fr"]
    assert reply["citations"][2] == {
        "number": 3,
        "passage_id": "private-bodies/fr",
        "source_id": private.source_id,
        "title": "Organismes privés",
        "locator": private.locator,
        "quote": private.text,
        "official": False,
        "references": [
            {"title": "L’appel à projets", "publisher": "CNIL", "url": "https://www.cnil.example/appel", "date": "2023-07-21",
             "pinpoint": "rubrique 2"}
        ],
        "fact_ids": ["eligibility-private-bodies", "eligibility-private-route-partnership"],
        "confidence": "high",
    }  # fmt: skip
    assert reply["verdict"] == {
        "status": "depends",
        "window": "closed",
        "not_priority": False,
        "criteria": [
            {"id": "applicant", "status": "unknown", "because": "Un acteur public est demandé.", "citations": [3]},
            {"id": "ai", "status": "met", "because": "Le projet utilise l’IA.", "citations": []},
        ],
        "missing": ["applicant"],
    }
    assert reply["follow_ups"] == ["Qui peut candidater ?"] and reply["timings_ms"] == {"total": 1.2}


def test_the_object_is_json(full):
    assert json.loads(json.dumps(to_json(full), ensure_ascii=False)) == to_json(full)


def test_a_reply_without_verdict_says_null(cited):
    assert to_json(answer([Claim("Un fait.", (cited["fine/fr"],))]))["verdict"] is None


def test_the_reasons_are_in_the_language_of_the_answer(full):
    from dataclasses import replace

    english = replace(full, question=replace(full.question, language="en"))
    assert to_json(english)["verdict"]["criteria"][1]["because"] == "The project uses AI."


def test_the_object_has_the_fields_of_the_contract_and_no_other(full):
    assert to_json(full).keys() == Reply.model_fields.keys()
