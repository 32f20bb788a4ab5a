"""Teach which section a message asks for, from the questions of the corpus (`corpus/questions`, `corpus/asked`, `elsewhere.yaml`); no case on facts
is looked at. That a message tells of the person's own project it learns from `corpus/situations` and the cases on eligibility in `evals/cases/taught`.

`python -m evals.recognise` writes `assistant/recognised.safetensors` and prints how often it finds the section, and the sentence of it that gives the
answer, of messages that it was not taught with. On two cores this takes an hour; `--go-on NAME`, for each new file, starts from what
was learnt before, goes once over these files and a part of the rest, in half an hour, and stops half way between before and after; `--keep-network` learns
again only the sentences and the small talk (`corpus/small-talk.yaml`), in a few minutes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

import torch
import typer
import yaml
from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator
from torch import Tensor, nn
from torch.nn import functional

from assistant.draft import MOST_SENTENCES
from assistant.lead import reading_order
from assistant.network import FROZEN, Trunk
from assistant.recognise import TALKS, Choosing, LearntTalk, load, places_of, restored, save, tokens_of
from assistant.retrieve import Recogniser
from assistant.settings import Settings
from assistant.situation import eligibility_scope
from assistant.small_talk import LONGEST_SMALL_TALK
from corpus.call import Call, load_call
from corpus.embed import Encoder
from corpus.errors import ExplainedError, run_explained
from corpus.index import PassageIndex
from corpus.sentences import sentences
from corpus.token_encoder import TokenEncoder, by_length
from corpus.words import unshouted
from corpus.yaml_files import load_checked
from evals.learning import Batch, fit, fit_more, states_of
from evals.teach import CASES, THEME, is_about_their_project, load_told
from evals.wording import spoken_language

ASKED = Path("corpus/asked")
SMALL_TALK = Path("corpus/small-talk.yaml")
LEARNT = Path("assistant/recognised.safetensors")
_LEFT_OUT = 10
"""One message in so many is not taught: it is what the figures printed are counted on, and what `evals.tune` may learn from beside the cases."""
_AFTER_ANOTHER, _AFTER = 0.25, (0.4, 0.4, 0.2)
"""The share of messages that are put after another, which changes nothing of what they ask, and how often that is a question of the same file,
any question, or the description of a project."""
_SMOOTHED = 0.05

_DESCRIPTIONS = 8
"""One message in so many of `corpus/situations` is taught: they are long, and easily told from questions. Not so the stories that are told again in a
file of the same name of `corpus/asked`, to ask something else: those are all taught."""
_ROUNDS = 3
_GONE_OVER, _SHARE = 3, 0.5
"""Of what a network has learnt before, one example in so many is gone over again when it goes on, and it stops at such a share of the way."""
_LEADS_ROUNDS, _LEADS_STEP, _LEADS_BATCH, _LEADS_DROPPED = 15, 3e-4, 256, 0.3
"""How the sentences are learnt: rounds, how far a step goes, examples of a step, and the share of what the network made of each that is hidden."""
_TALKS_ROUNDS, _TALKS_STEP, _TALKS_TIMES = 30, 1e-3, 5
"""How the small talk is learnt: rounds, how far a step goes, and how many times a round each message of it is seen, for there is little of it."""
_ASKED_BESIDE = 9
"""One short message in so many of those that ask, or tell of a project, is taught beside the small talk, as what is none; and all that are about
something else, which look most like it."""

Kind = Literal["question", "misconception", "beside", "elsewhere"]


class Asked(BaseModel):
    """A message, or several with one on each line, and what the last one is: a question that `section` answers, a false statement that it
    corrects, one close to it that nothing answers, or one about something else. `sentence`: which one of the section, from 1, gives the answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    say: str = Field(min_length=1)
    kind: Kind
    section: str = ""
    sentence: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _names_a_section(self) -> Asked:
        if (self.kind == "elsewhere") == bool(self.section):
            raise ValueError("name the section, unless the message is about something else")
        if self.sentence and self.kind not in ("question", "misconception"):
            raise ValueError("no sentence answers: leave it out")
        return self


class Talk(BaseModel):
    """A message that is small talk of a kind, or that looks like it and asks or tells something (`none`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    say: str = Field(min_length=1)
    kind: LearntTalk | Literal["none"]


class TalkFile(RootModel[list[Talk]]):
    """The whole of `corpus/small-talk.yaml`."""


class AskedFile(RootModel[list[Asked]]):
    """The whole of a file of `corpus/asked`."""


@dataclass(frozen=True)
class Example:
    """Messages, the last one judged, and its outcome; `near` names what its neighbours have in common, `sentence` the one that answers, from 1."""

    messages: tuple[str, ...]
    kind: Kind | Literal["own"]
    section: str
    near: str
    sentence: int | None = None
    source: str = ""


def load_examples(index: PassageIndex) -> list[Example]:
    """Every message of the corpus that asks something: those that the index lists, then those of `corpus/asked`."""
    topics = {section.id: Path(section.passages[0].file).stem for section in index.sections}
    return [*_listed(index, topics), *_asked(topics)]


def _listed(index: PassageIndex, topics: Mapping[str, str]) -> Iterator[Example]:
    for entry in index.all_entries():
        if entry.kind == "elsewhere":
            yield Example((entry.text,), "elsewhere", "", "")
        elif entry.kind in ("question", "misconception", "beside"):
            section = index.passages[entry.passage].section_id
            yield Example((entry.text,), entry.kind, section, topics[section])


def _asked(topics: Mapping[str, str]) -> Iterator[Example]:
    for path in sorted(ASKED.glob("*.yaml")):
        for asked in load_checked(path, AskedFile).root:
            if asked.section and asked.section not in topics:
                raise ExplainedError(
                    f"{path}: there is no section '{asked.section}' (« {asked.say[:60]} »). Correct it, then run this again."
                )
            messages = tuple(asked.say.strip().split("\n"))
            yield Example(messages, asked.kind, asked.section, topics.get(asked.section, ""), asked.sentence, path.stem)


def load_descriptions(call: Call) -> list[Example]:
    """Messages that tell of the person's own project, or ask for a verdict on it after it was told."""
    found: dict[tuple[str, ...], str] = {}
    for name, items in load_told(call).items():
        one_in = 1 if (ASKED / f"{name}.yaml").exists() else _DESCRIPTIONS
        texts: list[tuple[str, ...]] = [
            tuple(item.say.strip().split("\n")) for item in items if len(item.reads.keys() - {THEME}) > 1
        ]
        found |= {one: name for place, one in enumerate(texts) if len(one) == 1 and place % one_in == 0}
        # A last message that asks may ask for a fact; what is surely about their project is taught.
        several = [one for one in texts if len(one) > 1]
        found |= {one: name for one in several if "?" not in one[-1] or eligibility_scope(one[-1], one[:-1])}
    for path in sorted(CASES.glob("eligibility*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            if len(case["turns"]) > 1 and case["expect"].get("kind") and is_about_their_project(case):
                found[tuple(case["turns"])] = path.stem
    return [Example(messages, "own", "", "", source=name) for messages, name in found.items()]


def is_left_out(place: int) -> bool:
    """True for the examples that are not taught."""
    return place % _LEFT_OUT == 0


def in_conversations(
    examples: Sequence[Example], descriptions: Sequence[Example], chance: random.Random
) -> list[Example]:
    """The same examples, some of those of one message put after another question or a description: what stands alone asks the same there."""
    by_topic: dict[str, list[Example]] = {}
    for example in examples:
        by_topic.setdefault(example.near, []).append(example)
    placed = []
    for example in examples:
        if len(example.messages) == 1 and chance.random() < _AFTER_ANOTHER:
            some = (by_topic[example.near], examples, descriptions or examples)
            (near,) = chance.choices(some, _AFTER)
            example = replace(example, messages=(chance.choice(near).messages[-1], *example.messages))
        placed.append(example)
    return placed


def outcome_of(example: Example, numbers: Mapping[str, int]) -> int:
    """The place of an example among the outcomes; `numbers` are the places of the sections."""
    if example.kind in ("elsewhere", "own"):
        return 2 * len(numbers) + (example.kind == "own")
    return numbers[example.section] + (len(numbers) if example.kind == "beside" else 0)


def sentences_in(index: PassageIndex) -> dict[str, int]:
    """How many sentences the sections of several have; a section whose languages have not as many counts by passage."""
    found: dict[str, int] = {}
    for section in index.sections:
        counts = {passage.id: len(sentences(passage.text)) for passage in section.passages}
        if len(set(counts.values())) == 1:
            counts = {section.id: max(counts.values())}
        found |= {name: count for name, count in counts.items() if 1 < count <= MOST_SENTENCES}
    return found


def lead_of(example: Example, places: Mapping[str, slice]) -> tuple[slice, int] | None:
    """Where the sentences stand among which the one that answers was told, and its place there; None when none was, or it cannot be known of which
    language it is."""
    if example.sentence is None:
        return None
    language = spoken_language(example.messages[-1])
    place = places.get(example.section) or places.get(f"{example.section}/{language}")
    if place is None or example.sentence > place.stop - place.start:
        return None
    return place, example.sentence - 1


def learn_leads(
    choosing: Choosing, examples: Sequence[Example], counted: Mapping[str, int], encoder: TokenEncoder
) -> None:
    """Teach `choosing`, whose layers stay as they are, which sentence answers each example; `counted` are the sentences (see `sentences_in`). Those
    that no example tells of are all as likely."""
    places = places_of(counted)
    choosing.leads = nn.Linear(choosing.leads.in_features, sum(counted.values()))
    nn.init.zeros_(choosing.leads.weight)
    nn.init.zeros_(choosing.leads.bias)
    told = [(example, lead) for example in examples if (lead := lead_of(example, places))]
    print(f"{len(told)} examples tell the sentence that answers", flush=True)
    if not told:
        return
    heard = heard_of(choosing, [example for example, _ in told], encoder)
    scaled = _scaled(heard)
    longest = max(place.stop - place.start for _, (place, _) in told)
    rows = torch.tensor([[min(place.start + n, place.stop - 1) for n in range(longest)] for _, (place, _) in told])
    beyond = torch.tensor([[place.start + n >= place.stop for n in range(longest)] for _, (place, _) in told])
    right = torch.tensor([number for _, (_, number) in told])
    torch.manual_seed(0)
    weights = torch.zeros_like(choosing.leads.weight, requires_grad=True)
    lean = torch.zeros_like(choosing.leads.bias, requires_grad=True)
    optimiser = torch.optim.AdamW([weights, lean], lr=_LEADS_STEP, weight_decay=0.01)
    for _ in range(_LEADS_ROUNDS):
        for batch in torch.split(torch.randperm(len(told)), _LEADS_BATCH):
            given = functional.dropout(scaled[batch], _LEADS_DROPPED)
            scores = torch.einsum("tnf,tf->tn", weights[rows[batch]], given) + lean[rows[batch]]
            loss = functional.cross_entropy(scores.masked_fill(beyond[batch], -1e9), right[batch])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    _put_back(choosing.leads, weights, lean, heard)


def _scaled(heard: Tensor) -> Tensor:
    """Features with mean 0 and, on average, spread 1: what a linear layer over the network learns from."""
    return (heard - heard.mean(0)) / heard.std(0).mean()


@torch.no_grad()
def _put_back(layer: nn.Linear, weights: Tensor, lean: Tensor, heard: Tensor) -> None:
    """Give `layer` the `weights` and the `lean` that were learnt from `heard` once it was scaled, so that it takes the features as they are."""
    middle, spread = heard.mean(0), heard.std(0).mean()
    layer.weight.copy_(weights / spread)
    layer.bias.copy_(lean - weights @ (middle / spread))


def load_talks(examples: Sequence[Example], descriptions: Sequence[Example]) -> list[tuple[Example, int]]:
    """Small talk and what is none, with its place among the kinds (0: none)."""
    told = load_checked(SMALL_TALK, TalkFile).root
    talks = [
        (Example((talk.say,), "elsewhere", "", ""), 0 if talk.kind == "none" else TALKS.index(talk.kind) + 1)
        for talk in told
    ]
    others = [
        replace(example, messages=example.messages[-1:])
        for example in (*examples, *descriptions)
        if len(example.messages[-1].split()) <= LONGEST_SMALL_TALK
    ]
    kept = (one for place, one in enumerate(others) if one.kind == "elsewhere" or place % _ASKED_BESIDE == 0)
    return [*talks, *((example, 0) for example in kept)]


def learn_small_talk(choosing: Choosing, talks: Sequence[tuple[Example, int]], encoder: TokenEncoder) -> None:
    """Teach `choosing`, whose layers stay as they are, which kind of small talk each example is; see `load_talks`."""
    heard = heard_of(choosing, [example for example, _ in talks], encoder)
    scaled = _scaled(heard)
    right = torch.tensor([kind for _, kind in talks])
    seen = torch.cat([torch.arange(len(talks)), torch.where(right > 0)[0].repeat(_TALKS_TIMES - 1)])
    torch.manual_seed(0)
    layer = nn.Linear(choosing.talks.in_features, choosing.talks.out_features)
    optimiser = torch.optim.AdamW(layer.parameters(), lr=_TALKS_STEP, weight_decay=0.01)
    for _ in range(_TALKS_ROUNDS):
        for batch in torch.split(seen[torch.randperm(len(seen))], _LEADS_BATCH):
            loss = functional.cross_entropy(layer(functional.dropout(scaled[batch], _LEADS_DROPPED)), right[batch])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    _put_back(choosing.talks, layer.weight, layer.bias, heard)


@torch.inference_mode()
def heard_of(choosing: Choosing, examples: Sequence[Example], encoder: TokenEncoder) -> Tensor:
    """What the network made of each example: shape (examples, features)."""
    tokens = [tokens_of(encoder, [unshouted(message) for message in example.messages]) for example in examples]
    found = torch.empty(len(tokens), choosing.leads.in_features)
    for places in by_length(tokens):
        rows, there = encoder.padded([tokens[place] for place in places])
        found[places] = choosing.heard(encoder(rows, there, FROZEN), there)
    return found


def learn(
    examples: Sequence[Example],
    descriptions: Sequence[Example],
    sections: Sequence[str],
    encoder: TokenEncoder,
    before: Choosing | None = None,
) -> Choosing:
    """A network that tells the outcome of each example and of each description; of sentences it knows nothing yet. `before`: one that has learnt of
    the same sections, to start from."""
    chance = random.Random(0)
    placed = [*in_conversations(examples, descriptions, chance), *descriptions]
    states, hurried = states_of(encoder, [example.messages for example in placed], chance)
    numbers = {section: number for number, section in enumerate(sections)}
    outcomes = torch.tensor([outcome_of(example, numbers) for example in placed])
    torch.manual_seed(0)
    choosing = before or Choosing(encoder, len(sections), 1)

    def loss_of(batch: Batch, places: list[int]) -> Tensor:
        return functional.cross_entropy(choosing(*batch), outcomes[places], label_smoothing=_SMOOTHED)

    if before:
        fit_more(choosing, loss_of, states, hurried, "sections", _SHARE)
    else:
        fit(choosing, loss_of, states, hurried, "sections", _ROUNDS)
    return choosing


def report(recogniser: Recogniser, examples: Sequence[Example], index: PassageIndex) -> None:
    """Print what `recogniser` makes of examples that it was not taught with."""
    numbers = {section: number for number, section in enumerate(recogniser.sections)}
    found = {example: recogniser.read(example.messages) for example in examples}
    for several in (False, True):
        answered = [e for e in examples if (len(e.messages) > 1) is several and e.kind in ("question", "misconception")]
        right = sum(int(found[e].answered.argmax()) == numbers[e.section] for e in answered)
        print(f"{'conversations' if several else 'messages'}: the section of {right} of {len(answered)} is found")
    for kind in ("question", "misconception", "beside", "elsewhere", "own"):
        read = [found[e] for e in examples if e.kind == kind]
        doubted, own = sum(one.nothing_answers > 0.5 for one in read), sum(one.own > 0.5 for one in read)
        print(f"{kind}: nothing answers {doubted} of {len(read)}, {own} tell of their project")
    first = right = told = 0
    for example in examples:
        language = spoken_language(example.messages[-1])
        if example.sentence is None or language is None:
            continue
        passage = index.section(example.section).passage(language)
        count = len(sentences(passage.text))
        order = reading_order(found[example].leads.of(passage, count), count)
        told, first, right = told + 1, first + (example.sentence == 1), right + (order[0] == example.sentence - 1)
    print(
        f"sentences: what answers is read first in {right} of {told} messages, in {first} as the passages are written"
    )


def main(
    keep_network: Annotated[bool, typer.Option(help="Learn again only the sentences and the small talk.")] = False,
    go_on: Annotated[
        list[str] | None,
        typer.Option(help="A new file, by its name: start from what was learnt, and go once over such files."),
    ] = None,
) -> None:
    """Learn, try, print and write."""
    settings = Settings()
    index = PassageIndex.open(settings.index_folder, Encoder(settings.encoder))
    examples, descriptions = load_examples(index), load_descriptions(load_call(settings.corpus_folder / "call.yaml"))
    taught, told = (
        [example for place, example in enumerate(some) if not is_left_out(place)] for some in (examples, descriptions)
    )
    encoder, counted = TokenEncoder().eval(), sentences_in(index)
    sections = sorted({example.section for example in taught if example.section})
    before = None
    if keep_network or go_on:
        before, (known, _) = restored(LEARNT, encoder)
        if known != sections:
            raise ExplainedError(
                f"'{LEARNT}' was learnt of other sections than those of the corpus. "
                "Run `python -m evals.recognise` without an option, to learn it from the start."
            )
    if before and keep_network:
        choosing = before
    else:
        asked, described = taught, told
        if go_on:
            asked, described = (
                [example for place, example in enumerate(some) if example.source in go_on or place % _GONE_OVER == 0]
                for some in (taught, told)
            )
        print(
            f"{len(asked)} examples of {len(sections)} sections, {len(described)} descriptions; reading them",
            flush=True,
        )
        choosing = learn(asked, described, sections, encoder, before)
    learn_leads(choosing, taught, counted, encoder)
    learn_small_talk(choosing, load_talks(taught, told), encoder)
    save(LEARNT, choosing, sections, counted)
    left_out = [
        example for some in (examples, descriptions) for place, example in enumerate(some) if is_left_out(place)
    ]
    report(load(LEARNT, Trunk()), left_out, index)


if __name__ == "__main__":
    run_explained(lambda: typer.run(main))
