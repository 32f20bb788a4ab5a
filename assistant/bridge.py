"""From what is asked to what answers it: a linear map, learnt from the corpus's own questions and sections (`python -m evals.bridge`).

Between a question and its answer the vectors differ in ways that tell nothing (short or long, asking or stating, one language or the
other). The map shrinks those directions, for both sides; it knows no subject, so it serves collections that no question was written for.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.learnt_file import Arrays, LearntFile
from corpus.embed import Vectors


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
    """The bridge of `path`; None when it was learnt with another encoder, whose vectors it says nothing of."""
    without = "collections that bring no questions of their own are searched less well than measured"
    return LearntFile(path, "python -m evals.bridge", without).read(encoder, _bridge)


def _bridge(arrays: Arrays) -> Bridge:
    mean, matrix = (np.asarray(arrays[name], dtype=np.float32) for name in ("mean_question", "matrix"))
    return Bridge(str(arrays["encoder"]), mean, matrix)


def save_bridge(bridge: Bridge, path: Path) -> None:
    """Write `bridge` in half precision: rounding is far below what separates two passages."""
    np.savez_compressed(
        path,
        encoder=np.array(bridge.encoder),
        mean_question=bridge.mean_question.astype(np.float16),
        matrix=bridge.matrix.astype(np.float16),
    )


def unit(vectors: Vectors) -> Vectors:
    """`vectors` with length 1, or 0 where they are 0."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 1e-6, norms, np.inf), dtype=np.float32)
