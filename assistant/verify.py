"""From a Draft to an Answer: a claim stays only when verbatim words of a passage carry it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from assistant import wording
from assistant.compare import conditions, extents, parts_of, same_denials, units, values
from assistant.vocabulary import Answer, Citation, Claim, Draft, Verdict
from corpus.passages import Language, Passage
from corpus.sentences import sentence_spans, sentences
from corpus.words import content_words, fold, stems, words

AssertionReader = Callable[[str, Language], str | None]
"""(sentence, language) → the verdict that the sentence asserts, None when it asserts none."""

_TO_THE_READER = frozenset("vous votre vos you your yours".split())
_SUPPORT = 0.6
"""Share of the claim's words that its quotes have to hold."""
_SUPPORT_OF_A_SENTENCE = 0.4
"""Share that one single sentence of them has to hold, with every number: halves of two sentences make no third."""

Said = tuple[str, str]
"""What a quote says: (the part of a sentence that is quoted, the whole sentence of the passage)."""


def verify(draft: Draft, *, as_of: date, asserted: AssertionReader) -> Answer:
    """Keep the claims that their quotes carry, and drop any words that assert an eligibility that the verdict does not.

    An answer that loses all its claims becomes an abstention, and so does a reply of which nothing is left.
    """
    language = draft.question.language

    def may_be_said(text: str) -> bool:
        return _may_be_said(text, language, draft.verdict, asserted)

    stands = {
        claim: claim_stands(claim, language, draft.verdict, asserted) for claim in (*draft.preface, *draft.claims)
    }
    kept = tuple(claim for claim in draft.claims if stands[claim])
    opening = draft.opening if may_be_said(draft.opening) else ""
    closing = draft.closing if may_be_said(draft.closing) else ""
    kind = draft.kind
    if not kept and (kind == "answer" or not (opening.strip() or closing.strip())):
        kind, opening, closing = "abstention", wording.NOT_STATED[language], wording.ASK_THE_CNIL[language]
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
        follow_ups=tuple(text for text in draft.follow_ups if text.rstrip().endswith("?") and may_be_said(text)),
        as_of=as_of,
        engine=draft.engine,
        rejected=tuple(claim for claim, stood in stands.items() if not stood),
    )


def claim_stands(claim: Claim, language: Language, verdict: Verdict | None, asserted: AssertionReader) -> bool:
    """True when every quote is verbatim, together they carry the claim, and it tells the reader no verdict but the one given.

    A sentence of a source that states a rule for everyone tells the reader none.
    """
    if not claim.citations or not all(quote_is_real(citation) for citation in claim.citations):
        return False
    said = [part for citation in claim.citations for part in _said_by(citation)]
    states_a_rule = _is_verbatim(claim.text, said) and not _TO_THE_READER & set(words(claim.text))
    return _carries(said, claim.text, language) and (
        states_a_rule or _may_be_said(claim.text, language, verdict, asserted)
    )


def quote_is_real(citation: Citation) -> bool:
    """True when the quote is a non-empty slice of its passage, to the letter."""
    return bool(citation.quote.strip()) and citation.quote in citation.passage.text


def is_supported(claim: str, quote: str, language: str) -> bool:
    """True when `quote` says what `claim` says: its sentences themselves, or sentences with the same numbers, units, denials,
    conditions and extents, of which it shares the words. Each part of the claim rests on one sentence, not on halves of two."""
    return _carries([(sentence, sentence) for sentence in sentences(quote)], claim, language)


def shortest_support(text: str, passage: Passage) -> str:
    """The fewest consecutive sentences of `passage` that carry `text`; else those with most of its numbers and words."""
    spans = sentence_spans(passage.text)
    runs = [
        passage.text[spans[first][0] : spans[first + length - 1][1]]
        for length in range(1, len(spans) + 1)
        for first in range(len(spans) - length + 1)
    ]
    supporting = next((run for run in runs if is_supported(text, run, passage.language)), None)
    if supporting is not None:
        return supporting
    told, wanted = values(text), set(stems(text, passage.language))
    return max(runs, key=lambda run: (len(told & values(run)), len(wanted & set(stems(run, passage.language)))))


def _said_by(citation: Citation) -> list[Said]:
    """The sentences that the quote touches, each with its quoted part: a reserve that the quote leaves out still counts."""
    text = citation.passage.text
    start = text.find(citation.quote)
    end = start + len(citation.quote)
    return [
        (text[max(first, start) : min(last, end)], text[first:last])
        for first, last in sentence_spans(text)
        if first < end and start < last
    ]


def _is_verbatim(claim: str, said: Sequence[Said]) -> bool:
    """True when every sentence of the claim is a whole sentence that is quoted whole."""
    whole = {fold(quoted) for quoted, sentence in said if fold(quoted) == fold(sentence)}
    return {fold(sentence) for sentence in sentences(claim)} <= whole


def _carries(said: Sequence[Said], claim: str, language: str) -> bool:
    if _is_verbatim(claim, said):
        return True
    wanted = set(stems(claim, language))
    there = {stem for quoted, _ in said for stem in stems(quoted, language)}
    if not wanted or len(wanted & there) / len(wanted) < _SUPPORT:
        return False
    return all(any(_rests_on(part, one, language) for one in said) for part in parts_of(claim))


def _rests_on(part: str, said: Said, language: str) -> bool:
    """True when one sentence has the numbers, units, extents, reserves and denials of this part, and enough of its words."""
    quoted, sentence = said
    wanted = set(stems(part, language))
    shared = len(wanted & set(stems(quoted, language))) / len(wanted) if wanted else 1.0
    return (
        shared >= _SUPPORT_OF_A_SENTENCE
        and values(part) <= values(quoted)
        and units(part) <= units(quoted)
        and extents(part) <= extents(quoted)
        and conditions(part) == conditions(sentence)
        and same_denials(part, sentence, language)
    )


def _may_be_said(text: str, language: Language, verdict: Verdict | None, asserted: AssertionReader) -> bool:
    said = asserted(text, language) if content_words(text) else None
    # That the sources are silent or that it depends promises nothing; a yes or a no has to be the verdict's own.
    return said not in ("eligible", "not_eligible") or (verdict is not None and said == verdict.status)
