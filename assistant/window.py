"""Whether a file can still be handed in, said before anything else: the sentence, with the sections that carry it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from assistant import wording
from assistant.verify import is_supported, shortest_support
from assistant.vocabulary import Citation, Claim
from corpus.call import Call
from corpus.index import PassageIndex
from corpus.passages import Language


def window_preface(index: PassageIndex, call: Call, language: Language, *, on: date) -> tuple[Claim, ...]:
    """The claim that the call is closed, or opens later; none while it is open. Results are not told before they came."""
    window, dates, facts = call.window(on=on), call.dates, call.dates.facts
    if window == "open":
        return ()
    closes, opens, results = (wording.in_full(day, language) for day in (dates.closes, dates.opens, dates.results))
    if window == "not_open_yet":
        text, cited = wording.OPENS_LATER[language].format(day=opens), [facts.opens]
    elif on < dates.results:
        text, cited = wording.CLOSED[language].format(day=closes), [facts.closes]
    else:
        text = wording.CLOSED_WITH_RESULTS[language].format(day=closes, results=results)
        cited = [facts.closed, facts.closes]
        quotes = " ".join(citation.quote for citation in _cited(index, text, cited, language).citations)
        if not is_supported(
            text, quotes, language
        ):  # what says that the call is closed may also tell when the results came
            cited.append(facts.results)
    return (_cited(index, text, cited, language),)


def _cited(index: PassageIndex, text: str, facts: Sequence[str], language: Language) -> Claim:
    sections = [section for fact in facts if (section := index.section_of_fact(fact))]
    passages = [section.passage(language) for section in sections]
    return Claim(text, tuple(Citation(passage, shortest_support(text, passage)) for passage in passages))
