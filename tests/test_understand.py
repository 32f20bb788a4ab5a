"""Messages, read: their language, small talk, what leans on the conversation, and typing mended."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.understand import Reader
from assistant.vocabulary import Conversation, Question


def understood(reader: Reader, message: str, *earlier: str, language=None, default="fr") -> Question:
    return reader.understand(message, Conversation(earlier), language=language, default=default)


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("Quelle était la date limite ?", "fr"),
        ("What was the deadline?", "en"),
        ("date limite dépôt", "fr"),
        ("deadline of the call", "en"),
        ("c koi la deadline pour le dossier ?", "fr"),
        ("Can a commune apply?", "en"),
        ("Le projet Albert, who is behind it and what does it do?", "en"),
        ("nous sommes une start-up", "fr"),
        ("we are a start-up", "en"),
        ("Bonjour", "fr"),
        ("Hello", "en"),
        ("2023 ?", None),
        ("🙂", None),
        ("", None),
        ("zzz", None),
        ("asdf qwer", None),
        ("hmm", None),
    ],
)
def test_the_language_of_a_message_is_that_of_its_words(message, language, reader):
    assert reader.language_of(message) == language


@pytest.mark.parametrize(
    ("message", "earlier", "chosen", "default", "language"),
    [
        pytest.param("What was the deadline?", (), "fr", "fr", "fr", id="the chosen language first"),
        pytest.param("What was the deadline?", (), None, "fr", "en", id="then that of the message"),
        pytest.param("2023 ?", ("What was the deadline?",), None, "fr", "en", id="then that of the conversation"),
        pytest.param("2023 ?", (), None, "en", "en", id="then that of the page"),
        pytest.param("zzz", (), None, "fr", "fr", id="that of the page for what tells nothing"),
        pytest.param(
            "et après ?", ("What was the deadline?",), None, "en", "fr", id="a change of language is followed"
        ),
    ],
)
def test_the_language_of_the_reply(message, earlier, chosen, default, language, reader):
    assert understood(reader, message, *earlier, language=chosen, default=default).language == language


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Bonjour", "greeting"),
        ("Bonjour !", "greeting"),
        ("hello", "greeting"),
        ("Bonjour Madame", "greeting"),
        ("merci beaucoup", "thanks"),
        ("Merci, c'était très utile", "thanks"),
        ("thanks a lot!", "thanks"),
        ("au revoir", "goodbye"),
        ("Qui êtes-vous ?", "identity"),
        ("are you a robot?", "identity"),
        ("oui", "yes_no"),
        ("Bonjour, quelle était la date limite ?", None),
        ("Merci, et quelle est la date limite ?", None),
        ("Merci pour votre réponse mais combien de temps dure l'accompagnement", None),
        ("Parfait, merci beaucoup et bonne soirée !", "thanks"),
        ("ok et comment ?", None),
        ("et ?", None),
        ("Qui peut candidater ?", None),
        ("", None),
        ("zzz", "unreadable"),
        ("asdf qwer", "unreadable"),
        ("???", "unreadable"),
        ("🙂", "unreadable"),
        ("Привет", "unreadable"),
        ("2023 ?", None),
        ("crêpes", None),
        ("rgpd?", None),
        ("limitte", None),
        ("asdf date limite", None),
    ],
)
def test_small_talk_is_told_from_questions(message, kind, reader):
    assert reader.smalltalk_of(message) == kind


@pytest.mark.parametrize(
    ("message", "leans"),
    [
        pytest.param("et après ?", True, id="opens with a connective"),
        pytest.param("combien de temps ?", True, id="has hardly a subject"),
        pytest.param("and for children?", True, id="in English"),
        pytest.param("et pour les associations ?", True, id="another subject of the same question"),
        pytest.param("ça dure longtemps cette affaire de dépôt des dossiers de candidature ?", True, id="points back"),
        pytest.param("Quelle était la date limite de dépôt des dossiers pour l'appel à projets de la CNIL ?", False, id="stands alone"),
        pytest.param("Et une mairie de 900 habitants peut-elle demander l'accompagnement renforcé pour son agent conversationnel ?", False, id="a whole subject, in spite of its opening and its pronoun"),
        pytest.param("On what condition can a private body answer the call for projects of the CNIL in France?", False, id="stands alone in English"),
    ],
)  # fmt: skip
def test_a_message_leans_on_the_conversation_or_stands_alone(message, leans, reader):
    assert reader.is_dependent(message) is leans


def test_a_message_that_leans_takes_the_subject_of_the_last_that_stands_alone(reader):
    subject = "Quelle amende maximale une collectivité risque-t-elle après une violation de données personnelles ?"
    question = understood(reader, "et en euros ?", "Bonjour", subject, "merci")
    assert "amende" in question.standalone and question.standalone.endswith("et en euros ?")
    assert question.text == question.repaired == "et en euros ?"
    assert "merci" not in question.standalone and "Bonjour" not in question.standalone


def test_a_message_that_stands_alone_leaves_the_conversation_behind(reader):
    question = understood(
        reader, "Quelle était la date limite de dépôt des dossiers de candidature ?", "Quelle est l'amende maximale ?"
    )
    assert "amende" not in question.standalone


def test_the_subject_is_the_last_message_that_says_one(reader):
    question = understood(reader, "et pourquoi ?", "Combien de candidats ?", "Combien dure la phase de conseil ?")
    assert question.standalone == "Combien dure la phase de conseil ? et pourquoi ?"


@pytest.mark.parametrize(
    ("conversation", "message", "asked"),
    [
        (("When did the 2021 edition open?", "how many applications did it get?"), "and the AI one?", "how many applications"),
        (("Quel était le thème du bac à sable de 2022 ?", "ils ont entendu combien de candidats ?"), "et pour l’édition sur l’IA ?", "combien de candidats"),
        (("What was the 2022 edition about?", "which criteria did the CNIL use that year?"), "and in the edition before?", "which criteria"),
    ],
)  # fmt: skip
def test_what_was_asked_last_of_one_is_asked_of_another(conversation, message, asked, reader):
    question = understood(reader, message, *conversation)
    assert asked in question.standalone
    assert conversation[0].split("?")[0] not in question.standalone


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("et l'année d'après ?", "Combien de candidats entendus en 2022 ?"),
        ("and the year before?", "Combien de candidats entendus en 2020 ?"),
        ("no sorry, I was asking about the year after", "Combien de candidats entendus en 2022 ?"),
        ("et en 2023 ?", "Combien de candidats entendus en 2023 ?"),
        ("et en 2021 ?", None),
        ("et en 2023, combien de dossiers ?", None),
        ("et la RATP ?", None),
    ],
)
def test_a_name_takes_the_place_of_the_one_that_was_asked_about(message, asked, reader):
    subject = "Combien de candidats entendus en 2021 ?"
    assert understood(reader, message, subject).standalone == (asked or f"{subject} {message}")


def test_of_two_names_the_longer_one_is_meant(reader):
    said = understood(reader, "et pour pole emploi ?", "Que retient le bilan pour Nantes Métropole ?").standalone
    assert said == "Que retient le bilan pour France Travail ?"


@pytest.mark.parametrize(
    "message",
    [
        "I need to know the maximum fine for a public body",
        "I had a question about consent from minors at a school canteen",
    ],
)
def test_a_message_that_says_a_need_stands_alone(message, reader):
    assert not understood(reader, message, "How long does the support last?").standalone.startswith("How long")


@pytest.mark.parametrize(
    ("message", "shorter", "language"),
    [
        ("plus court", True, None),
        ("C'est trop long, peux-tu résumer s'il te plaît ?", True, None),
        ("Could you say that in English, please?", False, "en"),
        ("en français svp", False, "fr"),
        ("sorry, my boss doesn't read French. Could you say that again for her?", False, "en"),
        ("désolé, mon collègue lit pas l'anglais, vous pouvez répéter ?", False, "fr"),
        ("sorry, my colleague doesn't read French, could you put that in English for her?", False, "en"),
        ("can I have it in English please, my boss is from Cork", False, "en"),
        ("désolé, ma cheffe est irlandaise, on peut l'avoir en anglais ?", False, "en"),
        ("hmm vous êtes certain ?", False, None),
        ("Répétez s'il vous plaît", False, None),
        ("could I have that in French? my boss doesn't read English", False, "fr"),
        ("vous pouvez me le refaire en anglais ? c'est pour une collègue de Dublin", False, "en"),
        ("plus court svp, mon chef est pressé", True, None),
        ("tu peux me la remettre en anglais ? c'est pour un collègue irlandais", False, "en"),
        ("vous êtes sûr ? j'ai lu cinq", False, None),
        ("are you sure? a website says 5", False, None),
    ],
)
def test_the_last_reply_is_asked_for_once_more(message, shorter, language, reader):
    asked = "Qui peut candidater ?"
    again = reader.once_more(message, Conversation(("Bonjour", asked, "plus court")))
    assert again is not None and (again.message, again.shorter, again.language) == (asked, shorter, language)
    assert again.conversation == Conversation(("Bonjour",))
    assert reader.once_more(message, Conversation(("Bonjour",))) is None


@pytest.mark.parametrize(
    "message",
    [
        "Qui peut candidater en anglais ?",
        "Peut-on répondre en anglais ?",
        "la plus courte phase ?",
        "",
        "ok",
        "pas en 2022 ?",
        "sur quoi ?",
        "j'ai lu que les associations étaient exclues",
        "are you sure towns may?",
    ],
)
def test_a_question_is_no_wish_for_the_same_again(message, reader):
    assert reader.once_more(message, Conversation(("Qui peut candidater ?",))) is None


def test_a_message_keeps_its_own_words(reader):
    assert understood(reader, "Quelle est l’amande maximal ?").text == "Quelle est l’amande maximal ?"


@pytest.mark.parametrize(
    ("message", "mended"),
    [
        pytest.param("quelle est la date limitte", "limite", id="a letter too many"),
        pytest.param("notifier une violatoin de données", "violation", id="two letters swapped"),
        pytest.param("recompnse en argent", "recompense", id="a letter missing"),
        pytest.param("c koi la date limite ?", "quoi", id="hasty typing"),
        pytest.param("cest quand la fin de lappel", "l'appel", id="an apostrophe missing"),
        pytest.param("la fin dannée", "d'année", id="an apostrophe missing before an accent"),
    ],
)
def test_typing_is_mended(message, mended, reader):
    assert mended in reader.repair(message, "fr")


@pytest.mark.parametrize(
    "message",
    [
        "art. 35 du RGPD",
        "la mère et celle de Tours",
        "mother",
        "AIPD",
        "l’ANSSI et la DINUM",
        "Albert",
        "30 septembre 2023",
        "jusqu'à quand",
        "jusqu’en mai",
    ],
)
def test_what_is_written_right_is_left_alone(message, reader):
    assert reader.repair(message, "fr") == message


@pytest.mark.parametrize(
    ("message", "premise"),
    [
        ("c'est bien le 31 octobre ?", True),
        ("Puisque le bac à sable suspend le RGPD, que faire ?", True),
        ("On m'a dit que les entreprises étaient exclues", True),
        ("The deadline is 31 October, right?", True),
        ("I was told that companies are excluded.", True),
        ("Quelle était la date limite ?", False),
        ("What was the deadline?", False),
    ],
)
def test_a_message_that_takes_something_for_granted_is_noticed(message, premise, reader):
    assert reader.builds_on_a_premise(message) is premise


@given(st.text(max_size=120), st.lists(st.text(max_size=40), max_size=4))
def test_any_message_becomes_a_question(reader_for_anything, message, earlier):
    question = understood(reader_for_anything, message, *earlier)
    assert question.text == message and question.language in ("fr", "en")
    assert question.standalone.strip().endswith(question.repaired.strip())


@pytest.fixture(scope="module")
def reader_for_anything(reader: Reader) -> Reader:
    return reader


@pytest.mark.parametrize("message", ["a" * 1000, "date " * 200, "é" * 999 + "?", "?" * 1000, "l'" * 500])
def test_the_longest_messages_are_read_in_an_instant(message, reader):
    import time

    started = time.perf_counter()
    understood(reader, message, message, message)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("Merci. In English please, on what date?", ("en", "on what date?")),
        ("Qui a présélectionné les dossiers ? En anglais svp", ("en", "Qui a présélectionné les dossiers ?")),
        ("Qui a présélectionné les dossiers, en anglais svp", ("en", "Qui a présélectionné les dossiers,")),
        ("En français s'il vous plaît : who can apply?", ("fr", "who can apply?")),
        ("In English please", None),
        ("Un éditeur, français, peut-il candidater ?", None),
        ("Peut-on rédiger le dossier, en anglais, ou faut-il traduire ?", None),
        ("Le dossier est-il en français, en anglais ?", None),
        ("Peut-on répondre en anglais, ou faut-il traduire ?", None),
    ],
)
def test_the_language_asked_for_beside_a_question(message, asked, reader):
    assert reader.in_a_language(message) == asked
