"""What follows one another (the editions of the sandbox, the stages of the support), and which of them a follow-up means. Pure.

« et en 2022 ? » names it; « et celle d’après ? », "and the last one?" tell its place among the others, counted from the one that was spoken of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from corpus.passages import Language
from corpus.words import content_words, pattern_of, without, words
from corpus.yaml_files import load_checked

_A_QUESTION_OF_ITS_OWN = 2
"""Content words, beside what points to one of a series, with which a follow-up asks something else than was asked before."""
_ASKS = re.compile(
    r"\b(?:quel\w*|combien|qui|quand|où|comment|pourquoi|what|which|how|who|when|where|why)\b", re.IGNORECASE
)
_THE_SAME = re.compile(r"\b(?:same|memes?) \w+")
_OF_SOMETHING_ELSE = re.compile(r"\s(?:fois|time|chose|thing|question|réponse|answer|point)\b")
"""What, after « la dernière », says that it is not one of a series."""


_IN_BRACKETS, _UNTIL = re.compile(r"\([^)]*\)"), re.compile(r"(?<=\d)-\d{4}\b")
_POINTS_BACK = re.compile(r"[-\s]?là\b")
"""What, after « cette année », says that it is the one spoken of."""
_SAID_OF_IT = re.compile(
    r"\b(?:c['’]est|est-ce|est-il|est-elle|est|this is|is this|it is|it['’]s|is it|was it|was this|call is)\s+(?:bien |donc |vraiment |already |really |only |just )?"
    r"(?:la |le |l['’]|votre |leur |the |your |their |a |an |very )*$",
    re.IGNORECASE,
)
"""Before a name, what makes the name what is said or asked of something (« c’est la deuxième édition ? »)."""


_THOSE = re.compile(r"\b(?:ceux|celles|those|the ones)(?=\s+(?:de\b|d['’]|du\b|of\b|from\b|in\b))", re.IGNORECASE)
_NEAR, _AT_ONCE = r"(?: \w+){0,5}? ", " "
"""What may stand between « après » and the name of the one before."""
_THAT_OF = r"(?:celle|celui|the one|that) (?:de |d['’]|of |from |in )(?:l['’]|la |the )?"


@dataclass(frozen=True)
class Meant:
    """What a follow-up asks of the one at `place` of a series: `asked` are the messages that ask it by its name."""

    asked: tuple[str, ...]
    place: int


class Series(BaseModel):
    """Things in their order; each list of names has one for each of them, or null.

    `called`: the names that the assistant gives; `named`: those that people use. Who speaks of `nouns` and names none means `presumed`.
    `next`, `previous` and `places` (for each of them, phrases): what points to one by its place. `then`: whole messages that ask what the next
    one is. `after`: what, before a name, speaks of the one that comes next; `one_after`: what, right before a name, is that one.
    `apart`: what leaves the one that was spoken of; `that_one`: what stays with it.
    `of_each`: what each of them has several of (laureates, files), which « ceux de 2022 » stands for.
    `ordinals`, in the stead of `places`: phrases that point to the first, the second… of those that a conversation named; `other`: to the other of two.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    called: dict[Language, list[str]]
    named: list[list[str | None]] = Field(min_length=1)
    nouns: list[str] = []
    presumed: str | None = None
    next: list[str] = []
    then: list[str] = []
    previous: list[str] = []
    places: list[list[str]] = []
    after: list[str] = []
    apart: list[str] = []
    that_one: list[str] = []
    one_after: list[str] = []
    of_each: list[str] = []
    ordinals: list[list[str]] = []
    other: list[str] = []
    heard_as: dict[Language, dict[str, str]] = {}
    follows: list[str] = []
    wanted: dict[Language, str] = {}

    @model_validator(mode="after")
    def _has_a_name_for_each(self) -> Self:
        lengths = {len(names) for names in self.named} | {len(names) for names in self.called.values()}
        if len(lengths | {len(self.places) or len(self)}) != 1:
            raise ValueError(
                "the lists of names of a series must be equally long, and `places` too; null stands for a name that is missing"
            )
        if self.presumed is not None and len(self.named_in(self.presumed)) != 1:
            raise ValueError(f"'{self.presumed}' must be a name of the series")
        return self

    def asked(self, text: str, subject: str, language: Language, around: Sequence[str]) -> Meant | None:
        """What `text` asks after `subject`, with the name of the one that is meant; None when `text` means no other one.

        `around`: words that ask nothing by themselves.
        """
        old, named = self._spoken_of(subject), self.named_in(text)
        old = self._spoken_of(text) if old is None else old
        if old is None:
            return None
        others = {place: names for place, names in named.items() if place != old}
        if len(others) == 1 and len(named) == 1:
            ((place, names),) = others.items()
            changed = self._with_another(subject, old, place, names[0])
            own_words = content_words(
                _THE_SAME.sub(" ", without(text, [*names, *self.nouns, *self.pointing, *around, "one", "ones"]))
            )
            if not own_words:
                return Meant((changed,), place)
            # What asks in words of its own beside a name stands by them.
            asks_anew = len(own_words) >= _A_QUESTION_OF_ITS_OWN or _ASKS.search(text)
            return None if asks_anew else Meant((changed, text), place)
        asks_what_is_next = _has_one_of(self.then, text) and not without(text, [*self.then, *around])
        if asks_what_is_next and self.named_in(subject) and old + 1 < len(self):
            return self._what_it_is(old + 1, language)
        pointed = self._pointed_to(text, old)
        if others or pointed is None:
            return None
        place, phrase = pointed
        name = self.called[language][place]
        rest = _THE_SAME.sub(" ", without(pattern_of(phrase).sub(" ", text), around))
        own = pattern_of(phrase).sub(name, text)
        if old not in named:
            changed = self._with_another(subject, old, place, name)
            if not rest.strip():
                return Meant((changed,), place)
            if len(content_words(without(rest, self.nouns))) < _A_QUESTION_OF_ITS_OWN:
                return Meant((changed, own), place)
        return Meant((own,), place)

    def as_named_in(self, conversation: str) -> Series:
        """The series as a conversation named its members: `ordinals` point to them in that order, and `other` where there are two to that not named last."""
        if not self.ordinals:
            return self
        in_order = sorted(self._names_found_in(conversation), key=lambda named: named[2].start())
        order = list(dict.fromkeys(place for place, _, _ in in_order))
        places: list[list[str]] = [[] for _ in range(len(self))]
        if len(order) > 1:
            for place, phrases in zip(order, self.ordinals, strict=False):
                places[place] = list(phrases)
        if len(order) == 2:
            places[next(place for place in order if place != self._named_last(conversation))] += self.other
        return self.model_copy(update={"places": places})

    def _named_last(self, text: str) -> int | None:
        """The place of the member that `text` names last."""
        last = max(self._names_found_in(text), key=lambda named: named[2].end(), default=None)
        return last[0] if last else None

    def means_the_presumed(self, text: str, subject: str) -> bool:
        """True when `subject` speaks of the series and names none, and `text` points to the one that is then presumed: « en trois étapes ? », « et la première ? »."""
        old = self._spoken_of(subject)
        if old is None or not self.places or self.named_in(subject):
            return False
        return _has_one_of(self.places[old], text)

    def in_the_names_of_the_corpus(self, text: str, language: Language) -> str:
        """`text` with the names of `heard_as` replaced, the longest first; not where they are said of another that it names, or of « c’est »: the
        place among the others is what is asked then."""
        others, changed, left = self.heard_as.get(language, {}), text, text
        for name in sorted(others, key=len, reverse=True):
            found = pattern_of(name).search(changed)
            if found and not _SAID_OF_IT.search(changed, 0, found.start()):
                changed, left = pattern_of(name).sub(others[name], changed), pattern_of(name).sub(" ", left)
        if changed == text:
            return text
        named_beside = self.named_in(left).keys()
        return text if named_beside and self.named_in(changed).keys() - named_beside else changed

    def each_named(self, text: str) -> list[str]:
        """`text` asked of each of two that it names side by side (« les thèmes de 2021 et 2022 »); empty when it does not."""
        named = [sorted(names, key=len, reverse=True) for names in self.named_in(text).values()]
        if len(named) != 2:
            return []
        for one, other in product(*named):
            pair = re.compile(
                rf"(?:{_THAT_OF})?{pattern_of(one).pattern},? (?:et|and|&|puis|then) (?:{_THAT_OF}|l['’]|la |en |in |the )?{pattern_of(other).pattern}",
                re.IGNORECASE,
            )
            if pair.search(text):
                each = ((name, pair.sub(name, text)) for name in (one, other))
                return [re.sub(rf"{re.escape(name)},? {re.escape(name)}", name, asked) for name, asked in each]
        return []

    def in_the_place_after(self, text: str, language: Language) -> str:
        """`text` with what it calls the one after another ("the round after the silver economy") under its own name."""
        pointing = "|".join(self.one_after)
        if not pointing or not re.search(pointing, text, re.IGNORECASE):
            return text  # most messages: the names need not be looked for
        for place, names in self.named_in(text).items():
            one = "|".join(pattern_of(name).pattern for name in sorted(names, key=len, reverse=True))
            pointed = rf"\b(?:{pointing})\s+(?:(?:la|le|l|the|celle|de|sur|d|one|on)\b['’]?\s*)*(?:{one})"
            if place + 1 < len(self) and re.search(pointed, text, re.IGNORECASE):
                return re.sub(pointed, self.called[language][place + 1], text, count=1, flags=re.IGNORECASE)
        return text

    def with_what_those_are(self, text: str, earlier: Sequence[str], language: Language) -> str:
        """`text` with « ceux » of one that it speaks of in full: what of each was last spoken of in the `earlier` messages."""
        if not self.of_each or not _THOSE.search(text) or self.spoken_of_at(text) < 0:
            return text
        for message in reversed(earlier):
            if spoken := [one for one in self.of_each if pattern_of(one).search(message)]:
                return _THOSE.sub(f"{'les' if language == 'fr' else 'the'} {spoken[0]}", text, count=1)
        return text

    def comes_after(self, text: str, language: Language) -> str | None:
        """The name of the one that `text` speaks of as coming after one that it names ("what came after the first edition?")."""
        place = self._comes_at(text)
        return None if place is None else self.called[language][place]

    def _comes_at(self, text: str) -> int | None:
        """The place of the one that `text` speaks of as coming after one that it names."""
        if not self.after:
            return None
        said = " ".join(words(text))
        for place, names in self.named_in(text).items():
            # A year before which « après » stands, but right before it, is most often that of a day.
            found = (rf"{_AT_ONCE if name.isdigit() else _NEAR}{' '.join(words(name))}\b" for name in names)
            opening = rf"\b(?:{'|'.join(self.after)})"
            if place + 1 < len(self) and re.search(rf"{opening}(?:{'|'.join(found)})", said):
                return place + 1
        return None

    def told_of_in(self, title: str) -> set[int]:
        """The places that a `title` is about: those it names outside brackets, from when on (« 2024-2025 »), or the one after (« le bac à sable après
        l’édition 2024 »)."""
        after = self._comes_at(title)
        if after is not None:
            return {after}
        since = _UNTIL.sub("", title)
        return set(self.named_in(_IN_BRACKETS.sub("", since)) or self.named_in(since))

    def asks_what_follows(self, text: str, language: Language, around: Sequence[str]) -> Meant | None:
        """The one after that which `text` names, when it asks no more than what comes next (« et juste après la première phase ? »)."""
        named = self.named_in(text)
        if not self.follows or len(named) != 1 or not _has_one_of(self.after, text):
            return None
        ((place, names),) = named.items()
        left = without(text, [*names, *self.after, *self.follows, *around])
        if content_words(left) or place + 1 == len(self):
            return None
        return self._what_it_is(place + 1, language)

    def _what_it_is(self, place: int, language: Language) -> Meant:
        return Meant((self.wanted.get(language, "{}").format(self.called[language][place]),), place)

    def __len__(self) -> int:
        return len(self.named[0])

    @cached_property
    def names(self) -> list[str]:
        """All the names that people use."""
        return [name for names in self.named for name in names if name]

    @cached_property
    def pointing(self) -> list[str]:
        """All that points to one by its place."""
        return [*self.next, *self.previous, *(phrase for phrases in self.places for phrase in phrases)]

    def _spoken_of(self, subject: str) -> int | None:
        """The place of the one that `subject` is about."""
        here = self.named_in(subject)
        if self.ordinals:
            return self._named_last(subject)
        if not here and self.presumed and _has_one_of(self.nouns, subject):
            here = self.named_in(self.presumed)
        return here.popitem()[0] if len(here) == 1 else None

    def spoken_of_at(self, subject: str) -> int:
        """Where `subject` last speaks of one of the series, by a name or by one of the nouns; -1 where it does not."""
        spoken = (found.start() for one in (*self.names, *self.nouns) for found in pattern_of(one).finditer(subject))
        return max(spoken, default=-1)

    def named_in(self, text: str) -> dict[int, list[str]]:
        """The names that `text` has, by place."""
        found: dict[int, dict[str, None]] = {}
        for place, name, _ in self._names_found_in(text):
            found.setdefault(place, {})[name] = None
        return {place: list(names) for place, names in found.items()}

    def _names_found_in(self, text: str) -> Iterator[tuple[int, str, re.Match[str]]]:
        """The place of each name that stands in `text`, the name, and where; not « cette année-là », which is the one spoken of."""
        for names in self.named:
            for place, name in enumerate(names):
                if name:
                    found = pattern_of(name).finditer(text)
                    yield from ((place, name, one) for one in found if not _POINTS_BACK.match(text, one.end()))

    def stays_with_one(self, text: str) -> bool:
        """True when `text` speaks of the one that was spoken of (« cette année-là »), and names none."""
        return _has_one_of(self.that_one, text) and not self.named_in(text)

    def tells_what_each_has(self, text: str) -> bool:
        """True when `text` speaks of what each has several of, and names none of them."""
        return _has_one_of(self.of_each, text) and not self.named_in(text)

    def turns_to_one(self, text: str) -> bool:
        """True when `text` names one of the series, or has words that lead from one to another."""
        return bool(self.named_in(text)) or _has_one_of((*self.pointing, *self.after, *self.apart), text)

    def _pointed_to(self, text: str, old: int) -> tuple[int, str] | None:
        """The place that the last phrase of `text` that points to one points to, counted from `old`, and the phrase, the longest there is."""
        places = ((old + 1, self.next), (old - 1, self.previous), *enumerate(self.places))
        ends = [
            (found.end(), len(phrase), place, phrase)
            for place, phrases in places
            if (place != old or self.ordinals) and 0 <= place < len(self)
            for phrase in phrases
            for found in pattern_of(phrase).finditer(text)
            if not _OF_SOMETHING_ELSE.match(text, found.end())
        ]
        return max(ends)[2:] if ends else None

    def _with_another(self, subject: str, old: int, new: int, name: str) -> str:
        """`subject` with every name of `old` replaced by that of `new` in the same list, else by `name`."""
        named = self.named_in(subject).get(old)
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
