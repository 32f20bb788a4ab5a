"""Which documents say the same: exactly, or nearly. Pure."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_RUN = 8
"""Words in a row that are compared."""
_ONE_IN = 4
_LIKE = 0.8
_INSIDE = 0.9
_LEAST = 12


@dataclass(frozen=True)
class Likeness:
    """Two documents, and the share of their runs of words that they have in common (of the shorter one's, when it is `inside` the other)."""

    one: str
    other: str
    share: float
    inside: bool


def words_digest(text: str) -> str:
    """The same for two texts that differ by spaces, case and punctuation only."""
    return hashlib.sha256(" ".join(re.findall(r"\w+", text.casefold())).encode()).hexdigest()


def near_duplicates(texts: Mapping[str, str]) -> list[Likeness]:
    """The pairs of documents that share most of their words in the same order, the most alike first."""
    runs = {name: _runs(re.findall(r"\w+", text.casefold())) for name, text in texts.items()}
    names = sorted(name for name, found in runs.items() if len(found) >= _LEAST)
    found = []
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            shared = len(runs[one] & runs[other])
            if not shared:
                continue
            alike = shared / len(runs[one] | runs[other])
            inside = shared / min(len(runs[one]), len(runs[other]))
            if alike >= _LIKE:
                found.append(Likeness(one, other, alike, False))
            elif inside >= _INSIDE:
                shorter, longer = sorted((one, other), key=lambda name: len(runs[name]))
                found.append(Likeness(shorter, longer, inside, True))
    return sorted(found, key=lambda likeness: (-likeness.share, likeness.one, likeness.other))


def _runs(words: Sequence[str]) -> set[int]:
    hashes = (zlib.crc32(" ".join(words[n : n + _RUN]).encode()) for n in range(len(words) - _RUN + 1))
    every = set(hashes)
    sample = {value for value in every if value % _ONE_IN == 0}
    return sample if len(sample) >= _LEAST else every
