"""From an Answer to what is read: Markdown with numbered sources, and the JSON of the contract. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from assistant.vocabulary import Answer, Citation, Claim


def citations_of(answer: Answer) -> tuple[Citation, ...]:
    """The citations of the answer in the order of their numbers, from 1: those of the claims first, then of the criteria."""
    cited = [citation for claim in claims_of(answer) for citation in claim.citations]
    return tuple(dict.fromkeys([*cited, *answer.criterion_citations]))


def claims_of(answer: Answer) -> tuple[Claim, ...]:
    """The factual sentences of the answer, in the order in which they are read."""
    return (*answer.preface, *answer.claims)


def to_markdown(answer: Answer) -> str:
    """The whole reply: what is said before all else, what opens it, the claims with their markers, what closes it."""
    numbers = {citation: number for number, citation in enumerate(citations_of(answer), start=1)}

    def marked(claims: Iterable[Claim]) -> str:
        return " ".join(
            f"{claim.text} {''.join(f'[{numbers[citation]}]' for citation in claim.citations)}" for claim in claims
        )

    body = marked(answer.claims)
    # The opening of a verdict stands alone; that of an answer leads into its first claim.
    told = [answer.opening, body] if answer.verdict else [" ".join(part for part in (answer.opening, body) if part)]
    closing = answer.closing
    if answer.kind == "answer" and answer.claims and closing:
        # What closes an answer says where its first source is read.
        closing = f"{closing} {''.join(f'[{numbers[citation]}]' for citation in answer.claims[0].citations)}"
    return "\n\n".join(part for part in (marked(answer.preface), *told, closing) if part)


def to_json(answer: Answer) -> dict[str, Any]:
    """The object of the contract: field names in English, texts in the language of the answer."""
    citations = citations_of(answer)
    numbers = {citation: number for number, citation in enumerate(citations, start=1)}
    return {
        "kind": answer.kind,
        "language": answer.question.language,
        "text": to_markdown(answer),
        "claims": [
            {"text": claim.text, "citations": [numbers[citation] for citation in claim.citations]}
            for claim in claims_of(answer)
        ],
        "citations": [_citation(number, citation) for number, citation in enumerate(citations, start=1)],
        "verdict": _verdict(answer, citations),
        "follow_ups": list(answer.follow_ups),
        "as_of": answer.as_of.isoformat(),
        "engine": answer.engine,
        "timings_ms": {stage: round(value, 1) for stage, value in answer.timings_ms.items()},
    }


def _citation(number: int, citation: Citation) -> dict[str, Any]:
    passage = citation.passage
    return {
        "number": number,
        "passage_id": passage.id,
        "source_id": passage.source_id,
        "title": passage.title,
        "locator": passage.locator,
        "quote": citation.quote,
        "official": passage.official,
        "references": [asdict(reference) for reference in passage.references],
        "fact_ids": list(passage.fact_ids),
        "confidence": passage.confidence,
    }


def _verdict(answer: Answer, citations: tuple[Citation, ...]) -> dict[str, Any] | None:
    if answer.verdict is None:
        return None

    def numbers_of(fact_ids: tuple[str, ...]) -> list[int]:
        return [n for n, citation in enumerate(citations, start=1) if set(fact_ids) & set(citation.passage.fact_ids)]

    return {
        "status": answer.verdict.status,
        "window": answer.verdict.window,
        "not_priority": answer.verdict.not_priority,
        "criteria": [
            {
                "id": criterion.id,
                "status": criterion.status,
                "because": criterion.because[answer.question.language],
                "citations": numbers_of(criterion.fact_ids),
            }
            for criterion in answer.verdict.criteria
        ],
        "missing": list(answer.verdict.missing),
    }
