"""Is what was found enough to answer? Several signals, weighed together; no single threshold carries it.

The corpus knows three kinds of questions: those that its sections answer, those close to them that nothing answers (`beside`), and those on
other subjects (`elsewhere`). A question that is listed word for word is of the kind that lists it. A new one is judged by which kind it is
like: by its nearest neighbours, by the words that it has and the section's statement has not, and by the words that the corpus hardly uses.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from assistant.retrieve import UNLIKELY, Fitted, Search
from corpus.index import EntryKind, PassageIndex, Section
from corpus.words import content_words, stems, words

Sufficiency = Literal["sufficient", "nearby", "off_topic"]

SIGNALS = (
    "neighbours_beside", "neighbours_elsewhere", "nearest_elsewhere", "words_elsewhere", "words_beside", "worst_word", "words_of_section", "words_of_statement", "own_words_beside", "unknown_words", "rare_words",
    "grams", "question", "beside", "body", "nearest_question", "nearest_beside", "score", "margin", "length",
)  # fmt: skip
RECOGNISED_SIGNALS = ("answered", "best_answered", "best_close", "elsewhere")
"""Signals of what was recognised: how likely some section answers, that the best one does, that the message is only close to it, and that it is
about something else. There are none for a section that was not taught, nor where nothing was."""
_ASKING_WORDS = frozenset(
    "qui combien quand ou comment pourquoi quel quelle quels quelles who whom how many much when where why which what".split()
)
_RARE = 3
"""A content word that the index uses so seldom, or never, is a sign of another subject."""
_SHARPNESS = 12.0
"""How fast a neighbour's say falls with its distance."""
_FOLLOW_UP_FROM = 0.1
"""The confidence from which a follow-up of hardly any words is answered where nothing is recognised (what recognises reads the conversation too, and
needs no exception: of four such near misses among the development cases one more is declined, and no answer is lost). The conversation says what it is about, and its words are too few
to give more: of 137 follow-ups of the development cases, 19 were left without the answer that was found (5 with this), and of 158 near misses
put after a question that is answered, the share declined rose from 46 to 78 % when those that name their own subject were weighed alone."""
_COURTESY = re.compile(
    r"\b(?:(?:s )?il (?:vous|te) plait|svp|stp|please|merci(?: d avance| beaucoup)?|thanks|thank you|bonjour|bonsoir|hello|hi)\b"
)
_ITSELF = 0.999
"""From this cosine on, a neighbour is the very question that was asked."""
_LISTED: Mapping[EntryKind, Sufficiency] = {"elsewhere": "off_topic", "beside": "nearby", "question": "sufficient"}
"""What a question that is listed word for word is worth; the last kind wins for one that is listed twice."""


@dataclass(frozen=True)
class Evidence:
    """How far a search can be relied upon: `sufficient` to answer, `nearby` only (abstain), or `off_topic` (decline).

    `confidence` is the estimated chance, 0 to 1, that the best section answers the question; `section` is the one that lists this very
    question as one that it answers, None when none does.
    """

    sufficiency: Sufficiency
    confidence: float
    signals: Mapping[str, float]
    section: str | None = None


@dataclass(frozen=True)
class Calibration:
    """Two logistic models over the signals: does the best section answer, and is the subject ours at all.

    An answer needs both: words of the corpus (« qui a gagné … ») may lead to a section from a question on another subject.
    """

    answers: Mapping[str, float]
    on_topic: Mapping[str, float]
    answer_from: float
    topic_from: float


class Scale:
    """Weighs searches over one index. What it counts in the index is counted once, here."""

    def __init__(self, index: PassageIndex, calibrations: Fitted[Calibration]) -> None:
        self.calibrations = calibrations
        self._index = index
        self._statements = [frozenset(_statement_terms(section)) for section in index.sections]
        self._asked: list[Counter[str]] = [Counter() for _ in index.sections]
        self._beside: list[Counter[str]] = [Counter() for _ in index.sections]
        self._elsewhere: Counter[str] = Counter()
        for entry in index.all_entries():
            if entry.kind == "elsewhere":
                self._elsewhere.update(set(terms(entry.text)))
            elif entry.kind in ("question", "beside"):
                number = index.number_of_passage(entry.passage)
                (self._asked if entry.kind == "question" else self._beside)[number].update(set(terms(entry.text)))
        self._used = _together(index.used_words.values())
        self._all_asked = _together(self._asked)
        self._all_beside = _together(self._beside)
        kinds = Counter(entry.kind for entry in index.all_entries())
        self._questions, self._near_misses = max(1, kinds["question"]), max(1, kinds["beside"])
        self._listed = {
            _spelt_out(entry.text): (sufficiency, index.passages[entry.passage].section_id)
            for kind, sufficiency in _LISTED.items()
            for entry in index.all_entries()
            if entry.kind == kind
        }

    def weigh(self, text: str, search: Search, *, is_follow_up: bool = False) -> Evidence:
        """The evidence that `search` gives for the question `text`; `is_follow_up`: hardly any words, with the subject of the conversation."""
        signals = self.signals(text, search)
        is_recognised = set(RECOGNISED_SIGNALS) <= signals.keys()
        calibration = self.calibrations.where(is_recognised)
        confidence = _chance(calibration.answers, signals)
        if listed := self._listed.get(_spelt_out(text)):
            sufficiency, section = listed
            return Evidence(sufficiency, confidence, signals, section if sufficiency == "sufficient" else None)
        if _chance(calibration.on_topic, signals) < calibration.topic_from:
            return Evidence("off_topic", confidence, signals)
        lowest = _FOLLOW_UP_FROM if is_follow_up and not is_recognised else calibration.answer_from
        return Evidence("sufficient" if confidence >= lowest else "nearby", confidence, signals)

    def signals(self, text: str, search: Search, *, is_listed_elsewhere: bool = False) -> dict[str, float]:
        """The signals of a search, each within a few units of 0.

        With `is_listed_elsewhere`, `text` is one of the listed questions on other subjects, and is looked at as if it were not among them:
        so can a calibration learn from it what a question on another subject looks like.
        """
        best = search.found[0]
        margin = best.score - search.found[1].score if len(search.found) > 1 else 0.0
        number = self._index.number_of(best.section)
        asked = terms(text)
        statement, own, beside = self._statements[number], self._asked[number], self._beside[number]
        unstated = [term for term in asked if term not in statement]
        leanings = [self._leaning(term) for term in unstated]
        share = 1 / max(1, len(asked))
        neighbours = [near for near in search.neighbours if not (is_listed_elsewhere and near[1] > _ITSELF)]
        closeness = [(kind, math.exp(_SHARPNESS * cosine)) for kind, cosine in neighbours]
        total = sum(weight for _, weight in closeness)
        return {
            "neighbours_beside": sum(weight for kind, weight in closeness if kind == "beside") / total
            if total
            else 0.0,
            "neighbours_elsewhere": sum(weight for kind, weight in closeness if kind == "elsewhere") / total
            if total
            else 0.0,
            "nearest_elsewhere": max((cosine for kind, cosine in neighbours if kind == "elsewhere"), default=0.0),
            "words_elsewhere": sum(
                self._elsewhere[term] > is_listed_elsewhere and self._all_asked[term] < 3 for term in asked
            )
            * share,
            "words_beside": sum(leanings) / 5,
            "worst_word": max(leanings, default=0.0),
            "words_of_section": sum(term in statement or own[term] > 0 for term in asked) * share,
            "words_of_statement": sum(term in statement for term in asked) * share,
            "own_words_beside": sum(math.log((beside[term] + 0.3) / (own[term] + 0.3) * 3) for term in unstated) / 10,
            "unknown_words": sum(not self._all_asked[term] and not self._all_beside[term] for term in asked) * share,
            "rare_words": sum(self._used[word] <= _RARE for word in set(content_words(text))),
            "grams": best.channels["grams"] / 50,
            "question": best.channels["question"] * 10 - 9,
            "beside": best.channels["beside"] * 10 - 9,
            "body": best.channels["body"] * 10 - 8,
            "nearest_question": max((cosine for kind, cosine in neighbours if kind == "question"), default=0.0),
            "nearest_beside": max((cosine for kind, cosine in neighbours if kind == "beside"), default=0.0),
            "score": best.score / 10,
            "margin": margin / 3,
            "length": math.log1p(len(asked)),
            **_recognised(search),
        }

    def _leaning(self, term: str) -> float:
        """Above 0 for a term met more among the questions that nothing answers, below 0 among those that are answered."""
        here, there = self._all_beside[term], self._all_asked[term]
        if here + there < 2:
            return 0.0
        return math.log((here + 0.4) / self._near_misses) - math.log((there + 0.4) / self._questions)


def _together(counts: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return total


def terms(text: str) -> list[str]:
    """The stems of `text` in both languages, and the words with which it asks, each once."""
    asking = [word for word in words(text) if word in _ASKING_WORDS]
    return list(dict.fromkeys([*stems(text, "fr"), *stems(text, "en"), *asking]))


def _spelt_out(text: str) -> str:
    """The words of `text`, folded, without those of courtesy: two questions that only differ in these, in case, accents or punctuation are the same."""
    return " ".join(_COURTESY.sub(" ", " ".join(words(text))).split())


def load_calibrations(path: Path) -> Fitted[Calibration]:
    """The calibrations that tuning wrote."""
    evidence = yaml.safe_load(path.read_text(encoding="utf-8"))["evidence"]
    return Fitted(*(_calibration(evidence[name]) for name in ("with_recogniser", "plain")))


def _calibration(data: Mapping[str, Any]) -> Calibration:
    return Calibration(data["answers"], data["on_topic"], float(data["answer_from"]), float(data["topic_from"]))


def _recognised(search: Search) -> dict[str, float]:
    """The signals of what was recognised, likelihoods as logarithms of their odds; none for a section that was not taught."""
    best = search.found[0].channels
    if search.recognised is None or not best["answered"] + best["close"]:
        return {}
    likely = {
        "answered": 1 - search.recognised.nothing_answers,
        "best_answered": best["answered"],
        "best_close": best["close"],
        "elsewhere": search.recognised.elsewhere,
    }
    return {name: _log_odds(share) / 3 for name, share in likely.items()}


def _log_odds(share: float) -> float:
    kept = min(max(share, UNLIKELY), 1 - UNLIKELY)
    return math.log(kept / (1 - kept))


def _statement_terms(section: Section) -> list[str]:
    pinpoints = [reference.pinpoint for passage in section.passages for reference in passage.references]
    return terms(
        " ".join([*(f"{passage.title} {passage.text}" for passage in section.passages), *dict.fromkeys(pinpoints)])
    )


def _chance(model: Mapping[str, float], signals: Mapping[str, float]) -> float:
    logit = model["constant"] + sum(weight * signals[name] for name, weight in model.items() if name != "constant")
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))
