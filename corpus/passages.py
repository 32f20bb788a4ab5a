"""Documents and passages: the plain values that travel from files to answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Language = Literal["fr", "en"]
Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True)
class Reference:
    """A public source on which a passage rests; `date` is as the publisher gives it, not always ISO."""

    title: str
    publisher: str
    url: str
    date: str
    pinpoint: str = ""


@dataclass(frozen=True)
class Passage:
    """A piece of a document, small enough to quote.

    `text` is exactly `file[start:end]` (character offsets, UTF-8 decoded) when the document is a text file.
    `section_id` is shared by the French and English twins of a section; a passage without a twin has one of its own.
    A passage that `concerns_applying` is preceded by the state of the window; one with `only_when` is shown in that state alone.
    `details` are the sections that say one by one what this one counts (four laureates: who?), `others` those that it counts beside (four more: who?).
    `questions` and `misconceptions` lead to the passage, `beside` are questions close to it that no passage answers: they are indexed,
    never shown nor quoted.
    A passage of a document by others: `text` is `[start:end]` of the text that was extracted from the file and kept; `page` (from 1) or
    `anchor` lead to it in the file; `context` is the lead-in of the list or the header of the table it was cut from; `places` are the
    points that begin inside it, each as (offset in `text`, locator).
    """

    id: str
    section_id: str
    source_id: str
    file: str
    title: str
    heading_path: tuple[str, ...]
    locator: str
    text: str
    start: int
    end: int
    language: Language
    official: bool
    confidence: Confidence
    references: tuple[Reference, ...]
    fact_ids: tuple[str, ...] = ()
    note: str = ""
    is_not_stated: bool = False
    concerns_applying: bool = False
    only_when: Literal["open", "closed"] | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    details: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    misconceptions: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    page: int | None = None
    anchor: str = ""
    context: str = ""
    places: tuple[tuple[int, str], ...] = ()

    def holds_on(self, day: date) -> bool:
        """True when the statement is in force on `day` (bounds included)."""
        return not (self.valid_from and day < self.valid_from) and not (self.valid_until and day > self.valid_until)


@dataclass(frozen=True)
class Document:
    """A file that was read, with its passages in reading order."""

    source_id: str
    file: str
    title: str
    language: Language
    text: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Hit:
    """A passage that a search found. The score belongs to the search, not to the passage."""

    passage: Passage
    score: float
    signals: tuple[tuple[str, float], ...] = ()

    def signal(self, name: str) -> float:
        """The named signal of this hit, 0 when the search did not give it."""
        return dict(self.signals).get(name, 0.0)
