"""French typography and dates in full: pure functions on text."""

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


def curl(text: str) -> str:
    """The text with typographic apostrophes between its letters."""
    return re.sub(r"(?<=\w)'(?=\w)", "’", text)


def typeset(text: str) -> str:
    """French text with its apostrophes and no-break spaces, which are typed as plain ones in the sources."""
    text = curl(text)
    text = re.sub(r" ([:;?!»])", "\u00a0\\1", text)
    text = text.replace("« ", "«\u00a0")
    return re.sub(r"(?<=\d) (?=(?:\d{3}|ko|s|%)(?!\w))", "\u00a0", text)


def in_full(day: date, language: Language) -> str:
    """The date as one says it: « 1er octobre 2023 », "1 October 2023"."""
    number = "1er" if day.day == 1 and language == "fr" else str(day.day)
    return f"{number} {MONTHS[language][day.month - 1]} {day.year}"


def today_in_paris(now: datetime | None = None) -> date:
    """The day it is in Paris, wherever the server stands; `now` must carry its time zone."""
    return (now or datetime.now(PARIS)).astimezone(PARIS).date()
