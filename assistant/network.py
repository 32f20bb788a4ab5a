"""The lower layers of the encoder, which every network of ours stands on, and how what was learnt above them is stored."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from assistant.learnt_file import LearntFile
from corpus.embed import Encoder, Vectors
from corpus.errors import ExplainedError
from corpus.token_encoder import TokenEncoder

FROZEN = 6
"""Lower layers of the encoder that are left as they are: what they give of a text is computed once, for all that is learnt and all that reads."""
_REMEMBERED = 64
_CHANGE, _SCALE = ".change", ".scale"


class Trunk:
    """The encoder and what its frozen layers give of recent texts. Safe to share between threads."""

    def __init__(self) -> None:
        self.encoder = TokenEncoder().eval()
        self.states = lru_cache(maxsize=_REMEMBERED)(self._states)

    @torch.inference_mode()
    def vector(self, text: str) -> Vectors:
        """The vector of a text that asks, as the encoder gives it: its upper layers are not those that were changed."""
        states, there = self.states(tuple(self.encoder.tokens(text)))
        for layer in self.encoder.layers[FROZEN:]:
            states = layer(states, there)
        vector: Vectors = functional.normalize(states.mean(1), dim=-1)[0].numpy()
        return vector

    @torch.inference_mode()
    def _states(self, tokens: tuple[int, ...]) -> tuple[Tensor, Tensor]:
        """The states of one text after the frozen layers, and which tokens are there: (1, tokens, width) and (1, tokens)."""
        rows, there = self.encoder.padded([list(tokens)])
        return self.encoder(rows, there, FROZEN), there


def pack(learnt: Mapping[str, Tensor], base: Mapping[str, Tensor]) -> dict[str, NDArray[Any]]:
    """What was learnt as it is stored: of a matrix of the encoder (in `base`) its change in 8 bits, with a scale a row; the rest in half precision."""
    stored: dict[str, Tensor] = {}
    for name, weights in learnt.items():
        if name.startswith("layers.") and weights.dim() > 1:
            change = weights - base[name]
            scale = change.abs().amax(1, keepdim=True).clamp(min=1e-9) / 127
            stored |= {f"{name}{_CHANGE}": (change / scale).round().to(torch.int8), f"{name}{_SCALE}": scale}
        else:
            stored[name] = weights.to(torch.float16)
    return {name: tensor.numpy() for name, tensor in stored.items()}


def unpack(arrays: Mapping[str, NDArray[Any]], base: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What `pack` stored; a KeyError names what is missing."""
    stored = {name: torch.from_numpy(array).float() for name, array in arrays.items()}
    return {
        name: weights + stored[f"{name}{_CHANGE}"] * stored[f"{name}{_SCALE}"]
        if f"{name}{_CHANGE}" in stored
        else stored[name]
        for name, weights in base.items()
    }


def stands_on() -> dict[str, str]:
    """What a file of learnt changes says of the weights that they were learnt over."""
    return {"weights": Encoder().identity}


def check_weights(file: LearntFile, about: Mapping[str, str]) -> None:
    """An ExplainedError when what is in `file` was learnt over other weights than those installed."""
    installed = Encoder().identity
    if about.get("weights", installed) != installed:
        raise ExplainedError(
            f"'{file.path}' was learnt over {about['weights']}, and {installed} is installed. "
            f"Install the version that constraints.txt names, or run `{file.command}` to learn it again."
        )
