"""The courtesies around a message: a greeting, who writes, thanks, a signature. They tell nothing of a project, so that nothing is read in them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.reading.lexicon import the_lists
from assistant.reading.parse import parse_message
from assistant.reading.roles import mentions_of
from assistant.reading.text import sentences_of
from corpus.words import fold, is_shouted

_NAME = r"(?:(?:Mme|Mlle|Mrs?|Ms|Dr|Pr|Me|M)\.? )?[A-ZÀ-Þ][\w'’.-]*(?: (?:(?:de|du|des|la|le|van|von|ben|el|al|of) |d['’])*[A-ZÀ-Þ][\w'’.-]*){0,3}"
_HERE = r"(?:à l['’]appareil|here|speaking)"
_SAYS_WHO = re.compile(
    rf"(?:(?:[Bb]onjour|[Bb]onsoir|[Ss]alut|[Hh]ello|[Hh]i|[Hh]ey)[ ,!.]+)?(?:(?:[Jj]e m['’]appelle|[Mm]oi,? c['’]est|[Dd]e la part de|[Mm]y name(?: is|['’]s)|[Oo]n behalf of) {_NAME}"
    rf"|(?:(?:[Ii]ci|[Cc]['’]est|[Tt]his is|[Ii]t['’]s) )?{_NAME} {_HERE})(?:,? (?:bonjour|bonsoir|hi|hello|again))?[ ,.!:;]*"
)
_OF_A_SIGNATURE = re.compile(
    r"[A-ZÀ-Þ][\w'’.]*|de|du|des|la|le|van|von|ben|el|al|[Tt]é?l\.?|[Ee]xt\.?|[Mm]ob\.?|\+?\d[\d.]*"
)


def without_courtesies(text: str) -> str:
    """`text` without the courtesies that it opens and closes with; as it is where it has none, or nothing else."""
    sentences = sentences_of(text)
    first, last = 0, len(sentences)
    while first < last and _opens(sentences[first]):
        first += 1
    while last > first and (some := _closing(sentences[first:last])):
        last -= some
    is_kept = first == last or (first, last) == (0, len(sentences))
    return text if is_kept else " ".join(sentences[first:last])


def _opens(sentence: str) -> bool:
    """True for a greeting, an excuse, the name of a person who writes; not for that of a body: "Lille Métropole here"."""
    if _SAYS_WHO.fullmatch(sentence) and not is_shouted(sentence):
        return not mentions_of(parse_message(sentence))
    return bool(the_lists().courtesies["opens"].fullmatch(_bare(sentence)))


def _closing(sentences: Sequence[str]) -> int:
    """How many of the last `sentences` are thanks, a wish or a signature: one, or two where « ext. 412 » was cut in two; else none."""
    return next((some for some in (1, 2) if len(sentences) >= some and _closes(" ".join(sentences[-some:]))), 0)


def _closes(text: str) -> bool:
    """True for a formula, and for one with names and numbers after it."""
    formula = the_lists().courtesies["closes"]
    if formula.fullmatch(_bare(text)):
        return True
    before, comma, signed = text.partition(",")
    words = re.split(r"[ ,;:/–—!-]+", signed.strip(" .!"))
    is_signed = comma and all(_OF_A_SIGNATURE.fullmatch(word) for word in words if word) and not is_shouted(text)
    return bool(is_signed and formula.fullmatch(_bare(before)))


def _bare(text: str) -> str:
    """The words of `text` folded, elisions apart: « j espere que vous allez bien »."""
    return " ".join(re.findall(r"\w+", fold(text)))
