"""The order of the steps, and nothing else. A reader who opens this file has understood the product."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np

from assistant import wording
from assistant.article import ArticleWriter
from assistant.chain import EncoderEmbeddings, Request, SectionRetriever, Steps, build_chain
from assistant.draft import Writer
from assistant.evidence import Evidence, Scale, load_calibrations
from assistant.explain import asserts_eligibility
from assistant.lead import NO_LEADS
from assistant.named import Acts
from assistant.parts import Part, questions_in, unannounced
from assistant.reading.learnt import BELIEVED, SecondReader, open_second_reader
from assistant.retrieve import SHORT, Found, Retriever, Search, load_weights
from assistant.series import load_series
from assistant.settings import Settings
from assistant.situation import asks_of_their_project, asks_verdict_in_words, eligibility_scope, read_situation
from assistant.suggest import Suggester, Suggestions, load_suggestions
from assistant.understand import Reader, SmalltalkKind, load_phrases
from assistant.verdict import Scope, VerdictWriter
from assistant.verify import verify
from assistant.vocabulary import Answer, Conversation, Draft, Question, Situation
from assistant.wanted import asks_for_names, gives_names
from corpus.call import Call, load_call
from corpus.index import PassageIndex
from corpus.passages import Language, Passage
from corpus.synonyms import load_synonyms
from corpus.words import content_words

_HERE = Path(__file__).parent
PARIS = ZoneInfo("Europe/Paris")
Known = TypeVar("Known")
LIKELIER_THAN_NOT = 0.5
BESIDE, SURELY_BESIDE = 0.7, 0.95
"""How likely a message must ask for what is no condition of the call to be a question of fact, for all that it tells of a project; and how likely where
it has words of somebody who asks for a verdict. Of 1,099 development messages that ask for one, two are lost; of 312 that tell a lot and ask for a
fact, 305 are answered."""
LIKELY_AGAIN = 1 / 3
"""How likely a message must be to tell of the person's project, once they asked about it, for the verdict to be said again."""
LIKELY_NAMES = 1 / 3
"""How likely a section with names must be to answer, to come before one without, for somebody who asks for names."""
LONGEST_SMALL_TALK = 20
"""Words of the longest message that may be small talk."""
MOST_PARTS = 3
"""Questions of one message that are answered apart."""
TELLING = 3
"""With more values read than this, a message (in its conversation) describes a project, whatever its words."""


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
        self.second = second
        self.scale = Scale(index, load_calibrations(_HERE / "weights.yaml"))
        self.suggester = Suggester(index, suggestions)
        self.writer = Writer(index, call, reader, self.suggester)
        self.verdict_writer = VerdictWriter(index, call)
        self._about_no_condition = np.array(
            [
                not any(self._is_about_a_condition(passage) for passage in section.passages)
                for section in index.sections
            ],
            dtype=bool,
        )
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
        answer = _known(done.answer)
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
        once_more = None if kind else self.reader.once_more(request.message, request.conversation)
        if kind in (None, "unreadable") and not once_more:
            kind = self._small_talk_of(request) or kind
        if once_more:
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

    def _small_talk_of(self, request: Request) -> SmalltalkKind | None:
        """The kind of small talk that a short message surely is, though in no listed words; what has a figure asks or tells something.

        In a conversation a question is none (« donc c’est bon ? »), nor is what goes on about their project (« just one, idk »).
        """
        message, earlier = request.message, request.conversation.messages
        asks = re.search(r"[\d?]" if earlier else r"\d", message)
        if asks or len(message.split()) > LONGEST_SMALL_TALK or self.reader.in_a_language(message):
            return None
        alone = self.retriever.recognise((message,))
        if alone is None or alone.small_talk is None:
            return None
        heard = self.retriever.recognise((*earlier, message))
        return alone.small_talk if heard and heard.own < LIKELIER_THAN_NOT else None

    def _weigh(self, request: Request) -> Request:
        """How far what was found can be relied upon."""
        if request.draft:
            return request
        question, search = _known(request.question), _known(request.search)
        if _is_bare_follow_up(question):
            return replace(request, evidence=self.scale.weigh(question.standalone, search, is_follow_up=True))
        # It says itself what it asks; weighed with the question before, it would pass for answered because that one was.
        evidence = self._weighed_alone(question, search)
        if evidence.sufficiency == "off_topic" and _is_heard(search):
            evidence = replace(evidence, sufficiency="sufficient")
        if evidence.sufficiency == "sufficient" and asks_for_names(question.repaired):
            return self._with_names(replace(request, evidence=evidence))
        return replace(request, evidence=evidence)

    def _with_names(self, request: Request) -> Request:
        """What was found for somebody who asks for names: a section that gives some comes first; where none is likely, nothing answers."""
        question, search, evidence = _known(request.question), _known(request.search), _known(request.evidence)

        def names(one: Found) -> bool:
            passage = one.section.passage(question.language)
            return bool(passage.details) or passage.is_not_stated or gives_names(passage.text, question.repaired)

        best, *others = search.found
        if names(best):
            return request
        likely = next((one for one in others if names(one) and one.channels["answered"] >= LIKELY_NAMES), None)
        if likely is None:
            return replace(request, evidence=replace(evidence, sufficiency="nearby"))
        return replace(
            request, search=replace(search, found=(likely, *(one for one in search.found if one is not likely)))
        )

    def _weighed_alone(self, question: Question, search: Search) -> Evidence:
        """The evidence for the message without its conversation; `search` serves when it stands alone anyway.

        What leans on the conversation is about another subject only where that is likelier in it too: « vous êtes sûr ? on m’a parlé de 50 000 euros ».
        """
        if not question.leans:
            return self.scale.weigh(question.repaired, search)
        alone = self.retriever.retrieve(question.repaired, embed=self.index.encoder.question, heard=question.heard)
        evidence = self.scale.weigh(question.repaired, alone)
        if evidence.sufficiency == "off_topic" and _is_of_our_subject(alone):
            return replace(evidence, sufficiency="nearby")
        return evidence

    def _judge(self, request: Request) -> Request:
        """What is about eligibility gets what the rules say."""
        if request.draft:
            return request
        question, earlier = _known(request.question), request.conversation.messages
        scope = self._scope_of(request)
        if scope is None:
            return request
        situation = read_situation((*earlier, request.message), self.call, self.second)
        if scope == "own" and self._only_tells_a_story(request, situation):
            return request
        if not situation.readings and _known(request.evidence).sufficiency == "off_topic":
            return request  # the eligibility for something else: a loan, a bonus
        found = _known(request.search).found
        best = found[0].section.passage(question.language)
        if not self._asks_for_a_verdict(request, situation, best, scope):
            return request
        rule = best if self.verdict_writer.may_open_with(best) and request.evidence_is_sufficient else None
        draft = self.verdict_writer.write(question, situation, scope, rule, on=request.on)
        said = [citation.passage for claim in draft.claims for citation in claim.citations]
        near = [
            one for one in found if self.verdict_writer.may_follow(one.section.passage(question.language), situation)
        ]
        return replace(request, draft=replace(draft, follow_ups=self.suggester.after(near, said, question.language)))

    def _scope_of(self, request: Request) -> Scope | None:
        """Whether the message asks if someone can apply, as the readers of situations or what recognises questions take it."""
        question, earlier = _known(request.question), request.conversation.messages
        scope = eligibility_scope(request.message, earlier, self.second)
        if scope is None and asks_of_their_project(request.message, earlier, self.second):
            bare = _is_bare_follow_up(question)
            alone = self._weighed_alone(question, _known(request.search)) if bare else _known(request.evidence)
            scope = None if alone.sufficiency == "sufficient" else "own"
        recognised = _known(request.search).recognised
        if scope or recognised is None:
            return scope
        return "own" if recognised.own >= (LIKELY_AGAIN if self._asked_before(earlier) else BELIEVED) else None

    def _asked_before(self, earlier: Sequence[str]) -> bool:
        """True when one of the `earlier` messages asked for a verdict on their project."""
        return any(eligibility_scope(one, earlier[:n], self.second) == "own" for n, one in enumerate(earlier))

    def _only_tells_a_story(self, request: Request, situation: Situation) -> bool:
        """True for a message with a story that asks something else than a verdict: « on est une mairie, on installe un logiciel… doit-on encore le
        déclarer ? »."""
        recognised, earlier = _known(request.search).recognised, request.conversation.messages
        if recognised is None or recognised.own >= LIKELIER_THAN_NOT or self._tells_what_few_are_asked(situation):
            return False
        if situation.unknown or ("?" not in request.message and self._asked_before(earlier)):
            return False  # what they do not know of their project, or more of it
        beside = self.retriever.share_of(recognised, self._about_no_condition)
        if asks_verdict_in_words(request.message):
            return recognised.own <= 1 - SURELY_BESIDE and beside >= SURELY_BESIDE
        is_elsewhere = recognised.elsewhere >= LIKELIER_THAN_NOT
        return beside >= BESIDE or (is_elsewhere and not self.reader.speaks_of_applying(request.message))

    def _is_about_a_condition(self, passage: Passage) -> bool:
        return bool(set(passage.fact_ids) & self.verdict_writer.criteria_facts)

    def _tells_what_few_are_asked(self, situation: Situation) -> bool:
        """True when something was told that only some applicants are asked (which public actors take part, or have the need): it comes with no question
        of fact."""
        return any(field.only and field.id in situation.readings for field in self.call.fields)

    def _asks_for_a_verdict(self, request: Request, situation: Situation, best: Passage, scope: Scope) -> bool:
        """True unless the sources answer the message as a question of fact: it tells little of a project, and is about something else."""
        message, search = request.message, _known(request.search)
        is_unsure_what = False
        if search.recognised:
            answered = search.found[0].channels["answered"]
            is_surely_a_fact = (
                search.recognised.own <= 1 - BELIEVED
                and answered >= BELIEVED
                and not self._tells_what_few_are_asked(situation)
            )
            if is_surely_a_fact and not self.verdict_writer.states_a_rule(best) and request.evidence_is_sufficient:
                return False
            is_unsure_what = answered < LIKELIER_THAN_NOT
        told = len(situation.readings)
        is_about_applying = best.concerns_applying or self.reader.speaks_of_applying(message)
        if told == 0:
            asks_of_self = scope == "own" and not (self.second and self.second.is_no_description(message))
            return is_about_applying and asks_of_self and (self._is_about_a_condition(best) or is_unsure_what)
        if is_about_applying or told > TELLING or situation.unknown:
            return True
        is_surely_theirs = search.recognised is not None and search.recognised.own >= BELIEVED
        if request.conversation.messages and is_surely_theirs and not request.evidence_is_sufficient:
            return True
        return bool(self.second and self.second.is_description(message))

    def _draft(self, request: Request) -> Request:
        """The reply, unchecked."""
        if request.draft:
            return request
        question, search = _known(request.question), _known(request.search)
        draft = self.article_writer.write(question, search.found)
        if draft is None:
            leads = search.recognised.leads if search.recognised else NO_LEADS
            parts = self._parts_of(question, request.conversation)
            draft = self.writer.write(question, search.found, _known(request.evidence), leads, parts, on=request.on)
        return replace(request, draft=draft)

    def _parts_of(self, question: Question, conversation: Conversation) -> list[Part]:
        """What answers each of the questions of a message that asks several; empty when it asks one, or one of them is not surely heard.

        Each is heard after the one before it: « c’était quand, et qui a gagné ? ».
        """
        asked = questions_in(question.text)
        if not 1 < len(asked) <= MOST_PARTS or question.is_brief:
            return []
        parts: list[Part] = []
        for one in asked:
            alone = self.reader.understand(one, conversation, language=question.language, default=question.language)
            found = self.retriever.surest(alone.heard)
            if found is None or found[1] < LIKELIER_THAN_NOT:
                return []
            section, _, leads = found
            parts.append(Part(section, leads))
            conversation = Conversation((*conversation.messages, one))
        return parts if len({part.section.id for part in parts}) == len(parts) else []

    def _verify(self, request: Request) -> Request:
        """The reply, with only what its quotes carry."""
        answer = verify(_known(request.draft), as_of=request.on, asserted=asserts_eligibility)
        return replace(request, answer=answer)


def _is_of_our_subject(search: Search) -> bool:
    """True when what is asked, in its conversation, is likelier about our subject than about another."""
    return search.recognised is not None and search.recognised.elsewhere < LIKELIER_THAN_NOT


def _is_heard(search: Search) -> bool:
    """True when it is likely which section answers, though the message, for all that it tells beside, looks like nothing known."""
    return _is_of_our_subject(search) and search.found[0].channels["answered"] >= LIKELIER_THAN_NOT


def _is_bare_follow_up(question: Question) -> bool:
    """True when the message leans on the conversation and has hardly a word of its own to tell what it asks."""
    return question.leans and len(content_words(question.repaired)) <= SHORT


def _known(value: Known | None) -> Known:
    if value is None:
        raise RuntimeError("A step of the chain ran before the one that it builds on.")
    return value
