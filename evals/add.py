"""From a question and its right answer to a case of the suite, checked before it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from corpus.errors import ExplainedError
from corpus.words import fold, words
from evals import near
from evals.case import Case
from evals.families import to_yaml_value


def suggest_id(question: str, lang: str, taken: Iterable[str]) -> str:
    """A readable id that nobody has: its first telling words, the language, a number if need be."""
    telling = [word for word in words(question) if len(word) > 3][:4] or ["case"]
    base = re.sub(r"[^a-z0-9-]", "", fold("-".join(telling))) + f"-{lang}"
    known, name, number = set(taken), base, 2
    while name in known:
        name, number = f"{base}-{number}", number + 1
    return name


def check_new(
    case: Case, existing: Sequence[Case], known_facts: Iterable[str], listed_questions: Iterable[str]
) -> list[str]:
    """What is wrong with adding `case`, one line each; empty when nothing is."""
    problems = []
    if any(case.id == other.id for other in existing):
        problems.append(f"the id '{case.id}' is taken; choose another with --id")
    facts = set(known_facts)
    unknown = [fact for fact in case.expect.cites if facts and fact not in facts]
    if unknown:
        problems.append(
            f"no passage states {', '.join(unknown)}; `grep facts -A3 corpus/texts/fr/*.md` lists the facts"
        )
    if not case.expect.model_dump(exclude_defaults=True, exclude_none=True):
        problems.append("nothing is expected of the reply; give at least --kind")
    both = [
        words
        for words in case.expect.must_not_include
        for many in case.expect.must_include
        if fold(words) in map(fold, many)
    ]
    if both:
        problems.append(f"« {both[0]} » must and must not be in the reply")
    if len(case.turns) == 1:
        asked = near.Questions([turn for other in existing for turn in other.turns[-1:]]).copied(case.turns[0])
        if asked:
            problems.append(f"the suite already asks « {asked.text} »")
        listed = near.Questions(list(listed_questions)).copied(case.turns[0])
        if listed:
            problems.append(f"the corpus lists this question: « {listed.text} »; a case must be worded otherwise")
    return problems


def listed_questions(corpus_folder: Path) -> list[str]:
    """Every question and misconception that `questions/*.yaml` lists."""
    found: list[str] = []

    def collect(value: Any) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            for item in value.values():
                collect(item)
        elif isinstance(value, list):
            for item in value:
                collect(item)

    for path in sorted((corpus_folder / "questions").glob("*.yaml")):
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        collect(yaml.load(path.read_text(encoding="utf-8"), Loader=loader))
    return found


def append(case: Case, path: Path) -> None:
    """Write `case` at the end of the file `path`, which keeps its comments; the file is made if need be."""
    text = yaml.safe_dump([to_yaml_value(case)], allow_unicode=True, sort_keys=False, width=120)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if before and not before.endswith("\n"):
        before += "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{before}{chr(10) if before.strip() else ''}{text}", encoding="utf-8")
    except OSError as error:
        raise ExplainedError(
            f"'{path}' could not be written ({error.strerror}). Name another file with --to."
        ) from error
