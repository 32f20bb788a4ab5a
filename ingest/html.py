"""HTML to blocks: the main content of a page, its anchors, and the structure of EUR-Lex and Légifrance. Knows selectolax."""

from __future__ import annotations

import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.blocks import ANNEX, ARTICLE, ARTICLE_LEVEL, MARK, Builder, Extracted, Unreadable, legal_heading

_AWAY = (
    "script, style, noscript, template, iframe, object, embed, svg, canvas, form, button, select, input, textarea, nav, footer, dialog, "
    "[hidden], [aria-hidden=true], [role=navigation], [role=search], [role=banner], [role=contentinfo], [role=dialog], "
    ".modref, .hd-modifiers, .breadcrumb, .breadcrumbs, .fil-ariane, .sommaire, .toc, .cookie-banner, .cookies, #tarteaucitronRoot, .share, "
    ".social-share, .visually-hidden, .sr-only, .skip-link, .pagination, .footer, .site-header, .menu"
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])|(?<![-\w])color\s*:\s*(?:#fff(?:fff)?\b|white\b)",
    re.IGNORECASE,
)
_MAINS = ("main", "[role=main]", "#main-content", "#contenu", "#content", "article", ".main-content", ".content")
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big br cite code del dfn em font i img ins kbd label mark q s samp small span strike strong sub sup time tt u var wbr".split()
)
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_NOTE_CALL = re.compile(r"^#?(?:ntr|ntc|E\d|src\.E|fn|footnote)", re.IGNORECASE)
# EUR-Lex names the parts of an act by class, one set a generation of its pages.
_EURLEX = {
    "doc-ti": "title", "oj-doc-ti": "title", "title-doc-first": "title", "title-doc-last": "title",
    "ti-art": "article", "oj-ti-art": "article", "title-article-norm": "article",
    "sti-art": "subtitle", "oj-sti-art": "subtitle", "stitle-article-norm": "subtitle",
    "ti-section-1": "division", "oj-ti-section-1": "division", "title-division-1": "division",
    "ti-section-2": "subtitle", "oj-ti-section-2": "subtitle", "title-division-2": "subtitle",
    "title-annex-1": "annex", "oj-doc-ti-annex": "annex", "title-annex-2": "subtitle",
    "title-gr-seq-level-1": "group", "title-gr-seq-level-2": "group", "oj-ti-grseq-1": "group", "ti-grseq-1": "group",
    "note": "away", "oj-note": "away", "footnote": "away", "hd-date": "away", "hd-lg": "away", "hd-ti": "away", "hd-oj": "away",
    "oj-hd-date": "away", "oj-hd-lg": "away", "oj-hd-ti": "away", "oj-hd-oj": "away", "reference": "away", "disclaimer": "away",
    "arrow": "away", "title-doc-oj-reference": "away",
}  # fmt: skip
# Légifrance: what surrounds an article without being of it.
_LEGIFRANCE_AWAY = ".version-article, .date-debut, .liens-article, .article-actions, .name-article-tools, .buttons-article, .historique, .info-article"


def read_html(data: bytes, limit: int) -> Extracted:
    """The blocks of an HTML page."""
    parser = LexborHTMLParser(data)
    if parser.body is None or parser.root is None:
        raise Unreadable("no page body was found in it: it is not an HTML page.")
    out = Builder("html", limit)
    _propose(parser, out)
    hidden = 0
    for node in parser.css("[style]"):
        if _HIDDEN.search(node.attributes.get("style") or "") and node.tag not in ("html", "body"):
            hidden += len(node.text(strip=True)) > 0
            node.decompose()
    if hidden:
        out.notes.append(f"{hidden} hidden part(s) of the page were left out")
    legal_away = ", ".join(f".{name}" for name, role in _EURLEX.items() if role == "away")
    for node in parser.css(f"{_AWAY}, {_LEGIFRANCE_AWAY}, {legal_away}"):
        is_asked = node.tag == "button" and is_question(_text(node))
        if node.tag not in ("html", "body", "main") and not is_asked:
            node.decompose()
    for node in parser.css("header"):
        if node.css_first("h1") is None:
            node.decompose()
    main = _main(parser)
    _Walk(out, main).run()
    if not any(block.kind != "heading" for block in out.built().blocks):
        raise Unreadable(
            "no text was found in the page: its content may be written by a script in the browser. Save the page as PDF."
        )
    return out.built()


def _propose(parser: LexborHTMLParser, out: Builder) -> None:
    title = parser.css_first("h1") or parser.css_first("title")
    parts = [node.text(strip=True) for node in parser.css(".doc-ti, .oj-doc-ti")[:3]]
    if not parts:
        parts = [node.text(strip=True) for node in parser.css(".title-doc-first")[:3]]
    if parts:
        out.propose("title", " ".join(parts), "title of the act")
    if title is not None:
        out.propose("title", title.text(strip=True), f"<{title.tag}> of the page")
    html = parser.css_first("html")
    lang = (html.attributes.get("lang") or html.attributes.get("xml:lang") or "") if html else ""
    if lang[:2].lower() in ("fr", "en"):
        out.propose("language", lang[:2].lower(), "lang of the page")
    for selector, name in (
        ("meta[property='article:modified_time']", "content"),
        ("meta[property='article:published_time']", "content"),
        ("meta[name='dcterms.modified']", "content"),
        ("meta[name='DC.date']", "content"),
        ("meta[name='date']", "content"),
        ("time[datetime]", "datetime"),
    ):
        node = parser.css_first(selector)
        value = re.match(r"\d{4}-\d{2}-\d{2}", (node.attributes.get(name) or "") if node else "")
        if value:
            out.propose("date", value[0], selector.split("'")[1] if "'" in selector else "<time> of the page")


def _main(parser: LexborHTMLParser) -> LexborNode:
    body = parser.body
    assert body is not None
    everything = len(body.text())
    for selector in _MAINS:
        found = parser.css(selector)
        if len(found) == 1 and len(found[0].text()) >= max(200, everything // 4):
            return found[0]
    return body


class _Walk:
    """Goes through the page in order, without recursion: a page nested ten thousand times deep is read like another."""

    def __init__(self, out: Builder, root: LexborNode) -> None:
        self.out, self.root = out, root
        self.words: list[str] = []
        self.anchor = ""
        self.heading: tuple[int, str, str] | None = None
        self.mark = ""
        self.is_item = False
        self.prefix = ""
        self.above = (1, False)

    def run(self) -> None:
        # (node, state): state False when entered, True when left. `depth` is that of lists.
        stack: list[tuple[Any, bool, int]] = [(self.root, False, 0)]
        while stack:
            node, leaving, depth = stack.pop()
            tag = node.tag
            if tag == "-text":
                self.words.append(node.text_content or "")
                continue
            if tag in ("-comment", "!doctype", "head"):
                continue
            if leaving:
                self._flush(depth)
                continue
            if tag == "br":
                self.words.append(" ")
                continue
            if tag == "a" and self._is_note_call(node):
                continue
            role = self._role(node)
            if role == "away":
                continue
            anchor = node.attributes.get("id") or (node.attributes.get("name") if tag == "a" else "") or ""
            if anchor and not (role == "subtitle" and self.heading) and ".tit_" not in anchor:
                self.anchor = anchor
            if tag in _INLINE and role is None and "no-parag" not in (node.attributes.get("class") or ""):
                stack += [(child, False, depth) for child in reversed(list(node.iter(include_text=True)))]
                continue
            self._flush(depth)
            if tag in _HEADINGS:
                self._head(_HEADINGS[tag], _text(node), self._anchor_of(node))
                continue
            if role:
                self._eurlex(role, node)
                continue
            if tag in ("button", "summary", "dt") and is_question(_text(node)):
                self._ask(_text(node), self._anchor_of(node))
                continue
            if tag in ("p", "div") and (asked := _bold_question(node)) is not None:
                self._ask(_text(asked), self._anchor_of(node))
                stack += [(node, True, depth)]
                stack += [one for one in self._children(node, depth) if one[0] != asked]
                continue
            if tag == "table":
                cells = self._two_columns(node)
                if cells is None:
                    self._table(node)
                    continue
                for mark, content in reversed(cells):
                    stack += [
                        (content, True, depth + 1),
                        *self._children(content, depth + 1),
                        (_Mark(mark), False, depth + 1),
                    ]
                continue
            if isinstance(node, _Mark):
                self.mark, self.is_item = node.mark, True
                continue
            if "no-parag" in (node.attributes.get("class") or "").split():
                self.prefix = _text(node)
                continue
            if "grid-list" in (node.attributes.get("class") or "").split():
                columns = [
                    child for child in node.iter() if "grid-list-column" in (child.attributes.get("class") or "")
                ]
                if len(columns) == 2:
                    stack += [(columns[1], True, depth + 1), *self._children(columns[1], depth + 1)]
                    self.mark, self.is_item = _text(columns[0]), True
                    continue
            deeper = depth + (tag in ("ul", "ol"))
            if tag == "li":
                self.mark, self.is_item = self._li_mark(node), True
            if tag == "span":
                deeper = depth
            stack += [(node, True, deeper), *self._children(node, deeper)]
        self._flush(0)
        self._end_heading()

    @staticmethod
    def _children(node: LexborNode, depth: int) -> list[tuple[LexborNode, bool, int]]:
        return [(child, False, depth) for child in reversed(list(node.iter(include_text=True)))]

    @staticmethod
    def _role(node: LexborNode) -> str | None:
        for name in (node.attributes.get("class") or "").split():
            if name in _EURLEX:
                return _EURLEX[name]
            if name in ("name-article", "titre-article"):
                return "article"
        return None

    @staticmethod
    def _is_note_call(node: LexborNode) -> bool:
        href = (node.attributes.get("href") or "").rpartition("#")[2]
        text = node.text(strip=True)
        return len(text) <= 8 and bool(re.fullmatch(r"\(?\s*[*\d]{1,4}\s*\)?", text)) and bool(_NOTE_CALL.match(href))

    def _anchor_of(self, node: LexborNode) -> str:
        own = node.attributes.get("id")
        if own:
            return own
        inner = node.css_first("[id]") or node.css_first("a[name]")
        if inner is not None:
            return inner.attributes.get("id") or inner.attributes.get("name") or ""
        parent = node.parent
        return (
            (parent.attributes.get("id") or "")
            if parent is not None and parent.tag in ("section", "article", "div")
            else ""
        )

    @staticmethod
    def _li_mark(node: LexborNode) -> str:
        parent = node.parent
        if parent is None or parent.tag != "ol":
            return ""
        number, before = 1, node.prev
        while before is not None:
            number += before.tag == "li"
            before = before.prev
        kind = parent.attributes.get("type") or "1"
        return f"({chr(96 + number)})" if kind == "a" and number <= 26 else f"{number}."

    def _eurlex(self, role: str, node: LexborNode) -> None:
        text = _text(node)
        anchor = self._anchor_of(node)
        if role == "annex" and self.heading and not ANNEX.match(text):
            role = "subtitle"  # the second line of the head of an annex has the class of the first
        if role == "subtitle" and self.heading:
            level, before, place = self.heading
            self.heading = (level, f"{before} — {text}", place)
        elif role in ("title", "subtitle"):
            self._end_heading()
            self.out.add("paragraph", text)
        elif role == "article":
            parent = node.parent
            outer = (parent.attributes.get("id") or "") if parent is not None else ""
            self._head(ARTICLE_LEVEL, text, outer if outer.startswith("art") else anchor)
        elif role == "annex":
            parent = node.parent
            outer = (parent.attributes.get("id") or "") if parent is not None else ""
            self._head(1, text, outer if outer.startswith("anx") else anchor)
        elif role == "division":
            self._head(legal_heading(text) or 3, text, anchor)
        else:
            self._head(6, text, anchor)

    def _head(self, level: int, text: str, anchor: str) -> None:
        self._end_heading()
        self.mark, self.is_item, self.prefix = "", False, ""
        if text:
            legal = legal_heading(text)
            self.heading = (legal or level, text, anchor)
            self.anchor = anchor or self.anchor

    def _ask(self, text: str, anchor: str) -> None:
        """A question of a list of questions heads its answer, beside the question before it or below the heading of them all."""
        self._end_heading()
        level, was_question = self.above
        self._head(level if was_question else min(level + 1, 6), text, anchor)

    def _end_heading(self) -> None:
        if self.heading:
            level, text, anchor = self.heading
            self.above = (level, is_question(text))
            self.out.add("heading", text, level=level, anchor=anchor)
            self.heading = None

    def _two_columns(self, table: LexborNode) -> list[tuple[str, LexborNode]] | None:
        """The items of a table that only lays out a list, mark by mark; None for a real table."""
        rows = [row for row in table.css("tr") if _owner(row, "table") == table]
        found = []
        for row in rows:
            cells = [cell for cell in row.iter() if cell.tag in ("td", "th")]
            if len(cells) != 2:
                return None
            mark = _text(cells[0])
            if mark and not (MARK.match(f"{mark} ") or re.fullmatch(r"[—–•·-]|\(?[ivxIVX]+[.)]?", mark)):
                return None
            found.append((mark, cells[1]))
        return found or None

    def _table(self, table: LexborNode) -> None:
        rows = [row for row in table.css("tr") if _owner(row, "table") == table]
        values = []
        spanning: dict[int, tuple[int, str]] = {}
        for row in rows:
            cells = [cell for cell in row.iter() if cell.tag in ("td", "th")]
            is_head = bool(cells) and all(cell.tag == "th" for cell in cells)
            values.append((_with_spanning(cells, spanning), is_head))
        if not values:
            return
        self._end_heading()
        caption = table.css_first("caption")
        if caption is not None and _owner(caption, "table") == table:
            self.out.add("paragraph", _text(caption), anchor=self.anchor)
        if max(len(cells) for cells, _ in values) <= 1 or len(rows) == 1:
            for texts, _ in values:
                for text in texts:
                    self.out.add("paragraph", text, anchor=self.anchor)
            return
        for number, (texts, is_head) in enumerate(values):
            kept = [text for text in texts if text]
            first = number == 0 and (is_head or table.css_first("th") is None)
            self.out.add("header" if first else "row", " | ".join(kept), anchor=self.anchor)

    def _flush(self, depth: int) -> None:
        text = _unmarked(" ".join("".join(self.words).split()))
        self.words.clear()
        if not text:
            return
        level = legal_heading(text)
        if level and not depth and (ARTICLE.match(text) or ANNEX.match(text)) and len(text) < 160:
            self._head(level, text, self.anchor)
            return
        self._end_heading()
        if self.is_item:
            self.out.add("item", f"{self.mark} {text}", level=max(depth, 1), anchor=self.anchor)
            self.mark, self.is_item = "", False
        else:
            self.out.add("paragraph", f"{self.prefix} {text}", level=depth, anchor=self.anchor)
            self.prefix = ""


class _Mark:
    """Stands in the walk for the mark of an item that a table lays out."""

    tag = "mark-of-item"

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.attributes: dict[str, str | None] = {}


def is_question(text: str) -> bool:
    """True when a short text is one question and nothing more."""
    return (
        8 <= len(text) <= 250
        and text.endswith("?")
        and not re.search(r"[.!?…]\s+\w.*\?$", text.removesuffix("?").rstrip() + "?")
    )


def _bold_question(node: LexborNode) -> LexborNode | None:
    """The bold question with which a paragraph begins, as lists of questions write them."""
    for child in node.iter(include_text=True):
        if child.tag == "-text" and not (child.text_content or "").strip():
            continue
        return child if child.tag in ("strong", "b") and is_question(_text(child)) else None
    return None


def _with_spanning(cells: list[LexborNode], spanning: dict[int, tuple[int, str]]) -> list[str]:
    """The texts of a row, with those of cells above that reach down into it; `spanning` (column → rows left, text) is brought up to date."""
    texts: list[str] = []
    todo = list(cells)
    column = 0
    while todo or column in spanning:
        if column in spanning:
            left, text = spanning.pop(column)
            if left > 1:
                spanning[column] = (left - 1, text)
            texts.append(text)
        else:
            cell = todo.pop(0)
            text = _text(cell)
            reach = cell.attributes.get("rowspan") or "1"
            if reach.isdigit() and 1 < int(reach) <= 1000:
                spanning[column] = (int(reach) - 1, text)
            texts.append(text)
        column += 1
    return texts


def _owner(node: LexborNode, tag: str) -> LexborNode | None:
    parent = node.parent
    while parent is not None and parent.tag != tag:
        parent = parent.parent
    return parent


def _text(node: LexborNode) -> str:
    for call in node.css("a[href]"):
        if _Walk._is_note_call(call):
            call.decompose()
    return _unmarked(" ".join(node.text(separator=" " if node.tag in ("td", "th") else "").split()))


def _unmarked(text: str) -> str:
    # EUR-Lex marks in consolidated texts what each amending act brought: ►M1 … ◄
    return (
        re.sub(r"\s*(?:[►▼]\s?[ABCM]\d*\b|◄)\s*", " ", text).strip()
        if "►" in text or "▼" in text or "◄" in text
        else text
    )
