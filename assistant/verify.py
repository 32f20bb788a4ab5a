"""From a Draft to an Answer: a claim stays only when verbatim words of a passage carry it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from assistant.vocabulary import Answer, Citation, Claim, Draft, Verdict
from corpus.passages import Language
from corpus.words import content_words, fold, stems, words

AssertionReader = Callable[[str, Language], str | None]
"""(sentence, language) → the verdict that the sentence asserts, None when it asserts none."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NEGATIONS = frozenset(
    "ne n pas point aucun aucune jamais ni sans non nul nulle rien not no never none nor without neither cannot nothing nobody".split()
)
_NOT_NEGATIONS = re.compile(
    r"\bne [^.;,:]{0,60}?\bque\b|\bn'[^.;,:]{0,60}?\bque\b|\bnot only\b|\bnon seulement\b|\bpoint (?:de|d')|\bn° ?\d|\bno\. ?\d"
)
_MONTHS = dict(
    zip(
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre january february march april may june july august september october november "
        "december".split(),
        [f"month{n}" for n in range(1, 13)] * 2,
        strict=True,
    )
)
_SPELLED = dict(
    zip(
        "deux trois quatre cinq six sept huit neuf dix onze douze quinze vingt trente soixante two three four five six seven eight nine ten eleven twelve fifteen twenty thirty sixty".split(),
        [str(n) for n in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 20, 30, 60)] * 2,
        strict=True,
    )
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_TO_THE_READER = re.compile(r"\b(?:vous|votre|vos|you|your|yours)\b")
_SUPPORT = 0.6


def verify(draft: Draft, *, as_of: date, asserted: AssertionReader) -> Answer:
    """Keep the claims that their quotes carry, and drop any that assert an eligibility that the verdict does not.

    When an answer loses all its claims it becomes an abstention.
    """
    language = draft.question.language
    stands = {
        claim: claim_stands(claim, language, draft.verdict, asserted) for claim in (*draft.preface, *draft.claims)
    }
    kept = tuple(claim for claim in draft.claims if stands[claim])
    opening = draft.opening if _may_be_said(draft.opening, language, draft.verdict, asserted) else ""
    closing = draft.closing if _may_be_said(draft.closing, language, draft.verdict, asserted) else ""
    kind = "abstention" if draft.kind == "answer" and not kept else draft.kind
    return Answer(
        kind=kind,
        question=draft.question,
        preface=tuple(claim for claim in draft.preface if stands[claim]),
        claims=kept,
        opening=opening,
        closing=closing,
        verdict=draft.verdict,
        understood=draft.understood,
        criterion_citations=tuple(c for c in draft.criterion_citations if quote_is_real(c)),
        follow_ups=draft.follow_ups,
        as_of=as_of,
        engine=draft.engine,
        rejected=tuple(claim for claim, stood in stands.items() if not stood),
    )


def claim_stands(claim: Claim, language: Language, verdict: Verdict | None, asserted: AssertionReader) -> bool:
    """True when every quote is verbatim, together they carry the claim, and it tells the reader no verdict but the one given.

    A sentence of a source that states a rule for everyone tells the reader none.
    """
    quotes = " ".join(citation.quote for citation in claim.citations)
    states_a_rule = claim.text in quotes and not _TO_THE_READER.search(fold(claim.text))
    return (
        bool(claim.citations)
        and all(quote_is_real(citation) for citation in claim.citations)
        and is_supported(claim.text, quotes, language)
        and (states_a_rule or _may_be_said(claim.text, language, verdict, asserted))
    )


def quote_is_real(citation: Citation) -> bool:
    """True when the quote is a non-empty slice of its passage, to the letter."""
    return bool(citation.quote.strip()) and citation.quote in citation.passage.text


def is_supported(claim: str, quote: str, language: str) -> bool:
    """True when the quote holds every number, month and article of the claim, denies what it denies, and shares its words.

    A claim that is itself in the quote needs no more: nothing was added to it.
    """
    if fold(claim) in fold(quote):
        return True
    claimed = set(stems(claim, language))
    shared = len(claimed & set(stems(quote, language))) / len(claimed) if claimed else 0.0
    return values(claim) <= values(quote) and is_negative(claim) == is_negative(quote) and shared >= _SUPPORT


def values(text: str) -> set[str]:
    """The numbers (in figures or words) and months of `text`, comparable between the two languages."""
    found = {_THOUSANDS.sub("", number).replace(",", ".") for number in _NUMBER.findall(fold(text))}
    for word in words(text):
        if word in _MONTHS and (word not in ("mars", "may") or re.search(rf"\d\w* {word}|{word} \d", fold(text))):
            found.add(_MONTHS[word])
        elif word in _SPELLED:
            found.add(_SPELLED[word])
    return found


def is_negative(text: str) -> bool:
    """True when a clause of `text` denies; « ne … que », « non seulement » and « n° 3 » do not."""
    folded = _NOT_NEGATIONS.sub(" ", fold(text).replace("n't", " not"))
    return any(word in _NEGATIONS for word in re.findall(r"[a-z]+", folded))


def _may_be_said(text: str, language: Language, verdict: Verdict | None, asserted: AssertionReader) -> bool:
    said = asserted(text, language) if content_words(text) else None
    # That the sources are silent or that it depends promises nothing; a yes or a no has to be the verdict's own.
    return said not in ("eligible", "not_eligible") or (verdict is not None and said == verdict.status)
