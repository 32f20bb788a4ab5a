"""Teach the second reader of situations, from `corpus/situations` and the development cases; never from the test cases.

`python -m evals.teach` writes `assistant/reading/learnt.npz` and prints, for each value, what it is worth on files of cases that it was
not taught with. A value may be read from the likelihood at which no more than `MOST_WRONG` of such readings were wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from sys import intern

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, RootModel
from scipy.sparse import csr_matrix, hstack

from assistant.judge import judge
from assistant.reading.learnt import SUPPOSED, UNSAID, WEIGHT_OF_VECTOR, grams
from assistant.settings import Settings
from assistant.situation import read_situation
from corpus.call import Call, load_call
from corpus.embed import Encoder
from corpus.errors import ExplainedError
from corpus.yaml_files import load_checked

CASES = Path("evals/cases/dev")
EXAMPLES = Path("corpus/situations")
QUESTIONS = Path("corpus/questions")
LEARNT = Path("assistant/reading/learnt.npz")
MOST_WRONG = 0.01
"""Share of the readings of a value that may be wrong."""
MOST_WRONG_IF_OPEN = 0.05
"""The same for the values that no source settles: read wrongly, they make the verdict too careful, never a promise."""
LEAST = 0.75
"""No value is read below this likelihood."""
NEVER = 2.0
"""The level of a value that is never read: too few examples to tell what it is worth."""
HARDLY_ANY = 0.01
"""Share of the values told that may be taken back from the first reader for being unlikely."""
MOST_WRONG_IF_HARMLESS = 0.015
"""The same for personal data that are said: that condition excludes nobody, and the label shown can be corrected."""
FOLDS = 5
_LABELLED_IN = {"theme": ("outils", "partenaires", "voices", "voix")}
"""Fields that are learnt from these files alone, whose authors labelled them: elsewhere, neither a value nor silence teaches."""
_DATA_IMPLIED = ("administrations", "english", "entreprises")
"""Files whose authors left personal data out also where the message implies them: there, silence teaches nothing."""
_FEWEST = 8
_NEIGHBOURS = 40
_WHOLE = 4  # fields, beside the theme, that an example tells when it describes a whole project
_QUESTIONS = 900
_RAREST = 3
_KEPT = 12_000
_LOOSENESS = 10.0
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

    @cached_property
    def grams(self) -> Mapping[str, int]:
        """How often each gram is in the text, in the order of the text: counted once, for every fit."""
        # Shared between the texts, a gram is kept once.
        return Counter(map(intern, grams(self.text)))


def load_examples(call: Call) -> list[Example]:
    """Every example: those of the corpus, then the single messages of the development cases."""
    return [*_from_corpus(call), *_from_cases(call), *_of_facts()]


class Told(BaseModel):
    """An example of the corpus: a message, and the value of each field that it tells."""

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
            reads = {
                field: item.reads.get(field, UNSAID) for field in FIELDS if name in _LABELLED_IN.get(field, (name,))
            }
            if reads["personal_data"] == UNSAID and name in _DATA_IMPLIED:
                del reads["personal_data"]
            if len(item.reads.keys() - {THEME}) >= _WHOLE:
                reads[SCOPE] = "own"
            yield Example(item.say, reads, name)


def _from_cases(call: Call) -> Iterator[Example]:
    for path in sorted(CASES.glob("eligibility*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            criteria = case["expect"].get("criteria") or {}
            if len(case["turns"]) != 1 or not criteria:
                continue
            reads = {
                field: names[statuses[0]]
                for criterion, (field, names) in OF_STATUS.items()
                if len(statuses := criteria.get(criterion, ())) == 1
            }
            if set(case["expect"].get("kind", ())) <= {"verdict", "clarification"} and "general" not in case["tags"]:
                reads[SCOPE] = "own"
            yield Example(case["turns"][0], reads | _routes(case["turns"][0], criteria, call), path.stem)


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


def _routes(text: str, criteria: Mapping[str, Sequence[str]], call: Call) -> dict[str, str]:
    """The fields of the applicant as the first reader reads them, where the status that follows is the expected one."""
    situation = read_situation([text], call)
    verdict = judge(situation, call, on=DAY)
    status = next(criterion.status for criterion in verdict.criteria if criterion.id == "applicant")
    if criteria.get("applicant") != [status]:
        return {}
    return {field: situation.value(field) or UNSAID for field in ROUTES}


@dataclass(frozen=True)
class Taught:
    """A vocabulary and the linear models over it."""

    vocabulary: Mapping[str, int]
    rarity: NDArray[np.float64]
    columns: tuple[tuple[str, str], ...]
    weights: NDArray[np.float64]
    offsets: NDArray[np.float64]


def matrix(
    examples: Sequence[Example],
    vectors: NDArray[np.float32],
    vocabulary: Mapping[str, int],
    rarity: NDArray[np.float64],
) -> csr_matrix:
    """One row an example: its known grams, of unit length, then its vector. As `SecondReader` computes them."""
    rows, places, values = [], [], []
    for row, example in enumerate(examples):
        counts = {vocabulary[gram]: count for gram, count in example.grams.items() if gram in vocabulary}
        weights = np.array([(1 + np.log(n)) * rarity[place] for place, n in counts.items()])
        norm = float(np.linalg.norm(weights)) or 1.0
        rows += [row] * len(counts)
        places += list(counts)
        values += list(weights / norm)
    lexical = csr_matrix((values, (rows, places)), shape=(len(examples), len(vocabulary)))
    return csr_matrix(hstack([lexical, csr_matrix(vectors * WEIGHT_OF_VECTOR)]), dtype=np.float32)


def teach(
    examples: Sequence[Example], vectors: NDArray[np.float32], fields: Sequence[str] = (*FIELDS, SCOPE)
) -> Taught:
    """Fit every field over the grams that tell most of the fields."""
    from sklearn.linear_model import LogisticRegression

    labels = {field: _labels(examples, field) for field in fields}
    labels = {field: (about, values) for field, (about, values) in labels.items() if len(set(values)) > 1}
    seen = Counter(gram for example in examples for gram in example.grams)
    common = {gram: place for place, gram in enumerate(sorted(g for g, n in seen.items() if n >= _RAREST))}
    kept = _most_telling(examples, common, labels)
    vocabulary = {gram: place for place, gram in enumerate(kept)}
    rarity = np.array([np.log((1 + len(examples)) / (1 + seen[gram])) + 1 for gram in vocabulary])
    rows = matrix(examples, vectors, vocabulary, rarity)
    columns: list[tuple[str, str]] = []
    weights, offsets = [], []
    for field, (about, values) in labels.items():
        model = LogisticRegression(C=_LOOSENESS, max_iter=200, tol=1e-3, class_weight="balanced").fit(
            rows[about], values
        )
        two = len(model.classes_) == 2
        columns += [(field, str(value)) for value in model.classes_]
        # Two classes share one line of coefficients, which is their difference.
        weights += [-model.coef_[0] / 2, model.coef_[0] / 2] if two else list(model.coef_)
        offsets += [-model.intercept_[0] / 2, model.intercept_[0] / 2] if two else list(model.intercept_)
    return Taught(vocabulary, rarity, tuple(columns), np.array(weights).T, np.array(offsets))


def _labels(examples: Sequence[Example], field: str) -> tuple[list[int], list[str]]:
    """The rows of the examples for `field` and their values, without the values that hardly any has."""
    values = {row: example.reads[field] for row, example in enumerate(examples) if field in example.reads}
    number = Counter(values.values())
    about = [row for row, value in values.items() if number[value] >= _RAREST]
    return about, [values[row] for row in about]


def _most_telling(
    examples: Sequence[Example], common: Mapping[str, int], labels: Mapping[str, tuple[list[int], list[str]]]
) -> list[str]:
    """The grams of `common` whose presence depends most on the values of the fields (chi-squared, of each field alike)."""
    from sklearn.feature_selection import chi2

    found = [sorted(common[gram] for gram in example.grams if gram in common) for example in examples]
    rows = [row for row, places in enumerate(found) for _ in places]
    present = csr_matrix(
        (np.ones(len(rows)), (rows, [place for places in found for place in places])),
        shape=(len(examples), len(common)),
    )
    telling = np.zeros(len(common))
    for about, values in labels.values():
        statistic = np.nan_to_num(chi2(present[about], values)[0])
        telling += statistic / (statistic.sum() or 1.0)
    names = list(common)
    return [names[place] for place in sorted(np.argsort(-telling, kind="stable")[:_KEPT])]


def likelihoods(taught: Taught, rows: csr_matrix) -> dict[str, tuple[list[str], NDArray[np.float64]]]:
    """For each field its values and their likelihoods: shape (texts, values)."""
    scores = np.asarray(rows @ taught.weights) + taught.offsets
    found = {}
    for field in dict.fromkeys(field for field, _ in taught.columns):
        places = [place for place, (name, _) in enumerate(taught.columns) if name == field]
        raw = scores[:, places]
        shares = np.exp(raw - raw.max(axis=1, keepdims=True))
        found[field] = ([taught.columns[place][1] for place in places], shares / shares.sum(axis=1, keepdims=True))
    return found


def trial(examples: Sequence[Example], vectors: NDArray[np.float32]) -> dict[tuple[str, str], list[tuple[float, bool]]]:
    """For each value and every whole message: the likelihood of the value, taught without that message, and whether it is told.

    A file of cases is left out whole; examples of the corpus by blocks, since those that differ in one fact stand together. The fields
    of the applicant are tried on the examples alone, which were labelled by hand.
    """
    files = sorted({example.source for example in examples if _is_case(example)})
    folds = [files.index(one.source) if _is_case(one) else row // _NEIGHBOURS for row, one in enumerate(examples)]
    found: dict[tuple[str, str], list[tuple[float, bool]]] = {}
    for fold in range(FOLDS):
        inside = [row for row, place in enumerate(folds) if place % FOLDS != fold]
        outside = [row for row, place in enumerate(folds) if place % FOLDS == fold and SCOPE in examples[row].reads]
        taught = teach([examples[row] for row in inside], vectors[inside])
        rows = matrix([examples[row] for row in outside], vectors[outside], taught.vocabulary, taught.rarity)
        for field, (values, shares) in likelihoods(taught, rows).items():
            for place, row in enumerate(outside):
                told = examples[row].reads.get(field)
                if told is not None and not (field in ROUTES and _is_case(examples[row])):
                    for value, share in zip(values, shares[place], strict=True):
                        found.setdefault((field, value), []).append((float(share), value == told))
    return found


def _is_case(example: Example) -> bool:
    return example.source.startswith(("eligibility", "facts"))


def level(judged: Sequence[tuple[float, bool]], most_wrong: float = MOST_WRONG) -> float:
    """The lowest likelihood, `LEAST` or more, from which no more than `most_wrong` are wrong; `NEVER` when too few are left."""
    for lowest in np.arange(LEAST, 0.995, 0.01):
        right = [is_right for likely, is_right in judged if likely >= lowest]
        if len(right) < _FEWEST:
            return NEVER
        if right.count(False) <= most_wrong * len(right):
            return round(float(lowest), 2)
    return NEVER


def unsettled(call: Call) -> set[tuple[str, str]]:
    """The values that are enough, by a row of the rules, for what no source settles."""
    rows = [row for rules in call.criteria for row in rules.rows if row.status == "not_settled" and len(row.when) == 1]
    return {(field, value) for row in rows for field, values in row.when.items() for value in values}


def levels_of(
    taught: Taught, judged: Mapping[tuple[str, str], Sequence[tuple[float, bool]]], call: Call
) -> dict[tuple[str, str], float]:
    """The level of each column; `unsaid` is no value to read, nor what the first reader supposes."""
    allowed = {**dict.fromkeys(unsettled(call), MOST_WRONG_IF_OPEN), ("personal_data", "yes"): MOST_WRONG_IF_HARMLESS}
    return {
        column: NEVER
        if column[1] == UNSAID or column in SUPPOSED
        else level(judged.get(column, ()), allowed.get(column, MOST_WRONG))
        for column in taught.columns
    }


def doubt(judged: Sequence[tuple[float, bool]]) -> float:
    """The likelihood below which hardly any value that was told lies: whoever reads it there is probably wrong."""
    told = [likely for likely, is_told in judged if is_told]
    return round(float(np.quantile(told, HARDLY_ANY)), 3) if len(told) >= _FEWEST else 0.0


def main() -> None:
    """Fit, try, print and write."""
    call = load_call(Settings().corpus_folder / "call.yaml")
    examples = load_examples(call)
    encoder = Encoder(Settings().encoder)
    print(f"{len(examples)} examples; encoding")
    vectors = np.array([encoder.question(example.text) for example in examples])
    judged = trial(examples, vectors)
    taught = teach(examples, vectors)
    levels = levels_of(taught, judged, call)
    for (field, value), from_here in levels.items():
        tried = judged.get((field, value), [])
        read = [is_right for likely, is_right in tried if likely >= from_here]
        if value != UNSAID:
            print(
                f"{field} = {value}: from {from_here:.2f}, {len(read)} of {len(tried)} read, {read.count(False)} wrong"
            )
    np.savez_compressed(
        LEARNT,
        encoder=np.array(encoder.identity),
        vocabulary=np.array(list(taught.vocabulary)),
        rarity=taught.rarity.astype(np.float16),
        weights=taught.weights.astype(np.float16),
        offsets=taught.offsets.astype(np.float32),
        columns=np.array([f"{field}={value}" for field, value in taught.columns]),
        doubted=np.array([doubt(judged.get(column, ())) for column in taught.columns], dtype=np.float32),
        enough=np.array([levels[column] for column in taught.columns], dtype=np.float32),
    )


if __name__ == "__main__":
    main()
