"""What follows one another (the editions of the sandbox, the stages of the support), and which of them a follow-up means. Pure.

« et en 2022 ? » names it; « et celle d’après ? », "and the last one?" tell its place among the others, counted from the one that was spoken of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from corpus.passages import Language
from corpus.words import content_words, pattern_of, without, words
from corpus.yaml_files import load_checked

_A_QUESTION_OF_ITS_OWN = 2
"""Content words, beside what points to one of a series, with which a follow-up asks something else than was asked before."""


class Series(BaseModel):
    """Things in their order; each list of names has one for each of them, or null.

    `called`: the names that the assistant gives; `named`: those that people use. Who speaks of `nouns` and names none means `presumed`.
    `next`, `previous`, `first`, `last`: what points to one by its place. `then`: whole messages that ask what the next one is.
    `after`: what, before a name, speaks of the one that comes next.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    called: dict[Language, list[str]]
    named: list[list[str | None]] = Field(min_length=1)
    nouns: list[str] = []
    presumed: str | None = None
    next: list[str] = []
    then: list[str] = []
    previous: list[str] = []
    first: list[str] = []
    last: list[str] = []
    after: list[str] = []

    @model_validator(mode="after")
    def _has_a_name_for_each(self) -> Self:
        lengths = {len(names) for names in self.named} | {len(names) for names in self.called.values()}
        if len(lengths) != 1:
            raise ValueError(
                "the lists of names of a series must be equally long; null stands for a name that is missing"
            )
        if self.presumed is not None and len(self._named_in(self.presumed)) != 1:
            raise ValueError(f"'{self.presumed}' must be a name of the series")
        return self

    def asked(self, text: str, subject: str, language: Language, around: Sequence[str]) -> tuple[str, ...] | None:
        """The messages that ask what `text` asks after `subject`, with the name of the one that is meant; None when `text` means no other one.

        `around`: words that ask nothing by themselves.
        """
        old = self._spoken_of(subject)
        if old is None:
            return None
        named = self._named_in(text)
        if len(named) == 1:
            ((place, names),) = named.items()
            if place == old or content_words(without(text, [*names, *self.nouns, *around])):
                return None  # what has words of its own beside a name stands by them
            return (self._with_another(subject, old, place, names[0]),)
        asks_what_is_next = _has_one_of(self.then, text) and not without(text, [*self.then, *around])
        if asks_what_is_next and self._named_in(subject) and old + 1 < len(self):
            return (self.called[language][old + 1],)
        pointed = self._pointed_to(text, old)
        if pointed is None:
            return None
        place, phrase = pointed
        name = self.called[language][place]
        rest = without(text, [phrase, *around])
        changed, own = self._with_another(subject, old, place, name), pattern_of(phrase).sub(name, text)
        if not rest:
            return (changed,)
        is_a_question = len(content_words(without(rest, self.nouns))) >= _A_QUESTION_OF_ITS_OWN
        return (own,) if is_a_question else (changed, own)

    def comes_after(self, text: str, language: Language) -> str | None:
        """The name of the one that `text` speaks of as coming after one that it names ("what came after the first edition?")."""
        if not self.after:
            return None
        said = " ".join(words(text))
        for place, names in self._named_in(text).items():
            # A year before which « après » stands is most often that of a day.
            named = "|".join(" ".join(words(name)) for name in names if not name.isdigit())
            opening = rf"\b(?:{'|'.join(self.after)})(?: \w+){{0,2}}? "
            if named and place + 1 < len(self) and re.search(rf"{opening}(?:{named})\b", said):
                return self.called[language][place + 1]
        return None

    def __len__(self) -> int:
        return len(self.named[0])

    def _spoken_of(self, subject: str) -> int | None:
        """The place of the one that `subject` is about."""
        here = self._named_in(subject)
        if not here and self.presumed and _has_one_of(self.nouns, subject):
            here = self._named_in(self.presumed)
        return here.popitem()[0] if len(here) == 1 else None

    def _named_in(self, text: str) -> dict[int, list[str]]:
        """The names that `text` has, by place."""
        found: dict[int, list[str]] = {}
        for names in self.named:
            for place, name in enumerate(names):
                if name and pattern_of(name).search(text):
                    found.setdefault(place, []).append(name)
        return found

    def _pointed_to(self, text: str, old: int) -> tuple[int, str] | None:
        """The place that a phrase of `text` points to, counted from `old`, and the phrase, the longest there is."""
        places = ((old + 1, self.next), (old - 1, self.previous), (0, self.first), (len(self) - 1, self.last))
        phrases = [(phrase, place) for place, phrases in places for phrase in phrases]
        for phrase, place in sorted(phrases, key=lambda one: len(one[0]), reverse=True):
            if place != old and 0 <= place < len(self) and pattern_of(phrase).search(text):
                return place, phrase
        return None

    def _with_another(self, subject: str, old: int, new: int, name: str) -> str:
        """`subject` with every name of `old` replaced by that of `new` in the same list, else by `name`."""
        named = self._named_in(subject).get(old)
        if named is None:
            return f"{subject} {name}"
        other = {names[old]: names[new] or name for names in self.named}
        for one in sorted(named, key=len, reverse=True):
            subject = pattern_of(one).sub(other[one] or name, subject)
        return subject


def _has_one_of(phrases: Iterable[str], text: str) -> bool:
    return any(pattern_of(phrase).search(text) for phrase in phrases)


class SeriesFile(RootModel[tuple[Series, ...]]):
    """The whole of `series.yaml`."""


def load_series(path: Path) -> tuple[Series, ...]:
    """The series of `path`; a mistake in it names the line."""
    return load_checked(path, SeriesFile).root
