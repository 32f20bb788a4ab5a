"""Learn the bridge from questions to what answers them, on the corpus's own questions and sections; no case is read.

`python -m evals.bridge` writes `assistant/bridge.safetensors` from the vectors of the served index, in seconds, and prints what the map is worth on
sections of files that it was not learnt from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.bridge import Bridge, save_bridge, unit
from assistant.settings import Settings
from corpus.embed import Encoder, Vectors
from corpus.errors import ExplainedError, run_explained
from corpus.index import PassageIndex

BRIDGE = Path("assistant/bridge.safetensors")
FOLDS = 5
LOOSENESS = 1.0
"""How much of an even spread is added to the differences, as a share of their mean: the more, the nearer the map is to none."""


@dataclass(frozen=True)
class Pairs:
    """Questions, each with the bodies of its section in both languages: shapes (questions, dimension), (questions, 2, dimension)."""

    questions: Vectors
    answers: Vectors
    sections: NDArray[np.int64]
    files: tuple[str, ...]

    def only(self, rows: NDArray[np.bool_]) -> Pairs:
        """Those of `rows`."""
        files = tuple(file for file, kept in zip(self.files, rows, strict=True) if kept)
        return Pairs(self.questions[rows], self.answers[rows], self.sections[rows], files)


def pairs_of(index: PassageIndex) -> Pairs:
    """Every embedded question of `index`, beside what answers it."""
    bodies, body_vectors = index.vectors_of("body")
    of_section: dict[int, list[int]] = {}
    for row, entry in enumerate(bodies):
        of_section.setdefault(index.number_of_passage(entry.passage), []).append(row)
    asked, vectors = index.vectors_of("question")
    if not asked:
        raise ExplainedError(
            f"The index '{index.folder}' carries no question, so there is nothing to learn from. "
            "Run `python -m ingest` on the corpus of this repository first."
        )
    sections = np.array([index.number_of_passage(entry.passage) for entry in asked])
    # A section without a twin stands for both.
    rows = np.array([[of_section[n][0], of_section[n][-1]] for n in sections])
    files = tuple(index.passages[entry.passage].file.rsplit("/", 1)[-1] for entry in asked)
    return Pairs(vectors, body_vectors[rows], sections, files)


def learn(pairs: Pairs, encoder: str) -> Bridge:
    """The map that makes what differs between a question and its answers small and even: the inverse root of its covariance."""
    mean = pairs.questions.mean(axis=0)
    asked = unit(pairs.questions - mean)
    dimension = asked.shape[1]
    spread = np.zeros((dimension, dimension))
    for language in range(pairs.answers.shape[1]):
        answers = pairs.answers[:, language]
        apart = (asked - unit(answers - answers.mean(axis=0))).astype(np.float64)
        spread += apart.T @ apart / len(apart)
    spread += LOOSENESS * np.trace(spread) / dimension * np.eye(dimension)
    values, axes = np.linalg.eigh(spread)
    matrix = (axes * values**-0.5) @ axes.T
    # Only directions count, every vector is brought to length 1 afterwards: a mean of 1 keeps the numbers readable.
    return Bridge(encoder, mean, np.asarray(matrix / np.trace(matrix) * dimension, dtype=np.float32))


def success(bridge: Bridge | None, pairs: Pairs, among: Pairs) -> float:
    """Share of the questions of `pairs` whose own body is the nearest of all those of `among`, by vectors alone."""
    _, first = np.unique(among.sections, return_index=True)
    right = 0
    for language in range(among.answers.shape[1]):
        bodies = among.answers[first, language]
        if bridge:
            bodies, asked = bridge.passages(bodies), bridge.question(pairs.questions)
        else:
            asked = pairs.questions
        nearest = among.sections[first][np.argmax(asked @ bodies.T, axis=1)]
        right += int((nearest == pairs.sections).sum())
    return float(right / (len(pairs.sections) * among.answers.shape[1]))


def held_out(pairs: Pairs, encoder: str) -> Iterator[tuple[float, float, int]]:
    """For each fold of files: success without the map, with the one learnt from the other files, and how many questions."""
    for files in _folds(sorted(set(pairs.files))):
        rows = np.isin(pairs.files, files)
        asked = pairs.only(rows)
        yield success(None, asked, pairs), success(learn(pairs.only(~rows), encoder), asked, pairs), int(rows.sum())


def _folds(files: Sequence[str]) -> list[list[str]]:
    order = np.random.default_rng(0).permutation(len(files))
    return [[files[i] for i in part] for part in np.array_split(order, FOLDS)]


def main() -> None:
    """Learn, print what the map is worth on other files, write it."""
    settings = Settings()
    index = PassageIndex.open(settings.index_folder, Encoder(settings.encoder))
    pairs = pairs_of(index)
    folds = np.array(list(held_out(pairs, index.encoder.identity)))
    without, with_map = np.average(folds[:, :2], axis=0, weights=folds[:, 2])
    print(
        f"{len(pairs.sections)} questions; own section first, by vectors alone, on files not learnt from: {without:.3f} → {with_map:.3f}"
    )
    save_bridge(learn(pairs, index.encoder.identity), BRIDGE)


if __name__ == "__main__":
    run_explained(main)
