"""Pages of PDF files as images, drawn apart by `pdf_child`, and where words stand on them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import unicodedata
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 12.0
KEPT_BYTES = 48 * 1024 * 1024
"""What is remembered of pages already drawn."""
LEAST_RUN = 12
"""A shorter run of letters that two texts share says nothing."""


class Undrawable(Exception):
    """The page cannot be shown as an image: the file is broken, made to harm, or has no such page."""


@dataclass(frozen=True)
class Box:
    """A rectangle on a page, in the units of its sheet."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Sheet:
    """A page that was drawn. `places` holds four numbers a letter: left, top, right, bottom."""

    pages: int
    label: str
    width: int
    height: int
    letters: str
    places: Sequence[int]
    image: bytes

    @property
    def weight(self) -> int:
        """About how many bytes it takes in memory."""
        return len(self.image) + 4 * len(self.places) + 4 * len(self.letters)


class Press:
    """Draws pages and remembers the last ones; a page that cannot be drawn is not tried again and again."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self.kept_bytes = kept_bytes
        self._drawn: OrderedDict[tuple[str, int], Sheet | None] = OrderedDict()
        self._lock = threading.Lock()

    def draw(self, sha256: str, path: Path, number: int) -> Sheet:
        """Page `number` (from 1) of the file with that hash."""
        key = (sha256, number)
        with self._lock:
            known, sheet = key in self._drawn, self._drawn.get(key)
        if not known:
            sheet = draw_apart(path, number)
        with self._lock:
            self._drawn[key] = sheet
            self._drawn.move_to_end(key)
            self._forget()
        if sheet is None:
            raise Undrawable
        return sheet

    def has(self, sha256: str, number: int) -> bool:
        """True when the page is remembered, so that `draw` costs nothing."""
        with self._lock:
            return (sha256, number) in self._drawn

    def _forget(self) -> None:
        while len(self._drawn) > 1 and (
            len(self._drawn) > 400 or sum(sheet.weight for sheet in self._drawn.values() if sheet) > self.kept_bytes
        ):
            self._drawn.popitem(last=False)


def draw_apart(path: Path, number: int, seconds: float = SECONDS) -> Sheet | None:
    """The page as a limited process drew it; None when it could not."""
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    with path.open("rb") as given, tempfile.TemporaryFile() as answer:
        child = subprocess.Popen(
            [sys.executable, "-m", "assistant.site.pdf_child", str(number)],
            stdin=given,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            _end(child)
            return None
        except BaseException:
            _end(child)
            raise
        answer.seek(0)
        head, _, image = answer.read().partition(b"\n")
    try:
        value: dict[str, Any] = json.loads(head)
        return Sheet(image=image, **{**value, "places": array("i", value["places"])})
    except (ValueError, KeyError, TypeError, OverflowError):
        return None  # it was stopped in the middle, or says a reason instead of a page


def _end(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def boxes_of(words: str, before: str, sheet: Sheet) -> tuple[Box, ...]:
    """The lines of the sheet that hold `words`; `before` is what precedes them, to tell two places apart."""
    letters, numbers = folded(sheet.letters)
    sought, lead = folded(words)[0], folded(before)[0]
    boxes: list[Box] = []
    for start, end in runs_of(sought, lead, letters):
        first, last = numbers[start], numbers[end - 1]
        boxes += _lines([sheet.places[4 * i : 4 * i + 4] for i in range(first, last + 1)])
    return tuple(boxes)


def folded(text: str) -> tuple[str, list[int]]:
    """The letters and figures of `text` without accents or capitals, each with the number of the character that it comes from.

    Two readers of one PDF agree on its letters, not on its spaces, hyphens or ligatures.
    """
    letters: list[str] = []
    numbers: list[int] = []
    for number, char in enumerate(text):
        for letter in unicodedata.normalize("NFKD", char).casefold():
            if letter.isalnum():
                letters.append(letter)
                numbers.append(number)
    return "".join(letters), numbers


def runs_of(sought: str, lead: str, text: str) -> list[tuple[int, int]]:
    """Where `sought` stands in `text`: whole if it does, else the long runs of it that do when they are a fair part of it."""
    if not sought:
        return []
    after = text.find(lead[-40:] + sought) if lead else -1
    at = after + len(lead[-40:]) if after >= 0 else text.find(sought)
    if at >= 0:
        return [(at, at + len(sought))]
    runs: list[tuple[int, int]] = []
    position = shared = 0
    while position + LEAST_RUN <= len(sought):
        start = sought[position : position + LEAST_RUN]
        at = text.find(start, runs[-1][1]) if runs else -1
        at = at if at >= 0 else text.find(start)
        if at < 0:
            position += 1
            continue
        length = LEAST_RUN
        while position + length < len(sought) and text[at + length : at + length + 1] == sought[position + length]:
            length += 1
        runs.append((at, at + length))
        shared += length
        position += length
    return runs if shared >= 0.3 * len(sought) else []


def _lines(places: Sequence[Sequence[int]]) -> list[Box]:
    """One rectangle a line, from those of the letters."""
    lines: list[list[int]] = []
    for left, top, right, bottom in places:
        line = lines[-1] if lines else None
        follows = line is not None and min(bottom, line[3]) - max(top, line[1]) > 0 and left >= line[2] - 40
        if line is not None and follows:
            line[:] = [min(line[0], left), min(line[1], top), max(line[2], right), max(line[3], bottom)]
        else:
            lines.append([left, top, right, bottom])
    return [Box(x - 10, y - 12, r - x + 20, b - y + 24) for x, y, r, b in lines]
