"""Markdown to blocks: headings, lists, tables, what their marks surround; the marks themselves are left out."""

from __future__ import annotations

import html
import re
import unicodedata

from ingest.blocks import Builder, Extracted, Unreadable
from ingest.plain import decoded

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*\n", re.DOTALL)
_ATX = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_ATTRIBUTES = re.compile(r"\s*\{#([\w-]+)[^}]*\}\s*$")
_ITEM = re.compile(r"^(\s*)(?:([*+-])|(\d{1,3}[.)]|[a-z]\)))\s+(.*)$")
_BOLD_QUESTION = re.compile(r"^(\*\*|__)(?=\S)([^*_]{7,249}\?)\1(?:\s+(.*))?$", re.DOTALL)
_FENCE = re.compile(r"^\s*(```+|~~~+)")
_RULE = re.compile(r"^ {0,3}([-*_])(?:\s*\1){2,}\s*$")
_ROW = re.compile(r"^\s*\|?.*\|.*$")
_SEPARATOR = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")
_CONTAINER = re.compile(r"^\s*:::+\s*(\w+)?\s*(.*)$")
_DROPPED = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)


def read_markdown(data: bytes, limit: int) -> Extracted:
    """The blocks of a Markdown file."""
    out = Builder("markdown", limit)
    text = decoded(data, out)
    front = _FRONT.match(text)
    if front:
        for name, key in (("title", "title"), ("language", "language"), ("language", "lang"), ("date", "date")):
            found = re.search(rf"^{key}:\s*['\"]?(.+?)['\"]?\s*$", front[1], re.MULTILINE)
            if found:
                out.propose(name, found[1], "front matter")
        text = text[front.end() :]
    _Reader(out).read(_DROPPED.sub(" ", text).split("\n"))
    built = out.built()
    if not built.blocks:
        raise Unreadable("the file is empty.")
    first = next((block for block in built.blocks if block.kind == "heading"), None)
    if first:
        out.propose("title", first.text, "first heading")
    return out.built()


class _Reader:
    def __init__(self, out: Builder) -> None:
        self.out = out
        self.words: list[str] = []
        self.item: tuple[int, str] | None = None
        self.indents: list[int] = []
        self.anchor = ""
        self.above = (1, False)

    def read(self, lines: list[str]) -> None:
        number = 0
        while number < len(lines):
            line = lines[number].expandtabs(4)
            if line.lstrip().startswith(">"):
                line = re.sub(r"^\s*(?:>\s?)+", "", line)
            if fence := _FENCE.match(line):
                self.end()
                number += 1
                code = []
                while number < len(lines) and not lines[number].strip().startswith(fence[1]):
                    code.append(lines[number])
                    number += 1
                self.out.add("paragraph", " ".join(code), anchor=self.anchor)
            elif not line.strip():
                self.end()
            elif heading := _ATX.match(line):
                self.end()
                self.heading(len(heading[1]), heading[2])
            elif self.words and self.item is None and re.match(r"^\s*(=+|-{2,})\s*$", line):
                underlined, self.words = " ".join(self.words), []
                self.heading(1 if "=" in line else 2, underlined)
            elif _RULE.match(line) or re.match(r"^\s*\[\[\w+\]\]\s*$", line):
                self.end()
            elif container := _CONTAINER.match(line):
                self.end()
                if container[2].strip():
                    self.out.add("paragraph", inline(container[2]), anchor=self.anchor)
            elif (
                number + 1 < len(lines)
                and _ROW.match(line)
                and _SEPARATOR.match(lines[number + 1])
                and "|" in lines[number + 1]
            ):
                self.end()
                self.row("header", line)
                number += 2
                while number < len(lines) and lines[number].strip() and "|" in lines[number]:
                    self.row("row", lines[number])
                    number += 1
                continue
            elif item := _ITEM.match(line):
                self.end()
                self.start_item(len(item[1]), item[3] or "")
                self.words.append(item[4])
            else:
                if not self.words and not line.startswith("  "):
                    self.indents = []
                self.words.append(line.strip())
                if lines[number].endswith("  ") or re.search(r"<br\s*/?>\s*$", line, re.IGNORECASE):
                    self.words.append(" ")
            number += 1
        self.end()

    def start_item(self, indent: int, mark: str) -> None:
        while self.indents and self.indents[-1] > indent:
            self.indents.pop()
        if not self.indents or self.indents[-1] < indent:
            self.indents.append(indent)
        self.item = (len(self.indents), mark)

    def end(self) -> None:
        raw = " ".join(self.words)
        if self.item is None and (asked := _BOLD_QUESTION.match(raw.strip())):
            # A bold question heads its answer, as in lists of questions: beside the one before, or below the heading of them all.
            self.words = []
            level, was_question = self.above
            self.heading(level if was_question else min(level + 1, 6), asked[2])
            raw = asked[3] or ""
        text = inline(raw)
        if text.strip() and self.item:
            level, mark = self.item
            self.out.add("item", f"{mark} {text}", level=level, anchor=self.anchor)
        elif text.strip():
            self.out.add("paragraph", text, level=len(self.indents), anchor=self.anchor)
        self.words, self.item = [], None

    def heading(self, level: int, text: str) -> None:
        own = _ATTRIBUTES.search(text)
        text = inline(_ATTRIBUTES.sub("", text))
        self.indents = []
        self.anchor = own[1] if own else slug(text)
        self.above = (level, text.endswith("?"))
        self.out.add("heading", text, level=level, anchor=self.anchor)

    def row(self, kind: str, line: str) -> None:
        cells = [inline(cell).strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        self.out.add(
            "header" if kind == "header" else "row", " | ".join(cell for cell in cells if cell), anchor=self.anchor
        )


def inline(text: str) -> str:
    """`text` without the marks of emphasis, links, images and HTML."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", " ", text)
    text = re.sub(r"\[([^\]]+)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)", r"\1", text)
    text = re.sub(r"\[([^\]]+)\]\[[^\]]*\]", r"\1", text)
    text = re.sub(r"\[\^[\w-]+\]:?", "", text)
    text = re.sub(r"<(https?://[^>\s]+|[\w.+-]+@[\w.-]+)>", r"\1", text)
    text = re.sub(r"</?[a-zA-Z][^<>]*>", " ", text)
    text = re.sub(r"`+([^`]*)`+", r"\1", text)
    text = re.sub(r"(\*\*\*|\*\*|\*)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    text = re.sub(r"(\*\*|\*)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    text = re.sub(r"(?<!\w)(___|__|_)(?=\S)(.+?)(?<=\S)\1(?!\w)", r"\2", text)
    text = re.sub(r"\\([\\`*_{}\[\]()#+.!|>~-])", r"\1", text)
    return html.unescape(text)


def slug(text: str) -> str:
    """The anchor that sites give to a heading."""
    folded = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:120]
