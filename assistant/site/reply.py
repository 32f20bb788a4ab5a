"""Answer -> the card, its sources and its follow-up questions, as HTML; pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from corpus.passages import Language, Passage, Reference
from corpus.sentences import sentences

from ..render import citations_of
from ..vocabulary import Answer, Citation, Claim, Understood
from .feedback import REASONS
from .reading import is_restated, link_to
from .templates import render
from .texts import TEXTS, say
from .typography import MONTHS, in_full, typed, unbroken

LINK = re.compile(r"\[([^\]\n]+)\]\((https://[^\s()<>\"']+)\)")
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True)
class Choice:
    """A value that the person may choose instead, and the message that says so."""

    label: str
    message: str
    chosen: bool = False


@dataclass(frozen=True)
class Correction:
    """What the card offers to correct: the question, and the values to choose from."""

    question: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Piece:
    """A stretch of a section; marked when it is the quote."""

    text: str
    marked: bool = False


def number_citations(answer: Answer) -> dict[Citation, int]:
    """Each citation of the answer and its number, as `render` numbers them."""
    return {citation: number for number, citation in enumerate(citations_of(answer), start=1)}


def paragraphs_of(text: str) -> list[str]:
    """The non-empty lines of a text."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def opening_of(answer: Answer) -> tuple[list[str], str]:
    """What opens the reply, one paragraph a sentence, and apart from it the words that lead into the first claim."""
    said = [sentence for line in paragraphs_of(answer.opening) for sentence in sentences(line)]
    leads_in = bool(said) and said[-1].endswith(":") and bool(answer.claims)
    return (said[:-1], said[-1]) if leads_in else (said, "")


@dataclass(frozen=True)
class Linked:
    """A stretch of our own words, with the address it leads to, if any."""

    text: str
    url: str = ""


def links_of(text: str) -> list[Linked]:
    """The text with its Markdown links told apart; nothing else of Markdown is read."""
    pieces, position = [], 0
    for match in LINK.finditer(text):
        pieces += [Linked(text[position : match.start()]), Linked(match[1], match[2])]
        position = match.end()
    return [piece for piece in (*pieces, Linked(text[position:])) if piece.text]


def highlight(text: str, quote: str) -> list[list[Piece]]:
    """The section in paragraphs, with the quote's exact words marked; a quote not found marks nothing."""
    start = text.find(quote) if quote else -1
    end = start + len(quote)
    paragraphs, position = [], 0
    for block in re.split(r"(\n\s*\n)", text):
        lower, upper = position, position + len(block)
        position = upper
        if not block.strip():
            continue
        first, last = max(start, lower), min(end, upper)
        if start < 0 or first >= last:
            pieces = [Piece(block)]
        else:
            pieces = [Piece(text[lower:first]), Piece(text[first:last], True), Piece(text[last:upper])]
        pieces = [Piece(re.sub(r"\s+", " ", piece.text), piece.marked) for piece in pieces if piece.text.strip()]
        paragraphs.append(pieces)
    return paragraphs


def say_date(text: str, language: Language) -> str:
    """A publisher's date in full when it is written in figures, else as it is."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            return in_full(date.fromisoformat(text), language)
        except ValueError:
            return text
    if (month := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text)) is not None:
        return f"{MONTHS[language][int(month[2]) - 1]} {month[1]}"
    return text


def as_shown(text: str, passage: Passage) -> str:
    """Words of a passage as they are shown: typeset when they are ours; in those of others, only the spaces are made to hold."""
    return typed(text) if is_restated(passage) else unbroken(text)


def describe_reference(reference: Reference, language: Language) -> dict[str, str]:
    """What is shown of a public reference; an address that is not of the web is not made a link."""
    parts = (reference.publisher, say_date(reference.date, language), reference.pinpoint)
    details = ", ".join(part for part in parts if part)
    return {
        "title": typed(reference.title),
        "url": reference.url if WEB_ADDRESS.fullmatch(reference.url) else "",
        "details": typed(details),
    }


def describe_source(number: int, citation: Citation, language: Language) -> dict[str, object]:
    """What is shown of a citation: its section with the quote marked, its note, its confidence, its references, and where to read on."""
    passage: Passage = citation.passage
    path = [part for part in passage.heading_path if part != passage.title]
    if passage.locator and not passage.locator.startswith("#") and passage.title not in passage.locator:
        path.append(passage.locator)
    return {
        "number": number,
        "title": typed(passage.title),
        "quote": as_shown(citation.quote, passage),
        "path": typed(" › ".join(path)),
        "paragraphs": [
            [Piece(as_shown(piece.text, passage), piece.marked) for piece in paragraph]
            for paragraph in highlight(passage.text, citation.quote)
        ],
        "note": typed(passage.note),
        "confidence": passage.confidence,
        "origin": "official" if passage.official else "restated" if is_restated(passage) else "foreign",
        "link": link_to(passage, citation.quote, language),
        "language": passage.language,
        "references": [describe_reference(reference, passage.language) for reference in passage.references],
    }


def state_of(answer: Answer) -> str:
    """The word of UX.md that comes first on the card: the verdict's when there is one, else the kind's."""
    if answer.verdict is not None and answer.kind in ("verdict", "clarification"):
        return answer.verdict.status
    return "answer" if answer.kind == "verdict" else answer.kind


def name_criterion(identifier: str, language: Language, names: Mapping[str, str]) -> str:
    """The criterion's name: the call's own if it gives one."""
    key = f"criterion_{identifier}"
    return names.get(identifier) or (say(key, language) if key in TEXTS else identifier)


def describe_verdict(
    answer: Answer, numbers: Mapping[Citation, int], language: Language, names: Mapping[str, str]
) -> dict[str, object] | None:
    """The criteria in words, each pointing to the sources that state it."""
    if answer.verdict is None:
        return None

    def sources_of(fact_ids: Sequence[str]) -> list[int]:
        return sorted({n for c, n in numbers.items() if set(c.passage.fact_ids) & set(fact_ids)})

    criteria = [
        {
            "name": name_criterion(criterion.id, language, names),
            "status": criterion.status,
            "because": typed(criterion.because.get(language, "")),
            "numbers": sources_of(criterion.fact_ids),
        }
        for criterion in answer.verdict.criteria
    ]
    return {"criteria": criteria, "not_priority": answer.verdict.not_priority}


def describe_understood(label: Understood, corrections: Mapping[str, Correction]) -> dict[str, object]:
    """A label, with what the person may choose instead."""
    field = corrections.get(label.field)
    return {
        "label": label.label,
        "words": label.words,
        "question": field.question if field else "",
        "choices": field.choices if field else (),
    }


def to_html(
    answer: Answer,
    prefix: str,
    *,
    to_copy: str = "",
    corrections: Mapping[str, Correction] | None = None,
    criterion_names: Mapping[str, str] | None = None,
    check_link: str = "",
    contact_url: str = "https://www.cnil.fr/",
) -> str:
    """The reply as it appears on the page, in the language of the answer; `prefix` makes its anchors unique."""
    shown_in = answer.question.language

    numbers = number_citations(answer)

    def marked(claim: Claim) -> dict[str, object]:
        text = as_shown(claim.text, claim.citations[0].passage) if claim.citations else typed(claim.text)
        return {"text": text, "numbers": sorted({numbers[citation] for citation in claim.citations})}

    anchors = itertools.count(1)
    opening, lead_in = opening_of(answer)
    # The state is said once, at the head of the card.
    opening = [line for line in opening if line.rstrip(".") != say(f"state_{state_of(answer)}", shown_in)]
    return render(
        "reply.html",
        shown_in,
        prefix=prefix,
        kind=answer.kind,
        state=state_of(answer),
        engine=answer.engine,
        preface=[marked(claim) for claim in answer.preface],
        opening=[typed(line) for line in opening],
        lead_in=typed(lead_in),
        claims=[marked(claim) for claim in answer.claims],
        closing=[typed(line) for line in paragraphs_of(answer.closing)],
        verdict=describe_verdict(answer, numbers, shown_in, criterion_names or {}),
        understood=[describe_understood(label, corrections or {}) for label in answer.understood],
        check_link=check_link if answer.understood else "",
        sources=[describe_source(number, citation, shown_in) for citation, number in numbers.items()],
        follow_ups=[typed(question) for question in answer.follow_ups[:3]],
        as_of=in_full(answer.as_of, shown_in),
        reasons=REASONS if answer.verdict else [reason for reason in REASONS if reason != "misread"],
        contact_url=contact_url,
        to_copy=to_copy,
        anchor=lambda: next(anchors),
        links_of=links_of,
    )
