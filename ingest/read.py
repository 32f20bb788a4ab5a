"""From files to Documents: our restatements, and the documents by others beside them. The only file that knows pypdf."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.blocks import Builder, Extracted, Unreadable
from ingest.pdf import Bookmark, Page, Piece, read_pages

if TYPE_CHECKING:
    from corpus.passages import Document


def read_corpus(folder: Path) -> list[Document]:
    """Every restatement of `folder`, in a fixed order. A mistake in any of them is an ExplainedError, and nothing is returned."""
    # Imported here: the process that reads a hostile PDF file through this module needs none of it.
    from corpus.errors import ExplainedError
    from corpus.sources import load_sources
    from ingest.restatements import check_together, read_leads, read_restatement

    texts = sorted((folder / "texts").glob("*/*.md")) if (folder / "texts").is_dir() else []
    if not texts:
        raise ExplainedError(
            f"No text was found in '{folder / 'texts'}', so there is nothing to index. Name the folder that holds texts/fr and texts/en with --corpus DIR."
        )
    sources = load_sources(folder / "sources.yaml")
    leads = read_leads(folder)
    documents = [read_restatement(path, folder, sources, leads) for path in texts]
    check_together(documents, leads, folder)
    return documents


def read_elsewhere(folder: Path) -> list[str]:
    """The questions on other subjects that `elsewhere.yaml` lists; none when the corpus has no such file."""
    from pydantic import BaseModel, ConfigDict

    from corpus.passages import Language
    from corpus.yaml_files import load_checked

    class Elsewhere(BaseModel):
        model_config = ConfigDict(frozen=True, extra="forbid")

        elsewhere: dict[Language, list[str]]

    path = folder / "elsewhere.yaml"
    return (
        [text for texts in load_checked(path, Elsewhere).elsewhere.values() for text in texts] if path.exists() else []
    )


def read_pdf(data: bytes, most_pages: int, most_characters: int) -> Extracted:
    """The blocks of a PDF file. To be called in the limited process of `child.py` only."""
    import logging

    import pypdf
    from pypdf.errors import DependencyError, FileNotDecryptedError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("it is protected by a password. Save it without the password.")
        count = len(reader.pages)
        if count and reader.is_encrypted:
            reader.pages[0].extract_text()
    except FileNotDecryptedError as error:
        raise Unreadable("it is protected by a password. Save it without the password.") from error
    except DependencyError as error:
        raise Unreadable(
            "it is encrypted (AES), and the package `cryptography` that opens it is not installed. Save it without protection, or install that package."
        ) from error
    if count == 0:
        raise Unreadable("it has no page: it is broken, or cut off. Open it in its own program and save it anew.")
    if count > most_pages:
        raise Unreadable(f"it has {count} pages, and {most_pages} are read at most. Split it.")
    out = Builder("pdf", most_characters)
    information = _quietly(lambda: reader.metadata) or {}
    title = str(information.get("/Title") or "")
    out.propose("title", title, "properties of the file")
    language = str(_quietly(lambda: reader.root_object.get("/Lang")) or "")[:2].lower()
    if language in ("fr", "en"):
        out.propose("language", language, "language stated in the file")
    date = _quietly(lambda: information.get("/ModDate") or information.get("/CreationDate"))
    day = str(date or "").removeprefix("D:")[:8]
    if len(day) == 8 and day.isdigit() and "1990" <= day[:4] <= "2100":
        out.propose("date", f"{day[:4]}-{day[4:6]}-{day[6:]}", "date on which the file was made")
    labels = _quietly(lambda: list(reader.page_labels)) or []
    pages, broken, characters = [], 0, 0
    for number in range(count):
        label = labels[number] if number < len(labels) and labels[number] else str(number + 1)
        try:
            page = _page(reader.pages[number], label)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001  # one broken page does not take the others with it
            broken += 1
            page = Page(label, (), 595, 842)
        characters += sum(len(piece.text) for piece in page.pieces)
        if characters > 2 * most_characters:
            raise Unreadable(f"it holds more than {most_characters:,} characters of text. Split it into several files.")
        pages.append(page)
    if broken == count:
        raise Unreadable("none of its pages could be read: it is broken. Open it in its own program and save it anew.")
    if broken:
        out.notes.append(f"{broken} of {count} pages are broken and were left out")
    read = read_pages(pages, _quietly(lambda: _bookmarks(reader)) or [], out)
    images = sum(page.has_image and not page.plain.strip() for page in pages)
    if not read.blocks:
        what = (
            f"{images} of its {count} pages are images: it was scanned"
            if images
            else f"its {count} page(s) hold no text (drawings or blank pages)"
        )
        raise Unreadable(
            f"{what}. No text was found. Recognise its text first, for instance with `ocrmypdf`, or run `python -m ingest --ocr` where it is installed."
        )
    if read.pages_without_text and count > 1:
        out.notes.append(
            f"{read.pages_without_text} of {count} pages hold no text ({images} are images, perhaps scanned)"
        )
    tokens = read.text.split()
    if len(tokens) > 30 and sum(sum(char.isalpha() for char in token) >= 2 for token in tokens) < 0.6 * len(tokens):
        out.notes.append("much of its text is not made of words: a bad scan, or mostly figures. Look at its passages")
    return out.built()


def _page(page: Any, label: str) -> Page:
    pieces: list[Piece] = []

    def see(text: str, cm: list[float], tm: list[float], font: dict[str, Any] | None, size: float) -> None:
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scale = abs((tm[0] * tm[3] - tm[1] * tm[2]) * (cm[0] * cm[3] - cm[1] * cm[2])) ** 0.5
        name = str((font or {}).get("/BaseFont", "")).casefold()
        bold = "bold" in name or "black" in name or "semibold" in name or _is_bold_latex(name)
        below = 0.0
        for part in text.split("\n") if "\n" in text.strip() else [text]:
            pieces.append(Piece(part, x, y - below, max(size * scale, 0.1), bold))
            below += 1.2 * size * scale

    box = page.mediabox
    plain = page.extract_text(visitor_text=see) or ""
    images = _quietly(lambda: any(_is_image(o) for o in page["/Resources"]["/XObject"].values()))
    width, height = float(box.width), float(box.height)
    left, bottom = float(box.left), float(box.bottom)
    moved = tuple(Piece(p.text, p.x - left, p.y - bottom, p.size, p.bold) for p in pieces)
    if page.rotation % 360 in (90, 270):
        turned = page.rotation % 360 == 90
        moved = tuple(
            Piece(p.text, p.y if turned else height - p.y, width - p.x if turned else p.x, p.size, p.bold)
            for p in moved
        )
        width, height = height, width
    placed = {(round(p.x), round(p.y)) for p in moved if p.text.strip()}
    return Page(label, moved if len(placed) > 1 or plain.count("\n") < 2 else (), width, height, bool(images), plain)


def _is_image(item: Any) -> bool:
    return bool(item.get_object().get("/Subtype") == "/Image")


def _is_bold_latex(name: str) -> bool:
    # Computer Modern, as LaTeX names it.
    return "cmbx" in name or "sfbx" in name


def _bookmarks(reader: Any, most: int = 2_000) -> list[Bookmark]:
    found: list[Bookmark] = []
    stack: list[tuple[list[Any], int]] = [(list(reader.outline), 1)]
    while stack and len(found) < most:
        items, level = stack.pop()
        while items:
            item = items.pop(0)
            if isinstance(item, list):
                stack.append((items, level))
                items, level = list(item), level + 1
                continue
            page = _quietly(lambda item=item: reader.get_destination_page_number(item))
            if isinstance(page, int) and page >= 0:
                found.append(Bookmark(str(item.title), level, page))
    return found


def _quietly(ask: Any) -> Any:
    """What `ask` gives; None when that part of the file is broken, which takes nothing else with it."""
    try:
        return ask()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # broken properties, labels and outlines are common in files that read well
        return None
