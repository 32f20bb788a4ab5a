"""The register of public sources: every source once, sections point to it."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from corpus.passages import Reference
from corpus.yaml_files import load_checked


class Source(BaseModel):
    """A published text. `date` is as its publisher gives it; `licence` is what is known of its reuse terms."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    publisher: str
    url: str
    date: str
    licence: str = ""

    def reference(self, pinpoint: str = "") -> Reference:
        """This source as a passage cites it."""
        return Reference(self.title, self.publisher, self.url, self.date, pinpoint)


class SourceList(BaseModel):
    """The whole of `sources.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: list[Source]


def load_sources(path: Path) -> dict[str, Source]:
    """The sources of `path` by id."""
    return {source.id: source for source in load_checked(path, SourceList).sources}
