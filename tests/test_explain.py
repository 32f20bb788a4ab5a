"""The words of a verdict, and the guard: no sentence says a verdict that was not given."""

from __future__ import annotations

import re
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from assistant import wording
from assistant.explain import _point, asserts_eligibility, understood, word_verdict
from assistant.judge import judge, next_question
from assistant.vocabulary import Reading, Situation
from corpus.call import load_call

CALL = load_call(Path(__file__).resolve().parent.parent / "corpus" / "call.yaml")
OPEN, CLOSED, RESULTS, EARLY = date(2023, 9, 1), date(2023, 10, 15), date(2026, 11, 25), date(2023, 7, 1)


def situation(**values):
    return Situation({field: Reading(value, f"words of {value}") for field, value in values.items()})


def worded(language="fr", on=OPEN, scope="own", **values):
    said = situation(**values)
    return word_verdict(judge(said, CALL, on=on), said, CALL, language, scope=scope)


ELIGIBLE = {"applicant": "public", "uses_ai": "yes", "public_service": "yes", "stage": "before"}
SITUATIONS = [
    dict(zip(("applicant", "public_partner", "shared_need", "uses_ai", "public_service", "stage", "theme"), values, strict=True))
    for values in product(
        (None, "public", "private", "association", "individual"), (None, "yes", "no"), (None, "none", "several"),
        (None, "yes", "no"), ("yes",), (None, "before", "deployed", "evolution"), (None, "edtech"),
    )
]  # fmt: skip


def test_what_does_not_count_for_this_applicant_has_no_label():
    of_public = understood(situation(applicant="public", public_partner="no"), CALL, "fr")
    of_unsaid = understood(situation(public_partner="no"), CALL, "fr")
    assert [label.field for label in of_public] == ["applicant"]
    assert [label.field for label in of_unsaid] == ["public_partner"]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("scope", ["own", "general"])
def test_no_sentence_shown_says_another_verdict_than_the_one_given(language, scope):
    for values in SITUATIONS:
        said = situation(**{field: value for field, value in values.items() if value})
        verdict = judge(said, CALL, on=RESULTS)
        text = word_verdict(verdict, said, CALL, language, scope=scope)
        for part in (text.opening, text.closing, *(sentence for sentence, _ in text.sentences)):
            assert asserts_eligibility(part, language) in (
                verdict.status,
                None,
                "not_settled" if scope == "general" else None,
            ), part
        if scope == "own":
            assert asserts_eligibility(text.opening, language) == verdict.status, text.opening


def test_a_verdict_says_what_it_rests_on_and_nothing_of_an_open_window():
    assert worded(**ELIGIBLE).opening == (
        "D’après ce que vous indiquez, le projet remplit les conditions de l’appel\u00a0: "
        "organisme public, recours à l’IA, lien avec un service public, projet pas encore en service."
    )


@pytest.mark.parametrize(
    ("said", "opening"),
    [
        ({"stage": "deployed"}, "From what you say, the project does not meet the conditions of the call: system already in service."),
        (
            {"uses_ai": "no", "stage": "minor_update"},
            "From what you say, the project does not meet the conditions of the call: no use of AI, minor update of a tool in service.",
        ),
        (
            {"applicant": "association", "public_partner": "no", "shared_need": "one"},
            "From what you say, the project does not meet the conditions of the call: association, with no public actor involved, "
            "need spotted by only one public actor.",
        ),
        ({"established": "abroad"}, "The sources do not settle this case: body established outside France."),
        (
            {"applicant": "individual", "personal_data": "no"},
            "The sources do not settle this case: individual or freelancer, no personal data at stake.",
        ),
    ],
)  # fmt: skip
def test_a_verdict_rests_on_what_decides_alone(said, opening):
    assert worded("en", **{**ELIGIBLE, **said}).opening == opening


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_verdict_rests_on_nothing(language):
    for values in SITUATIONS:
        text = worded(language, **{field: value for field, value in values.items() if value})
        assert not re.search(r":\s*\.", text.opening), text.opening


def test_a_refusal_gives_the_condition_that_fails_with_its_fact():
    text = worded(**{**ELIGIBLE, "stage": "deployed"})
    assert [fact for _, fact in text.sentences] == ["project-already-deployed"]
    assert "2021 et 2022" in text.sentences[0][0]


def test_an_association_is_told_that_the_sources_do_not_name_it():
    assert "not-stated-associations" in [fact for _, fact in worded(applicant="association").sentences]


def test_a_university_is_told_that_research_bodies_are_not_named():
    text = worded(**{**ELIGIBLE, "applicant": "research"})
    assert "not-stated-research-bodies" in [fact for _, fact in text.sentences]


def test_a_theme_that_is_not_a_priority_is_told_not_to_be_an_exclusion():
    facts = [fact for _, fact in worded(**ELIGIBLE, theme="edtech").sentences]
    assert facts[-2:] == ["nonpriority-sectors", "nonpriority-is-not-exclusion"]


def test_what_weakens_another_condition_is_not_said_beside_the_one_that_decides():
    told = {**ELIGIBLE, "applicant": "association", "public_partner": "yes", "theme": "edtech"}
    assert {"not-stated-associations", "nonpriority-sectors"} <= {fact for _, fact in worded(**told).sentences}
    refused = worded(**{**told, "stage": "deployed"})
    assert [fact for _, fact in refused.sentences] == ["project-already-deployed"]
    unsettled = worded(**{**told, "stage": "evolution"})
    assert [fact for _, fact in unsettled.sentences] == ["not-stated-evolution-of-existing"]


def test_one_question_is_asked_then_the_indication_is_given():
    text = worded(applicant="private")
    assert text.closing == (
        "Un acteur public mène-t-il le projet avec vous\u00a0?\n\n"
        "C’est une indication tirée des règles de l’appel\u00a0; elle n’engage pas la CNIL."
    )


def test_a_reply_that_depends_names_every_point_that_it_depends_on():
    one = worded(applicant="public", uses_ai="yes", public_service="yes")
    several = worded("en", applicant="private", uses_ai="yes", public_service="yes")
    assert one.opening == "Cela dépend d’un point à préciser\u00a0: l’avancement du projet."
    assert several.opening == (
        "It depends on points still to be clarified: whether a public actor takes part, how far along the project is."
    )


def test_a_condition_of_which_nothing_may_be_asked_is_named_by_its_first_field():
    said = {"applicant": "public"}
    assert _point(CALL.criterion("applicant"), said, None).id == "applicant"


def test_what_the_person_says_not_to_know_is_asked_last_and_said_to_be_theirs_to_check():
    known = {field: Reading(value, value) for field, value in ELIGIBLE.items() if field != "stage"}
    unsure = Situation(known, frozenset({"stage"}))
    text = word_verdict(judge(unsure, CALL, on=OPEN), unsure, CALL, "fr", scope="own")
    assert text.closing.startswith("C’est un point à vérifier de votre côté. Où en est le projet")
    del known["uses_ai"]
    unsure = Situation(known, frozenset({"stage"}))
    text = word_verdict(judge(unsure, CALL, on=OPEN), unsure, CALL, "fr", scope="own")
    assert text.closing.startswith("Le projet recourt-il à l’intelligence artificielle")


def test_what_the_sources_leave_open_sends_to_the_cnil():
    assert "ask the CNIL" in worded("en", applicant="individual").closing


def test_a_general_question_gets_the_rule_and_no_question_back():
    text = worded(scope="general", applicant="association")
    assert "?" not in text.closing
    assert text.opening == "Cela dépend\u00a0: une condition est posée."
    assert [fact for _, fact in text.sentences] == ["eligibility-private-bodies", "not-stated-associations"]
    assert not re.search(r"\b[vV]ous\b|\b[vV]otre\b", text.opening + " ".join(s for s, _ in text.sentences))


def test_every_text_is_short():
    for values in SITUATIONS:
        assert len(worded(**{field: value for field, value in values.items() if value}).sentences) <= 6


def test_the_labels_say_what_was_understood_with_the_words_of_the_person():
    labels = understood(situation(applicant="private", public_partner="no"), CALL, "fr")
    assert [(label.label, label.words) for label in labels] == [
        ("organisme\u00a0: organisme privé", "words of private"),
        ("acteur public associé\u00a0: non", "words of no"),
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_typography_is_right(language):
    for values in SITUATIONS:
        values = {field: value for field, value in values.items() if value}
        text = worded(language, on=RESULTS, **values)
        whole = " ".join(
            [text.opening, text.closing, *(s for s, _ in text.sentences), *(u.label for u in text.understood)]
        )
        assert "!" not in whole and "{" not in whole
        if language == "fr":
            assert not re.search(r"[^\u00a0][:;?»]", whole), whole
            assert "«" not in whole or not re.search(r"«[^\u00a0]", whole)


def test_the_question_asked_is_the_next_question():
    for values in SITUATIONS:
        values = {field: value for field, value in values.items() if value}
        asked = next_question(situation(**values), CALL)
        text = worded("en", **values)
        assert ("?" in text.closing) == (asked is not None)
        if asked:
            said_before = "One point remains open. " if "meets the conditions of the call" in text.opening else ""
            assert text.closing.startswith(f"{said_before}{CALL.field(asked).question.en}")


ASSERTIONS = [
    # what a sentence asserts; None when it asserts no verdict about the reader's project
    ("Vous êtes éligible.", "eligible"),
    ("Votre commune est éligible.", "eligible"),
    ("Votre projet est donc éligible à l’appel.", "eligible"),
    ("vous etes eligible", "eligible"),
    ("Oui, vous pouvez candidater.", "eligible"),
    ("Vous pouvez déposer un dossier.", "eligible"),
    ("Vous pouvez tout à fait postuler.", "eligible"),
    ("Rien ne s’oppose à votre candidature.", "eligible"),
    ("Rien n’empêche votre association de candidater.", "eligible"),
    ("Aucun obstacle ne s’oppose à votre candidature.", "eligible"),
    ("Votre projet remplit toutes les conditions.", "eligible"),
    ("Toutes les conditions sont remplies.", "eligible"),
    ("Votre candidature est recevable.", "eligible"),
    ("Votre projet entre bien dans le champ de l’appel.", "eligible"),
    ("Vous avez le droit de candidater.", "eligible"),
    ("Sans aucun doute, vous êtes éligible.", "eligible"),
    ("Votre projet n’est pas exclu.", "eligible"),
    ("Vous n’êtes pas inéligible.", "eligible"),
    ("Tous les voyants sont au vert pour votre candidature.", "eligible"),
    ("You are eligible.", "eligible"),
    ("Your project qualifies.", "eligible"),
    ("You can apply.", "eligible"),
    ("You may therefore submit an application.", "eligible"),
    ("You meet all the conditions.", "eligible"),
    ("All conditions are met.", "eligible"),
    ("Nothing prevents you from applying.", "eligible"),
    ("There is no doubt that you are eligible.", "eligible"),
    ("Your application is admissible.", "eligible"),
    ("Yes, your company can apply.", "eligible"),
    ("Your project falls within the scope of the call.", "eligible"),
    ("You have the right to apply.", "eligible"),
    ("Vous n’êtes pas éligible.", "not_eligible"),
    ("Vous ne pouvez pas candidater.", "not_eligible"),
    ("Votre projet ne remplit pas les conditions de l’appel.", "not_eligible"),
    ("Votre projet est inéligible.", "not_eligible"),
    ("Votre projet est exclu.", "not_eligible"),
    ("Votre projet est hors du champ de l’appel.", "not_eligible"),
    ("You are not eligible.", "not_eligible"),
    ("You cannot apply.", "not_eligible"),
    ("You can’t apply.", "not_eligible"),
    ("Your project does not qualify.", "not_eligible"),
    ("Your project does not meet the conditions.", "not_eligible"),
    ("Your project is ineligible.", "not_eligible"),
    ("Your project is ruled out.", "not_eligible"),
    ("Cela dépend de votre partenaire.", "depends"),
    ("It depends on your partner.", "depends"),
    ("Les sources ne permettent pas de trancher votre cas.", "not_settled"),
    ("The sources do not say whether you are eligible.", "not_settled"),
    ("Êtes-vous éligible ?", None),
    ("Are you eligible?", None),
    ("Vous êtes éligible si un acteur public mène le projet avec vous.", None),
    ("You are eligible if a public body joins.", None),
    ("Pour candidater, un organisme privé doit mener le projet avec un acteur public.", None),
    ("Tous les organismes publics peuvent candidater.", None),
    ("All public bodies may apply.", None),
    ("Un organisme privé peut candidater à une condition.", None),
    ("A private body may apply subject to one condition.", None),
    ("« Non prioritaire » ne veut pas dire irrecevable.", None),
    ("Une candidature ne peut plus être présentée à ce titre.", None),
    ("No application can be made under it any more.", None),
    ("Le dépôt des dossiers était possible jusqu’au 30 septembre 2023.", None),
    ("La CNIL a annoncé les projets retenus le 22 novembre 2023.", None),
    ("Les critères d’éligibilité distinguent organismes publics et privés.", None),
    ("Bonjour.", None),
    ("Hors sujet.", None),
    ("Votre projet est hors sujet.", "not_eligible"),
    ("Êtes-vous éligible ? Oui.", "eligible"),
    ("Pouvez-vous candidater ? Absolument !", "eligible"),
    ("Can you apply? No.", "not_eligible"),
    ("# Vous êtes éligible", "eligible"),
    ("Vous êtes éligible, quand déposez-vous le dossier ?", "eligible"),
    ("Si vous êtes éligible, que faut-il déposer ?", None),
    ("Êtes-vous éligible ? Cela dépend de votre partenaire.", "depends"),
    ("Avez-vous une autre question ? Oui.", None),
]


@pytest.mark.parametrize(("sentence", "asserted"), ASSERTIONS)
def test_what_a_sentence_asserts(sentence, asserted):
    assert asserts_eligibility(sentence, "fr") == asserted


def test_a_false_yes_hidden_in_a_long_text_is_found():
    text = (
        "L’appel est clos. Un organisme privé peut candidater à une condition. Bref, vous êtes éligible. Bonne journée."
    )
    assert asserts_eligibility(text, "fr") == "eligible"


def _own_words() -> list[str]:
    """Every text that the assistant says in its own voice."""
    found: list[str] = []
    for value in vars(wording).values():
        for text in value.values() if isinstance(value, dict) else ():
            found += [text] if isinstance(text, str) else list(text.values()) if isinstance(text, dict) else []
    return found


@pytest.mark.parametrize("text", _own_words())
def test_what_the_assistant_says_of_itself_asserts_no_verdict(text):
    """The guard would take it away."""
    assert asserts_eligibility(text, "fr") in (None, "not_settled")
