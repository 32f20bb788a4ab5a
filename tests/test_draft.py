"""The writer that needs no language model: it says the passages' own sentences, in the language of the question."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from tiny import FILES

from assistant import wording
from assistant.draft import KINSHIP, MOST_SENTENCES, Writer, claims_of, kinship
from assistant.evidence import Evidence
from assistant.lead import NO_LEADS
from assistant.parts import Part
from assistant.retrieve import Found, Retriever
from assistant.suggest import MOST_FOLLOW_UPS, Suggester, load_suggestions
from assistant.understand import Reader
from assistant.vocabulary import Conversation, Draft
from corpus.index import Section
from corpus.passages import Language

OPEN, CLOSED, EARLY = date(2023, 9, 1), date(2026, 11, 25), date(2023, 7, 1)


@pytest.fixture(scope="module")
def writer(index, call, reader) -> Writer:
    return Writer(index, call, reader, Suggester(index, load_suggestions(FILES / "corpus" / "suggestions.yaml")))


def drafted(
    writer: Writer,
    tiny_retriever: Retriever,
    text: str,
    *,
    sufficiency="sufficient",
    on=OPEN,
    language: Language = "fr",
) -> Draft:
    reader: Reader = writer.reader
    question = reader.understand(text, Conversation(), language=language, default=language)
    found = tiny_retriever.retrieve(question.standalone, embed=tiny_retriever.index.encoder.question).found
    return writer.write(question, found, Evidence(sufficiency, 0.9, {}), on=on)


def first(writer: Writer, section_id: str) -> list[Found]:
    """As if the search had found this section alone."""
    channels = {"question": 1.0, "misconception": 0.0, "beside": 0.0, "body": 0.0}
    return [Found(writer.index.section(section_id), 5.0, channels)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_claims_are_the_sentences_of_passages_in_the_language_of_the_question(language, writer, tiny_retriever):
    for passage in writer.index.passages:
        for asked in passage.questions:
            draft = drafted(writer, tiny_retriever, asked, language=language, on=CLOSED)
            for claim in draft.claims:
                assert claim.text in claim.citations[0].quote
                assert all(c.quote in c.passage.text and c.passage.language == language for c in claim.citations)


def test_a_question_gets_the_sentences_of_its_section(writer, tiny_retriever):
    draft = drafted(writer, tiny_retriever, "Quelle était la date limite ?")
    assert draft.kind == "answer" and draft.opening == ""
    assert [claim.text for claim in draft.claims[:2]] == [
        "Le dépôt des dossiers était possible jusqu’au 30 septembre 2023.",
        "Aucune heure limite n’a été publiée.",
    ]


def test_the_same_question_gets_the_same_draft(writer, tiny_retriever):
    assert drafted(writer, tiny_retriever, "Quelle était la date limite ?") == drafted(
        writer, tiny_retriever, "Quelle était la date limite ?"
    )


def test_four_sentences_at_most(passage_of):
    long = replace(passage_of["fine/fr"], text=" ".join(f"Phrase {number} de la liste." for number in range(1, 8)))
    claims = claims_of(long)
    assert len(claims) == MOST_SENTENCES
    assert all(citation.quote in long.text for claim in claims for citation in claim.citations)


def test_a_part_of_a_passage_can_be_said_alone(passage_of):
    long = replace(passage_of["fine/fr"], text="Avant. La première. La seconde. Après.")
    start, end = long.text.index("La première"), long.text.index("Après")
    (first, second) = claims_of(long, start, end)
    assert (first.text, second.text) == ("La première.", "La seconde.")
    assert first.citations[0].quote == second.citations[0].quote == "La première. La seconde."
    assert claims_of(long, start, end, most=1) == [
        replace(first, citations=(replace(first.citations[0], quote=first.text),))
    ]
    assert claims_of(long, start, end, most=0) == []


def test_when_a_list_is_asked_for_the_details_are_said(writer, tiny_retriever):
    draft = drafted(writer, tiny_retriever, "Quels projets ont été lauréats ?")
    assert [claim.citations[0].passage.id for claim in draft.claims[:2]] == ["winner-albert/fr", "winner-metro/fr"]


@pytest.mark.parametrize(
    ("asked", "is_counted"),
    [
        ("Combien de projets ont été retenus ?", True),
        ("Combien de projets ont été retenus, avec ceux qui sont arrivés après ?", True),
        ("Combien de projets ont été retenus, et lesquels ?", False),
    ],
)
def test_when_a_count_is_asked_for_the_count_is_said(asked, is_counted, writer, tiny_retriever):
    draft = drafted(writer, tiny_retriever, asked)
    assert (draft.claims[0].text == "Deux projets ont été déclarés lauréats le 22 novembre 2023.") is is_counted


def test_the_section_that_lists_the_very_question_speaks_first(writer, tiny_retriever):
    asked = writer.reader.understand("Quelle est l'amende maximale ?", Conversation(), language="fr", default="fr")
    found = tiny_retriever.retrieve(asked.standalone, embed=tiny_retriever.index.encoder.question).found
    assert found[0].section.id == "fine"
    draft = writer.write(asked, found, Evidence("sufficient", 0.9, {}, "breach"), on=OPEN)
    assert draft.claims[0].citations[0].passage.section_id == "breach"


@pytest.mark.parametrize(
    ("other", "margin", "is_shown"),
    [
        pytest.param("breach", 0.3, True, id="almost an equal, whatever it speaks of"),
        pytest.param("breach", 1.0, False, id="near, and about something else"),
        pytest.param("deadline", 1.0, True, id="near, and about the same thing"),
        pytest.param("deadline", 2.0, False, id="about the same thing, and far"),
    ],
)
def test_a_second_section_is_shown_when_it_is_not_beside_the_point(other, margin, is_shown, writer):
    question = writer.reader.understand("L'appel est-il clos ?", Conversation(), language="fr", default="fr")
    (best,), (second,) = first(writer, "closed"), first(writer, other)
    found = [best, replace(second, score=best.score - margin)]
    claims = writer.write(question, found, Evidence("sufficient", 0.9, {}), on=CLOSED).claims
    assert (other in {claim.citations[0].passage.section_id for claim in claims}) is is_shown


def test_kinship_is_the_share_of_words_in_common(writer):
    closed, deadline, fine = (writer.index.section(name) for name in ("closed", "deadline", "fine"))
    assert kinship(closed, closed) == 1
    assert kinship(closed, deadline) == kinship(deadline, closed) > kinship(closed, fine) >= 0


def test_a_section_that_tells_a_silence_is_an_abstention(writer, tiny_retriever):
    draft = drafted(writer, tiny_retriever, "Do the laureates receive money?", language="en")
    assert draft.kind == "abstention" and draft.opening == wording.NOT_STATED["en"]
    assert draft.claims[0].citations[0].passage.id == "prize-not-stated/en"
    assert draft.closing == wording.ASK_THE_CNIL["en"]


@pytest.mark.parametrize(("nearest", "kind"), [("fine", "answer"), ("prize-not-stated", "abstention")])
def test_of_two_questions_the_one_that_no_source_answers_is_told_beside(nearest, kind, writer):
    question = writer.reader.understand(
        "What is the highest fine, and is there a prize?", Conversation(), language="en", default="en"
    )
    parts = [Part(writer.index.section(section), NO_LEADS) for section in ("fine", "prize-not-stated")]
    draft = writer.write(question, first(writer, nearest), Evidence("sufficient", 0.9, {}), parts=parts, on=CLOSED)
    assert draft.kind == kind
    said = {claim.citations[0].passage.section_id for claim in draft.claims}
    assert said == ({"fine", "prize-not-stated"} if kind == "answer" else {"prize-not-stated"})


def test_an_abstention_says_what_is_near_and_whom_to_ask_and_states_nothing(writer, tiny_retriever):
    draft = drafted(writer, tiny_retriever, "Combien de projets ont été refusés ?", sufficiency="nearby")
    assert draft.kind == "abstention" and draft.claims == ()
    assert draft.opening == wording.NOT_STATED["fr"]
    assert "«\u00a0Nombre de projets retenus\u00a0»" in draft.closing and wording.ASK_THE_CNIL["fr"] in draft.closing
    assert draft.follow_ups


def test_an_abstention_says_what_was_looked_for(writer, tiny_retriever):
    draft = drafted(writer, tiny_retriever, "Combien de projets ont été refusés ?", sufficiency="nearby")
    assert "refusés" in f"{draft.opening} {draft.closing}"


def test_an_abstention_on_a_message_without_a_subject_says_what_it_leans_on(writer, tiny_retriever):
    earlier = Conversation(("Quelle est l'amende maximale ?",))
    question = writer.reader.understand("et qui ?", earlier, language="fr", default="fr")
    found = tiny_retriever.retrieve(question.standalone, embed=tiny_retriever.index.encoder.question).found
    draft = writer.write(question, found, Evidence("nearby", 0.1, {}), on=OPEN)
    assert "Mots cherchés\u00a0: «\u00a0amende, maximale\u00a0»." in draft.closing


def test_what_is_off_topic_is_declined(writer, tiny_retriever):
    draft = drafted(writer, tiny_retriever, "Quel temps fera-t-il demain ?", sufficiency="off_topic")
    assert draft.kind == "refusal" and draft.claims == () and draft.opening == wording.OFF_TOPIC["fr"]


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        pytest.param("c'est bien le 31 octobre 2023 la date limite ?", "fr", id="another date to confirm"),
        pytest.param("La date limite était le 31 octobre 2023, non ?", "fr", id="a known false statement"),
        pytest.param("The deadline was 31 October 2023, right?", "en", id="in English"),
        pytest.param(
            "On m'a dit que les entreprises sont exclues de l'appel.", "fr", id="a false statement without number"
        ),
    ],
)
def test_a_false_premise_gets_the_correction_first(asked, language, writer, tiny_retriever):
    draft = drafted(writer, tiny_retriever, asked, language=language)
    assert draft.kind == "answer" and draft.opening == wording.PREMISE[language] and draft.claims


@pytest.mark.parametrize(
    ("asked", "opening"),
    [
        pytest.param("c'est bien le 30 septembre 2023 la date limite ?", wording.CONFIRMED["fr"], id="right"),
        pytest.param("c'est bien le 30 septembre 2022 la date limite ?", wording.PREMISE["fr"], id="another year"),
        pytest.param("c'est bien le 29 septembre la date limite ?", wording.PREMISE["fr"], id="another day"),
    ],
)
def test_a_value_to_confirm_is_confirmed_or_corrected(asked, opening, writer):
    question = writer.reader.understand(asked, Conversation(), language="fr", default="fr")
    assert (
        writer.write(question, first(writer, "deadline"), Evidence("sufficient", 0.9, {}), on=OPEN).opening == opening
    )


def test_a_number_of_another_case_is_not_confirmed(writer, passage_of):
    """« Le seuil est de 16 ans, non ? » of a passage that says 15 here, and 16 elsewhere."""
    text = "En France, la date limite est le 30 septembre 2023. Ailleurs, elle est le 15 mai 2023."
    best = replace(passage_of["deadline/fr"], text=text)
    question = writer.reader.understand(
        "c'est bien le 15 mai 2023 la date limite ?", Conversation(), language="fr", default="fr"
    )
    found = replace(first(writer, "deadline")[0], section=Section("deadline", (best,)))
    assert writer.write(question, [found], Evidence("sufficient", 0.9, {}), on=OPEN).opening != wording.CONFIRMED["fr"]


@pytest.mark.parametrize(
    ("asked", "said", "is_confirmed"),
    [
        ("C'est bien 72 heures ?", "Une violation est notifiée dans les 72 heures.", True),
        ("le 30 septembre, c'est bien ça ?", "La date limite est le 30 septembre 2023.", True),
        ("En 2021 le thème était l'éducation, non ?", "L’édition de 2021 portait sur la santé.", False),
        ("on est moins de 250, on est dispensés non ?", "La dispense des moins de 250 personnes est étroite.", False),
        (
            "le 2 août 2026, c'est bien ça ?",
            "La date était le 2 août 2026 ; elle a été reportée au 2 août 2027.",
            False,
        ),
        ("C'est bien ouvert depuis janvier 2026 ?", "En janvier 2026, l’outil n’a pas été ouvert.", False),
        ("C'est bien 72 jours ?", "Une violation est notifiée dans les 72 heures.", False),
    ],
)
def test_what_shares_a_year_or_a_number_with_the_answer_is_not_confirmed(asked, said, is_confirmed, writer, passage_of):
    best = replace(passage_of["deadline/fr"], text=said)
    question = writer.reader.understand(asked, Conversation(), language="fr", default="fr")
    found = replace(first(writer, "deadline")[0], section=Section("deadline", (best,)))
    opening = writer.write(question, [found], Evidence("sufficient", 0.9, {}), on=OPEN).opening
    assert (opening == wording.CONFIRMED["fr"]) is is_confirmed


def test_what_is_not_of_the_same_thing_is_not_named_beside_what_was_looked_for(writer, tiny_retriever):
    question = writer.reader.understand("Qui encaisse l'amende ?", Conversation(), language="fr", default="fr")
    found = tiny_retriever.retrieve(question.standalone, embed=tiny_retriever.index.encoder.question, limit=99).found
    nearest, strange = found[0], found[-1]
    passages = tuple(replace(p, section_id="akin", title="Un titre voisin") for p in nearest.section.passages)
    akin = replace(nearest, section=Section("akin", passages))
    assert kinship(nearest.section, strange.section) < KINSHIP <= kinship(nearest.section, akin.section)
    for second, title in ((strange, strange.section.passage("fr").title), (akin, "Un titre voisin")):
        draft = writer.write(question, [nearest, second], Evidence("nearby", 0.1, {}), on=OPEN)
        assert draft.kind == "abstention" and (title[:12] in draft.closing) is (second is akin)


def test_a_plain_question_opens_with_its_answer(writer, tiny_retriever):
    assert drafted(writer, tiny_retriever, "Quelle est l'amende maximale ?", on=CLOSED).opening == ""


@pytest.mark.parametrize(
    ("on", "opening"),
    [
        pytest.param(date(2018, 5, 24), "Cette règle vaut à partir du 25 mai 2018.", id="before it holds"),
        pytest.param(date(2018, 5, 25), "", id="from its first day"),
    ],
)
def test_a_rule_that_does_not_hold_yet_is_said_so(on, opening, writer, tiny_retriever):
    assert drafted(writer, tiny_retriever, "Quelle est l'amende maximale ?", on=on).opening == opening


@pytest.mark.parametrize(
    ("on", "said"),
    [
        pytest.param(OPEN, (), id="open: nothing to say"),
        pytest.param(date(2023, 9, 30), (), id="the last day is open"),
        pytest.param(date(2023, 10, 1), ("30 septembre 2023",), id="closed, before the results"),
        pytest.param(CLOSED, ("30 septembre 2023", "22 novembre 2023"), id="closed, with results"),
        pytest.param(EARLY, ("21 juillet 2023",), id="not open yet"),
    ],
)
def test_what_concerns_applying_is_preceded_by_the_window(on, said, writer, tiny_retriever):
    draft = drafted(writer, tiny_retriever, "Quelle était la date limite ?", on=on)
    told = " ".join(claim.text for claim in draft.preface)
    assert bool(draft.preface) == bool(said) and all(part in told for part in said)
    if on < date(2023, 11, 22):
        assert "novembre" not in told
    assert drafted(writer, tiny_retriever, "Quelle est l'amende maximale ?", on=on).preface == ()


def test_a_section_for_a_closed_call_is_not_shown_while_it_is_open(writer, tiny_retriever):
    asked = "L'appel est-il terminé ?"
    cited = {c.passage.section_id for claim in drafted(writer, tiny_retriever, asked).claims for c in claim.citations}
    assert "closed" not in cited
    cited = {
        c.passage.section_id
        for claim in drafted(writer, tiny_retriever, asked, on=CLOSED).claims
        for c in claim.citations
    }
    assert "closed" in cited


def test_the_article_is_named_to_whoever_asks_where_it_is_written(writer, tiny_retriever):
    draft = drafted(writer, tiny_retriever, "Quel article fixe l'amende maximale ?", on=CLOSED)
    assert "RGPD art. 83" in draft.closing


def test_follow_ups_are_the_questions_of_other_sections(writer):
    for asked, language in (("Quelle est l'amende maximale ?", "fr"), ("What is the highest fine?", "en")):
        question = writer.reader.understand(asked, Conversation(), language=language, default=language)
        found = (*first(writer, "fine"), *first(writer, "breach"), *first(writer, "deadline"))
        draft = writer.write(question, found, Evidence("sufficient", 0.9, {}), on=CLOSED)
        assert 0 < len(draft.follow_ups) <= MOST_FOLLOW_UPS
        own = {claim.citations[0].passage.section_id for claim in draft.claims}
        others = {texts[language] for section, texts in writer.suggester.suggestions.items() if section not in own}
        assert set(draft.follow_ups) <= others


@pytest.mark.parametrize(
    ("language", "read"),
    [("fr", "RGPD art. 4, 1) ; considérant 26 et art. 9"), ("en", "GDPR art. 4, 1); recital 26 and art. 9")],
)
def test_a_pinpoint_is_given_in_the_language_of_the_reply(language, read):
    assert wording.pinpoint_in(language, "RGPD art. 4, 1) ; considérant 26 et art. 9") == read


def test_an_abstention_names_what_is_near_without_saying_what_is_true_of_it(writer, tiny_retriever):
    """A title may say a fact, and no citation would prove it."""
    draft = drafted(writer, tiny_retriever, "Qui sont les ministres ?", sufficiency="nearby")
    assert not re.search(r"«\u00a0[^»]*[:(?,][^»]*\u00a0»", draft.closing)


def test_no_passage_found_is_a_refusal(writer):
    question = writer.reader.understand("Quoi ?", Conversation(), language="fr", default="fr")
    assert writer.write(question, [], Evidence("sufficient", 0.9, {}), on=OPEN).kind == "refusal"


def test_a_search_that_found_one_section_is_written(writer):
    question = writer.reader.understand("Quelle est l'amende ?", Conversation(), language="fr", default="fr")
    draft = writer.write(question, first(writer, "fine"), Evidence("sufficient", 0.9, {}), on=CLOSED)
    assert draft.kind == "answer" and draft.follow_ups == ()


def test_follow_ups_never_offer_what_the_window_hides(writer, tiny_retriever):
    for passage in writer.index.passages:
        for asked in passage.questions:
            draft = drafted(writer, tiny_retriever, asked, language="fr")
            assert writer.suggester.suggestions["closed"]["fr"] not in draft.follow_ups, asked


def test_a_closed_call_is_said_whatever_the_order_of_the_sentences(tmp_path, passages, call):
    from tiny import FakeEncoder, build_index

    from assistant.explain import asserts_eligibility
    from assistant.verify import claim_stands
    from assistant.window import window_preface
    from corpus.index import PassageIndex

    swapped = "Leurs noms ont été publiés. Deux projets ont été déclarés lauréats le 22 novembre 2023."
    build_index(tmp_path, [replace(p, text=swapped) if p.id == "winners/fr" else p for p in passages], FakeEncoder())
    (said,) = window_preface(PassageIndex.open(tmp_path, FakeEncoder()), call, "fr", on=CLOSED)
    assert claim_stands(said, "fr", None, asserts_eligibility)
