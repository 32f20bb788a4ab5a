"""Passages in, passages out: builds that never change once written, and search over the one that is served.

The only file that knows Chroma and bm25s. A folder holds `generations/<digest>/`, the pointer file `current` (names the served
generation and the one before) and `vectors.sqlite` (what was already embedded).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from corpus.embed import Encoder, Vectors
from corpus.errors import ExplainedError
from corpus.passages import Passage, Reference
from corpus.words import stems

FORMAT = 1
GENERATIONS_KEPT = 2
_BATCH = 256

EntryKind = Literal["body", "title", "question", "misconception"]


class NoIndex(ExplainedError):
    """The folder holds no build."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"No index was found in '{folder}', so no question can be answered. Run `python -m ingest`, or set ASSISTANT_INDEX_FOLDER to another folder."
        )


@dataclass(frozen=True)
class Entry:
    """A text that leads to a passage: the passage itself, its title, or a question that it answers."""

    passage: int
    kind: EntryKind
    text: str


@dataclass(frozen=True)
class Match:
    """An entry that a search found, with its score in that search."""

    entry: int
    score: float


@dataclass(frozen=True)
class Manifest:
    """What a build is made of. `documents` maps a file to the digest of its passages; `passages` an id to that of its content."""

    format: int
    digest: str
    encoder: str
    dimension: int
    created: str
    documents: dict[str, str]
    passages: dict[str, str]
    entries: int


def entries_of(passages: Sequence[Passage]) -> list[Entry]:
    """Every text under which a passage can be found, in a fixed order."""
    found = []
    for number, passage in enumerate(passages):
        found.append(Entry(number, "body", f"{passage.title}. {passage.text}"))
        found.append(Entry(number, "title", passage.title))
        found += [Entry(number, "question", text) for text in passage.questions]
        found += [Entry(number, "misconception", text) for text in passage.misconceptions]
    return found


def plan(passages: Sequence[Passage], encoder: Encoder) -> Manifest:
    """The manifest that a build of `passages` would have; nothing is computed that costs time."""
    digests = {passage.id: _digest(_to_json(passage)) for passage in passages}
    if len(digests) != len(passages):
        doubles = sorted({p.id for p in passages if sum(q.id == p.id for q in passages) > 1})
        raise ExplainedError(f"Two sections have the same anchor and language: {', '.join(doubles)}. Give each its own anchor. Nothing was changed.")
    documents: dict[str, list[str]] = {}
    for passage in passages:
        documents.setdefault(passage.file, []).append(digests[passage.id])
    digest = _digest({"format": FORMAT, "encoder": encoder.identity, "passages": digests})[:16]
    return Manifest(
        format=FORMAT,
        digest=digest,
        encoder=encoder.identity,
        dimension=0,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        documents={file: _digest(parts) for file, parts in documents.items()},
        passages=digests,
        entries=len(entries_of(passages)),
    )


def build(folder: Path, passages: Sequence[Passage], encoder: Encoder, on_progress: Callable[[int, int], None]) -> Manifest:
    """Write a complete generation beside the served one and return its manifest; the pointer does not move.

    `on_progress(done, total)` counts embedded entries. A build that was interrupted leaves a folder that no pointer names;
    what it had embedded is kept, and the next build of the same passages replaces it.
    """
    import chromadb
    from chromadb.config import Settings

    planned = plan(passages, encoder)
    entries = entries_of(passages)
    target = folder / "generations" / planned.digest
    if (target / "manifest.json").exists():
        return read_manifest(target)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    vectors = _embed(folder / "vectors.sqlite", entries, encoder, on_progress)
    client = chromadb.PersistentClient(path=str(target / "chroma"), settings=Settings(anonymized_telemetry=False))
    try:
        collection = client.create_collection(
            "entries",
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 400, "max_neighbors": 32, "num_threads": 1}},
        )
        for start in range(0, len(entries), _BATCH):
            batch = range(start, min(start + _BATCH, len(entries)))
            collection.add(
                ids=[str(number) for number in batch],
                embeddings=[vectors[number] for number in batch],
                metadatas=[{"passage": passages[entries[n].passage].id, "kind": entries[n].kind} for n in batch],
            )
    finally:
        client.close()
    _write_lexical(target / "lexical", passages, entries)
    lines = [json.dumps(_to_json(passage), ensure_ascii=False) for passage in passages]
    (target / "passages.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    manifest = Manifest(**{**asdict(planned), "dimension": int(vectors.shape[1])})
    temporary = target / "manifest.json.part"
    temporary.write_text(json.dumps(asdict(manifest), indent=1, ensure_ascii=False), encoding="utf-8")
    temporary.replace(target / "manifest.json")
    return manifest


def switch_to(folder: Path, digest: str) -> None:
    """Serve the generation `digest` from now on; the one served until now is kept as the way back, older ones are removed."""
    served = read_pointer(folder)
    kept = [digest, *[d for d in served if d != digest]][:GENERATIONS_KEPT]
    _write_pointer(folder, kept)
    for generation in (folder / "generations").iterdir():
        if generation.name not in kept:
            shutil.rmtree(generation)
    _forget_unused_vectors(folder, kept)


def rollback(folder: Path) -> tuple[str, str]:
    """Serve the generation before again; returns (served until now, served from now on)."""
    served = read_pointer(folder)
    if len(served) < 2:
        raise ExplainedError(f"'{folder}' keeps no earlier build, so there is nothing to go back to. Run `python -m ingest` after correcting the corpus.")
    _write_pointer(folder, [served[1], served[0], *served[2:]])
    return served[0], served[1]


def read_pointer(folder: Path) -> list[str]:
    """The digests of the kept generations, the served one first; empty when there is none."""
    pointer = folder / "current"
    return pointer.read_text(encoding="utf-8").split() if pointer.exists() else []


def read_manifest(generation: Path) -> Manifest:
    """The manifest of a complete generation."""
    return Manifest(**json.loads((generation / "manifest.json").read_text(encoding="utf-8")))


def served_manifest(folder: Path) -> Manifest | None:
    """The manifest of the served generation, None when there is none."""
    served = read_pointer(folder)
    return read_manifest(folder / "generations" / served[0]) if served else None


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the folder for one writer; a second one gets an ExplainedError at once."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ExplainedError(f"Another ingest is writing to '{folder}'. Nothing was changed. Wait until it has ended and run the command again.") from error
        yield


class PassageIndex:
    """The served generation, open for search. Everything it returns is ours: passages and scores."""

    def __init__(self, generation: Path, encoder: Encoder) -> None:
        self.manifest = read_manifest(generation)
        if self.manifest.format != FORMAT:
            raise ExplainedError(f"The index '{generation}' has format {self.manifest.format}, this program reads format {FORMAT}. Run `python -m ingest`.")
        if self.manifest.encoder != encoder.identity:
            raise ExplainedError(
                f"The index was built with the encoder '{self.manifest.encoder}', and '{encoder.identity}' is configured: their vectors cannot be compared, so no "
                "question can be answered. Run `python -m ingest` to build an index for it, or set ASSISTANT_ENCODER back."
            )
        lines = (generation / "passages.jsonl").read_text(encoding="utf-8").splitlines()
        self.passages = tuple(_from_json(json.loads(line)) for line in lines)
        self.entries = entries_of(self.passages)
        self.encoder = encoder
        self.entry_passage = np.array([entry.passage for entry in self.entries], dtype=np.int64)
        self._by_id = {passage.id: passage for passage in self.passages}
        self._collection = _open_collection(generation / "chroma")
        self._lexical = _open_lexical(generation / "lexical")

    @classmethod
    def open(cls, folder: Path, encoder: Encoder) -> PassageIndex:
        """The generation that `folder` serves now."""
        served = read_pointer(folder)
        if not served:
            raise NoIndex(folder)
        return cls(folder / "generations" / served[0], encoder)

    def passage(self, passage_id: str) -> Passage | None:
        """The passage with that id, None when there is none."""
        return self._by_id.get(passage_id)

    def nearest(self, vector: Vectors, limit: int) -> list[Match]:
        """The entries whose vectors are nearest, best first; the score is the cosine."""
        found = self._collection.query(query_embeddings=[vector], n_results=min(limit, len(self.entries)), include=["distances"])
        return [Match(int(i), 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def lexical_scores(self, text: str) -> NDArray[np.float32]:
        """BM25 of every entry for the words of `text`, stemmed in both languages: shape (entries,)."""
        known = [form for form in _stems_of_both(text) if form in self._lexical.vocab_dict]
        if not known:
            return np.zeros(len(self.entries), dtype=np.float32)
        scores: NDArray[np.float32] = self._lexical.get_scores(known)
        return scores

    @property
    def vocabulary(self) -> frozenset[str]:
        """The stems that the index knows."""
        return frozenset(self._lexical.vocab_dict)


def _stems_of_both(text: str) -> list[str]:
    return list(dict.fromkeys([*stems(text, "fr"), *stems(text, "en")]))


def _open_collection(path: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(path=str(path), settings=Settings(anonymized_telemetry=False))
    return client.get_collection("entries", embedding_function=None)


def _write_lexical(path: Path, passages: Sequence[Passage], entries: Sequence[Entry]) -> None:
    import bm25s

    tokens = [stems(_lexical_text(entry, passages[entry.passage]), passages[entry.passage].language) or ["∅"] for entry in entries]
    lexical = bm25s.BM25(method="lucene", k1=1.2, b=0.6)
    lexical.index(tokens, show_progress=False)
    lexical.save(str(path), show_progress=False)


def _lexical_text(entry: Entry, passage: Passage) -> str:
    """What BM25 reads of an entry: the body also under the articles that it rests on, which its sentences seldom name."""
    if entry.kind != "body":
        return entry.text
    return " ".join([entry.text, *dict.fromkeys(reference.pinpoint for reference in passage.references)])


def _open_lexical(path: Path) -> Any:
    import bm25s

    return bm25s.BM25.load(str(path), load_corpus=False)


def _embed(cache: Path, entries: Sequence[Entry], encoder: Encoder, on_progress: Callable[[int, int], None]) -> Vectors:
    """The vectors of `entries`, shape (entries, dimension). Questions are embedded as what is asked, the rest as what answers."""
    with closing(sqlite3.connect(cache)) as store:
        store.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL)")
        keys = [_vector_key(entry, encoder.identity) for entry in entries]
        known = {key for (key,) in store.execute("SELECT key FROM vectors")}
        todo = list({key: entry for key, entry in zip(keys, entries, strict=True) if key not in known}.items())
        done = len(entries) - len(todo)
        on_progress(done, len(entries))
        for asking in (True, False):
            part = [(key, entry) for key, entry in todo if (entry.kind == "question") == asking]
            for start in range(0, len(part), 64):
                batch = part[start : start + 64]
                texts = [entry.text for _, entry in batch]
                vectors = encoder.questions(texts) if asking else encoder.passages(texts)
                store.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", [(k, v.tobytes()) for (k, _), v in zip(batch, vectors, strict=True)])
                store.commit()
                done += len(batch)
                on_progress(done, len(entries))
        stored = dict(store.execute("SELECT key, vector FROM vectors"))
    return np.stack([np.frombuffer(stored[key], dtype=np.float32) for key in keys])


def _vector_key(entry: Entry, encoder_identity: str) -> str:
    mode = "question" if entry.kind == "question" else "passage"
    return hashlib.sha256(f"{encoder_identity}\0{mode}\0{entry.text}".encode()).hexdigest()


def _forget_unused_vectors(folder: Path, kept: Sequence[str]) -> None:
    """Drop what no kept generation uses, so that a removed source leaves nothing behind."""
    if not (folder / "vectors.sqlite").exists():
        return
    used = set()
    for digest in kept:
        generation = folder / "generations" / digest
        passages = [_from_json(json.loads(line)) for line in (generation / "passages.jsonl").read_text(encoding="utf-8").splitlines()]
        identity = read_manifest(generation).encoder
        used |= {_vector_key(entry, identity) for entry in entries_of(passages)}
    with closing(sqlite3.connect(folder / "vectors.sqlite")) as store:
        unused = [(key,) for (key,) in store.execute("SELECT key FROM vectors") if key not in used]
        if unused:
            store.executemany("DELETE FROM vectors WHERE key = ?", unused)
            store.commit()
            store.execute("VACUUM")


def _write_pointer(folder: Path, digests: Sequence[str]) -> None:
    temporary = folder / "current.part"
    with temporary.open("w", encoding="utf-8") as file:
        file.write("\n".join(digests) + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / "current")


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _to_json(passage: Passage) -> dict[str, Any]:
    value = asdict(passage)
    for key in ("valid_from", "valid_until"):
        value[key] = value[key].isoformat() if value[key] else None
    return value


def _from_json(value: dict[str, Any]) -> Passage:
    for key in ("valid_from", "valid_until"):
        value[key] = date.fromisoformat(value[key]) if value[key] else None
    for key in ("heading_path", "fact_ids", "questions", "misconceptions"):
        value[key] = tuple(value[key])
    value["references"] = tuple(Reference(**reference) for reference in value["references"])
    return Passage(**value)
