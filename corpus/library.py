"""The documents by others that a build serves, whole: what is known of each, its text as it was read, its pages.

They are kept inside the generation (`generations/<digest>/documents/`), so that what is shown is what was indexed, and that a rollback
or a removal takes them along. Files are named by the hash of the original: no name from outside ever becomes a path.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FOLDER = "documents"
_LIST = "library.json"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DAMAGED = (OSError, ValueError, KeyError, TypeError)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeptDocument:
    """A document as it was read. `id` is the source of its passages, `file` its place in the corpus; `pages` is 0 unless it has pages."""

    id: str
    file: str
    kind: str
    licence: str
    sha256: str
    pages: int = 0


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph, an item of a list or a row of a table (`header`: its first one): the text `[start:end]` of the document."""

    kind: str
    text: str
    start: int
    end: int
    level: int = 0
    anchor: str = ""
    page: int | None = None
    page_label: str = ""


class Library:
    """The documents of one generation. Nothing outside its folder is ever opened."""

    def __init__(self, folder: Path, documents: Sequence[KeptDocument]) -> None:
        self.folder = folder
        self.documents = {document.id: document for document in documents}

    @classmethod
    def open(cls, generation: Path) -> Library:
        """The library of a generation; an empty one when it keeps no document by others, or is damaged, which is logged."""
        folder = generation / FOLDER
        try:
            values = json.loads((folder / _LIST).read_text(encoding="utf-8"))
            return cls(folder, [KeptDocument(**value) for value in values if _SHA256.fullmatch(value["sha256"])])
        except FileNotFoundError:
            pass
        except _DAMAGED as error:
            _say_damaged(folder / _LIST, error)
        return cls(folder, ())

    def document(self, document_id: str) -> KeptDocument | None:
        """The document with that id, None when there is none."""
        return self.documents.get(document_id)

    def blocks(self, document: KeptDocument) -> tuple[Block, ...]:
        """The text of a document, block by block; none when it is no longer kept, or is damaged, which is logged."""
        path = self.folder / f"{document.sha256}.json"
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            text = value["text"]
            return tuple(Block(text=text[block["start"] : block["end"]], **block) for block in value["blocks"])
        except FileNotFoundError:
            pass
        except _DAMAGED as error:
            _say_damaged(path, error)
        return ()

    def original(self, document: KeptDocument) -> Path | None:
        """The file itself, None when it is not kept or no longer there."""
        path = self.folder / f"{document.sha256}.{document.kind}"
        return path if document.kind == "pdf" and path.is_file() else None


def keep(generation: Path, documents: Sequence[tuple[KeptDocument, Mapping[str, Any], Path]]) -> None:
    """Keep documents in a generation: each with its text as it was read and, for a PDF, the file itself. Others are forgotten.

    Nothing half written is ever listed: the list comes last, and is replaced whole. An original that changed since it was read is not kept.
    """
    folder = generation / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {_LIST}
    for document, text, original in documents:
        wanted.add(f"{document.sha256}.json")
        _write(folder / f"{document.sha256}.json", json.dumps(text, ensure_ascii=False))
        if document.kind == "pdf":
            name = f"{document.sha256}.pdf"
            if (folder / name).exists() or _copy(original, folder / name, document.sha256):
                wanted.add(name)
    _write(folder / _LIST, json.dumps([asdict(one) for one, _, _ in documents], ensure_ascii=False, indent=1))
    for path in folder.iterdir():
        if path.name not in wanted:
            path.unlink()


def _say_damaged(path: Path, error: Exception) -> None:
    logger.error(
        "'%s' cannot be read (%s): its documents are shown by their passages alone. Run `python -m ingest`, then restart.",
        path,
        type(error).__name__,
    )


def _write(path: Path, text: str) -> None:
    temporary = path.with_suffix(".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _copy(original: Path, target: Path, sha256: str) -> bool:
    """True when `target` is now a copy of the file that was read."""
    temporary = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(original, temporary)
    except OSError:
        temporary.unlink(missing_ok=True)
        return False
    with temporary.open("rb") as copied:
        is_same = hashlib.file_digest(copied, "sha256").hexdigest() == sha256
    if is_same:
        temporary.replace(target)
    else:
        temporary.unlink()
    return is_same
