"""From a Situation to a Draft that carries its verdict: the wording is the rules', the proof is in the passages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from assistant.draft import MOST_OF_A_PART, MOST_SENTENCES, claims_of
from assistant.explain import word_verdict
from assistant.judge import judge
from assistant.verify import shortest_support
from assistant.vocabulary import Citation, Claim, Criterion, Draft, Question, Reading, Situation, Verdict
from assistant.window import window_preface
from corpus.call import Call
from corpus.index import PassageIndex
from corpus.passages import Language, Passage

Scope = Literal["own", "general"]


@dataclass(frozen=True)
class VerdictWriter:
    """Writes what the rules of one call say of a situation, citing the sections of one index."""

    index: PassageIndex
    call: Call

    @property
    def who(self) -> str:
        """The field that tells who applies: the first of the first condition."""
        return self.call.criteria[0].fields[0].id

    def write(self, question: Question, situation: Situation, scope: Scope, rule: Passage | None, *, on: date) -> Draft:
        """The draft of a verdict, or of the question that it still depends on.

        `rule` is the passage that answers the words of the question, when there is one: it comes first in a reply that settles nothing yet, unless
        what was asked in general hangs on who applies: then the condition does.
        """
        language = question.language
        verdict = judge(situation, self.call, on=on)
        said = word_verdict(verdict, situation, self.call, language, scope=scope)
        raised = [] if scope == "general" else self.call.raised_in(question.in_its_conversation)
        beside = dict.fromkeys((one.text[language], one.fact) for one in raised)
        reasons = []
        for text, fact_id in dict.fromkeys([*said.sentences[:1], *beside, *said.sentences]):
            if passage := self._passage(fact_id, language):
                reasons.append(Claim(text, (Citation(passage, shortest_support(text, passage)),)))
        if rule and self._is_of_other_bodies(rule, situation):
            rule = None
        opens = rule is not None and (scope == "general" or verdict.status == "depends")
        cited = {citation.passage.id for claim in reasons for citation in claim.citations}
        ruled: list[Claim] = []
        if rule and opens and rule.id not in cited:
            ruled = claims_of(rule)
        elif rule and scope == "general":
            # The whole sentence instead of the words that a reason takes from it: it may name the case that is asked about.
            ruled = claims_of(rule, most=MOST_OF_A_PART)
            reasons = [claim for claim in reasons if all(c.passage.id != rule.id for c in claim.citations)]
        hangs_on_who = scope == "general" and self.who in situation.readings and verdict.criteria[0].status != "met"
        return Draft(
            kind="clarification" if verdict.status == "depends" and scope == "own" else "verdict",
            question=question,
            # What the rules add to a verdict is never cut off.
            claims=((*reasons, *ruled) if hangs_on_who else (*ruled, *reasons))[: max(MOST_SENTENCES, len(reasons))],
            preface=window_preface(self.index, self.call, language, on=on),
            opening=said.opening,
            closing=said.closing,
            verdict=verdict,
            understood=said.understood,
            criterion_citations=self._criterion_citations(verdict, language),
        )

    def may_open_with(self, passage: Passage) -> bool:
        """True for a passage that says a rule of applying, other than the dates."""
        dates = set(self.call.dates.facts.model_dump().values())
        return passage.concerns_applying and not set(passage.fact_ids) & dates

    def may_follow(self, passage: Passage, situation: Situation) -> bool:
        """True for a passage of interest after a verdict: a rule of the call, or another matter than who may apply; of applicants none, when it is
        known who applies."""
        is_about_applicants = passage.section_id in self._stated_beside[0]
        return passage.concerns_applying and (
            not is_about_applicants
            or (situation.value(self.who) is None and bool(set(passage.fact_ids) & self.criteria_facts))
        )

    def states_a_rule(self, passage: Passage) -> bool:
        """True for a passage of the texts that state the conditions of the call; not for those on the dates or on the file to hand in."""
        return self.may_open_with(passage) and any(passage.section_id in sections for sections in self._stated_beside)

    def says_more_than(self, passage: Passage, body: Reading) -> bool:
        """True where the rules say more of a kind of `body` than `passage` does: a row of its own, that no source names it, or that it is under a
        condition."""
        rules, status = self.call.criteria[0], self._status_of(body)
        said = set(passage.fact_ids)
        if self._is_of_other_bodies(passage, Situation({self.who: body})):
            return True
        row = rules.row_for({self.who: body.value})
        has_a_row = row is not None and row.when == {self.who: (body.value,)}
        facts = {*status.fact_ids, *self._caveats_of(body.value)}
        if (passage.is_not_stated or has_a_row) and said & facts:
            return True
        of_others = {
            fact for row in rules.rows if row.status == "met" and row.when.keys() == {self.who} for fact in row.facts
        }
        others = {caveat.fact for caveat in rules.caveats if caveat.when.keys() == {self.who}}
        return status.status == "unknown" and bool(said & (of_others | others))

    def is_under_a_condition(self, body: Reading) -> bool:
        """True for a kind of body that may apply under a condition only."""
        return self._status_of(body).status == "unknown"

    def _status_of(self, body: Reading) -> Criterion:
        """The condition about the applicant, of a kind of body of which nothing else is known."""
        return judge(Situation({self.who: body}), self.call, on=self.call.dates.closes).criteria[0]

    def _is_of_other_bodies(self, passage: Passage, situation: Situation) -> bool:
        """True where it is known who applies, and `passage` says that the sources name bodies of another kind nowhere."""
        body = situation.value(self.who)
        silences = {caveat.fact for caveat in self.call.criteria[0].caveats} - self._caveats_of(body or "")
        return body is not None and bool(silences & set(passage.fact_ids))

    def _caveats_of(self, kind: str) -> set[str]:
        return {caveat.fact for caveat in self.call.criteria[0].caveats_for({self.who: kind})}

    @cached_property
    def _stated_beside(self) -> tuple[frozenset[str], ...]:
        """For each condition, the sections of the texts that state it."""
        stated = [
            {found.passages[0].source_id for row in one.rows if (found := self.index.section_of_fact(row.facts[0]))}
            for one in self.call.criteria
        ]
        return tuple(
            frozenset(section.id for section in self.index.sections if section.passages[0].source_id in texts)
            for texts in stated
        )

    @cached_property
    def criteria_facts(self) -> frozenset[str]:
        """The facts that the criteria cite."""
        return self.call.condition_facts - set(self.call.dates.facts.model_dump().values())

    def _criterion_citations(self, verdict: Verdict, language: Language) -> tuple[Citation, ...]:
        passages = [
            self._passage(fact_id, language) for criterion in verdict.criteria for fact_id in criterion.fact_ids[:1]
        ]
        return tuple(Citation(passage, passage.text) for passage in passages if passage)

    def _passage(self, fact_id: str, language: Language) -> Passage | None:
        section = self.index.section_of_fact(fact_id)
        return section.passage(language) if section else None
