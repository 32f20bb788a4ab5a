"""The order of the steps, and nothing else. A reader who opens this file has understood the product."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from assistant import wording
from assistant.article import ArticleWriter
from assistant.chain import EncoderEmbeddings, Request, SectionRetriever, Steps, build_chain, known
from assistant.draft import Writer
from assistant.evidence import Scale, load_calibrations
from assistant.explain import asserts_eligibility
from assistant.lead import NO_LEADS
from assistant.named import Acts
from assistant.parts import parts_of, unannounced
from assistant.reading.learnt import SecondReader, open_second_reader
from assistant.retrieve import Retriever, load_weights
from assistant.scope import ScopeFinder
from assistant.series import load_series
from assistant.settings import Settings
from assistant.small_talk import surely_small_talk
from assistant.suggest import Suggester, Suggestions, load_suggestions
from assistant.understand import Reader, load_phrases
from assistant.verdict import VerdictWriter
from assistant.verify import verify
from assistant.vocabulary import Answer, Conversation, Draft
from assistant.weigh import Weigher
from corpus.call import Call, load_call
from corpus.index import PassageIndex
from corpus.passages import Language, Passage
from corpus.synonyms import load_synonyms

_HERE = Path(__file__).parent
PARIS = ZoneInfo("Europe/Paris")


class Assistant:
    """Answers from one index, under one call. Safe to share between threads: nothing changes after `open`."""

    def __init__(
        self,
        index: PassageIndex,
        call: Call,
        retriever: Retriever,
        reader: Reader,
        as_of: date | None = None,
        suggestions: Suggestions = MappingProxyType({}),
        second: SecondReader | None = None,
    ) -> None:
        self.index, self.call, self.retriever, self.reader, self.as_of = index, call, retriever, reader, as_of
        self.weigher = Weigher(retriever, Scale(index, load_calibrations(_HERE / "weights.yaml")))
        self.suggester = Suggester(index, suggestions)
        self.writer = Writer(index, call, reader, self.suggester)
        self.verdict_writer = VerdictWriter(index, call)
        self.scope_finder = ScopeFinder(reader, second, self.weigher, self.verdict_writer)
        self.article_writer = ArticleWriter(Acts(index.passages), self.suggester)
        self.chain = build_chain(
            Steps(
                self._understand,
                self._weigh,
                self._judge,
                self._draft,
                self._verify,
                retriever=SectionRetriever(search=retriever, embeddings=EncoderEmbeddings(index.encoder)),
            )
        )

    @classmethod
    def open(cls, settings: Settings) -> Assistant:
        """The assistant that `settings` describe; an ExplainedError says what is missing."""
        from assistant.bridge import open_bridge
        from assistant.network import Trunk, encoder_over
        from assistant.recognise import load as load_recogniser

        trunk = Trunk()
        encoder = encoder_over(trunk, settings.encoder)
        index = PassageIndex.open(settings.index_folder, encoder)
        synonyms = load_synonyms(settings.corpus_folder / "synonyms.yaml")
        bridge = None if index.has_questions else open_bridge(_HERE / "bridge.safetensors", encoder, trunk)
        recogniser = load_recogniser(_HERE / "recognised.safetensors", trunk)
        series = load_series(settings.corpus_folder / "series.yaml")
        retriever = Retriever(index, synonyms, load_weights(_HERE / "weights.yaml"), bridge, recogniser, series)
        reader = Reader(load_phrases(_HERE / "phrases.yaml"), synonyms, index.used_words, series)
        call = load_call(settings.corpus_folder / "call.yaml")
        suggestions = load_suggestions(settings.corpus_folder / "suggestions.yaml")
        second = open_second_reader(_HERE / "reading" / "learnt.safetensors", trunk)
        return cls(index, call, retriever, reader, settings.as_of, suggestions, second)

    def ask(
        self,
        message: str,
        conversation: Conversation = Conversation(),  # noqa: B008  # frozen and empty
        *,
        language: Language | None = None,
        default: Language = "fr",
        as_of: date | None = None,
    ) -> Answer:
        """What the sources support, in `language` when the person chose one, else in that of the message, else in `default`."""
        started = time.perf_counter()
        request = Request(message, conversation, language, default, as_of or self.today())
        done = self.chain.invoke(request)
        answer = known(done.answer)
        total = (time.perf_counter() - started) * 1000
        return replace(answer, timings_ms={"total": total, **dict(done.timings)})

    def today(self) -> date:
        """The day for which answers hold: the configured one, else today in Paris."""
        return self.as_of or datetime.now(PARIS).date()

    def passage(self, passage_id: str) -> Passage | None:
        """The passage with that id, None when there is none."""
        return self.index.passage(passage_id)

    def _understand(self, request: Request) -> Request:
        """The question that stands alone; small talk gets its short reply at once."""
        request = replace(request, message=unannounced(request.message))
        kind = self.reader.smalltalk_of(request.message)
        may_be_again = kind in (None, "unreadable")
        once_more = self.reader.once_more(request.message, request.conversation) if may_be_again else None
        if kind in (None, "unreadable") and not once_more:
            kind = surely_small_talk(request.message, request.conversation, self.reader, self.retriever) or kind
        if once_more:
            kind = None
            language = once_more.language or request.language
            request = replace(
                request, message=once_more.message, conversation=once_more.conversation, language=language
            )
        elif in_a_language := self.reader.in_a_language(request.message):
            request = replace(request, language=in_a_language[0], message=in_a_language[1])
        question = self.reader.understand(
            request.message, request.conversation, language=request.language, default=request.default
        )
        question = replace(question, is_brief=bool(once_more and once_more.shorter))
        if kind is None or (kind == "yes_no" and request.conversation.messages):
            return replace(request, question=question)
        draft = Draft("smalltalk", question, (), opening=wording.SMALLTALK[kind][question.language])
        return replace(request, question=question, draft=draft)

    def _weigh(self, request: Request) -> Request:
        """How far what was found can be relied upon."""
        return request if request.draft else self.weigher.weigh(request)

    def _judge(self, request: Request) -> Request:
        """What asks for a verdict gets what the rules say."""
        if request.draft:
            return request
        asked = self.scope_finder.find(request)
        if asked is None:
            return request
        scope, situation = asked
        question, found = known(request.question), known(request.search).found
        best = found[0].section.passage(question.language)
        rule = best if self.verdict_writer.may_open_with(best) and request.evidence_is_sufficient else None
        draft = self.verdict_writer.write(question, situation, scope, rule, on=request.on)
        said = [citation.passage for claim in draft.claims for citation in claim.citations]
        near = [
            one for one in found if self.verdict_writer.may_follow(one.section.passage(question.language), situation)
        ]
        return replace(
            request,
            draft=replace(
                draft, follow_ups=self.suggester.after(near, said, question.language, question.in_its_conversation)
            ),
        )

    def _draft(self, request: Request) -> Request:
        """The reply, unchecked."""
        if request.draft:
            return request
        question, search = known(request.question), known(request.search)
        draft = self.article_writer.write(question, search.found)
        if draft is None:
            leads = search.recognised.leads if search.recognised else NO_LEADS
            parts = parts_of(question, request.conversation, self.reader, self.retriever, self.weigher.answering)
            draft = self.writer.write(question, search.found, known(request.evidence), leads, parts, on=request.on)
        return replace(request, draft=draft)

    def _verify(self, request: Request) -> Request:
        """The reply, with only what its quotes carry."""
        answer = verify(known(request.draft), as_of=request.on, asserted=asserts_eligibility)
        return replace(request, answer=answer)
