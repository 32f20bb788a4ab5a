"""The words of the assistant, as plain frozen values. Arrows between them are the modules named after verbs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from corpus.passages import Language, Passage

Kind = Literal["answer", "verdict", "clarification", "abstention", "refusal", "smalltalk"]
Engine = Literal["extractive", "llm"]
VerdictStatus = Literal["eligible", "not_eligible", "depends", "not_settled"]
CriterionStatus = Literal["met", "not_met", "unknown", "not_settled"]
Window = Literal["open", "closed", "not_open_yet"]


@dataclass(frozen=True)
class Conversation:
    """What the person wrote before, oldest first. Earlier replies are no source, so they do not travel."""

    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """What is asked. `text` is as written; `repaired` has its typing mended; `standalone` also names the subject of the conversation.

    `is_brief`: the person asked for a shorter reply. `heard` is the conversation as it was written, small talk left out, this message last.
    `means`: the series and the place in it of what a follow-up asks about (« et l’édition d’après ? »).
    """

    text: str
    standalone: str
    repaired: str
    language: Language
    is_brief: bool = False
    heard: tuple[str, ...] = ()
    means: tuple[int, int] | None = None

    @property
    def leans(self) -> bool:
        """True when the conversation is needed to know what is asked."""
        return self.standalone != self.repaired

    @property
    def in_its_conversation(self) -> str:
        """All that was asked, as far as it is heard, and the question under the names that the corpus uses."""
        return " ".join((*self.heard, self.standalone))


@dataclass(frozen=True)
class Reading:
    """A value read from what the person wrote, with their words as the proof."""

    value: str
    words: str


@dataclass(frozen=True)
class Situation:
    """What the person has said of their project: one reading per field of the call's rules; the unsaid is absent.

    `unknown`: the fields that they say not to know.
    """

    readings: Mapping[str, Reading] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()

    def value(self, name: str) -> str | None:
        """The value read for the field `name`, None when the person has not said."""
        reading = self.readings.get(name)
        return reading.value if reading else None


@dataclass(frozen=True)
class Citation:
    """The exact words of a passage that carry a claim."""

    passage: Passage
    quote: str


@dataclass(frozen=True)
class Claim:
    """One factual sentence and the words that carry it."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class Criterion:
    """One condition of the rules, judged. `reason` is the key of the rule row that decided."""

    id: str
    status: CriterionStatus
    reason: str
    because: Mapping[Language, str]
    fact_ids: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What the rules say of a situation on a day. `missing` are the criteria whose answer would settle the matter."""

    status: VerdictStatus
    window: Window
    not_priority: bool
    criteria: tuple[Criterion, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Understood:
    """A label that shows the person what was read: `label` « acteur public associé : non », from their `words`."""

    field: str
    value: str
    label: str
    words: str


@dataclass(frozen=True)
class Draft:
    """What was written from the passages; unchecked. `opening` and `closing` state no fact of the sources.

    `preface` holds what must be said before all else (a closed call); then come `opening`, `claims` and `closing`.
    """

    kind: Kind
    question: Question
    claims: tuple[Claim, ...]
    preface: tuple[Claim, ...] = ()
    opening: str = ""
    closing: str = ""
    verdict: Verdict | None = None
    understood: tuple[Understood, ...] = ()
    criterion_citations: tuple[Citation, ...] = ()
    follow_ups: tuple[str, ...] = ()
    engine: Engine = "extractive"


@dataclass(frozen=True)
class Answer:
    """What a reader may see: every claim of it is carried by verbatim words of the passages it cites."""

    kind: Kind
    question: Question
    preface: tuple[Claim, ...]
    claims: tuple[Claim, ...]
    opening: str
    closing: str
    verdict: Verdict | None
    understood: tuple[Understood, ...]
    criterion_citations: tuple[Citation, ...]
    follow_ups: tuple[str, ...]
    as_of: date
    engine: Engine
    rejected: tuple[Claim, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
