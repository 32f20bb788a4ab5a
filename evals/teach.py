"""Teach the second reader of situations, from `corpus/situations` and the cases in `evals/cases/taught`; never from those that judge.

`python -m evals.teach` writes `assistant/reading/learnt.safetensors` and prints, for each value, what both readers together make of messages that
they were not taught with. On two cores this takes an hour and a half: one process learns from a part, to be tried on the rest, while another learns from
all. `--go-on NAME`, for each new file, starts from what was learnt before,
goes twice over these files and once over a part of the rest, in half an hour, and stops half way between before and after.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
import yaml
from pydantic import BaseModel, ConfigDict, Field, RootModel
from torch import Tensor
from torch.nn import functional

from assistant.judge import judge
from assistant.network import Trunk
from assistant.reading.learnt import UNSAID, SecondReader, open_second_reader
from assistant.reading.network import Gathering, restored, save
from assistant.settings import Settings
from assistant.situation import read_situation
from corpus.call import Call, load_call
from corpus.errors import ExplainedError, run_explained
from corpus.token_encoder import TokenEncoder
from corpus.yaml_files import load_checked
from evals.learning import Batch, fit, fit_more, keep_states, kept_states, states_of

CASES = Path("evals/cases/taught")
EXAMPLES = Path("corpus/situations")
QUESTIONS = Path("corpus/questions")
LEARNT = Path("assistant/reading/learnt.safetensors")
TRIED_ON = ("eligibility-9", "eligibility-11")
"""Files of cases that the trial is not taught with, beside one block of examples in `_TRIED`."""
_LEFT_OUT = {
    "administrations": ("personal_data", "theme"),
    "english": ("personal_data", "theme"),
    "entreprises": ("personal_data", "theme"),
    "contrastes": ("theme",),
    "contrasts": ("theme",),
}
"""Fields that the authors of a file left out also where the message implies them: there, silence teaches nothing."""
_NEIGHBOURS, _TRIED = 40, 5
_WHOLE = 4  # fields, beside the theme, that an example tells when it describes a whole project
_QUESTIONS = 500
_ROUNDS = 3
_GONE_OVER, _SHARE = 8, 0.5
"""Of what was learnt before, one example in so many is gone over again when it goes on, and it stops at such a share of the way: all the way, more
is asked that was decided before, and three quarters of it loses of the cases that rules were mended for (docs/decisions/2026-11-30-whose-project.md)."""
# What the status of a criterion says of its one field.
OF_STATUS = {
    "ai": ("uses_ai", {"met": "yes", "not_met": "no", "unknown": UNSAID}),
    "public_service": ("public_service", {"met": "yes", "not_met": "no", "unknown": UNSAID}),
    "maturity": ("stage", {"met": "before", "not_met": "deployed", "not_settled": "evolution", "unknown": UNSAID}),
    "personal_data": ("personal_data", {"met": "yes", "not_settled": "no", "unknown": UNSAID}),
}
DAY = date(2023, 9, 1)  # any day will do: the window never changes a status
ROUTES = ("applicant", "established", "public_partner", "shared_need")
THEME = "theme"  # cases do not label it: that a project is no priority, or is one, does not tell its theme
FIELDS = (*ROUTES, *(field for field, _ in OF_STATUS.values()), THEME)
SCOPE = "scope"


@dataclass(frozen=True)
class Example:
    """A text and, for each field that it is an example for, the value told or `unsaid`."""

    text: str
    reads: Mapping[str, str]
    source: str


Chosen = Callable[[str, int], bool]
"""Whether an example serves, by the file that it stands in and its place among its like."""


def load_examples(call: Call, chosen: Chosen = lambda *_: True, second: SecondReader | None = None) -> list[Example]:
    """The examples that are `chosen`, all by default: those of the corpus, then the cases, the messages of each joined.

    `second`: what was learnt before, where it helps to tell the fields of an applicant.
    """
    of_corpus, of_facts = (
        [example for place, example in enumerate(some) if chosen(example.source, place)]
        for some in (_from_corpus(call), _of_facts())
    )
    return [*of_corpus, *_from_cases(call, chosen, second), *of_facts]


class Told(BaseModel):
    """An example of the corpus: a message, or several with one on each line, and the value of each field that holds in the end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    say: str = Field(min_length=1)
    reads: dict[str, str]


class ToldFile(RootModel[list[Told]]):
    """The whole of a file of `corpus/situations`."""


def load_told(call: Call) -> dict[str, list[Told]]:
    """The examples of the corpus by file; an ExplainedError names a field or a value that `call` does not have."""
    known = {field.id: {value.id for value in field.values} for field in call.fields}
    files = {path.stem: load_checked(path, ToldFile).root for path in sorted(EXAMPLES.glob("*.yaml"))}
    for name, items in files.items():
        for item in items:
            for field, value in item.reads.items():
                if value not in known.get(field, ()):
                    raise ExplainedError(
                        f"corpus/situations/{name}.yaml: no field '{field}' with a value '{value}' in call.yaml "
                        f"(« {item.say[:60]} »). Correct it, then run this again."
                    )
    return files


def _from_corpus(call: Call) -> Iterator[Example]:
    for name, items in load_told(call).items():
        for item in items:
            labelled = [field for field in FIELDS if field in item.reads or field not in _LEFT_OUT.get(name, ())]
            reads = {field: item.reads.get(field, UNSAID) for field in labelled}
            if len(item.reads.keys() - {THEME}) >= _WHOLE:
                reads[SCOPE] = "own"
            yield Example(item.say, reads, name)


def _from_cases(call: Call, chosen: Chosen, second: SecondReader | None) -> Iterator[Example]:
    for path in sorted(CASES.glob("eligibility*.yaml")):
        for place, case in enumerate(yaml.safe_load(path.read_text(encoding="utf-8"))):
            criteria = case["expect"].get("criteria") or {}
            if not criteria or not chosen(path.stem, place):
                continue
            reads = {
                field: names[statuses[0]]
                for criterion, (field, names) in OF_STATUS.items()
                if len(statuses := criteria.get(criterion, ())) == 1
            }
            if is_about_their_project(case):
                reads[SCOPE] = "own"
            yield Example("\n".join(case["turns"]), reads | _routes(case["turns"], criteria, call, second), path.stem)


def is_about_their_project(case: Mapping[str, Any]) -> bool:
    """True unless the case expects something else than a verdict, or asks about bodies in general."""
    return set(case["expect"].get("kind", ())) <= {"verdict", "clarification"} and "general" not in case["tags"]


def _of_facts() -> Iterator[Example]:
    """Questions of fact, which ask for no verdict."""
    for path in sorted(CASES.glob("facts*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            if len(case["turns"]) == 1:
                yield Example(case["turns"][0], {SCOPE: UNSAID}, path.stem)
    texts = sorted(
        text
        for path in sorted(QUESTIONS.glob("*.yaml"))
        for section in yaml.safe_load(path.read_text(encoding="utf-8"))["sections"].values()
        for lists in section.values()
        for text in lists.get("questions", ())
    )
    step = max(1, len(texts) // _QUESTIONS)
    for text in texts[::step]:
        yield Example(text, {SCOPE: UNSAID}, "questions")


def _routes(
    turns: Sequence[str], criteria: Mapping[str, Sequence[str]], call: Call, second: SecondReader | None
) -> dict[str, str]:
    """The fields of the applicant as the first reader reads them, or with `second` both, where the status that follows is the expected one."""
    situation = read_situation(turns, call, second)
    verdict = judge(situation, call, on=DAY)
    status = next(criterion.status for criterion in verdict.criteria if criterion.id == "applicant")
    if criteria.get("applicant") != [status]:
        return {}
    return {field: situation.value(field) or UNSAID for field in ROUTES}


def is_tried(row: int, example: Example) -> bool:
    """True for the examples that the trial is not taught with; those that differ in one fact stand together, so blocks are left out whole."""
    return example.source in TRIED_ON or (not _is_case(example) and row // _NEIGHBOURS % _TRIED == 0)


def _is_case(example: Example) -> bool:
    return example.source.startswith(("eligibility", "facts"))


def values_of(examples: Sequence[Example]) -> dict[str, tuple[str, ...]]:
    """The values that the examples tell of each field, `unsaid` first."""
    told: dict[str, set[str]] = {field: set() for field in (*FIELDS, SCOPE)}
    for example in examples:
        for field, value in example.reads.items():
            told[field].add(value)
    return {field: (UNSAID, *sorted(values - {UNSAID})) for field, values in told.items() if len(values) > 1}


def learn(
    examples: Sequence[Example],
    values: Mapping[str, Sequence[str]],
    states: Sequence[Tensor],
    noisy: Sequence[Tensor],
    name: str,
    before: Gathering | None = None,
) -> Gathering:
    """Fit every field at once. `noisy`: the states of the same texts, typed in a hurry. `before`: what was learnt of the same `values`, to go on from."""
    torch.manual_seed(0)
    reading = before or Gathering(TokenEncoder(), values)
    told = [
        torch.tensor([names.index(e.reads[field]) if field in e.reads else -100 for e in examples])
        for field, names in values.items()
    ]

    def loss_of(batch: Batch, places: list[int]) -> Tensor:
        scores, _ = reading(*batch)
        losses = [
            functional.cross_entropy(score, true[places], reduction="sum")
            for score, true in zip(scores, told, strict=True)
        ]
        return torch.stack(losses).sum() / len(places)

    if before:
        fit_more(reading, loss_of, states, noisy, name, _SHARE)
    else:
        fit(reading, loss_of, states, noisy, name, _ROUNDS)
    return reading


def confusions_of(examples: Sequence[Example], call: Call) -> dict[str, dict[str, dict[str, float]]]:
    """How often the first reader finds each value where each was told, from the examples of the corpus: it was not made from them."""
    known = {field.id: (UNSAID, *(value.id for value in field.values)) for field in call.fields if field.id in FIELDS}
    counts = {field: {told: dict.fromkeys(values, 1.0) for told in values} for field, values in known.items()}
    for example in examples:
        if not _is_case(example):
            situation = read_situation(example.text.split("\n"), call)
            for field in known.keys() & example.reads.keys():
                counts[field][example.reads[field]][situation.value(field) or UNSAID] += 1
    return {
        field: {told: {value: n / sum(found.values()) for value, n in found.items()} for told, found in rows.items()}
        for field, rows in counts.items()
    }


def _taught(examples: Sequence[Example], given: Path, name: str, tried: bool) -> dict[str, Tensor]:
    """What is learnt from the examples, those that are tried left out if `tried`."""
    torch.set_num_threads(1)  # each process has a core of its own
    states, noisy = kept_states(given)
    rows = [row for row, example in enumerate(examples) if not (tried and is_tried(row, example))]
    values = values_of(examples)
    learnt = learn([examples[n] for n in rows], values, [states[n] for n in rows], [noisy[n] for n in rows], name)
    return learnt.state_dict()


def report(reader: SecondReader, examples: Sequence[Example], call: Call) -> None:
    """Print what `reader` makes of the examples that it was not taught with: how many of the values told are read, and how many wrongly."""
    told, right, wrong = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row, example in enumerate(examples):
        if not is_tried(row, example) or example.reads.keys() == {SCOPE}:
            continue
        turns = example.text.split("\n")
        situation = reader.weigh(read_situation(turns, call), turns, call)
        for field in FIELDS:
            true, read = example.reads.get(field), situation.value(field) or UNSAID
            if true is None or (field in ROUTES and _is_case(example)):
                continue
            told[field, true] += 1
            (right if read == true else wrong)[field, read] += 1
    for field, value in sorted(told):
        if value != UNSAID:
            one = (field, value)
            print(f"{field} = {value}: {right[one]} of {told[one]} are read, {wrong[one]} more wrongly")


def learn_more(names: Sequence[str], call: Call) -> None:
    """Go on from what was learnt, over the new files called `names`, and write it; an ExplainedError names one that holds no example."""
    examples = load_examples(
        call, lambda source, place: source in names or place % _GONE_OVER == 0, open_second_reader(LEARNT, Trunk())
    )
    of_new = [row for row, example in enumerate(examples) if example.source in names]
    unknown = sorted(set(names) - {examples[row].source for row in of_new})
    if unknown:
        raise ExplainedError(
            f"No example in a file called {', '.join(unknown)}, of {EXAMPLES} or {CASES}. Nothing was learnt."
        )
    print(f"{len(of_new)} new examples, {len(examples) - len(of_new)} of those before; reading them", flush=True)
    encoder = TokenEncoder().eval()
    states, noisy = states_of(encoder, [(example.text,) for example in examples], random.Random(0))
    before, confusions = restored(LEARNT, encoder)
    twice = [*range(len(examples)), *of_new]
    learnt = learn(
        [examples[row] for row in twice],
        before.values,
        [states[row] for row in twice],
        [noisy[row] for row in twice],
        "going on",
        before,
    )
    save(LEARNT, learnt.state_dict(), learnt.values, confusions)


def main(
    trial: Path | None = None,
    go_on: Annotated[
        list[str] | None,
        typer.Option(help="A new file, by its name: start from what was learnt, and go over such files."),
    ] = None,
) -> None:
    """Learn, try, print and write. `trial`: where to write also what was learnt from a part, to be judged on the rest."""
    call = load_call(Settings().corpus_folder / "call.yaml")
    if go_on:
        learn_more(go_on, call)
        return
    examples = load_examples(call)
    print(f"{len(examples)} examples; reading them", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "states.safetensors"
        texts = [(example.text,) for example in examples]
        keep_states(given, *states_of(TokenEncoder().eval(), texts, random.Random(0)))
        with ProcessPoolExecutor(2, get_context("spawn")) as pool:
            partly = pool.submit(_taught, examples, given, "trial", True)
            wholly = pool.submit(_taught, examples, given, "all", False)
            confusions = confusions_of(examples, call)
            values = values_of(examples)
            tried = trial or Path(folder) / "trial.safetensors"
            save(tried, partly.result(), values, confusions)
            save(LEARNT, wholly.result(), values, confusions)
            report(open_second_reader(tried, Trunk()), examples, call)


if __name__ == "__main__":
    run_explained(lambda: typer.run(main))
