"""A document laid out for reading: its blocks in parts, the passage and the quote marked by their exact places. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal
from urllib.parse import quote as quoted
from urllib.parse import urlencode

from corpus.library import Block
from corpus.passages import Language, Passage

PART = 14_000
"""A part ends at the first heading past this many characters, and at any block past twice as many."""
MOST_CONTENTS = 300
"""Lines of a table of contents: the lower headings are left out when there are more."""
ADDRESS: dict[Language, str] = {"fr": "/document", "en": "/en/document"}
_SIGN = re.compile(r"^(?:[‘“\"«(]?\s?\(?(?:[a-z]{1,4}|[IVX]{1,5}|\d{1,3})[.)°]|[—–•-]\s)", re.IGNORECASE)
_OPEN = re.compile(
    r"licence ouverte|open licen[cs]e|\bCC0\b|\bCC[ -]BY(?![ -]NC)|réemploi autorisé|reuse (?:is )?allowed|domaine public|public domain",
    re.IGNORECASE,
)
_UNSURE = re.compile(r"à confirmer|to be confirmed|non vérifié|unknown|inconnu", re.IGNORECASE)

Mark = Literal["", "passage", "quote"]
Span = tuple[int, int]


@dataclass(frozen=True)
class Piece:
    """A stretch of text with its mark; `opens` and `closes` when the quote begins or ends there."""

    text: str
    mark: Mark = ""
    opens: bool = False
    closes: bool = False


@dataclass(frozen=True)
class Line:
    """A block as it is shown: one run of pieces, or one a cell for a row of a table. `rank` is that of a heading, 0 the highest."""

    kind: str
    cells: tuple[tuple[Piece, ...], ...]
    level: int = 0
    rank: int = 0
    id: str = ""
    has_sign: bool = False


@dataclass(frozen=True)
class Group:
    """Lines of one kind that follow each other: `heading`, `paragraph`, `list`, `table`."""

    kind: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Section:
    """Groups that are in the cited passage, or are not. `passage` when what they say rests on references of its own."""

    cited: bool
    groups: tuple[Group, ...]
    passage: Passage | None = None


@dataclass(frozen=True)
class Entry:
    """A line of the table of contents."""

    text: str
    rank: int
    id: str
    part: int
    page: int | None


def is_restated(passage: Passage) -> bool:
    """True for a section of ours; a passage of a document by others is named after its document."""
    return not passage.id.startswith(f"{passage.source_id}/")


def key_of(passage: Passage) -> str:
    """What names a passage inside its document: it stays the same as long as its place and its words do."""
    return passage.section_id if is_restated(passage) else passage.id.removeprefix(f"{passage.source_id}/")


def link_to(passage: Passage, words: str, language: Language, page: int | None = None) -> str:
    """The address of a passage, with the quoted words in it."""
    query = {"passage": key_of(passage)}
    start = passage.text.find(words) if words else -1
    if start >= 0:
        query["quote"] = f"{start}-{start + len(words)}.{mark_of(words)}"
    if page is not None:
        query["page"] = str(page)
    return f"{ADDRESS[language]}/{quoted(passage.source_id)}?{urlencode(query)}#passage"


def mark_of(words: str) -> str:
    """A few letters that tell whether words are still the same."""
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def find_quote(text: str, written: str) -> Span | None:
    """Where the quoted words that an address names stand in the passage now, even if they moved; None when they are gone."""
    named = re.fullmatch(r"(\d{1,5})-(\d{1,5})\.([0-9a-f]{8})", written)
    if not named:
        return None
    start, end = int(named[1]), int(named[2])
    length = end - start
    if not 0 < length <= len(text):
        return None
    nearest = sorted(range(len(text) - length + 1), key=lambda at: abs(at - start))
    return next(((at, at + length) for at in nearest if mark_of(text[at : at + length]) == named[3]), None)


def may_be_downloaded(licence: str) -> bool:
    """True when the licence, as far as it is known, lets anyone pass the file on as it is."""
    return bool(_OPEN.search(licence)) and not _UNSURE.search(licence)


def blocks_of(passages: Sequence[Passage]) -> list[tuple[Block, Passage]]:
    """The document as its passages give it, in order, under their headings; for a restatement that is all of it."""
    found: list[tuple[Block, Passage]] = []
    path: tuple[str, ...] = ()
    for passage in passages:
        names = passage.heading_path[1:]
        shared = next(
            (n for n, (a, b) in enumerate(zip(path, names, strict=False)) if a != b), min(len(path), len(names))
        )
        for depth, name in enumerate(names[shared:], start=shared + 1):
            found.append((Block("heading", name, passage.start, passage.start, depth), passage))
        path = names
        for line in re.finditer(r"[^\n]+", passage.text):
            if line[0].strip():
                start = passage.start + line.start()
                found.append((Block("paragraph", line[0], start, start + len(line[0]), page=passage.page), passage))
    return found


def parts_of(blocks: Sequence[Block]) -> list[Span]:
    """The document cut into parts that a page shows one at a time: ranges of blocks, never empty but for an empty document."""
    starts, size = [0], 0
    for number, block in enumerate(blocks):
        # A heading goes with what it heads.
        follows_heading = number > 0 and blocks[number - 1].kind == "heading"
        if not follows_heading and size > (PART if block.kind == "heading" else 2 * PART):
            starts.append(number)
            size = 0
        size += len(block.text)
    return list(pairwise([*starts, len(blocks)]))


def part_with(blocks: Sequence[Block], parts: Sequence[Span], place: int) -> int:
    """The number of the part that holds the character `place`."""
    return next((n for n, (first, end) in enumerate(parts) if any(b.end > place for b in blocks[first:end])), 0)


def ranks_of(blocks: Sequence[Block]) -> dict[int, int]:
    """The levels of headings that the document uses, as ranks without a gap."""
    return {level: rank for rank, level in enumerate(sorted({b.level for b in blocks if b.kind == "heading"}))}


def contents_of(blocks: Sequence[Block], parts: Sequence[Span]) -> list[Entry]:
    """The headings, the lowest ones left out until the list can be read."""
    ranks = ranks_of(blocks)
    headings = [
        Entry(block.text, ranks[block.level], f"h{number}", part, block.page)
        for part, (first, end) in enumerate(parts)
        for number, block in enumerate(blocks[first:end], start=first)
        if block.kind == "heading"
    ]
    deepest = max(ranks.values(), default=0)
    while deepest and sum(entry.rank <= deepest for entry in headings) > MOST_CONTENTS:
        deepest -= 1
    return [entry for entry in headings if entry.rank <= deepest][:MOST_CONTENTS]


def sections_of(
    blocks: Sequence[Block],
    shown: Span,
    passage: Span | None = None,
    quote: Span | None = None,
    owners: Mapping[int, Passage] | None = None,
) -> list[Section]:
    """The blocks of a range as sections: one ends where the cited passage begins or ends, and where another section of ours does (`owners`)."""
    ranks = ranks_of(blocks)
    deepest = -1

    def place_of(number: int) -> tuple[bool, Passage | None]:
        owner = (owners or {}).get(number)
        whole = owner or blocks[number]
        return passage is not None and whole.start < passage[1] and whole.end > passage[0], owner

    sections = []
    for (cited, owner), numbers in groupby(range(*shown), place_of):
        lines = []
        for number in numbers:
            if blocks[number].kind == "heading":
                deepest = min(ranks[blocks[number].level], deepest + 1)
            lines.append(_line(blocks[number], number, max(deepest, 0), passage, quote))
        sections.append(Section(cited, _groups(lines), owner))
    return sections


def _line(block: Block, number: int, rank: int, passage: Span | None, quote: Span | None) -> Line:
    cells = [block]
    if block.kind in ("row", "header"):
        cells, start = [], block.start
        for text in block.text.split(" | "):
            cells.append(Block(block.kind, text, start, start + len(text)))
            start += len(text) + 3
    return Line(
        block.kind,
        tuple(pieces_of(cell, passage, quote) for cell in cells),
        block.level,
        rank,
        f"h{number}" if block.kind == "heading" else "",
        bool(_SIGN.match(block.text)),
    )


def pieces_of(block: Block, passage: Span | None, quote: Span | None) -> tuple[Piece, ...]:
    """The text of a block cut where the passage and the quote begin and end."""
    if block.end - block.start != len(block.text):
        return (Piece(block.text),)
    spans = [span for span in (passage, quote) if span]
    inside = {place for span in spans for place in span if block.start < place < block.end}
    pieces = []
    for start, end in pairwise(sorted({block.start, block.end, *inside})):
        in_quote = quote is not None and quote[0] <= start and end <= quote[1]
        in_passage = passage is not None and passage[0] <= start and end <= passage[1]
        pieces.append(
            Piece(
                block.text[start - block.start : end - block.start],
                "quote" if in_quote else "passage" if in_passage else "",
                opens=in_quote and quote is not None and start == quote[0],
                closes=in_quote and quote is not None and end == quote[1],
            )
        )
    return tuple(pieces)


_FAMILY = {"heading": "heading", "item": "list", "row": "table", "header": "table"}


def _groups(lines: Sequence[Line]) -> tuple[Group, ...]:
    groups: list[tuple[str, list[Line]]] = []
    for line in lines:
        family = _FAMILY.get(line.kind, "paragraph")
        if groups and groups[-1][0] == family and family in ("list", "table"):
            groups[-1][1].append(line)
        else:
            groups.append((family, [line]))
    # Rows whose cells do not line up would put words under the wrong header: they are shown one under the other.
    return tuple(
        Group("list" if kind == "table" and len({len(line.cells) for line in found}) > 1 else kind, tuple(found))
        for kind, found in groups
    )
