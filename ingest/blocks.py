"""What every format is read into: one clean text, and the blocks that it is made of, with their place in it.

Plain values and pure functions; nothing heavy is imported, because this runs in the small process that reads each file.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal["heading", "paragraph", "item", "row", "header"]

READER = 5
"""Raised when a file would be read otherwise than before, so that nothing read earlier is reused."""


class Unreadable(Exception):
    """The file cannot be used. Its message is the reason, in plain words."""


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph, an item of a list, a row of a table (`header`: its first one). `text` is `extracted.text[start:end]`.

    `level` is that of a heading (1 the highest) or the depth of an item (1 the outermost). `page` counts from 1, `page_label` is what the
    page is called; `anchor` is the id that leads to the place in the file itself.
    """

    kind: Kind
    text: str
    start: int
    end: int
    level: int = 0
    anchor: str = ""
    page: int | None = None
    page_label: str = ""


@dataclass(frozen=True)
class Extracted:
    """A file that was read. `proposed` is what the file says of itself or lets guess (title, language, date) and where that was seen:
    to be confirmed by a person. `flags` is what was cleaned away or looks like an attack; `notes` is what was not read, or badly."""

    kind: str
    text: str
    blocks: tuple[Block, ...]
    proposed: dict[str, dict[str, str]]
    pages: int = 0
    pages_without_text: int = 0
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def to_json(extracted: Extracted) -> dict[str, Any]:
    """`extracted` as JSON values; a block does not repeat its text."""
    value = asdict(extracted)
    for block in value["blocks"]:
        del block["text"]
    return value


def from_json(value: dict[str, Any]) -> Extracted:
    """The inverse of `to_json`."""
    text = value["text"]
    blocks = tuple(Block(text=text[block["start"] : block["end"]], **block) for block in value["blocks"])
    return Extracted(**{**value, "blocks": blocks, "flags": tuple(value["flags"]), "notes": tuple(value["notes"])})


@dataclass
class Builder:
    """Gathers blocks into one clean text. The only value here that changes."""

    kind: str
    limit: int = 2_000_000
    proposed: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    pages: int = 0
    pages_without_text: int = 0
    _parts: list[str] = field(default_factory=list)
    _blocks: list[Block] = field(default_factory=list)
    _length: int = 0
    _flags: Counter[str] = field(default_factory=Counter)

    def add(
        self,
        kind: Kind,
        text: str,
        *,
        level: int = 0,
        anchor: str = "",
        page: int | None = None,
        page_label: str = "",
    ) -> None:
        """Add a block; an empty text adds nothing."""
        text = self.clean(text)
        if not text:
            return
        close = self._blocks and kind in ("item", "row") and self._blocks[-1].kind in ("item", "row", "header")
        gap = ("\n" if close else "\n\n") if self._blocks else ""
        start = self._length + len(gap)
        self._length = start + len(text)
        if self._length > self.limit:
            raise Unreadable(f"it holds more than {self.limit:,} characters of text. Split it into several files.")
        self._parts += [gap, text]
        label = self.clean(page_label)[:20]
        self._blocks.append(Block(kind, text, start, self._length, level, clean_anchor(anchor), page, label))

    def clean(self, text: str) -> str:
        """`text` on one line, without what a reader does not see; what was taken away is counted."""
        clean, found = neutralise(text)
        self._flags.update(found)
        return " ".join(clean.split())

    def propose(self, name: str, value: str, seen: str) -> None:
        """Propose a title, a language or a date, unless one was before."""
        value = self.clean(value)[:300]
        if value and name not in self.proposed and not speaks_to_a_model(value):
            self.proposed[name] = {"value": value, "seen": seen}

    def built(self) -> Extracted:
        """What was read."""
        text = "".join(self._parts)
        flags = [f"{reason} ({count})" for reason, count in sorted(self._flags.items())]
        flags += suspicious(text)
        return Extracted(
            self.kind,
            text,
            tuple(self._blocks),
            self.proposed,
            self.pages,
            self.pages_without_text,
            tuple(flags),
            tuple(self.notes),
        )


_LIGATURES = str.maketrans(
    {
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        "ﬅ": "ft",
        "ﬆ": "st",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2007": " ",
        "\u2028": " ",
        "\u2029": " ",
    }
)
_EXPECTED = "\n\t\r\f\v\u00ad\ufeff\u200b\ufe0f\ufe0e"
"""Removed without a word: ordinary documents are full of them."""
_UNSEEN = frozenset(
    "\u200c\u200d\u200e\u200f\u2060\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
) | {chr(code) for code in range(0xFE00, 0xFE0E)}
"""Letters and marks of no width, besides those that Unicode calls formats: a text can be hidden in them."""


def neutralise(text: str) -> tuple[str, Counter[str]]:
    """`text` without invisible and control characters, and how many of each kind were taken away."""
    found: Counter[str] = Counter()
    if text.isascii() and text.isprintable():
        return text, found
    kept = []
    for char in unicodedata.normalize("NFC", text).translate(_LIGATURES):
        code = ord(char)
        if char in _EXPECTED:
            if char in "\n\t\r\f\v":
                kept.append(" ")
            continue
        category = unicodedata.category(char)
        if 0xE0000 <= code <= 0xE0FFF:
            found["invisible tag characters removed"] += 1
        elif char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
            found["characters that reverse the text removed"] += 1
        elif char in _UNSEEN or category == "Cf":
            found["zero-width characters removed"] += 1
        elif category == "Cc":
            found["control characters removed"] += 1
        elif category in ("Cs", "Cn"):
            found["characters that do not exist replaced"] += 1
            kept.append("\ufffd")
        elif category == "Co":
            # Symbol fonts put their bullets there.
            kept.append("•" if code in (0xF0B7, 0xF0A7, 0xF0D8) else "\ufffd")
            found["private characters replaced"] += code not in (0xF0B7, 0xF0A7, 0xF0D8)
        else:
            kept.append(char)
    return "".join(kept), +found


_SUSPICIOUS = {
    "looks like an instruction to a language model": re.compile(
        r"(ignore|disregard|forget)\s+(all\s+|any\s+)?(of\s+)?(the\s+|your\s+)?(previous|prior|above|earlier)\s+\w*\s*(instructions?|prompts?|rules)"
        r"|(ignore[rz]?|oublie[rz]?)\s+(toutes?\s+)?(les\s+|vos\s+|tes\s+)?(instructions?|consignes|règles)\s+(précédentes?|antérieures?|ci-dessus)"
        r"|(you are now|tu es désormais|vous êtes désormais)\s+(an?|une?)\s+\w*\s*(assistant|ai|ia|model)",
        re.IGNORECASE,
    ),
    "holds markup that imitates a prompt": re.compile(
        r"</?\s*(context|system|assistant|instructions?|passages?|sources?|question)\s*>|<\|[a-z_]+\|>|\[/?INST\]",
        re.IGNORECASE,
    ),
}
_LETTERS = re.compile(r"[^\W\d_]{3,}")


def speaks_to_a_model(text: str) -> bool:
    """True when `text` speaks to a language model rather than to a reader."""
    return any(pattern.search(text) for pattern in _SUSPICIOUS.values())


def suspicious(text: str) -> list[str]:
    """What in `text` looks like an attack on whoever reads it: said, and kept in the text of the document, which stays what was written.
    What speaks to a model is in no passage (`split.py`)."""
    found = [reason for reason, pattern in _SUSPICIOUS.items() if pattern.search(text)]
    mixed = 0
    if not text.isascii():
        for word in _LETTERS.findall(text):
            if not word.isascii():
                scripts = {unicodedata.name(char, "").split(" ")[0] for char in word}
                mixed += "LATIN" in scripts and bool(scripts & {"CYRILLIC", "GREEK"})
    if mixed:
        found.append(f"words that mix alphabets ({mixed})")
    return found


def clean_anchor(anchor: str) -> str:
    """An id that can stand after '#' in an address; empty when it cannot."""
    return anchor if re.fullmatch(r"[\w.:%~()\-]{1,200}", anchor) else ""


# The structure of legal texts, whatever the format they come in.
_NUMBER = r"(?:[LRDA]\.?\s?\*?\s?)?\d{1,4}(?:er\b|[a-z]{1,2}\b)?(?:-\d{1,3})*(?:\s(?:bis|ter|quater|quinquies)\b)?(?:\s[A-Z]\b)?|premier|unique|1er"
ARTICLE = re.compile(rf"^(?:Article|ARTICLE|Art\.)\s+(?P<number>{_NUMBER})(?P<rest>\s*(?:[:.–—(-].{{0,250}})?)$")
ANNEX = re.compile(r"^(?:ANNEXE?|Annexe?)(?:\s+(?P<number>[IVXLC]+|\d{1,2}|[A-Z]))?(?P<rest>\s*(?:[:.–—(-].{0,600})?)$")
DIVISION = re.compile(
    r"^(?:(?P<one>LIVRE|Livre|PARTIE|Partie|PART|Part)|(?P<two>TITRE|Titre|TITLE|Title)|(?P<three>CHAPITRE|Chapitre|CHAPTER|Chapter)"
    r"|(?P<four>SECTION|Section)|(?P<five>SOUS-SECTION|Sous-section))\s+(?:[IVXLC]+|\d+|[A-Z]|premier|PREMIER|Ier|unique)\b.{0,250}$"
)
ARTICLE_LEVEL = 5
BULLET = re.compile(r"^(?:[•●○▪■◦‣∙*·➢➤►✓✔❖]|[–—-](?=\s))\s*")
MARK = re.compile(
    r"^[‘“\"«]?\s?(?:\((?P<bracketed>[a-z]{1,3}|\d{1,3}[a-z]?)\)|(?P<letter>[a-z]{1,2})\)|(?P<degree>\d{1,3})°(?:\s?bis|\s?ter)?|(?P<number>\d{1,3})[.)](?!\d))\s+"
)


def legal_heading(text: str) -> int:
    """The level of `text` when it stands alone as the head of an article, an annex or a division of a legal text; 0 otherwise."""
    if len(text) > 700:
        return 0
    if ARTICLE.match(text):
        return ARTICLE_LEVEL
    if ANNEX.match(text):
        return 1
    division = DIVISION.match(text)
    if division and not text.rstrip().endswith((".", ";", ",")) and len(text) < 200:
        return {"one": 1, "two": 1, "three": 2, "four": 3, "five": 4}[str(division.lastgroup)]
    return 0


_FRENCH = frozenset(
    "le la les des du une est que qui dans pour par sur au aux avec ce cette ces sont ou il elle être vous nous leur pas plus".split()
)
_ENGLISH = frozenset(
    "the of and to in is that for with be are shall by this which or it was on not from have has you they their".split()
)


def language_of(text: str) -> str:
    """`fr` or `en` by a vote of small words; empty when neither leads clearly."""
    words = re.findall(r"[a-zà-ÿœ]+", text[:40_000].lower())
    french, english = sum(w in _FRENCH for w in words), sum(w in _ENGLISH for w in words)
    best, other = max(french, english), min(french, english)
    if best < 4 or best < 0.08 * len(words) or best < 2 * other:
        return ""
    return "fr" if french > english else "en"
