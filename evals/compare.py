"""The difference of two runs, case by case: fixed, broken, changed word by word. Pure."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evals.measures import same_reply


@dataclass(frozen=True)
class Change:
    """A case whose reply or result differs. `words` marks what left [-so-] and what came {+so+}."""

    id: str
    what: str
    reasons: tuple[str, ...]
    words: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """Two runs over the cases that both hold."""

    fixed: tuple[Change, ...]
    broken: tuple[Change, ...]
    changed: tuple[Change, ...]
    same: int
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    measures: tuple[tuple[str, float | None, float | None], ...]

    @property
    def p_value(self) -> float:
        """Exact McNemar: how likely so uneven a split of fixed and broken is, were the two runs equally good."""
        fixed, broken = len(self.fixed), len(self.broken)
        n = fixed + broken
        if n == 0:
            return 1.0
        tail = float(sum(math.comb(n, k) for k in range(min(fixed, broken) + 1))) / float(2**n)
        return min(1.0, 2 * tail)


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Comparison:
    """What moved from the results `before` to the results `after`."""
    old = {one["id"]: one for one in before["cases"]}
    new = {one["id"]: one for one in after["cases"]}
    fixed: list[Change] = []
    broken: list[Change] = []
    changed: list[Change] = []
    same = 0
    for case_id in [case_id for case_id in old if case_id in new]:
        was, now = old[case_id], new[case_id]
        if was["passed"] != now["passed"]:
            (fixed if now["passed"] else broken).append(_change(was, now, "fixed" if now["passed"] else "broken"))
        elif not same_reply(was["answer"], now["answer"]):
            changed.append(_change(was, now, "changed"))
        else:
            same += 1
    return Comparison(
        tuple(fixed),
        tuple(broken),
        tuple(changed),
        same,
        tuple(sorted(old.keys() - new.keys())),
        tuple(sorted(new.keys() - old.keys())),
        tuple(_measures(before, after)),
    )


def word_difference(before: str, after: str) -> str:
    """`after` against `before`, word by word: [-gone-] {+come+}; a long stretch that did not change is shortened."""
    old, new = re.findall(r"\S+|\n", before), re.findall(r"\S+|\n", after)
    parts = []
    for kind, i, j, k, m in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(_shortened(old[i:j]))
            continue
        if j > i:
            parts.append(f"[-{' '.join(old[i:j])}-]")
        if m > k:
            parts.append(f"{{+{' '.join(new[k:m])}+}}")
    return " ".join(part for part in parts if part.strip())


def _shortened(words: list[str]) -> str:
    kept = [word for word in words if word != "\n"]
    return " ".join(kept) if len(kept) <= 14 else f"{' '.join(kept[:6])} … {' '.join(kept[-6:])}"


def _change(was: Mapping[str, Any], now: Mapping[str, Any], what: str) -> Change:
    before, after = was["answer"] or {}, now["answer"] or {}
    fields = []
    for name in sorted((before.keys() | after.keys()) - {"text", "timings_ms", "claims", "citations"}):
        if before.get(name) != after.get(name):
            fields.append(f"{name}: {_brief(before.get(name))} → {_brief(after.get(name))}")
    old_sources = [citation.get("passage_id") for citation in before.get("citations", [])]
    new_sources = [citation.get("passage_id") for citation in after.get("citations", [])]
    if old_sources != new_sources:
        fields.append(
            f"sources: {', '.join(map(str, old_sources)) or 'none'} → {', '.join(map(str, new_sources)) or 'none'}"
        )
    reasons = now["reasons"] if what == "broken" else was["reasons"]
    return Change(
        now["id"], what, tuple(reasons), word_difference(before.get("text", ""), after.get("text", "")), tuple(fields)
    )


def _brief(value: Any) -> str:
    if isinstance(value, dict) and "status" in value:
        criteria = ", ".join(f"{c['id']} {c['status']}" for c in value.get("criteria", []))
        return f"{value['status']} ({criteria})"
    text = str(value)
    return text if len(text) <= 120 else text[:119] + "…"


def _measures(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, float | None, float | None]]:
    old = before.get("summary", {}).get("measures", {})
    new = after.get("summary", {}).get("measures", {})
    pairs = [
        (name, old.get(name, {}).get("value"), new.get(name, {}).get("value")) for name in dict.fromkeys([*old, *new])
    ]
    return [(name, a, b) for name, a, b in pairs if a != b]
