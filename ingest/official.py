"""The list of official texts, what was fetched of them, and what an operator says of a document beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpus.errors import ExplainedError
from corpus.passages import Language, Reference
from corpus.yaml_files import load_checked

MANIFEST = "fetched.json"
FileKind = Literal["html", "pdf", "markdown", "docx", "text"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OfficialText(_Strict):
    """A text as its publisher gives it. `checked` says whether its address was seen in use or is still to be opened once."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,60}$")
    title: str
    publisher: str
    url: str = Field(pattern=r"^https://")
    file: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*\.(html|pdf|md|docx|txt)$")
    language: Language
    kind: FileKind
    date: str = ""
    licence: str
    reuse: str
    checked: Literal["seen", "to_confirm"]
    fetch: bool = True
    note: str = ""

    def reference(self) -> Reference:
        """This text as a passage of it cites itself."""
        return Reference(self.title, self.publisher, self.url, self.date)


class OfficialList(_Strict):
    """The whole of `official.yaml`."""

    texts: list[OfficialText]


class Sidecar(_Strict):
    """What a person confirms of a document, in a file named like it with `.yaml` added."""

    title: str = Field(min_length=2)
    language: Language
    date: str = ""
    publisher: str = ""
    licence: str = ""
    address: str = ""


class Fetched(_Strict):
    """What was downloaded for one entry of the list."""

    url: str
    final_url: str
    file: str
    sha256: str
    bytes: int
    fetched: str
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""


def load_official(path: Path) -> list[OfficialText]:
    """The official texts that `path` lists; none when there is no such file."""
    if not path.exists():
        return []
    texts = load_checked(path, OfficialList).texts
    for field in ("id", "file", "url"):
        values = [getattr(text, field) for text in texts]
        doubles = sorted({value for value in values if values.count(value) > 1})
        if doubles:
            raise ExplainedError(
                f"{path}: two entries have the same {field}: {', '.join(doubles)}. Give each its own. Nothing was changed."
            )
    return texts


def load_fetched(folder: Path) -> dict[str, Fetched]:
    """What was fetched into `folder`, by address; a manifest that was damaged counts as none, and is fetched anew."""
    try:
        values = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {value["url"]: Fetched.model_validate(value) for value in values["files"]}
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        return {}


def write_fetched(folder: Path, fetched: dict[str, Fetched]) -> None:
    """Write what was fetched, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"{MANIFEST}.part"
    values = [fetched[url].model_dump() for url in sorted(fetched)]
    temporary.write_text(json.dumps({"files": values}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(folder / MANIFEST)


def load_sidecar(path: Path) -> Sidecar | None:
    """What a person confirmed of the document `path`; None when nobody did."""
    beside = path.with_name(f"{path.name}.yaml")
    return load_checked(beside, Sidecar) if beside.exists() else None


def same_address(one: str, other: str) -> bool:
    """True when two addresses lead to the same text, however they are written."""
    return _plain(one) == _plain(other) != ""


def _plain(url: str) -> str:
    parts = urlsplit(unquote(url.strip()))
    host = (parts.hostname or "").removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}".casefold() if host else ""
