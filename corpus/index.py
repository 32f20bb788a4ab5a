"""Passages in, passages out: builds that never change once written, and search over the one that is served.

The only file that knows Chroma and bm25s. A folder holds `generations/<digest>/`, the pointer file `current` (names the served
generation and the one before) and `vectors.sqlite` (what was already embedded). The manifest of a generation is written last and holds
the digest of its other files; only Chroma writes to its own when it is asked, so it is compared with the vectors instead.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import cycle
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from corpus.embed import Encoder, Vectors
from corpus.errors import ExplainedError, Refused
from corpus.passages import Language, Passage, Reference
from corpus.words import fold, stems, words

FORMAT = 5
GENERATIONS_KEPT = 2
QUESTIONS_WITH_VECTOR = 8
"""How many questions of a passage are embedded; the others serve by their words. More vectors cost minutes and find no more (docs/decisions)."""
NEAREST = 400
"""How many entries the vector search brings back: enough for every section that could matter."""
NEIGHBOURS = 15
SELF_QUERIES = 40
"""How many vectors a check looks for in Chroma: each must be its own nearest."""
_BATCH = 256
_DATABASE = "chroma/chroma.sqlite3"
_SPELLINGS = cycle(range(1, 500))
ASKING = ("question", "beside", "elsewhere")
"""The kinds of entries that are embedded as what is asked."""
NOT_LEADING = ("beside", "elsewhere")
"""The kinds of entries that lead to no passage."""

logger = logging.getLogger(__name__)

EntryKind = Literal["body", "title", "question", "misconception", "beside", "elsewhere"]


class NoIndex(ExplainedError):
    """The folder holds no build."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"No index was found in '{folder}', so no question can be answered. Run `python -m ingest`, or set ASSISTANT_INDEX_FOLDER to another folder."
        )


class DamagedIndex(ExplainedError):
    """A build that was whole once and is not any more."""

    def __init__(self, generation: Path, what: str) -> None:
        super().__init__(
            f"The index '{generation}' is damaged ({what}), so it cannot be relied upon and no question is answered from it. "
            "Run `python -m ingest` to build it again, or `python -m ingest rollback` to serve the build before."
        )


@dataclass(frozen=True)
class Entry:
    """A text that leads to a passage (itself, its title, a question that it answers, a false statement that it refutes), or beside it
    (a question close to it that no passage answers). An `elsewhere` entry is a question on another subject and leads to none: its
    `passage` means nothing."""

    passage: int
    kind: EntryKind
    text: str
    has_vector: bool = True


@dataclass(frozen=True)
class Section:
    """The passages that say the same thing, one a language: what a search finds. A passage without a twin is a section alone."""

    id: str
    passages: tuple[Passage, ...]

    def passage(self, language: str) -> Passage:
        """The passage in `language`, or the only one there is."""
        return next((p for p in self.passages if p.language == language), self.passages[0])


@dataclass(frozen=True)
class Scores:
    """What each channel says of every section for one question: arrays of shape (sections,), higher is better.

    `words` and `grams` are BM25 over stems and over runs of letters. `centre` is the cosine with the mean of the section's entries,
    both centred. `question` is the best cosine among the questions that lead to the section (with its body, when it has none), `body`
    that with its title or body,
    `misconception` among the false statements that it refutes, `beside` among the questions close to it that nothing answers.
    `neighbours` are the nearest entries that ask something, whatever their section, nearest first, each with its centred cosine.
    """

    words: NDArray[np.float32]
    grams: NDArray[np.float32]
    centre: NDArray[np.float32]
    question: NDArray[np.float32]
    body: NDArray[np.float32]
    misconception: NDArray[np.float32]
    beside: NDArray[np.float32]
    neighbours: tuple[tuple[EntryKind, float], ...]


@dataclass(frozen=True)
class Manifest:
    """What a build is made of. `documents` maps a file to the digest of its passages; `passages` an id to that of its content;
    `files` each file of the generation to its digest, but those of Chroma and of `documents/`; `graph` those of Chroma's
    graph, None when it was built before they were kept."""

    format: int
    digest: str
    encoder: str
    dimension: int
    created: str
    documents: dict[str, str]
    passages: dict[str, str]
    entries: int
    files: dict[str, str] = field(default_factory=dict)
    graph: dict[str, str] | None = None


def entries_of(passages: Sequence[Passage], elsewhere: Sequence[str] = ()) -> list[Entry]:
    """Every text under which a passage can be found, in a fixed order, then the questions on other subjects."""
    found = []
    for number, passage in enumerate(passages):
        found.append(Entry(number, "body", f"{passage.title}. {passage.text}"))
        found.append(Entry(number, "title", passage.title))
        found += [
            Entry(number, "question", text, place < QUESTIONS_WITH_VECTOR)
            for place, text in enumerate(passage.questions)
        ]
        found += [Entry(number, "misconception", text) for text in passage.misconceptions]
        found += [Entry(number, "beside", text) for text in passage.beside]
    found += [Entry(0, "elsewhere", text) for text in elsewhere]
    return found


def plan(passages: Sequence[Passage], encoder: Encoder, elsewhere: Sequence[str] = ()) -> Manifest:
    """The manifest that a build of `passages` would have; nothing is computed that costs time."""
    digests = {passage.id: _digest(_to_json(passage)) for passage in passages}
    if len(digests) != len(passages):
        doubles = sorted({p.id for p in passages if sum(q.id == p.id for q in passages) > 1})
        raise ExplainedError(
            f"Two sections have the same anchor and language: {', '.join(doubles)}. Give each its own anchor. Nothing was changed."
        )
    documents: dict[str, list[str]] = {}
    for passage in passages:
        documents.setdefault(passage.file, []).append(digests[passage.id])
    digest = _digest(
        {"format": FORMAT, "encoder": encoder.identity, "passages": digests, "elsewhere": list(elsewhere)}
    )[:16]
    return Manifest(
        format=FORMAT,
        digest=digest,
        encoder=encoder.identity,
        dimension=0,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        documents={file: _digest(parts) for file, parts in documents.items()},
        passages=digests,
        entries=sum(entry.has_vector for entry in entries_of(passages, elsewhere)),
    )


def build(
    folder: Path,
    passages: Sequence[Passage],
    encoder: Encoder,
    on_progress: Callable[[int, int], None],
    elsewhere: Sequence[str] = (),
    *,
    reached: Callable[[str], None] = lambda step: None,
) -> Manifest:
    """Write a complete generation beside the served one and return its manifest; the pointer does not move.

    `on_progress(done, total)` counts embedded entries, `reached(step)` is called after each step. A build that was interrupted leaves at
    most a folder that no pointer names, which the next one removes; what it had embedded is kept.
    """
    planned = plan(passages, encoder, elsewhere)
    if not passages:
        raise Refused("There is no passage to index. Nothing was changed, and what was served still is.")
    target = folder / "generations" / planned.digest
    if (target / "manifest.json").exists() and not faults_of(target):
        return read_manifest(target)
    (folder / "generations").mkdir(parents=True, exist_ok=True)
    # Under a name of its own until it is whole: Chroma keeps the clients of a process by their path.
    building = Path(tempfile.mkdtemp(prefix=".building-", dir=folder / "generations"))
    try:
        entries = entries_of(passages, elsewhere)
        embedded = [entry for entry in entries if entry.has_vector]
        vectors = _embed(folder / "vectors.sqlite", embedded, encoder, on_progress)
        reached("embedded")
        _write_vectors(building, passages, embedded, vectors)
        _write_lexical(building, passages, entries)
        lines = [json.dumps(_to_json(passage), ensure_ascii=False) for passage in passages]
        (building / "passages.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (building / "elsewhere.json").write_text(json.dumps(list(elsewhere), ensure_ascii=False), encoding="utf-8")
        reached("written")
        manifest = replace(
            planned, dimension=int(vectors.shape[1]), files=_digests(building), graph=_graph_digests(building)
        )
        (building / "manifest.json").write_text(
            json.dumps(asdict(manifest), indent=1, ensure_ascii=False), encoding="utf-8"
        )
        building.chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        building.replace(target)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return manifest


def faults_of(generation: Path, *, was_served: bool = False) -> tuple[str, ...]:
    """What is wrong with a generation, in words; nothing when it may be served. Every file is read and compared with the manifest.

    Of one that `was_served`, and so was checked whole, Chroma is asked only when its files may not be what they were: to start it takes
    longer than all the rest.
    """
    try:
        manifest = read_manifest(generation)
        vectors = np.load(generation / "vectors.npy")
        entries = _entries_in(generation)
    except (DamagedIndex, OSError, ValueError, KeyError, TypeError, EOFError) as error:
        return (f"a file is missing or cannot be read: {error}",)
    found = []
    actual = _digests(generation)
    for file in sorted(name for name in manifest.files if actual.get(name) != manifest.files[name]):
        found.append(f"{file} is {'not what was written' if file in actual else 'missing'}")
    if vectors.shape != (len(entries), manifest.dimension) or len(entries) != manifest.entries:
        found.append(
            f"there are {'x'.join(map(str, vectors.shape))} vectors, {manifest.entries} x {manifest.dimension} are needed"
        )
    else:
        said = _unfit(vectors) or _graph_fault(generation, manifest)
        if not said and not (was_served and _database_is_whole(generation, manifest)):
            said = _chroma_fault(generation / "chroma", np.asarray(vectors, dtype=np.float32))
        found += [said] if said else []
    return tuple(found)


def switch_to(
    folder: Path, digest: str, *, keep: int = GENERATIONS_KEPT, reached: Callable[[str], None] = lambda step: None
) -> None:
    """Serve the generation `digest` from now on; the one served until now is kept as the way back, older ones are removed."""
    before = [other for other in read_pointer(folder) if other != digest and _is_whole(folder / "generations" / other)]
    _write_pointer(folder, [digest, *before][:keep])
    reached("pointer written")
    tidy(folder)
    reached("old removed")


def tidy(folder: Path, *, vectors: bool = True) -> None:
    """Remove what no kept generation needs: what a build that was killed left, older builds, and unless the next build needs them, `vectors`."""
    kept = read_pointer(folder)
    for generation in (folder / "generations").glob("*"):
        if generation.name not in kept:
            shutil.rmtree(generation)
    if vectors:
        _forget_unused_vectors(folder, kept)


def forget_earlier(folder: Path) -> None:
    """Keep the served generation alone, so that nothing is left of what it does not hold. There is no way back after that."""
    _write_pointer(folder, read_pointer(folder)[:1])
    tidy(folder)


def rollback(folder: Path) -> tuple[str, str]:
    """Serve the generation before again; returns (served until now, served from now on)."""
    served = read_pointer(folder)
    if len(served) < 2:
        raise ExplainedError(
            f"'{folder}' keeps no earlier build, so there is nothing to go back to. Run `python -m ingest` after correcting the corpus."
        )
    if faults := faults_of(folder / "generations" / served[1], was_served=True):
        raise ExplainedError(
            f"The build before is damaged ({faults[0]}), so it was not put back; what was served still is. Run `python -m ingest` after correcting the corpus."
        )
    _write_pointer(folder, [served[1], served[0], *served[2:]])
    return served[0], served[1]


def read_pointer(folder: Path) -> list[str]:
    """The digests of the kept generations, the served one first; empty when there is none."""
    pointer = folder / "current"
    return pointer.read_text(encoding="utf-8").split() if pointer.exists() else []


def read_manifest(generation: Path) -> Manifest:
    """The manifest of a complete generation."""
    try:
        return Manifest(**json.loads((generation / "manifest.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise DamagedIndex(generation, "its manifest is missing or cannot be read") from error


def served_manifest(folder: Path) -> Manifest | None:
    """The manifest of the served generation, None when there is none."""
    served = read_pointer(folder)
    return read_manifest(folder / "generations" / served[0]) if served else None


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the folder for one writer; a second one gets an ExplainedError at once."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise ExplainedError(
            f"'{folder}' cannot be written to ({error.strerror}), so no index was built. Name another folder with --index DIR, or correct its permissions."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ExplainedError(
                f"Another ingest is writing to '{folder}'. Nothing was changed. Wait until it has ended and run the command again."
            ) from error
        yield


class PassageIndex:
    """The served generation, open for search. Everything it returns is ours: passages and scores."""

    def __init__(self, generation: Path, encoder: Encoder) -> None:
        self.folder = generation
        self.manifest = read_manifest(generation)
        if self.manifest.format != FORMAT:
            raise ExplainedError(
                f"The index '{generation}' has format {self.manifest.format}, this program reads format {FORMAT}. Run `python -m ingest`."
            )
        if self.manifest.encoder != encoder.identity:
            raise ExplainedError(
                f"The index was built with the encoder '{self.manifest.encoder}', and '{encoder.identity}' is configured: their vectors cannot be compared, so no "
                "question can be answered. Run `python -m ingest` to build an index for it, or set ASSISTANT_ENCODER back."
            )
        self._chroma_failed = ""
        try:
            if strange := _changed_files(generation, self.manifest):
                raise DamagedIndex(generation, f"{strange[0]} is missing or not what was written")
            self.passages = read_passages(generation)
            self._all_entries = entries_of(self.passages, _read_elsewhere(generation))
            self._words = _open_lexical(generation / "words")
            self._grams = _open_lexical(generation / "grams")
            self._vectors: Vectors = np.load(
                generation / "vectors.npy"
            )  # whole: a file cut under a map kills the process
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            raise DamagedIndex(generation, "a file is missing or cannot be read") from error
        self.entries = [entry for entry in self._all_entries if entry.has_vector]
        if len(self._vectors) != len(self.entries):
            raise DamagedIndex(generation, f"{len(self._vectors)} vectors for {len(self.entries)} entries")
        self._sizes = _sizes(generation)
        self.sections = sections_of(self.passages)
        self.encoder = encoder
        self._by_id = {passage.id: passage for passage in self.passages}
        self._by_fact = {
            fact: section for section in self.sections for passage in section.passages for fact in passage.fact_ids
        }
        self._collection = self._open_collection()
        self._number_of = {section.id: number for number, section in enumerate(self.sections)}
        self._section_of_entry = np.array(
            [self._number_of[self.passages[entry.passage].section_id] for entry in self.entries]
        )
        self._kind_of_entry = np.array([entry.kind for entry in self.entries])
        asked = self._vectors[self._kind_of_entry == "question"]
        self._mean_question = (asked if len(asked) else self._vectors).mean(axis=0)
        self._has_questions = np.isin(
            np.arange(len(self.sections)), self._section_of_entry[self._kind_of_entry == "question"]
        )
        leads_here = ~np.isin(self._kind_of_entry, NOT_LEADING)
        self._centres = _centres(self._vectors[leads_here], self._section_of_entry[leads_here], len(self.sections))

    @classmethod
    def open(cls, folder: Path, encoder: Encoder) -> PassageIndex:
        """The generation that `folder` serves now."""
        served = read_pointer(folder)
        if not served:
            raise NoIndex(folder)
        return cls(folder / "generations" / served[0], encoder)

    def problem(self) -> str:
        """What a person should look at although answers go on, for the health route; empty when all is well. Costs a few file looks."""
        now = _sizes(self.folder)
        if any(now.get(file) != size for file, size in self._sizes.items()):
            return (
                f"Files of the index '{self.folder}' were removed or changed since it was opened; answers go on from memory. "
                "Run `python -m ingest`, then restart."
            )
        if self._collection is not None:
            try:
                if self._collection.count() != len(self.entries):
                    self._chroma_fails("it lost vectors")
            except BaseException as error:  # noqa: BLE001  # as in `_nearest`
                _let_through(error)
                self._chroma_fails(type(error).__name__)
        if self._chroma_failed:
            return f"Chroma failed ({self._chroma_failed}); answers go on by comparing with every vector in memory. Run `python -m ingest`, then restart."
        return ""

    def passage(self, passage_id: str) -> Passage | None:
        """The passage with that id, None when there is none."""
        return self._by_id.get(passage_id)

    def section(self, section_id: str) -> Section:
        """The section with that id, which the index must hold."""
        return self.sections[self._number_of[section_id]]

    def section_of_fact(self, fact_id: str) -> Section | None:
        """The section that states a fact, None when none does."""
        return self._by_fact.get(fact_id)

    def number_of(self, section: Section) -> int:
        """The place of a section in the arrays of scores."""
        return self._number_of[section.id]

    def number_of_passage(self, place: int) -> int:
        """The place, in the arrays of scores, of the section of the passage that an entry leads to."""
        return self._number_of[self.passages[place].section_id]

    def all_entries(self) -> list[Entry]:
        """Every entry, embedded or not."""
        return self._all_entries

    def vectors_of(self, kind: EntryKind) -> tuple[list[Entry], Vectors]:
        """The embedded entries of a kind, and their vectors: one row each."""
        rows = np.flatnonzero(self._kind_of_entry == kind)
        return [self.entries[row] for row in rows], self._vectors[rows]

    @cached_property
    def used_words(self) -> Mapping[Language, Counter[str]]:
        """The folded words of the entries by language, with how often they are used. Counted once."""
        used: dict[Language, Counter[str]] = {"fr": Counter(), "en": Counter()}
        for entry in self._all_entries:
            if entry.kind == "elsewhere":
                continue
            used[self.passages[entry.passage].language].update(words(entry.text))
        return used

    def scores(self, vector: Vectors, text: str) -> Scores:
        """Every section scored for a question: its vector and its text."""
        entries, cosines = self._nearest(vector)
        found_in, kinds = self._section_of_entry[entries], self._kind_of_entry[entries]
        floor = cosines.min() if len(cosines) else np.float32(0)

        def best(*of: EntryKind) -> NDArray[np.float32]:
            result = np.full(len(self.sections), floor, dtype=np.float32)
            chosen = np.isin(kinds, of)
            np.maximum.at(result, found_in[chosen], cosines[chosen])
            return result

        centred = vector - self._mean_question
        body = best("title", "body")
        return Scores(
            words=self.word_scores(dict.fromkeys([*stems(text, "fr"), *stems(text, "en")])),
            grams=_bm25(self._grams, dict.fromkeys(letter_grams(text)), len(self.sections)),
            centre=self._centres @ (centred / (np.linalg.norm(centred) or 1.0)),
            question=np.where(self._has_questions, best("question"), best("body")),
            body=body,
            misconception=best("misconception"),
            beside=best("beside"),
            neighbours=self._neighbours(entries, centred),
        )

    def _neighbours(self, nearest: NDArray[np.int64], centred: Vectors) -> tuple[tuple[EntryKind, float], ...]:
        asking = nearest[np.isin(self._kind_of_entry[nearest], ASKING)]
        rows = self._vectors[asking] - self._mean_question
        cosines = (rows @ centred) / (np.linalg.norm(rows, axis=1) * np.linalg.norm(centred) + 1e-9)
        order = np.argsort(-cosines, kind="stable")[:NEIGHBOURS]
        return tuple((self.entries[asking[i]].kind, float(cosines[i])) for i in order)

    def word_scores(self, of: Iterable[str]) -> NDArray[np.float32]:
        """BM25 of every section for some stems: shape (sections,)."""
        return _bm25(self._words, of, len(self.sections))

    @property
    def has_questions(self) -> bool:
        """True when some passage carries the questions that lead to it."""
        return bool(self._has_questions.any())

    def _nearest(self, vector: Vectors) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The nearest entries and their cosines. When Chroma fails, the same by comparing with every vector."""
        limit = min(NEAREST, len(self.entries))
        if self._collection is not None:
            try:
                found = self._collection.query(query_embeddings=[vector], n_results=limit, include=["distances"])
                entries = np.array([int(i) for i in found["ids"][0]])
                if len(entries) == limit and entries.max(initial=0) < len(self.entries):
                    return entries, 1.0 - np.array(found["distances"][0], dtype=np.float32)
                self._chroma_fails(f"{len(entries)} entries found instead of {limit}")
            except BaseException as error:  # noqa: BLE001  # Chroma raises its own, SQLite's and Rust's errors, a panic among them
                _let_through(error)
                self._chroma_fails(type(error).__name__)
        cosines = np.asarray(self._vectors @ vector, dtype=np.float32)
        nearest = np.argsort(-cosines, kind="stable")[:limit]
        return nearest, cosines[nearest]

    def _open_collection(self) -> Any:
        """The collection, None when Chroma cannot open it: the vectors are in memory all the same."""
        path = self.folder / "chroma"
        if said := _graph_fault(self.folder, self.manifest):
            self._chroma_fails(said)
            return None
        try:
            return _client(path).get_collection("entries", embedding_function=None)
        except BaseException as error:  # noqa: BLE001  # as above
            _let_through(error)
            self._chroma_fails(type(error).__name__)
            return None

    def _chroma_fails(self, why: str) -> None:
        if not self._chroma_failed:
            logger.error("Chroma failed (%s); searching the vectors in memory", why)
        self._chroma_failed = why

    def knows_word(self, stem: str) -> bool:
        """True when some section has this stem."""
        return stem in self._words.vocab_dict


def sections_of(passages: Sequence[Passage]) -> tuple[Section, ...]:
    """The passages grouped by section, in the order in which sections first appear."""
    grouped: dict[str, list[Passage]] = {}
    for passage in passages:
        grouped.setdefault(passage.section_id, []).append(passage)
    return tuple(Section(section_id, tuple(twins)) for section_id, twins in grouped.items())


def letter_grams(text: str) -> list[str]:
    """The runs of four and of five letters of the folded text, word ends included: they survive a misspelling."""
    padded = f" {fold(text)} "
    return [padded[i : i + length] for length in (4, 5) for i in range(len(padded) - length + 1)]


def _centres(vectors: Vectors, section_of_entry: NDArray[np.int64], sections: int) -> Vectors:
    sums = np.zeros((sections, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, section_of_entry, vectors)
    centred = sums / np.bincount(section_of_entry, minlength=sections)[:, None] - vectors.mean(axis=0)
    norms = np.linalg.norm(centred, axis=1, keepdims=True)
    result: Vectors = centred / np.where(norms > 0, norms, 1)
    return result


def _bm25(index: Any, terms: Iterable[str], sections: int) -> NDArray[np.float32]:
    known = [term for term in terms if term in index.vocab_dict]
    scores: NDArray[np.float32] = index.get_scores(known) if known else np.zeros(sections, dtype=np.float32)
    return scores


def _client(path: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    # Clients of a process that name the same path share one state, also when a build was written anew at that path since: then it knows tables and
    # collections that are no more. So no two of ours spell a path alike. A relative path would be that of another folder after a change of folder.
    spelt = f"{path.resolve()}{'/.' * next(_SPELLINGS)}"
    return chromadb.PersistentClient(path=spelt, settings=Settings(anonymized_telemetry=False))


def _let_through(error: BaseException) -> None:
    if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
        raise error


def _write_vectors(target: Path, passages: Sequence[Passage], embedded: Sequence[Entry], vectors: Vectors) -> None:
    np.save(target / "vectors.npy", vectors)
    client = None
    # The graph is written even when it is small: that of one that is not written is filled anew with what the memory holds, at each start.
    try:
        client = _client(target / "chroma")
        collection = client.create_collection(
            "entries",
            embedding_function=None,
            configuration={
                "hnsw": {
                    "space": "cosine",
                    "ef_construction": 200,
                    "ef_search": 400,
                    "max_neighbors": 32,
                    "num_threads": 1,
                    "batch_size": min(100, max(2, len(embedded))),
                    "sync_threshold": min(1_000, max(2, len(embedded))),
                }
            },
        )
        for start in range(0, len(embedded), _BATCH):
            batch = range(start, min(start + _BATCH, len(embedded)))
            collection.add(
                ids=[str(number) for number in batch],
                embeddings=[vectors[number] for number in batch],
                metadatas=[{"passage": passages[embedded[n].passage].id, "kind": embedded[n].kind} for n in batch],
            )
    except BaseException as error:
        _let_through(error)
        raise ExplainedError(
            f"The vectors could not be written to '{target}' ({type(error).__name__}: {error}), so no index was built; what was served still is. "
            "Make room on the disk if it is full, and run the command again."
        ) from error
    finally:
        if client is not None:
            client.close()
    _wipe_room(target / "chroma", len(embedded))


def _wipe_room(chroma: Path, held: int) -> None:
    """Chroma makes room for a hundred vectors at least and writes all of it, with whatever the memory of the process held there: texts too."""
    for lengths in chroma.rglob("length.bin"):
        room = lengths.stat().st_size // 4
        for path in (lengths, lengths.with_name("data_level0.bin")):
            size = path.stat().st_size
            if held < room:
                with path.open("r+b") as file:
                    file.seek(held * (size // room))
                    file.write(bytes(size - file.tell()))


def _unfit(vectors: Vectors) -> str:
    """Why vectors cannot be compared, in words."""
    if not np.isfinite(vectors).all():
        return f"{int((~np.isfinite(vectors)).any(axis=1).sum())} vectors hold numbers that are not finite"
    if zeros := int((np.abs(vectors).max(axis=1, initial=0) < 1e-6).sum()):
        return f"{zeros} vectors are zero"
    return ""


def _chroma_fault(path: Path, vectors: Vectors) -> str:
    """Why Chroma does not hold `vectors`: their number, or some that are not their own nearest."""
    client = None
    try:
        client = _client(path)
        collection = client.get_collection("entries", embedding_function=None)
        if collection.count() != len(vectors):
            return f"Chroma holds {collection.count()} vectors, {len(vectors)} are needed"
        some = np.linspace(0, len(vectors) - 1, min(SELF_QUERIES, len(vectors)), dtype=int)
        found = collection.query(query_embeddings=list(vectors[some]), n_results=1, include=["distances"])
        lost = sum(
            not ids or distances[0] > 1e-3 for ids, distances in zip(found["ids"], found["distances"], strict=True)
        )
    except BaseException as error:  # noqa: BLE001  # as in `_nearest`
        _let_through(error)
        return f"Chroma fails ({type(error).__name__})"
    finally:
        if client is not None:
            client.close()
    return f"{lost} of {len(some)} vectors are not found again in Chroma" if lost else ""


def _graph_fault(generation: Path, manifest: Manifest) -> str:
    """Why Chroma must not open its graph: a file that was cut kills the process that opens it. Nothing is known of older builds."""
    if not (generation / "chroma").is_dir():
        return "the folder of Chroma is missing"
    if manifest.graph is None:
        return ""
    actual = _graph_digests(generation)
    strange = [name for name, digest in manifest.graph.items() if actual.get(name) != digest]
    return f"{strange[0]} is {'not what was written' if strange[0] in actual else 'missing'}" if strange else ""


def _database_is_whole(generation: Path, manifest: Manifest) -> bool:
    """True when the database of Chroma, to which it writes when it is asked, is sound and counts every vector. Its own tables are read:
    when they are other than expected, this is False, and Chroma itself must be asked. So it must of a build older than `graph`."""
    if manifest.graph is None:
        return False
    try:
        with closing(sqlite3.connect(f"{(generation / _DATABASE).resolve().as_uri()}?mode=ro", uri=True)) as store:
            (said,) = store.execute("PRAGMA quick_check").fetchone()
            (held,) = store.execute("SELECT COUNT(*) FROM embeddings").fetchone()
    except sqlite3.Error:
        return False
    return bool(said == "ok" and held == manifest.entries)


def _digests(generation: Path) -> dict[str, str]:
    """The digest of every file of a generation but the manifest, Chroma's own, and the documents, whose list may be brought up to date."""
    names = (path.relative_to(generation).as_posix() for path in generation.rglob("*") if path.is_file())
    return _digests_of(
        generation, (name for name in names if not name.startswith(("chroma/", "documents/", "manifest.json")))
    )


def _graph_digests(generation: Path) -> dict[str, str]:
    """The digest of each file of Chroma's graph. Below a thousand vectors there is none: its files are made anew at each start, and not read."""
    written = (path.parent for path in (generation / "chroma").rglob("index_metadata.pickle"))
    names = (path.relative_to(generation).as_posix() for folder in written for path in folder.iterdir())
    return _digests_of(generation, names)


def _digests_of(generation: Path, names: Iterable[str]) -> dict[str, str]:
    found = {}
    for name in sorted(names):
        with (generation / name).open("rb") as file:
            found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _changed_files(generation: Path, manifest: Manifest) -> list[str]:
    actual = _digests(generation) if manifest.files else {}
    return [name for name, digest in manifest.files.items() if actual.get(name) != digest]


def _sizes(generation: Path) -> dict[str, int]:
    """The size of each file that must stay as it is; Chroma's database may grow, so only that it is there counts."""
    found = {}
    with suppress(FileNotFoundError):
        for path in generation.rglob("*"):
            name = path.relative_to(generation).as_posix()
            if path.is_file() and not name.startswith("documents/") and not name.endswith(("-wal", "-shm", "-journal")):
                found[name] = -1 if name.endswith(".sqlite3") else path.stat().st_size
    return found


def _is_whole(generation: Path) -> bool:
    try:
        return not _changed_files(generation, read_manifest(generation)) and bool(_entries_in(generation))
    except (DamagedIndex, OSError, ValueError, KeyError, TypeError):
        return False


def read_passages(generation: Path) -> tuple[Passage, ...]:
    """The passages of a complete generation, in the order in which they were indexed."""
    lines = (generation / "passages.jsonl").read_text(encoding="utf-8").split("\n")
    return tuple(_from_json(json.loads(line)) for line in lines if line)


def _entries_in(generation: Path) -> list[Entry]:
    """The embedded entries of a generation."""
    entries = entries_of(read_passages(generation), _read_elsewhere(generation))
    return [entry for entry in entries if entry.has_vector]


def _write_lexical(target: Path, passages: Sequence[Passage], entries: Sequence[Entry]) -> None:
    """BM25 over sections, each with all its entries: people's words are spread over the questions that lead to it."""
    import bm25s

    terms: dict[str, list[str]] = {section.id: [] for section in sections_of(passages)}
    grams: dict[str, list[str]] = {section_id: [] for section_id in terms}
    for entry in entries:
        if entry.kind in NOT_LEADING:
            continue
        passage = passages[entry.passage]
        terms[passage.section_id] += stems(_lexical_text(entry, passage), passage.language)
        grams[passage.section_id] += letter_grams(entry.text)
    for name, tokens, k1 in (("words", terms, 1.2), ("grams", grams, 0.9)):
        lexical = bm25s.BM25(method="lucene", k1=k1, b=0.6)
        lexical.index([found or ["∅"] for found in tokens.values()], show_progress=False)
        lexical.save(str(target / name), show_progress=False)


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
        todo.sort(key=lambda one: len(one[1].text))  # texts about as long as each other are embedded together
        for asking, embed in ((True, encoder.questions), (False, encoder.passages)):
            part = [(key, entry) for key, entry in todo if (entry.kind in ASKING) == asking]
            for batch in (part[start : start + 64] for start in range(0, len(part), 64)):
                vectors = embed([entry.text for _, entry in batch])
                if said := _unfit(vectors):
                    raise Refused(
                        f"The encoder '{encoder.identity}' is not sound: of {len(batch)} texts, {said}. Nothing was changed, and what was served still is. "
                        "Check the model's files, or set ASSISTANT_ENCODER to another."
                    )
                store.executemany(
                    "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                    [(k, v.tobytes()) for (k, _), v in zip(batch, vectors, strict=True)],
                )
                store.commit()
                done += len(batch)
                on_progress(done, len(entries))
        stored = dict(store.execute("SELECT key, vector FROM vectors"))
    rows = [np.frombuffer(stored[key], dtype=np.float32) for key in keys]
    if len(lengths := {len(row) for row in rows}) > 1:
        raise Refused(
            f"The encoder '{encoder.identity}' gave vectors of several lengths ({', '.join(map(str, sorted(lengths)))}), which cannot be compared: it was another "
            f"model under the same name. Nothing was changed, and what was served still is. Remove '{cache}' and run the command again."
        )
    return np.stack(rows)


def _vector_key(entry: Entry, encoder_identity: str) -> str:
    mode = "question" if entry.kind in ASKING else "passage"
    return hashlib.sha256(f"{encoder_identity}\0{mode}\0{entry.text}".encode()).hexdigest()


def _forget_unused_vectors(folder: Path, kept: Sequence[str]) -> None:
    """Drop what no kept generation uses, so that a removed source leaves nothing behind."""
    if not (folder / "vectors.sqlite").exists():
        return
    used = set()
    for digest in kept:
        generation = folder / "generations" / digest
        identity = read_manifest(generation).encoder
        used |= {_vector_key(entry, identity) for entry in _entries_in(generation)}
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


def _read_elsewhere(generation: Path) -> list[str]:
    path = generation / "elsewhere.json"
    texts: list[str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return texts


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
    for key in ("heading_path", "fact_ids", "questions", "misconceptions", "beside", "details", "others"):
        value[key] = tuple(value.get(key, ()))
    value["places"] = tuple((offset, locator) for offset, locator in value.get("places", ()))
    value["references"] = tuple(Reference(**reference) for reference in value["references"])
    return Passage(**value)
