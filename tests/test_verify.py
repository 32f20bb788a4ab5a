"""From a Draft to an Answer: only what verbatim words carry, and never an eligibility that the verdict does not give."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.explain import asserts_eligibility
from assistant.verify import claim_stands, is_negative, is_supported, quote_is_real, values, verify
from assistant.vocabulary import Answer, Citation, Claim, Criterion, Draft, Question, Verdict
from corpus.passages import Passage, Reference
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


# --- numbers, dates, articles ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("le 30 septembre 2023", {"30", "month9", "2023"}, id="a French date"),
        pytest.param("30 September 2023", {"30", "month9", "2023"}, id="an English date"),
        pytest.param("le 1er mars 2024", {"1", "month3", "2024"}, id="the first of the month"),
        pytest.param("on 3 May 2023", {"3", "month5", "2023"}, id="May beside a day"),
        pytest.param("it may apply; marsupial", set(), id="may and mars as other words"),
        pytest.param("20\u00a0000\u00a0000 d’euros", {"20000000"}, id="French thousands"),
        pytest.param("20\u202f000\u202f000 d’euros", {"20000000"}, id="narrow French thousands"),
        pytest.param("20,000,000 euros", {"20000000"}, id="English thousands"),
        pytest.param("4,5 % ou 4.5%", {"4.5"}, id="decimals of both"),
        pytest.param("deux conditions, three ways", {"2", "3"}, id="numbers in words"),
        pytest.param("l’article 35", {"35"}, id="an article"),
        pytest.param("art. 6 §1 e)", {"6", "1"}, id="a paragraph"),
        pytest.param("sans nombre", set(), id="none"),
        pytest.param("vingt et un jours", {"20", "1"}, id="a number of several words",
                     marks=pytest.mark.xfail(reason="twenty-one is read as twenty: 21 written in words supports 20", strict=True)),
        pytest.param("le premier août", {"1", "month8"}, id="an ordinal in words",
                     marks=pytest.mark.xfail(reason="ordinals in words (premier, first…) are not read", strict=True)),
        pytest.param("cent jours, mille euros, 2 millions", {"100", "1000", "2000000"}, id="hundreds and thousands in words",
                     marks=pytest.mark.xfail(reason="cent, mille, million are not read: another order of size passes", strict=True)),
    ],
)  # fmt: skip
def test_numbers_and_dates_compare_between_languages(text, expected):
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "negative"),
    [
        ("Il n’est pas suspendu.", True),
        ("Aucune heure limite n’a été publiée.", True),
        ("It does not suspend the GDPR.", True),
        ("It doesn't suspend the GDPR.", True),
        ("It doesn’t suspend the GDPR.", True),
        ("It cannot apply.", True),
        ("Sans partenaire, le projet est hors du champ.", True),
        ("Le projet n’a jamais été retenu.", True),
        ("Il suspend le RGPD.", False),
        ("Le bac à sable ne concerne que les services publics.", False),
        ("Il n’en retient que quatre.", False),
        ("It is not only for public bodies.", False),
        ("Il concerne non seulement les communes, mais aussi les départements.", False),
        ("La délibération n° 2023-12 s’applique.", False),
        ("See no. 12 of the list.", False),
    ],
)
def test_a_text_denies_or_does_not(text, negative):
    assert is_negative(text) is negative


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
        pytest.param("Les projets retenus sont suivis.", "Ne sont suivis que les projets retenus.", "fr", True, id="« ne … que » is no denial"),
        pytest.param("The GDPR applies.", "The GDPR does not apply only to companies.", "en", False, id="not … only, apart"),
        pytest.param("", TEXT, "fr", True, id="nothing claimed"),
    ],
)  # fmt: skip
def test_a_claim_stands_only_on_words_that_carry_it(said, quote, language, stands):
    assert is_supported(said, quote, language) is stands


@pytest.mark.xfail(
    reason="one denial anywhere in the quote is taken for that of the claim; the brief asks for every negation",
    strict=True,
)
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


@pytest.mark.xfail(
    reason="the abstention says nothing: opening and closing are those of the lost answer, here none", strict=True
)
def test_an_answer_that_becomes_an_abstention_says_that_the_sources_do_not_say():
    answer = verified(Draft("answer", question(), (claim("Le dépôt est possible toute l’année 2024.", TEXT),)))
    assert "sources" in f"{answer.opening} {answer.closing}"


@pytest.mark.xfail(
    reason="« C’est ce que disent les sources : » still opens an answer whose claims all fell", strict=True
)
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
    assert (answer.claims, answer.preface, answer.opening, answer.closing) == ((), (), "", "")


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


@pytest.mark.xfail(
    reason="follow-ups are not read by the guard: an engine may assert an eligibility there", strict=True
)
def test_no_lie_hides_in_what_is_suggested():
    answer = verified(Draft("answer", question(), (claim(TEXT, TEXT),), follow_ups=("Vous êtes éligible.",)))
    assert answer.follow_ups == ()


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
