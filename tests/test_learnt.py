"""The second reader: what it believes, what it may not touch, and what it is taught from."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from tiny import ROOT

from assistant.network import FROZEN, Trunk
from assistant.reading.learnt import UNSAID, WEIGHT_OF_FOUND, SecondReader, holding, open_second_reader
from assistant.reading.network import Gathering, load, restored, save
from assistant.situation import eligibility_scope, read_situation
from assistant.vocabulary import Reading, Situation
from corpus.call import load_call
from corpus.errors import ExplainedError
from corpus.token_encoder import TokenEncoder
from evals import learning, teach
from evals.case import load_cases
from evals.near import Questions

CALL = load_call(ROOT / "corpus" / "call.yaml")
LEARNT = ROOT / "assistant" / "reading" / "learnt.safetensors"
TEXT = "Un modèle qui relit les dossiers de la commune, et rien n'est encore en service."
"""A text with a word of AI."""


OF_NAMES = "Un outil qui relit les dossiers de la commune, sans les noms, et rien n'est en service."


class Sure:
    """Likelihoods that are always the same."""

    def __init__(self, shares: Mapping[str, Mapping[str, float]]) -> None:
        self._shares = shares

    def read(self, text: str) -> tuple[Mapping[str, Mapping[str, float]], Mapping[str, str]]:
        return self._shares, dict.fromkeys(self._shares, text)


def reader(confusions: Mapping[str, Mapping[str, Mapping[str, float]]] | None = None, /, **shares: Mapping[str, float]):
    return SecondReader(Sure(shares), confusions or {})


def weighed(second: SecondReader, situation: Situation, *heard: str) -> dict[str, str]:
    return {name: reading.value for name, reading in second.weigh(situation, heard, CALL).readings.items()}


OFTEN_RIGHT = {
    "stage": {
        "before": {"before": 0.6, "deployed": 0.01, UNSAID: 0.39},
        "deployed": {"before": 0.01, "deployed": 0.6, UNSAID: 0.39},
        UNSAID: {"before": 0.05, "deployed": 0.05, UNSAID: 0.9},
    }
}


def test_what_is_likely_enough_is_read_and_the_rest_is_not():
    likely = reader(uses_ai={"yes": 0.95, UNSAID: 0.05}, stage={"before": 0.8, UNSAID: 0.2})
    assert weighed(likely, Situation(), TEXT) == {"uses_ai": "yes"}


def test_that_there_is_no_ai_or_that_a_public_body_is_alone_is_read_only_when_sure():
    for share, read in ((0.93, {}), (0.96, {"uses_ai": "no"})):
        assert weighed(reader(uses_ai={"no": share, UNSAID: 1 - share}), Situation(), TEXT) == read
    for told in ({"public_partner": Reading("no", "seuls")}, {"shared_need": Reading("one", "une seule mairie")}):
        for share, read in ((0.97, None), (0.99, "public")):
            likely = reader(applicant={"public": share, UNSAID: 1 - share})
            assert weighed(likely, Situation(told), TEXT).get("applicant") == read


def test_values_that_no_rule_tells_apart_are_likely_together():
    likely = reader(stage={"deployed": 0.5, "minor_update": 0.45, "before": 0.05})
    assert weighed(likely, Situation(), TEXT) == {"stage": "deployed"}
    found = Situation({"stage": Reading("minor_update", "un détail")})
    assert weighed(likely, found, TEXT) == {"stage": "minor_update"}
    unlike = reader(stage={"deployed": 0.5, "evolution": 0.45, "before": 0.05})
    assert weighed(unlike, Situation(), TEXT) == {}


def test_two_readers_that_agree_are_believed_and_two_that_differ_are_not():
    found = Situation({"stage": Reading("deployed", "en service")})
    likely = reader(OFTEN_RIGHT, stage={"before": 0.3, "deployed": 0.7, UNSAID: 0.0})
    assert weighed(likely, found, TEXT) == {"stage": "deployed"}
    assert likely.weigh(found, [TEXT], CALL).readings["stage"].words == "en service"
    assert weighed(likely, Situation(), TEXT) == {}
    doubtful = reader(OFTEN_RIGHT, stage={"before": 0.97, "deployed": 0.03, UNSAID: 0.0})
    assert weighed(doubtful, found, TEXT) == {}
    assert weighed(doubtful, Situation(), TEXT) == {"stage": "before"}


class BySentence(Sure):
    """Likelihoods of a whole text, and the stage that each sentence tells by itself."""

    def __init__(self, whole: Mapping[str, float], told: Mapping[str, str]) -> None:
        super().__init__({"stage": whole})
        self._told = told

    def read(self, text: str) -> tuple[Mapping[str, Mapping[str, float]], Mapping[str, str]]:
        if "\n" in text or text.count(".") > 1:
            return super().read(text)
        return {"stage": {self._told.get(text, UNSAID): 0.97, "minor_update": 0.03}}, {"stage": text}


class ByMessage:
    """Likelihoods of each text: those of a conversation, and those of its messages alone; the first surely tells what was found."""

    def __init__(self, field: str, shares: Mapping[str, Mapping[str, float]]) -> None:
        self._field, self._shares = field, shares

    def read(self, text: str) -> tuple[Mapping[str, Mapping[str, float]], Mapping[str, str]]:
        return {self._field: self._shares.get(text, {UNSAID: 1.0})}, {self._field: text}


FIRST, THEN = "Notre société mène le projet avec la ville de Pau.", "Imaginons que Pau ne fasse plus rien avec nous."
BOTH = f"{FIRST}\n{THEN}"


@pytest.mark.parametrize(
    ("field", "found", "at", "whole", "then", "read"),
    [
        # Told before, and surely otherwise since: what was said since, in its words.
        ("shared_need", "several", 0, {"one": 0.93, "several": 0.07}, {"one": 0.95, UNSAID: 0.05}, ("one", THEN)),
        ("shared_need", "several", 0, {"one": 0.93, "several": 0.07}, {"one": 0.8, UNSAID: 0.2}, None),
        ("shared_need", "several", 0, {"one": 0.6, "several": 0.4}, {"one": 0.95, UNSAID: 0.05}, None),
        ("shared_need", "several", 0, {"one": 0.93, "several": 0.07}, {"none": 0.95, UNSAID: 0.05}, None),
        # Another field, of which a message alone says too little.
        ("personal_data", "yes", 0, {"no": 0.6, "yes": 0.4}, {"no": 0.99, UNSAID: 0.01}, None),
        # A partner that seems taken back is asked about, unless the whole hardly leaves a doubt.
        ("public_partner", "yes", 0, {"yes": 0.87, "no": 0.13}, {"no": 0.6, UNSAID: 0.4}, None),
        ("public_partner", "yes", 0, {"yes": 0.94, "no": 0.06}, {"no": 0.4, UNSAID: 0.6}, ("yes", "la ville")),
        ("public_partner", "yes", 0, {"yes": 0.95, "no": 0.05}, {"no": 0.6, UNSAID: 0.4}, ("yes", "la ville")),
        # In words that neither knows, the likelihood of the whole falls, and it is asked about.
        ("public_partner", "yes", 0, {"yes": 0.77, "no": 0.0}, {UNSAID: 1.0}, None),
        ("stage", "before", 0, {"before": 0.77, "deployed": 0.0}, {UNSAID: 1.0}, ("before", "la ville")),
        # An AI, or an aim, that the last message surely gives up, whatever else is heard in it.
        ("uses_ai", "yes", 1, {"no": 0.7, "yes": 0.3}, {"no": 0.95, UNSAID: 0.05}, ("no", THEN)),
        ("public_service", "yes", 0, {"no": 0.97, "yes": 0.03}, {"no": 0.95, UNSAID: 0.05}, ("no", THEN)),
        ("uses_ai", "yes", 1, {"no": 0.4, "yes": 0.6}, {"no": 0.95, UNSAID: 0.05}, None),
        # Told last: what closes the way to « eligible » is read where both hear it in that message; what opens it is not.
        ("uses_ai", "no", 1, {"yes": 0.97, "no": 0.03}, {"no": 0.95, UNSAID: 0.05}, ("no", "la ville")),
        ("uses_ai", "no", 1, {"yes": 0.97, "no": 0.03}, {"no": 0.7, UNSAID: 0.3}, None),
        ("uses_ai", "yes", 1, {"no": 0.97, "yes": 0.03}, {"yes": 0.95, UNSAID: 0.05}, None),
    ],
)
def test_in_a_conversation_each_message_is_read_by_itself_too(field, found, at, whole, then, read):
    second = SecondReader(ByMessage(field, {BOTH: whole, FIRST: {found: 1.0}, THEN: then}), {})
    readings = {"applicant": Reading("private", "Notre société"), field: Reading(found, "la ville")}
    told = second.weigh(Situation(readings), [FIRST, THEN], CALL, told_at={field: at}).readings.get(field)
    assert (told and (told.value, told.words)) == read


def test_what_was_denied_is_put_right_by_a_message_that_surely_tells_it():
    """What the first reader found weighs heavily; a later message that is sure by itself, all of them agreeing, outweighs it."""
    often_right = {"uses_ai": {"yes": {"no": 0.01}, "no": {"no": 0.9}, UNSAID: {"no": 0.01}}}
    found = Situation({"uses_ai": Reading("no", "macros")})

    def read(whole: float, then: float) -> Reading | None:
        shares = {BOTH: {"yes": whole, "no": 1 - whole}, THEN: {"yes": then, "no": 1 - then}}
        return (
            SecondReader(ByMessage("uses_ai", shares), often_right)
            .weigh(found, [FIRST, THEN], CALL)
            .readings.get("uses_ai")
        )

    assert read(0.92, 0.95) == Reading("yes", THEN)
    assert read(0.92, 0.8) is None
    assert read(0.88, 0.95) is None


def test_what_holds_back_is_not_read_early_against_a_message_that_tells_another_value():
    said = "Aucune lettre ne part sans signature, les données sont relues."
    for first, read in (({"yes": 0.95, UNSAID: 0.05}, None), ({UNSAID: 1.0}, "no")):
        shares = {f"{FIRST}\n{said}": {"no": 0.8, "yes": 0.2}, FIRST: first, said: {"no": 0.8, UNSAID: 0.2}}
        told = SecondReader(ByMessage("personal_data", shares), {}).weigh(Situation(), [FIRST, said], CALL)
        assert told.value("personal_data") == read


def test_a_technique_that_is_surely_of_something_else_is_not_read():
    text = "I did machine learning at Airbus. Now the county plans a tool for its social workers."
    found = Situation({"uses_ai": Reading("yes", "machine learning")})
    for shares, read in (({UNSAID: 0.98, "yes": 0.02}, None), ({"no": 0.96, "yes": 0.04}, "yes")):
        assert (
            SecondReader(ByMessage("uses_ai", {text: shares}), {}).weigh(found, [text], CALL).value("uses_ai") == read
        )


OURS, ANOTHERS = "Le nôtre est un prototype.", "Le département voisin a le sien en production."


@pytest.mark.parametrize(
    ("told", "stage"),
    [
        ({OURS: "before"}, "before"),
        ({OURS: "before", ANOTHERS: "deployed"}, "before"),
        ({OURS: "before", "Il est né de celui qui sert partout.": "deployed"}, None),
        ({OURS: "before", "Et si le voisin l'a en production ?": "deployed"}, None),
        ({ANOTHERS: "deployed"}, None),
    ],
)
def test_where_the_readers_differ_on_the_stage_each_sentence_is_read_by_itself(told: dict[str, str], stage: str | None):
    second = SecondReader(BySentence({"before": 0.2, "deployed": 0.8, UNSAID: 0.0}, told), {})
    heard = f"{OURS} {ANOTHERS} {' '.join(told)}"
    found = Situation({"stage": Reading("before", "prototype")})
    assert weighed(second, found, heard).get("stage") == stage


def test_the_first_reader_is_overruled_only_by_what_is_sure_and_in_a_conversation_by_what_is_surer():
    found = Situation({"stage": Reading("deployed", "en service")})
    sure = reader(stage={"before": 0.96, "deployed": 0.04, UNSAID: 0.0})
    assert weighed(sure, found, TEXT) == {"stage": "before"}
    assert weighed(sure, found, TEXT, "Ce n'est pas tout.") == {}
    surer = reader(stage={"before": 0.99, "deployed": 0.01, UNSAID: 0.0})
    assert weighed(surer, found, TEXT, "Ce n'est pas tout.") == {"stage": "before"}
    likely = reader(stage={"before": 0.93, "deployed": 0.07, UNSAID: 0.0})
    assert weighed(likely, found, TEXT) == {}


def test_who_applies_stays_as_found_unless_another_is_sure():
    """« une comcom » is listed for the first reader; the other may never have met the word."""
    found = Situation({"applicant": Reading("public", "comcom")})
    assert weighed(reader(applicant={"private": 0.94, UNSAID: 0.06}), found, TEXT) == {"applicant": "public"}
    assert weighed(reader(applicant={"private": 0.96, UNSAID: 0.04}), found, TEXT) == {"applicant": "private"}
    assert weighed(reader(applicant={"private": 0.94, UNSAID: 0.06}), found, TEXT, TEXT) == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            "Notre régie de transport, qui est un établissement public local, développe une IA pour les usagers.",
            "public",
        ),
        ("Our transport board (a public body) is developing an AI for the passengers of its buses.", "public"),
        ("Notre régie de transport développe une IA pour un établissement public, son client de toujours.", "private"),
    ],
)
def test_a_body_that_is_said_to_be_public_is_not_taken_for_a_private_one(text, value):
    likely = reader(applicant={"private": 0.99, UNSAID: 0.01})
    found = Situation({"applicant": Reading("public", "régie de transport" if "régie" in text else "transport board")})
    assert weighed(likely, found, text) == {"applicant": value}


def test_what_was_taken_back_on_the_way_must_be_sure_to_be_read_again():
    for share, read in ((0.93, None), (0.96, "yes")):
        shares = {BOTH: {"yes": share, UNSAID: 1 - share}, THEN: {"yes": 0.95, UNSAID: 0.05}}
        likely = SecondReader(ByMessage("public_service", shares), {})
        assert likely.weigh(Situation(), [FIRST, THEN], CALL, {"public_service"}).value("public_service") == read


@pytest.mark.parametrize(
    ("field", "value", "whole", "then", "read"),
    [
        ("stage", "before", 0.75, 0.99, True),
        ("stage", "before", 0.65, 0.99, False),
        ("stage", "before", 0.75, 0.95, False),
        ("stage", "deployed", 0.75, 0.99, True),
        ("uses_ai", "yes", 0.92, 0.92, True),
        ("uses_ai", "yes", 0.85, 0.99, False),
        ("uses_ai", "no", 0.75, 0.96, True),
        ("uses_ai", "no", 0.75, 0.9, False),
        ("public_service", "yes", 0.92, 0.99, False),
    ],
)
def test_what_the_last_message_surely_tells_is_read_where_all_together_are_likely_to(field, value, whole, then, read):
    """Withdrawn on the way, so that it would have to be sure."""
    shares = {BOTH: {value: whole, UNSAID: 1 - whole}, THEN: {value: then, UNSAID: 1 - then}}
    second = SecondReader(ByMessage(field, shares), {})
    assert second.weigh(Situation(), [FIRST, THEN], CALL, {field}).value(field) == (value if read else None)


def test_what_is_not_known_is_not_read_from_the_last_message_either():
    sure = {BOTH: {"before": 0.99, UNSAID: 0.01}, THEN: {"before": 0.99, UNSAID: 0.01}}
    second = SecondReader(ByMessage("stage", sure), {})
    assert second.weigh(Situation(unknown=frozenset({"stage"})), [FIRST, THEN], CALL).value("stage") is None


@pytest.mark.parametrize(
    ("found", "value", "whole", "then", "read"),
    [
        ("deployed", "before", 0.99, 0.99, "before"),
        ("deployed", "evolution", 0.99, 0.99, "evolution"),
        ("deployed", "before", 0.9, 0.99, "deployed"),
        ("evolution", "deployed", 0.99, 0.99, "evolution"),
    ],
)
def test_a_stage_that_was_answered_is_put_right_by_a_last_message_that_is_sure(found, value, whole, then, read):
    shares = {BOTH: {value: whole, found: 1 - whole}, THEN: {value: then, UNSAID: 1 - then}}
    second = SecondReader(ByMessage("stage", shares), {})
    told = Situation({"stage": Reading(found, "en service")})
    assert second.weigh(told, [FIRST, THEN], CALL, answered={"stage"}).value("stage") == read


def test_a_project_is_not_taken_for_one_that_begins_because_it_does_not_say():
    """« on a une IA qui lit les certificats »: nothing says where it stands, and it would be « eligible »."""
    likely = reader(stage={"before": 0.93, UNSAID: 0.07})
    assert weighed(likely, Situation(), TEXT) == {}
    assert weighed(likely, Situation({"stage": Reading("before", "maquette")}), TEXT) == {"stage": "before"}
    assert weighed(reader(stage={"before": 0.96, UNSAID: 0.04}), Situation(), TEXT) == {"stage": "before"}
    assert weighed(reader(stage={"deployed": 0.93, UNSAID: 0.07}), Situation(), TEXT) == {"stage": "deployed"}


def test_what_is_said_not_to_be_known_is_not_read_however_likely():
    likely = reader(stage={"before": 1.0, UNSAID: 0.0})
    assert likely.weigh(Situation(unknown=frozenset({"stage"})), [TEXT], CALL).readings == {}


def test_a_text_that_describes_nothing_is_left_to_the_first_reader():
    likely = reader(scope={"own": 0.01, UNSAID: 0.99}, stage={"before": 0.99, UNSAID: 0.01})
    assert weighed(likely, Situation(), TEXT) == {}


def test_what_is_supposed_of_the_theme_stands_against_none():
    likely = reader(theme={"edtech": 0.92, "other": 0.04, UNSAID: 0.04})
    assert weighed(likely, Situation({"theme": Reading("other", "outil")}), TEXT, TEXT) == {"theme": "edtech"}


def test_the_likelihoods_of_both_readers_are_those_of_bayes():
    """What the first reader found is tempered: it looked at the same words."""
    found = reader(OFTEN_RIGHT).posterior("stage", {"before": 0.5, "deployed": 0.4, UNSAID: 0.1}, "deployed")
    raw = {
        value: share * OFTEN_RIGHT["stage"][value]["deployed"] ** WEIGHT_OF_FOUND
        for value, share in (("before", 0.5), ("deployed", 0.4), (UNSAID, 0.1))
    }
    assert found == pytest.approx({value: weight / sum(raw.values()) for value, weight in raw.items()})


@pytest.mark.parametrize(("field", "value"), sorted(holding(CALL)))
def test_what_holds_a_verdict_back_is_read_early_and_never_taken_back(field: str, value: str):
    """Unread, « abroad » would make « in France » of it, and no personal data an eligible project: the error that must not be."""
    found = Situation({field: Reading(value, "à Dublin")})
    assert weighed(reader(**{field: {value: 0.0, UNSAID: 1.0}}), found, TEXT) == {field: value}
    for share, read in ((0.75, {field: value}), (0.65, {})):
        assert weighed(reader(**{field: {value: share, UNSAID: 1 - share}}), Situation(), OF_NAMES) == read


def test_no_personal_data_is_read_only_where_data_or_persons_are_spoken_of():
    likely = reader(personal_data={"no": 0.95, UNSAID: 0.05})
    assert weighed(likely, Situation(), "Un prototype de laboratoire, essayé sur de faux colis, rien de plus.") == {}
    assert weighed(likely, Situation(), OF_NAMES) == {"personal_data": "no"}


def test_the_values_that_hold_a_verdict_back_come_from_the_rules():
    assert holding(CALL) == {("established", "abroad"), ("personal_data", "no")}


def test_a_word_of_the_call_itself_is_never_taken_back():
    stated = "Avancement : déjà en service. Nous relisons des dossiers."
    found = read_situation([stated], CALL)
    assert weighed(reader(stage={"deployed": 0.0, UNSAID: 1.0}), found, stated)["stage"] == "deployed"


def test_a_field_that_was_not_learnt_is_left_to_the_first_reader():
    found = Situation({"theme": Reading("edtech", "école")})
    assert weighed(reader(stage={"before": 0.99, UNSAID: 0.01}), found, TEXT) == {"stage": "before", "theme": "edtech"}


def test_a_field_that_does_not_apply_to_the_applicant_is_not_read():
    likely = reader(public_partner={"yes": 0.99, UNSAID: 0.01})
    public = Situation({"applicant": Reading("public", "commune")})
    private = Situation({"applicant": Reading("private", "société")})
    assert "public_partner" not in weighed(likely, public, TEXT)
    assert weighed(likely, private, TEXT)["public_partner"] == "yes"


def test_a_value_that_the_call_does_not_have_is_not_read():
    assert weighed(reader(stage={"imagined": 0.99, UNSAID: 0.01}), Situation(), TEXT) == {}


def test_few_words_are_left_to_the_first_reader():
    likely = reader(scope={"own": 0.99, UNSAID: 0.01}, uses_ai={"yes": 0.99, UNSAID: 0.01})
    assert likely.scope("une commune, de l'IA") is None
    assert weighed(likely, Situation(), "une commune, de l'IA") == {}


def test_a_description_in_unforeseen_words_is_taken_for_one_and_another_scheme_is_not():
    likely = reader(scope={"own": 0.99, UNSAID: 0.01})
    unforeseen = "Le classement des plis se ferait de lui-même, à partir de ceux des années passées."
    assert eligibility_scope(unforeseen, []) is None
    assert eligibility_scope(unforeseen, [], likely) == "own"
    assert (
        eligibility_scope("Peut-on candidater à l'appel à projets de l'ANR avec notre outil de tri ?", [], likely)
        is None
    )


def test_an_answer_to_the_question_that_was_asked_is_never_asked_again():
    second = reader(
        applicant={"private": 0.99, UNSAID: 0.01},
        public_partner={"no": 0.4, UNSAID: 0.6},
        shared_need={"several": 0.3, UNSAID: 0.7},
    )
    told = [
        "Start-up de cinq personnes, on fait un chatbot pour les usagers de la CAF",
        "non",
        "trois CAF nous l'ont demandé",
    ]
    found = {name: reading.value for name, reading in read_situation(told, CALL, second).readings.items()}
    assert found["public_partner"] == "no" and found["shared_need"] == "several"


def test_a_long_message_is_weighed_even_after_a_question():
    """The question was on the aim; the first reader takes some of these words for one."""
    second = reader(public_service={UNSAID: 1.0})
    told = [
        "I work at a public research institute and we're building a text generator, a language model. It's far from finished.",
        "Who it's for, what for? Honestly that hasn't been discussed. Do we qualify anyway?",
    ]
    assert read_situation(told, CALL).value("public_service") == "yes"
    assert read_situation(told, CALL, second).value("public_service") is None


def test_a_correction_in_many_words_is_weighed():
    """The first reader takes the departments, named to say that they have no such need, for the applicant."""
    second = reader(applicant={"private": 0.9, UNSAID: 0.1})
    told = [
        "Coopérative de droit privé. Deux départements ont identifié le besoin d'une IA pour leurs assistantes sociales.",
        "Correction : les deux départements démentent, ni eux ni un autre acteur public n'ont ce besoin, nous disent-ils.",
    ]
    assert read_situation(told, CALL).value("applicant") == "public"
    assert read_situation(told, CALL, second).value("applicant") is None


def test_the_question_that_is_pending_is_the_one_that_both_readers_leave_open():
    """« oui » answers what was asked, and what was asked depends on what the second reader had read."""
    second = reader(uses_ai={"yes": 0.99, UNSAID: 0.01}, public_service={"yes": 0.99, UNSAID: 0.01})
    told = "Nous sommes une PME, notre modèle trie les demandes ; c'est un prototype. Pouvons-nous candidater ?"
    values = read_situation([told, "oui"], CALL, second).readings
    assert {"uses_ai", "public_service"} <= values.keys()
    assert values["public_partner"].value == "yes"


@pytest.fixture(scope="module")
def told() -> dict[str, list[teach.Told]]:
    return teach.load_told(CALL)


def test_every_example_says_fields_and_values_of_the_call(told):
    assert sum(len(items) for items in told.values()) >= 2_000
    for items in told.values():
        assert all(item.reads for item in items) or len([item for item in items if not item.reads]) < len(items) / 3


def test_a_field_that_a_file_leaves_out_teaches_nothing_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    said = '- say: "Une mairie."\n  reads: {applicant: public}\n- say: "Une école."\n  reads: {applicant: public, theme: edtech}\n'
    for name in ("old", "new"):
        (tmp_path / f"{name}.yaml").write_text(said, encoding="utf-8")
    for name in ("EXAMPLES", "CASES", "QUESTIONS"):
        monkeypatch.setattr(teach, name, tmp_path if name == "EXAMPLES" else tmp_path / "none")
    monkeypatch.setattr(teach, "_LEFT_OUT", {"old": ("personal_data", "theme")})
    read = {(one.source, one.text): one.reads for one in teach.load_examples(CALL)}
    assert read["new", "Une mairie."]["theme"] == read["new", "Une mairie."]["personal_data"] == UNSAID
    assert not {"theme", "personal_data"} & read["old", "Une mairie."].keys()
    assert read["old", "Une école."]["theme"] == "edtech"


def test_the_files_that_leave_fields_out_are_there(told):
    assert teach._LEFT_OUT.keys() <= told.keys()


def test_a_mistake_in_an_example_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "wrong.yaml").write_text(
        '- say: "Nous sommes une mairie."\n  reads: {applicant: town}\n', encoding="utf-8"
    )
    monkeypatch.setattr(teach, "EXAMPLES", tmp_path)
    with pytest.raises(ExplainedError, match=r"'applicant' with a value 'town'"):
        teach.load_told(CALL)


def test_no_example_is_a_near_copy_of_a_case_that_judges(told):
    known = Questions([item.say for items in told.values() for item in items])
    cases = [case for case in load_cases([ROOT / "evals" / "cases" / "test"]) if case.is_about_eligibility]
    copies = [case.id for case in cases if known.copied(case.turns[0])]
    assert cases
    assert copies == []


def test_what_is_learnt_can_be_read_from_the_file_that_it_is_written_to(tmp_path: Path):
    """Two fields told apart by words never met elsewhere: learnt in a moment, written, and read back with the same likelihoods."""
    torch.manual_seed(0)
    examples = [
        teach.Example(f"{what}, {where}", {"uses_ai": value}, "made")
        for what, value in (("un réseau de neurones", "yes"), ("un barème écrit à la main", UNSAID))
        for where in ("mairie", "hôpital", "école", "port", "musée", "greffe", "rectorat", "caserne")
    ] * 6
    trunk = Trunk()
    encoder = trunk.encoder
    states = learning.frozen_states(encoder, [encoder.tokens(one.text) for one in examples])
    values = teach.values_of(examples)
    learnt = teach.learn(examples, values, states, states, "made")
    save(tmp_path / "made.safetensors", learnt.state_dict(), values, OFTEN_RIGHT)
    network, confusions = load(tmp_path / "made.safetensors", trunk)
    assert confusions == OFTEN_RIGHT
    for text, value in (("au théâtre, un réseau de neurones", "yes"), ("un barème écrit à la main", UNSAID)):
        shares, sentences = network.read(f"Bonjour à tous. {text}. Merci.")
        with torch.inference_mode():
            rows = [encoder.tokens(f"Bonjour à tous. {text}. Merci.")]
            scores, _ = learnt(*learning.batch_of(learning.frozen_states(encoder, rows)))
        assert max(shares["uses_ai"], key=shares["uses_ai"].__getitem__) == value
        assert list(shares["uses_ai"].values()) == pytest.approx(scores[0][0].softmax(0).tolist(), abs=0.03)
        assert sentences["uses_ai"] in ("Bonjour à tous.", f"{text}.", "Merci.")


def test_states_are_kept_for_the_processes_that_learn(tmp_path: Path):
    states = [torch.rand(length, 4).to(torch.bfloat16) for length in (1, 5, 3)]
    learning.keep_states(tmp_path / "states.safetensors", states, states[:2])
    one, two = learning.kept_states(tmp_path / "states.safetensors")
    assert all(torch.equal(*pair) for pair in zip(one, states, strict=True))
    assert all(torch.equal(*pair) for pair in zip(two, states[:2], strict=True))


def test_frozen_layers_are_frozen():
    encoder = TokenEncoder()
    gathering = Gathering(encoder, {"uses_ai": ("yes", UNSAID)})
    assert len(gathering.layers) == len(encoder.layers) - FROZEN


def test_texts_typed_in_a_hurry_keep_something():
    chance = random.Random(1)
    texts = ["é", "Une mairie de 900 habitants.", "IA ?"] * 50
    assert all(learning.hasty(text, chance) for text in texts)


@pytest.fixture(scope="module")
def shipped() -> SecondReader:
    return open_second_reader(LEARNT, Trunk())


def test_what_is_shipped_knows_the_fields_of_the_call(shipped: SecondReader):
    known = {field.id: {value.id for value in field.values} | {UNSAID} for field in CALL.fields}
    shares, sentences = shipped._read(TEXT)
    assert shares.keys() == sentences.keys() == {*teach.FIELDS, teach.SCOPE}
    assert all(shares[field].keys() <= known[field] for field in teach.FIELDS)
    for field in teach.FIELDS:
        assert shipped.confusions[field].keys() == known[field]
        assert all(sum(found.values()) == pytest.approx(1) for found in shipped.confusions[field].values())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Je tiens le guichet de la mairie. Un réseau de neurones classerait les courriers des habitants ; on en est aux esquisses.",
            {"applicant": "public", "uses_ai": "yes", "public_service": "yes", "stage": "before"},
        ),
        (
            "Nous sommes une PME, sans partenaire public. Notre IA note les clients de garages privés, elle tourne depuis 2020.",
            {"applicant": "private", "uses_ai": "yes", "public_partner": "no", "stage": "deployed"},
        ),
    ],
)
def test_what_is_shipped_reads_a_plain_situation(text: str, told: dict[str, str], shipped: SecondReader):
    found = {name: reading.value for name, reading in read_situation([text], CALL, shipped).readings.items()}
    assert told.items() <= found.items()


def test_capitals_are_read_as_small_letters_and_the_words_shown_are_as_written(shipped: SecondReader):
    text = "ON EST UNE PME SANS PARTENAIRE PUBLIC. NOTRE RéSEAU DE NEURONES NOTE LES CLIENTS DE GARAGES PRIVéS."
    shares, shown = shipped._read(text)
    assert shares == shipped._read(text.lower())[0]
    assert all(sentence in text for sentence in shown.values())


def test_the_words_shown_are_the_persons_own(shipped: SecondReader):
    found = read_situation([f"{TEXT} Un réseau de neurones l'aide."], CALL, shipped)
    assert found.readings and all(
        reading.words in f"{TEXT} Un réseau de neurones l'aide." for reading in found.readings.values()
    )


@pytest.mark.parametrize(
    ("text", "share", "expected"),
    [
        ("Would the city of Turin be let in with its AI for clerks? A prototype.", 0.5, {"established": "abroad"}),
        ("Would the city be let in with its AI for clerks, over here? A prototype.", 0.5, {"applicant": None}),
        ("Would the city of Turin be let in with its AI for clerks? A prototype.", 0.4, {"established": None}),
        (
            "La mairie de Koné, en Nouvelle-Calédonie, et son IA pour les agents : un prototype.",
            0.5,
            {"established": None},
        ),
    ],
)
def test_who_is_likely_abroad_is_where_the_place_says_and_else_is_asked(
    text: str, share: float, expected: dict[str, str | None]
):
    likely = reader(applicant={"public": 0.99}, established={"abroad": share, UNSAID: 1 - share}, scope={"own": 0.99})
    situation = read_situation([text], CALL, likely)
    assert {name: situation.value(name) for name in expected} == expected


def test_what_is_not_known_of_a_field_that_was_not_learnt_stays_so():
    situation = Situation({}, frozenset({"theme"}))
    weighed_with = reader(stage={"before": 0.99, UNSAID: 0.01}).weigh(situation, [TEXT, TEXT], CALL)
    assert weighed_with.unknown == {"theme"}


@pytest.fixture
def learnt_and_a_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what was learnt, to go on from, and a file called `new` with examples; nothing else to learn from."""
    before = tmp_path / "learnt.safetensors"
    before.write_bytes(teach.LEARNT.read_bytes())
    told = "".join(
        f'- say: "La mairie du {number}e monte une IA."\n  reads: {{applicant: public, uses_ai: "yes"}}\n'
        for number in range(2, 2 + learning.BATCH)  # twice over: a second step, for the first is one of nothing
    )
    (tmp_path / "new.yaml").write_text(told, encoding="utf-8")
    monkeypatch.setattr(teach, "LEARNT", before)
    monkeypatch.setattr(teach, "EXAMPLES", tmp_path)
    for name in ("CASES", "QUESTIONS"):
        monkeypatch.setattr(teach, name, tmp_path / "none")
    return before


def test_going_on_changes_what_was_learnt_and_keeps_its_values(learnt_and_a_new_file: Path):
    encoder = TokenEncoder().eval()
    before, confusions = restored(learnt_and_a_new_file, encoder)
    teach.learn_more(["new"], CALL)
    after, kept = restored(learnt_and_a_new_file, encoder)
    assert (after.values, kept) == (before.values, confusions)
    assert not torch.equal(after.looks, before.looks)


def test_going_on_over_a_file_that_is_not_there_changes_nothing(learnt_and_a_new_file: Path):
    written = learnt_and_a_new_file.read_bytes()
    with pytest.raises(ExplainedError, match="No example in a file called nowhere"):
        teach.learn_more(["new", "nowhere"], CALL)
    assert learnt_and_a_new_file.read_bytes() == written
