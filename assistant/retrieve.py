"""From a Question to the sections that could answer it, best first.

Four channels score every section: words, letters, the centre of its entries and its nearest question (see `corpus.index.Scores`). Each is
brought to the same scale over the sections; a fifth is how likely the message asks for it, as learnt from questions (`assistant.recognise`).
Then they are added with the weights of `weights.yaml`, fitted on the development cases.
A collection that carries no questions (a FAQ, a law) has weights of its own; there groups of synonyms count in the place of words, and what was
learnt from questions on other things brings a question and what answers it together (`assistant.bridge`), titles read as questions among that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Generic, Protocol, TypeVar, runtime_checkable

import numpy as np
import yaml
from numpy.typing import NDArray

from assistant.lead import NO_LEADS, Leads
from assistant.series import Series
from assistant.understand import SmalltalkKind
from corpus.embed import Vectors
from corpus.index import EntryKind, PassageIndex, Scores, Section
from corpus.synonyms import Synonyms
from corpus.words import content_words

Value = TypeVar("Value")
Embed = Callable[[str], Vectors]
"""A text that asks → its vector."""

CHANNELS = ("words", "grams", "centre", "question")
RECOGNISED = "recognised"
"""The channel of what was learnt. It is a logarithm already, so it is weighed as it is."""
UNLIKELY = 1e-4
"""Below this likelihood, one section is as unlikely as another."""
WEIGHTS_WITHOUT_QUESTIONS = {"grams": 0.3, "concepts": 0.19, "question": 0.2, "bridge": 2.0, "titles": 0.65}
"""Weights for a collection that carries no questions, fitted on four of them (docs/decisions). With questions, synonyms only add noise
(measured on the development cases)."""
_K1, _B = 1.2, 0.6

SHORT, LEANING, LEANING_LITTLE = 3, 0.6, 0.2
"""Up to so many content words, a message that leans on the conversation takes the first share of its score from the subject with it, then the
second (measured on the dialogues of the development cases and on changes of subject made from them)."""
OF_ANOTHER = 12.0
"""What a section loses whose title names another edition, stage… than the one that a follow-up means."""


@dataclass(frozen=True)
class Found:
    """A section that a search found: its score, and what each channel (those not ranked by, too) said of it, raw."""

    section: Section
    score: float
    channels: Mapping[str, float]


LIKELIER_THAN_NOT = 0.5


@dataclass(frozen=True)
class Recognised:
    """What a message asks for, as learnt: how likely each section known there answers it, how likely the message is only close to that section
    and nothing answers (both arrays of shape (known sections,)), and that it is about something else. All of it adds up to 1.

    `own`: how likely it tells of the person's own project, or asks for a verdict on it; the rest holds should it not.
    `leads`: which sentence of a passage gives what it asks for. `small_talk`: which it surely is, should it be alone.
    """

    answered: NDArray[np.float32]
    beside: NDArray[np.float32]
    elsewhere: float
    own: float = 0.0
    leads: Leads = NO_LEADS
    small_talk: SmalltalkKind | None = None

    @property
    def nothing_answers(self) -> float:
        """How likely it is that no section known there answers."""
        return float(self.beside.sum()) + self.elsewhere

    @property
    def is_likeliest_theirs(self) -> bool:
        """True when it is likelier about the person's own project than answered by any one section."""
        return self.own >= (1 - self.own) * float(self.answered.max())


@runtime_checkable
class Recogniser(Protocol):
    """What was learnt from questions: see `assistant.recognise`. `sections` are the ids of those that it knows."""

    sections: tuple[str, ...]

    def read(self, messages: tuple[str, ...]) -> Recognised:
        """What the last of `messages` asks for, in its conversation."""


@runtime_checkable
class Bridge(Protocol):
    """Where questions and what answers them lie near each other: see `assistant.bridge`."""

    def question(self, text: str, vector: Vectors) -> Vectors:
        """Where a question lies, whose vector is `vector`: shape (dimension,), length 1."""

    def titles(self, texts: Sequence[str], vectors: Vectors) -> Vectors:
        """Where titles lie when each is read as a question, which it often is; `vectors` are theirs: rows of length 1."""

    def passages(self, vectors: Vectors) -> Vectors:
        """Where the passages of a collection lie: rows of length 1."""


@dataclass(frozen=True)
class Straight:
    """The bridge where nothing was learnt: all vectors are seen from `middle`, the mean of the collection."""

    middle: Vectors

    def question(self, text: str, vector: Vectors) -> Vectors:
        """The vector of the question, whatever its `text`: shape (dimension,), length 1."""
        return unit(vector - self.middle)

    def titles(self, texts: Sequence[str], vectors: Vectors) -> Vectors:
        """The vectors of the titles, whatever their `texts`: rows of length 1."""
        return unit(vectors - self.middle)

    def passages(self, vectors: Vectors) -> Vectors:
        """The vectors of the passages: rows of length 1."""
        return unit(vectors - self.middle)


@dataclass(frozen=True, eq=False)
class Bridged:
    """A collection after a bridge: the body of each section, (sections, dimension), its titles, (titles, dimension), and of which section each is."""

    bridge: Bridge
    bodies: Vectors
    titles: Vectors
    titled: NDArray[np.int64]


@dataclass(frozen=True)
class Search:
    """What a search found, best first, and the questions (of any section, or beside them) that were nearest to the one asked.

    `recognised` is what the message asks for as learnt, None when nothing was learnt of the sections of this index.
    """

    found: tuple[Found, ...]
    neighbours: tuple[tuple[EntryKind, float], ...]
    recognised: Recognised | None = None


@dataclass(frozen=True)
class Fitted(Generic[Value]):
    """What tuning gave for sections that are recognised, and for where none was taught."""

    with_recogniser: Value
    plain: Value

    def where(self, is_recognised: bool) -> Value:
        """The one of the two that serves."""
        return self.with_recogniser if is_recognised else self.plain


@dataclass(frozen=True)
class Retriever:
    """Search over one index, with fixed weights."""

    index: PassageIndex
    synonyms: Synonyms
    weights: Fitted[Mapping[str, float]]
    bridge: Bridge | None = None
    """Serves collections without questions; None where none was learnt for the encoder."""
    recogniser: Recogniser | None = None
    """Serves the sections that it was taught; None where there is none."""
    series: tuple[Series, ...] = ()

    def retrieve(
        self,
        standalone: str,
        *,
        embed: Embed,
        alone: str | None = None,
        heard: Sequence[str] = (),
        means: tuple[int, int] | None = None,
        limit: int = 8,
    ) -> Search:
        """The best sections for `standalone`, best first; equal scores keep the order of the corpus.

        `alone` is a message that leans on the conversation, by itself: what it names counts again, beside the subject that it leans on.
        `heard` is the conversation as it was written, the message last: what it asks for is recognised there. Without it, `standalone` is.
        `means`: the series and the place in it of what a follow-up is about.
        """
        vector = embed(standalone)
        scores = self.index.scores(vector, standalone)
        recognised = self.recognise(tuple(heard) or (standalone,))
        channels = self.channels_of(scores, standalone, vector, recognised)
        total = self.total(channels)
        if alone is not None:
            vector = embed(alone)
            by_itself = self.total(self.channels_of(self.index.scores(vector, alone), alone, vector, recognised))
            leaning = np.float32(LEANING if len(content_words(alone)) <= SHORT else LEANING_LITTLE)
            total = leaning * total + (1 - leaning) * by_itself
        if means is not None:
            total[self._of_another(*means)] -= np.float32(OF_ANOTHER)
        best = np.argsort(-total, kind="stable")[:limit]
        found = tuple(
            Found(
                self.index.sections[n], float(total[n]), {name: float(values[n]) for name, values in channels.items()}
            )
            for n in best
        )
        return Search(found, scores.neighbours, recognised)

    def recognise(self, messages: tuple[str, ...]) -> Recognised | None:
        """What the last of `messages` asks for, None when no section of the index was taught."""
        return self.recogniser.read(messages) if self.recogniser and (self._taught >= 0).any() else None

    def surest(self, messages: tuple[str, ...]) -> tuple[Section, float, Leads] | None:
        """The section that the last of `messages` most likely asks for, how likely, and which of its sentences; None when nothing was taught."""
        recognised = self.recognise(messages)
        if recognised is None:
            return None
        shares = self._of_sections(recognised)["answered"]
        number = int(shares.argmax())
        return self.index.sections[number], float(shares[number]) * (1 - recognised.own), recognised.leads

    def share_of(self, recognised: Recognised, sections: NDArray[np.bool_]) -> float:
        """How likely a message asks for one of some sections of the index (true in an array of shape (sections,)), or is close to it."""
        shares = self._of_sections(recognised)
        return float((shares["answered"] + shares["close"])[sections].sum())

    def channels_of(
        self, scores: Scores, text: str, vector: Vectors, recognised: Recognised | None
    ) -> dict[str, NDArray[np.float32]]:
        """What each channel says of every section: arrays of shape (sections,)."""
        more = (
            {} if self.index.has_questions else {"concepts": self._concept_scores(text), **self._across(text, vector)}
        )
        return {
            "words": scores.words,
            "grams": scores.grams,
            "centre": scores.centre,
            "question": scores.question,
            "body": scores.body,
            "misconception": scores.misconception,
            "beside": scores.beside,
            **more,
            **(self._of_sections(recognised) if recognised else {}),
        }

    def total(self, channels: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """The channels added up, each in standard deviations from its mean over the sections."""
        weights = self.weights.where(RECOGNISED in channels) if self.index.has_questions else WEIGHTS_WITHOUT_QUESTIONS
        total = np.zeros(len(self.index.sections), dtype=np.float32)
        for name, weight in weights.items():
            total += np.float32(weight) * scaled(name, channels[name])
        return total

    def _of_another(self, number: int, place: int) -> NDArray[np.bool_]:
        """Which sections are, by their title, about others of a series than the one at `place`: shape (sections,)."""
        return np.array([bool(named) and place not in named for named in self._named_in_titles[number]])

    @cached_property
    def _named_in_titles(self) -> list[list[set[int]]]:
        """For each series, the places that the titles of each section name."""
        return [
            [
                {place for passage in section.passages for place in one.told_of_in(passage.title)}
                for section in self.index.sections
            ]
            for one in self.series
        ]

    def _of_sections(self, recognised: Recognised) -> dict[str, NDArray[np.float32]]:
        """What was recognised, for every section of the index: how likely it answers, how likely the message is only close to it, and the
        channel. A section that nothing was learnt of is as likely as that no known one answers."""
        known = self._taught >= 0
        answered, close = (
            np.where(known, shares[self._taught], np.float32(0)) for shares in (recognised.answered, recognised.beside)
        )
        likely = np.where(known, answered + close, np.float32(recognised.nothing_answers))
        return {"answered": answered, "close": close, RECOGNISED: np.log(np.maximum(likely, np.float32(UNLIKELY)))}

    @cached_property
    def _taught(self) -> NDArray[np.int64]:
        """The place of each section of the index among those that were taught, -1 for one that was not: shape (sections,)."""
        places = {section: place for place, section in enumerate(self.recogniser.sections if self.recogniser else ())}
        return np.array([places.get(section.id, -1) for section in self.index.sections], dtype=np.int64)

    def _concept_scores(self, text: str) -> NDArray[np.float32]:
        """BM25 over the groups of synonyms that `text` names: whichever of their words a section uses, it is the same term."""
        named = list(self.synonyms.concepts_in(text, "fr", "en"))
        scores: NDArray[np.float32] = self._concept_weights[:, named].sum(axis=1)
        return scores

    def _across(self, text: str, vector: Vectors) -> dict[str, NDArray[np.float32]]:
        """The cosines of a question with the body and with the title of every section, all at their place after the bridge."""
        place = self._bridged.bridge.question(text, vector)
        titles = np.full(len(self.index.sections), -1, dtype=np.float32)
        np.maximum.at(titles, self._bridged.titled, self._bridged.titles @ place)
        return {"bridge": self._bridged.bodies @ place, "titles": titles}

    @cached_property
    def _bridged(self) -> Bridged:
        """The sections after the bridge; of two languages the body is the mean."""
        entries, vectors = self.index.vectors_of("body")
        numbers = np.array([self.index.number_of_passage(entry.passage) for entry in entries])
        bodies = np.zeros((len(self.index.sections), vectors.shape[1]), dtype=np.float32)
        np.add.at(bodies, numbers, vectors)
        bodies /= np.bincount(numbers, minlength=len(bodies))[:, None]
        bridge = self.bridge or Straight(bodies.mean(axis=0))
        titles, vectors = self.index.vectors_of("title")
        return Bridged(
            bridge,
            bridge.passages(bodies),
            bridge.titles([title.text for title in titles], vectors),
            np.array([self.index.number_of_passage(title.passage) for title in titles]),
        )

    @cached_property
    def _concept_weights(self) -> NDArray[np.float32]:
        """What each group of synonyms gives each section: shape (sections, groups). A title counts twice."""
        counts = np.zeros((len(self.index.sections), len(self.synonyms.groups)), dtype=np.float32)
        for number, section in enumerate(self.index.sections):
            for passage in section.passages:
                for text in (passage.title, passage.title, passage.text):
                    for group, count in self.synonyms.concepts_in(text, passage.language).items():
                        counts[number, group] += count
        lengths = counts.sum(axis=1, keepdims=True)
        having = (counts > 0).sum(axis=0)
        rarity = np.log(1 + (len(counts) - having + 0.5) / (having + 0.5))
        saturated = counts / (counts + _K1 * (1 - _B + _B * lengths / max(float(lengths.mean()), 1e-9)) + 1e-9)
        return np.asarray(rarity * saturated, dtype=np.float32)


def scaled(name: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The values of a channel as they are weighed."""
    return values if name == RECOGNISED else standardised(values)


def standardised(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """`values` in standard deviations from their mean; zeros when they are all alike."""
    spread = values.std()
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)


def load_weights(path: Path) -> Fitted[Mapping[str, float]]:
    """The weight of each channel, from the file that tuning writes."""
    retrieval = yaml.safe_load(path.read_text(encoding="utf-8"))["retrieval"]
    learnt, plain = retrieval["with_recogniser"], retrieval["plain"]
    return Fitted(
        {name: float(learnt[name]) for name in (*CHANNELS, RECOGNISED)}, {name: float(plain[name]) for name in CHANNELS}
    )


def unit(vectors: Vectors) -> Vectors:
    """`vectors` with length 1, or 0 where they are 0."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 1e-6, norms, np.inf), dtype=np.float32)
