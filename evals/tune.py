"""Fit the weights of the search and the calibration of the evidence on the development cases; never on the test cases.

`python -m evals.tune` writes `assistant/weights.yaml` and prints what cross-validation gives, so that a figure here is not a fitted one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from assistant.evidence import SIGNALS
from assistant.pipeline import Assistant
from assistant.retrieve import CHANNELS, Retriever, standardised
from assistant.settings import Settings
from assistant.vocabulary import Conversation
from corpus.words import content_words

CASES = Path("evals/cases/dev")
WEIGHTS = Path("assistant/weights.yaml")
FOLDS = 5
_MOST_WRONG_ABSTENTIONS = 0.025
_MOST_WRONG_REFUSALS = 0.005
_SAY_OF_A_SUGGESTION, _SAY_OF_KEYWORDS = 0.3, 0.1
"""What a suggested question, and a few words of it, count beside a case when it is learnt whether the best section answers."""
_KEYWORDS = (2, 3)


@dataclass(frozen=True)
class Example:
    """A development case of one turn: its text, the sections that answer it (none: it is to be abstained from), its tags."""

    text: str
    sections: frozenset[int]
    is_off_topic: bool
    says: float = 1.0


def load_examples(assistant: Assistant, folder: Path = CASES) -> list[Example]:
    """The single-turn cases on facts, each with the sections that its expected citations name."""
    examples = []
    for path in sorted(folder.glob("facts*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            if len(case["turns"]) != 1 or "smalltalk" in case["tags"]:
                continue
            cited = case["expect"].get("cites", [])
            sections = {assistant.index.section_of_fact(fact) for fact in cited}
            text = assistant.reader.understand(case["turns"][0], Conversation(), language=None, default="fr").standalone
            numbers = frozenset(assistant.index.number_of(section) for section in sections if section)
            examples.append(Example(text, numbers, "offtopic" in case["tags"]))
    return examples


def load_suggested(assistant: Assistant) -> list[Example]:
    """The questions that the page suggests, and a few words of each: written apart from the cases, and short as people write."""
    chosen = np.random.default_rng(0)
    examples = []
    for place, (section, texts) in enumerate(assistant.suggester.suggestions.items()):
        number = frozenset([assistant.index.number_of(assistant.index.section(section))])
        for text in texts.values():
            said = content_words(text)
            kept = sorted(chosen.choice(len(said), min(len(said), _KEYWORDS[place % 2]), replace=False))
            examples.append(Example(text, number, False, _SAY_OF_A_SUGGESTION))
            examples.append(Example(" ".join(said[i] for i in kept), number, False, _SAY_OF_KEYWORDS))
    return examples


def fit_retrieval(channels: NDArray[np.float64], examples: Sequence[Example]) -> NDArray[np.float64]:
    """The channel weights under which the right sections are likeliest: shape (channels,). `channels`: (examples, sections, channels)."""
    from scipy.optimize import minimize

    right = np.zeros(channels.shape[:2], dtype=bool)
    for row, example in enumerate(examples):
        right[row, list(example.sections)] = True

    def loss(weights: NDArray[np.float64]) -> float:
        scores = channels @ weights
        among_right = np.where(right, scores, -np.inf)
        return float((_log_sum_exp(scores) - _log_sum_exp(among_right)).mean() + 0.005 * weights @ weights)

    fitted: NDArray[np.float64] = minimize(loss, np.full(channels.shape[2], 0.5)).x
    return np.maximum(fitted, 0)


def main() -> None:
    """Fit, print the cross-validated figures, write the weights."""
    assistant = Assistant.open(Settings())
    examples = load_examples(assistant)
    embed = assistant.index.encoder.question
    vectors = [embed(e.text) for e in examples]
    raw = [
        assistant.retriever.channels_of(assistant.index.scores(vector, e.text), e.text, vector)
        for e, vector in zip(examples, vectors, strict=True)
    ]
    channels = np.array(
        [np.stack([standardised(scores[name]) for name in CHANNELS], axis=1) for scores in raw], dtype=np.float64
    )
    answerable = np.array([bool(example.sections) for example in examples])

    held_out = np.zeros(channels.shape[:2])
    for fold in _folds(len(examples)):
        train = [i for i in range(len(examples)) if i not in set(fold) and answerable[i]]
        held_out[fold] = channels[fold] @ fit_retrieval(channels[train], [examples[i] for i in train])
    ranks = np.array([_rank(held_out[i], example.sections) for i, example in enumerate(examples) if example.sections])
    print(
        f"{len(examples)} cases, {answerable.sum()} answerable; cross-validated success@1 {np.mean(ranks < 1):.3f}, @2 {np.mean(ranks < 2):.3f}, @5 {np.mean(ranks < 5):.3f}"
    )
    answerable_rows = np.flatnonzero(answerable)
    weights = fit_retrieval(channels[answerable_rows], [examples[i] for i in answerable_rows])
    retriever = Retriever(
        assistant.index, assistant.retriever.synonyms, dict(zip(CHANNELS, weights.tolist(), strict=True))
    )

    # Beside the cases, which have few short questions and few on other subjects: what the page suggests, and what the corpus lists elsewhere.
    suggested = load_suggested(assistant)
    asked = [*examples, *suggested]
    searches = [retriever.retrieve(example.text, embed=embed) for example in asked]
    signals = [assistant.scale.signals(e.text, search) for e, search in zip(asked, searches, strict=True)]
    listed = [entry.text for entry in assistant.index.all_entries() if entry.kind == "elsewhere"]
    signals += [
        assistant.scale.signals(text, retriever.retrieve(text, embed=embed), is_listed_elsewhere=True)
        for text in listed
    ]
    matrix = np.array([[one[name] for name in SIGNALS] for one in signals])
    second = np.array(
        [
            any(assistant.index.number_of(one.section) in e.sections for one in search.found[:2])
            for e, search in zip(asked, searches, strict=True)
        ]
    )
    cases = np.arange(len(examples))
    own = np.array([not example.is_off_topic for example in examples])
    of_ours = np.concatenate([own, np.ones(len(suggested), dtype=bool), np.zeros(len(listed), dtype=bool)])
    topic, topic_held_out = _logistic(matrix, of_ours, np.ones(len(matrix)))
    learnt = np.concatenate([cases, len(examples) + np.flatnonzero(second[len(examples) :])])
    weight = np.array([asked[i].says for i in learnt])
    answers, chances = _logistic(matrix[learnt], np.array([bool(asked[i].sections) for i in learnt]), weight)
    answers_held_out = chances[: len(examples)]
    # A wrong abstention is one on a question that the reply would have answered.
    answer_from = float(np.quantile(answers_held_out[answerable & second[: len(examples)]], _MOST_WRONG_ABSTENTIONS))
    topic_from = float(np.quantile(topic_held_out[of_ours], _MOST_WRONG_REFUSALS))
    declined = topic_held_out < topic_from
    abstained = (answers_held_out < answer_from) | declined[: len(examples)]
    print(
        f"held out, threshold {answer_from:.3f}: abstained among unanswerable {abstained[~answerable].mean():.3f}, among answerable {abstained[answerable].mean():.3f}"
    )
    print(
        f"declined among off topic {declined[cases][~own].mean():.3f}, among the rest {declined[cases][own].mean():.3f}, "
        f"among suggested {declined[len(examples) : len(asked)].mean():.3f}, among listed elsewhere {declined[len(asked) :].mean():.3f}"
    )
    content = {
        "retrieval": {name: round(float(weight), 3) for name, weight in zip(CHANNELS, weights, strict=True)},
        "evidence": {
            "answers": answers,
            "on_topic": topic,
            "answer_from": round(answer_from, 4),
            "topic_from": round(topic_from, 4),
        },
    }
    head = "# Written by `python -m evals.tune` from evals/cases/dev; not by hand.\n"
    WEIGHTS.write_text(head + yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _logistic(
    matrix: NDArray[np.float64], labels: NDArray[np.bool_], says: NDArray[np.float64]
) -> tuple[dict[str, float], NDArray[np.float64]]:
    """The model's constant and weights, and each row's chance as the model fitted without it gives it; `says` is what each row counts."""
    from sklearn.linear_model import LogisticRegression

    def fit(rows: NDArray[np.int64]) -> LogisticRegression:
        model = LogisticRegression(C=0.5, max_iter=3000, class_weight="balanced")
        return model.fit(matrix[rows], labels[rows], sample_weight=says[rows])

    chances = np.zeros(len(matrix))
    for fold in _folds(len(matrix)):
        chances[fold] = fit(np.setdiff1d(np.arange(len(matrix)), fold)).predict_proba(matrix[fold])[:, 1]
    model = fit(np.arange(len(matrix)))
    weights = {name: round(float(weight), 4) for name, weight in zip(SIGNALS, model.coef_[0], strict=True)}
    return {"constant": round(float(model.intercept_[0]), 4), **weights}, chances


def _folds(count: int) -> list[NDArray[np.int64]]:
    order = np.random.default_rng(0).permutation(count)
    return np.array_split(order, FOLDS)


def _rank(scores: NDArray[np.float64], right: frozenset[int]) -> int:
    return next(rank for rank, number in enumerate(np.argsort(-scores, kind="stable")) if int(number) in right)


def _log_sum_exp(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    highest = scores.max(axis=1)
    result: NDArray[np.float64] = highest + np.log(np.exp(scores - highest[:, None]).sum(axis=1))
    return result


if __name__ == "__main__":
    main()
