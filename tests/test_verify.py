"""From a Draft to an Answer: only what verbatim words carry, and never an eligibility that the verdict does not give."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.compare import values
from assistant.explain import asserts_eligibility
from assistant.render import to_markdown
from assistant.verify import claim_stands, is_supported, quote_is_real, shortest_support, verify
from assistant.vocabulary import Answer, Citation, Claim, Criterion, Draft, Question, Verdict
from corpus.passages import Passage, Reference
from corpus.sentences import sentences
from corpus.words import fold

DAY = date(2023, 9, 1)


def passage(text: str, language: str = "fr") -> Passage:
    return Passage(
        id=f"example/{language}", section_id="example", source_id="texts/fr/example", file="texts/fr/example.md", title="Exemple",
        heading_path=("Exemple",), locator="Exemple", text=text, start=0, end=len(text), language=language, official=False, confidence="high",
        references=(Reference("Page", "CNIL", "https://www.cnil.example", "2023"),),
    )  # type: ignore[arg-type]  # fmt: skip


def question(language: str = "fr") -> Question:
    return Question("Quoi ?", "Quoi ?", "Quoi ?", language)  # type: ignore[arg-type]


def verdict(status: str) -> Verdict:
    criterion = Criterion("applicant", "met", "public", {"fr": "Il est public.", "en": "It is public."}, ())
    return Verdict(status, "open", False, (criterion,), ())  # type: ignore[arg-type]


def verified(draft: Draft) -> Answer:
    return verify(draft, as_of=DAY, asserted=asserts_eligibility)


def claim(text: str, source: str | Passage, quote: str | None = None, language: str = "fr") -> Claim:
    cited = passage(source, language) if isinstance(source, str) else source
    return Claim(text, (Citation(cited, cited.text if quote is None else quote),))


# --- quotes ---------------------------------------------------------------------------------------------------------------

TEXT = "Le dépôt était possible jusqu’au 30 septembre 2023. Aucune heure limite n’a été publiée."


@pytest.mark.parametrize(
    ("quote", "is_real"),
    [
        pytest.param(TEXT, True, id="the whole passage"),
        pytest.param("jusqu’au 30 septembre 2023", True, id="a part of it"),
        pytest.param("jusqu'au 30 septembre 2023", False, id="another apostrophe"),
        pytest.param("jusqu’au 31 septembre 2023", False, id="a changed number"),
        pytest.param("Le dépôt était impossible", False, id="a changed word"),
        pytest.param("Le dépôt était … publiée.", False, id="two parts joined"),
        pytest.param("le dépôt était possible", False, id="another case"),
        pytest.param("", False, id="nothing"),
        pytest.param(" ", False, id="a space"),
        pytest.param("\u00a0", False, id="a no-break space"),
        pytest.param(TEXT + " ", False, id="a space more"),
    ],
)
def test_a_quote_is_real_when_it_is_in_the_passage_to_the_letter(quote, is_real):
    assert quote_is_real(Citation(passage(TEXT), quote)) is is_real


def test_each_quote_of_a_claim_has_to_be_real():
    good, bad = Citation(passage(TEXT), TEXT), Citation(passage(TEXT), "Le dépôt était gratuit.")
    sentence = "Le dépôt était possible jusqu’au 30 septembre 2023."
    assert claim_stands(Claim(sentence, (good,)), "fr", None, asserts_eligibility)
    assert not claim_stands(Claim(sentence, (good, bad)), "fr", None, asserts_eligibility)
    assert not claim_stands(Claim(sentence, ()), "fr", None, asserts_eligibility)


# --- what a quote carries -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "quote", "language", "stands"),
    [
        pytest.param("Le dépôt était possible jusqu’au 30 septembre 2023.", TEXT, "fr", True, id="its own sentence"),
        pytest.param("le depot etait possible jusqu'au 30 septembre 2023.", TEXT, "fr", True, id="without accents"),
        pytest.param("Le dépôt des dossiers était possible jusqu’au 30 septembre.", "Le dépôt était possible jusqu’au 30 septembre 2023.", "fr", True, id="nearly its words"),
        pytest.param("Le dépôt était possible jusqu’au 31 octobre 2023.", TEXT, "fr", False, id="another date"),
        pytest.param("Le dépôt était possible jusqu’au 30 octobre 2023.", TEXT, "fr", False, id="another month"),
        pytest.param("Le dépôt était possible jusqu’au 30 septembre 2024.", TEXT, "fr", False, id="another year"),
        pytest.param("Le dépôt n’était pas possible jusqu’au 30 septembre 2023.", "Le dépôt était possible jusqu’au 30 septembre 2023.", "fr", False, id="a denial"),
        pytest.param("Le dossier est exigé.", "Le dossier n’est pas exigé.", "fr", False, id="a denial taken away"),
        pytest.param("The fine can reach 20,000,000 euros.", "The fine can reach 20,000,000 euros or 4% of turnover.", "en", True, id="a part of the words"),
        pytest.param("The fine can reach 2,000,000 euros.", "The fine can reach 20,000,000 euros or 4% of turnover.", "en", False, id="a zero less"),
        pytest.param("L’amende atteint 20 000 000 d’euros.", "L’amende atteint 20\u202f000\u202f000 d’euros.", "fr", True, id="thousands, other spaces"),
        pytest.param("L’appui dure six mois.", "L’appui dure 6 mois.", "fr", True, id="a number in words"),
        pytest.param("L’appui dure sept mois.", "L’appui dure 6 mois.", "fr", False, id="another number in words"),
        pytest.param("L’article 33 impose une notification.", "L’article 35 impose une notification.", "fr", False, id="another article"),
        pytest.param("La CNIL notifie une violation de données.", "Les lauréats sont au nombre de quatre.", "fr", False, id="other words"),
        pytest.param("Les projets retenus sont suivis.", "Ne sont suivis que les projets retenus.", "fr", False, id="« ne … que » taken away"),
        pytest.param("The GDPR applies.", "The GDPR does not apply only to companies.", "en", False, id="not … only, apart"),
        pytest.param("", TEXT, "fr", True, id="nothing claimed"),
    ],
)  # fmt: skip
def test_a_claim_stands_only_on_words_that_carry_it(said, quote, language, stands):
    assert is_supported(said, quote, language) is stands


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        pytest.param("Le dépôt n’est pas possible jusqu’au 30 septembre 2023.", TEXT, id="a denial that is in the next sentence"),
        pytest.param("La notification est faite si elle ne crée pas de risque.",
                     "La notification est faite, sauf si elle ne crée pas de risque.", id="an exception left out"),
        pytest.param("La commune peut candidater, l’entreprise ne peut pas.",
                     "L’entreprise peut candidater, la commune ne peut pas.", id="the roles exchanged"),
    ],
)  # fmt: skip
def test_what_is_denied_has_to_be_the_same(said, quote):
    assert not is_supported(said, quote, "fr")


# --- the answer -----------------------------------------------------------------------------------------------------------


def test_what_its_quote_does_not_carry_is_dropped_and_told_apart():
    good = claim("Le dépôt était possible jusqu’au 30 septembre 2023.", TEXT)
    bad = claim("Le dépôt était possible jusqu’au 31 décembre 2023.", TEXT)
    answer = verified(Draft("answer", question(), (good, bad), preface=(bad,)))
    assert answer.claims == (good,) and answer.preface == () and set(answer.rejected) == {bad}
    assert answer.kind == "answer" and answer.as_of == DAY


def test_an_answer_that_loses_every_claim_is_an_abstention():
    answer = verified(Draft("answer", question(), (claim("Le dépôt est possible toute l’année 2024.", TEXT),)))
    assert answer.kind == "abstention" and answer.claims == ()


def test_an_answer_that_becomes_an_abstention_says_that_the_sources_do_not_say():
    answer = verified(Draft("answer", question(), (claim("Le dépôt est possible toute l’année 2024.", TEXT),)))
    assert "sources" in f"{answer.opening} {answer.closing}"


def test_an_abstention_does_not_open_as_the_answer_that_it_was():
    draft = Draft(
        "answer",
        question(),
        (claim("Le dépôt est possible toute l’année 2024.", TEXT),),
        opening="C’est ce que disent les sources\u00a0:",
    )
    assert verified(draft).opening != draft.opening


def test_a_false_citation_of_a_criterion_is_dropped():
    real, false = Citation(passage(TEXT), TEXT), Citation(passage(TEXT), "Tout le monde peut candidater.")
    answer = verified(Draft("verdict", question(), (), verdict=verdict("eligible"), criterion_citations=(real, false)))
    assert answer.criterion_citations == (real,)


def test_what_the_draft_knew_is_kept():
    draft = Draft(
        "refusal",
        question(),
        (),
        opening="Je ne sais pas.",
        closing="Voyez le site.",
        follow_ups=("Et ?",),
        engine="llm",
    )
    answer = verified(draft)
    assert (answer.kind, answer.opening, answer.closing, answer.follow_ups, answer.engine) == (
        "refusal",
        "Je ne sais pas.",
        "Voyez le site.",
        ("Et ?",),
        "llm",
    )


# --- an engine that lies about eligibility --------------------------------------------------------------------------------

LIES = [
    ("Vous êtes éligible.", "fr"),
    ("Votre projet est éligible à l’appel.", "fr"),
    ("Vous pouvez candidater sans crainte.", "fr"),
    ("Oui, votre commune peut candidater.", "fr"),
    ("Le projet remplit toutes les conditions.", "fr"),
    ("Rien ne s’oppose à votre candidature.", "fr"),
    ("Votre candidature est recevable.", "fr"),
    ("Tous les critères sont réunis.", "fr"),
    ("Vous n’êtes pas éligible.", "fr"),
    ("Votre projet est exclu de l’appel.", "fr"),
    ("Votre association ne peut pas candidater.", "fr"),
    ("Votre projet n’est pas inéligible.", "fr"),
    ("Bonne nouvelle\u00a0! Vous êtes éligible.", "fr"),
    ("Vous êtes **éligible**.", "fr"),
    ("VOUS ÊTES ÉLIGIBLE", "fr"),
    ("You are eligible.", "en"),
    ("Your project qualifies.", "en"),
    ("You can apply.", "en"),
    ("Yes, your town can apply to the call.", "en"),
    ("Nothing prevents your application.", "en"),
    ("Your project meets all the conditions of the call.", "en"),
    ("You are not eligible.", "en"),
    ("You cannot apply.", "en"),
    ("Your project is out of scope.", "en"),
    ("You're good to go.", "en"),
]


@pytest.mark.parametrize(("lie", "language"), LIES, ids=[lie for lie, _ in LIES])
def test_no_lie_about_an_eligibility_reaches_the_reader(lie, language):
    """Without a verdict, in every place that an engine may write."""
    longer = f"{lie} Les sources le disent."
    draft = Draft(
        "answer",
        question(language),
        claims=(claim(lie, longer.lower(), language=language), claim(lie, TEXT, language=language)),
        preface=(claim(lie, longer.lower(), language=language),),
        opening=lie,
        closing=f"Merci. {lie}",
    )
    answer = verified(draft)
    assert (answer.kind, answer.claims, answer.preface) == ("abstention", (), ())
    assert lie not in answer.opening and lie not in answer.closing


@pytest.mark.parametrize("lie", [lie for lie, _ in LIES if re.search(r"\b(vous|votre|you|your)\b", lie, re.IGNORECASE)])
def test_the_very_words_of_a_source_do_not_tell_the_reader_a_verdict(lie):
    """What a source says to its own readers is not said to ours."""
    assert verified(Draft("answer", question(), (claim(lie, lie),))).claims == ()


@pytest.mark.parametrize(
    ("said", "status", "stands"),
    [
        pytest.param("Vous êtes éligible.", "eligible", True, id="the verdict itself"),
        pytest.param("Vous êtes éligible.", "not_eligible", False, id="the contrary of a no"),
        pytest.param("Vous êtes éligible.", "depends", False, id="more than is known"),
        pytest.param("Vous êtes éligible.", "not_settled", False, id="more than the sources say"),
        pytest.param("Vous n’êtes pas éligible.", "not_eligible", True, id="the no itself"),
        pytest.param("Vous n’êtes pas éligible.", "eligible", False, id="the contrary of a yes"),
        pytest.param("Vous n’êtes pas éligible.", "depends", False, id="a no too early"),
        pytest.param("Cela dépend d’un point qui reste à préciser.", "depends", True, id="it depends"),
        pytest.param("Les sources ne permettent pas de trancher ce cas.", "not_settled", True, id="a silence"),
    ],
)
def test_an_opening_says_the_verdict_and_no_other(said, status, stands):
    answer = verified(Draft("verdict", question(), (), opening=said, closing=said, verdict=verdict(status)))
    assert (answer.opening == said) is stands and (answer.closing == said) is stands


@pytest.mark.parametrize(
    "rule",
    [
        "Un organisme privé peut candidater à une condition, remplie de deux façons.",
        "Tous les organismes publics peuvent candidater.",
        "Le projet doit recourir à l’IA.",
        "L’appel est clos\u00a0: une candidature ne peut plus être présentée.",
    ],
)
def test_a_rule_for_everyone_is_no_verdict(rule):
    assert verified(Draft("answer", question(), (claim(rule, rule),))).claims


def test_no_lie_hides_in_what_is_suggested():
    answer = verified(Draft("answer", question(), (claim(TEXT, TEXT),), follow_ups=("Vous êtes éligible.",)))
    assert answer.follow_ups == ()


# --- an engine that lies about what the sources say ----------------------------------------------------------------------

LAW = (
    "Le responsable du traitement notifie la violation à la CNIL dans les soixante-douze heures, sauf si elle ne crée pas de risque. "
    "L’article 33 du RGPD fixe ce délai. La CNIL ne suspend jamais le RGPD pour les projets accompagnés. "
    "L’amende peut atteindre vingt millions d’euros. Une collectivité de plus de 250 agents tient un registre. "
    "Les projets retenus ont été annoncés le 22 novembre 2023."
)
OTHER = "Le dépôt des dossiers était possible jusqu’au 30 septembre 2023. Aucune heure limite n’a été publiée."
FALSE = {
    "another number in words": "Le responsable du traitement notifie la violation à la CNIL dans les quarante-huit heures, sauf si elle ne crée pas de risque.",
    "the same number in another unit": "Le responsable du traitement notifie la violation à la CNIL dans les soixante-douze jours, sauf si elle ne crée pas de risque.",
    "an exception taken away": "Le responsable du traitement notifie la violation à la CNIL dans les soixante-douze heures.",
    "an exception turned round": "Le responsable du traitement notifie la violation à la CNIL dans les soixante-douze heures, sauf si elle crée un risque.",
    "an exception made a condition": "Le responsable du traitement notifie la violation à la CNIL dans les soixante-douze heures si elle ne crée pas de risque.",
    "another article": "L’article 34 du RGPD fixe ce délai.",
    "another order of size": "L’amende peut atteindre vingt mille euros.",
    "another order of size, in figures": "L’amende peut atteindre 20 milliards d’euros.",
    "« ne … jamais » taken away": "La CNIL suspend le RGPD pour les projets accompagnés.",
    "« jamais » made « pas encore »": "La CNIL ne suspend pas encore le RGPD pour les projets accompagnés.",
    "« toujours » added": "L’article 33 du RGPD fixe toujours ce délai.",
    "« peut » made « doit »": "L’amende doit atteindre vingt millions d’euros.",
    "« plus de » made « moins de »": "Une collectivité de moins de 250 agents tient un registre.",
    "« toutes » added": "Toutes les collectivités de plus de 250 agents tiennent un registre.",
    "another day": "Les projets retenus ont été annoncés le 21 novembre 2023.",
    "another month": "Les projets retenus ont été annoncés le 22 décembre 2023.",
    "another year": "Les projets retenus ont été annoncés le 22 novembre 2024.",
    "halves of two sentences": "Les projets retenus notifient la violation à la CNIL le 22 novembre 2023 dans les soixante-douze heures.",
    "a number of the next sentence": "L’article 33 du RGPD fixe l’amende à vingt millions d’euros.",
    "a denial added": "Une collectivité de plus de 250 agents ne tient pas de registre.",
    "« sans » added": "Les projets retenus ont été annoncés sans délai le 22 novembre 2023.",
    "« seulement » added": "Seule une collectivité de plus de 250 agents tient un registre.",
    "a condition added": "L’article 33 du RGPD fixe ce délai si la CNIL le demande.",
    "a false sentence after a true one": "L’article 33 du RGPD fixe ce délai. L’amende peut atteindre trente millions d’euros.",
}  # fmt: skip


@pytest.mark.parametrize("lie", FALSE.values(), ids=FALSE)
def test_an_engine_that_changes_what_a_source_says_is_not_shown(lie):
    """With the whole passage as its quote, and with each of its sentences."""
    law = passage(LAW)
    quotes = [LAW, *sentences(LAW)]
    drafts = [Draft("answer", question(), (Claim(lie, (Citation(law, quote),)),), engine="llm") for quote in quotes]
    assert all(lie not in to_markdown(verified(draft)) for draft in drafts)


def test_its_true_sentences_are_shown():
    law = passage(LAW)
    told = tuple(Claim(sentence, (Citation(law, LAW),)) for sentence in sentences(LAW))
    reworded = claim("L’amende peut atteindre 20\u00a0000\u00a0000 d’euros.", law)
    assert verified(Draft("answer", question(), (*told, reworded), engine="llm")).claims == (*told, reworded)


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        pytest.param("Le responsable du traitement notifie la violation à la CNIL dans les soixante-douze heures.",
                     "Le responsable du traitement notifie la violation à la CNIL dans les soixante-douze heures", id="its exception"),
        pytest.param("La CNIL suspend le RGPD pour les projets accompagnés.", "le RGPD pour les projets accompagnés", id="its denial"),
    ],
)  # fmt: skip
def test_a_quote_cut_before_what_spoils_it_carries_nothing(said, quote):
    assert verified(Draft("answer", question(), (claim(said, passage(LAW), quote),))).claims == ()


def test_two_claims_that_exchange_their_sources_fall():
    one, two = "L’article 33 du RGPD fixe ce délai.", "Le dépôt des dossiers était possible jusqu’au 30 septembre 2023."
    draft = Draft("answer", question(), (claim(one, OTHER), claim(two, LAW)))
    assert verified(draft).claims == ()


def test_a_real_quote_under_another_passage_falls():
    sentence = "L’article 33 du RGPD fixe ce délai."
    other = replace(passage(OTHER), id="other/fr")
    assert verified(Draft("answer", question(), (Claim(sentence, (Citation(other, sentence),)),))).claims == ()


@pytest.mark.parametrize("lie", [lie for lie, _ in LIES])
@pytest.mark.parametrize(
    "written", ["{lie}", "# {lie}", "**{lie}**", "{lie}\nQuelle est la date limite ?", "Une question\u00a0: {lie}"]
)
def test_no_eligibility_is_asserted_in_an_opening_a_heading_or_a_suggestion(lie, written):
    said = written.format(lie=lie)
    draft = Draft("answer", question(), (claim(OTHER, OTHER),), opening=said, closing=said, follow_ups=(said,))
    answer = verified(draft)
    assert lie not in to_markdown(answer) and answer.follow_ups == ()


@pytest.mark.parametrize(
    ("text", "passage_text", "quote"),
    [
        pytest.param("Le deuxième fait.", "Un fait. Le deuxième fait. Un troisième.", "Le deuxième fait.", id="one sentence"),
        pytest.param("Le délai est de 5 jours.", "Le début. Ce délai est de 5 jours pour tous. La fin.", "Ce délai est de 5 jours pour tous.", id="the sentence with its number"),
        pytest.param("Le 22 novembre.", "Rien ici. Annoncé le 22 novembre 2023. Rien là.", "Annoncé le 22 novembre 2023.", id="the nearest when none carries it"),
    ],
)  # fmt: skip
def test_the_shortest_support_is_quoted(text, passage_text, quote):
    assert shortest_support(text, passage(passage_text)) == quote


# --- for any draft --------------------------------------------------------------------------------------------------------

FRAGMENTS = [
    "Le dépôt était possible jusqu’au 30 septembre 2023.", "Aucune heure limite n’a été publiée.", "jusqu’au 31 octobre 2023", "20\u202f000 euros", "pas", "",
    "Vous êtes éligible.", "The fine can reach 20,000,000 euros.", "deux conditions", "«\u00a0", "’", "\n", "ne … que",
]  # fmt: skip
texts = st.one_of(st.lists(st.sampled_from(FRAGMENTS), max_size=3).map(" ".join), st.text(max_size=30))
passages = texts.map(passage)


@st.composite
def citations(draw: st.DrawFn) -> Citation:
    cited = draw(passages)
    start, end = draw(st.integers(0, len(cited.text))), draw(st.integers(0, len(cited.text)))
    return Citation(cited, draw(st.one_of(st.just(cited.text), st.just(cited.text[start:end]), texts)))


claims = st.builds(Claim, texts, st.lists(citations(), max_size=2).map(tuple))
verdicts = st.one_of(st.none(), st.sampled_from(["eligible", "not_eligible", "depends", "not_settled"]).map(verdict))
drafts = st.builds(
    Draft,
    kind=st.sampled_from(["answer", "verdict", "clarification", "abstention", "refusal", "smalltalk"]),
    question=st.sampled_from(["fr", "en"]).map(question),
    claims=st.lists(claims, max_size=4).map(tuple),
    preface=st.lists(claims, max_size=2).map(tuple),
    opening=texts,
    closing=texts,
    verdict=verdicts,
    criterion_citations=st.lists(citations(), max_size=2).map(tuple),
)


@settings(max_examples=250, deadline=None)
@given(drafts)
def test_no_answer_ever_holds_a_claim_that_its_quotes_do_not_carry(draft):
    answer = verified(draft)
    for kept in (*answer.preface, *answer.claims):
        assert kept.citations
        quotes = " ".join(citation.quote for citation in kept.citations)
        assert all(citation.quote and citation.quote in citation.passage.text for citation in kept.citations)
        assert fold(kept.text) in fold(quotes) or values(kept.text) <= values(quotes)
    assert all(citation.quote in citation.passage.text for citation in answer.criterion_citations)
    for said in (answer.opening, answer.closing):
        asserted = asserts_eligibility(said, "fr")
        assert asserted not in ("eligible", "not_eligible") or (draft.verdict and draft.verdict.status == asserted)
    assert {*answer.claims, *answer.preface, *answer.rejected} == {*draft.claims, *draft.preface}
    assert not {*answer.claims, *answer.preface} & set(answer.rejected)
    assert answer.kind == draft.kind or (answer.kind == "abstention" and not answer.claims)


@settings(max_examples=100, deadline=None)
@given(drafts)
def test_verifying_what_was_verified_changes_nothing(draft):
    once = verified(draft)
    again = verified(
        replace(draft, kind=once.kind, claims=once.claims, preface=once.preface, opening=once.opening, closing=once.closing,
                criterion_citations=once.criterion_citations)
    )  # fmt: skip
    assert again == replace(once, rejected=())
