"""The pages of a PDF file to blocks: lines, columns, headings, lists; what repeats on every page is left out. Pure.

`read.py` opens the file and gives the pages as plain values: pieces of text with their place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from ingest.blocks import BULLET, MARK, Builder, Extracted, legal_heading


@dataclass(frozen=True)
class Piece:
    """A run of characters and where it starts; `y` grows upwards. An empty text only says how far the run before it went."""

    text: str
    x: float
    y: float
    size: float
    bold: bool = False


@dataclass(frozen=True)
class Page:
    """A page as the file gives it. `plain` is its text without places, used when the places make no sense."""

    label: str
    pieces: tuple[Piece, ...]
    width: float
    height: float
    has_image: bool = False
    plain: str = ""


@dataclass(frozen=True)
class Bookmark:
    """An entry of the outline; `page` counts from 0."""

    title: str
    level: int
    page: int


@dataclass(frozen=True)
class Line:
    """A line of a page. `cells` are its parts when wide gaps separate them; `gap` is the distance to the line before, in line heights."""

    text: str
    x: float
    y: float
    end: float
    size: float
    bold: bool
    cells: tuple[tuple[float, str], ...] = ()
    gap: float = 1.0


@dataclass(frozen=True)
class Paragraph:
    """Lines that belong together."""

    lines: tuple[Line, ...]
    page: int
    label: str
    level: int = 0
    is_row: bool = False

    @property
    def size(self) -> float:
        return max(line.size for line in self.lines)


def read_pages(pages: Sequence[Page], outline: Sequence[Bookmark], out: Builder) -> Extracted:
    """The blocks of a document made of `pages`."""
    out.pages = len(pages)
    lined = [lines_of(page) for page in pages]
    for number, (page, lines) in enumerate(zip(pages, lined, strict=True)):
        if not lines and page.plain.strip():
            lined[number] = _lines_of_plain(page)
    out.pages_without_text = sum(not any(line.text.strip() for line in lines) for lines in lined)
    lined = without_running_lines(lined, pages)
    lined = [reading_order(lines, page.width) for lines, page in zip(lined, pages, strict=True)]
    known = Counter(
        word for lines in lined for line in lines for word in re.findall(r"[\w-]+", line.text.casefold())[:-1]
    )
    body = _body_size(lined)
    titles = frozenset(_bare(bookmark.title) for bookmark in outline) - {""}
    paragraphs = [
        paragraph
        for number, (lines, page) in enumerate(zip(lined, pages, strict=True))
        for paragraph in _title_first(paragraphs_of(lines, number + 1, page.label, titles), page, body)
    ]
    paragraphs = with_levels(paragraphs, outline, body)
    for paragraph in joined_over_pages(without_contents(paragraphs)):
        _add(out, paragraph, known)
    return out.built()


def lines_of(page: Page) -> list[Line]:
    """The lines of a page, in the order of the file."""
    rows: list[list[tuple[Piece, float]]] = []
    apart = False
    for piece in page.pieces:
        row = rows[-1] if rows else None
        if not piece.text.strip():
            apart = apart or bool(piece.text)
            if row and abs(row[-1][0].y - piece.y) < 0.1 and piece.x > row[-1][0].x and not piece.text:
                row[-1] = (row[-1][0], max(row[-1][1], piece.x) if row[-1][1] == _estimate(row[-1][0]) else piece.x)
            continue
        if apart:
            piece, apart = replace(piece, text=f" {piece.text}"), False
        if (
            row
            and abs(row[0][0].y - piece.y) < 0.45 * max(piece.size, row[0][0].size, 1)
            and piece.x >= row[-1][0].x - 0.5 * piece.size
        ):
            row.append((piece, _estimate(piece)))
        else:
            rows.append([(piece, _estimate(piece))])
    lines: list[Line] = []
    for row in rows:
        first = row[0][0]
        size = max(piece.size for piece, _ in row)
        text, cells, cell_start = "", [], first.x
        cell = ""
        end = first.x
        for piece, piece_end in row:
            part = " ".join(piece.text.split())
            gap = piece.x - end
            spaced = text and (gap > 0.12 * size or text[-1].isspace() or piece.text[0].isspace())
            if text and gap > 1.3 * size:
                cells.append((cell_start, cell.strip()))
                cell, cell_start = "", piece.x
            if spaced and not re.match(r"[,.;:!?)\]](?!\w)", part):
                text += " "
                cell += " "
            text += part
            cell += part
            if piece.text[-1:].isspace():
                text += " "
            end = max(piece_end, piece.x)
        cells.append((cell_start, cell.strip()))
        bold = sum(len(piece.text) for piece, _ in row if piece.bold) > 0.8 * sum(len(piece.text) for piece, _ in row)
        text = re.sub(r" {2,}", " ", text).strip()
        if text:
            lines.append(Line(text, first.x, first.y, end, size, bold, tuple(cells) if len(cells) > 1 else ()))
    return lines


def _estimate(piece: Piece) -> float:
    return piece.x + 0.48 * piece.size * len(piece.text.strip())


def _lines_of_plain(page: Page) -> list[Line]:
    lines = [line.strip() for line in page.plain.split("\n")]
    return [Line(line, 0, page.height - 12 * n, page.width, 10, False) for n, line in enumerate(lines) if line]


_PAGE_NUMBER = re.compile(
    r"^[-–—\s|]*(?:(?:page|p\.)\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:/|sur|of|de)\s*\d{1,4})?[-–—\s|.]*$", re.IGNORECASE
)


def without_running_lines(lined: Sequence[list[Line]], pages: Sequence[Page]) -> list[list[Line]]:
    """The lines of each page without headers, footers and page numbers: what comes back near an edge on most pages."""
    edges: list[dict[int, str]] = []
    for lines, page in zip(lined, pages, strict=True):
        by_height = sorted(range(len(lines)), key=lambda n: -lines[n].y)
        near = [n for n in by_height[:3] if lines[n].y > 0.82 * page.height] + [
            n for n in by_height[-3:] if lines[n].y < 0.18 * page.height
        ]
        edges.append({n: re.sub(r"\d+|\b[ivxlc]+\b", "#", lines[n].text.casefold()) for n in near})
    counts = Counter(shape for edge in edges for shape in set(edge.values()))
    filled = sum(bool(lines) for lines in lined)
    most = max(2, 0.4 * filled) if filled > 2 else 3
    kept = []
    for lines, edge, page in zip(lined, edges, pages, strict=True):
        away = {n for n, shape in edge.items() if counts[shape] >= most and len(lines[n].text) < 200}
        for n in edge:
            is_outermost = lines[n].y in (min(line.y for line in lines), max(line.y for line in lines))
            text = lines[n].text.strip()
            numbered = _PAGE_NUMBER.match(text) and (is_outermost or text == page.label)
            if numbered and len(lines) > 1 and (filled > 1 or text == page.label):
                away.add(n)
        rest = [line for n, line in enumerate(lines) if n not in away]
        # A page that says nothing but what the others say is not made of headers.
        kept.append(rest or lines)
    return kept


def reading_order(lines: Sequence[Line], width: float) -> list[Line]:
    """`lines` column by column when the file gives them across the columns; else as the file gives them."""
    if len(lines) < 8:
        return list(lines)
    lines = _unfolded(lines)
    middle = _gutter(lines, width)
    if middle is None:
        return list(lines)
    side = [0 if line.end <= middle + 0.02 * width else 1 if line.x >= middle - 0.02 * width else 2 for line in lines]
    turns = sum(a != b and 2 not in (a, b) for a, b in pairwise(side))
    if turns <= 0.25 * len(lines):
        return list(lines)
    ordered: list[Line] = []
    band: list[tuple[int, Line]] = []
    for line, where in sorted(zip(lines, side, strict=True), key=lambda pair: -pair[0].y):
        if where == 2:
            ordered += [one for _, one in sorted(band, key=lambda pair: (pair[0], -pair[1].y))]
            ordered.append(line)
            band = []
        else:
            band.append((where, line))
    return ordered + [one for _, one in sorted(band, key=lambda pair: (pair[0], -pair[1].y))]


def _unfolded(lines: Sequence[Line]) -> list[Line]:
    """`lines` where those that run across two columns of prose are cut in two."""
    across = [line for line in lines if len(line.cells) == 2 and min(len(text) for _, text in line.cells) > 25]
    if len(across) < max(6, 0.5 * len(lines)):
        return list(lines)
    middle = median(line.cells[1][0] for line in across)
    found: list[Line] = []
    for line in lines:
        if line in across and abs(line.cells[1][0] - middle) < line.size:
            (left, text), (right, other) = line.cells
            found.append(replace(line, text=text, end=min(left + 0.48 * line.size * len(text), right - 1), cells=()))
            found.append(replace(line, text=other, x=right, cells=()))
        else:
            found.append(line)
    return found


def _gutter(lines: Sequence[Line], width: float) -> float | None:
    starts = sorted({round(line.x) for line in lines if line.x > 0.35 * width})
    for start in starts:
        right = [line for line in lines if line.x >= start - 1]
        left = [line for line in lines if line.end < start - 1]
        if min(len(left), len(right)) >= max(4, 0.25 * len(lines)) and len(left) + len(right) >= 0.75 * len(lines):
            beside = sum(any(abs(a.y - b.y) < 0.5 * a.size for b in right) for a in left)
            prose = sum(len(line.text) > 25 for line in (*left, *right)) > 0.6 * (len(left) + len(right))
            if beside >= 0.5 * min(len(left), len(right)) and prose:
                return float(start)
    return None


def paragraphs_of(
    lines: Sequence[Line], page: int, label: str, titles: frozenset[str] = frozenset()
) -> list[Paragraph]:
    """`lines` gathered: a wider gap, a mark of list, another size, a short line that ends a sentence start a new paragraph.

    `titles` are the bare titles of the outline: a line that is one of them stands alone.
    """
    steps = [above.y - below.y for above, below in pairwise(lines) if 0 < above.y - below.y < 4 * above.size]
    step = median(steps) if steps else 12.0
    right = sorted(line.end for line in lines)[int(0.8 * len(lines))] if lines else 0.0
    tables = _table_rows(lines)
    found: list[Paragraph] = []
    gathered: list[Line] = []

    def close() -> None:
        if gathered:
            found.append(Paragraph(tuple(gathered), page, label))
            gathered.clear()

    for number, line in enumerate(lines):
        if number in tables:
            close()
            found.append(Paragraph((line,), page, label, is_row=True))
            continue
        if gathered:
            above = gathered[-1]
            down = above.y - line.y
            ends = above.text.rstrip().endswith((".", "!", "?", ":", ";", ".»", "»"))
            short = above.end < right - 6 * above.size
            starts = bool(BULLET.match(line.text) or (MARK.match(line.text) and (ends or above.text.endswith(","))))
            indented = line.x > min(one.x for one in gathered) + 0.7 * line.size and ends and len(gathered) > 1
            new = (
                down > 1.45 * max(step, 0.9 * line.size)
                or down < -0.5 * line.size
                or abs(above.size - line.size) > 0.12 * max(above.size, line.size)
                or (above.bold != line.bold and not line.text[:1].islower() and (ends or short or above.bold))
                or starts
                or (short and ends and line.text[:1].isupper())
                or indented
                or _bare(line.text) in titles
                or (_bare(above.text) in titles and len(gathered) == 1)
                or bool(legal_heading(line.text))
                or bool(legal_heading(above.text) and len(gathered) == 1)
            )
            if new:
                close()
        gathered.append(line)
    close()
    return found


def _table_rows(lines: Sequence[Line]) -> set[int]:
    """The lines that are rows of a table: three or more in a row whose parts start at the same places."""
    rows: set[int] = set()
    run: list[int] = []
    for number, line in enumerate([*lines, Line("", 0, 0, 0, 0, False)]):
        fits = len(line.cells) >= 2 and not any(
            re.fullmatch(r"[•●–—-]|\(?\w{1,3}[.)]", text) for _, text in line.cells[:1]
        )
        if fits and (not run or any(abs(a - b) < 6 for a, _ in line.cells[1:] for b, _ in lines[run[-1]].cells[1:])):
            run.append(number)
            continue
        if len(run) >= 3:
            rows |= set(run)
        run = [number] if fits else []
    return rows


def _title_first(paragraphs: list[Paragraph], page: Page, body: float) -> list[Paragraph]:
    """Slides often draw their title last: the largest text of a page, when it is at its top, comes first."""
    if len(paragraphs) < 2:
        return paragraphs
    largest = max(paragraphs, key=lambda p: p.size)
    top = max(line.y for p in paragraphs for line in p.lines)
    if (
        largest.size >= 1.25 * body
        and largest.lines[0].y > top - 0.2 * page.height
        and largest is not paragraphs[0]
        and not largest.is_row
    ):
        return [largest, *(p for p in paragraphs if p is not largest)]
    return paragraphs


def _body_size(lined: Sequence[Sequence[Line]]) -> float:
    sizes: Counter[float] = Counter()
    for lines in lined:
        for line in lines:
            sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def with_levels(paragraphs: Sequence[Paragraph], outline: Sequence[Bookmark], body: float) -> list[Paragraph]:
    """`paragraphs` with the level of those that are headings: named by the outline, written larger, or bold and short."""
    wanted: dict[int, list[tuple[str, int]]] = {}
    for bookmark in outline:
        title = _bare(bookmark.title)
        if title:
            wanted.setdefault(bookmark.page + 1, []).append((title, min(bookmark.level, 6)))
    larger = sorted({round(p.size) for p in paragraphs if p.size >= 1.15 * body and _is_short(p)}, reverse=True)[:3]
    found = []
    for paragraph in paragraphs:
        text = " ".join(line.text for line in paragraph.lines)
        bare = _bare(text)
        level = legal_heading(text) if not paragraph.is_row else 0
        if not level and len(text) < 300:
            titles = wanted.get(paragraph.page, []) + wanted.get(paragraph.page - 1, [])
            level = next(
                (
                    n
                    for title, n in titles
                    if bare == title or (len(title) > 8 and bare.endswith(title) and len(bare) < len(title) + 8)
                ),
                0,
            )
        if not level and not paragraph.is_row and _is_short(paragraph) and not BULLET.match(text):
            size = round(paragraph.size)
            if size in larger and paragraph.size >= 1.15 * body:
                level = 1 + larger.index(size) + (1 if outline else 0)
            elif (
                all(line.bold for line in paragraph.lines)
                and len(text) < 120
                and paragraph.size >= 0.95 * body
                and not re.match(r"[a-zà-ÿ]{2,}\b[^.)]", text)
            ):
                level = 5 if not larger else min(6, 2 + len(larger))
        found.append(replace(paragraph, level=level))
    return _with_something_below(_whole_headings(found), wanted)


def _with_something_below(paragraphs: Sequence[Paragraph], wanted: Mapping[int, object]) -> list[Paragraph]:
    """Large text with nothing below it (boxes of a slide) is text: as a heading, it would be lost."""
    found = list(paragraphs)
    for number in range(len(found) - 1, -1, -1):
        one = found[number]
        following = found[number + 1] if number + 1 < len(found) else None
        alone = following is None or (following.level and following.level <= one.level) or following.page > one.page + 1
        if one.level and alone and not wanted and not legal_heading(" ".join(line.text for line in one.lines)):
            found[number] = replace(one, level=0)
    return found


def _whole_headings(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Headings that go over several paragraphs of the same size are made one."""
    found: list[Paragraph] = []
    for paragraph in paragraphs:
        last = found[-1] if found else None
        if (
            last
            and last.level
            and last.level == paragraph.level
            and last.page == paragraph.page
            and abs(last.size - paragraph.size) < 0.5
            and 0 < last.lines[-1].y - paragraph.lines[0].y < 1.7 * paragraph.size
            and not legal_heading(" ".join(line.text for line in paragraph.lines))
            and (
                paragraph.lines[0].text[:1].islower()
                or last.lines[-1].text.endswith((",", "–", ":", "de", "of", "the", "and", "et", "la", "le"))
            )
        ):
            found[-1] = replace(last, lines=last.lines + paragraph.lines)
        else:
            found.append(paragraph)
    return found


def _bare(text: str) -> str:
    return re.sub(r"[^\w]+", " ", text.casefold()).strip()


def _is_short(paragraph: Paragraph) -> bool:
    text = " ".join(line.text for line in paragraph.lines)
    return (
        2 < len(text) <= 160
        and len(paragraph.lines) <= 3
        and not text.rstrip().endswith((".", ";", ","))
        and sum(c.isalpha() for c in text) > 0.5 * len(text)
    )


_CONTENTS = re.compile(r"^(table of contents|contents|sommaire|table des mati[èe]res)$", re.IGNORECASE)


def without_contents(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """`paragraphs` without the table of contents: what follows its heading and ends with page numbers."""
    kept: list[Paragraph] = []
    inside = False
    for paragraph in paragraphs:
        text = " ".join(line.text for line in paragraph.lines)
        if _CONTENTS.match(text.strip(" .:")) and len(paragraph.lines) == 1:
            inside = True
            continue
        numbered = sum(bool(re.search(r"[\s.]\d{1,3}$", line.text)) for line in paragraph.lines)
        inside = inside and numbered >= 0.6 * len(paragraph.lines)
        if not inside:
            kept.append(paragraph)
    return kept


def joined_over_pages(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """A sentence that the end of a page or of a column cuts is one paragraph, on the page where it starts."""
    found: list[Paragraph] = []
    for paragraph in paragraphs:
        last = found[-1] if found else None
        if last and not last.level and not paragraph.level and not last.is_row and not paragraph.is_row:
            before, after = last.lines[-1], paragraph.lines[0]
            over = paragraph.page == last.page + 1 or (paragraph.page == last.page and after.y > before.y)
            open_end = bool(re.search(r"[\w,’'(«-]$", before.text.rstrip()))
            if (
                over
                and open_end
                and re.match(r"[a-zà-ÿ(«]", after.text)
                and not MARK.match(after.text)
                and abs(before.size - after.size) < 1
            ):
                found[-1] = replace(last, lines=last.lines + paragraph.lines)
                continue
        found.append(paragraph)
    return found


_LEADER = re.compile(r"(?:\.\s?){4,}\s*\d*\s*$|…{2,}\s*\d+\s*$")
_KEEPS_HYPHEN = frozenset(
    "sous non demi mi vice ex quasi contre avant après auto co self non cross re multi semi".split()
)


def _add(out: Builder, paragraph: Paragraph, known: Counter[str]) -> None:
    if any(_LEADER.search(line.text) for line in paragraph.lines):
        return  # a line of a table of contents
    if paragraph.is_row:
        cells = " | ".join(text for _, text in paragraph.lines[0].cells if text)
        out.add("row", cells, page=paragraph.page, page_label=paragraph.label)
        return
    text = join_lines([line.text for line in paragraph.lines], known)
    bullet = BULLET.match(text)
    mark = MARK.match(text)
    if paragraph.level:
        out.add("heading", text, level=paragraph.level, page=paragraph.page, page_label=paragraph.label)
    elif bullet:
        out.add("item", text[bullet.end() :], level=1, page=paragraph.page, page_label=paragraph.label)
    elif mark and not mark["number"]:
        out.add("item", text, level=1, page=paragraph.page, page_label=paragraph.label)
    else:
        out.add("paragraph", text, page=paragraph.page, page_label=paragraph.label)


def join_lines(lines: Sequence[str], known: Counter[str]) -> str:
    """The lines as one text; a word cut by a hyphen is made whole, a hyphen that belongs to the word stays (`known` words decide)."""
    text = ""
    for line in lines:
        line = line.strip()
        cut = re.search(r"([^\W\d_]+)[-\u2010\u00ad]$", text)
        goes_on = re.match(r"([a-zà-ÿ]+(?:-\w+)*)", line)
        if cut and goes_on:
            head, tail = cut[1].casefold(), goes_on[1].casefold()
            whole, hyphened = known[head + tail], known[f"{head}-{tail}"]
            keeps = (
                hyphened > whole
                or (not whole and not hyphened and (head in _KEEPS_HYPHEN or len(head) == 1))
                or text.endswith("--")
            )
            text = (text if keeps and not text.endswith("\u00ad") else text[:-1]) + line
        else:
            text = f"{text} {line}" if text else line
    return text
