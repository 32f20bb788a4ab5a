"""The shapes of a message that was read: tokens, items, views, sentences; plain values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Scope = Literal["own", "general"]
BODY_TAGS = {
    "public": "PUB", "research": "RES", "entrusted": "ENT", "private": "PRIV", "association": "ASSO",
    "individual": "INDIV", "hospital": "HOS", "ambiguous": "AMB",
}  # fmt: skip
CONCEPT_TAGS = {
    "ai": "AI", "ai_kind": "AIK", "no_ai": "NOAI", "deployed": "DEP", "deployment": "ACT", "before": "BEF", "evolution": "EVO",
    "new_part": "NEW", "minor": "MIN", "personal_data": "DATA", "public_use": "USE", "public_use_if_public": "WUSE",
    "private_use": "PRVU",
}  # fmt: skip
THEMES = ("edtech", "cameras", "security", "health")
KIND_OF_TAG = {tag: kind for kind, tag in BODY_TAGS.items()}
# In a consortium, the best-placed member decides.
BEST_PLACED = ("public", "research", "entrusted", "private", "association", "individual")
PUBLIC_KINDS = frozenset({"public", "research", "entrusted"})
PUBLIC_ACTORS = PUBLIC_KINDS | {"hospital"}
UNCERTAIN = frozenset({"ambiguous", "hospital"})


_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n+")


def sentences_of(text: str) -> list[str]:
    """The sentences of `text` as they are written, one at least; a colon ends one."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()] or [text]


@dataclass(frozen=True)
class Token:
    """A simplified word, and where it stands in the message."""

    text: str
    start: int
    end: int
    is_capital: bool


@dataclass(frozen=True)
class Item:
    """A word, a punctuation mark, or a recognised term (its tag), over the tokens `first` to `last` of its sentence."""

    text: str
    first: int
    last: int

    @property
    def tag(self) -> str:
        return self.text.removesuffix("S") if self.text.removesuffix("S") in KIND_OF_TAG else self.text


class View:
    """A sentence as patterns see it: items joined by one space, with the way back from a position to an item."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.text = " ".join(item.text for item in items)
        self.starts: list[int] = []
        position = 0
        for item in items:
            self.starts.append(position)
            position += len(item.text) + 1

    def item_at(self, position: int) -> int:
        """The index of the item that holds the character `position`."""
        low = 0
        for index, start in enumerate(self.starts):
            if start > position:
                break
            low = index
        return low

    def before(self, index: int) -> str:
        """The text before the item `index`, with the space that ends it."""
        return self.text[: self.starts[index]]

    def after(self, index: int) -> str:
        """The text after the item `index` and the space that follows it."""
        return self.text[self.starts[index] + len(self.items[index].text) + 1 :]

    def with_target(self, index: int) -> str:
        """The text, with `@` in the place of the item `index`."""
        start = self.starts[index]
        return f"{self.text[:start]}@{self.text[start + len(self.items[index].text) :]}"


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence of a message: its words, and two views of them (bodies tagged; bodies and project terms tagged)."""

    tokens: tuple[Token, ...]
    bodies: View
    project: View
    is_question: bool


@dataclass(frozen=True, eq=False)
class Message:
    """What a person wrote, parsed once: two messages are the same when they are one object, which makes caches cheap."""

    text: str
    sentences: tuple[Sentence, ...]
    is_english: bool

    def words(self, sentence: Sentence, first: int, last: int) -> str:
        """The person's own words from the token `first` to the token `last`."""
        return self.text[sentence.tokens[first].start : sentence.tokens[last].end]

    def words_of(self, sentence: Sentence) -> str:
        """The person's own words of a whole `sentence`."""
        return self.words(sentence, 0, len(sentence.tokens) - 1)

    def says(self, *patterns: re.Pattern[str]) -> bool:
        """True when one of the `patterns` stands in a sentence, in terms of its bodies."""
        return any(pattern.search(sentence.bodies.text) for sentence in self.sentences for pattern in patterns)


@dataclass(frozen=True)
class Evidence:
    """A value that some words speak for, where they stand, and whether a word of correction comes before them."""

    value: str
    words: str
    position: tuple[int, int]
    is_corrected: bool = False


def span_of(view: View, match: re.Match[str]) -> tuple[int, int]:
    """The first and last tokens of a match."""
    first = view.items[view.item_at(match.start())].first
    last = view.items[view.item_at(max(match.start(), match.end() - 1))].last
    return first, last
