"""From what is asked to what answers it: a linear map, learnt from the corpus's own questions and sections (`python -m evals.bridge`).

Between a question and its answer the vectors differ in ways that tell nothing (short or long, asking or stating, one language or the
other). The map shrinks those directions, for both sides; it knows no subject, so it serves collections that no question was written for.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.learnt_file import LearntFile
from corpus.embed import Vectors

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bridge:
    """The map for the vectors of one encoder: the mean of what is asked, and a matrix of shape (dimension, dimension)."""

    encoder: str
    mean_question: Vectors
    matrix: Vectors

    def question(self, vector: Vectors) -> Vectors:
        """Where a question lies: shape (dimension,), length 1."""
        return unit(unit(vector - self.mean_question) @ self.matrix)

    def passages(self, vectors: Vectors) -> Vectors:
        """Where the passages of a collection lie, seen from their own mean: rows of length 1."""
        return unit(unit(vectors - vectors.mean(axis=0)) @ self.matrix)


def straight(encoder: str, passages: Vectors) -> Bridge:
    """The bridge where nothing was learnt: vectors seen from the mean of the collection."""
    return Bridge(encoder, passages.mean(axis=0), np.eye(passages.shape[1], dtype=np.float32))


def load_bridge(path: Path, encoder: str) -> Bridge | None:
    """The bridge of `path`; None, with a warning in the log, when it was learnt with another encoder, whose vectors it says nothing of."""
    file = _file(path)
    about, arrays = file.read()
    try:
        found = Bridge(about["encoder"], *(arrays[name].astype(np.float32) for name in ("mean_question", "matrix")))
    except KeyError as error:
        raise file.damaged(f"without {error}") from error
    if found.encoder == encoder:
        return found
    _log.warning(
        "'%s' was learnt with the encoder %s, and the index is read with %s: it is not used, so %s. Run: %s",
        path,
        found.encoder,
        encoder,
        file.without,
        file.command,
    )
    return None


def save_bridge(bridge: Bridge, path: Path) -> None:
    """Write `bridge` in half precision: rounding is far below what separates two passages."""
    arrays = {"mean_question": bridge.mean_question, "matrix": bridge.matrix}
    half = {name: array.astype(np.float16) for name, array in arrays.items()}
    _file(path).write({"encoder": bridge.encoder}, half)


def _file(path: Path) -> LearntFile:
    without = "collections that bring no questions of their own are searched less well than measured"
    return LearntFile(path, "python -m evals.bridge", without)


def unit(vectors: Vectors) -> Vectors:
    """`vectors` with length 1, or 0 where they are 0."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 1e-6, norms, np.inf), dtype=np.float32)
