"""The words of the product around its claims, read from where the product keeps them, and what a reply says besides.

A reply is its claims, each before its markers, and frames: the sentences of `assistant/wording.py` and `assistant/explain.py`, the questions
of `corpus/call.yaml`. Nothing here is a list of its own: a sentence that the product learns to say is known here at once. Pure but for
reading those files once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from assistant import explain, wording
from corpus.passages import Language
from evals.reply import Reply
from evals.rules import the_call, window_on

_SLOTS = {
    "day": r"\d{1,2}(?:er)? \w+ \d{4}",
    "words": r"[\w ,]+",
    "titles": r"[«“].+[»”]",
    "points": r"[^.?!]+",
    "grounds": r"[^.?!]+",
    "pinpoints": r".+",
}
"""What may stand in each slot of a frame, by its form; `evals/proofs.py` looks at what it says."""
_CLAIMED = ("CLOSED", "CLOSED_WITH_RESULTS", "OPENS_LATER")
"""Sentences of the product that state a date: they are claims, with markers, and never frames."""
_TRAILING_MARKERS = re.compile(r"\s*(?:\[\d+\])*\s*")
_SENTENCE = re.compile(r".+?[.!?](?=\s|$)|.+", re.DOTALL)


@dataclass(frozen=True)
class Frame:
    """A frame that a reply says: its name where the product keeps it, and what fills its slots."""

    name: str
    slots: Mapping[str, str]


@dataclass(frozen=True)
class Spoken:
    """What a reply says besides its claims: the frames, in order, and the sentences that are none."""

    frames: tuple[Frame, ...]
    strays: tuple[str, ...]

    def named(self, prefix: str) -> list[Frame]:
        """The frames whose name begins with `prefix`."""
        return [frame for frame in self.frames if frame.name.startswith(prefix)]


def spoken(reply: Reply) -> Spoken:
    """What `reply` says besides its claims."""
    frames: list[Frame] = []
    strays: list[str] = []
    for gap in _gaps(reply):
        for paragraph in re.split(r"\n+", gap):
            _read(_flat(paragraph), reply.language, frames, strays)
    return Spoken(tuple(frames), tuple(strays))


def frame(name: str, language: Language, **slots: str) -> str:
    """The words of the frame `name`, as the product would say them."""
    return dict(_templates(language))[name].format(NB="\u00a0", **slots)


def window_sentence(language: Language, day: date) -> str | None:
    """The sentence that tells the state of the window on `day`; none while it is open."""
    dates, window = the_call().dates, window_on(day)
    if window == "not_open_yet":
        return wording.OPENS_LATER[language].format(day=wording.in_full(dates.opens, language))
    closes, results = (wording.in_full(one, language) for one in (dates.closes, dates.results))
    if window == "open":
        return None
    said = wording.CLOSED if day < dates.results else wording.CLOSED_WITH_RESULTS
    return said[language].format(day=closes, results=results)


@lru_cache(maxsize=2)
def window_sentences(language: Language) -> frozenset[str]:
    """Every sentence that tells the state of the window, whatever the day."""
    dates = the_call().dates
    days = (dates.opens - timedelta(1), dates.closes + timedelta(1), dates.results)
    return frozenset(filter(None, (window_sentence(language, day) for day in days)))


def _gaps(reply: Reply) -> Iterator[str]:
    """The stretches of the text between its claims, which stand in their order, each before its markers."""
    position = 0
    for claim in reply.claims:
        said = f"{claim.text} {''.join(f'[{number}]' for number in claim.citations)}"
        start = reply.text.find(said, position)
        if start >= 0:
            yield reply.text[position:start]
            position = start + len(said)
    yield reply.text[position:]


def _read(text: str, language: Language, frames: list[Frame], strays: list[str]) -> None:
    pattern, names = _pattern(language)
    position = 0
    while position < len(text):
        match = pattern.match(text, position)
        if match:
            number = int((match.lastgroup or "f0")[1:])
            slots = {k.rpartition("_")[0]: v for k, v in match.groupdict().items() if v is not None and "_" in k}
            frames.append(Frame(names[number], slots))
        else:
            match = _SENTENCE.match(text, position)
            if match is None:
                break
            strays.append(match[0].strip())
        position = match.end()
        after = _TRAILING_MARKERS.match(text, position)
        position = after.end() if after else position


@lru_cache(maxsize=2)
def _pattern(language: Language) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """What finds a frame at a place of a flattened text, and the names of the frames by their number there."""
    # The longest first: a frame may begin as another does.
    templates = sorted(_templates(language), key=lambda item: -len(item[1]))
    parts = []
    for number, (_, words) in enumerate(templates):
        pieces = re.split(r"\{(\w+)\}", _flat(words.replace("{NB}", "\u00a0")))
        body = "".join(
            re.escape(piece) if place % 2 == 0 else f"(?P<{piece}_{number}>{_SLOTS[piece]})"
            for place, piece in enumerate(pieces)
        )
        parts.append(f"(?P<f{number}>{body}(?=\\s|$|\\[))")
    return re.compile("|".join(parts)), tuple(name for name, _ in templates)


@lru_cache(maxsize=2)
def _templates(language: Language) -> tuple[tuple[str, str], ...]:
    """(name, words with slots) of every frame in `language`."""
    found: list[tuple[str, str]] = []
    for module in (wording, explain):
        for name, value in vars(module).items():
            if name.isupper() and isinstance(value, dict):
                found += _within(name.strip("_"), value, language)
    call = the_call()
    asked = [(f"question.{field.id}", field.question[language]) for field in call.fields]
    return (
        *((name, words) for name, words in found if name not in _CLAIMED),
        *asked,
        ("contact", call.contact[language]),
    )


def _within(name: str, value: Mapping[Any, Any], language: Language) -> Iterator[tuple[str, str]]:
    if value.keys() == {"fr", "en"}:
        if isinstance(value[language], str):
            yield name, value[language]
        return
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _within(f"{name}.{key}", inner, language)


def _flat(text: str) -> str:
    return " ".join(text.split())
