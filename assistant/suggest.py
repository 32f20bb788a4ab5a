"""From what was found to questions worth asking next: those that the neighbouring sections answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import RootModel

from assistant.retrieve import Found
from corpus.index import PassageIndex, Section
from corpus.passages import Language, Passage
from corpus.words import stems
from corpus.yaml_files import load_checked

MOST_FOLLOW_UPS = 3
NEXT_SECTIONS = 4
"""How many sections after the one that answered are looked at, in the order of its text."""
RELATED = 0.6
"""Share of the best score from which a section of another text is still about the same thing."""

OF_THE_SAME_TEXT = 0.35
"""The same for a section of the same text."""
KINSHIP = 0.3
"""Share of words in common from which two sections speak of the same thing."""
ALREADY_ASKED = 0.75
"""Share of the words of a question from which the person has asked it already."""

Suggestions = Mapping[str, Mapping[Language, str]]
"""Section → the question that it answers, as a person would put it, in each language."""


class _File(RootModel[dict[str, dict[Language, str]]]):
    pass


def load_suggestions(path: Path) -> Suggestions:
    """The content of `suggestions.yaml`; a mistake in it names the line."""
    return load_checked(path, _File).root


@dataclass(frozen=True)
class Suggester:
    """Suggests from the sections of one index."""

    index: PassageIndex
    suggestions: Suggestions

    def after(
        self, found: Sequence[Found], said: Iterable[Passage], language: Language, asked: str = ""
    ) -> tuple[str, ...]:
        """Up to three questions near `said`: of the same text first (those found, then those that follow), then of related ones.

        `found` are the sections that the search brought back, best first; `asked` is what the person asked, with what they lean on of the
        conversation: what has nearly all its words there is not suggested again. What is said in one state of the window only is not suggested.
        """
        if not found:
            return ()
        told = {passage.section_id for passage in said}
        text = found[0].section.passages[0].source_id
        place = self.index.number_of(found[0].section)
        near = [
            one.section
            for one in found
            if one.section.passages[0].source_id == text and one.score >= OF_THE_SAME_TEXT * found[0].score
        ]
        following = [
            section
            for section in self.index.sections[place + 1 : place + 1 + NEXT_SECTIONS]
            if section.passages[0].source_id == text and kinship(found[0].section, section) >= KINSHIP
        ]
        related = [one.section for one in found if one.score >= RELATED * found[0].score]
        sections = dict.fromkeys(
            section.id
            for section in (*near, *related, *following)
            if section.id not in told and section.passages[0].only_when is None
        )
        texts = (self.suggestions.get(section, {}).get(language) for section in sections)
        known = set(stems(asked, language))
        return tuple(text for text in texts if text and _share_in(known, text, language) < ALREADY_ASKED)[
            :MOST_FOLLOW_UPS
        ]


def _share_in(known: set[str], text: str, language: Language) -> float:
    """The share, 0 to 1, of the stems of `text` that are known."""
    own = set(stems(text, language))
    return len(own & known) / max(1, len(own))


def kinship(one: Section, other: Section) -> float:
    """The share, 0 to 1, of the stems of the shorter section that the other has too."""
    said, said_there = (
        {stem for p in section.passages for stem in stems(f"{p.title} {p.text}", p.language)}
        for section in (one, other)
    )
    return len(said & said_there) / max(1, min(len(said), len(said_there)))
