"""The lower layers of the encoder, which every network of ours stands on, and how what was learnt above them is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import lru_cache
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from assistant.learnt_file import LearntFile
from corpus.embed import BUNDLED, Encoder, Vectors
from corpus.errors import ExplainedError
from corpus.token_encoder import TokenEncoder

FROZEN = 6
"""Lower layers of the encoder that are left as they are: what they give of a text is computed once, for all that is learnt and all that reads."""
_REMEMBERED = 64
_CHANGE, _SCALE = ".change", ".scale"
Learnt = TypeVar("Learnt", bound="Upper")
Beside = TypeVar("Beside")


class Upper(nn.Module):
    """The upper layers of the encoder, its own copy to be changed, and attentions that gather from the tokens what they say."""

    def __init__(self, encoder: TokenEncoder, looks: int) -> None:
        super().__init__()
        self.layers = deepcopy(encoder.layers[FROZEN:])
        self.looks = nn.Parameter(torch.randn(looks, encoder.width) * 0.05)
        self.drop = nn.Dropout(0.1)

    def gather(self, states: Tensor, there: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """From `states`, (texts, tokens, width), and which tokens are `there`, (texts, tokens): what each attention gathered, (texts, looks, width),
        the mean of the whole, (texts, width), and where they looked, (texts, tokens, looks)."""
        for layer in self.layers:
            states = layer(states, there)
        looked = (states @ self.looks.T).masked_fill(~there[..., None], -1e4).float().softmax(1)
        gathered = torch.einsum("tkf,tkw->tfw", looked.to(states.dtype), states)
        whole = (states * there[..., None]).sum(1) / there.sum(1, keepdim=True)
        return gathered, whole, looked


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


def encoder_over(trunk: Trunk, name: str) -> Encoder:
    """The encoder `name`; where it is the bundled one, what is asked is embedded by the layers that `trunk` has open."""
    return Encoder(name, trunk.vector if name == BUNDLED else None)


def store(file: LearntFile, learnt: Mapping[str, Tensor], about: Mapping[str, str]) -> None:
    """Write what was learnt, the state of an `Upper`: of a matrix of the encoder its change in 8 bits, with a scale a row; the rest in half precision."""
    base = TokenEncoder().layers[FROZEN:].state_dict(prefix="layers.")
    stored: dict[str, Tensor] = {}
    for name, weights in learnt.items():
        if name in base and weights.dim() > 1:
            change = weights - base[name]
            scale = change.abs().amax(1, keepdim=True).clamp(min=1e-9) / 127
            stored |= {f"{name}{_CHANGE}": (change / scale).round().to(torch.int8), f"{name}{_SCALE}": scale}
        else:
            stored[name] = weights.to(torch.float16)
    about = {"weights": Encoder().identity, **about}
    file.write(about, {name: tensor.contiguous().numpy() for name, tensor in stored.items()})


def restore(file: LearntFile, make: Callable[[Mapping[str, str]], tuple[Learnt, Beside]]) -> tuple[Learnt, Beside]:
    """What `store` wrote: `make` gives, from what is said about it, the network as it was before it learnt, and what is kept beside it.

    An ExplainedError when the file is missing, damaged or learnt over other weights.
    """
    about, arrays = file.read()
    installed = Encoder().identity
    if about.get("weights", installed) != installed:
        raise ExplainedError(
            f"'{file.path}' was learnt over {about['weights']}, and {installed} is installed. "
            f"Install the version that constraints.txt names, or run `{file.command}` to learn it again."
        )
    try:
        network, beside = make(about)
        stored = {name: torch.from_numpy(array).float() for name, array in arrays.items()}
        state = {
            name: weights + stored[f"{name}{_CHANGE}"] * stored[f"{name}{_SCALE}"]
            if f"{name}{_CHANGE}" in stored
            else stored[name]
            for name, weights in network.state_dict().items()
        }
        network.load_state_dict(state)
    except (KeyError, ValueError, TypeError, RuntimeError, AttributeError) as error:
        raise file.damaged(type(error).__name__) from error
    return network, beside
