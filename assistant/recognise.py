"""Which section a message asks for, as a network that has read thousands of questions sees it: the upper layers of the encoder, changed a little.

For each section that it knows there are two outcomes: the section answers, or the message is close to it and nothing answers. Two outcomes more: the
message is about something else, or it tells of the person's own project. Of a section of several sentences it also knows which one gives what is
asked, and of a message alone which small talk it is. `python -m evals.recognise` teaches it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from assistant.lead import Leads
from assistant.learnt_file import LearntFile
from assistant.network import Trunk, Upper, restore, store
from assistant.retrieve import Recognised
from assistant.understand import MOST_HEARD
from corpus.token_encoder import TokenEncoder
from corpus.words import unshouted

_LOOKS = 4
LearntTalk = Literal["greeting", "thanks", "goodbye", "identity", "unclear", "yes_no"]
TALKS: tuple[LearntTalk, ...] = get_args(LearntTalk)
"""The kinds of small talk that are learnt; what asks or tells something comes before them."""
SURELY_TALK = 0.95
"""How likely small talk must be to be taken for it, of whatever kind: of 150 messages by a stranger seven in eight are, and of 1,500 that ask or tell
something fourteen (most have a question mark: see the pipeline)."""


class Choosing(Upper):
    """From the states after the frozen layers to a score for each outcome (every section answers, every section is close, something else, their own
    project), to one for each known sentence, and to one for no small talk and for each kind of it."""

    def __init__(self, encoder: TokenEncoder, sections: int, sentences: int) -> None:
        super().__init__(encoder, _LOOKS)
        self.says = nn.Linear((_LOOKS + 1) * encoder.width, outcomes(sections))
        self.leads = nn.Linear((_LOOKS + 1) * encoder.width, sentences)
        self.talks = nn.Linear((_LOOKS + 1) * encoder.width, 1 + len(TALKS))

    def heard(self, states: Tensor, there: Tensor) -> Tensor:
        """`states`: (texts, tokens, width), `there`: (texts, tokens), false for padding → what was made of each text: (texts, features)."""
        gathered, whole, _ = self.gather(states, there)
        return torch.cat([gathered.flatten(1), whole], -1)

    def forward(self, states: Tensor, there: Tensor) -> Tensor:
        """States and which tokens are there, as for `heard` → (texts, outcomes)."""
        scores: Tensor = self.says(self.drop(self.heard(states, there)))
        return scores.float()


class QuestionReader:
    """Recognises what messages ask for. `sections` are the ids of the sections that it knows, `sentences` says of how many sentences are those that
    have several (see `places_of`). Safe to share between threads."""

    def __init__(self, trunk: Trunk, choosing: Choosing, sections: Sequence[str], sentences: Mapping[str, int]) -> None:
        self.sections = tuple(sections)
        self._places = places_of(sentences)
        self._trunk, self._choosing = trunk, choosing.eval()
        self._read_once = lru_cache(maxsize=512)(self._read)

    def read(self, messages: tuple[str, ...]) -> Recognised:
        """What the last of `messages` asks for, in its conversation."""
        return self._read_once(tuple(unshouted(one) for one in messages[-MOST_HEARD:]))

    @torch.inference_mode()
    def _read(self, messages: tuple[str, ...]) -> Recognised:
        states, there = self._trunk.states(tuple(tokens_of(self._trunk.encoder, messages)))
        heard = self._choosing.heard(states, there)
        shares = self._choosing.says(heard)[0].softmax(0).numpy()
        leads = Leads(self._choosing.leads(heard)[0].numpy(), self._places)
        known = len(self.sections)
        own = float(shares[-1])
        asked = shares[:-1] / max(1 - own, 1e-9)
        none, *kinds = self._choosing.talks(heard)[0].softmax(0).tolist()
        small_talk = TALKS[kinds.index(max(kinds))] if 1 - none >= SURELY_TALK else None
        return Recognised(asked[:known], asked[known : 2 * known], float(asked[-1]), own, leads, small_talk)


def outcomes(sections: int) -> int:
    """How many outcomes there are for so many sections."""
    return 2 * sections + 2


def places_of(sentences: Mapping[str, int]) -> dict[str, slice]:
    """Where the sentences of each section stand among all that are known, `sentences` being how many it has. The id is that of a passage where the
    two languages have not as many."""
    ends = dict(zip(sentences, accumulate(sentences.values()), strict=True))
    return {name: slice(ends[name] - count, ends[name]) for name, count in sentences.items()}


def tokens_of(encoder: TokenEncoder, messages: Sequence[str]) -> list[int]:
    """The last message, then those before it, the latest first: it is read as if it stood alone, and what it leans on comes after."""
    return encoder.tokens(*reversed(messages[-MOST_HEARD:]))


def save(path: Path, choosing: Choosing, sections: Sequence[str], sentences: Mapping[str, int]) -> None:
    """Write what was learnt of `sections` and of their `sentences`."""
    about = {"sections": json.dumps(list(sections)), "sentences": json.dumps(dict(sentences))}
    store(_file(path), choosing.state_dict(), about)


def restored(path: Path, encoder: TokenEncoder) -> tuple[Choosing, tuple[list[str], dict[str, int]]]:
    """The network that `save` wrote, then its sections and their sentences; an ExplainedError when it is missing, damaged or learnt over other
    weights."""

    def make(about: Mapping[str, str]) -> tuple[Choosing, tuple[list[str], dict[str, int]]]:
        sections = [str(section) for section in json.loads(about["sections"])]
        sentences = {str(name): int(count) for name, count in json.loads(about["sentences"]).items()}
        return Choosing(encoder, len(sections), sum(sentences.values())), (sections, sentences)

    return restore(_file(path), make)


def load(path: Path, trunk: Trunk) -> QuestionReader:
    """What `save` wrote, open to read with; the errors are those of `restored`."""
    choosing, (sections, sentences) = restored(path, trunk.encoder)
    return QuestionReader(trunk, choosing, sections, sentences)


def _file(path: Path) -> LearntFile:
    return LearntFile(path, "python -m evals.recognise", "one question in twenty is answered beside the point")
