"""The product's retrieval on any collection: documents, queries and judgements in, a TREC run and the usual figures out.

Nothing here searches: the splitter, the encoder, the index and the retriever are the product's own, over a temporary index.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from corpus.errors import ExplainedError
from corpus.passages import Language, Passage
from evals import wording
from evals.measures import interval
from ingest.split import split_plain

if TYPE_CHECKING:
    from assistant.network import Trunk
    from corpus.index import PassageIndex

DEPTH = 100
"""Documents kept in the run for each query."""

CUTS = (1, 3, 5, 10)

Progress = Callable[[str, int, int], None]
Ranking = list[tuple[str, float]]
_Found = TypeVar("_Found", "Item", "Query")


@dataclass(frozen=True)
class Item:
    """A document of the collection."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Query:
    """A question asked of the collection."""

    id: str
    text: str


@dataclass(frozen=True)
class Result:
    """A figure over the judged queries, with its 95 % interval where it is a share of them."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


def read_documents(path: Path) -> list[Item]:
    """The documents of a JSONL file, `{id, title, text}` a line (BEIR's `_id` is understood)."""
    found = []
    for number, line in _json_lines(path):
        name = _text_of(line, path, number, "id", "_id", "doc_id", "docid")
        found.append(Item(name, str(line.get("title") or ""), _text_of(line, path, number, "text")))
    return _without_doubles(found, path)


def read_queries(path: Path) -> list[Query]:
    """The queries of a JSONL file, `{qid, text}` a line (BEIR's `_id` is understood)."""
    found = []
    for number, line in _json_lines(path):
        name = _text_of(line, path, number, "qid", "_id", "id", "query_id")
        found.append(Query(name, _text_of(line, path, number, "text", "query")))
    return _without_doubles(found, path)


def read_judgements(path: Path) -> dict[str, dict[str, int]]:
    """Query id → document id → relevance, from a header line and then `qid docid rel` lines."""
    found: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_read(path).splitlines()[1:], start=2):
        if not line.strip():
            continue
        columns = line.split("\t") if "\t" in line else line.split()
        try:
            query, document, relevance = columns
            found.setdefault(query.strip(), {})[document.strip()] = int(float(relevance))
        except ValueError as error:
            message = (
                f"{path}, line {number}: a judgement is 'qid<tab>docid<tab>rel', with a number last. Correct this line."
            )
            raise ExplainedError(message) from error
    return found


def search_all(
    documents: Sequence[Item], queries: Sequence[Query], on_progress: Progress = lambda step, done, total: None
) -> dict[str, Ranking]:
    """For each query the documents that the product's retriever finds, best passage first, in a temporary index."""
    from assistant.network import Trunk, encoder_over
    from assistant.settings import Settings
    from corpus import index

    settings, trunk = Settings(), Trunk()
    encoder = encoder_over(trunk, settings.encoder)
    passages, document_of = split_all(documents)
    with tempfile.TemporaryDirectory(prefix="evals-retrieval-") as folder:
        place = Path(folder)
        built = index.build(place, passages, encoder, lambda done, total: on_progress("Embedding", done, total))
        index.switch_to(place, built.digest)
        opened = index.PassageIndex.open(place, encoder)
        find = open_retriever(opened, trunk, settings.corpus_folder, _main_language(documents))
        rankings = {}
        for number, query in enumerate(queries, start=1):
            rankings[query.id] = by_document(find(query.text), document_of)
            on_progress("Asking", number, len(queries))
        return rankings


def by_document(hits: Sequence[tuple[str, float]], document_of: Mapping[str, str]) -> Ranking:
    """The documents of the passages found, each at the place of its best one, with scores that strictly fall."""
    ranking: Ranking = []
    seen = set()
    last = float("inf")
    for passage_id, score in hits:
        document = document_of[passage_id]
        if document not in seen:
            seen.add(document)
            # Tools that read the run sort it by score again and break ties by name: no two are alike.
            last = min(score, last - 1e-6)
            ranking.append((document, last))
    return ranking[:DEPTH]


def write_run(rankings: Mapping[str, Ranking], path: Path) -> None:
    """The rankings as a TREC run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        f"{query} Q0 {document} {rank} {score:.6f} assistant"
        for query, ranking in rankings.items()
        for rank, (document, score) in enumerate(ranking, start=1)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def evaluate(rankings: Mapping[str, Ranking], judgements: Mapping[str, Mapping[str, int]]) -> list[Result]:
    """Success@1/3/5/10, MRR@10, nDCG@10 and recall@10 over the judged queries, by `ir_measures`."""
    import ir_measures
    from ir_measures import RR, R, Success, nDCG

    judged = {query: dict(documents) for query, documents in judgements.items() if query in rankings}
    if not judged:
        raise ExplainedError(
            "No query of the collection is judged: the first column of the judgements must hold ids of the queries."
        )
    run = {query: dict(rankings[query]) for query in judged}
    wanted = [*(Success @ cut for cut in CUTS), RR @ 10, nDCG @ 10, R @ 10]
    found = ir_measures.calc_aggregate(wanted, judged, run)
    names = {"Success": "success", "RR": "MRR", "nDCG": "nDCG", "R": "recall"}
    results = []
    for one in wanted:
        family, _, cut = str(one).partition("@")
        value = float(found[one])
        low, high = interval(value, len(judged)) if family == "Success" else (None, None)
        results.append(Result(f"{names[family]}@{cut}", value, low, high))
    return results


def split_all(documents: Sequence[Item]) -> tuple[list[Passage], dict[str, str]]:
    """Every passage of the collection by the product's splitter, and the document of each passage."""
    passages: list[Passage] = []
    document_of: dict[str, str] = {}
    default = _main_language(documents)
    for document in documents:
        language = _language_of(f"{document.title} {document.text}", default)
        for passage in split_plain(document.id, document.title, document.text, language=language):
            passages.append(passage)
            document_of[passage.id] = document.id
    return passages, document_of


def split_text(text: str) -> list[tuple[int, str]]:
    """The pieces of a text by the product's splitter, each with its place."""
    return [(passage.start, passage.text) for passage in split_plain("", "", text)]


def open_retriever(
    opened: PassageIndex, trunk: Trunk, corpus_folder: Path, default: Language
) -> Callable[[str], Ranking]:
    """The product's reading of a question and its retriever over an index: text → (passage id, score), best first."""
    import assistant
    from assistant.bridge import open_bridge
    from assistant.retrieve import Retriever, load_weights
    from assistant.understand import Reader, load_phrases
    from assistant.vocabulary import Conversation
    from corpus.synonyms import load_synonyms

    data = Path(assistant.__file__).parent
    synonyms = load_synonyms(corpus_folder / "synonyms.yaml")
    reader = Reader(load_phrases(data / "phrases.yaml"), synonyms, opened.used_words)
    bridge = open_bridge(data / "bridge.safetensors", opened.encoder, trunk)
    retriever = Retriever(opened, synonyms, load_weights(data / "weights.yaml"), bridge)

    def find(text: str) -> Ranking:
        question = reader.understand(text, Conversation(), language=None, default=default)
        found = retriever.retrieve(question.standalone, embed=opened.encoder.question, limit=3 * DEPTH)
        return [(passage.id, one.score) for one in found.found for passage in one.section.passages]

    return find


def _main_language(documents: Sequence[Item]) -> Language:
    return _language_of(" ".join(document.text[:400] for document in documents[:50]), "fr")


def _language_of(text: str, otherwise: Language) -> Language:
    return wording.spoken_language(text) or otherwise


def _json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(_read(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise ExplainedError(
                f"{path}, line {number}: this is not a JSON object. Write one object a line."
            ) from error
        if not isinstance(value, dict):
            raise ExplainedError(f"{path}, line {number}: this is not a JSON object. Write one object a line.")
        yield number, value


def _text_of(line: Mapping[str, Any], path: Path, number: int, *names: str) -> str:
    for name in names:
        if line.get(name) not in (None, ""):
            return str(line[name])
    raise ExplainedError(f"{path}, line {number}: '{names[0]}' is missing or empty. Add it to this line.")


def _without_doubles(found: list[_Found], path: Path) -> list[_Found]:
    seen: set[str] = set()
    for one in found:
        if one.id in seen:
            raise ExplainedError(f"{path}: the id '{one.id}' appears twice. Give each line its own.")
        seen.add(one.id)
    if not found:
        raise ExplainedError(f"{path}: the file is empty, so there is nothing to index or ask. Name another one.")
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ExplainedError(
            f"'{path}' could not be read as UTF-8 text ({type(error).__name__}). Name another file."
        ) from error
