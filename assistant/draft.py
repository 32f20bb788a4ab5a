"""From a Question and what was found to a Draft: the writer that needs no language model. It says the passages' own sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant import wording
from assistant.compare import denials, units, values
from assistant.evidence import Evidence
from assistant.lead import NO_LEADS, Leads, reading_order
from assistant.official import official_of, quotable, rests_on
from assistant.parts import Part, gives_other_values, questions_in
from assistant.retrieve import LIKELIER_THAN_NOT, Found
from assistant.suggest import KINSHIP, Suggester, kinship
from assistant.understand import Reader
from assistant.vocabulary import Citation, Claim, Draft, Question, Window
from assistant.wanted import (
    asks_for_a_list,
    asks_where,
    asks_who_they_are,
    asks_why,
    says_chosen,
    speaks_of_a_refusal,
    speaks_of_the_others,
    taken_for_granted,
)
from assistant.window import window_preface
from corpus.call import Call
from corpus.index import PassageIndex, Section
from corpus.passages import Language, Passage
from corpus.sentences import sentence_spans
from corpus.words import STOPWORDS, fold

MOST_SENTENCES, MOST_OF_A_PART = 4, 2
MOST_WORDS_ECHOED = 6
TIE = 0.8
"""Two sections whose scores differ by less than this are equals: one that answers is preferred to one that says that nothing does."""
NEAR = 1.5
"""Two sections whose scores differ by less than this are both shown: in one reply in twelve, and one time in seven only the second answers."""
ALMOST_EQUAL = 0.5
"""A section that is near is beside the point unless it is of KINSHIP with the first, or is almost its equal: this drops two in five of the second
sections that answer nothing, and one in five of those that answer (development cases)."""
UNLIKELY_FIRST = 0.25
"""How likely the best section must be to answer, for another that was learnt to answer likeliest to be left out where it is far below: of 2,248
development questions the two differ so in five, of which the other is right in four and the best in three."""
MISCONCEPTION_LEAD = 0.0
"""How much nearer (cosine) a question that builds on a premise must be to a false statement than to any question of the section."""

_ASKING = frozenset(
    """combien quels quelle quelles lesquels how many much bonjour bonsoir hello sorry please merci thanks avait avaient avoir etait etaient serait doesn didn isn
    wasn aren weren haven hasn could would should there""".split()
)
"""Words that ask, greet or only help another, which are no subject."""

_YEAR = re.compile(r"(?:19|20)\d\d")
_NO_REASON_GIVEN = re.compile(r"\b(?:aucune source|no source)\b[^.]*\b(?:raisons?|reasons?|pourquoi|why)\b")


@dataclass(frozen=True)
class Writer:
    """Writes from the passages of one index, under the dates of one call."""

    index: PassageIndex
    call: Call
    reader: Reader
    suggester: Suggester

    def write(
        self,
        question: Question,
        found: Sequence[Found],
        evidence: Evidence,
        leads: Leads = NO_LEADS,
        parts: Sequence[Part] = (),
        *,
        on: date,
    ) -> Draft:
        """The draft of a reply: an answer, an abstention or a refusal. `leads` says which sentence of a passage is read first. `parts`: what answers
        each of the questions of the message, where it asks several."""
        window = self.call.window(on=on)
        standing = self._shown(_listing_first(found, evidence.section), window)
        if evidence.sufficiency == "off_topic" or not standing:
            return self._refusal(question)
        language = question.language
        best = standing[0].section.passage(language)
        if best.is_not_stated and len(standing) > 1 and evidence.sufficiency == "sufficient":
            runner_up = standing[1].section.passage(language)
            if not runner_up.is_not_stated and standing[0].score - standing[1].score < TIE:
                standing, best = [standing[1], standing[0], *standing[2:]], runner_up
        answering = [part.section.passage(language) for part in parts]
        stated = [passage for passage in answering if not passage.is_not_stated]
        # Of a part that no source answers that is told beside, unless it is what the whole message is nearest to.
        is_answered_by_parts = bool(stated) and (stated == answering or best in stated)
        are_sure = all(part.is_sure for part in parts)
        if evidence.sufficiency == "nearby" and not best.is_not_stated and not (is_answered_by_parts and are_sure):
            return self._abstention(question, standing)
        restating = next((one for one in standing if rests_on(one.section.passage(language), best)), None)
        if best.official and restating:
            # An article answers better with the words that explain it after it.
            standing, best = (
                [restating, *(one for one in standing if one is not restating)],
                restating.section.passage(language),
            )
        is_hardly_found = best.is_not_stated or evidence.sufficiency == "nearby"
        if is_answered_by_parts and (best in answering or (are_sure and is_hardly_found)):
            chosen = answering
            best = best if best in stated else stated[0]
            led = [
                claim
                for passage, part in zip(answering, parts, strict=True)
                for claim in _led(claims_of(passage), passage, part.leads)[:MOST_OF_A_PART]
            ]
        else:
            chosen = [best, *self._also(question, standing, best)]
            led = [claim for passage in chosen for claim in _led(claims_of(passage), passage, leads)]
        details = self._details(question, best)
        if details and (self.premise_is_false(question, standing[0], best) or _counts_otherwise(question, best)):
            # « ils sont douze, non ? la liste » : how many they are comes first.
            details = [*claims_of(best, most=1), *details]
        said = details or [*self._official(question, best, standing), *led][:MOST_SENTENCES]
        preface = window_preface(self.index, self.call, language, on=on) if best.concerns_applying else ()
        said = [claim for claim in said if not _is_told(claim, preface)] or said
        if question.is_brief:
            said = said[:1]
        if best.is_not_stated or _is_silent_on_why(best, question.text):
            return Draft(
                "abstention",
                question,
                tuple(said),
                preface,
                opening=wording.NOT_STATED[language],
                closing=wording.ASK_THE_CNIL[language],
                follow_ups=self.suggester.after(standing, chosen, language, question.in_its_conversation),
            )
        return Draft(
            "answer",
            question,
            tuple(said),
            preface,
            opening=self._opening(question, standing[0], led[0], on),
            closing=_articles(best, language) if asks_where(question.text) else "",
            follow_ups=self.suggester.after(
                standing, [claim.citations[0].passage for claim in said], language, question.in_its_conversation
            ),
        )

    def _shown(self, found: Sequence[Found], window: Window) -> list[Found]:
        """What may be shown in this state of the window; whoever asks for a state that is not this one is told the date that decides."""
        shown = [one for one in found if _may_be_shown(one.section, window)]
        if found and shown and shown[0] is not found[0]:
            facts = self.call.dates.facts
            dated = self.index.section_of_fact(facts.opens if window == "not_open_yet" else facts.closes)
            if dated:
                shown = [replace(found[0], section=dated), *(one for one in shown if one.section.id != dated.id)]
        return shown

    def _also(self, question: Question, standing: Sequence[Found], best: Passage) -> list[Passage]:
        """The passage of the runner-up, when it is as near as the best one or the question has two parts, and there is room; if not, that of the one
        that was learnt to answer likeliest, not far below or where the best one hardly was."""
        if len(standing) < 2 or best.is_not_stated:
            return []
        has_two_parts = len(questions_in(question.text)) > 1
        first, runner_up = standing[0], standing[1]
        likeliest = next((one for one in standing[1:] if one.channels.get("answered", 0.0) >= LIKELIER_THAN_NOT), None)
        margin = first.score - runner_up.score
        is_kin = margin < ALMOST_EQUAL or kinship(first.section, runner_up.section) >= KINSHIP
        near = [runner_up] if (margin < 2 * NEAR if has_two_parts else margin < NEAR and is_kin) else []
        is_unlikely = first.channels.get("answered", 0.0) < UNLIKELY_FIRST
        if likeliest and (is_unlikely or first.score - likeliest.score < 2 * NEAR):
            near.append(likeliest)
        room = MOST_SENTENCES - len(sentence_spans(best.text))
        for one in near:
            second = one.section.passage(question.language)
            has_room = len(sentence_spans(second.text)) <= room or (room > 0 and first.score - one.score < TIE)
            if has_room and not second.is_not_stated and not rests_on(best, second):
                return [second]
        return []

    def _official(self, question: Question, best: Passage, standing: Sequence[Found]) -> list[Claim]:
        """The publisher's own sentence, when the search found the article on which `best` says that it rests: it comes first."""
        if best.official:
            return []
        official = official_of(best, (one.section.passage(question.language) for one in standing))
        quote = quotable(official, f"{question.repaired} {best.text}") if official else ""
        return [Claim(quote, (Citation(official, quote),))] if official and quote else []

    def _details(self, question: Question, best: Passage) -> list[Claim]:
        """When a list is asked for and the passage only counts: what each of its details says first, or each of the others that it counts beside."""
        if best.others and speaks_of_the_others(question.text):
            return self._one_by_one(best.others, question) if asks_who_they_are(question.text) else []
        if not best.details or not asks_for_a_list(question.text):
            return []
        return self._one_by_one(best.details, question)

    def _one_by_one(self, sections: Sequence[str], question: Question) -> list[Claim]:
        passages = [self.index.section(section_id).passage(question.language) for section_id in sections]
        return [claims_of(passage)[0] for passage in passages[:MOST_SENTENCES]]

    def _opening(self, question: Question, found: Found, first: Claim, on: date) -> str:
        """What leads into the claim that is read `first`."""
        language, best = question.language, first.citations[0].passage
        if self.premise_is_false(question, found, best):
            return wording.PREMISE[language]
        if best.valid_from and on < best.valid_from:
            return wording.IN_FORCE_FROM[language].format(day=wording.in_full(best.valid_from, language))
        if best.valid_until and on > best.valid_until:
            return wording.IN_FORCE_UNTIL[language].format(day=wording.in_full(best.valid_until, language))
        if self.reader.asks_to_confirm(question.text) and _is_all_there_is(question.text, first.text):
            return wording.CONFIRMED[language]
        return ""

    def premise_is_false(self, question: Question, found: Found, best: Passage) -> bool:
        """True when the question takes for granted what the passage contradicts: another date or number, a refusal of who was chosen, or a known
        false statement."""
        if speaks_of_a_refusal(question.repaired) and says_chosen(best.text, question.repaired):
            return True
        is_premise = self.reader.builds_on_a_premise(question.text)
        claimed = question.repaired if is_premise else taken_for_granted(question.repaired)
        if gives_other_values(best, claimed):
            return True
        return is_premise and found.channels["misconception"] - found.channels["question"] > MISCONCEPTION_LEAD

    def _abstention(self, question: Question, standing: Sequence[Found]) -> Draft:
        language = question.language
        nearest, *second = standing[:2]
        near = [nearest, *(one for one in second if kinship(nearest.section, one.section) >= KINSHIP)]
        titles = [_brief(one.section.passage(language).title) for one in near]
        quoted = [f"«\u00a0{title}\u00a0»" if language == "fr" else f"“{title}”" for title in titles]
        # « et après ? » has no word of its own: what it leans on was looked for.
        sought = ", ".join(_subject_of(question.text) or _subject_of(question.standalone))
        nearby = wording.NEARBY[language].format(titles=(" et " if language == "fr" else " and ").join(quoted))
        return Draft(
            "abstention",
            question,
            (),
            opening=wording.NOT_STATED[language],
            closing="\n\n".join(
                [
                    f"{wording.LOOKED_FOR[language].format(words=sought)} {nearby}" if sought else nearby,
                    wording.ASK_THE_CNIL[language],
                ]
            ),
            follow_ups=self.suggester.after(standing, (), language, question.in_its_conversation),
        )

    def _refusal(self, question: Question) -> Draft:
        language = question.language
        return Draft(
            "refusal", question, (), opening=wording.OFF_TOPIC[language], closing=wording.OFF_TOPIC_CONTACT[language]
        )


def _counts_otherwise(question: Question, best: Passage) -> bool:
    """True when the question counts what `best` counts, and has another number: « ils n’en ont pris que deux : lesquels ? »."""
    counted = {value for value in values(question.repaired) if value.isdigit() and not _YEAR.fullmatch(value)}
    return bool(counted - values(best.text))


def _is_all_there_is(asked: str, said: str) -> bool:
    """True when the date or amount that is asked about is the only one that a sentence gives, and it denies nothing: a year or a number that it only
    shares with the question proves nothing (« en 2021, le thème était l’éducation, non ? »)."""
    wanted, given = values(asked), values(said)
    is_dated = any(value.startswith("month") for value in wanted)
    years_wanted, years_given = (set(filter(_YEAR.fullmatch, some)) for some in (wanted, given))
    return (
        wanted - years_wanted == given - years_given
        and years_wanted <= years_given
        and len(years_given) <= 1
        and (is_dated or bool(units(asked)))
        and units(asked) == units(said)
        and not denials(fold(said))
    )


def _is_silent_on_why(passage: Passage, asked: str) -> bool:
    """True when somebody asks for the reason of what `passage` says, and it says that no source gives one."""
    return asks_why(asked) and bool(_NO_REASON_GIVEN.search(fold(passage.text)))


def _subject_of(text: str) -> list[str]:
    """The words of a question that carry its subject, letters and digits only: what can be echoed without harm."""
    found = [
        word
        for word in re.findall(r"\w+", text)
        if len(word) > 2 and fold(word) not in STOPWORDS | _ASKING and "eligib" not in fold(word)
    ]
    return list(dict.fromkeys(found))[:MOST_WORDS_ECHOED]


def _brief(title: str) -> str:
    """What a title is about, without what it says of it: a title that says a fact has no citation to prove it."""
    return re.split(r"[\s\u00a0]*:\s|\s\(|[,?]", title)[0].strip()


def _articles(passage: Passage, language: Language) -> str:
    pinpoints = dict.fromkeys(reference.pinpoint for reference in passage.references if reference.pinpoint)
    read = wording.pinpoint_in(language, " ; ".join(pinpoints))
    return wording.ARTICLES[language].format(pinpoints=read) if pinpoints else ""


def claims_of(passage: Passage, start: int = 0, end: int | None = None, most: int = MOST_SENTENCES) -> list[Claim]:
    """The first sentences of a passage, or of its part from `start` to `end`: `most` at most, each citing the run of words that holds them all."""
    spans = [(start + first, start + last) for first, last in sentence_spans(passage.text[start:end])[:most]]
    if not spans:
        return []
    citation = Citation(passage, passage.text[spans[0][0] : spans[-1][1]])
    return [Claim(passage.text[first:last], (citation,)) for first, last in spans]


def _led(claims: list[Claim], passage: Passage, leads: Leads) -> list[Claim]:
    """The claims of a passage, the one that gives what was asked first; that nothing says it is always said first."""
    if passage.is_not_stated:
        return claims
    return [claims[place] for place in reading_order(leads.of(passage, len(claims)), len(claims))]


def _listing_first(found: Sequence[Found], section_id: str | None) -> Sequence[Found]:
    """What was found, the section that lists the very question first."""
    return sorted(found, key=lambda one: one.section.id != section_id) if section_id else found


def _is_told(claim: Claim, preface: Sequence[Claim]) -> bool:
    """True when the state of the window, said first, already gave the dates for which this sentence is cited."""
    cited = {citation.passage.id for told in preface for citation in told.citations}
    dates = {value for told in preface for value in values(told.text)}
    return claim.citations[0].passage.id in cited and bool(values(claim.text)) and values(claim.text) <= dates


def _may_be_shown(section: Section, window: Window) -> bool:
    only_when = section.passages[0].only_when
    return only_when is None or only_when == window
