"""Plain text to blocks: paragraphs, lists, and what is laid out as a heading."""

from __future__ import annotations

import re

from ingest.blocks import BULLET, MARK, Builder, Extracted, Unreadable, legal_heading

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
    """Add the blocks of `text`: an empty line, a mark of list or a line laid out as a heading starts a new one."""
    for paragraph in re.split(r"\n[ \t]*\n|\f", text):
        lines = [line.rstrip() for line in paragraph.split("\n") if line.strip()]
        if len(lines) == 2 and re.fullmatch(r"\s*(=+|-+)\s*", lines[1]) and len(lines[1].strip()) > 2:
            out.add("heading", lines[0], level=1 if "=" in lines[1] else 2)
            continue
        gathered: list[str] = []
        is_item = False
        for line in lines:
            bare = line.strip()
            level = heading_level(bare, alone=len(lines) == 1)
            starts_item = bool(BULLET.match(bare) or MARK.match(bare))
            if level or starts_item:
                _end(out, gathered, is_item)
                gathered, is_item = [], False
            if level:
                out.add("heading", bare, level=level)
                continue
            is_item = is_item or starts_item
            gathered.append(bare)
        _end(out, gathered, is_item)


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


def _end(out: Builder, lines: list[str], is_item: bool) -> None:
    text = joined(lines)
    if text:
        bullet = BULLET.match(text) if is_item else None
        out.add("item" if is_item else "paragraph", text[bullet.end() :] if bullet else text, level=int(is_item))


def joined(lines: list[str]) -> str:
    """The lines as one text; a word cut at the end of a line is made whole."""
    text = ""
    for line in lines:
        if text.endswith("\u00ad") or (re.search(r"[a-zà-ÿ]-$", text) and re.match(r"[a-zà-ÿ]", line)):
            text = text[:-1] + line
        else:
            text = f"{text} {line}" if text else line
    return text
