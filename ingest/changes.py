"""What changes between the served build and the next one: passages, and answers to a fixed set of questions. Pure, but for `ask_both`."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Literal

from corpus.errors import ExplainedError
from corpus.index import Manifest
from corpus.passages import Language, Passage
from corpus.sentences import sentences

ROOT = Path(__file__).resolve().parents[1]
MOST_TOUCHED = 120
"""How many questions of changed passages are asked at most: about four seconds a build."""
ASKING_SECONDS = 900.0
AROUND, MOST_TOLD, MOST_ASKED = 6, 20, 40
"""Words: around those that differ, of those that differ, and of a sentence that is asked for."""


@dataclass(frozen=True)
class PassageChanges:
    """Ids of passages. `changed` maps a new id to the old one: the same place with other words, or other data beside them. `moved` are
    the same words at another place, or named otherwise. `removed` maps an id to its document. `words` tells which words changed, by new id."""

    added: tuple[str, ...]
    changed: Mapping[str, str]
    removed: Mapping[str, str]
    moved: tuple[str, ...]
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def touched(self) -> set[str]:
        """Every new id that is not as it was."""
        return {*self.added, *self.changed}


def compare_passages(
    old: Sequence[Passage], new: Sequence[Passage], was: Manifest | None, will: Manifest
) -> PassageChanges:
    """How the passages of two builds differ."""
    before, after = was.passages if was else {}, will.passages
    added, removed = after.keys() - before.keys(), before.keys() - after.keys()
    changed = {i: i for i in after.keys() & before.keys() if after[i] != before[i]}
    # The id of a document's passage holds a digest of its words: the same place with other words is a change, the same id is not.
    moved = {i for i in changed if place_of(i) != i}
    was_said, is_said = {p.id: p.text for p in old}, {p.id: p.text for p in new}
    replaced: dict[str, list[str]] = {}
    for i in sorted(removed):
        if place_of(i) != i:
            replaced.setdefault(place_of(i), []).append(i)
    pairs = {}
    for i in sorted(added):
        # Paragraphs without a number share the place of their article: the one with most of the same words is the one that changed.
        if there := replaced.get(place_of(i)):
            pairs[i] = max(there, key=lambda one: len({*was_said[one].split()} & {*is_said[i].split()}))
            there.remove(pairs[i])
    added, removed = added - pairs.keys(), removed - set(pairs.values())
    # A file under another name, an article under another number: the same words are neither lost nor new.
    texts = {p.text: p.id for p in new if p.id in added}
    renamed = {texts[p.text]: p.id for p in old if p.id in removed and p.text in texts}
    added, removed = added - renamed.keys(), removed - set(renamed.values())
    changed = {i: o for i, o in changed.items() if i not in moved} | pairs
    file_of = {p.id: p.file for p in old}
    return PassageChanges(
        tuple(sorted(added)),
        dict(sorted(changed.items())),
        {i: file_of[i] for i in sorted(removed)},
        tuple(sorted(moved | renamed.keys())),
        {i: told for i, o in changed.items() if (told := other_words(was_said[o], is_said[i]))},
    )


def other_words(old: str, new: str) -> str:
    """The first words that differ, with some around them: « not later than [72 → 96] hours »; empty when none do."""
    before, after = old.split(), new.split()
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    differing = [step for step in steps if step[0] != "equal"]
    if not differing:
        return ""
    _, a, b, c, d = differing[0]
    left, right = " ".join(after[max(0, c - AROUND) : c]), " ".join(after[d : d + AROUND])
    gone, come = (
        " ".join(part[:MOST_TOLD]) + (" …" if len(part) > MOST_TOLD else "") for part in (before[a:b], after[c:d])
    )
    more = f" (and at {len(differing) - 1} more places)" if len(differing) > 1 else ""
    return f"{left} [{gone} → {come}] {right}".strip() + more


def place_of(passage_id: str) -> str:
    """The id without the digest of the words: the place."""
    return re.sub(r"\.[0-9a-f]{10}(?=-\d+$|$)", "", passage_id)


@dataclass(frozen=True)
class Canonical:
    """The question that a passage must answer: its first listed one, else its title. `is_owed`: an answer that cites it is due;
    `is_removed`: the passage is gone, and who asked for it gets something else now."""

    passage_id: str
    section_id: str
    file: str
    text: str
    language: Language
    is_owed: bool
    is_removed: bool = False


def canonical_questions(
    old: Sequence[Passage], new: Sequence[Passage], changes: PassageChanges, sample: int
) -> list[Canonical]:
    """One question for each passage that is new, changed or removed, and for its twins in other languages, other words first; then always
    the same `sample` of the others. A passage without questions whose words changed is also asked for by the sentence that did: its title
    is that of its whole article, and another paragraph may answer to it."""
    words_before = {p.text for p in old}
    sections = {p.section_id for p in new}
    removed = [p for p in old if p.id in changes.removed and p.section_id not in sections]
    touched_sections = {p.section_id for p in new if p.id in changes.touched}
    touched = [p for p in new if p.section_id in touched_sections]
    touched = [
        *by_chance([*removed, *(p for p in touched if p.text not in words_before)]),
        *by_chance([p for p in touched if p.text in words_before]),
    ]
    others = by_chance([p for p in new if p.section_id not in touched_sections])
    found: dict[tuple[str, str], Canonical] = {}
    was_said = {p.id: p.text for p in old}
    for passage in [*touched[:MOST_TOUCHED], *others[:sample]]:
        one = _canonical(passage, is_removed=passage.id in changes.removed)
        found.setdefault((one.text, one.language), one)
        if passage.id in changes.words and not passage.questions:
            known = set(sentences(was_said[changes.changed[passage.id]]))
            sentence = next((said for said in sentences(passage.text) if said not in known), "")
            asked = replace(one, text=" ".join(sentence.split()[:MOST_ASKED]))
            if asked.text:
                found.setdefault((asked.text, asked.language), asked)
    return list(found.values())


def by_chance(passages: Sequence[Passage]) -> list[Passage]:
    """The passages in an order that looks like chance and is always the same."""
    return sorted(passages, key=lambda one: hashlib.sha256(one.id.encode()).digest())


def _canonical(p: Passage, *, is_removed: bool) -> Canonical:
    # What holds in one state of the window or for a time, and what the sources do not state, is rightly answered otherwise.
    is_plain = not (p.is_not_stated or p.only_when or p.valid_from or p.valid_until)
    text = p.questions[0] if p.questions else p.title
    return Canonical(p.id, p.section_id, p.file, text, p.language, bool(p.questions) and is_plain, is_removed)


Effect = Literal["no answer now", "answered now", "another source", "another answer", "as before"]


@dataclass(frozen=True)
class Reply:
    """What a build says to a question."""

    kind: str
    text: str
    passages: tuple[str, ...]
    sections: tuple[str, ...]
    files: tuple[str, ...]
    locators: tuple[str, ...]

    @property
    def is_silent(self) -> bool:
        return self.kind in ("abstention", "refusal")


@dataclass(frozen=True)
class AnswerChange:
    """A question, and what both builds say to it; `before` is None when there is none."""

    turns: tuple[str, ...]
    before: Reply | None
    after: Reply
    canonical: Canonical | None = None

    @property
    def effect(self) -> Effect:
        if self.before is None:
            return "as before"
        if self.before.is_silent != self.after.is_silent:
            return "no answer now" if self.after.is_silent else "answered now"
        if {place_of(i) for i in self.before.passages} != {place_of(i) for i in self.after.passages}:
            return "another source"
        return (
            "as before"
            if (self.before.text, self.before.kind) == (self.after.text, self.after.kind)
            else "another answer"
        )

    @property
    def fails(self) -> bool:
        """True when the question is one that a passage must answer, and it is not cited."""
        if self.canonical is None or self.canonical.is_removed or self.canonical.section_id in self.after.sections:
            return False
        return self.canonical.is_owed or (self.before is not None and self.canonical.section_id in self.before.sections)


@dataclass(frozen=True)
class Asked:
    """All the questions that were asked; `why_not` says why they could not be, of the build before or of the next one."""

    changes: tuple[AnswerChange, ...] = ()
    why_not: str = ""
    seconds: float = 0.0

    def with_effect(self, effect: Effect) -> list[AnswerChange]:
        return [one for one in self.changes if one.effect == effect]

    @property
    def due(self) -> list[AnswerChange]:
        """The questions that a passage must answer."""
        return [one for one in self.changes if one.canonical is not None and not one.canonical.is_removed]


def ask_both(
    generations: Mapping[str, tuple[Path, str]], canonical: Sequence[Canonical], corpus: Path, cases: int
) -> dict[str, Any]:
    """What the assistant says with each generation (folder, name of its encoder), in a process of its own: `ingest` knows no assistant."""
    request = {
        "generations": {
            name: {"folder": str(folder.resolve()), "encoder": encoder}
            for name, (folder, encoder) in generations.items()
        },
        "questions": [{"turns": [one.text], "language": one.language} for one in canonical],
        "corpus": str(corpus.resolve()),
        "cases": cases,
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
    try:
        child = subprocess.run(
            [sys.executable, "-m", "evals.answers"],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            env=environment,
            timeout=ASKING_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ExplainedError(
            f"asking takes more than {ASKING_SECONDS / 60:.0f} minutes; ask fewer with --questions"
        ) from error
    if child.returncode:
        last = (child.stderr.strip().splitlines() or ["no word on why"])[-1]
        raise ExplainedError(f"the process that asks stopped with code {child.returncode}: {last}")
    answers: dict[str, Any] = json.loads(child.stdout)
    return answers


def read_answers(answers: Mapping[str, Any], canonical: Sequence[Canonical]) -> Asked:
    """The answers of `ask_both`, question by question."""
    builds = answers["builds"]
    if isinstance(builds["after"], str):
        return Asked(why_not=builds["after"])
    before = builds.get("before")
    why_not = f"The build that is served could not be asked: {before}" if isinstance(before, str) else ""
    changes = []
    for number, question in enumerate(answers["questions"]):
        was = _reply(before[number]) if isinstance(before, list) else None
        one = canonical[number] if number < len(canonical) else None
        changes.append(AnswerChange(tuple(question["turns"]), was, _reply(builds["after"][number]), one))
    return Asked(tuple(changes), why_not)


def _reply(value: Mapping[str, Any]) -> Reply:
    lists = {name: tuple(value[name]) for name in ("passages", "sections", "files", "locators")}
    return Reply(value["kind"], value["text"], **lists)
