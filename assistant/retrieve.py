"""From a Question to the sections that could answer it, best first.

Six channels score every section (see `corpus.index.Scores`); each is brought to the same scale over the sections, then they are added
with the weights of `weights.yaml`, fitted on the development cases by `python -m evals tune`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.index import PassageIndex, Scores, Section
from corpus.passages import Language
from corpus.synonyms import Synonyms
from corpus.words import stems

CHANNELS = tuple(field.name for field in fields(Scores))
RELATED_WEIGHT = 0.4
"""What a word that could have been written counts beside one that was."""


@dataclass(frozen=True)
class Found:
    """A section that a search found: its score, and what each channel said (raw)."""

    section: Section
    score: float
    channels: Mapping[str, float]


@dataclass(frozen=True)
class Retriever:
    """Search over one index, with fixed weights."""

    index: PassageIndex
    synonyms: Synonyms
    weights: Mapping[str, float]

    def retrieve(self, text: str, language: Language, *, limit: int = 8) -> list[Found]:
        """The best sections for `text`, best first; equal scores keep the order of the corpus."""
        scores = self.channel_scores(text, language)
        total = self.total(scores)
        best = np.argsort(-total, kind="stable")[:limit]
        return [
            Found(
                self.index.sections[number],
                float(total[number]),
                {name: float(getattr(scores, name)[number]) for name in CHANNELS},
            )
            for number in best
        ]

    def channel_scores(self, text: str, language: Language) -> Scores:
        """What each channel says of every section."""
        vector = self.index.encoder.question(self.synonyms.spell_out(text, language))
        return self.index.scores(vector, self.weighted_words(text), text)

    def weighted_words(self, text: str) -> dict[str, float]:
        """The stems to look for: those of `text`, and less strongly those of its synonyms."""
        weights = dict.fromkeys(self.synonyms.related_stems(text), RELATED_WEIGHT)
        weights.update(dict.fromkeys([*stems(text, "fr"), *stems(text, "en")], 1.0))
        return weights

    def total(self, scores: Scores) -> NDArray[np.float32]:
        """The channels added up, each in standard deviations from its mean over the sections."""
        total = np.zeros(len(self.index.sections), dtype=np.float32)
        for name in CHANNELS:
            total += np.float32(self.weights[name]) * standardised(getattr(scores, name))
        return total


def standardised(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """`values` in standard deviations from their mean; zeros when they are all alike."""
    spread = values.std()
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)


def load_weights(path: Path) -> dict[str, float]:
    """The weight of each channel, from the file that tuning writes."""
    import yaml

    weights = yaml.safe_load(path.read_text(encoding="utf-8"))["retrieval"]
    return {name: float(weights[name]) for name in CHANNELS}
