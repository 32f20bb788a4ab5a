"""The questions that one message asks: « c’était quand, et qui a gagné ? »."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.lead import Leads
from corpus.index import Section

_QUESTION_WORDS = (
    r"combien|quand|qui|que|quoi|comment|pourquoi|où|(?:le|la)?quel(?:le)?s?|how|when|who|whose|what|which|where|why"
)
_BEFORE = r"(?:à |pour |par |de |avec |depuis |for |by |with |from |to |in )?"
_BREAK = re.compile(
    rf"(?<=\?)\s+(?=\S.*\?)|,?\s+(?:et|and)\s+(?={_BEFORE}(?:{_QUESTION_WORDS})\b)|"
    rf",?\s+(?:et|and)\s+(?=(?:il|elle|ils|elles|on|ça|c['’]est|it|they)\s[^?.!]{{0,30}}?\b(?:{_QUESTION_WORDS})\b)|(?:,?\s(?:et|and))?\s+\d\s?\)\s+",
    re.IGNORECASE | re.DOTALL,
)
_ANNOUNCED = re.compile(
    r"^(?:(?:bonjour|bonsoir|salut|hello|hi|hey)\b[\s,.!]*)?(?:j['’]ai |j['’]aurais |i have |i['’]ve |juste |just )?"
    r"(?:2|3|deux|trois|two|three) (?:petites? |quick |short )?questions?\b[^:?.,]{0,25}[:,.]\s*(?=\S)",
    re.IGNORECASE,
)
_ASKS = re.compile(rf"\?|\b(?:{_QUESTION_WORDS})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """What answers one of the questions of a message: a section, and which of its sentences are read first."""

    section: Section
    leads: Leads


def unannounced(text: str) -> str:
    """`text` without the words that only announce questions: « bonjour, 2 questions vite fait : … »."""
    return _ANNOUNCED.sub("", text, count=1) or text


def questions_in(text: str) -> Sequence[str]:
    """The questions of `text`, as they are written, with a question mark where another question follows; what tells something before or after them
    belongs to the nearest."""
    parts: list[str] = []
    for part in filter(str.strip, _BREAK.split(text)):
        if parts and not _ASKS.search(parts[-1]):
            parts[-1] = f"{parts[-1]} {part}".strip()
        else:
            parts.append(part.strip())
    if len(parts) > 1 and not _ASKS.search(parts[-1]):
        parts[-2:] = [f"{parts[-2]} {parts[-1]}"]
    return [*(part if part.endswith("?") else f"{part} ?" for part in parts[:-1]), *parts[-1:]]
