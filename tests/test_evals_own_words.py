"""What a reply owes in its own voice: a sentence neither cited nor its own, an altered claim, a verdict told otherwise than held."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from assistant import explain, wording
from assistant.judge import judge as judge_by_product
from assistant.vocabulary import Kind, Reading, Situation
from corpus.passages import Language
from evals import rules
from evals.case import Case, load_cases
from evals.frames import frame, spoken, window_sentence
from evals.judged import Judged, Recorded, judge
from evals.oracle import right_reply
from evals.own_words import _HEADLINES, _KIND_SAYS
from evals.proofs import Shelf, shelf_of_passages
from evals.reply import read_reply
from ingest.read import read_corpus

ROOT = Path(__file__).parents[1]
Answer = dict[str, Any]


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return shelf_of_passages(passage for document in read_corpus(ROOT / "corpus") for passage in document.passages)


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    return {case.id: case for case in load_cases([ROOT / "evals" / "cases" / "selftest"])}


def _flaws(case: Case, shelf: Shelf, spoil: Callable[[Answer], None]) -> set[str]:
    answer = copy.deepcopy(right_reply(case, shelf))
    spoil(answer)
    judged: Judged = judge(Recorded(case, answer), shelf)
    assert judged.reply, judged.reasons
    return {tally.name for tally in judged.tallies if tally.reasons}


def _adds(words: str) -> Callable[[Answer], None]:
    return lambda answer: answer.update(text=f"{answer['text']} {words}")


def _opens(words: str) -> Callable[[Answer], None]:
    return lambda answer: answer.update(text=f"{words} {answer['text']}")


def _claims(old: str, new: str) -> Callable[[Answer], None]:
    def change(answer: Answer) -> None:
        assert old in answer["text"]
        answer["text"] = answer["text"].replace(old, new)
        for claim in answer["claims"]:
            claim["text"] = claim["text"].replace(old, new)

    return change


@pytest.mark.parametrize(
    ("case", "spoil", "tally"),
    [
        pytest.param("self-hour-fr", _adds("Très probablement oui : vous pouvez y compter."), "owned", id="a hope"),
        pytest.param("self-deadline-fr", _adds("La CNIL accorde une subvention aux lauréats."), "owned", id="a fact"),
        pytest.param("self-deadline-fr", _opens("Effectivement, comme vous le dites."), "owned", id="an agreement"),
        pytest.param("self-deadline-fr", _opens("Les sources ne le disent pas."), "owned", id="a frame of another kind"),
        pytest.param("self-weather-fr", lambda a: a.update(text="Il pleut."), "owned", id="an answer off topic"),
        pytest.param("self-thanks-fr", lambda a: a.update(text="Débrouillez-vous."), "owned", id="rudeness"),
        pytest.param("self-hour-fr", _adds("Mots cherchés : « subvention, gagnée »."), "owned", id="words of nobody"),
        pytest.param("self-hour-fr", _adds("Sur des points voisins, elles traitent de « Oui »."), "owned", id="a title of no passage"),
        pytest.param("self-deadline-fr", _adds("Où le lire : RGPD art. 99. [1]"), "owned", id="an article of no source"),
        pytest.param("self-deadline-fr", _adds("Cette règle vaut à partir du 1er mai 2027."), "owned", id="a day of no source"),
        pytest.param("self-commune", _adds("Vous êtes exclus de cet appel."), "owned", id="a verdict of its own"),
        pytest.param("self-breach-fr", _claims("72 heures", "72 jours"), "stated", id="another unit"),
        pytest.param("self-commune", _claims("peuvent candidater", "doivent candidater"), "stated", id="may becomes must"),
        pytest.param("self-deadline-fr", lambda a: a["citations"][0].update(passage_id="call-launch-date/fr"), "stated", id="another passage"),
        pytest.param("self-commune", _claims("remplit les conditions", "ne remplit pas les conditions"), "headline", id="another headline"),
        pytest.param("self-commune", _claims("organisme public", "association"), "headline", id="grounds that were not understood"),
        pytest.param("self-commune", _claims(", recours à l’IA", ""), "headline", id="a ground left out"),
        pytest.param("self-commune", lambda a: a["verdict"].update(window="closed"), "window", id="another window"),
        pytest.param("self-commune-late", _claims("L’appel est clos", "L’appel est ouvert"), "window", id="a closed call said open"),
        pytest.param("self-commune", _adds("Pour trancher ce point, adressez-vous à la CNIL."), "disclaimer", id="something after the disclaimer"),
        pytest.param("self-pme", lambda a: a["verdict"].update(missing=["theme"]), "consistent", id="missing what settles nothing"),
        pytest.param("self-commune", lambda a: a["verdict"]["criteria"][0].update(citations=[99]), "reasons", id="a reason cites nothing"),
        pytest.param("self-commune", lambda a: a["understood"][0].update(label="organisme : association"), "understood", id="a false label"),
        pytest.param("self-commune", lambda a: a.update(understood=[]), "understood", id="nothing said to be understood"),
        pytest.param("self-deadline-fr", _adds("[ici](https://cnil.example)"), "addresses", id="a link"),
        pytest.param("self-deadline-fr", _adds("contact@cnil.example"), "addresses", id="an e-mail"),
        pytest.param("self-deadline-fr", _adds("data:text/html,x"), "addresses", id="data"),
        pytest.param("self-deadline-fr", lambda a: a["citations"].append({**a["citations"][0], "number": len(a["citations"]) + 1}), "used", id="a source for show"),
        pytest.param("self-deadline-fr", lambda a: a.update(text=f"{a['text']}\n\n{a['text']}"), "repeated", id="all said twice"),
        pytest.param("self-deadline-fr", lambda a: a.update(follow_ups=["How does the support unfold?"]), "follow_ups", id="the other language"),
        pytest.param("self-deadline-fr", lambda a: a["citations"][0].update(locator="Ailleurs"), "sources", id="another place"),
        pytest.param("self-deadline-fr", lambda a: a["citations"][0]["references"][0].update(publisher="Le Monde"), "sources", id="another publisher"),
    ],
)  # fmt: skip
def test_a_flaw_is_seen(
    case: str, spoil: Callable[[Answer], None], tally: str, cases: dict[str, Case], shelf: Shelf
) -> None:
    assert not _flaws(cases[case], shelf, lambda answer: None)
    assert tally in _flaws(cases[case], shelf, spoil)


@pytest.mark.parametrize(("field", "value"), [("engine", "oracle"), ("language", "de")])
def test_a_value_that_the_contract_does_not_know_is_malformed(
    field: str, value: str, cases: dict[str, Case], shelf: Shelf
) -> None:
    assert read_reply({**right_reply(cases["self-deadline-fr"], shelf), field: value})[0] is None


def test_the_frames_of_kinds_and_verdicts_are_those_of_the_product() -> None:
    for name in (*_HEADLINES, *(name for name in _KIND_SAYS.values() if name != "SMALLTALK"), "INDICATION"):
        assert frame(name, "fr", points="", grounds="") and frame(name, "en", points="", grounds="")
    assert set(_KIND_SAYS) <= set(get_args(Kind))
    said = [explain._VERDICT, {"many": explain._DEPENDS_ON_MANY, "met": explain._POINT_MET}, explain._GENERAL]
    assert {frame(name, "fr", points="x", grounds="y") for name in _HEADLINES} == {
        words["fr"].format(NB="\u00a0", points="x", grounds="y") for group in said for words in group.values()
    }


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_the_product_says_is_read_as_its_own(language: Language, shelf: Shelf) -> None:
    case = Case(id="c", lang=language, turns=["x"])
    for kind, words in wording.SMALLTALK.items():
        reply, mistake = read_reply(
            {**right_reply(case, shelf), "text": words[language], "claims": [], "citations": []}
        )
        assert reply, mistake
        assert [one.name for one in spoken(reply).frames] == [f"SMALLTALK.{kind}"]
        assert not spoken(reply).strays


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        pytest.param(date(2023, 7, 20), "L’appel à projets sur l’IA", id="the eve"),
        pytest.param(date(2023, 7, 21), None, id="the first day"),
        pytest.param(date(2023, 9, 30), None, id="the last day"),
        pytest.param(date(2023, 10, 1), "L’appel est clos", id="the day after"),
        pytest.param(date(2023, 11, 22), "L’appel est clos", id="the day of the results"),
    ],
)
def test_the_window_is_told_on_the_days_when_it_is_not_open(day: date, begins: str | None) -> None:
    said = window_sentence("fr", day)
    assert (said is None) == (begins is None)
    assert said is None or begins is None or said.startswith(begins)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({}, id="nothing said"),
        pytest.param({"applicant": "private", "public_partner": "no"}, id="one route denied"),
        pytest.param({"applicant": "public", "uses_ai": "yes", "public_service": "yes", "stage": "before"}, id="all met"),
        pytest.param({"applicant": "individual", "stage": "deployed"}, id="one silence, one no"),
        pytest.param({"personal_data": "no", "stage": "evolution"}, id="two silences"),
        pytest.param({"established": "abroad", "theme": "edtech"}, id="abroad"),
    ],
)  # fmt: skip
def test_the_rules_worked_out_apart_agree_with_the_product(values: dict[str, str]) -> None:
    held = judge_by_product(
        Situation({name: Reading(value, "") for name, value in values.items()}), rules.the_call(), on=date(2023, 9, 1)
    )
    statuses = {criterion.id: criterion.status for criterion in held.criteria}
    assert rules.statuses_of(values) == statuses
    assert rules.overall_status(statuses) == held.status
    assert rules.missing(statuses) == list(held.missing)
    assert all(one.because["fr"] in rules.reasons(one.id, one.status, "fr") for one in held.criteria)
