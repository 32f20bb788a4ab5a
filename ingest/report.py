"""What changes, for a person: on the terminal, and as `changes.md` and `changes.json` beside the generations."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpus.index import Manifest
from ingest.changes import AnswerChange, Asked, Effect, PassageChanges, Reply
from ingest.guard import Refusal

EFFECTS: tuple[Effect, ...] = ("no answer now", "another source", "another answer", "answered now")
SHOWN = 20


def lines_of_passages(
    changes: PassageChanges, *, most: int | None = SHOWN, gone: frozenset[str] = frozenset()
) -> list[str]:
    """`+`, `~` and `-`, a passage a line, `most` of each. Those of documents that are `gone` are only counted: an id holds words."""
    removed = [i for i, file in changes.removed.items() if file not in gone]
    found = []
    for sign, ids in (("+", changes.added), ("~", list(changes.changed)), ("-", removed)):
        found += [f"  {sign} {i}{f': {changes.words[i]}' if i in changes.words else ''}" for i in ids[:most]]
        if most is not None and len(ids) > most:
            found.append(f"  {sign} … and {len(ids) - most} more")
    for file, count in sorted(Counter(changes.removed.values()).items()):
        if file in gone:
            found.append(f"  - {file}, whole: {count} passages")
    return found


def summary_of_answers(asked: Asked) -> str:
    """How many questions get something else, in a sentence."""
    compared = [one for one in asked.changes if one.before is not None]
    if not compared:
        failing = sum(one.fails for one in asked.due)
        return f"{len(asked.changes)} questions asked of the new build ({asked.seconds:.0f} s): {failing} of {len(asked.due)} that a passage must answer do not cite it."
    counts = ", ".join(f"{len(asked.with_effect(effect))} {effect}" for effect in EFFECTS)
    return f"{len(compared)} questions asked of both builds ({asked.seconds:.0f} s): {counts}."


def lines_of_answers(asked: Asked, *, most: int | None = SHOWN, gone: frozenset[str] = frozenset()) -> list[str]:
    """The questions that get something else, by effect, each with what was said and what is said now.

    What was said from a document that is `gone` is not repeated: a text that was removed must not live on in a report.
    """
    found = []
    for effect in EFFECTS:
        ones = asked.with_effect(effect)
        if ones:
            found.append(f"{effect.capitalize()} ({len(ones)}):")
        for one in ones[:most]:
            found.append(f"  ? {_asked(one, gone)}")
            if one.before is not None:
                found.append(f"      before: {_said(one.before, gone)}")
            found.append(f"      now:    {_said(one.after)}")
        if most is not None and len(ones) > most:
            found.append(f"  … and {len(ones) - most} more")
    return found


def _asked(one: AnswerChange, gone: frozenset[str]) -> str:
    if one.canonical and one.canonical.file in gone:
        return f"(the question of a passage of {one.canonical.file}, which is removed)"
    return " / ".join(one.turns)


def _said(reply: Reply, gone: frozenset[str] = frozenset()) -> str:
    if reply.is_silent:
        return "no answer"
    sources = "; ".join(
        f"{file}, {place}" for file, place in dict.fromkeys(zip(reply.files, reply.locators, strict=True))
    )
    if set(reply.files) & gone:
        return f"({reply.kind}, from {', '.join(sorted(set(reply.files)))}, which is removed)"
    text = " ".join(reply.text.split())
    return f"{text[:200]}{'…' if len(text) > 200 else ''} ({sources or reply.kind})"


def write_changes(
    folder: Path,
    was: Manifest | None,
    will: Manifest,
    changes: PassageChanges,
    asked: Asked | None,
    refusals: Sequence[Refusal],
    *,
    served: bool,
) -> None:
    """`changes.md` and `changes.json`: the whole of the last comparison, whether the build was served or refused."""
    gone = frozenset(was.documents if was else ()) - frozenset(will.documents)
    value: dict[str, Any] = {
        "before": was.digest if was else None,
        "after": will.digest,
        "served": served,
        "refusals": [str(refusal) for refusal in refusals],
        "passages": {
            "added": changes.added,
            "changed": changes.changed,
            "words": changes.words,
            "removed": [i for i, file in changes.removed.items() if file not in gone],
            "removed_documents": sorted(gone),
            "moved": changes.moved,
        },
        "answers": [_as_json(one, gone) for one in asked.changes if one.effect != "as before" or one.fails]
        if asked
        else None,
        "asked": len(asked.changes) if asked else 0,
    }
    lines = [
        f"# From {was.digest if was else 'no build'} to {will.digest}",
        "",
        "Served." if served else "Not served.",
        *[f"- {refusal}" for refusal in refusals],
        "",
        f"{len(will.passages)} passages: {len(changes.added)} added, {len(changes.changed)} changed, {len(changes.removed)} removed, {len(changes.moved)} moved.",
        "",
        "```",
        *lines_of_passages(changes, most=None, gone=gone),
        "```",
    ]
    if asked:
        lines += [
            "",
            summary_of_answers(asked),
            asked.why_not,
            "",
            "```",
            *lines_of_answers(asked, most=None, gone=gone),
            "```",
        ]
    _write(folder / "changes.json", json.dumps(value, indent=1, ensure_ascii=False))
    _write(folder / "changes.md", "\n".join(lines))


def _as_json(one: AnswerChange, gone: frozenset[str]) -> dict[str, Any]:
    def reply(value: Reply | None) -> dict[str, Any] | None:
        if value is None:
            return None
        hidden = bool(set(value.files) & gone)
        return {
            "kind": value.kind,
            "text": "" if hidden else value.text,
            "files": value.files,
            "passages": () if hidden else value.passages,
        }

    return {
        "turns": [_asked(one, gone)] if one.canonical else one.turns,
        "effect": one.effect,
        "fails": one.fails,
        "before": reply(one.before),
        "after": reply(one.after),
    }


def _write(path: Path, text: str) -> None:
    temporary = path.with_suffix(f"{path.suffix}.part")
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(path)
