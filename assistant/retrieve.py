"""From a Question to the sections that could answer it, best first.

Four channels score every section: words, letters, the centre of its entries and its nearest question (see `corpus.index.Scores`). Each is
brought to the same scale over the sections; then they are added with the weights of `weights.yaml`, fitted on the development cases.
A collection that carries no questions (a FAQ, a law) has weights of its own, and there the groups of synonyms count as words too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from corpus.embed import Vectors
from corpus.index import EntryKind, PassageIndex, Scores, Section
from corpus.synonyms import Synonyms
from corpus.words import content_words

Embed = Callable[[str], Vectors]
"""A text that asks → its vector."""

CHANNELS = ("words", "grams", "centre", "question")
WEIGHTS_WITHOUT_QUESTIONS = {"words": 0.06, "grams": 0.26, "centre": 0.55, "question": 1.18, "concepts": 0.32}
"""Weights for a collection that carries no questions, fitted on five of them that are not the corpus (docs/decisions). With questions,
synonyms only add noise (measured on the development cases)."""
_K1, _B = 1.2, 0.6

SHORT, LEANING, LEANING_LITTLE = 3, 0.6, 0.2
"""Up to so many content words, a message that leans on the conversation takes the first share of its score from the subject with it, then the
second (measured on the dialogues of the development cases and on changes of subject made from them)."""


@dataclass(frozen=True)
class Found:
    """A section that a search found: its score, and what each channel (those not ranked by, too) said of it, raw."""

    section: Section
    score: float
    channels: Mapping[str, float]


@dataclass(frozen=True)
class Search:
    """What a search found, best first, and the questions (of any section, or beside them) that were nearest to the one asked."""

    found: tuple[Found, ...]
    neighbours: tuple[tuple[EntryKind, float], ...]


@dataclass(frozen=True)
class Retriever:
    """Search over one index, with fixed weights."""

    index: PassageIndex
    synonyms: Synonyms
    weights: Mapping[str, float]

    def retrieve(self, standalone: str, *, embed: Embed, alone: str | None = None, limit: int = 8) -> Search:
        """The best sections for `standalone`, best first; equal scores keep the order of the corpus.

        `alone` is a message that leans on the conversation, by itself: what it names counts again, beside the subject that it leans on.
        """
        scores = self.index.scores(embed(standalone), standalone)
        channels = self.channels_of(scores, standalone)
        total = self.total(channels)
        if alone is not None:
            by_itself = self.total(self.channels_of(self.index.scores(embed(alone), alone), alone))
            leaning = np.float32(LEANING if len(content_words(alone)) <= SHORT else LEANING_LITTLE)
            total = leaning * total + (1 - leaning) * by_itself
        best = np.argsort(-total, kind="stable")[:limit]
        found = tuple(
            Found(
                self.index.sections[n], float(total[n]), {name: float(values[n]) for name, values in channels.items()}
            )
            for n in best
        )
        return Search(found, scores.neighbours)

    def channels_of(self, scores: Scores, text: str) -> dict[str, NDArray[np.float32]]:
        """What each channel says of every section: arrays of shape (sections,)."""
        concepts = {} if self.index.has_questions else {"concepts": self._concept_scores(text)}
        return {
            "words": scores.words,
            "grams": scores.grams,
            "centre": scores.centre,
            "question": scores.question,
            "body": scores.body,
            "misconception": scores.misconception,
            "beside": scores.beside,
            **concepts,
        }

    def total(self, channels: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """The channels added up, each in standard deviations from its mean over the sections."""
        weights = self.weights if self.index.has_questions else WEIGHTS_WITHOUT_QUESTIONS
        total = np.zeros(len(self.index.sections), dtype=np.float32)
        for name, weight in weights.items():
            total += np.float32(weight) * standardised(channels[name])
        return total

    def _concept_scores(self, text: str) -> NDArray[np.float32]:
        """BM25 over the groups of synonyms that `text` names: whichever of their words a section uses, it is the same term."""
        named = list(self.synonyms.concepts_in(text, "fr", "en"))
        scores: NDArray[np.float32] = self._concept_weights[:, named].sum(axis=1)
        return scores

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


def standardised(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """`values` in standard deviations from their mean; zeros when they are all alike."""
    spread = values.std()
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)


def load_weights(path: Path) -> dict[str, float]:
    """The weight of each channel, from the file that tuning writes."""
    weights = yaml.safe_load(path.read_text(encoding="utf-8"))["retrieval"]
    return {name: float(weights[name]) for name in CHANNELS}
