"""From the files of a corpus folder to Documents."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from corpus.errors import ExplainedError
from corpus.passages import Document, Language
from corpus.sources import load_sources
from corpus.yaml_files import load_checked
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


class _Elsewhere(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    elsewhere: dict[Language, list[str]]


def read_elsewhere(folder: Path) -> list[str]:
    """The questions on other subjects that `elsewhere.yaml` lists; none when the corpus has no such file."""
    path = folder / "elsewhere.yaml"
    return (
        [text for texts in load_checked(path, _Elsewhere).elsewhere.values() for text in texts] if path.exists() else []
    )
