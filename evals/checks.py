"""Case + reply → scores, each with its reason. Pure; this is CONTRACT.md section 2 and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from corpus.words import fold
from evals.case import Case
from evals.reply import Reply


@dataclass(frozen=True)
class Score:
    """One expectation, held or not. The reason of a failed one says what was expected and what came, apart too for those who translate."""

    name: str
    passed: bool
    reason: str = ""
    expected: tuple[str, ...] = ()
    came: tuple[str, ...] = ()


def score(case: Case, reply: Reply) -> tuple[Score, ...]:
    """One score for each thing that `case` asks of its last reply."""
    expect = case.expect
    verdict = reply.verdict
    scores = [_one_of("language", reply.language, [case.lang])]
    if expect.kind:
        scores.append(_one_of("kind", reply.kind, list(expect.kind)))
    if expect.status:
        scores.append(_one_of("status", verdict.status if verdict else None, list(expect.status)))
    if expect.window:
        scores.append(_one_of("window", verdict.window if verdict else None, list(expect.window)))
    for name, accepted in expect.criteria.items():
        scores.append(_one_of(f"criterion {name}", verdict.criterion(name) if verdict else None, list(accepted)))
    if expect.not_priority is not None:
        came = str(verdict.not_priority).lower() if verdict else None
        scores.append(_one_of("not_priority", came, [str(expect.not_priority).lower()]))
    scores += [_includes(reply.text, alternatives) for alternatives in expect.must_include]
    scores += [_excludes(reply.text, words) for words in expect.must_not_include]
    if expect.cites:
        scores.append(_cites(reply, expect.cites))
    return tuple(scores)


def says(text: str, words: str) -> bool:
    """True when the folded `text` holds the folded `words`; a number is held only whole: « 2 » is not in « 2023 »."""
    wanted = re.escape(fold(words))
    before = r"(?<!\d)" if re.match(r"\d", fold(words)) else ""
    after = r"(?!\d)" if re.search(r"\d\Z", fold(words)) else ""
    return re.search(before + wanted + after, fold(text)) is not None


def says_all(text: str, expected: Iterable[Iterable[str]]) -> bool:
    """True when `text` says one of each of the `expected` alternatives."""
    return all(any(says(text, words) for words in alternatives) for alternatives in expected)


def _one_of(name: str, came: str | None, accepted: list[str]) -> Score:
    if came in accepted:
        return Score(name, True)
    reason = f"expected {' or '.join(accepted)}, got {came or 'none'}"
    return Score(name, False, reason, tuple(accepted), (came or "none",))


def _includes(text: str, alternatives: list[str]) -> Score:
    if says_all(text, [alternatives]):
        return Score("includes", True)
    reason = "the text lacks " + " or ".join(f"« {words} »" for words in alternatives)
    return Score("includes", False, reason, tuple(alternatives))


def _excludes(text: str, words: str) -> Score:
    # Emphasis must not hide what must not be said: « vous êtes **éligible** ».
    said = fold(words) in fold(text) or fold(words) in fold(re.sub(r"[*_`]|\[\d+\]", "", text))
    return Score("excludes", not said, f"the text says « {words} »" if said else "", came=(words,))


def _cites(reply: Reply, accepted: list[str]) -> Score:
    if reply.fact_ids & set(accepted):
        return Score("cites", True)
    cited = sorted(reply.fact_ids)
    reason = f"no citation of {' or '.join(accepted)}; cited: {', '.join(cited) or 'nothing'}"
    return Score("cites", False, reason, tuple(accepted), tuple(cited))
