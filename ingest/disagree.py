"""Where a restatement gives a number or a date that the article it points to does not. Pure, and rather silent than wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.passages import Passage, Reference
from ingest.official import same_address

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("janvier january", "février february", "mars march", "avril april", "mai may", "juin june", "juillet july", "août august",
         "septembre september", "octobre october", "novembre november", "décembre december"), start=1,
    )
    for name in names.split()
}  # fmt: skip
_SMALL = {
    word: number
    for number, words in enumerate(
        ("", "un une one", "deux two", "trois three", "quatre four", "cinq five", "six", "sept seven", "huit eight", "neuf nine", "dix ten", "onze eleven",
         "douze twelve", "treize thirteen", "quatorze fourteen", "quinze fifteen", "seize sixteen"),
    )
    for word in words.split()
} | {"vingt": 20, "trente": 30, "twenty": 20, "thirty": 30, "dix-huit": 18, "eighteen": 18, "soixante": 60, "sixty": 60}  # fmt: skip
_UNITS = {
    "hours": r"heures?|hours?", "days": r"jours?|days?", "weeks": r"semaines?|weeks?", "months": r"mois|months?", "years": r"ans?|années?|years?",
    "euros": r"d[’']euros|euros?|EUR|€", "%": r"%|pour cent|per cent",
}  # fmt: skip
_DIGITS = r"\d{1,3}(?:[ .,\u00a0\u202f]\d{3})+|\d+(?:[.,]\d+)?"
_NUMBER = rf"{_DIGITS}|{'|'.join(sorted(_SMALL, key=len, reverse=True))}"
_MEASURE = re.compile(
    rf"(?<![\w,.])(?P<number>{_NUMBER})\s*(?P<big>millions?|milliards?|billions?)?\s*(?P<unit>{'|'.join(f'(?:{p})' for p in _UNITS.values())})(?!\w)",
    re.IGNORECASE,
)
_MONEY_FIRST = re.compile(
    rf"(?:EUR|€)\s*(?P<number>{_DIGITS})\s*(?P<big>millions?|milliards?|billions?)?", re.IGNORECASE
)
_DATE = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:er)?\s+(?P<month>{'|'.join(_MONTHS)})\s+(?P<year>\d{{4}})\b", re.IGNORECASE
)
_ARTICLES = re.compile(r"\bart(?:icle)?s?\.?\s+(?P<list>(?:[LRD]\.\s*)?\d[^;()]*)", re.IGNORECASE)
_ARTICLE = re.compile(r"(?<![§\d])(?P<number>(?:[LRD]\.\s*)?\d{1,4}(?:-\d+)*(?:\s(?:bis|ter|quater))?[a-z]?)(?![\d)°])")


@dataclass(frozen=True)
class Disagreement:
    """A restatement and the article that says otherwise: `said` is not there, `found` are the values of the same kind that are."""

    passage_id: str
    article: str
    source_id: str
    said: str
    found: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.passage_id} says {self.said}, and {self.article} of {self.source_id}, which it points to, says {', '.join(self.found)}. "
            "Read both; correct the restatement if it is wrong."
        )


def disagreements(restatements: Iterable[Passage], official: Sequence[Passage]) -> list[Disagreement]:
    """Numbers with a unit and dates of restatements that none of the articles they point to gives, though it gives others of that kind.

    Only a restatement whose every reference leads to a text at hand, and to articles found there, is compared. An act of the Union is the
    same text in every language: numbers and dates are compared with the language that is at hand, when the number and the date of the act agree.
    """
    by_address: dict[str, list[Passage]] = {}
    for passage in official:
        by_address.setdefault(passage.references[0].url, []).append(passage)
    acts: dict[tuple[str, str] | None, str] = {
        act: url for url, passages in by_address.items() if (act := _act(passages[0].references[0]))
    }
    found = []
    for restatement in restatements:
        articles: dict[tuple[str, str], list[str]] = {}
        complete = bool(restatement.references)
        for reference in restatement.references:
            address = next((url for url in by_address if same_address(url, reference.url)), None) or acts.get(
                _act(reference)
            )
            wanted = articles_of(reference.pinpoint)
            if address is None or not wanted:
                complete = False
                break
            for passage in by_address[address]:
                number = re.match(r"art\. (\S+(?: (?:bis|ter|quater))?)", passage.locator)
                if number and number[1].rstrip(",") in wanted:
                    articles.setdefault((passage.source_id, f"art. {number[1]}"), []).append(passage.text)
        if not complete or not articles:
            continue
        whole = " ".join(text for texts in articles.values() for text in texts)
        there = values_of(whole)
        for kind, value, words in values_of(restatement.text):
            same_kind = sorted({w for k, v, w in there if k == kind})
            if same_kind and not any(k == kind and v == value for k, v, _ in there):
                (source_id, article), *_ = articles
                found.append(Disagreement(restatement.id, article, source_id, words, tuple(same_kind[:5])))
    return found


def _act(reference: Reference) -> tuple[str, str] | None:
    """The number and the date of an act of the Union, None when the reference does not give both."""
    number = re.search(r"\b\d{4}/\d{2,4}\b", reference.title)
    return (number[0], reference.date) if number and reference.date else None


def articles_of(pinpoint: str) -> set[str]:
    """The articles that a pinpoint names: `RGPD art. 35 §3 a) ; art. 36` names 35 and 36."""
    found = set()
    for match in _ARTICLES.finditer(pinpoint):
        for part in re.split(r",| et | and ", match["list"]):
            number = _ARTICLE.match(part.strip().removeprefix("art. "))
            if number:
                found.add(number["number"])
    return found


def values_of(text: str) -> list[tuple[str, float, str]]:
    """The dates and the numbers with a unit in `text`: (kind, value, words)."""
    found: list[tuple[str, float, str]] = []
    for match in _DATE.finditer(text):
        value = int(match["year"]) * 10_000 + _MONTHS[match["month"].casefold()] * 100 + int(match["day"])
        found.append(("date", float(value), match[0]))
    for match in _MEASURE.finditer(text):
        unit = next(name for name, pattern in _UNITS.items() if re.fullmatch(pattern, match["unit"], re.IGNORECASE))
        if unit == "years" and match["number"].isdigit() and int(match["number"]) > 1900:
            continue
        if match["number"].casefold() in ("un", "une", "one"):
            continue
        found.append((unit, _value(match), " ".join(match[0].split())))
    found += [("euros", _value(match), " ".join(match[0].split())) for match in _MONEY_FIRST.finditer(text)]
    return found


def _value(match: re.Match[str]) -> float:
    number = match["number"].casefold()
    if number in _SMALL:
        value = float(_SMALL[number])
    else:
        bare = re.sub(r"[ .,\u00a0\u202f](?=\d{3}(?:\D|$))", "", number)
        value = float(bare.replace(",", "."))
    big = (match["big"] or "").casefold()
    return value * (1e9 if big.startswith(("milliard", "billion")) else 1e6 if big.startswith("million") else 1)
