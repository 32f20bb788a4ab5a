"""Is what was found enough to answer? Several signals, weighed together; no single threshold carries it. Pure but for the index."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import yaml

from assistant.retrieve import Found
from corpus.index import PassageIndex
from corpus.synonyms import Synonyms
from corpus.words import content_words, stems

Sufficiency = Literal["sufficient", "nearby", "off_topic"]

SIGNALS = ("score", "margin", "question", "centre", "misconception", "coverage", "unknown", "rarest", "length")


@dataclass(frozen=True)
class Evidence:
    """How far a search can be relied upon: `sufficient` to answer, `nearby` only (abstain), or `off_topic` (decline).

    `confidence` is the estimated chance, 0 to 1, that the best section answers the question.
    """

    sufficiency: Sufficiency
    confidence: float
    signals: Mapping[str, float]


@dataclass(frozen=True)
class Calibration:
    """Two logistic models over the signals: does the best section answer, and is the subject ours at all."""

    answers: Mapping[str, float]
    on_topic: Mapping[str, float]
    answer_from: float
    topic_from: float


def weigh(
    text: str, found: Sequence[Found], index: PassageIndex, synonyms: Synonyms, calibration: Calibration
) -> Evidence:
    """The evidence that `found` (best first) gives for the question `text`."""
    signals = signals_of(text, found, index, synonyms)
    confidence = _chance(calibration.answers, signals)
    sufficiency: Sufficiency = "sufficient"
    if confidence < calibration.answer_from:
        sufficiency = "nearby" if _chance(calibration.on_topic, signals) >= calibration.topic_from else "off_topic"
    return Evidence(sufficiency, confidence, signals)


def signals_of(text: str, found: Sequence[Found], index: PassageIndex, synonyms: Synonyms) -> dict[str, float]:
    """The signals of a search, each about 0 to a few units.

    `coverage` is the share of the question's rarity (inverse document frequency) that the best section has in its words or their synonyms;
    `unknown` is the share that no section has; `rarest` is 1 when the rarest known word of the question is in the best section.
    """
    best, runner_up = found[0], found[1] if len(found) > 1 else found[0]
    number = index.number_of(best.section)
    asked = _word_groups(text, synonyms)
    total = missing = covered = 0.0
    rarest = (0.0, False)
    for forms in asked:
        scores = np.max([index.word_scores(form) for form in forms], axis=0)
        having = int((scores > 0).sum())
        rarity = math.log((len(index.sections) + 1) / (having + 0.5))
        has = bool(scores[number] > 0)
        total += rarity
        missing += rarity if having == 0 else 0.0
        covered += rarity if has else 0.0
        if having and rarity > rarest[0]:
            rarest = (rarity, has)
    return {
        "score": best.score,
        "margin": best.score - runner_up.score,
        "question": best.channels["question"] * 10 - 8,
        "centre": best.channels["centre"],
        "misconception": best.channels["misconception"] * 10 - 8,
        "coverage": covered / total if total else 0.0,
        "unknown": missing / total if total else 1.0,
        "rarest": float(rarest[1]),
        "length": math.log1p(len(asked)),
    }


def load_calibration(path: Path) -> Calibration:
    """The calibration that tuning wrote."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))["evidence"]
    return Calibration(data["answers"], data["on_topic"], float(data["answer_from"]), float(data["topic_from"]))


def _chance(model: Mapping[str, float], signals: Mapping[str, float]) -> float:
    logit = model["constant"] + sum(model[name] * signals[name] for name in SIGNALS)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


def _word_groups(text: str, synonyms: Synonyms) -> list[list[list[str]]]:
    """For each content word of `text`: its stems in both languages, and the forms that its synonyms have."""
    groups = []
    for pair in dict.fromkeys(zip(*(_stem_pairs(text, language) for language in ("fr", "en")), strict=False)):
        forms = [list(dict.fromkeys(stem for side in pair for stem in side))]
        for side in pair:
            for stem in side:
                for number in sorted(synonyms.groups_of.get((stem,), frozenset())):
                    forms += [list(form) for form in synonyms.groups[number] if len(form) == 1]
        groups.append(forms)
    return groups


def _stem_pairs(text: str, language: str) -> list[tuple[str, ...]]:
    return [tuple(dict.fromkeys(stems(word, language))) for word in content_words(text)]
