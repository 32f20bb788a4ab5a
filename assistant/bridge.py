"""From what is asked to what answers it, for collections that no question was written for. `python -m evals.bridge` teaches it.

Between a question and its answer the vectors differ in ways that tell nothing (short or long, asking or stating, everyday or official words, one
language or the other). So a question is read by the upper layers of the encoder, changed a little, and put where answers lie; the passages keep the
vectors that the index holds, brought to the same place by a matrix.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from assistant.learnt_file import LearntFile
from assistant.network import FROZEN, Trunk, Upper, restore, store
from corpus.embed import BUNDLED, Encoder, Vectors, legible
from corpus.token_encoder import TokenEncoder, by_length

_log = logging.getLogger(__name__)


class Asking(Upper):
    """From the states after the frozen layers to the place of a question; `answers` brings the vectors of passages to such places."""

    def __init__(self, encoder: TokenEncoder) -> None:
        super().__init__(encoder, 1)
        self.asks = nn.Linear(2 * encoder.width, encoder.width)
        self.answers = nn.Linear(encoder.width, encoder.width, bias=False)

    def begin_at(self, middle: Tensor) -> None:
        """Before it learns: a question lies where the encoder puts it, seen from `middle`, the mean of questions; a passage stays where it is."""
        same = torch.eye(middle.shape[0])
        self.asks.weight.data = torch.cat([torch.zeros_like(same), same], 1)
        self.asks.bias.data = -middle
        self.answers.weight.data = same.clone()

    def forward(self, states: Tensor, there: Tensor) -> Tensor:
        """`states`: (texts, tokens, width), `there`: (texts, tokens), false for padding → rows of length 1, (texts, width)."""
        gathered, whole, _ = self.gather(states, there)
        both = torch.cat([gathered.flatten(1), functional.normalize(whole.float(), dim=-1)], -1)
        return functional.normalize(self.asks(both).float(), dim=-1)

    def passages(self, vectors: Tensor) -> Tensor:
        """`vectors`, seen from the mean of their collection → rows of length 1."""
        return functional.normalize(self.answers(functional.normalize(vectors, dim=-1)).float(), dim=-1)


class LearntBridge:
    """The bridge that was taught. Safe to share between threads."""

    def __init__(self, trunk: Trunk, asking: Asking) -> None:
        self._trunk, self._asking = trunk, asking.eval()

    @torch.inference_mode()
    def question(self, text: str, vector: Vectors) -> Vectors:
        """Where a question lies: shape (dimension,), length 1. It is read anew: `vector` is what the encoder alone makes of it."""
        tokens = tuple(self._trunk.encoder.tokens(legible(text)))
        place: Vectors = self._asking(*self._trunk.states(tokens))[0].numpy()
        return place

    @torch.inference_mode()
    def titles(self, texts: Sequence[str], vectors: Vectors) -> Vectors:
        """Where titles lie, read as questions: rows of length 1. They are read anew: `vectors` are what the encoder makes of them as answers."""
        encoder = self._trunk.encoder
        once = {
            text: place for place, text in enumerate(dict.fromkeys(texts))
        }  # the passages of a document may share one
        rows = [encoder.tokens(legible(text)) for text in once]
        places = np.empty((len(once), vectors.shape[1]), dtype=np.float32)
        for some in by_length(rows):
            tokens, there = encoder.padded([rows[place] for place in some])
            places[some] = self._asking(encoder(tokens, there, FROZEN), there).numpy()
        return places[[once[text] for text in texts]]

    @torch.inference_mode()
    def passages(self, vectors: Vectors) -> Vectors:
        """Where the passages of a collection lie, seen from their own mean: rows of length 1."""
        places: Vectors = self._asking.passages(torch.from_numpy(vectors - vectors.mean(axis=0))).numpy()
        return places


def open_bridge(path: Path, encoder: Encoder, trunk: Trunk) -> LearntBridge | None:
    """The bridge of `path`; None, with a warning in the log, when the index is read with another encoder, whose vectors it says nothing of."""
    file = _file(path)
    if encoder.name == BUNDLED:
        return load(path, trunk)
    _log.warning(
        "'%s' was learnt with the encoder %s, and the index is read with %s: it is not used, so %s.",
        path,
        BUNDLED,
        encoder.identity,
        file.without,
    )
    return None


def save(path: Path, asking: Asking) -> None:
    """Write what was learnt."""
    store(_file(path), asking.state_dict(), {})


def load(path: Path, trunk: Trunk) -> LearntBridge:
    """What `save` wrote; an ExplainedError when it is missing, damaged or learnt over other weights."""
    asking, _ = restore(_file(path), lambda about: (Asking(trunk.encoder), about))
    return LearntBridge(trunk, asking)


def _file(path: Path) -> LearntFile:
    without = "collections that bring no questions of their own are searched less well than measured"
    return LearntFile(path, "python -m evals.bridge", without)
