"""How alike two questions are, so that the suite never asks what the corpus already lists, nor the same thing in both sets. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from corpus.words import content_words

NEAR_COPY = 90.0
"""Above this, two questions are copies of one another but for spelling or order; see docs/measures.md for why 90."""

TOO_SHORT = 3
"""Below this many content words there are only so many ways to ask: « date limite ? » copies nobody."""


@dataclass(frozen=True)
class Likeness:
    """The nearest of some texts to a question."""

    text: str
    score: float


class Questions:
    """Texts prepared for comparison."""

    def __init__(self, texts: Sequence[str]) -> None:
        kept = [(key, text) for text in dict.fromkeys(texts) if len((key := key_of(text)).split()) >= TOO_SHORT]
        self.keys = [key for key, _ in kept]
        self.texts = [text for _, text in kept]

    def copied(self, question: str) -> Likeness | None:
        """The text that `question` is a near copy of, the nearest of them; None when it copies nothing, or is too short to."""
        key = key_of(question)
        if len(key.split()) < TOO_SHORT or not self.keys:
            return None
        found = process.extractOne(key, self.keys, scorer=fuzz.ratio, score_cutoff=NEAR_COPY)
        return Likeness(self.texts[found[2]], float(found[1])) if found and found[1] > NEAR_COPY else None


def key_of(text: str) -> str:
    """The set of the folded content words of `text`, sorted: order, case, accents, repetition and small words do not count."""
    return " ".join(sorted(set(content_words(text))))


def likeness(one: str, other: str) -> float:
    """0 to 100: how alike the sets of content words are, spelling slips forgiven."""
    return float(fuzz.ratio(key_of(one), key_of(other)))
