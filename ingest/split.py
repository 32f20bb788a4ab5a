"""Blocks to Passages, along the structure of the document. Pure.

A passage never spans two articles, two numbered paragraphs of an article, or two headings. A list stays with its lead-in while it is
short enough to quote; the items of a longer one are passages that carry the lead-in beside them (`context`). Rows of a table carry its header.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from corpus.passages import Confidence, Language, Passage, Reference
from corpus.sentences import sentence_spans
from ingest.blocks import ANNEX, ARTICLE, MARK, Block, Extracted, language_of, legal_heading, speaks_to_a_model
from ingest.markdown import slug
from ingest.plain import plain_blocks

MOST_WORDS = 220
"""No passage is longer."""
WHOLE = 160
"""A numbered paragraph of an article with its points is one passage up to this length."""
TARGET = 130
"""Where a longer run of text is cut, pieces of about this length are sought."""
LEAST = 60
"""A shorter piece is joined to its neighbour in the same section when both fit in one passage."""
OWN_PASSAGE = 25
"""A point of a long list of an article that has as many words stands alone."""
_MOST_CHARACTERS = 2_000


@dataclass(frozen=True)
class Origin:
    """What the passages of a document share."""

    source_id: str
    file: str
    title: str
    language: Language
    official: bool
    reference: Reference
    confidence: Confidence = "high"


@dataclass(frozen=True)
class Place:
    """Where a block is in the structure: article, annex or recital, numbered paragraph, points."""

    unit: str = ""
    paragraph: str = ""
    points: tuple[str, ...] = ()

    def within(self) -> str:
        """As it is cited: `art. 35 §3 b)`."""
        parts = [self.unit]
        if self.paragraph and self.unit.startswith("annex"):
            parts = [f"{self.unit},", self.paragraph]
        elif self.paragraph:
            parts.append(f"§{self.paragraph}" if self.paragraph[0].isdigit() else self.paragraph)
        return " ".join([*parts, *self.points])


@dataclass
class _Group:
    """The blocks between two cuts that no passage may cross."""

    path: tuple[str, ...]
    anchor: str
    is_legal: bool
    blocks: list[tuple[Block, Place]] = field(default_factory=list)


@dataclass(frozen=True)
class _Piece:
    start: int
    end: int
    blocks: tuple[tuple[Block, Place], ...]
    context: str


def split(read: Extracted, origin: Origin) -> tuple[Passage, ...]:
    """The passages of a document, in reading order, with ids that depend on nothing but their place and words.

    What speaks to a language model is in none of them, so it is never quoted nor given to one; the document itself shows it.
    """
    passages: list[Passage] = []
    seen: Counter[str] = Counter()
    is_sound = not speaks_to_a_model(read.text)
    for group in _groups(read, origin):
        for piece in _pieces(group, read.text):
            for part in (piece,) if is_sound else _sound_parts(piece, read.text):
                passages.append(_passage(part, group, read, origin, seen))
    return tuple(passages)


def _sound_parts(piece: _Piece, text: str) -> Iterator[_Piece]:
    """`piece` without the sentences that speak to a language model, nor what follows them in their block: it is what they ask for."""
    context = "" if speaks_to_a_model(piece.context) else piece.context
    runs: list[list[tuple[int, int, tuple[Block, Place]]]] = [[]]
    for one in piece.blocks:
        left, right = max(one[0].start, piece.start), min(one[0].end, piece.end)
        end = left + _sound_length(text[left:right])
        if end > left:
            runs[-1].append((left, end, one))
        if end < right:
            runs.append([])
    for run in filter(None, runs):
        # Blocks that are sound alone, and not together, are not put together.
        together = [run] if not speaks_to_a_model(text[run[0][0] : run[-1][1]]) else [[part] for part in run]
        for parts in together:
            yield _Piece(parts[0][0], parts[-1][1], tuple(one for _, _, one in parts), context)


def _sound_length(text: str) -> int:
    """How much of `text` comes before the first sentence that speaks to a language model."""
    if not speaks_to_a_model(text):
        return len(text)
    end = 0
    for left, right in sentence_spans(text):
        if speaks_to_a_model(text[:right]):
            return end
        end = max(right, left)
    return 0


def split_plain(doc_id: str, title: str, text: str, *, language: Language | None = None) -> tuple[Passage, ...]:
    """The passages of a text without a file, such as an entry of a collection {id, title, text}: slices of it, as it stands.

    Never none: an empty text is one passage.
    """
    blocks = tuple(
        Block(kind, text[lines[0][0] : lines[-1][1]], lines[0][0], lines[-1][1], level)
        for kind, level, lines in plain_blocks(text)
    )
    read = Extracted("text", text, blocks, {})
    spoken = language or ("en" if language_of(f"{title} {text}") == "en" else "fr")
    reference = Reference(title, "", "", "")
    origin = Origin(doc_id, doc_id, title, spoken, True, reference)
    passages = split(read, origin) or split(_of_headings(read), origin)
    if not passages:
        passages = (_bare(origin, text),)
    # In a collection the document is what is found: passages are counted, so that an id is short and never clashes.
    return tuple(
        replace(
            passage,
            id=f"{doc_id}#{number}",
            section_id=f"{doc_id}#{number}",
            title=_collection_title(title, passage),
        )
        for number, passage in enumerate(passages)
    )


def _collection_title(title: str, passage: Passage) -> str:
    return passage.title if len(passage.heading_path) > 1 else title or passage.title


def _of_headings(read: Extracted) -> Extracted:
    """A text that holds nothing but headings is text."""
    blocks = tuple(Block("paragraph", b.text, b.start, b.end) for b in read.blocks)
    return Extracted(read.kind, read.text, blocks, read.proposed)


def _bare(origin: Origin, text: str) -> Passage:
    return Passage(
        id="", section_id="", source_id=origin.source_id, file=origin.file, title=origin.title, heading_path=(origin.title,), locator=origin.title,
        text=text, start=0, end=len(text), language=origin.language, official=origin.official, confidence=origin.confidence, references=(origin.reference,),
    )  # fmt: skip


# Walking the blocks


_RECITALS = re.compile(r"^(?:whereas|considérant ce qui suit)\s*:?$", re.IGNORECASE)
_RECITALS_END = re.compile(r"^(?:HAVE ADOPTED|HAS ADOPTED|ONT ADOPTÉ|A ADOPTÉ|ONT ARRÊTÉ)\b")
_PARAGRAPH = re.compile(
    r"^(?:(?P<arabic>\d{1,3}[a-z]?)\.|(?P<roman>[IVX]{1,6}(?:\s(?:bis|ter|quater))?)\s?(?:\.|\s[–—-]|[–—-]))\s+\S"
)
_SHEET = re.compile(r"^(?P<kind>fiche|sheet|étape|step)\s*(?:n\s?[°ºo]\s?)?(?P<number>\d{1,3})\b", re.IGNORECASE)


def _groups(read: Extracted, origin: Origin) -> Iterator[_Group]:
    french = origin.language == "fr"
    is_act = sum(b.kind == "heading" and bool(ARTICLE.match(b.text)) for b in read.blocks) >= 2
    path: list[tuple[int, str, str]] = []
    unit, unit_level, paragraph, points = "", 0, "", list[tuple[int, str]]()
    in_recitals = False
    group: _Group | None = None
    key: object = None
    after_lead = False
    headings = 0
    for block in _with_spoken_headings(read.blocks):
        text = block.text
        if block.kind == "heading":
            headings += 1
            while path and path[-1][0] >= block.level:
                path.pop()
            path.append((block.level, text, block.anchor))
            article, annex = ARTICLE.match(text), ANNEX.match(text)
            if article:
                unit, unit_level, in_recitals = f"art. {_article_number(article['number'])}", block.level, False
            elif annex and (is_act or annex["number"]):
                unit, unit_level, in_recitals = (
                    f"{'annexe' if french else 'annex'} {annex['number'] or ''}".strip(),
                    block.level,
                    False,
                )
            elif block.level <= unit_level:
                unit, unit_level = "", 0
            elif unit and unit_level < 99:
                # A heading inside an article: `2° Missions` is a point that holds what follows.
                mark = MARK.match(f"{text} ")
                points = [(0, _sign(mark, french))] if mark else []
                continue
            paragraph, points, after_lead = "", [], False
            continue
        if is_act and not unit and _RECITALS.match(text):
            in_recitals = True
        elif _RECITALS_END.match(text):
            in_recitals = False
        recital = re.match(r"^\((\d{1,3})\)\s", text) if in_recitals else None
        if recital:
            unit, unit_level, paragraph, points = f"{'considérant' if french else 'recital'} {recital[1]}", 99, "", []
        elif not in_recitals and unit_level == 99:
            unit, unit_level = "", 0
        if unit and not recital and unit_level != 99:
            paragraph, points = _numbering(block, paragraph, points, after_lead, french)
            after_lead = text.rstrip().endswith(":") or (
                after_lead and bool(points) and (block.kind == "item" or bool(MARK.match(text)))
            )
        place = Place(unit, paragraph, tuple(mark for _, mark in points))
        new_key = (headings, unit, paragraph)
        if group is None or new_key != key:
            if group and group.blocks:
                yield group
            names = tuple(name for _, name, _ in path)
            group = _Group(names, path[-1][2] if path else "", bool(unit))
            key = new_key
        group.blocks.append((block, place))
    if group and group.blocks:
        yield group


def _article_number(number: str) -> str:
    return {"premier": "1er"}.get(number, " ".join(number.split()))


def _with_spoken_headings(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, where a sentence that was laid out as a heading and heads nothing is a paragraph: it would be lost."""
    for number, block in enumerate(blocks):
        following = blocks[number + 1] if number + 1 < len(blocks) else None
        heads_nothing = following is None or (following.kind == "heading" and following.level <= block.level)
        if block.kind == "heading" and heads_nothing and len(block.text.split()) >= 8 and not legal_heading(block.text):
            yield Block("paragraph", block.text, block.start, block.end, 0, block.anchor, block.page, block.page_label)
        else:
            yield block


def _sign(mark: re.Match[str], french: bool) -> str:
    if mark["degree"] or (mark["number"] and french):
        return f"{mark['degree'] or mark['number']}°"
    return f"{mark['bracketed'] or mark['letter'] or mark['number']})"


def _numbering(
    block: Block, paragraph: str, points: list[tuple[int, str]], after_lead: bool, french: bool
) -> tuple[str, list[tuple[int, str]]]:
    """The numbered paragraph and the points that `block` belongs to, from those before."""
    outer = [one for one in points if one[0] == 0]
    if (block.kind == "paragraph" and block.level == 0) or (block.kind == "item" and block.level <= 1):
        numbered = _PARAGRAPH.match(block.text)
        # `1.` after a lead-in is the first point of a list, not a paragraph of the article.
        if numbered and (numbered["roman"] or not after_lead or paragraph[:1].isdigit()):
            number = numbered["roman"] or numbered["arabic"]
            if _follows(paragraph, number) and not (
                numbered["arabic"] and after_lead and paragraph and not _follows_next(paragraph, number)
            ):
                return number, outer
    mark = MARK.match(block.text)
    if mark and (block.kind == "item" or mark["degree"] or mark["bracketed"] or mark["letter"] or after_lead):
        depth = block.level if block.kind == "item" and block.level else 1
        # Formats that do not nest their lists: a) comes under 1°.
        is_letter = bool(mark["letter"] or (mark["bracketed"] and not mark["bracketed"][0].isdigit()))
        first = next((sign for level, sign in points if level == 1), "")
        if depth <= 1 and is_letter and first.endswith("°"):
            depth = 2
        return paragraph, [*(one for one in points if one[0] < depth), (depth, _sign(mark, french))]
    if block.kind == "item":
        return paragraph, [one for one in points if one[0] < block.level]
    if block.kind == "paragraph" and block.level:
        return paragraph, [one for one in points if one[0] <= block.level]
    return paragraph, outer


def _follows_next(before: str, number: str) -> bool:
    return before[0].isdigit() and int(re.sub(r"\D", "", number)) == int(re.sub(r"\D", "", before)) + 1


def _follows(before: str, number: str) -> bool:
    """True when `number` can come after `before`: a year or an amount at the start of a line is no paragraph."""
    if not number[0].isdigit():
        return True
    if not before:
        return number.rstrip("abcdefghijklmnopqrstuvwxyz") in ("1", "2")
    if not before[0].isdigit():
        return False
    this, last = int(re.sub(r"\D", "", number)), int(re.sub(r"\D", "", before))
    return last <= this <= last + 3


# Cutting a group


def _pieces(group: _Group, text: str) -> Iterator[_Piece]:
    blocks = group.blocks
    if _words(text, blocks) <= (WHOLE if group.is_legal else MOST_WORDS) and _length(blocks) <= _MOST_CHARACTERS:
        yield _piece(blocks, "")
        return
    pieces = _cut_legal(blocks, text) if group.is_legal else _cut_prose(blocks, text)
    for part, context in pieces:
        if _words(text, part) <= MOST_WORDS and _length(part) <= _MOST_CHARACTERS:
            yield _piece(part, context)
        else:
            for one in part:
                for start, end in _cut_block(one[0]):
                    yield _Piece(start, end, (one,), context)


_Part = tuple[list[tuple[Block, Place]], str]


def _cut_legal(blocks: Sequence[tuple[Block, Place]], text: str) -> list[_Part]:
    """A long numbered paragraph of an article: each long point alone, short neighbours together, the lead-in beside them."""
    parts: list[_Part] = []
    leads: list[tuple[int, str]] = []
    for one in blocks:
        block, place = one
        depth = len(place.points)
        while leads and leads[-1][0] >= depth:
            leads.pop()
        context = leads[-1][1] if leads else ""
        words = len(block.text.split())
        previous = parts[-1] if parts else None
        joins = (
            previous is not None
            and not (place.points and block.text.rstrip().endswith(":"))
            and previous[1] == context
            and bool(place.points) == bool(previous[0][-1][1].points)
            and (
                (
                    place.points
                    and previous[0][-1][1].points[: len(place.points)] == place.points
                    and _words(text, [*previous[0], one]) <= TARGET
                )
                or (
                    _words(text, previous[0]) + words <= TARGET
                    and (words < OWN_PASSAGE or _words(text, previous[0]) < OWN_PASSAGE)
                )
            )
        )
        if joins and previous:
            previous[0].append(one)
        else:
            parts.append(([one], context))
        if block.text.rstrip().endswith((":", "—", "–")):
            leads.append((depth, _lead(block.text)))
    # A lead-in alone says nothing: it goes with its first point.
    merged: list[_Part] = []
    for part, context in parts:
        last = merged[-1] if merged else None
        if (
            last
            and last[0][-1][0].text.rstrip().endswith(":")
            and _words(text, last[0]) < LEAST
            and _words(text, [*last[0], *part]) <= MOST_WORDS
        ):
            last[0].extend(part)
        else:
            merged.append((part, context))
    return merged


def _cut_prose(blocks: Sequence[tuple[Block, Place]], text: str) -> list[_Part]:
    """A long section: pieces of about TARGET words, cut between blocks; a lead-in is never the end of a piece."""
    parts: list[_Part] = []
    lead, header = "", ""
    for one in blocks:
        block = one[0]
        if block.kind == "header":
            header = block.text
        context = lead if block.kind == "item" else f"({header})" if block.kind == "row" and header else ""
        words = len(block.text.split())
        previous = parts[-1] if parts else None
        if previous:
            now = _words(text, previous[0])
            last = previous[0][-1][0]
            holds_on = last.kind == "header" or (
                last.text.rstrip().endswith(":") and block.kind in ("item", "row", "paragraph")
            )
            if now + words <= (MOST_WORDS if holds_on else TARGET) or (now < LEAST and now + words <= MOST_WORDS):
                previous[0].append(one)
                lead = _new_lead(block, lead)
                continue
            if holds_on and len(previous[0]) > 1 and now + words > MOST_WORDS:
                previous[0].pop()
                parts.append(([(last, previous[0][-1][1]), one], ""))
                lead = _new_lead(block, lead)
                continue
        parts.append(([one], context))
        lead = _new_lead(block, lead)
    if (
        len(parts) > 1
        and _words(text, parts[-1][0]) < LEAST
        and _words(text, [*parts[-2][0], *parts[-1][0]]) <= MOST_WORDS
    ):
        last_part, _ = parts.pop()
        parts[-1][0].extend(last_part)
    return parts


def _new_lead(block: Block, lead: str) -> str:
    if block.text.rstrip().endswith(":") and block.kind != "row":
        return _lead(block.text)
    return lead if block.kind in ("item", "row") or block.level else ""


def _lead(text: str) -> str:
    """The end of a lead-in, one sentence of it, without the number of its paragraph."""
    spans = sentence_spans(text)
    last = re.sub(r"^\d{1,3}\.\s+", "", text[spans[-1][0] : spans[-1][1]] if spans else text)
    return last if len(last) <= 300 else "… " + last[-298:].partition(" ")[2]


def _cut_block(block: Block) -> Iterator[tuple[int, int]]:
    """A block too long for a passage, cut between sentences; a sentence without end, between words."""
    start: int | None = None
    end = words = 0
    for left, right in _short_spans(block.text):
        count = len(block.text[left:right].split())
        if start is not None and (words + count > TARGET + 30 or right - start > _MOST_CHARACTERS):
            yield block.start + start, block.start + end
            start = None
        if start is None:
            start, words = left, 0
        end, words = right, words + count
    if start is not None:
        yield block.start + start, block.start + end


def _short_spans(text: str) -> Iterator[tuple[int, int]]:
    for left, right in sentence_spans(text):
        while len(text[left:right].split()) > MOST_WORDS or right - left > _MOST_CHARACTERS:
            cut = left
            for number, word in enumerate(re.finditer(r"\S+", text[left:right])):
                if number >= TARGET or word.end() > _MOST_CHARACTERS:
                    break
                cut = left + word.end()
            cut = cut if cut > left else left + _MOST_CHARACTERS
            yield left, cut
            left = cut
            while left < right and text[left].isspace():
                left += 1
        if left < right:
            yield left, right


def _piece(blocks: Sequence[tuple[Block, Place]], context: str) -> _Piece:
    return _Piece(blocks[0][0].start, blocks[-1][0].end, tuple(blocks), context)


def _words(text: str, blocks: Sequence[tuple[Block, Place]]) -> int:
    return sum(len(block.text.split()) for block, _ in blocks)


def _length(blocks: Sequence[tuple[Block, Place]]) -> int:
    return blocks[-1][0].end - blocks[0][0].start


# Naming a piece


def _passage(piece: _Piece, group: _Group, read: Extracted, origin: Origin, seen: Counter[str]) -> Passage:
    text = read.text[piece.start : piece.end]
    names = (_brief(name, 160) for name in group.path if not speaks_to_a_model(name))
    path = tuple(dict.fromkeys((_brief(origin.title, 120), *names)))
    locator = _locator(piece, group, origin)
    digest = hashlib.sha256(f"{origin.source_id}\0{locator}\0{text}".encode()).hexdigest()[:10]
    name = f"{origin.source_id}/{slug(locator)[:60] or 'p'}.{digest}"
    seen[name] += 1
    if seen[name] > 1:
        name = f"{name}-{seen[name]}"
    first = piece.blocks[0][0]
    return Passage(
        id=name,
        section_id=name,
        source_id=origin.source_id,
        file=origin.file,
        title=_title(path, piece, origin),
        heading_path=path,
        locator=locator,
        text=text,
        start=piece.start,
        end=piece.end,
        language=origin.language,
        official=origin.official,
        confidence=origin.confidence,
        references=(
            Reference(
                origin.reference.title, origin.reference.publisher, origin.reference.url, origin.reference.date, locator
            ),
        ),
        page=first.page,
        anchor=first.anchor or group.anchor,
        context=piece.context,
        places=_places(piece),
    )


def _title(path: tuple[str, ...], piece: _Piece, origin: Origin) -> str:
    """The heading nearest to the passage, after the document or the article that it belongs to, and the lead-in of its list."""
    article = next((name for name in reversed(path) if ARTICLE.match(name) or ANNEX.match(name)), None)
    names = [origin.title if len(origin.title) <= 60 else _short_title(origin.title)]
    if article and article != path[-1]:
        names.append(article)
    if len(path) > 1:
        names.append(path[-1])
    title = " › ".join(dict.fromkeys(names))
    return f"{title} › {_brief(piece.context, 140)}" if piece.context else title


def _short_title(title: str) -> str:
    """What a long title is called: what it says in brackets at its end, or its first words."""
    called = re.search(r"\(([^()]{8,60})\)\s*$", title)
    return called[1] if called else _brief(title, 60)


def _locator(piece: _Piece, group: _Group, origin: Origin) -> str:
    first, last = piece.blocks[0], piece.blocks[-1]
    pages = _pages(first[0], last[0])
    if group.is_legal:
        places = [place for _, place in piece.blocks]
        if places[0].points and all(place.points for place in places):
            where = places[0].within()
            tail = places[-1].points
            if tail[: len(places[0].points)] != places[0].points:
                shared = len(tail) == len(places[0].points) and tail[:-1] == places[0].points[:-1]
                where += f"–{tail[-1]}" if shared else f" – {' '.join(tail)}"
        else:
            where = replace(places[0], points=_shared([place.points for place in places])).within()
        return f"{where}, {pages}" if pages else where
    names = [_sheet(name) for name in group.path if not speaks_to_a_model(name)]
    title = _sheet(origin.title)
    if names and _same(names[0], title):
        names = names[1:]
    path = " › ".join([title, *names[-2:]]) if not pages else " › ".join(names[-1:])
    return f"{path}, {pages}" if pages and path else pages or path


def _shared(points: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    shared = points[0]
    for one in points[1:]:
        shared = tuple(a for a, b in zip(shared, one, strict=False) if a == b)
    return shared


def _pages(first: Block, last: Block) -> str:
    if not first.page:
        return ""
    start, end = first.page_label or str(first.page), last.page_label or str(last.page)
    return f"p. {start}" if start == end else f"p. {start}–{end}"


def _same(one: str, other: str) -> bool:
    return slug(one)[:50] == slug(other)[:50]


def _sheet(name: str) -> str:
    """`Fiche n°7 : Minimiser les données` is called `Fiche 7`."""
    found = _SHEET.match(name)
    return f"{found['kind'].capitalize()} {found['number']}" if found else _brief(name, 70)


def _brief(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _places(piece: _Piece) -> tuple[tuple[int, str], ...]:
    """The points that begin inside the passage, with where: a quote from there has a more precise locator."""
    found = []
    for block, place in piece.blocks:
        if place.points and block.start >= piece.start:
            found.append((block.start - piece.start, place.within()))
    return tuple(found) if len(found) > 1 or (found and found[0][0] > 0) else ()
