"""What every reply must satisfy whatever the case: its proof. Reply + indexed passages → tallies, each with its reasons. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import cached_property
from pathlib import Path

from corpus.index import read_pointer
from corpus.passages import Passage, Reference
from corpus.sentences import sentences
from corpus.words import fold, stems
from evals import wording
from evals.case import Case
from evals.reply import MARKER, Citation, Claim, Reply
from evals.rules import missing, overall_status

_MARKUP = re.compile(
    r"<\s*/?\s*[a-zA-Z!][^<>]*>|<\s*(?:script|iframe|img|svg|object|style)\b|&lt;\s*script|javascript\s*:|\bon\w+\s*=\s*[\"']",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"!\[[^\]]*\]\(")
_CLOSED = re.compile(
    r"\b(?:clos|close|closes|cloture\w*|ferme\w*|closed|ended|over|termine\w*|expire\w*|depasse\w*|passed|plus possible|no longer)\b"
)
_SOURCES = re.compile(r"\b(?:sources?|textes?|texts?|documents?|corpus|passages?)\b")
_SUPPORT = 0.5


@dataclass(frozen=True)
class Indexed:
    """A passage as the index holds it, with the words of the source file where its offsets point (None: no such file here)."""

    id: str
    source_id: str
    title: str
    text: str
    language: str
    official: bool
    is_not_stated: bool
    fact_ids: tuple[str, ...]
    references: tuple[Reference, ...]
    in_source: str | None = None
    locator: str = ""
    confidence: str = "high"
    only_when: str | None = None
    in_force: tuple[str, ...] = ()

    @cached_property
    def sentences(self) -> frozenset[str]:
        """The sentences of the passage, to the letter."""
        return frozenset(sentences(self.text))


Shelf = Mapping[str, Indexed]


@dataclass(frozen=True)
class Tally:
    """How many things of a reply were right, of how many; one reason for each that was not."""

    name: str
    good: int
    total: int
    reasons: tuple[str, ...] = ()


def load_shelf(index_folder: Path, corpus_folder: Path) -> Shelf:
    """The passages of the served index by id, empty when there is no index."""
    served = read_pointer(index_folder)
    if not served:
        return {}
    files: dict[str, str] = {}
    shelf = {}
    for line in (index_folder / "generations" / served[0] / "passages.jsonl").read_text(encoding="utf-8").splitlines():
        value = json.loads(line)
        name = value["file"]
        if name not in files:
            path = corpus_folder / name
            readable = path.suffix in (".md", ".txt") and path.is_file()
            files[name] = path.read_text(encoding="utf-8") if readable else ""
        shelf[value["id"]] = Indexed(
            id=value["id"],
            source_id=value["source_id"],
            title=value["title"],
            text=value["text"],
            language=value["language"],
            official=value["official"],
            is_not_stated=value["is_not_stated"],
            fact_ids=tuple(value["fact_ids"]),
            references=tuple(Reference(**reference) for reference in value["references"]),
            in_source=files[name][value["start"] : value["end"]] if files[name] else None,
            locator=value["locator"],
            confidence=value["confidence"],
            only_when=value["only_when"],
            in_force=tuple(filter(None, (value["valid_from"], value["valid_until"]))),
        )
    return shelf


def shelf_of_passages(passages: Iterable[Passage]) -> Shelf:
    """The passages by id, as an index of them would hold them."""
    return {
        passage.id: Indexed(
            id=passage.id,
            source_id=passage.source_id,
            title=passage.title,
            text=passage.text,
            language=passage.language,
            official=passage.official,
            is_not_stated=passage.is_not_stated,
            fact_ids=passage.fact_ids,
            references=passage.references,
            locator=passage.locator,
            confidence=passage.confidence,
            only_when=passage.only_when,
            in_force=tuple(day.isoformat() for day in (passage.valid_from, passage.valid_until) if day),
        )
        for passage in passages
    }


def prove(case: Case, reply: Reply, shelf: Shelf) -> tuple[Tally, ...]:
    """Every tally of `reply`; those that compare with the index are empty when `shelf` is."""
    return (
        _markers(reply, shelf),
        _silence(reply),
        _quotes(reply, shelf),
        _sources(reply, shelf),
        *_supports(reply),
        _consistent(reply),
        _said_verdict(reply),
        _dated(case, reply),
        _window_first(reply),
        _markup(reply),
        _spoken(reply),
    )


def is_supported(claim: str, quotes: Sequence[str]) -> tuple[bool, str]:
    """(True, "") when the quotes together carry `claim`; else (False, what is missing: `words`, `value …` or `denial`).

    A claim that is word for word in a quote is carried. Otherwise every number and month of it must be there, it must deny when
    they deny, and half of its words must be theirs (numbers alone when claim and quotes are in two languages).
    """
    together = " ".join(quotes)
    bare = fold(wording.plain(claim)).rstrip(" .")
    if bare and any(bare in fold(quote) for quote in quotes):
        return True, ""
    missing = wording.values(claim) - wording.values(together)
    if missing:
        return False, f"value {', '.join(sorted(missing))}"
    language, quoted_in = wording.spoken_language(claim), wording.spoken_language(together)
    if language and quoted_in and language != quoted_in:
        return (True, "") if quotes else (False, "words")
    language = language or quoted_in
    if wording.shared_words(claim, together, language or "fr") < _SUPPORT:
        return False, "words"
    if _denies_otherwise(claim, quotes):
        return False, "denial"
    return True, ""


def _adds(claim: str, quote: str, others: Sequence[str]) -> bool:
    """True when a value or a word of `claim` is in `quote` and in none of the `others`."""
    language = wording.spoken_language(claim) or "fr"
    elsewhere = " ".join(others)
    parts = wording.values(claim) | set(stems(claim, language))
    here = wording.values(quote) | set(stems(quote, language))
    return bool((parts & here) - (wording.values(elsewhere) | set(stems(elsewhere, language))))


def _denies_otherwise(claim: str, quotes: Sequence[str]) -> bool:
    """True when the sentence of the quotes that is nearest to `claim` denies and the claim does not, or the reverse."""
    language = wording.spoken_language(claim) or "fr"
    parts = [sentence for quote in quotes for sentence in wording.sentences(quote)]
    if not parts:
        return False
    nearest = max(parts, key=lambda part: wording.shared_words(claim, part, language))
    return wording.denies(claim) != wording.denies(nearest)


def _markers(reply: Reply, shelf: Shelf) -> Tally:
    """Each marker and each citation of a claim leads to a numbered citation of an indexed passage; each claim has one, in the text."""
    numbers = {citation.number for citation in reply.citations}
    bad = []
    uses = [int(marker) for marker in MARKER.findall(reply.text)]
    bad += [f"the marker [{number}] leads nowhere" for number in uses if number not in numbers]
    for claim in reply.claims:
        bad += [
            f"a claim cites [{number}], which does not exist" for number in claim.citations if number not in numbers
        ]
        if not claim.citations:
            bad.append(f"a claim has no citation: « {_short(claim.text)} »")
        elif not _is_marked(claim, reply.text):
            bad.append(f"the text lacks this claim with its markers: « {_short(claim.text)} »")
    if [citation.number for citation in reply.citations] != list(range(1, len(reply.citations) + 1)):
        bad.append("the citations are not numbered from 1")
    bad += [
        f"[{citation.number}] cites '{citation.passage_id}', which is not in the index"
        for citation in reply.citations
        if shelf and citation.passage_id not in shelf
    ]
    total = len(uses) + len(reply.claims) + len(reply.citations)
    return Tally("markers", max(total - len(bad), 0), total, tuple(bad))


def _silence(reply: Reply) -> Tally:
    """An abstention says that the sources do not settle the point: some sentence speaks of them and denies."""
    if reply.kind != "abstention":
        return Tally("silence", 0, 0)
    said = any(
        _SOURCES.search(fold(one)) and wording.denies(one) for one in wording.sentences(wording.plain(reply.text))
    )
    reasons = () if said else (f"does not say that the sources are silent: « {_short(reply.text)} »",)
    return Tally("silence", int(said), 1, reasons)


def _is_marked(claim: Claim, text: str) -> bool:
    body = fold(wording.plain(claim.text)).rstrip(" .!?")
    folded = fold(re.sub(r"\*\*|`", "", text))
    at = folded.find(body)
    if at < 0:
        return False
    following = re.match(r"[ .!?\"»)]*((?:\[\d+\] ?)+)", folded[at + len(body) :])
    return following is not None and {int(n) for n in re.findall(r"\d+", following[1])} >= set(claim.citations)


def _quotes(reply: Reply, shelf: Shelf) -> Tally:
    """Quotes to the letter in their passage, and the passage to the letter at its place in the source."""
    if not shelf:
        return Tally("quotes", 0, 0)
    bad = []
    for citation in reply.citations:
        passage = shelf.get(citation.passage_id)
        if passage is None or not citation.quote.strip() or citation.quote not in passage.text:
            bad.append(f"[{citation.number}] is not verbatim: « {_short(citation.quote)} »")
        elif passage.in_source is not None and passage.in_source != passage.text:
            bad.append(
                f"[{citation.number}] the passage '{passage.id}' is not what the source says at its place; run `python -m ingest`"
            )
    return Tally("quotes", len(reply.citations) - len(bad), len(reply.citations), tuple(bad))


def _sources(reply: Reply, shelf: Shelf) -> Tally:
    """Title, source, place, facts, confidence and references (title, publisher, address, date) are those of the passage that it names."""
    if not shelf:
        return Tally("sources", 0, 0)
    bad = [
        f"[{citation.number}] does not show the source of '{citation.passage_id}'"
        for citation in reply.citations
        if not _same_source(citation, shelf.get(citation.passage_id))
    ]
    return Tally("sources", len(reply.citations) - len(bad), len(reply.citations), tuple(bad))


def _same_source(citation: Citation, passage: Indexed | None) -> bool:
    return (
        passage is not None
        and citation.title == passage.title
        and citation.source_id == passage.source_id
        and citation.official == passage.official
        and set(citation.fact_ids) == set(passage.fact_ids)
        and citation.locator == passage.locator
        and citation.confidence == passage.confidence
        and [tuple(reference.model_dump().values()) for reference in citation.references]
        == [astuple(reference) for reference in passage.references]
    )


def _supports(reply: Reply) -> tuple[Tally, ...]:
    """Claims carried by their quotes together; citations that carry alone or are needed; values and denials kept."""
    carried = needed = uses = 0
    words: list[str] = []
    idle: list[str] = []
    values: list[str] = []
    denials: list[str] = []
    for claim in reply.claims:
        cited = reply.cited_by(claim)
        quotes = [citation.quote for citation in cited]
        stands, missing = is_supported(claim.text, quotes)
        carried += stands
        if not stands:
            words.append(f"not carried by its quotes ({missing}): « {_short(claim.text)} »")
        if missing.startswith("value"):
            values.append(f"{missing} is in no quote of « {_short(claim.text)} »")
        if missing == "denial":
            denials.append(f"denies otherwise than its quote: « {_short(claim.text)} »")
        for citation in cited:
            uses += 1
            others = [other.quote for other in cited if other is not citation]
            if is_supported(claim.text, [citation.quote])[0] or _adds(claim.text, citation.quote, others):
                needed += 1
            else:
                idle.append(f"[{citation.number}] does not carry « {_short(claim.text)} »")
    total = len(reply.claims)
    return (
        Tally("carried", carried, total, tuple(words)),
        Tally("needed", needed, uses, tuple(idle)),
        Tally("values", total - len(values), total, tuple(values)),
        Tally("denials", total - len(denials), total, tuple(denials)),
    )


def _consistent(reply: Reply) -> Tally:
    """The verdict and what is missing follow from its criteria, and its six criteria are there."""
    if reply.verdict is None:
        return Tally("consistent", 0, 0)
    verdict = reply.verdict
    statuses = {criterion.id: criterion.status for criterion in verdict.criteria}
    bad = []
    follows = overall_status(statuses)
    if follows != verdict.status:
        bad.append(f"the criteria give {follows}, the verdict says {verdict.status}")
    absent = {"applicant", "ai", "public_service", "maturity", "personal_data", "theme"} - statuses.keys()
    if absent:
        bad.append(f"the verdict lacks {', '.join(sorted(absent))}")
    if sorted(verdict.missing) != sorted(missing(statuses)):
        wanted, came = (", ".join(sorted(names)) or "nothing" for names in (missing(statuses), verdict.missing))
        bad.append(f"{wanted} would settle the matter, the verdict says that {came} would")
    return Tally("consistent", 0 if bad else 1, 1, tuple(bad))


def _said_verdict(reply: Reply) -> Tally:
    """No sentence asserts an eligibility that the verdict does not hold."""
    status = reply.verdict.status if reply.verdict else None
    bad = []
    for sentence in wording.sentences(reply.text):
        said = wording.asserted_status(sentence)
        if said and said != status:
            bad.append(f"the text says {said}, the verdict is {status or 'absent'}: « {_short(sentence)} »")
    return Tally("said_verdict", 0 if bad else 1, 1, tuple(bad))


def _dated(case: Case, reply: Reply) -> Tally:
    right = reply.as_of == case.as_of
    return Tally("dated", int(right), 1, () if right else (f"asked for {case.as_of}, answered for {reply.as_of}",))


def _window_first(reply: Reply) -> Tally:
    """A closed window is said in the first sentence."""
    if reply.verdict is None or reply.verdict.window != "closed":
        return Tally("window_first", 0, 0)
    first = (wording.sentences(wording.plain(reply.text)) or [""])[0]
    said = _CLOSED.search(fold(first)) is not None
    return Tally(
        "window_first", int(said), 1, () if said else (f"does not begin with the closed window: « {_short(first)} »",)
    )


def _markup(reply: Reply) -> Tally:
    """No HTML, no script address, no image in what is shown."""
    shown = [
        reply.text,
        *[claim.text for claim in reply.claims],
        *reply.follow_ups,
        *[u.label for u in reply.understood],
    ]
    bad = [f"markup in « {_short(text)} »" for text in shown if _MARKUP.search(text) or _IMAGE.search(text)]
    return Tally("markup", 0 if bad else 1, 1, tuple(bad[:1]))


def _spoken(reply: Reply) -> Tally:
    """The words of the text are in the language that the reply names; titles and quotes between « » aside."""
    said = wording.spoken_language(re.sub(r"«[^»]*»|\"[^\"]*\"|“[^”]*”", " ", wording.plain(reply.text)))
    right = said is None or said == reply.language
    return Tally(
        "spoken", int(right), 1, () if right else (f"the text is in '{said}', the reply says '{reply.language}'",)
    )


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 90 else flat[:89] + "…"
