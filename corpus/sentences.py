"""French and English text to sentences, offsets kept."""

from __future__ import annotations

import re

# A full stop after one of these does not end a sentence.
_ABBREVIATIONS = frozenset(
    "art al n no nos p pp m mm mme mmes mlle dr me cf etc ex l r d ss vol chap fig st ste env min max fr éd ed rév rev j.-c i.e e.g vs mr mrs ms inc ltd para sec".split()
)
_END = re.compile(r"[.!?…](?:[\u00a0 ]?[»\"”)])?(?=\s+[A-ZÀ-ÖØ-ÞŒ«\"“(\d]|\s*\n|\s*$)")
_NUMBER_OF_A_PARAGRAPH = re.compile(r"(?:^|\n)\s*\d{1,3}$")
_LAST_WORD = re.compile(r"(?:^|[\s(«\u00a0'’])([\w.-]+)$")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence of `text`, in order, spaces around left out."""
    spans, start = [], 0
    for end in _ends(text):
        spans.append((start, end))
        start = end
    if text[start:].strip():
        spans.append((start, len(text)))
    return [_trimmed(text, span) for span in spans]


def sentences(text: str) -> list[str]:
    """The sentences of `text`, in order."""
    return [text[start:end] for start, end in sentence_spans(text)]


def _ends(text: str) -> list[int]:
    ends = []
    for match in _END.finditer(text):
        before = text[: match.start()]
        word = _LAST_WORD.search(before)
        is_abbreviation = (
            match.group()[0] == "."
            and word is not None
            and (word[1].casefold() in _ABBREVIATIONS or (len(word[1]) == 1 and word[1].isupper()))
        )
        # « 3. » at the head of a paragraph is its number.
        is_number = match.group()[0] == "." and _NUMBER_OF_A_PARAGRAPH.search(before) is not None
        if not (is_abbreviation or is_number) or not text[match.end() :].strip():
            ends.append(match.end())
    return ends


def _trimmed(text: str, span: tuple[int, int]) -> tuple[int, int]:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
