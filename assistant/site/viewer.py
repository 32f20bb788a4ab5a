"""What an address of a document shows: which document, which part or page of it, what is marked. Reads the served build and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote as quoted
from urllib.parse import urlencode

from corpus.library import Block, KeptDocument, Library
from corpus.passages import Language, Passage

from .limits import Turnstile
from .paper import Box, Press, Sheet, Undrawable, boxes_of
from .reading import (
    ADDRESS,
    Entry,
    Section,
    Span,
    blocks_of,
    contents_of,
    find_quote,
    is_restated,
    key_of,
    link_to,
    may_be_downloaded,
    part_with,
    parts_of,
    sections_of,
)

MOST_PAGES = 9_999
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"']+")


class Served(Protocol):
    """What the viewer needs of the index that is served."""

    @property
    def passages(self) -> Sequence[Passage]: ...


@dataclass(frozen=True)
class Text:
    """A document as it is shown: its blocks, cut into parts; `owners` says which section of ours a block belongs to."""

    blocks: tuple[Block, ...]
    parts: tuple[Span, ...]
    contents: tuple[Entry, ...]
    owners: Mapping[int, Passage]
    is_whole: bool


@dataclass(frozen=True)
class Wanted:
    """What the address asks for. `key` names a passage, `quote` the words in it; `page` and `part` count from 1."""

    key: str = ""
    quote: str = ""
    page: int | None = None
    part: int | None = None
    panel: bool = False

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Wanted:
        """The wish of a query; what has not the right form asks for nothing."""

        def number(name: str) -> int | None:
            text = query.get(name, "")
            return int(text) if re.fullmatch(r"[1-9]\d{0,3}", text) else 0 if text else None

        return cls(
            query.get("passage", "")[:200],
            query.get("quote", "")[:40],
            number("page"),
            number("part"),
            "panel" in query,
        )


@dataclass(frozen=True)
class View:
    """Everything that the page shows of a document."""

    id: str
    title: str
    language: Language
    official: bool
    restated: bool
    first: Passage
    kept: KeptDocument | None
    notices: tuple[str, ...]
    passage: Passage | None
    words: str
    locator: str
    sections: tuple[Section, ...]
    contents: tuple[Entry, ...]
    part: int
    parts: int
    page: int | None
    pages: int
    page_label: str
    sheet: Sheet | None
    boxes: tuple[Box, ...]
    twin: str
    wanted: Wanted

    @property
    def link(self) -> str:
        """The public address, at the passage when it is known there; empty when there is none."""
        url = self.first.references[0].url if self.first.references and not self.restated else ""
        if not WEB_ADDRESS.fullmatch(url):
            return ""
        if "#" in url:
            return url
        if self.page:
            return f"{url}#page={self.page}" if url.lower().endswith(".pdf") else url
        return f"{url}#{quoted(self.passage.anchor)}" if self.passage and self.passage.anchor else url

    @property
    def notices_at_passage(self) -> tuple[str, ...]:
        """What is said where the eye lands: at the passage, which the address leads to, past the head of the page."""
        if self.boxes or not self.at_passage:
            return ()
        return tuple(notice for notice in self.notices if notice in ("passage_changed", "quote_gone", "not_on_image"))

    @property
    def extent(self) -> str:
        """Where the marked lines are on the image, as a style."""
        if self.sheet is None or not self.boxes:
            return ""
        left, top = min(box.x for box in self.boxes), min(box.y for box in self.boxes)
        right, bottom = max(box.x + box.width for box in self.boxes), max(box.y + box.height for box in self.boxes)
        wide, high = self.sheet.width, self.sheet.height
        shares = (left / wide, top / high, (right - left) / wide, (bottom - top) / high)
        return "; ".join(
            f"{name}: {share:.2%}" for name, share in zip(("left", "top", "width", "height"), shares, strict=True)
        )

    @property
    def at_passage(self) -> bool:
        """True when the cited passage is on what is shown."""
        return bool(self.boxes) or any(section.cited for section in self.sections)

    @property
    def may_download(self) -> bool:
        """True when the original is there and its licence lets anyone have it."""
        return self.sheet is not None and self.kept is not None and may_be_downloaded(self.kept.licence)


class Unknown(Exception):
    """No document, or no page of it, has that name."""


class Viewer:
    """The documents of the served build, ready to be shown."""

    def __init__(self, served: Served, library: Library, press: Press | None = None) -> None:
        self.library, self.press = library, press or Press()
        self.turnstile = Turnstile(1, 12, 15.0)
        self.by_document: dict[str, list[Passage]] = {}
        self.sections: dict[tuple[str, Language], Passage] = {}
        for passage in served.passages:
            self.by_document.setdefault(passage.source_id, []).append(passage)
            self.sections[passage.section_id, passage.language] = passage
        self.text_of = lru_cache(maxsize=12)(self._text_of)

    @classmethod
    def of(cls, index: Any) -> Viewer:
        """The viewer of an open index."""
        return cls(index, Library.open(index.folder))

    async def view(self, document_id: str, wanted: Wanted, language: Language) -> View:
        """What to show; Unknown when there is no such document, page or part."""
        passages = self.by_document.get(document_id)
        if not passages:
            raise Unknown
        first, kept = passages[0], self.library.document(document_id)
        text = self.text_of(document_id)
        passage, gone = self._passage(passages, wanted.key)
        span = (passage.start, passage.end) if passage else None
        inside = find_quote(passage.text, wanted.quote) if passage and not gone else None
        quote = (span[0] + inside[0], span[0] + inside[1]) if span and inside else None
        place = (quote or span or (0, 0))[0]
        words = passage.text[inside[0] : inside[1]] if passage and inside else ""
        notices = [gone] if gone else []
        if wanted.quote and passage and not gone and not inside:
            notices.append("quote_gone")
        if not text.is_whole and not is_restated(first):
            notices.append("only_passages")
        view = View(
            id=document_id,
            title=_title_of(first),
            language=first.language,
            official=first.official,
            restated=is_restated(first),
            first=first,
            kept=kept,
            notices=(),
            passage=passage,
            words=words,
            locator=self._locator(passage, inside) if passage else "",
            sections=(),
            contents=text.contents,
            part=0,
            parts=len(text.parts),
            page=None,
            pages=kept.pages if kept else 0,
            page_label="",
            sheet=None,
            boxes=(),
            twin=self._twin(first, passage, wanted, "en" if language == "fr" else "fr"),
            wanted=wanted,
        )
        if view.pages:
            view = await self._at_page(view, text, place, span, quote, notices)
        else:
            view = self._at_part(view, text, place, span, quote)
        return replace(view, notices=tuple(notices))

    def _at_part(self, view: View, text: Text, place: int, span: Span | None, quote: Span | None) -> View:
        part = part_with(text.blocks, text.parts, place) if view.wanted.part is None else view.wanted.part - 1
        if not 0 <= part < len(text.parts):
            raise Unknown
        sections = sections_of(text.blocks, text.parts[part], span, quote, text.owners)
        return replace(view, part=part, sections=tuple(sections))

    async def _at_page(
        self, view: View, text: Text, place: int, span: Span | None, quote: Span | None, notices: list[str]
    ) -> View:
        starts = next((b.page for b in text.blocks if b.end > place and b.page), 1) if span else 1
        page = view.wanted.page if view.wanted.page is not None else starts
        if not 1 <= page <= min(view.pages, MOST_PAGES):
            raise Unknown
        sheet, problem = await self._try_sheet(view.id, page)
        boxes = self._boxes(view, sheet, page - starts, span, quote)
        if view.wanted.page is None and sheet and span and not boxes and page < view.pages:
            # A sentence that goes over a page is kept with the page where its paragraph begins; its words may be on the next.
            following, _ = await self._try_sheet(view.id, page + 1)
            if found := self._boxes(view, following, 1, span, quote):
                page, sheet, boxes = page + 1, following, found
        if problem:
            notices.append(problem)
        elif span and not boxes and page == starts:
            notices.append("not_on_image")
        ends = next((b.page for b in text.blocks if quote and b.end >= quote[1] and b.page), starts)
        if page == starts < ends:
            notices.append("continues")
        numbers = [
            number
            for number, block in enumerate(text.blocks)
            if block.page == page or (boxes and span and block.start < span[1] and block.end > span[0])
        ]
        label = next((b.page_label for b in text.blocks if b.page == page and b.page_label), "")
        shown = (numbers[0], numbers[-1] + 1) if numbers else (0, 0)
        return replace(
            view,
            page=page,
            page_label=label or (sheet.label if sheet else ""),
            sheet=sheet,
            boxes=boxes,
            sections=tuple(sections_of(text.blocks, shown, span, quote)),
        )

    async def _try_sheet(self, document_id: str, page: int) -> tuple[Sheet | None, str]:
        """The page as an image, or what is to be said when there is none."""
        try:
            return await self.sheet(document_id, page), ""
        except Unknown:
            return None, "original_gone"
        except Undrawable:
            return None, "undrawable"

    @staticmethod
    def _boxes(view: View, sheet: Sheet | None, beyond: int, span: Span | None, quote: Span | None) -> tuple[Box, ...]:
        """The lines to mark on a page that is `beyond` the one where the passage begins: none but on that one and the next."""
        if sheet is None or span is None or view.passage is None or beyond not in (0, 1):
            return ()
        start = quote[0] - span[0] if quote else 0
        return boxes_of(view.words or view.passage.text, view.passage.text[max(0, start - 80) : start], sheet)

    async def sheet(self, document_id: str, page: int) -> Sheet:
        """A page of a document as an image; Unknown when its file is not there, Undrawable when it cannot be drawn."""
        kept = self.library.document(document_id)
        original = self.library.original(kept) if kept else None
        if kept is None or original is None or not 1 <= page <= min(kept.pages, MOST_PAGES):
            raise Unknown
        if self.press.has(kept.sha256, page):
            return self.press.draw(kept.sha256, original, page)
        try:
            return await self.turnstile.run(lambda: self.press.draw(kept.sha256, original, page))
        except OSError:
            raise Unknown from None

    def download(self, document_id: str) -> Path | None:
        """The file of a document, None when it is not there or its licence is not known to allow it."""
        kept = self.library.document(document_id)
        return self.library.original(kept) if kept and may_be_downloaded(kept.licence) else None

    def _text_of(self, document_id: str) -> Text:
        passages = self.by_document[document_id]
        kept = self.library.document(document_id)
        blocks = self.library.blocks(kept) if kept else ()
        is_whole = bool(blocks)
        # The title heads the page: it is not said twice.
        if blocks and blocks[0].kind == "heading" and blocks[0].text == _title_of(passages[0]):
            blocks = blocks[1:]
        owners: dict[int, Passage] = {}
        if not is_whole:
            owned = blocks_of(passages)
            blocks = tuple(block for block, _ in owned)
            if is_restated(passages[0]):
                owners = {number: passage for number, (_, passage) in enumerate(owned)}
        parts = parts_of(blocks)
        return Text(blocks, tuple(parts), tuple(contents_of(blocks, parts)), owners, is_whole)

    @staticmethod
    def _passage(passages: Sequence[Passage], key: str) -> tuple[Passage | None, str]:
        """The passage that the address names, and what is to be said when it is not, or no longer, that one."""
        if not key:
            return None, ""
        known = next((passage for passage in passages if key_of(passage) == key), None)
        if known:
            return known, ""
        place = _place_of(key)
        changed = next((p for p in passages if not is_restated(p) and _place_of(key_of(p)) == place), None)
        return changed, "passage_changed" if changed else "passage_gone"

    @staticmethod
    def _locator(passage: Passage, inside: Span | None) -> str:
        """Where the passage stands, and the point that the quote comes from when the passage has several."""
        if is_restated(passage):
            return passage.heading_path[-1] if passage.heading_path else passage.title
        offset = inside[0] if inside else 0
        return next((name for at, name in reversed(passage.places) if inside and at <= offset), passage.locator)

    def _twin(self, first: Passage, passage: Passage | None, wanted: Wanted, language: Language) -> str:
        """The same page in the other language: the twin of our text, or the same document among pages of that language."""
        if is_restated(first):
            section = passage or first
            twin = self.sections.get((section.section_id, language))
            if twin:
                return link_to(twin, "", language) if passage else f"{ADDRESS[language]}/{quoted(twin.source_id)}"
        return address_of(first.source_id, language, wanted)


def address_of(document_id: str, language: Language, wanted: Wanted, **changes: int | None) -> str:
    """The address of a document with what is wanted of it, some of it changed."""
    values = {"passage": wanted.key, "quote": wanted.quote, "page": wanted.page, "part": wanted.part} | changes
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{ADDRESS[language]}/{quoted(document_id)}{'?' + query if query else ''}"


def _title_of(passage: Passage) -> str:
    """The title of the document that a passage is of."""
    if not is_restated(passage) and passage.references:
        return passage.references[0].title
    return passage.heading_path[0] if passage.heading_path else passage.title


def _place_of(key: str) -> str:
    """The place that a key names, without its words."""
    return re.sub(r"\.[0-9a-f]{10}(?:-\d+)?$", "", key)
