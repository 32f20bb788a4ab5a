"""What a message states in the call's own words, « Acteur public associé : non. »: read to the letter, so never read wrongly.

The guided check and the labels under a verdict write such sentences; whoever copies them by hand is read the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from assistant.vocabulary import Reading
from corpus.call import Call, Field, FieldValue
from corpus.passages import Language

LANGUAGES: tuple[Language, ...] = ("fr", "en")


def state(field: Field, value: FieldValue, language: Language) -> str:
    """The sentence that states a value: « Acteur public associé : non. », "Public actor involved: no." """
    label = field.label[language]
    colon = "\u00a0: " if language == "fr" else ": "
    return f"{label[:1].upper()}{label[1:]}{colon}{value.label[language]}."


def take_stated(text: str, call: Call) -> tuple[dict[str, Reading], str]:
    """What `text` states in the call's own words, and what is left of it to read; the last statement of a field wins."""
    readings: dict[str, Reading] = {}
    rest = text
    if ":" not in text:
        return readings, text
    for pattern, field_id, value_id in _statements(call.id, call.version, tuple(_pairs(call))):
        for match in pattern.finditer(text):
            known = readings.get(field_id)
            if known is None or text.rindex(known.words) < match.start("words"):
                readings[field_id] = Reading(value_id, match["words"])
        rest = pattern.sub(".", rest)
    return readings, re.sub(r"^[\s.]+|(?<=[.?!])[\s.]*(?=\.)", "", rest).strip() if readings else text


def _pairs(call: Call) -> Iterator[tuple[str, str, str, str]]:
    for field in call.fields:
        for value in field.values:
            for language in LANGUAGES:
                yield field.id, value.id, field.label[language], value.label[language]


@lru_cache(maxsize=8)
def _statements(
    call_id: str, version: str, pairs: tuple[tuple[str, str, str, str], ...]
) -> tuple[tuple[re.Pattern[str], str, str], ...]:
    return tuple((_pattern(label, value), field_id, value_id) for field_id, value_id, label, value in pairs)


def _pattern(label: str, value: str) -> re.Pattern[str]:
    # A statement begins a sentence and ends it, so that « thème : santé des sols » is not « thème : santé ».
    return re.compile(
        rf"(?:(?<=^)|(?<=[.;\n])|(?<=[.;] ))(?P<words>{_loose(label)}\s*:\s*{_loose(value)})\s*(?:[.;]|(?=\n)|$)",
        re.IGNORECASE,
    )


def _loose(words: str) -> str:
    """The words, whatever their spaces and apostrophes."""
    return r"\s+".join(re.escape(word).replace("’", "['’]") for word in words.split())
