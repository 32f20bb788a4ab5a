"""Which official passage a restatement rests on: the same text of the same date, and an article that the restatement names. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from corpus.passages import Passage, Reference
from corpus.sentences import sentences
from corpus.words import stems

LONGEST_QUOTE = 70
"""An official sentence of more words is left to the section that restates it."""
_NAMES = {"rgpd": "2016/679", "gdpr": "2016/679", "ria": "2024/1689", "ai act": "2024/1689"}
_NUMBER = re.compile(r"(?<![\d-])(\d{4}/\d{2,4}|\d{2}-\d{2,4}|\d{4}-\d{2,4})(?![\d-])")
_ARTICLES = re.compile(
    r"\b(?:art(?:icle)?s?\.?|considérants?|recitals?|annexes?|annex)\s+(?P<list>[^;]+)", re.IGNORECASE
)
_ARTICLE = re.compile(r"(?<![§\d])(?:[LRD]\.\s*)?\d{1,4}(?:-\d+)*(?:\s(?:bis|ter|quater))?(?![\d)°])")


def official_of(restatement: Passage, among: Iterable[Passage]) -> Passage | None:
    """The first official passage, in the same language, of an article on which `restatement` says that it rests."""
    return next(
        (passage for passage in among if passage.language == restatement.language and rests_on(restatement, passage)),
        None,
    )


def rests_on(restatement: Passage, official: Passage) -> bool:
    """True when a reference of `restatement` leads to the text of `official`, as it stood on its date, and to its article."""
    article = _ARTICLE.search(official.locator)
    if not official.official or article is None:
        return False
    text = official.references[0]
    return any(
        _is_same_text(reference, text) and article[0] in _articles_of(reference) for reference in restatement.references
    )


def quotable(official: Passage, about: str) -> str:
    """The sentence of `official` that shares most words with `about`; empty when it is too long to be said."""
    wanted = set(stems(about, official.language))
    best = max(sentences(official.text), key=lambda one: len(wanted & set(stems(one, official.language))))
    return best if len(best.split()) <= LONGEST_QUOTE else ""


def _is_same_text(one: Reference, other: Reference) -> bool:
    if one.url == other.url:
        return True
    number = _number_of(one.title)
    return number is not None and number == _number_of(other.title) and one.date == other.date


def _number_of(title: str) -> str | None:
    match = _NUMBER.search(title)
    return match[1] if match else None


def _articles_of(reference: Reference) -> set[str]:
    """The articles that a reference names in its own text: « RGPD art. 33 ; loi 78-17 art. 58 » names 33 of the RGPD."""
    own, found = _number_of(reference.title), set()
    for part in reference.pinpoint.split(";"):
        folded = part.casefold()
        named = _number_of(part) or next((text for name, text in _NAMES.items() if name in folded), None)
        if named is not None and own is not None and named != own:
            continue
        for match in _ARTICLES.finditer(part):
            found |= {article[0] for article in _ARTICLE.finditer(match["list"])}
    return found
