"""Words that mean the same in this field, acronyms and hasty typing: data of `synonyms.yaml`, ready for search."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from corpus.passages import Language
from corpus.words import pattern_of, stems
from corpus.yaml_files import load_checked


class _SynonymFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    groups: list[list[str]]
    acronyms: dict[str, dict[Language, str]]
    abbreviations: dict[Language, dict[str, str]]
    turns: dict[Language, dict[str, str]] = {}


Form = tuple[str, ...]
"""An expression as its stems, in order."""

_LONGEST = 5


@dataclass(frozen=True)
class Synonyms:
    """`groups_of` maps a form to the groups it belongs to; `groups` are the forms of each group."""

    groups: tuple[tuple[Form, ...], ...]
    groups_of: Mapping[Form, frozenset[int]]
    abbreviations: Mapping[Language, Mapping[str, str]]
    turns: Mapping[Language, Mapping[str, str]]

    def in_plain_words(self, text: str, language: Language) -> str:
        """`text` with the familiar turns of speech replaced that share a word with something else (« niveau sous » : money)."""
        for turn, plain in self.turns.get(language, {}).items():
            text = pattern_of(turn).sub(plain, text)
        return text

    def concepts_in(self, text: str, *languages: Language) -> Counter[int]:
        """How often `text`, read in these languages, names each group. Within an expression, shorter ones do not count."""
        most: Counter[int] = Counter()
        for language in languages:
            most |= self._named(stems(text, language))
        return most

    def _named(self, read: Sequence[str]) -> Counter[int]:
        named: Counter[int] = Counter()
        covered = 0
        for start in range(len(read)):
            for end in range(min(start + _LONGEST, len(read)), start, -1):
                groups = self.groups_of.get(tuple(read[start:end]))
                if groups and end > covered:
                    named.update(groups)
                    covered = end
                    break
        return named

    def write_in_full(self, text: str, language: Language) -> str:
        """`text` with the abbreviations of hasty typing replaced by words."""
        known = self.abbreviations.get(language, {})
        return re.sub(r"(?<![\w'’])\w+(?![\w'’])", lambda match: known.get(match.group(), match.group()), text)


def load_synonyms(path: Path) -> Synonyms:
    """The synonyms of `path`; a mistake in it names the line. Acronyms and their long forms are groups too."""
    file = load_checked(path, _SynonymFile)
    written = [*file.groups, *([acronym, *meanings.values()] for acronym, meanings in file.acronyms.items())]
    groups = tuple(
        tuple(
            sorted({tuple(dict.fromkeys(stems(text, language))) for text in group for language in ("fr", "en")} - {()})
        )
        for group in written
    )
    groups_of: dict[Form, set[int]] = {}
    for number, forms in enumerate(groups):
        for form in forms:
            groups_of.setdefault(form, set()).add(number)
    return Synonyms(
        groups, {form: frozenset(numbers) for form, numbers in groups_of.items()}, file.abbreviations, file.turns
    )
