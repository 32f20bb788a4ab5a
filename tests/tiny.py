"""Small real objects for the tests: an encoder that costs microseconds, and the way to build an index with it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.series import load_series
from assistant.understand import Reader, load_phrases
from corpus import index as indexes
from corpus.embed import Vectors
from corpus.passages import Passage
from corpus.synonyms import Synonyms
from corpus.words import stems

ROOT = Path(__file__).resolve().parents[1]
FILES = Path(__file__).resolve().parent / "files"
WEIGHTS = ROOT / "assistant" / "weights.yaml"


class FakeEncoder:
    """A real encoder, small: texts that share words and letters have near vectors. `embedded` remembers what it was given to embed."""

    dimension = 256

    def __init__(self, name: str = "fake", version: str = "1", stops_after: int | None = None) -> None:
        self.name, self.version, self.stops_after = name, version, stops_after
        self.embedded: list[str] = []

    @property
    def identity(self) -> str:
        return f"{self.name}@{self.version}"

    def questions(self, texts: Sequence[str]) -> Vectors:
        return self._rows(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._rows(texts)

    def question(self, text: str) -> Vectors:
        return self._vector(text)

    def _rows(self, texts: Sequence[str]) -> Vectors:
        if self.stops_after is not None and len(self.embedded) + len(texts) > self.stops_after:
            raise KeyboardInterrupt
        self.embedded += texts
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Vectors:
        bag = np.zeros(self.dimension, dtype=np.float32)
        for term in [*stems(text, "fr"), *stems(text, "en"), *indexes.letter_grams(text)]:
            hashed = zlib.crc32(term.encode())
            bag[1 + hashed % (self.dimension - 1)] += 1.0 if hashed & 0x10000 else -1.0
        bag /= np.linalg.norm(bag) or 1.0
        # As with e5, any two texts have a cosine of about 0.75: what follows is calibrated on that.
        bag *= np.float32(0.5)
        bag[0] = np.float32(0.75**0.5)
        return np.asarray(bag / np.linalg.norm(bag), dtype=np.float32)


def build_index(folder: Path, passages: Sequence[Passage], encoder: FakeEncoder) -> indexes.Manifest:
    """Build `passages` and serve them, as `python -m ingest` does."""
    with indexes.writing(folder):
        built = indexes.build(folder, passages, encoder, lambda done, total: None)  # type: ignore[arg-type]
        indexes.switch_to(folder, built.digest)
    return built


def open_reader(index: indexes.PassageIndex, synonyms: Synonyms) -> Reader:
    """What reads messages, with the phrases and the series of the project."""
    series = load_series(ROOT / "corpus" / "series.yaml")
    return Reader(load_phrases(ROOT / "assistant" / "phrases.yaml"), synonyms, index.used_words, series)
