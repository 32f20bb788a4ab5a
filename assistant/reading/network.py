"""What was learnt to read in a situation: the upper layers of the encoder, changed a little, and for each field where to look and what it says.

For each field, an attention over the tokens gathers what speaks of it; a linear step makes of that, and of the whole text, a likelihood for
each value, « unsaid » among them. `python -m evals.teach` learns it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from assistant.learnt_file import LearntFile
from assistant.network import Trunk, Upper, restore, store
from assistant.reading.learnt import Confusions
from assistant.reading.text import sentences_of
from corpus.token_encoder import TokenEncoder
from corpus.words import unshouted

Values = Mapping[str, Sequence[str]]
"""Field → its values, in the order of the likelihoods."""


class Gathering(Upper):
    """From the states after the frozen layers to a score for each value of each field."""

    def __init__(self, encoder: TokenEncoder, values: Values) -> None:
        super().__init__(encoder, len(values))
        self.values = {field: tuple(names) for field, names in values.items()}
        self.says = nn.ModuleList(nn.Linear(2 * encoder.width, len(names)) for names in self.values.values())

    def forward(self, states: Tensor, there: Tensor) -> tuple[list[Tensor], Tensor]:
        """Scores, one (texts, values) for each field, and where each field looked: (texts, tokens, fields)."""
        gathered, whole, looked = self.gather(states, there)
        scores = [
            say(self.drop(torch.cat([gathered[:, place], whole], -1))).float() for place, say in enumerate(self.says)
        ]
        return scores, looked


class Network:
    """The encoder with what was learnt: likelihoods of a text. Safe to share between threads."""

    def __init__(self, trunk: Trunk, gathering: Gathering) -> None:
        self._trunk, self._gathering = trunk, gathering.eval()

    @torch.inference_mode()
    def read(self, text: str) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
        """For each field, the likelihood of each value, and the sentence of `text` where it was looked for most."""
        heard = unshouted(text)
        scores, looked = self._gathering(*self._trunk.states(tuple(self._trunk.encoder.tokens(heard))))
        fields = zip(self._gathering.values.items(), scores, strict=True)
        shares = {
            field: dict(zip(values, score[0].softmax(0).tolist(), strict=True)) for (field, values), score in fields
        }
        return shares, dict(zip(shares, self._most_looked_at(text, heard, looked[0]), strict=True))

    def _most_looked_at(self, text: str, heard: str, looked: Tensor) -> list[str]:
        """The sentence of `text` with most of each field's attention in `heard`, the same text as it was read; `looked`: (tokens, fields)."""
        sentences = sentences_of(text)
        encoder = self._trunk.encoder
        alone = len(encoder.tokens(""))
        lengths = [len(encoder.tokens(sentence)) - alone for sentence in sentences_of(heard)]
        inside = looked[alone - 1 : -1]  # the first token and the words before the text; the last token
        parts = torch.split(inside[: sum(lengths)], _clipped(lengths, len(inside)))
        best = torch.stack([part.sum(0) for part in parts]).argmax(0)
        return [sentences[place] for place in best.tolist()]


def _clipped(lengths: Sequence[int], whole: int) -> list[int]:
    """`lengths` as far as they fit into `whole`: what is beyond the longest text was not read."""
    kept, left = [], whole
    for length in lengths:
        kept.append(min(length, left))
        left -= kept[-1]
    return kept


def save(path: Path, learnt: Mapping[str, Tensor], values: Values, confusions: Confusions) -> None:
    """Write what was learnt: `learnt` is the state of a `Gathering` of `values`."""
    store(_file(path), learnt, {"values": json.dumps(values), "confusions": json.dumps(confusions)})


def restored(path: Path, encoder: TokenEncoder) -> tuple[Gathering, Confusions]:
    """What `save` wrote; an ExplainedError when it is missing, damaged or learnt over other weights."""

    def make(about: Mapping[str, str]) -> tuple[Gathering, Confusions]:
        return Gathering(encoder, json.loads(about["values"])), json.loads(about["confusions"])

    return restore(_file(path), make)


def load(path: Path, trunk: Trunk) -> tuple[Network, Confusions]:
    """What `save` wrote, ready to read; see `restored`."""
    gathering, confusions = restored(path, trunk.encoder)
    return Network(trunk, gathering), confusions


def _file(path: Path) -> LearntFile:
    return LearntFile(
        path, "python -m evals.teach", "most situations told in other words than foreseen are not understood"
    )
