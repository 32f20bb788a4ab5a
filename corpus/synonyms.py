"""Words that mean the same in this field, acronyms and hasty typing: data of `synonyms.yaml`, ready for search."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from corpus.passages import Language
from corpus.words import fold, stems
from corpus.yaml_files import load_checked


class _SynonymFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    groups: list[list[str]]
    acronyms: dict[str, dict[Language, str]]
    abbreviations: dict[Language, dict[str, str]]


@dataclass(frozen=True)
class Synonyms:
    """`others` maps an expression (its stems, in order) to the stems of the other expressions of its group."""

    others: dict[tuple[str, ...], frozenset[str]]
    acronyms: dict[str, dict[Language, str]]
    abbreviations: dict[Language, dict[str, str]]

    def related_stems(self, text: str) -> set[str]:
        """The stems of what could have been written instead of the expressions found in `text`."""
        found: set[str] = set()
        for language in ("fr", "en"):
            read = stems(text, language)
            for start in range(len(read)):
                for length in range(1, 6):
                    found |= self.others.get(tuple(read[start : start + length]), frozenset())
        return found

    def spell_out(self, text: str, language: Language) -> str:
        """`text` with the long form of each acronym after it, for an encoder that does not know it."""

        def long_form(match: re.Match[str]) -> str:
            meaning = self.acronyms.get(match.group().upper(), {}).get(language)
            return f"{match.group()} ({meaning})" if meaning and fold(meaning) not in fold(text) else match.group()

        return re.sub(r"\b[A-Za-z]{2,6}\b", long_form, text)

    def write_in_full(self, text: str, language: Language) -> str:
        """`text` with the abbreviations of hasty typing replaced by words."""
        known = self.abbreviations.get(language, {})
        return re.sub(r"(?<![\w'’])[\w]+(?![\w'’])", lambda match: known.get(match.group().casefold(), match.group()), text)


def load_synonyms(path: Path) -> Synonyms:
    """The synonyms of `path`; a mistake in it names the line."""
    file = load_checked(path, _SynonymFile)
    others: dict[tuple[str, ...], set[str]] = {}
    for group in file.groups:
        forms = [(tuple(stems(text, language)), language) for text in group for language in ("fr", "en")]
        everything = {stem for form, _ in forms for stem in form}
        for form, _ in forms:
            if form:
                others.setdefault(form, set()).update(everything - set(form))
    return Synonyms(
        others={form: frozenset(stems_) for form, stems_ in others.items()},
        acronyms={acronym.upper(): meanings for acronym, meanings in file.acronyms.items()},
        abbreviations=file.abbreviations,
    )
