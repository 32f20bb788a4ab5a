"""The same questions asked of two builds of the index: what `python -m ingest` starts apart, to tell what changes before it is served.

Run as `python -m evals.answers`, with a JSON object on the standard input and another on the standard output. Nothing is judged here.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from assistant.pipeline import Assistant
from assistant.render import citations_of, to_json
from assistant.settings import Settings
from assistant.vocabulary import Conversation
from corpus.errors import ExplainedError
from evals.case import load_cases

CASES = Path(__file__).resolve().parent / "cases"


def answer_all(assistant: Assistant, questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What `assistant` says to each question: its kind, its text and the passages that it cites."""
    found = []
    for question in questions:
        *earlier, last = question["turns"]
        as_of = date.fromisoformat(question["as_of"]) if question.get("as_of") else None
        answer = assistant.ask(last, Conversation(tuple(earlier)), default=question["language"], as_of=as_of)
        cited = dict.fromkeys(citation.passage for citation in citations_of(answer))
        found.append(
            {
                "kind": answer.kind,
                "text": to_json(answer)["text"],
                "passages": [p.id for p in cited],
                "sections": [p.section_id for p in cited],
                "files": [p.file for p in cited],
                "locators": [p.locator for p in cited],
            }
        )
    return found


def sample_of_cases(folder: Path, most: int) -> list[dict[str, Any]]:
    """Always the same `most` conversations of the evaluation set: only what people write, not what is expected of the reply."""
    cases = {
        json.dumps(case.turns): case
        for case in load_cases([place for place in (folder / "dev", folder / "test") if place.is_dir()])
    }
    chosen = sorted(cases.values(), key=lambda case: hashlib.sha256(json.dumps(case.turns).encode()).digest())[:most]
    return [{"turns": list(case.turns), "language": case.lang, "as_of": case.as_of.isoformat()} for case in chosen]


def open_generation(generation: Path, beside: Path, corpus: Path, encoder: str) -> Assistant:
    """The assistant that would serve `generation`, whatever the pointer of its index says: `beside` gets one that names it."""
    (beside / "generations").mkdir(parents=True)
    (beside / "generations" / generation.name).symlink_to(generation.resolve())
    (beside / "current").write_text(f"{generation.name}\n", encoding="utf-8")
    return Assistant.open(Settings(index_folder=beside, corpus_folder=corpus, encoder=encoder))


def main() -> None:
    """Answer `questions` and `cases` of the evaluation set with each of `generations`."""
    asked = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr), tempfile.TemporaryDirectory(prefix="ingest-asked-") as folder:
        logging.disable(logging.WARNING)
        questions = [*asked["questions"], *(sample_of_cases(CASES, asked["cases"]) if asked["cases"] else [])]
        builds: dict[str, Any] = {}
        for name, build in asked["generations"].items():
            try:
                beside = Path(folder) / name
                assistant = open_generation(Path(build["folder"]), beside, Path(asked["corpus"]), build["encoder"])
                builds[name] = answer_all(assistant, questions)
            except ExplainedError as error:
                builds[name] = str(error)
    json.dump({"questions": questions, "builds": builds}, sys.stdout)


if __name__ == "__main__":
    main()
