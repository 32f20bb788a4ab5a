"""A second reader, learnt from examples: how likely each value of a field is, given all the words of a message.

The first reader knows constructions and is silent before an unforeseen one; this one knows which words people use and is never sure of
who does what. Each makes up for the other: see `SecondReader.complete`. `python -m evals.teach` writes what is learnt, from `corpus/situations`
and the development cases.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.learnt_file import Arrays, LearntFile
from assistant.reading.text import Scope
from assistant.stated import take_stated
from assistant.vocabulary import Reading, Situation
from corpus.call import Call
from corpus.embed import Encoder, Vectors
from corpus.words import words

Floats = NDArray[np.float32]
Places = NDArray[np.int64]
Embed = Callable[[str], Vectors]
UNSAID = "unsaid"
WEIGHT_OF_VECTOR = 2.0
"""How much the vector of the message counts beside its words, each of unit length."""
_SHORTEST = 6
"""Words of the shortest message that is taken for the description of a project."""
_ALMOST_CERTAIN = 0.95
"""On messages not taught with, two in a thousand descriptions of this likelihood were none (printed by `evals.teach`)."""
SUPPOSED = frozenset({("theme", "other")})
"""What the first reader supposes of a project, by the words that show that there is one: it changes no verdict. It is not read here, and
stands until something else is."""
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n+")


def grams(text: str) -> list[str]:
    """The words, the pairs of neighbours and the runs of three to five letters of `text`."""
    found = words(text)
    pairs = [f"{one} {two}" for one, two in pairwise(found)]
    letters = [
        f"_{padded[i : i + size]}"
        for padded in (f" {word} " for word in found)
        for size in (3, 4, 5)
        for i in range(len(padded) - size + 1)
    ]
    return [*found, *pairs, *letters]


@dataclass(frozen=True)
class Model:
    """A linear model a field over grams and the encoder's vector of the whole text.

    `encoder` is the identity of the only encoder whose vectors it understands. `weights`: (grams + dimension, columns); a field has one
    column a value. `enough`: the likelihood from which a value may be read;
    `doubted`: the one below which a value that the first reader found is asked again.
    """

    encoder: str
    vocabulary: Mapping[str, int]
    rarity: Floats
    weights: Floats
    offsets: Floats
    columns: Mapping[str, tuple[tuple[str, int], ...]]
    enough: Mapping[tuple[str, str], float]
    doubted: Mapping[tuple[str, str], float]

    def shares(self, text: str, vector: Vectors) -> dict[str, dict[str, float]]:
        """For each field, the likelihood of each value (`unsaid` among them) in `text`, whose vector is `vector`."""
        places, amounts = self.lexical(text)
        by_words = amounts @ self.weights[places]
        by_sense = WEIGHT_OF_VECTOR * vector @ self.weights[len(self.vocabulary) :]
        scores = by_words + by_sense + self.offsets
        found = {}
        for field, columns in self.columns.items():
            raw = np.array([scores[place] for _, place in columns])
            likely = np.exp(raw - raw.max())
            likely /= likely.sum()
            found[field] = {value: float(share) for (value, _), share in zip(columns, likely, strict=True)}
        return found

    def lexical(self, text: str) -> tuple[Places, Floats]:
        """The grams of `text` that are known: their places and their weights, of unit length."""
        counts = Counter(self.vocabulary[gram] for gram in grams(text) if gram in self.vocabulary)
        places = np.fromiter(counts, dtype=np.int64, count=len(counts))
        amounts = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        amounts = (1 + np.log(amounts)) * self.rarity[places]
        norm = float(np.linalg.norm(amounts))
        return places, amounts / norm if norm else amounts

    def telling(self, text: str, field: str, value: str) -> str:
        """The sentence of `text` whose words speak most for `value`."""
        place = dict(self.columns[field])[value]
        others = [column for name, column in self.columns[field] if name != value]

        def speaks(sentence: str) -> float:
            places, amounts = self.lexical(sentence)
            return float(amounts @ (self.weights[places, place] - self.weights[places][:, others].mean(axis=1)))

        return max((part.strip() for part in _SENTENCE.split(text) if part.strip()), key=speaks, default=text)


class SecondReader:
    """The model with the encoder: what it takes a text to say. Safe to share between threads."""

    def __init__(self, model: Model, embed: Embed) -> None:
        self.model = model
        self._embed = embed
        self._shares = lru_cache(maxsize=512)(lambda text: model.shares(text, embed(text)))

    def scope(self, text: str) -> Scope | None:
        """`own` for a message that surely describes a project to be judged."""
        share = self._likely_own(text)
        return "own" if share is not None and share >= self.model.enough["scope", "own"] else None

    def is_description(self, text: str) -> bool:
        """True when `text`, whatever it looks like, almost certainly describes a project of the person's."""
        share = self._likely_own(text)
        return share is not None and share >= _ALMOST_CERTAIN

    def is_no_description(self, text: str) -> bool:
        """True when `text` almost certainly describes no project: a question about the rules, in many words."""
        share = self._likely_own(text)
        return share is not None and share <= 1 - _ALMOST_CERTAIN

    def _likely_own(self, text: str) -> float | None:
        """How likely `text` describes a project; None when it is too short to tell."""
        return self._shares(text)["scope"]["own"] if len(text.split()) >= _SHORTEST else None

    def complete(self, situation: Situation, heard: Sequence[str], call: Call, withdrawn: Collection[str]) -> Situation:
        """`situation` with the values that the first reader did not find in the messages `heard` and that are likely enough here.

        A field that was `withdrawn` on the way stays unsaid. In a single message, a value that the first reader found and that is most
        unlikely here is taken back: it will be asked. What is presumed when nothing is said would not be: it stays as it was read.
        """
        text = "\n".join(heard)
        if len(text.split()) < _SHORTEST:
            return situation
        shares = self._shares(text)
        doubted = self._doubted(situation, shares, call) if len(heard) == 1 else set()
        readings = {name: reading for name, reading in situation.readings.items() if name not in doubted}
        for field in call.fields:
            values = shares.get(field.id, {})
            best = max(values, key=lambda value: values[value], default=UNSAID)
            found = situation.readings.get(field.id)
            if (found and not _is_supposed(field.id, found, call)) or field.id in withdrawn:
                continue
            if best not in {one.id for one in field.values}:
                continue
            if field.only and len(heard) > 1:
                continue  # who takes part changes from message to message: that is the first reader's
            applies = all(
                other in readings and readings[other].value in allowed for other, allowed in field.only.items()
            )
            if applies and values[best] >= self.model.enough[field.id, best]:
                readings[field.id] = Reading(best, self.model.telling(text, field.id, best))
        return Situation(readings)

    def _doubted(self, situation: Situation, shares: Mapping[str, Mapping[str, float]], call: Call) -> set[str]:
        """The fields whose value is most unlikely, stated in other words than the call's, and would be asked again."""
        asked = {field.id for field in call.fields if not field.presumed}
        return {
            name
            for name, reading in situation.readings.items()
            if name in asked
            and (name, reading.value) not in SUPPOSED
            and shares.get(name, {}).get(reading.value, 1.0) < self.model.doubted.get((name, reading.value), 0.0)
            and not take_stated(reading.words, call)[0]
        }


def _is_supposed(field: str, reading: Reading, call: Call) -> bool:
    """True when nothing was said that `reading` rests on: it may be read anew, unless it is what a label of the call states."""
    return (field, reading.value) in SUPPOSED and field not in take_stated(reading.words, call)[0]


def load_model(path: Path, encoder: str) -> Model | None:
    """What `python -m evals.teach` wrote; None, with a warning, when it was taught with another encoder."""
    without = "situations are read by the first reader alone, and more questions are asked"
    return LearntFile(path, "python -m evals.teach", without).read(encoder, _model)


def _model(arrays: Arrays) -> Model:
    columns: dict[str, list[tuple[str, int]]] = {}
    enough, doubted = {}, {}
    levels = zip(arrays["columns"], arrays["enough"], arrays["doubted"], strict=True)
    for place, (name, lowest, unlikely) in enumerate(levels):
        field, value = str(name).split("=")
        columns.setdefault(field, []).append((value, place))
        enough[field, value], doubted[field, value] = float(lowest), float(unlikely)
    return Model(
        str(arrays["encoder"]),
        {str(gram): place for place, gram in enumerate(arrays["vocabulary"])},
        arrays["rarity"].astype(np.float32),
        arrays["weights"].astype(np.float32),
        arrays["offsets"].astype(np.float32),
        {field: tuple(values) for field, values in columns.items()},
        enough,
        doubted,
    )


def open_second_reader(path: Path, encoder: Encoder) -> SecondReader | None:
    """The second reader of `path`; None when it was taught with another encoder than `encoder`."""
    model = load_model(path, encoder.identity)
    return SecondReader(model, encoder.question) if model else None
