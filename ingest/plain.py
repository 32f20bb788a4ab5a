"""Plain text to blocks: paragraphs, lists, and what is laid out as a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.blocks import BULLET, MARK, Builder, Extracted, Kind, Unreadable, legal_heading

_NUMBERED = re.compile(r"^(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+(?P<title>[A-ZÀ-Þ].{2,90})$")


def decoded(data: bytes, out: Builder) -> str:
    """The characters of `data`; how they were read is said when it is not UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as error:
            raise Unreadable("it starts as UTF-16 text and is not. Save it as UTF-8.") from error
    if b"\0" in data:
        raise Unreadable("it holds binary data: it is not text. Save it under the name of what it is.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
        controls = sum(char < " " and char not in "\n\r\t\f" for char in text)
        if text.count("\ufffd") + controls > 0.01 * len(text) + 1:
            raise Unreadable("it is neither UTF-8 nor Windows text: it looks binary. Save it as UTF-8.") from None
        out.notes.append("the file is not UTF-8; it was read as Windows-1252 (Western Europe)")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_plain(data: bytes, limit: int) -> Extracted:
    """The blocks of a text file."""
    out = Builder("text", limit)
    add_plain(out, decoded(data, out))
    built = out.built()
    if not built.blocks:
        raise Unreadable("the file is empty.")
    first = built.blocks[0]
    if len(first.text) <= 150:
        out.propose("title", first.text, "first line")
    return out.built()


def add_plain(out: Builder, text: str) -> None:
    """Add the blocks of `text`, each line joined to the next of its block."""
    for kind, level, lines in plain_blocks(text):
        out.add(kind, joined([text[start:end] for start, end in lines]), level=level)


def plain_blocks(text: str) -> Iterator[tuple[Kind, int, list[tuple[int, int]]]]:
    """The blocks of `text` as (kind, level, places of their lines).

    An empty line, a mark of list or a line laid out as a heading starts a new one.
    """
    for paragraph in _paragraphs(text):
        if (
            len(paragraph) == 2
            and re.fullmatch(r"(=+|-+)", text[slice(*paragraph[1])])
            and paragraph[1][1] - paragraph[1][0] > 2
        ):
            yield "heading", 1 if text[paragraph[1][0]] == "=" else 2, paragraph[:1]
            continue
        gathered: list[tuple[int, int]] = []
        is_item = False
        for start, end in paragraph:
            line = text[start:end]
            level = heading_level(line, alone=len(paragraph) == 1)
            bullet, mark = BULLET.match(line), MARK.match(line)
            if (level or bullet or mark) and gathered:
                yield "item" if is_item else "paragraph", int(is_item), gathered
                gathered, is_item = [], False
            if level:
                yield "heading", level, [(start, end)]
                continue
            is_item = is_item or bool(bullet or mark)
            place = (start + bullet.end() if bullet else start, end)
            if place[0] < end:
                gathered.append(place)
        if gathered:
            yield "item" if is_item else "paragraph", int(is_item), gathered


def _paragraphs(text: str) -> Iterator[list[tuple[int, int]]]:
    lines: list[tuple[int, int]] = []
    for match in re.finditer(r"[^\n\f]*[\n\f]?", text):
        line = match[0].strip()
        if line:
            start = match.start() + match[0].index(line)
            lines.append((start, start + len(line)))
        if lines and (not line or match[0].endswith("\f")):
            yield lines
            lines = []
    if lines:
        yield lines


def heading_level(line: str, *, alone: bool) -> int:
    """The level of a line that is a heading by its words or, when it stands `alone`, by its looks; 0 for text."""
    level = legal_heading(line)
    if level or not alone:
        return level
    numbered = _NUMBERED.match(line)
    if numbered and not line.endswith((".", ";", ",", ":")):
        return min(6, 2 + numbered["number"].count("."))
    letters = [char for char in line if char.isalpha()]
    if len(letters) > 3 and len(line) < 80 and line.isupper() and not line.endswith((".", ";", ",")):
        return 2
    return 0


def joined(lines: list[str]) -> str:
    """The lines as one text; a word cut at the end of a line is made whole."""
    text = ""
    for line in lines:
        if text.endswith("\u00ad") or (re.search(r"[a-zà-ÿ]-$", text) and re.match(r"[a-zà-ÿ]", line)):
            text = text[:-1] + line
        else:
            text = f"{text} {line}" if text else line
    return text
