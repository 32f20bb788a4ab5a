"""The steps as LangChain knows them: its own standard suites, one answer by every road, and a step that can be swapped."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import EmbeddingsIntegrationTests, RetrieversIntegrationTests
from tiny import FakeEncoder

from assistant.chain import EncoderEmbeddings, Request, SectionRetriever, Steps, build_chain
from assistant.pipeline import Assistant
from assistant.vocabulary import Answer, Claim, Conversation, Draft

DAY = date(2023, 9, 1)
MESSAGES = [
    "Quelle était la date limite ?",
    "What was the deadline?",
    "Combien de projets ont été refusés ?",
    "Bonjour",
    "Nous sommes une start-up, pouvons-nous candidater ?",
    "c'est bien le 31 octobre 2023 la date limite ?",
]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class TestEncoderEmbeddings(EmbeddingsIntegrationTests):
    """The standard suite of LangChain."""

    pytestmark = pytest.mark.anyio

    @property
    def embeddings_class(self) -> type[EncoderEmbeddings]:
        return EncoderEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"encoder": FakeEncoder()}


class TestSectionRetriever(RetrieversIntegrationTests):
    """The standard suite of LangChain."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture(autouse=True)
    def _over_the_tiny_index(self, retriever_parts: dict[str, Any]) -> None:
        self.parts = retriever_parts

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return SectionRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return self.parts

    @property
    def retriever_query_example(self) -> str:
        return "Quelle était la date limite ?"


@pytest.fixture
def retriever_parts(tiny) -> dict[str, Any]:
    return {"search": tiny.retriever, "embeddings": EncoderEmbeddings(tiny.index.encoder)}


def request_for(message: str, *earlier: str) -> Request:
    return Request(message, Conversation(earlier), None, "fr", DAY)


def told(request: Request) -> Answer:
    """The answer, without the time that it took."""
    assert request.answer is not None
    return replace(request.answer, timings_ms={})


def test_invoke_stream_and_batch_give_the_same_answer(tiny):
    requests = [request_for(message) for message in MESSAGES]
    invoked = [told(tiny.chain.invoke(request)) for request in requests]
    streamed = [told(list(tiny.chain.stream(request))[-1]) for request in requests]
    assert invoked == streamed == [told(done) for done in tiny.chain.batch(requests)]
    assert invoked == [replace(tiny.ask(message, as_of=DAY), timings_ms={}) for message in MESSAGES]


@pytest.mark.anyio
async def test_asking_without_waiting_gives_the_same_answer(tiny):
    request = request_for(MESSAGES[0])
    assert told(await tiny.chain.ainvoke(request)) == told(tiny.chain.invoke(request))


def test_the_steps_are_timed_in_their_order(tiny):
    done = tiny.chain.invoke(request_for(MESSAGES[0]))
    assert [name for name, _ in done.timings] == ["understand", "retrieve", "weigh", "judge", "draft", "verify"]
    assert all(milliseconds >= 0 for _, milliseconds in done.timings)


def test_a_request_is_not_changed_by_the_chain(tiny):
    request = request_for(MESSAGES[0])
    tiny.chain.invoke(request)
    assert request == request_for(MESSAGES[0])


def steps_of(tiny: Assistant, parts: dict[str, Any], **swapped: Any) -> Steps:
    usual: dict[str, Any] = {
        name: getattr(tiny, f"_{name}") for name in ("understand", "weigh", "judge", "draft", "verify")
    }
    return Steps(**(usual | {"retriever": SectionRetriever(**parts)} | swapped))


def test_a_step_can_be_swapped(tiny, retriever_parts):
    """Another writer, such as one that asks a language model: what it makes up still does not pass `verify`."""

    def lying_writer(request: Request) -> Request:
        usual = tiny.chain.invoke(replace(request, draft=None, answer=None))
        cited = usual.answer.claims[0].citations
        lie = Claim("Le dépôt était possible jusqu’au 31 décembre 2025.", cited)
        return replace(request, draft=Draft("answer", request.question, (*usual.answer.claims, lie), engine="llm"))

    chain = build_chain(steps_of(tiny, retriever_parts, draft=lying_writer))
    answer = told(chain.invoke(request_for(MESSAGES[0])))
    assert answer.engine == "llm"
    assert answer.claims == tiny.ask(MESSAGES[0], as_of=DAY).claims
    assert [claim.text for claim in answer.rejected] == ["Le dépôt était possible jusqu’au 31 décembre 2025."]


def test_the_retriever_can_be_swapped(tiny, retriever_parts):
    class OneSection(SectionRetriever):
        """Always finds the same section."""

        def find(self, standalone: str, *rest: object):
            search = super().find("Quelle est l'amende maximale ?")
            return replace(search, found=search.found[:1])

    chain = build_chain(steps_of(tiny, retriever_parts, retriever=OneSection(**retriever_parts)))
    done = chain.invoke(request_for("Quelle était la date limite ?"))
    assert [one.section.id for one in done.search.found] == ["fine"]


def test_what_langchain_finds_is_what_the_search_finds(tiny, retriever_parts):
    retriever = SectionRetriever(**retriever_parts)
    documents = retriever.invoke("Quelle était la date limite ?")
    found = retriever.find("Quelle était la date limite ?").found
    assert [document.metadata["section_id"] for document in documents] == [one.section.id for one in found]
    assert [document.metadata["rank"] for document in documents] == list(range(1, len(found) + 1))
    assert documents[0].page_content == tiny.index.section("deadline").passage("fr").text


def test_small_talk_skips_the_search(tiny):
    done = tiny.chain.invoke(request_for("Bonjour"))
    assert done.search is None and done.answer.kind == "smalltalk"


def test_the_types_of_langchain_go_no_further(tiny):
    answer = tiny.ask(MESSAGES[0], as_of=DAY)
    seen: set[str] = set()

    def visit(value: object) -> None:
        seen.add(type(value).__module__.split(".")[0])
        if isinstance(value, dict):
            for item in value.values():
                visit(item)
        elif isinstance(value, list | tuple):
            for item in value:
                visit(item)
        elif hasattr(value, "__dataclass_fields__"):
            for name in value.__dataclass_fields__:
                visit(getattr(value, name))

    visit(answer)
    assert seen <= {"builtins", "datetime", "assistant", "corpus"}
