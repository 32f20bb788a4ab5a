"""Teach the bridge from questions to what answers them, from the questions of the corpus and from `corpus/reworded`; no case is read.

`python -m evals.bridge` writes `assistant/bridge.safetensors` and prints what it is worth on subjects that it was not taught. On two cores this takes
twenty minutes.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import typer
from pydantic import BaseModel, ConfigDict, Field, RootModel
from torch import Tensor
from torch.nn import functional

from assistant.bridge import Asking, load, save
from assistant.network import Trunk, encoder_over
from assistant.retrieve import Bridge, Straight
from assistant.settings import Settings
from corpus.embed import BUNDLED, Encoder, Vectors
from corpus.errors import ExplainedError, run_explained
from corpus.index import PassageIndex
from corpus.token_encoder import TokenEncoder
from corpus.yaml_files import load_checked
from evals.learning import Batch, fit, states_of
from evals.recognise import load_examples

REWORDED = Path("corpus/reworded")
BRIDGE = Path("assistant/bridge.safetensors")
_ASKED = 24
"""Of a section with twice as many questions or more, every second, third… is taught, never fewer than these: those of the corpus must not outnumber the rest."""
_TOGETHER = 20
"""Entries of a file of `corpus/reworded` that stand for one subject: neighbours there are close to each other."""
_LEFT_OUT = 10
"""One subject in so many is not taught."""
_ROUNDS = 2
_STEP = 1e-4
_SHARPNESS = 25.0
"""What a cosine is multiplied with, so that the nearest answer weighs more than the sum of all others."""


class Reworded(BaseModel):
    """What an entry of a FAQ would be called and speak of, and messages that it answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    about: str = Field(min_length=1)
    ask: list[str] = Field(min_length=1)


class RewordedFile(RootModel[list[Reworded]]):
    """The whole of a file of `corpus/reworded`."""


@dataclass(frozen=True, eq=False)
class Answered:
    """Messages, and the vectors of what answers them all, shape (texts, dimension). The first text is what a search would find."""

    asked: tuple[str, ...]
    answers: Vectors
    subject: str


def of_sections(index: PassageIndex) -> list[Answered]:
    """Every section of `index` that is asked for, with its body in each language."""
    asked: dict[str, list[str]] = {}
    for example in load_examples(index):
        if example.kind == "question" and len(example.messages) == 1:
            asked.setdefault(example.section, []).append(example.messages[0])
    if not asked:
        raise ExplainedError(
            f"The index '{index.folder}' carries no question, so there is nothing to learn from. "
            "Run `python -m ingest` on the corpus of this repository first."
        )
    entries, vectors = index.vectors_of("body")
    bodies: dict[str, list[Vectors]] = {}
    files: dict[str, str] = {}
    for entry, vector in zip(entries, vectors, strict=True):
        passage = index.passages[entry.passage]
        bodies.setdefault(passage.section_id, []).append(vector)
        files[passage.section_id] = Path(passage.file).stem
    return [
        Answered(tuple(some[:: max(1, len(some) // _ASKED)]), np.stack(bodies[section]), files[section])
        for section, some in asked.items()
    ]


def load_rewordings() -> list[tuple[str, Reworded]]:
    """Every entry of `corpus/reworded`, with its subject."""
    return [
        (f"{path.stem} {place // _TOGETHER}", entry)
        for path in sorted(REWORDED.glob("*.yaml"))
        for place, entry in enumerate(load_checked(path, RewordedFile).root)
    ]


def of_rewordings(entries: Sequence[tuple[str, Reworded]], encoder: Encoder) -> list[Answered]:
    """The entries, each answering with what it speaks of, its title, or any of its own messages put as a text that answers."""
    texts = [[f"{entry.title}. {entry.about}", entry.title, *entry.ask] for _, entry in entries]
    vectors = encoder.passages([text for some in texts for text in some])
    ends = np.cumsum([len(some) for some in texts])[:-1]
    return [
        Answered(tuple(entry.ask), answers, subject)
        for (subject, entry), answers in zip(entries, np.split(vectors, ends), strict=True)
    ]


def left_out_of(subjects: Iterable[str]) -> set[str]:
    """The subjects that are not taught: what the figures printed are counted on."""
    return set(sorted(set(subjects))[::_LEFT_OUT])


def learn(answered: Sequence[Answered], encoder: TokenEncoder, middle: Tensor) -> Asking:
    """A network that puts each message nearest to an answer of its own, among one answer of each; `middle` is the mean vector of messages."""
    chance = random.Random(0)
    asked = [text for one in answered for text in one.asked]
    own = torch.tensor([place for place, one in enumerate(answered) for _ in one.asked])
    mean = np.concatenate([one.answers[:1] for one in answered]).mean(axis=0)
    answers = [torch.from_numpy(one.answers - mean) for one in answered]
    states, hurried = states_of(encoder, [(text,) for text in asked], chance)
    torch.manual_seed(0)
    asking = Asking(encoder)
    asking.begin_at(middle)

    def loss_of(batch: Batch, places: list[int]) -> Tensor:
        some = torch.stack([rows[chance.randrange(len(rows))] for rows in answers])
        cosines = asking(*batch) @ asking.passages(some).T
        return functional.cross_entropy(_SHARPNESS * cosines.float(), own[places])

    fit(asking, loss_of, states, hurried, "bridge", _ROUNDS, step=_STEP)
    return asking


def success(bridge: Bridge, asked: Sequence[Answered], among: Sequence[Answered], encoder: Encoder) -> float:
    """Share of the messages of `asked` whose own first text is the nearest of those of `among`, by vectors alone."""
    places = bridge.passages(np.stack([one.answers[0] for one in among]))
    rows = {id(one): row for row, one in enumerate(among)}
    right = [
        int(np.argmax(places @ bridge.question(text, encoder.question(text)))) == rows[id(one)]
        for one in asked
        for text in one.asked
    ]
    return float(np.mean(right))


def main() -> None:
    """Learn, print what the bridge is worth on other subjects, write it."""
    trunk = Trunk()
    encoder = encoder_over(trunk, BUNDLED)  # what is learnt serves no other
    index = PassageIndex.open(Settings().index_folder, encoder)
    sections, rewordings = of_sections(index), of_rewordings(load_rewordings(), encoder)
    left_out = left_out_of(one.subject for one in (*sections, *rewordings))
    taught = [one for one in (*sections, *rewordings) if one.subject not in left_out]
    print(f"{sum(len(one.asked) for one in taught)} messages for {len(taught)} answers; reading them", flush=True)
    middle = torch.from_numpy(index.vectors_of("question")[1].mean(axis=0))
    save(BRIDGE, learn(taught, trunk.encoder, middle))
    bridge = load(BRIDGE, trunk)
    for name, kin in (("sections", sections), ("rewordings", rewordings)):
        asked = [one for one in kin if one.subject in left_out]
        straight = Straight(np.stack([one.answers[0] for one in kin]).mean(axis=0))
        print(
            f"{name} of subjects that were not taught: the answer of {success(straight, asked, kin, encoder):.3f} → "
            f"{success(bridge, asked, kin, encoder):.3f} of the messages comes first, among {len(kin)}, by vectors alone"
        )


if __name__ == "__main__":
    run_explained(lambda: typer.run(main))
