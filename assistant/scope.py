"""What a message asks of the rules: a verdict on a project of theirs, a rule in general, or nothing at all (a question of fact, whatever it tells)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.chain import Request, known
from assistant.draft import TIE
from assistant.reading.learnt import BELIEVED, SecondReader
from assistant.retrieve import LIKELIER_THAN_NOT, Recognised
from assistant.situation import (
    asks_of_their_project,
    asks_verdict_at_the_end,
    asks_verdict_in_words,
    body_named,
    eligibility_scope,
    only_supposes,
    read_situation,
    takes_their_place,
)
from assistant.understand import Reader
from assistant.verdict import Scope, VerdictWriter
from assistant.vocabulary import Situation
from assistant.weigh import Weigher, is_bare_follow_up
from corpus.passages import Passage
from corpus.words import fold

BESIDE, SURELY_BESIDE = 0.7, 0.95
"""How likely a message must ask for what is no condition of the call to be a question of fact, for all that it tells of a project; and how likely where
it has words of somebody who asks for a verdict. Of 1,099 development messages that ask for one, two are lost; of 312 that tell a lot and ask for a
fact, 305 are answered."""
_ON_WHICH_SIDE = re.compile(
    r"^(?!.*\b(?:rgpd|gdpr|ai act|reglement|dpo)\b).*\b(?:dedans|en etre|(?:range|classe|compte|considere)\w*|du (?:prive|public)|droit (?:prive|public)|counts?|counted|in or out|(?:cet|l['’]) ?appel|this call)\b"
)
"""What a question about the statute of a body has words of: « une CAF, c’est du droit privé, non ? dedans ou dehors ? »."""
AT_A_GLANCE = 8
"""Words of a message that tells who and what in so few that the words which ask for a verdict are all that it asks."""
LIKELY_AGAIN = 1 / 3
"""How likely a message must be to tell of the person's project, once they asked about it or described it, for the verdict to be said."""
FEW = 2
"""With no more values read than this, a message that takes something for granted asks whether that is so."""
TELLING = 3
"""With more values read than this, a message (in its conversation) describes a project, whatever its words."""


@dataclass(frozen=True)
class ScopeFinder:
    """Tells the messages that ask for a verdict, under the rules that `verdict_writer` words, from the others."""

    reader: Reader
    second: SecondReader | None
    weigher: Weigher
    verdict_writer: VerdictWriter

    def find(self, request: Request) -> tuple[Scope, Situation] | None:
        """Whose eligibility the message asks about and what was told of it; None when it asks for no verdict."""
        scope = self._scope_of(request)
        if scope is None:
            return None
        earlier = request.conversation.messages
        situation = read_situation((*earlier, request.message), self.verdict_writer.call, self.second)
        who = self.verdict_writer.who
        body = body_named(request.message) if scope == "general" and who not in situation.readings else None
        if body and (not asks_verdict_in_words(request.message) or self.verdict_writer.is_under_a_condition(body)):
            situation = replace(situation, readings={who: body, **situation.readings})
        if scope == "own" and self._puts_otherwise(request.message, earlier):
            return (scope, situation)
        if scope == "own" and self._only_tells_a_story(request, situation):
            return None
        if not situation.readings and known(request.evidence).sufficiency == "off_topic":
            return None  # the eligibility for something else: a loan, a bonus
        return (scope, situation) if self._asks_for_a_verdict(request, situation, scope) else None

    def _scope_of(self, request: Request) -> Scope | None:
        """Whether the message asks if someone can apply, as the readers of situations or what recognises questions take it."""
        question, earlier, search = known(request.question), request.conversation.messages, known(request.search)
        scope = eligibility_scope(request.message, earlier, self.second)
        if scope is None and asks_of_their_project(request.message, earlier, self.second):
            bare = is_bare_follow_up(question)
            evidence = self.weigher.alone(question, search) if bare else known(request.evidence)
            scope = None if evidence.sufficiency == "sufficient" else "own"
        if scope or search.recognised is None:
            return scope
        is_known = self._asked_before(earlier) or self._described_before(request)
        if search.recognised.own >= (LIKELY_AGAIN if is_known else BELIEVED):
            return "own"
        # « Les administrations publient-elles leurs algorithmes ? », then « ma commune a 2 000 habitants, on est dedans ? »
        is_of_the_call = not earlier or any(map(self.reader.speaks_of_applying, (*earlier, request.message)))
        return "general" if is_of_the_call and self._asks_about_a_body(request) else None

    def _asks_about_a_body(self, request: Request) -> bool:
        """True for a question that names a body of which the rules say more than what was found: « une SEM, c’est vu comme du public ? »."""
        body = body_named(request.message) if request.evidence_is_sufficient else None
        found, language = known(request.search).found, known(request.question).language
        equals = [one.section.passage(language) for one in found[:2] if found[0].score - one.score < TIE]
        is_answered = found[0].channels["answered"] >= LIKELIER_THAN_NOT
        if body and not (is_answered or equals[0].concerns_applying) and _ON_WHICH_SIDE.search(fold(request.message)):
            return True
        return body is not None and any(self.verdict_writer.says_more_than(one, body) for one in equals)

    def _asks_again(self, request: Request) -> bool:
        """True when a verdict on their project was asked for before, and is again: the message ends so, or is likely about it."""
        earlier, recognised = request.conversation.messages, known(request.search).recognised
        is_about_it = recognised is not None and recognised.own >= LIKELIER_THAN_NOT
        return self._asked_before(earlier) and (
            is_about_it or asks_verdict_at_the_end(request.message, earlier, self.second)
        )

    def _asked_before(self, earlier: Sequence[str]) -> bool:
        """True when one of the `earlier` messages asked for a verdict on their project."""
        return any(eligibility_scope(one, earlier[:n], self.second) == "own" for n, one in enumerate(earlier))

    def _described_before(self, request: Request) -> bool:
        """True when the earlier messages describe a project, and the message is likelier about it than about any one section: « Deux jumelles. Un projet
        qui dort peut-il être déposé ? »."""
        recognised, earlier = known(request.search).recognised, request.conversation.messages
        if not earlier or recognised is None or recognised.own < LIKELY_AGAIN:
            return False
        return (
            recognised.is_likeliest_theirs
            and len(read_situation(earlier, self.verdict_writer.call, self.second).readings) > TELLING
        )

    def _puts_otherwise(self, message: str, earlier: Sequence[str]) -> bool:
        """True for a message that only supposes something else than what was told of a project they asked about, « et si on gardait des règles fixes ? », or
        puts somebody else in their place."""
        replaces = takes_their_place(message)
        if not (replaces or only_supposes(message)) or not self._asked_before(earlier):
            return False
        if replaces:
            return True
        call, who = self.verdict_writer.call, self.verdict_writer.who
        before, now = read_situation(earlier, call), read_situation((*earlier, message), call)
        changed = {name for name, one in before.readings.items() if now.value(name) not in (None, one.value)}
        return bool(changed - {who})

    def _only_tells_a_story(self, request: Request, situation: Situation) -> bool:
        """True for a message with a story that asks something else than a verdict: « on est une mairie, on installe un logiciel… doit-on encore le
        déclarer ? »."""
        recognised, earlier = known(request.search).recognised, request.conversation.messages
        if recognised is None or recognised.own >= LIKELIER_THAN_NOT or self._tells_what_few_are_asked(situation):
            return False
        tells_more = "?" not in request.message and self._asked_before(earlier)
        if situation.unknown or tells_more or self._asks_again(request):
            return False  # what they do not know of their project, or more of it
        describes = self.second is not None and self.second.is_description(request.message)
        if (recognised.is_likeliest_theirs and describes) or self._described_before(request):
            return False
        beside = self._share_beside(recognised)
        if asks_verdict_in_words(request.message):
            if len(request.message.split()) <= AT_A_GLANCE:
                return False  # « hôpital public + IA, éligible ? »
            return recognised.own <= 1 - SURELY_BESIDE and beside >= SURELY_BESIDE
        is_elsewhere = recognised.elsewhere >= LIKELIER_THAN_NOT
        return beside >= BESIDE or (is_elsewhere and not self.reader.speaks_of_applying(request.message))

    def _asks_for_a_verdict(self, request: Request, situation: Situation, scope: Scope) -> bool:
        """True unless the sources answer the message as a question of fact: it tells little of a project, and is about something else."""
        message, search = request.message, known(request.search)
        best = search.found[0].section.passage(known(request.question).language)
        if self._is_surely_a_fact(request, situation, scope, best):
            return False
        if scope == "general" and search.recognised and self._asks_about_a_body(request):
            return True
        is_unsure_what = search.recognised is not None and search.found[0].channels["answered"] < LIKELIER_THAN_NOT
        told = len(situation.readings)
        is_about_applying = best.concerns_applying or self.reader.speaks_of_applying(message)
        if told == 0:
            tells_nothing = self.second is not None and self.second.is_no_description(message)
            earlier = request.conversation.messages
            asks_of_self = scope == "own" and (
                not tells_nothing or asks_verdict_at_the_end(message, earlier, self.second)
            )
            return is_about_applying and asks_of_self and (self._is_about_a_condition(best) or is_unsure_what)
        if is_about_applying or told > TELLING or situation.unknown:
            return True
        if scope == "own" and self._asks_again(request):
            return True
        is_surely_theirs = search.recognised is not None and search.recognised.own >= BELIEVED
        if request.conversation.messages and is_surely_theirs and not request.evidence_is_sufficient:
            return True
        return bool(self.second and self.second.is_description(message))

    def _is_surely_a_fact(self, request: Request, situation: Situation, scope: Scope, best: Passage) -> bool:
        """True for a question of fact, whatever it tells: a section that states no rule answers it surely, or the very rule that it takes for something
        else; or no source says what it asks of anybody (« un ministère peut-il déposer deux dossiers ? »)."""
        message, search = request.message, known(request.search)
        if not request.evidence_is_sufficient:
            return False
        is_of_the_call = bool(set(best.fact_ids) & self.verdict_writer.call.fact_ids)
        if scope == "general" and best.is_not_stated and not is_of_the_call:
            return True
        if search.recognised is None or self._tells_what_few_are_asked(situation):
            return False
        if scope == "general" and body_named(message) and asks_verdict_in_words(message):
            return False  # whoever is asked about by name gets the rule, whatever else is near
        is_taken_for_granted = len(situation.readings) <= FEW and self.reader.builds_on_a_premise(message)
        is_apart = is_taken_for_granted or not self.verdict_writer.states_a_rule(best)
        answered = search.found[0].channels["answered"]
        return is_apart and search.recognised.own <= 1 - BELIEVED and answered >= BELIEVED

    def _tells_what_few_are_asked(self, situation: Situation) -> bool:
        """True when something was told that only some applicants are asked (which public actors take part, or have the need): it comes with no question
        of fact."""
        return any(field.only and field.id in situation.readings for field in self.verdict_writer.call.fields)

    def _is_about_a_condition(self, passage: Passage) -> bool:
        return bool(set(passage.fact_ids) & self.verdict_writer.criteria_facts)

    def _share_beside(self, recognised: Recognised) -> float:
        """How likely a message asks for, or is close to, what is no condition of the call."""
        return self.weigher.retriever.share_of(recognised, self._about_no_condition)

    @cached_property
    def _about_no_condition(self) -> NDArray[np.bool_]:
        """Of each section, whether no condition rests on it: shape (sections,)."""
        return np.array(
            [
                not any(self._is_about_a_condition(passage) for passage in section.passages)
                for section in self.verdict_writer.index.sections
            ],
            dtype=bool,
        )
