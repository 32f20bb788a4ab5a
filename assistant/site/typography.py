"""Typography and dates in full, in both languages: pure functions on text. What is shown changes, never what is checked or sent."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from corpus.passages import Language

PARIS = ZoneInfo("Europe/Paris")
MONTHS: dict[Language, tuple[str, ...]] = {
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
           "décembre"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip
_SPACE = re.compile(r"(?<=«) | (?=[»:;?!])|(?<=\d) (?=(?:\d{3}|ko|s|%)(?!\w))")
_DATE = re.compile(rf"\b(?:(?:\d{{1,2}}|1er) )?(?:{'|'.join((*MONTHS['fr'], *MONTHS['en']))})(?: \d{{4}})?\b")


def unbroken(text: str) -> str:
    """`text` with no-break spaces in French punctuation, numbers and dates, which are typed with plain ones. Character for character."""
    return _DATE.sub(lambda found: found[0].replace(" ", "\u00a0"), _SPACE.sub("\u00a0", text))


def typeset(text: str) -> str:
    """`text` with its no-break spaces and its apostrophes; it may be HTML, with its attributes in double quotes."""
    return unbroken(re.sub(r"(?<=\w)'", "’", text))


def typed(text: str) -> str:
    """`text` typeset, its quotation marks too, which are typed as straight ones in English."""
    text = re.sub(r"(?<![^\s(\[—–])(['\"])(?=\w)", lambda mark: "‘" if mark[1] == "'" else "“", text)
    return typeset(text.replace('"', "”"))


def in_full(day: date, language: Language) -> str:
    """The date as one says it: « 1er octobre 2023 », "1 October 2023"."""
    number = "1er" if day.day == 1 and language == "fr" else str(day.day)
    return unbroken(f"{number} {MONTHS[language][day.month - 1]} {day.year}")


def today_in_paris(now: datetime | None = None) -> date:
    """The day it is in Paris, wherever the server stands; `now` must carry its time zone."""
    return (now or datetime.now(PARIS)).astimezone(PARIS).date()
