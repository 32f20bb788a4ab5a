"""From an article that is asked for by its number to a Draft: its own words, then what a restatement says of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant import wording
from assistant.draft import MOST_SENTENCES, claims_of
from assistant.named import Acts, Part, asked_for
from assistant.official import rests_on
from assistant.retrieve import Found
from assistant.suggest import Suggester
from assistant.vocabulary import Claim, Draft, Question
from corpus.passages import Language, Passage
from corpus.sentences import sentence_spans

MOST_OF_A_RESTATEMENT = 2


@dataclass(frozen=True)
class ArticleWriter:
    """Writes the words of the articles of one index."""

    acts: Acts
    suggester: Suggester

    def write(self, question: Question, found: Sequence[Found]) -> Draft | None:
        """The words of the article that is asked for, or that it is not there; None when none is asked for, or its text is not at hand."""
        asked, language = asked_for(question.text), question.language
        parts = self.acts.words_at(asked, language) if asked else None
        if parts is None:
            return None
        if not parts:
            opening, closing = wording.NOT_STATED[language], wording.ASK_THE_CNIL[language]
            after = self.suggester.after(found, (), language)
            return Draft("abstention", question, (), opening=opening, closing=closing, follow_ups=after)
        near = (one.section.passage(language) for one in found)
        said = claims_at(parts, (one for one in near if not (one.only_when or one.is_not_stated)), language)
        after = self.suggester.after(found, [claim.citations[0].passage for claim in said], language)
        closing = wording.GOES_ON[language] if is_longer(parts) else ""
        return Draft("answer", question, tuple(said), closing=closing, follow_ups=after)


def claims_at(parts: Sequence[Part], restating: Iterable[Passage], language: Language) -> list[Claim]:
    """The words of a place, then what a restatement says of it; first the restatement, when the words are in another language."""
    said: list[Claim] = []
    for passage, start, end in parts:
        said += claims_of(passage, start, end, MOST_SENTENCES - len(said))
    first = parts[0][0]
    restatement = next((one for one in restating if one.language == language and rests_on(one, first)), None)
    told = claims_of(restatement, most=MOST_OF_A_RESTATEMENT) if restatement else []
    return [*said, *told] if first.language == language else [*told, *said]


def is_longer(parts: Sequence[Part]) -> bool:
    """True when a reply does not hold all the words of a place."""
    return sum(len(sentence_spans(passage.text[start:end])) for passage, start, end in parts) > MOST_SENTENCES
