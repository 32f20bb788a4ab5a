"""From what is asked to what answers it: a linear map, learnt from the corpus's own questions and sections (`python -m evals.bridge`).

Between a question and its answer the vectors differ in ways that tell nothing (short or long, asking or stating, one language or the
other). The map shrinks those directions, for both sides; it knows no subject, so it serves collections that no question was written for.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from corpus.embed import Vectors
from corpus.errors import ExplainedError

logger = logging.getLogger(__name__)


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
    try:
        with np.load(path, allow_pickle=False) as file:
            learnt_with = str(file["encoder"])
            mean, matrix = (np.asarray(file[name], dtype=np.float32) for name in ("mean_question", "matrix"))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise ExplainedError(
            f"'{path}' could not be read ({type(error).__name__}), so other collections cannot be searched as measured. "
            "Put the file back as the repository has it, or run `python -m evals.bridge` to learn it again."
        ) from error
    if learnt_with != encoder:
        logger.info("%s was learnt with the encoder %s; with %s it is not used", path.name, learnt_with, encoder)
        return None
    return Bridge(learnt_with, mean, matrix)


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
