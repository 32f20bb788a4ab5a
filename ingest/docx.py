"""Word documents to blocks. Knows python-docx, which comes with the extra `docx`."""

from __future__ import annotations

import io
import re
from typing import Any

from ingest.blocks import Builder, Extracted, Unreadable, legal_heading

_MOST_PARTS = 5_000
_MOST_BYTES = 100_000_000


def read_docx(data: bytes, limit: int) -> Extracted:
    """The blocks of a Word document: headings by their style, lists, tables as rows."""
    try:
        import docx
        from docx.table import Table
        from docx.text.paragraph import Paragraph
    except ImportError as error:
        raise Unreadable(
            "reading Word documents needs python-docx, which is not installed. Run `pip install 'assistant-bac-a-sable[docx]'`, or save the file as PDF."
        ) from error
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_BYTES:
            raise Unreadable(
                "once unpacked it would fill the memory: it was made to harm, or holds very large images. Save it as PDF."
            )
    document: Any = docx.Document(io.BytesIO(data))
    out = Builder("docx", limit)
    properties = document.core_properties
    if properties.title:
        out.propose("title", properties.title, "properties of the document")
    language = (properties.language or "")[:2].lower()
    if language in ("fr", "en"):
        out.propose("language", language, "properties of the document")
    if properties.modified:
        out.propose("date", properties.modified.date().isoformat(), "last change in the properties of the document")
    for part in document.iter_inner_content():
        if isinstance(part, Paragraph):
            _add_paragraph(out, part)
        elif isinstance(part, Table):
            seen_header = False
            for row in part.rows:
                cells: list[str] = []
                for cell in row.cells:
                    text = " ".join(cell.text.split())
                    if text and (not cells or cells[-1] != text):
                        cells.append(text)
                if cells:
                    out.add("row" if seen_header else "header", " | ".join(cells))
                    seen_header = True
    built = out.built()
    if not built.blocks:
        raise Unreadable("no text was found in it: it may hold images only.")
    first = next((block for block in built.blocks if block.kind == "heading"), built.blocks[0])
    if len(first.text) <= 150:
        out.propose("title", first.text, "first heading")
    return out.built()


def _add_paragraph(out: Builder, paragraph: Any) -> None:
    text = paragraph.text
    style = (paragraph.style.name or "") if paragraph.style is not None else ""
    heading = re.match(r"(?:heading|titre)\s*(\d)", style, re.IGNORECASE)
    bookmark = paragraph._p.xpath("./w:bookmarkStart/@w:name")
    anchor = next((name for name in bookmark if not name.startswith("_GoBack")), "")
    level = legal_heading(" ".join(text.split())) or (min(int(heading[1]), 6) if heading else 0)
    if style.casefold() in ("title", "titre"):
        level = 1
    if level:
        out.add("heading", text, level=level, anchor=anchor)
        return
    numbering = paragraph._p.xpath("./w:pPr/w:numPr/w:ilvl/@w:val")
    if numbering or style.casefold().startswith(("list", "liste")):
        number = re.search(r"(\d)$", style)
        depth = int(numbering[0]) + 1 if numbering and str(numbering[0]).isdigit() else int(number[1]) if number else 1
        out.add("item", text, level=min(depth, 9), anchor=anchor)
    else:
        out.add("paragraph", text, anchor=anchor)
