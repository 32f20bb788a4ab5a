"""From the files of a corpus folder to Documents."""

from __future__ import annotations

from pathlib import Path

from corpus.errors import ExplainedError
from corpus.passages import Document
from corpus.sources import load_sources
from ingest.restatements import read_restatement


def read_corpus(folder: Path) -> list[Document]:
    """Every document of `folder`, in a fixed order. A mistake in any of them is an ExplainedError, and nothing is returned."""
    texts = sorted((folder / "texts").glob("*/*.md")) if (folder / "texts").is_dir() else []
    if not texts:
        raise ExplainedError(
            f"No text was found in '{folder / 'texts'}', so there is nothing to index. Name the folder that holds texts/fr and texts/en with --corpus DIR."
        )
    sources = load_sources(folder / "sources.yaml")
    return [read_restatement(path, folder, sources) for path in texts]
