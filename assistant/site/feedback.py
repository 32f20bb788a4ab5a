"""Opinions, as counters. No question, no answer, no text of anyone."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from threading import Lock
from typing import get_args

from ..vocabulary import Kind

OPINIONS = ("up", "down", "report")
REASONS = ("wrong", "source", "outdated", "beside", "misread")
KINDS: tuple[str, ...] = get_args(Kind)


class Counters:
    """How many times each (opinion, kind of answer, reason) was given, in memory and in `file` when one is set."""

    def __init__(self, file: Path | None = None) -> None:
        self.file, self.lock = file, Lock()
        self.counts: Counter[str] = Counter()
        if file is not None and file.exists():
            stored = json.loads(file.read_text(encoding="utf-8"))
            self.counts.update({str(name): int(count) for name, count in stored.items()})

    def add(self, opinion: str, kind: str, reason: str = "", by: int = 1) -> None:
        """Count one more opinion, or one less with `by=-1`."""
        name = "/".join(part for part in (opinion, kind, reason) if part)
        with self.lock:
            self.counts[name] = max(0, self.counts[name] + by)
            if self.file is not None:
                self.file.parent.mkdir(parents=True, exist_ok=True)
                beside = self.file.with_suffix(".new")
                beside.write_text(json.dumps(dict(sorted(self.counts.items())), indent=1), encoding="utf-8")
                beside.replace(self.file)
