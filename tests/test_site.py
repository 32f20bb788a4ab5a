"""The pages and routes, without a browser: what they accept, refuse, show and keep."""

from __future__ import annotations

import html
import json
import logging
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import anyio
import pytest
from e2e.fakes import CALL, HOSTILE, FakeAssistant
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from assistant.render import to_markdown
from assistant.site.check import corrections, read_values, tell_situation
from assistant.site.engine import notice_on
from assistant.site.gate import WAYS, find_way
from assistant.site.limits import Overloaded, Pace, Turnstile
from assistant.site.options import SiteOptions
from assistant.site.reply import highlight, to_html
from assistant.site.switches import FORCED, force_switches
from assistant.site.texts import CHECK_TEXTS, SCRIPT_TEXTS, TEXTS, raw, say
from assistant.site.typography import in_full, today_in_paris, typed, typeset
from assistant.stated import state, take_stated
from assistant.vocabulary import Understood
from corpus.passages import Language

ROOT = Path(__file__).parents[1]
STYLE = ROOT / "assistant" / "site" / "static" / "style.css"


@pytest.fixture(scope="module")
def assistant() -> FakeAssistant:
    return FakeAssistant()


def open_site(assistant: FakeAssistant, **options: Any) -> TestClient:
    from assistant.site import build_site

    chosen = {"questions_per_minute": 0, "origin": "https://assistant.example.fr"} | options
    return TestClient(build_site(assistant, SiteOptions(**chosen)), raise_server_exceptions=False)


@pytest.fixture(scope="module")
def site(assistant: FakeAssistant) -> Iterator[TestClient]:
    with open_site(assistant) as client:
        yield client


def post(site: TestClient, body: Any, **headers: str) -> Any:
    return site.post("/ask", json=body, headers=headers)


# Pages


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("/", "fr"),
        ("/en", "en"),
        ("/confidentialite", "fr"),
        ("/en/privacy", "en"),
        ("/accessibilite", "fr"),
        ("/en/accessibility", "en"),
    ],
)
def test_a_page_says_its_language_title_and_where_the_call_stands(site: TestClient, path: str, language: str) -> None:
    response = site.get(path)
    assert response.status_code == 200
    assert re.search(rf'<html\s+lang="{language}"', response.text)
    assert re.search(r"<title>[^<]{10,}</title>", response.text)
    closed = {"fr": "clos depuis le 30\u00a0septembre\u00a02023", "en": "closed on 30\u00a0September\u00a02023"}
    assert closed[language] in response.text
    assert "gradio.app" not in response.text
    assert "githubusercontent" not in response.text


@pytest.mark.parametrize(("path", "words"), [("/", "N’écrivez pas de données personnelles"), ("/en", "personal data")])
def test_the_notice_can_be_read_without_any_script(site: TestClient, path: str, words: str) -> None:
    page = site.get(path).text
    assert words in page[page.index("<noscript>") : page.index("</noscript>")]


def test_every_script_of_the_chat_page_carries_the_nonce_of_its_policy(site: TestClient) -> None:
    response = site.get("/")
    nonce = re.search(r"'nonce-([^']+)'", response.headers["content-security-policy"])
    assert nonce
    assert "unsafe-eval" not in response.headers["content-security-policy"]
    scripts = re.findall(r"<script[^>]*>", response.text)
    assert len(scripts) > 3
    assert all(f'nonce="{nonce[1]}"' in tag for tag in scripts if "application/json" not in tag)
    assert site.get("/").headers["content-security-policy"] != response.headers["content-security-policy"]


# Answers over HTTP


def test_ask_gives_the_object_of_the_contract(site: TestClient) -> None:
    response = post(site, {"question": "Quelle était la date limite ?", "as_of": "2023-09-01"})
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    answer = response.json()
    assert answer["kind"] == "answer"
    assert answer["as_of"] == "2023-09-01"
    assert answer["claims"][0]["citations"] == [1]
    assert answer["citations"][0]["number"] == 1


def test_ask_hands_over_the_earlier_messages(site: TestClient, assistant: FakeAssistant) -> None:
    post(site, {"question": "Et une commune ?", "conversation": ["Bonjour", "Et les start-up ?"]})
    assert assistant.asked[-1] == ("Et une commune ?", ("Bonjour", "Et les start-up ?"))


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        pytest.param({"question": ""}, 422, "empty_question", "Écrivez d’abord", id="empty"),
        pytest.param({"question": " \n\t"}, 422, "empty_question", "Écrivez d’abord", id="blank"),
        pytest.param({"question": "x" * 5000}, 422, "question_too_long", "5000", id="5,000 characters"),
        pytest.param({}, 422, "bad_field", "question", id="no question"),
        pytest.param({"question": 3}, 422, "bad_field", "question", id="a number"),
        pytest.param({"question": "a", "conversation": "b"}, 422, "bad_field", "conversation", id="not a list"),
        pytest.param({"question": "a", "conversation": ["b"] * 13}, 422, "bad_field", "12 messages", id="13 messages"),
        pytest.param({"question": "a", "conversation": [{}]}, 422, "bad_field", "conversation", id="not messages"),
        pytest.param({"question": "a", "language": "de"}, 422, "bad_field", "language", id="German"),
        pytest.param({"question": "a", "as_of": "hier"}, 422, "bad_field", "2023-09-01", id="no date"),
        pytest.param({"question": "a", "lang": "fr"}, 422, "unknown_field", "language", id="misspelt field"),
        pytest.param({"question": "x" * 20_000}, 413, "too_big", "16\u00a0ko", id="20 kB"),
        pytest.param([1], 400, "not_json", "JSON", id="a list"),
    ],
)
def test_a_bad_request_is_refused_with_a_reason(
    site: TestClient, body: Any, status: int, code: str, words: str
) -> None:
    response = post(site, body)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (status, code)
    assert words in error["message"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"\xff\xfe", b'{"question": "\\ud800"}', b"[" * 9000, b'{"question":' + b'"a",' * 9],
)
def test_broken_bodies_never_reach_the_engine(site: TestClient, assistant: FakeAssistant, body: bytes) -> None:
    before = len(assistant.asked)
    response = site.post("/ask", content=body, headers={"content-type": "application/json"})
    assert 400 <= response.status_code < 500
    assert response.json()["error"]["message"]
    assert len(assistant.asked) == before


def test_a_body_that_is_not_declared_as_json_is_refused(site: TestClient) -> None:
    # A page of another origin can only post without asking as a form or as plain text.
    assert site.post("/ask", content=b'{"question": "a"}', headers={"content-type": "text/plain"}).status_code == 415


def test_errors_speak_the_language_that_the_browser_asks_for(site: TestClient) -> None:
    error = site.post("/ask", json={"question": ""}, headers={"accept-language": "en-GB"}).json()["error"]
    assert error["message"] == "Please write your question first."


def test_an_internal_error_tells_a_reference_and_nothing_else(
    site: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        response = post(site, {"question": "une panne s'il vous plaît"})
    message = response.json()["error"]["message"]
    reference = re.search(r"référence ([0-9a-f]{8})", message)
    assert response.status_code == 500
    assert reference
    assert reference[1] in caplog.text
    assert "boom" not in message + caplog.text
    assert "plaît" not in caplog.text
    assert "content-security-policy" in response.headers


def test_the_example_of_the_documentation_runs(site: TestClient) -> None:
    body = json.loads('{"question": "Une commune peut-elle candidater ?", "as_of": "2023-09-01"}')
    answer = post(site, body).json()
    assert answer["verdict"]["status"] == "eligible"
    assert answer["verdict"]["window"] == "open"


# The reply as HTML


class Outline(HTMLParser):
    """The tags and links of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[dict[str, str | None]] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = dict(attrs)
        assert not any(name.startswith("on") for name in values), f"an event handler in <{tag}>"
        if tag == "a":
            self.links.append(values)
        if values.get("id"):
            self.ids.append(str(values["id"]))


def card(assistant: FakeAssistant, question: str) -> str:
    return to_html(assistant.ask(question, as_of=date(2023, 9, 1)), "r1", to_copy="copie")


def test_hostile_texts_stay_text(assistant: FakeAssistant) -> None:
    outline = Outline(card(assistant, "injection"))
    assert not {"script", "img", "iframe", "form", "style"} & set(outline.tags)
    assert all(str(link["href"]).startswith(("#", "https://", "/document/texts/")) for link in outline.links)
    assert HOSTILE not in card(assistant, "injection")


@pytest.mark.parametrize(
    "question", ["start-up", "commune", "date limite", "bonjour", "budget", "What was the deadline?"]
)
def test_a_card_points_to_what_exists_once(assistant: FakeAssistant, question: str) -> None:
    outline = Outline(card(assistant, question))
    assert len(outline.ids) == len(set(outline.ids))
    targets = [str(link["href"])[1:] for link in outline.links if str(link["href"]).startswith("#")]
    assert set(targets) <= set(outline.ids)
    assert all(link["target"] == "_blank" for link in outline.links if str(link["href"]).startswith("http"))


def test_the_state_comes_first_and_in_words(assistant: FakeAssistant) -> None:
    assert "Cela dépend" in card(assistant, "start-up")
    assert "Les sources ne le disent pas" in card(assistant, "budget")


def test_a_quote_is_marked_inside_its_section_and_nowhere_else() -> None:
    paragraphs = highlight("Un début.\n\nIl faut un acteur\npublic, au moins.\n\nFin.", "un acteur\npublic")
    assert [[(piece.text, piece.marked) for piece in paragraph] for paragraph in paragraphs] == [
        [("Un début.", False)],
        [("Il faut ", False), ("un acteur public", True), (", au moins.", False)],
        [("Fin.", False)],
    ]
    assert not any(piece.marked for paragraph in highlight("Un texte.", "autre") for piece in paragraph)


def test_the_page_gets_the_card_from_the_same_door(site: TestClient) -> None:
    response = site.post("/ask", json={"question": "Quelle était la date limite ?"}, headers={"accept": "text/html"})
    assert response.headers["content-type"].startswith("text/html")
    assert 'data-kind="answer"' in response.text


# Texts


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_french_is_typeset_and_both_languages_have_the_same_slots(key: str) -> None:
    french, english = (re.sub(r"\{\{.*?\}\}", "", raw(key, language)) for language in ("fr", "en"))
    assert french.strip()
    assert english.strip()
    assert not re.search(r"(?<!\u00a0)[;?!»](?!\w)|« |\w'\w|(?<=\w):(?=\s)", french), french
    assert "'" not in english
    assert set(re.findall(r"\{(\w+)\}", french)) == set(re.findall(r"\{(\w+)\}", english))
    assert "!" not in french + english


def test_the_script_says_only_texts_that_exist() -> None:
    used = set(re.findall(r"texts\.(\w+)", "".join(file.read_text() for file in STYLE.parent.glob("*.js"))))
    assert used - {"language"} <= {*SCRIPT_TEXTS, *CHECK_TEXTS}


def test_typesetting_keeps_what_is_right() -> None:
    assert (
        typeset("« l'appel » : 1 000 ? https://a.fr") == "«\u00a0l’appel\u00a0»\u00a0: 1\u00a0000\u00a0? https://a.fr"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("le 22 novembre 2023, dès le 1er mai ou en juin 2024", "le 22~novembre~2023, dès le 1er~mai ou en juin~2024"),
        ("on 3 May 2024, then in June 2025", "on 3~May~2024, then in June~2025"),
        ("128 mai, 5 may or 2023 may", "128 mai, 5 may or 2023 may"),
        ("""the "AI" sandbox ("2023"), officials' 'tools'""", "the “AI” sandbox (“2023”), officials’ ‘tools’"),
    ],
)
def test_dates_hold_together_and_quotation_marks_are_curled(text: str, shown: str) -> None:
    assert typed(text) == shown.replace("~", "\u00a0")


@pytest.mark.parametrize(
    "question", ["Une start-up seule ?", "Can a start-up apply, in the rules?", "La date limite ?"]
)
def test_what_a_card_shows_is_typeset_and_what_it_sends_or_copies_is_not(
    assistant: FakeAssistant, question: str
) -> None:
    answer = assistant.ask(question, as_of=date(2023, 9, 1))
    page = to_html(answer, "r1", to_copy=to_markdown(answer))
    shown = html.unescape(re.sub(r"<[^>]*>", "", page))
    assert not re.findall(r".{9} [;:?!»]|« .{9}|.{9}['\"].{9}|\d (?:septembre|September|juillet)", shown)
    assert to_markdown(answer) in html.unescape(page)


# What the check and the labels write is read to the letter


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_stated_in_the_words_of_the_call_is_read_to_the_letter(language: Language) -> None:
    for field in CALL.fields:
        for value in field.values:
            readings, rest = take_stated(f"Avant. {state(field, value, language)} Après ?", CALL)
            assert {name: reading.value for name, reading in readings.items()} == {field.id: value.id}
            assert "Avant" in rest
            assert "Après ?" in rest
            assert field.label[language] not in rest


def test_a_statement_is_a_whole_sentence_and_the_last_one_wins() -> None:
    assert take_stated("Thème : santé des sols.", CALL) == ({}, "Thème : santé des sols.")
    assert take_stated("Mon thème : santé.", CALL)[0] == {}
    readings, _ = take_stated(
        "Organisme : association ; acteur public associé : oui. Organisme : organisme privé.", CALL
    )
    assert {name: reading.value for name, reading in readings.items()} == {
        "applicant": "private",
        "public_partner": "yes",
    }


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "values",
    [
        {
            "applicant": "private",
            "public_partner": "no",
            "shared_need": "several",
            "stage": "before",
            "theme": "health",
        },
        {"applicant": "association", "established": "abroad", "public_partner": "yes", "uses_ai": "no"},
        {"applicant": "entrusted", "public_service": "no", "stage": "evolution", "personal_data": "no"},
    ],
)
def test_the_check_carried_into_the_chat_is_understood_as_it_was_answered(
    language: Language, values: dict[str, str]
) -> None:
    from assistant.situation import eligibility_scope, read_situation

    message = tell_situation(values, CALL, language)
    assert {name: reading.value for name, reading in read_situation([message], CALL).readings.items()} == values
    assert eligibility_scope(message, []) == "own"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_label_can_be_corrected_to_any_value(language: Language) -> None:
    from assistant.situation import read_situation

    before = {"fr": "Nous sommes une PME, peut-on candidater ?", "en": "We are a company, can we apply?"}[language]
    for field in CALL.fields:
        offered = corrections(CALL, [Understood(field.id, field.values[0].id, "", "")], language)[field.id]
        assert len(offered.choices) == len(field.values)
        for choice, value in zip(offered.choices, field.values, strict=True):
            situation = read_situation([before, choice.message], CALL)
            assert situation.value(field.id) == value.id, choice.message


# The guided check


def test_the_check_shows_the_verdict_of_the_rules_without_any_script(site: TestClient) -> None:
    answers = {"applicant": "private", "public_partner": "no", "shared_need": "none"}
    page = site.post("/eligibilite", data=answers)
    assert page.status_code == 200
    assert "Non éligible, d’après les règles" in page.text
    assert re.search(r'value="private" checked', page.text)
    assert "Organisme candidat" in page.text


@pytest.mark.parametrize("field", [field.id for field in CALL.fields])
def test_every_question_of_the_call_is_asked_in_both_languages(site: TestClient, field: str) -> None:
    for path, language in (("/eligibilite", "fr"), ("/en/eligibility", "en")):
        page = html.unescape(site.get(path).text)
        assert CALL.field(field).question[language] in page  # type: ignore[index]
        assert all(value.label[language][1:] in page for value in CALL.field(field).values)  # type: ignore[index]


YES = {"applicant": "public", "uses_ai": "yes", "public_service": "yes", "stage": "before"}


def read_card(site: TestClient, answers: dict[str, str], language: Language = "fr") -> str:
    path = {"fr": "/eligibilite/verdict", "en": "/en/eligibility/verdict"}[language]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", site.post(path, data=answers).text)).split())


def test_a_yes_that_leaves_a_point_open_says_so(site: TestClient) -> None:
    card = read_card(site, YES)
    assert "Éligible, d’après les règles" in card
    assert "le projet remplit les conditions de l’appel. Un point reste ouvert : données personnelles." in card
    assert "toutes les conditions" not in card
    assert "every condition" not in read_card(site, YES, "en")
    assert "One point remains open: personal data." in read_card(site, YES, "en")
    assert "toutes les conditions de l’appel sont remplies" in read_card(site, YES | {"personal_data": "yes"})


@pytest.mark.parametrize(
    ("answers", "french", "english"),
    [
        pytest.param(
            YES | {"uses_ai": "no"},
            "une condition n’est pas remplie : intelligence artificielle.",
            "a condition is not met: artificial intelligence.",
            id="one condition not met",
        ),
        pytest.param(
            YES | {"uses_ai": "no", "public_service": "no", "stage": "deployed"},
            "plusieurs conditions ne sont pas remplies : intelligence artificielle, service public et maturité.",
            "several conditions are not met: artificial intelligence, public service and maturity.",
            id="three conditions not met",
        ),
        pytest.param(
            YES | {"stage": "evolution"}, "sur ce point : maturité.", "on this point: maturity.", id="one silence"
        ),
        pytest.param(
            YES | {"applicant": "individual", "stage": "evolution"},
            "sur ces points : organisme candidat et maturité.",
            "on these points: applicant and maturity.",
            id="two silences",
        ),
    ],
)
def test_the_sentence_agrees_with_what_it_names(
    site: TestClient, answers: dict[str, str], french: str, english: str
) -> None:
    assert french in read_card(site, answers)
    assert english in read_card(site, answers, "en")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"applicant": "association"}, "ne traite nommément des associations"),
        ({"applicant": "research"}, "ne parle expressément des universités"),
        ({"applicant": "entrusted"}, "cette liste est donnée à titre d’exemples"),
        ({"stage": "deployed"}, "Les éditions 2021 et 2022 écartaient expressément"),
        ({"theme": "cameras"}, "« non prioritaire » ne veut pas dire irrecevable"),
        ({"theme": "security"}, "Aucune source consultée ne dit si les projets de police"),
    ],
)
def test_what_the_rules_add_is_said_once(site: TestClient, answers: dict[str, str], words: str) -> None:
    response = site.post("/eligibilite/verdict", data=answers)
    said = re.findall(r'<p class="because">(.*?)</p>', typeset(html.unescape(response.text)).replace("\u00a0", " "))
    assert "".join(said).count(words) == 1


def test_what_the_rules_add_is_quoted_with_its_source(site: TestClient) -> None:
    marked = re.findall(
        r"<mark>(.*?)</mark>", site.post("/eligibilite/verdict", data={"applicant": "association"}).text
    )
    quote = next(quote for quote in marked if "nommément des associations" in quote)
    assert "Rien d" not in quote


def test_what_is_supposed_is_said(site: TestClient) -> None:
    supposed = "le verdict suppose : « Établissement : en France. »"
    assert supposed in read_card(site, YES)
    assert "the verdict supposes: “Place of establishment: in France.”" in read_card(site, YES, "en")
    for answers in ({}, YES | {"established": "france"}, YES | {"established": "abroad"}):
        assert supposed not in read_card(site, answers)


def test_what_was_not_answered_is_not_said_to_be_so(site: TestClient) -> None:
    assert "Thème : remplie, quelle que soit la réponse" in read_card(site, {})
    assert "Thème : remplie Aucune" in read_card(site, {"theme": "health"})


def test_the_verdict_alone_carries_the_message_for_the_chat(site: TestClient) -> None:
    response = site.post("/en/eligibility/verdict", data={"applicant": "public", "uses_ai": "yes"})
    assert 'data-status="depends"' in response.text
    assert "Body: public body." in response.text
    assert response.headers["cache-control"] == "no-store"


def test_the_document_says_its_date_its_rules_and_its_sources(site: TestClient) -> None:
    response = site.post("/eligibilite/document", data={"applicant": "private", "public_partner": "yes"})
    assert response.headers["content-disposition"].startswith('attachment; filename="eligibilite-')
    assert in_full(date.fromisoformat(CALL.version), "fr") in response.text
    assert CALL.version not in response.text
    assert "https://www.cnil.fr/fr/appel-a-projets" in response.text
    assert "<script" not in response.text


@pytest.mark.parametrize("path", ["/eligibilite/document", "/en/eligibility/document"])
def test_the_document_stands_alone(site: TestClient, path: str) -> None:
    page = site.post(path, data={"applicant": "private", "public_partner": "yes"}).text
    outline = Outline(page)
    assert len(outline.links) > 1
    assert all(str(link["href"]).startswith("https://") for link in outline.links)
    assert not re.search(r"url\(|src=|<link", page)


@pytest.mark.parametrize("body", [b"applicant=king", b"applicant=%ff%00", b"&" * 999, b"x=" + b"y" * 9000, b"\xff"])
def test_strange_answers_are_left_aside(site: TestClient, body: bytes) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    response = site.post("/eligibilite/verdict", content=body, headers=headers)
    assert response.status_code == 200
    assert 'data-message=""' in response.text


def test_an_answer_that_no_longer_makes_sense_is_dropped() -> None:
    assert read_values("applicant=public&public_partner=no", CALL) == {"applicant": "public"}


# Where the call stands, to the second

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        ("2023-07-20T23:59:59+02:00", "pas encore ouvert"),
        ("2023-07-21T00:00:00+02:00", "ouvert jusqu’au 30 septembre 2023"),
        ("2023-09-30T23:59:59+02:00", "ouvert jusqu’au 30 septembre 2023"),
        ("2023-09-30T21:59:59+00:00", "ouvert jusqu’au 30 septembre 2023"),
        ("2023-09-30T22:00:00+00:00", "pas encore publiés"),
        ("2023-09-30T17:59:59-04:00", "ouvert jusqu’au 30 septembre 2023"),
        ("2023-10-01T06:59:59+09:00", "ouvert jusqu’au 30 septembre 2023"),
        ("2023-10-01T07:00:00+09:00", "pas encore publiés"),
        ("2023-10-01T00:00:00+02:00", "pas encore publiés"),
        ("2023-10-29T02:30:00+01:00", "pas encore publiés"),
        ("2023-11-21T23:59:59+01:00", "pas encore publiés"),
        ("2023-11-22T00:00:00+01:00", "22 novembre 2023"),
        ("2024-02-29T12:00:00+01:00", "22 novembre 2023"),
        ("2026-12-31T23:59:59+01:00", "22 novembre 2023"),
    ],
)
def test_the_notice_is_right_to_the_second(instant: str, words: str) -> None:
    notice = notice_on(today_in_paris(datetime.fromisoformat(instant)), CALL, "fr")
    assert words in notice.replace("\u00a0", " ")


# The gate


@pytest.mark.parametrize("path", ["queue/join", "call/ask", "call/v2/ask"])
@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"\xff\xfe", b'{"data": []}', b'{"data": [1]}', b'{"data": ["a", "b"]}', b'{"question": 3}',
     b'{"question": "\\ud800"}', b'{"data": ["a"], "fn_index": 99, "session_hash": ""}',
     b'{"data": ["a"], "fn_index": 0, "session_hash": "../../etc"}', b'{"question": "a", "conversation": [1]}'],
)  # fmt: skip
def test_what_gradio_could_not_read_never_reaches_it(site: TestClient, path: str, body: bytes) -> None:
    response = site.post(f"/gradio_api/{path}", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert "ask" in response.json()["error"]["message"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(
        ["/ask", "/feedback", "/eligibilite/verdict", "/gradio_api/queue/join", "/gradio_api/call/ask"]
    ),
    kind=st.sampled_from(["application/json", "text/plain", "application/x-www-form-urlencoded"]),
    body=st.binary(max_size=400)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["question", "conversation", "language", "as_of", "opinion", "data", "fn_index"]), inner
            )
        ),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode()),
)
def test_no_body_makes_the_site_fail(site: TestClient, path: str, kind: str, body: bytes) -> None:
    response = site.post(path, content=body, headers={"content-type": kind})
    assert response.status_code < 500


PROBES = [
    "/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/gradio_api/file=https://evil.example/", "/gradio_api/runs",
    "/gradio_api/proxy=https://evil.example/", "/gradio_api/deep_link?session_hash=x", "/gradio_api/run-history/records",
    "/gradio_api/run/ask", "/gradio_api/api/ask", "/gradio_api/call/other", "/gradio_api/openapi.json", "/docs", "/redoc",
    "/openapi.json", "/gradio_api/stream/abc", "/gradio_api/stream/abc/close", "/gradio_api/custom_component/a/b/c/d",
    "/gradio_api/process_recording", "/gradio_api/token", "/gradio_api/user", "/gradio_api/mcp", "/gradio_api/mcp/sse",
    "/gradio_api/vibe-edit", "/gradio_api/vibe-code", "/gradio_api/reset", "/gradio_api/cancel", "/monitoring",
    "/monitoring/summary", "/login", "/logout", "/gradio_api/login_check", "/gradio_api/app_id", "/gradio_api/dev/reload",
    "/manifest.json", "/pwa_icon", "/gradio_api/upload_progress", "/gradio_api/component_server", "/svelte/svelte.js",
    "/static/img/logo.svg", "/static/js/iframeResizer.contentWindow.min.js", "/assets/../app.py", "/assets/%2e%2e/app.py",
    "/assets/..%2f..%2fapp.py", "//etc/passwd", "/site/../templates.py", "/site/..%2ftemplates.py", "/site/%00", "/site/",
    "/site/.env", "/assets\\..\\app.py", "/en/gradio_api/upload", "/en/docs", "/fr", "/equipe", "/staff", "/.git/config",
    "/gradio_api/startup-events", "/gradio_api/profiling/traces", "/gradio_api/queue/status", "/config.json", "/%65n",
    "/gradio_api/info/../upload", "/assets/a/b", "/assets/C:\\x", "/en/en", "/ask/", "/health/", "/robots.txt/",
    "/document", "/document/", "/en/document", "/documents", "/document//x", "/document/x/", "/document/x/page-.webp",
    "/document/x/page-01.webp", "/document/x/page-1.png", "/document/x/original", "/document/x/y/z/t", "/document/library.json",
    "/en/document/x/page-1.webp", "/en/document/x/original.pdf",
]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_only_what_the_page_needs_exists(site: TestClient, method: str) -> None:
    for probe in PROBES:
        response = site.request(method, f"http://testserver{probe}", headers={"origin": "https://evil.example"})
        assert response.status_code in (404, 405), probe
        assert "content-security-policy" in response.headers
        assert "root:" not in response.text


def test_every_mounted_route_outside_the_list_is_out_of_reach(site: TestClient) -> None:
    from gradio.routes import App

    from assistant.site.chat_page import build_page

    async def ask(question: str) -> str:
        return question

    def paths(routes: Any, before: str = "") -> Iterator[str]:
        for route in routes:
            path = before + getattr(route, "path", "")
            inner = getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", None)
            if inner:
                yield from paths(inner, path)
            else:
                yield path

    routes = set(paths(App.create_app(build_page("fr", (), "/x", ask)).routes))
    assert len(routes) > 40
    allowed = {route for route in routes if find_way(re.sub(r"\{[^}]+\}", "x" * 32, route))}
    assert allowed <= {
        "/", "/config", "/config/", "/assets/{path:path}", "/theme.css", "/gradio_api/info", "/gradio_api/info/",
        "/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/heartbeat/{session_hash}", "/robots.txt",
        "/favicon.ico", "/gradio_api/call/{api_name}/{event_id}",
    }, allowed  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/en",
        "/health",
        "/ask",
        "/absent",
        "/theme.css",
        "/gradio_api/info",
        "/site/style.css",
        "/document/acte-essai",
        "/document/official-rapport/page-1.webp",
        "/document/official-rapport/original.pdf",
        "/document/absent",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "PATCH"])
def test_every_response_carries_the_security_headers(site: TestClient, path: str, method: str) -> None:
    headers = site.request(method, path).headers
    for name in (
        "content-security-policy",
        "x-content-type-options",
        "referrer-policy",
        "permissions-policy",
        "cache-control",
    ):
        assert name in headers, name
    assert "server" not in headers
    assert "set-cookie" not in headers


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "https://assistant.example.fr.evil.example", "http://assistant.example.fr",
     "https://assistant.example.fr:8443", "https://x.assistant.example.fr", "http://localhost:3000"],
)  # fmt: skip
@pytest.mark.parametrize("host", ["assistant.example.fr", "localhost:7860", "evil.example"])
def test_no_other_origin_may_read(site: TestClient, origin: str, host: str) -> None:
    for method, path in [
        ("GET", "/"), ("GET", "/config"), ("POST", "/ask"), ("OPTIONS", "/ask"), ("GET", "/gradio_api/info"),
        ("OPTIONS", "/gradio_api/queue/join"),
    ]:  # fmt: skip
        headers = {"origin": origin, "host": host, "access-control-request-method": "POST"}
        response = site.request(method, path, headers=headers)
        assert "access-control-allow-origin" not in response.headers
        assert "access-control-allow-credentials" not in response.headers


def test_our_own_origin_may_read_without_credentials(site: TestClient) -> None:
    headers = site.post("/ask", json={"question": "date"}, headers={"origin": "https://assistant.example.fr"}).headers
    assert headers["access-control-allow-origin"] == "https://assistant.example.fr"
    assert "access-control-allow-credentials" not in headers


# Pace, places, switch, opinions


def test_one_address_is_held_to_its_pace_and_others_are_not() -> None:
    pace = Pace(per_minute=15, burst=5)
    waits = [pace.seconds_to_wait("203.0.113.7") for _ in range(20)]
    assert waits[:5] == [0] * 5
    assert all(1 <= wait <= 60 for wait in waits[5:])
    assert pace.seconds_to_wait("203.0.113.8") == 0
    assert "203.0.113" not in repr(vars(pace.limiter.storage))


def test_the_key_of_the_pace_changes_every_day() -> None:
    days = iter([date(2023, 9, 1), date(2023, 9, 1), date(2023, 9, 2)])
    pace = Pace(1, 1, today=lambda: next(days))
    first = pace.key
    assert pace.seconds_to_wait("a") == 0
    assert pace.seconds_to_wait("a") == 0
    assert pace.key != first


def test_too_many_questions_get_429_and_when_to_come_back(assistant: FakeAssistant) -> None:
    client = open_site(assistant, questions_per_minute=15, burst=3)
    statuses = [post(client, {"question": "date"}).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    refusal = post(client, {"question": "date"})
    assert int(refusal.headers["retry-after"]) >= 1
    assert "Réessayez dans" in refusal.json()["error"]["message"]
    assert client.get("/health").status_code == 200


def test_a_page_asked_too_often_is_refused_by_a_page(assistant: FakeAssistant) -> None:
    client = open_site(assistant, questions_per_minute=1, burst=1)
    answers, seen = {"applicant": "public"}, {"accept": "text/html,*/*"}
    pages = [client.post("/en/eligibility/document", data=answers, headers=seen) for _ in range(9)]
    assert pages[-1].status_code == 429
    assert int(pages[-1].headers["retry-after"]) >= 1
    assert pages[-1].headers["content-type"].startswith("text/html")
    assert "Many requests in a short time" in pages[-1].text
    assert "/en/eligibility" in pages[-1].text
    # What a script asks for stays what a script reads.
    refusal = client.post("/eligibilite/verdict", data=answers)
    assert "beaucoup de demandes" in refusal.json()["error"]["message"]


def test_when_too_many_wait_the_next_one_is_refused() -> None:
    async def scenario() -> list[str]:
        turnstile, release, outcomes = Turnstile(1, 1, patience=5), threading.Event(), []

        async def one(name: str) -> None:
            try:
                await turnstile.run(lambda: release.wait(5))
                outcomes.append(f"{name} served")
            except Overloaded:
                outcomes.append(f"{name} refused")

        async with anyio.create_task_group() as tasks:
            for name in ("first", "second", "third"):
                tasks.start_soon(one, name)
                await anyio.sleep(0.05)
            release.set()
        return outcomes

    assert anyio.run(scenario) == ["third refused", "first served", "second served"]


def test_a_damaged_index_turns_health_red_and_tells_no_path(caplog: pytest.LogCaptureFixture) -> None:
    assistant = FakeAssistant()
    with open_site(assistant) as client:
        assert client.get("/health").status_code == 200
        assistant.index.trouble = "Files of the index '/srv/index' were removed."
        response = client.get("/health")
        assert (response.status_code, response.json()["status"]) == (503, "degraded")
        assert "/srv" not in response.text
        assert "/srv/index" in caplog.text
        assert post(client, {"question": "Quelle était la date limite ?"}).status_code == 200


def test_the_operator_can_close_the_chat_at_once(assistant: FakeAssistant, tmp_path: Path) -> None:
    client = open_site(assistant, chat_closed_file=tmp_path / "closed")
    assert client.get("/").status_code == 200
    (tmp_path / "closed").touch()
    page, answer = client.get("/"), post(client, {"question": "date"})
    assert (page.status_code, answer.status_code) == (503, 503)
    assert "https://www.cnil.fr/" in page.text
    assert "https://www.cnil.fr/" in answer.json()["error"]["message"]
    assert client.get("/eligibilite").status_code == 200
    assert client.get("/health").json()["status"] == "closed"


def test_opinions_are_counters_and_nothing_else(assistant: FakeAssistant, tmp_path: Path) -> None:
    file = tmp_path / "opinions.json"
    client = open_site(assistant, feedback_file=file)
    for body in (
        {"opinion": "up", "kind": "answer"},
        {"opinion": "up", "kind": "answer"},
        {"opinion": "up", "kind": "answer", "undo": True},
        {"opinion": "report", "kind": "verdict", "reason": "misread"},
    ):
        assert client.post("/feedback", json=body).status_code == 204
    for body in (
        {"opinion": "up", "kind": "my name is Jeanne"},
        {"opinion": "up", "kind": "answer", "comment": "texte"},
        {"opinion": "up"},
        {"opinion": ["up"], "kind": "answer"},
    ):
        assert client.post("/feedback", json=body).status_code == 422
    assert json.loads(file.read_text()) == {"report/verdict/misread": 1, "up/answer": 1}


def test_nothing_that_is_asked_is_written_anywhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    client = open_site(FakeAssistant(), feedback_file=tmp_path / "opinions.json")
    with caplog.at_level(logging.DEBUG):
        for number in range(40):
            post(client, {"question": f"canari-{number:04d} et la date ?", "conversation": ["canari-avant"]})
        post(client, {"question": "canari-panne"})
        client.post("/feedback", json={"opinion": "down", "kind": "answer"})
    assert "canari" not in caplog.text
    assert not any(b"canari" in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


# Starting


def test_hostile_switches_are_overridden_and_named(tmp_path: Path) -> None:
    hostile = {
        "GRADIO_SHARE": "True", "GRADIO_ALLOWED_PATHS": "/", "GRADIO_RUN_HISTORY": "True", "GRADIO_MCP_SERVER": "True",
        "GRADIO_SSR_MODE": "True", "GRADIO_VIBE_MODE": "1", "GRADIO_ANALYTICS_ENABLED": "True", "GRADIO_ROOT_PATH": "/x",
        "GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_TEMP_DIR": "/", "GRADIO_DEBUG": "1", "LANGSMITH_TRACING": "true",
        "LANGSMITH_TRACING_V2": "true", "LANGCHAIN_TRACING_V2": "true", "LANGCHAIN_API_KEY": "k", "HF_HUB_OFFLINE": "0",
        "LANGSMITH_ENDPOINT": "https://evil.example", "TRANSFORMERS_OFFLINE": "0", "OTEL_EXPORTER_OTLP_ENDPOINT": "https://evil",
        "CHROMA_OTEL_COLLECTION_ENDPOINT": "https://evil", "HTTPS_PROXY": "http://evil", "http_proxy": "http://evil",
        "ALL_PROXY": "socks5://evil", "SPACE_ID": "x/y", "SYSTEM": "spaces", "HF_ENDPOINT": "https://evil",
    }  # fmt: skip
    environment = {"PATH": "/bin", **hostile}
    assert force_switches(environment, tmp_path) == sorted(hostile)
    assert environment == {"PATH": "/bin", **FORCED, "GRADIO_TEMP_DIR": str(tmp_path)}
    assert force_switches(environment, tmp_path) == ["GRADIO_TEMP_DIR"]


def start_app(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
    return subprocess.run(
        [sys.executable, "app.py", *arguments],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_the_settings_and_an_argument_is_refused() -> None:
    told, refused = start_app("--help"), start_app("--port", "8000")
    assert (told.returncode, refused.returncode) == (0, 2)
    assert "ASSISTANT_PORT" in told.stdout and "--port" in refused.stderr


def test_a_taken_port_is_told_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = start_app(ASSISTANT_PORT=str(port))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert str(port) in done.stderr
    assert "ASSISTANT_PORT=" in done.stderr


def test_a_bad_setting_is_told_in_one_line() -> None:
    done = start_app(ASSISTANT_PORT="many")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "ASSISTANT_PORT" in done.stderr


# Colours


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_text_colour_contrasts_with_every_ground_it_stands_on(scheme: int) -> None:
    blocks = re.findall(r":root \{(.*?)\}", STYLE.read_text(), flags=re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[scheme]))
    for text in ("ink", "ink-soft", "accent", "eligible", "not-eligible", "depends", "not-settled"):
        for ground in ("page", "surface", "accent-soft"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["on-quote"], colours["quote"]) >= 4.5
    assert contrast(colours["on-accent"], colours["accent"]) >= 4.5
    assert contrast(colours["edge"], colours["page"]) >= 3


def test_the_ways_in_are_few() -> None:
    assert len(WAYS) < 25
    assert say("error_not_found", "fr")
