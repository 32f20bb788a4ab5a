"""All that a corpus folder holds: our restatements, and the documents by others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import ExplainedError, Refused
from corpus.passages import Document, Passage
from ingest.disagree import Disagreement, disagreements
from ingest.documents import Shelf, read_documents
from ingest.official import load_official
from ingest.read import read_corpus

KEPT = "extracted"
"""The folder, beside the generations of an index, that keeps the text of each document as it was read."""


@dataclass(frozen=True)
class Collection:
    """Restatements first, then documents by others, each in a fixed order."""

    restatements: tuple[Document, ...]
    shelf: Shelf
    disagreements: tuple[Disagreement, ...] = ()

    @property
    def documents(self) -> list[Document]:
        return [*self.restatements, *self.shelf.documents]

    @property
    def passages(self) -> list[Passage]:
        return [passage for document in self.documents for passage in document.passages]


def is_ours(corpus: Path) -> bool:
    """True when `corpus` holds restatements; else it is a folder of documents by others and nothing more."""
    return (corpus / "texts").is_dir() or (corpus / "sources.yaml").exists()


def folder_of_documents(corpus: Path) -> Path:
    """Where the documents by others are."""
    return corpus / "official" if is_ours(corpus) else corpus


def read_collection(
    corpus: Path,
    *,
    kept: Path | None = None,
    write_kept: bool = False,
    ocr: bool = False,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Collection:
    """Everything in `corpus`. A mistake in a text of ours is an ExplainedError; a document that cannot be read is set aside."""
    if not corpus.is_dir():
        raise ExplainedError(
            f"'{corpus}' is not a folder, so there is nothing to index. Name the folder of the texts with --corpus DIR."
        )
    restatements = tuple(read_corpus(corpus)) if is_ours(corpus) else ()
    official = load_official(corpus / "official.yaml")
    folder = folder_of_documents(corpus)
    shelf = Shelf()
    if folder.is_dir():
        shelf = read_documents(
            folder, corpus, official, kept=kept, write_kept=write_kept, ocr=ocr, on_progress=on_progress
        )
    ours = [passage for document in restatements for passage in document.passages]
    theirs = [passage for document in shelf.documents for passage in document.passages if passage.official]
    collection = Collection(restatements, shelf, tuple(disagreements(ours, theirs)))
    if not collection.passages:
        reasons = "".join(f"\n  {one.file}: {one.reason}" for one in shelf.quarantined[:20])
        raise Refused(
            f"No text was found in '{corpus}', so there is nothing to index. Put PDF, HTML, Markdown, DOCX or text files there, "
            f"or name another folder with --corpus DIR.{' Set aside:' + reasons if reasons else ''}"
        )
    return collection
