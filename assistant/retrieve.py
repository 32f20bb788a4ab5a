"""From a Question to the sections that could answer it, best first.

Four channels score every section: words, letters, the centre of its entries and its nearest question (see `corpus.index.Scores`). Each is
brought to the same scale over the sections; then they are added with the weights of `weights.yaml`, fitted on the development cases.
In a collection that carries no questions (a FAQ, a law), words that could have been written instead are looked for too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from corpus.embed import Vectors
from corpus.index import EntryKind, PassageIndex, Scores, Section
from corpus.synonyms import Form, Synonyms

Embed = Callable[[str], Vectors]
"""A text that asks → its vector."""

CHANNELS = ("words", "grams", "centre", "question")
RELATED_WEIGHT = 0.3
"""Weight of the synonyms where no question leads to the passages; with questions they only add noise (measured on the development cases)."""


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
    _form_scores: dict[Form, NDArray[np.float32]] = field(default_factory=dict, compare=False)

    def retrieve(self, standalone: str, *, embed: Embed, alone: str | None = None, limit: int = 8) -> Search:
        """The best sections for `standalone`, best first; equal scores keep the order of the corpus.

        `alone` is a message that leans on the conversation, by itself: what it names counts again, beside the subject that it leans on.
        """
        scores = self.index.scores(embed(standalone), standalone)
        channels = self.channels_of(scores, standalone)
        total = self.total(channels)
        if alone is not None:
            by_itself = self.total(self.channels_of(self.index.scores(embed(alone), alone), alone))
            total = (total + by_itself) / np.float32(2)
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
        related = {} if self.index.has_questions else {"related": self._related(text)}
        return {
            "words": scores.words,
            "grams": scores.grams,
            "centre": scores.centre,
            "question": scores.question,
            "body": scores.body,
            "misconception": scores.misconception,
            "beside": scores.beside,
            **related,
        }

    def total(self, channels: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """The channels added up, each in standard deviations from its mean over the sections."""
        total = np.zeros(len(self.index.sections), dtype=np.float32)
        for name in CHANNELS:
            total += np.float32(self.weights[name]) * standardised(channels[name])
        if "related" in channels:
            total += np.float32(RELATED_WEIGHT) * standardised(channels["related"])
        return total

    def _related(self, text: str) -> NDArray[np.float32]:
        """For each group of synonyms found in `text`, the best that any of its forms gives a section."""
        total = np.zeros(len(self.index.sections), dtype=np.float32)
        for forms in self.synonyms.found_in(text):
            total += np.max([self._scores_of_form(form) for form in forms], axis=0)
        return total

    def _scores_of_form(self, form: Form) -> NDArray[np.float32]:
        """BM25 of an expression: all its words have to be there."""
        if form not in self._form_scores:
            each = [self.index.word_scores([stem]) for stem in form]
            self._form_scores[form] = np.min(each, axis=0) * np.float32(len(form) ** 0.5)
        return self._form_scores[form]


def standardised(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """`values` in standard deviations from their mean; zeros when they are all alike."""
    spread = values.std()
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)


def load_weights(path: Path) -> dict[str, float]:
    """The weight of each channel, from the file that tuning writes."""
    weights = yaml.safe_load(path.read_text(encoding="utf-8"))["retrieval"]
    return {name: float(weights[name]) for name in CHANNELS}
