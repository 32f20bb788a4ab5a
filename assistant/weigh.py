"""How far what was found for a message can be relied upon, alone or in its conversation, and by somebody who asks for names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.chain import Request, known
from assistant.compare import extents, units, values
from assistant.evidence import Evidence, Scale, Sufficiency
from assistant.parts import gives_other_values
from assistant.retrieve import LIKELIER_THAN_NOT, SHORT, Found, Retriever, Search
from assistant.vocabulary import Question
from assistant.wanted import (
    asks_for_names,
    asks_how_long,
    asks_who_they_are,
    gives_names,
    says_chosen,
    shuts_out,
    speaks_of_a_refusal,
    speaks_of_the_others,
    taken_for_granted,
)
from corpus.index import Section
from corpus.passages import Language, Passage
from corpus.words import content_words

LIKELY_ENOUGH = 1 / 3
"""How likely a section must be to answer, to come before another that has not the kind of thing that is asked for, or to answer a message of ours that
looks like nothing known."""
CLOSEST, MAY_ANSWER = 4, 0.1
"""Among how many sections one is looked for that gives a length of time, and how likely it must be to answer: of 187 questions that ask how long, six get
the right section for a wrong one, and none is lost."""
LENGTHS_OF_TIME = frozenset({"year", "month", "week", "day", "hour", "minute"})
HARDLY_ELSEWHERE = 0.1
"""How likely it may be at most that a message is about another subject, for it not to be declined as such, whatever its words: of 21 development
messages below that look like nothing known, none is about another subject."""


@dataclass(frozen=True)
class Weigher:
    """Weighs what `retriever` found, on one scale."""

    retriever: Retriever
    scale: Scale

    def weigh(self, request: Request) -> Request:
        """The request with its evidence; a section that gives names comes first for somebody who asks for some."""
        question, search = known(request.question), known(request.search)
        if is_bare_follow_up(question):
            evidence = self.scale.weigh(question.standalone, search, is_follow_up=True)
        else:
            # It says itself what it asks; weighed with the question before, it would pass for answered because that one was.
            evidence = self.alone(question, search)
        if evidence.sufficiency == "off_topic":
            evidence = replace(evidence, sufficiency=_rather_than_off_topic(question, search))
        request = replace(request, evidence=evidence)
        if puts_right := _chosen_in(question, search) or self._says_otherwise(question, search):
            evidence = replace(evidence, sufficiency="sufficient")
            return _led_by(puts_right, replace(request, evidence=evidence))
        if evidence.sufficiency != "sufficient":
            return request
        if speaks_of_the_others(question.repaired) and asks_who_they_are(question.repaired):
            return _with_the_others(request)
        if asks_how_long(question.repaired):
            return _with_a_length_of_time(request)
        return _with_names(request) if asks_for_names(question.repaired) else request

    def _says_otherwise(self, question: Question, search: Search) -> Found | None:
        """The section that gives another date or number than is held for true by somebody who asks for its reason, or says that who is held to be shut
        out may take part."""
        told = taken_for_granted(question.repaired)
        is_shut_out = shuts_out(told)
        surest = self.retriever.surest((told,)) if values(told) or is_shut_out else None
        if surest is None or surest[1] < LIKELIER_THAN_NOT:
            return None
        section, passage = surest[0], surest[0].passage(question.language)
        lets_in = passage.concerns_applying and is_shut_out and "may" in extents(passage.text)
        says_so = lets_in or gives_other_values(passage, told)
        return next((one for one in search.found if one.section is section and says_so), None)

    def answering(self, question: Question) -> Section | None:
        """The section that can be relied upon to answer `question` in its conversation; None when none can."""
        text, heard, means = question.standalone, question.heard, question.means
        alone = question.repaired if question.leans else None
        search = self.retriever.retrieve(
            text, embed=self.retriever.index.encoder.question, alone=alone, heard=heard, means=means
        )
        section = search.found[0].section
        if asks_for_names(question.repaired) and not _names(section.passage(question.language), question):
            return None
        return section if self.scale.weigh(text, search).sufficiency == "sufficient" else None

    def alone(self, question: Question, search: Search) -> Evidence:
        """The evidence for the message without its conversation; `search` serves when it stands alone anyway."""
        if question.leans:
            embed = self.retriever.index.encoder.question
            search = self.retriever.retrieve(question.repaired, embed=embed, heard=question.heard)
        return self.scale.weigh(question.repaired, search)


def is_bare_follow_up(question: Question) -> bool:
    """True when the message leans on the conversation and has hardly a word of its own to tell what it asks."""
    return question.leans and len(content_words(question.repaired)) <= SHORT


def _rather_than_off_topic(question: Question, search: Search) -> Sufficiency:
    """What becomes of a message that looks like nothing known: likelier about our subject than about another in its conversation, it is answered where
    it is likely which section does, and not declined where it leans on what was said (« vous êtes sûr ? on m’a parlé de 50 000 euros »)."""
    if search.recognised is None or search.recognised.elsewhere >= LIKELIER_THAN_NOT:
        return "off_topic"
    answered = search.found[0].channels["answered"]
    is_ours = search.recognised.elsewhere < HARDLY_ELSEWHERE
    if answered >= (LIKELY_ENOUGH if is_ours else LIKELIER_THAN_NOT):
        return "sufficient"
    return "nearby" if question.leans or is_ours else "off_topic"


def _with_the_others(request: Request) -> Request:
    """What was found for somebody who asks who the others were: a section that counts them beside comes first."""
    question, search = known(request.question), known(request.search)
    counting = next(
        (one for one in search.found if one.section.passage(question.language).others and _is_likely(one)),
        None,
    )
    return _led_by(counting, request) if counting else request


def _chosen_in(question: Question, search: Search) -> Found | None:
    """The section that says of somebody that they were chosen, for who believes that they were turned down."""
    if not speaks_of_a_refusal(question.repaired):
        return None
    return next(
        (
            one
            for one in search.found
            if not (passage := one.section.passage(question.language)).is_not_stated
            and says_chosen(passage.text, question.repaired)
        ),
        None,
    )


def _is_likely(one: Found) -> bool:
    """True for a section that was learnt to answer likely enough."""
    return one.channels.get("answered", 0.0) >= LIKELY_ENOUGH


def _led_by(first: Found, request: Request) -> Request:
    search = known(request.search)
    return replace(request, search=replace(search, found=(first, *(one for one in search.found if one is not first))))


def _names(passage: Passage, question: Question) -> bool:
    """True for what gives names to somebody who asks for some, or says that no source does."""
    return bool(passage.details) or passage.is_not_stated or gives_names(passage.text, question.repaired)


def _gives_a_length_of_time(passage: Passage) -> bool:
    """True for what gives a length of time, or says that no source does."""
    return passage.is_not_stated or bool(units(passage.text) & LENGTHS_OF_TIME)


def _giving(
    found: Sequence[Found], language: Language, gives: Callable[[Passage], bool], likely_from: float
) -> Found | None:
    """The best of what was `found` if it gives what is asked for, else the best other that does and is at least so likely to answer."""
    for place, one in enumerate(found):
        is_likely = place == 0 or one.channels.get("answered", 0.0) >= likely_from
        if is_likely and gives(one.section.passage(language)):
            return one
    return None


def _with_a_length_of_time(request: Request) -> Request:
    """What was found for somebody who asks how long: where the best section gives no length of time, another that does, and may answer, comes first."""
    question, closest = known(request.question), known(request.search).found[:CLOSEST]
    first = _giving(closest, question.language, _gives_a_length_of_time, MAY_ANSWER)
    return _led_by(first, request) if first else request


def _with_names(request: Request) -> Request:
    """What was found for somebody who asks for names: a section that gives some comes first; where none is likely, nothing answers."""
    question, found = known(request.question), known(request.search).found
    first = _giving(found, question.language, lambda passage: _names(passage, question), LIKELY_ENOUGH)
    if first is None:
        return replace(request, evidence=replace(known(request.evidence), sufficiency="nearby"))
    return _led_by(first, request)
