"""Fit the weights of the search and the calibrations of the evidence on the cases in `evals/cases/taught` and on messages that the recogniser was
not taught; never on those that judge.

`python -m evals.tune` writes `assistant/weights.yaml` and prints what cross-validation gives, so that a figure here is not a fitted one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from assistant.evidence import RECOGNISED_SIGNALS, SIGNALS, Scale
from assistant.pipeline import Assistant
from assistant.retrieve import CHANNELS, RECOGNISED, Fitted, Retriever, scaled
from assistant.settings import Settings
from assistant.vocabulary import Conversation
from corpus.errors import run_explained
from corpus.words import content_words
from evals import recognise
from evals.case import OFF_TOPIC
from evals.teach import CASES

WEIGHTS = Path("assistant/weights.yaml")
FOLDS = 5
_MOST_WRONG_ABSTENTIONS = 0.025
_MOST_WRONG_REFUSALS = 0.005
_SAY_OF_A_SUGGESTION, _SAY_OF_KEYWORDS, _SAY_OF_ASKED = 0.3, 0.1, 0.5
"""What a suggested question, a few words of it, and a message of the corpus count beside a case when it is learnt whether the best section answers."""
_KEYWORDS = (2, 3)


@dataclass(frozen=True)
class Example:
    """A message: its text, the sections that answer it (none: it is to be abstained from), whether it is on another subject."""

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
            examples.append(Example(text, numbers, not set(OFF_TOPIC).isdisjoint(case["tags"])))
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


def load_left_out(assistant: Assistant) -> tuple[list[Example], list[str]]:
    """What the recogniser was not taught: messages of `corpus/asked`, and listed questions on other subjects."""
    every = recognise.load_examples(assistant.index)
    left_out = [example for place, example in enumerate(every) if recognise.is_left_out(place)]
    listed = {entry.text for entry in assistant.index.all_entries()}
    asked, elsewhere = [], []
    for example in left_out:
        if len(example.messages) > 1:
            continue
        (text,) = example.messages
        if text not in listed:
            answers = example.kind in ("question", "misconception")
            number = frozenset([assistant.index.number_of(assistant.index.section(example.section))] if answers else ())
            asked.append(Example(text, number, example.kind == "elsewhere", _SAY_OF_ASKED))
        elif example.kind == "elsewhere":
            elsewhere.append(text)
    return asked, elsewhere


def main() -> None:
    """Fit, print the cross-validated figures, write the weights."""
    assistant = Assistant.open(Settings())
    cases, suggested = load_examples(assistant), load_suggested(assistant)
    asked, listed_left_out = load_left_out(assistant)
    listed = [entry.text for entry in assistant.index.all_entries() if entry.kind == "elsewhere"]
    content: dict[str, dict[str, Any]] = {"retrieval": {}, "evidence": {}}
    for name, recogniser, examples, elsewhere in (
        ("with_recogniser", assistant.retriever.recogniser, [*cases, *asked], listed_left_out),
        ("plain", None, cases, listed),
    ):
        print(f"{name}:")
        weights = fit_weights(replace(assistant.retriever, recogniser=recogniser), examples, len(cases))
        content["retrieval"][name] = {channel: round(weight, 3) for channel, weight in weights.items()}
        retriever = replace(assistant.retriever, recogniser=recogniser, weights=Fitted(weights, weights))
        content["evidence"][name] = fit_evidence(
            assistant.weigher.scale, retriever, examples, len(cases), suggested, elsewhere
        )
    head = (
        "# Written by `python -m evals.tune` from evals/cases/taught and what evals.recognise left out; not by hand.\n"
    )
    WEIGHTS.write_text(head + yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def fit_weights(retriever: Retriever, examples: Sequence[Example], cases: int) -> dict[str, float]:
    """The weight of each channel, learnt from `examples`; prints how the first `cases` of them fare when they are left out."""
    names = (*CHANNELS, RECOGNISED) if retriever.recogniser else CHANNELS
    channels = np.array([_channels(retriever, example.text, names) for example in examples], dtype=np.float64)
    answerable = np.flatnonzero([bool(example.sections) for example in examples])
    held_out = np.zeros(channels.shape[:2])
    for fold in _folds(len(examples)):
        train = np.setdiff1d(answerable, fold)
        held_out[fold] = channels[fold] @ fit_retrieval(channels[train], [examples[i] for i in train.tolist()])
    for what, some in (("cases", answerable[answerable < cases]), ("messages", answerable[answerable >= cases])):
        ranks = np.array([_rank(held_out[place], examples[place].sections) for place in some.tolist()])
        if len(ranks):
            print(
                f"{len(ranks)} {what}; cross-validated success@1 {np.mean(ranks < 1):.3f}, @2 {np.mean(ranks < 2):.3f}, @5 {np.mean(ranks < 5):.3f}"
            )
    weights = fit_retrieval(channels[answerable], [examples[i] for i in answerable.tolist()])
    return dict(zip(names, weights.tolist(), strict=True))


def _channels(retriever: Retriever, text: str, names: Sequence[str]) -> NDArray[np.float32]:
    """What each channel says of each section, as it is weighed: shape (sections, channels)."""
    vector = retriever.index.encoder.question(text)
    scores = retriever.index.scores(vector, text)
    channels = retriever.channels_of(scores, text, vector, retriever.recognise((text,)))
    return np.stack([scaled(name, channels[name]) for name in names], axis=1)


def fit_evidence(
    scale: Scale,
    retriever: Retriever,
    examples: Sequence[Example],
    cases: int,
    suggested: Sequence[Example],
    elsewhere: Sequence[str],
) -> dict[str, Any]:
    """Both models and their thresholds, as the file has them; prints how the first `cases` of `examples` fare when they are left out.

    Beside the cases, which have few short questions and few on other subjects: what the page suggests, and what the corpus lists `elsewhere`.
    """
    embed, index = retriever.index.encoder.question, retriever.index
    names = (*SIGNALS, *RECOGNISED_SIGNALS) if retriever.recogniser else SIGNALS
    asked = [*examples, *suggested]
    searches = [retriever.retrieve(example.text, embed=embed) for example in asked]
    signals = [scale.signals(e.text, search) for e, search in zip(asked, searches, strict=True)]
    signals += [
        scale.signals(text, retriever.retrieve(text, embed=embed), is_listed_elsewhere=True) for text in elsewhere
    ]
    matrix = np.array([[one[name] for name in names] for one in signals])
    second = np.array(
        [
            any(index.number_of(one.section) in e.sections for one in search.found[:2])
            for e, search in zip(asked, searches, strict=True)
        ]
    )
    own = np.array([not example.is_off_topic for example in examples])
    of_ours = np.concatenate([own, np.ones(len(suggested), dtype=bool), np.zeros(len(elsewhere), dtype=bool)])
    topic, topic_held_out = _logistic(names, matrix, of_ours, np.ones(len(matrix)))
    learnt = np.concatenate([np.arange(len(examples)), len(examples) + np.flatnonzero(second[len(examples) :])])
    weight = np.array([asked[i].says for i in learnt])
    answers, chances = _logistic(names, matrix[learnt], np.array([bool(asked[i].sections) for i in learnt]), weight)
    # The thresholds are those of the cases. A wrong abstention is one on a question that the reply would have answered.
    answerable = np.array([bool(example.sections) for example in examples[:cases]])
    answer_from = float(np.quantile(chances[:cases][answerable & second[:cases]], _MOST_WRONG_ABSTENTIONS))
    topic_from = float(np.quantile(topic_held_out[of_ours], _MOST_WRONG_REFUSALS))
    declined = topic_held_out < topic_from
    abstained = (chances[:cases] < answer_from) | declined[:cases]
    print(
        f"held out, threshold {answer_from:.3f}: abstained among unanswerable {abstained[~answerable].mean():.3f}, among answerable {abstained[answerable].mean():.3f}"
    )
    print(
        f"declined among off topic {declined[:cases][~own[:cases]].mean():.3f}, among the rest {declined[:cases][own[:cases]].mean():.3f}, "
        f"among suggested {declined[len(examples) : len(asked)].mean():.3f}, among listed elsewhere {declined[len(asked) :].mean():.3f}"
    )
    return {
        "answers": answers,
        "on_topic": topic,
        "answer_from": round(answer_from, 4),
        "topic_from": round(topic_from, 4),
    }


def _logistic(
    names: Sequence[str], matrix: NDArray[np.float64], labels: NDArray[np.bool_], says: NDArray[np.float64]
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
    weights = {name: round(float(weight), 4) for name, weight in zip(names, model.coef_[0], strict=True)}
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
    run_explained(main)
