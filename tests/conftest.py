"""What the tests share: a tiny corpus, its index, an encoder that costs microseconds, and the real index when there is one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

# Read when torch is imported: tests that run side by side would starve each other.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["OMP_NUM_THREADS"] = "1"

import pytest
from pytest_socket import _remove_restrictions, socket_allow_hosts
from tiny import FILES, ROOT, WEIGHTS, FakeEncoder, build_index, open_reader

from assistant.pipeline import Assistant
from assistant.retrieve import Retriever, load_weights
from assistant.settings import Settings
from assistant.suggest import load_suggestions
from assistant.understand import Reader
from corpus.call import Call, load_call
from corpus.errors import ExplainedError
from corpus.index import PassageIndex
from corpus.passages import Document, Passage
from corpus.synonyms import Synonyms, load_synonyms
from ingest.read import read_corpus

LOOPBACK = ["127.0.0.1", "::1", "localhost"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "real_index: needs the index of the real corpus in var/index; skips without it")


@pytest.fixture(autouse=True)
def offline() -> Iterator[None]:
    """No test reaches another machine."""
    socket_allow_hosts(LOOPBACK, allow_unix_socket=True)
    yield
    _remove_restrictions()


@pytest.fixture
def fresh_encoder() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture(scope="session")
def corpus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny corpus with the rules, the synonyms and the series of the real one. To be read only: `shutil.copytree` it to change it."""
    folder = tmp_path_factory.mktemp("tiny") / "corpus"
    shutil.copytree(FILES / "corpus", folder)
    for name in ("call.yaml", "synonyms.yaml", "series.yaml"):
        shutil.copy(ROOT / "corpus" / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def documents(corpus_folder: Path) -> list[Document]:
    return read_corpus(corpus_folder)


@pytest.fixture(scope="session")
def passages(documents: list[Document]) -> list[Passage]:
    return [passage for document in documents for passage in document.passages]


@pytest.fixture(scope="session")
def passage_of(passages: list[Passage]) -> dict[str, Passage]:
    """The passages of the tiny corpus by id, such as `deadline/fr`."""
    return {passage.id: passage for passage in passages}


@pytest.fixture(scope="session")
def index_folder(tmp_path_factory: pytest.TempPathFactory, passages: list[Passage]) -> Path:
    folder = tmp_path_factory.mktemp("tiny") / "index"
    build_index(folder, passages, FakeEncoder())
    return folder


@pytest.fixture(scope="session")
def index(index_folder: Path) -> PassageIndex:
    return PassageIndex.open(index_folder, FakeEncoder())  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def call() -> Call:
    return load_call(ROOT / "corpus" / "call.yaml")


@pytest.fixture(scope="session")
def synonyms() -> Synonyms:
    return load_synonyms(ROOT / "corpus" / "synonyms.yaml")


@pytest.fixture(scope="session")
def tiny_retriever(index: PassageIndex, synonyms: Synonyms) -> Retriever:
    return Retriever(index, synonyms, load_weights(WEIGHTS))


@pytest.fixture(scope="session")
def reader(index: PassageIndex, synonyms: Synonyms) -> Reader:
    return open_reader(index, synonyms)


@pytest.fixture(scope="session")
def tiny(index: PassageIndex, call: Call, tiny_retriever: Retriever, reader: Reader) -> Assistant:
    """The whole assistant over the tiny corpus."""
    suggestions = load_suggestions(FILES / "corpus" / "suggestions.yaml")
    return Assistant(index, call, tiny_retriever, reader, suggestions=suggestions)


@pytest.fixture(scope="session")
def real() -> Assistant:
    """The whole assistant over the real corpus, as the site opens it."""
    folder = ROOT / "var" / "index"
    try:
        return Assistant.open(Settings(index_folder=folder, corpus_folder=ROOT / "corpus"))
    except ExplainedError as error:
        pytest.skip(str(error))
