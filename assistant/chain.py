"""The steps as one LangChain runnable: `invoke`, `stream` and `batch` work, and a step can be swapped. LangChain's types go no further."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import ConfigDict

from assistant.evidence import Evidence
from assistant.retrieve import Found, Retriever, Search
from assistant.vocabulary import Answer, Conversation, Draft, Question
from corpus.embed import Encoder
from corpus.passages import Language


@dataclass(frozen=True)
class Request:
    """One message to answer, and how far it has come: each step returns it with one more thing known."""

    message: str
    conversation: Conversation
    language: Language | None
    default: Language
    on: date
    question: Question | None = None
    search: Search | None = None
    evidence: Evidence | None = None
    draft: Draft | None = None
    answer: Answer | None = None
    timings: tuple[tuple[str, float], ...] = ()

    @property
    def evidence_is_sufficient(self) -> bool:
        """True when what was found can carry an answer."""
        return self.evidence is not None and self.evidence.sufficiency == "sufficient"


Known = TypeVar("Known")
MOST_SECTIONS = 8
"""How many sections a search brings back, unless told otherwise."""
Step = Callable[[Request], Request]


@dataclass(frozen=True)
class Steps:
    """The plain functions of ours that the chain runs, in order. A request that has its draft early skips the search."""

    understand: Step
    weigh: Step
    judge: Step
    draft: Step
    verify: Step
    retriever: SectionRetriever = field(kw_only=True)


class EncoderEmbeddings(Embeddings):
    """The encoder of the project as LangChain knows encoders."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """The vectors of texts that answer."""
        return [vector.tolist() for vector in self.encoder.passages(texts)] if texts else []

    def embed_query(self, text: str) -> list[float]:
        """The vector of a text that asks."""
        vector: list[float] = self.encoder.question(text).tolist()
        return vector


class SectionRetriever(BaseRetriever):
    """The retriever of the project as LangChain knows retrievers: one document a section, best first.

    `metadata` holds `section_id`, `rank`, `score`, what each channel said, and of the whole search the `neighbours` and what was `recognised`; `alone` is the message without the subject of the conversation,
    `heard` the conversation as it was written.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    search: Retriever
    embeddings: Embeddings
    language: Language = "fr"
    k: int = MOST_SECTIONS

    def find(
        self,
        standalone: str,
        alone: str | None = None,
        k: int | None = None,
        heard: Sequence[str] = (),
        means: tuple[int, int] | None = None,
    ) -> Search:
        """The search, as a value of ours: `k` sections at most."""
        return self.search.retrieve(
            standalone,
            alone=alone,
            heard=heard,
            means=means,
            embed=lambda text: np.array(self.embeddings.embed_query(text), dtype=np.float32),
            limit=self.k if k is None else k,
        )

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        alone: str | None = None,
        k: int | None = None,
        heard: Sequence[str] = (),
        means: tuple[int, int] | None = None,
    ) -> list[Document]:
        found = self.find(query, alone, k, heard, means)
        return [
            Document(
                page_content=one.section.passage(self.language).text,
                metadata={
                    "section_id": one.section.id,
                    "rank": rank,
                    "score": one.score,
                    "channels": dict(one.channels),
                    "neighbours": found.neighbours,
                    "recognised": found.recognised,
                },
            )
            for rank, one in enumerate(found.found, start=1)
        ]


def known(value: Known | None) -> Known:
    """What an earlier step found, for a step that builds on it."""
    if value is None:
        raise RuntimeError("A step of the chain ran before the one that it builds on.")
    return value


def build_chain(steps: Steps) -> Runnable[Request, Request]:
    """The one place where the steps become a chain: a Request goes in, the same Request with its Answer comes out."""
    retriever = steps.retriever

    def retrieve(request: Request) -> Request:
        if request.draft or not request.question:
            return request
        question = request.question
        documents = retriever.invoke(
            question.standalone,
            alone=question.repaired if question.leans else None,
            heard=question.heard,
            means=question.means,
        )
        return replace(request, search=_search(retriever.search, documents))

    named: Sequence[tuple[str, Step]] = (
        ("understand", steps.understand),
        ("retrieve", retrieve),
        ("weigh", steps.weigh),
        ("judge", steps.judge),
        ("draft", steps.draft),
        ("verify", steps.verify),
    )
    first, *rest = [RunnableLambda(_timed(name, step)).with_config(run_name=name) for name, step in named]
    chain: Runnable[Request, Request] = first
    for runnable in rest:
        chain = chain | runnable
    return chain


def _search(retriever: Retriever, documents: Sequence[Document]) -> Search:
    found = tuple(
        Found(retriever.index.section(one.metadata["section_id"]), one.metadata["score"], one.metadata["channels"])
        for one in documents
    )
    if not documents:
        return Search(found, ())
    return Search(found, documents[0].metadata["neighbours"], documents[0].metadata["recognised"])


def _timed(name: str, step: Step) -> Step:
    def timed(request: Request) -> Request:
        started = time.perf_counter()
        done = step(request)
        return replace(done, timings=(*done.timings, (name, (time.perf_counter() - started) * 1000)))

    return timed
