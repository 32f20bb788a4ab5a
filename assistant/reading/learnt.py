"""A second reader, learnt from examples: how likely each value of a field is, given all the words of a message.

The first reader knows constructions and is silent before an unforeseen one; this one knows which words people use and is never sure of
who does what. Each makes up for the other: see `second_opinion`. `python -m evals.teach` writes what is learnt, from `corpus/situations`
and the development cases.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.vocabulary import Reading, Situation
from corpus.call import Call
from corpus.embed import Vectors
from corpus.words import words

Floats = NDArray[np.float32]
Embed = Callable[[str], Vectors]
UNSAID = "unsaid"
WEIGHT_OF_VECTOR = 2.0
"""How much the vector of the message counts beside its words, each of unit length."""
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n+")


def grams(text: str) -> list[str]:
    """The words, the pairs of neighbours and the runs of three to five letters of `text`."""
    found = words(text)
    pairs = [f"{one} {two}" for one, two in zip(found, found[1:], strict=False)]
    letters = [
        f"_{padded[i : i + size]}"
        for padded in (f" {word} " for word in found)
        for size in (3, 4, 5)
        for i in range(len(padded) - size + 1)
    ]
    return [*found, *pairs, *letters]


@dataclass(frozen=True)
class Opinion:
    """What the second reader thinks of one field: the likelihood of each value, `unsaid` among them."""

    shares: Mapping[str, float]

    def of(self, value: str) -> float:
        """The likelihood of `value`."""
        return self.shares.get(value, 0.0)

    @cached_property
    def best(self) -> str:
        """The likeliest value."""
        return max(self.shares, key=lambda value: self.shares[value])


@dataclass(frozen=True)
class SecondReader:
    """A linear model a field over grams and the encoder's vector of the whole text.

    `weights`: (grams + dimension, columns); a field has one column a value. `enough`: from which likelihood a value may be read.
    """

    vocabulary: Mapping[str, int]
    rarity: Floats
    weights: Floats
    offsets: Floats
    columns: Mapping[str, tuple[tuple[str, int], ...]]
    enough: Mapping[tuple[str, str], float]

    def opinions(self, text: str, vector: Vectors) -> dict[str, Opinion]:
        """What each field is taken to be in `text`, whose vector is `vector`."""
        places, values = self.lexical(text)
        scores = values @ self.weights[places] + WEIGHT_OF_VECTOR * vector @ self.weights[-len(vector) :] + self.offsets
        found = {}
        for field, columns in self.columns.items():
            raw = np.array([scores[place] for _, place in columns])
            likely = np.exp(raw - raw.max())
            likely /= likely.sum()
            found[field] = Opinion({value: float(share) for (value, _), share in zip(columns, likely, strict=True)})
        return found

    def lexical(self, text: str) -> tuple[NDArray[np.int64], Floats]:
        """The grams of `text` that are known: their places and their weights, of unit length."""
        counts = Counter(self.vocabulary[gram] for gram in grams(text) if gram in self.vocabulary)
        places = np.fromiter(counts, dtype=np.int64, count=len(counts))
        amounts = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (1 + np.log(amounts)) * self.rarity[places] if len(counts) else amounts
        norm = float(np.linalg.norm(values))
        return places, values / norm if norm else values

    def telling(self, text: str, field: str, value: str) -> str:
        """The sentence of `text` that speaks most for `value`."""
        place = dict(self.columns[field])[value]
        others = [column for name, column in self.columns[field] if name != value]

        def speaks(sentence: str) -> float:
            places, values = self.lexical(sentence)
            return float(values @ (self.weights[places, place] - self.weights[places][:, others].max(axis=1, initial=0)))

        return max((part.strip() for part in _SENTENCE.split(text) if part.strip()), key=speaks, default=text)


def load_second_reader(path: Path) -> SecondReader:
    """What `python -m evals.teach` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        columns: dict[str, list[tuple[str, int]]] = {}
        enough = {}
        for place, (name, level) in enumerate(zip(stored["columns"], stored["enough"], strict=True)):
            field, value = str(name).split("=")
            columns.setdefault(field, []).append((value, place))
            enough[field, value] = float(level)
        return SecondReader(
            {str(gram): place for place, gram in enumerate(stored["vocabulary"])},
            stored["rarity"].astype(np.float32),
            stored["weights"].astype(np.float32),
            stored["offsets"].astype(np.float32),
            {field: tuple(values) for field, values in columns.items()},
            enough,
        )
