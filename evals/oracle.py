"""An engine that is always right because it reads what the case expects: the sound engine from which the broken ones are made, and the
proof that the gates let a right engine through."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date
from typing import Any

from evals import wording
from evals.case import Case
from evals.checks import says_all
from evals.product import Engine
from evals.proofs import Indexed, Shelf, overall_status

OPENS, CLOSES = date(2023, 7, 21), date(2023, 9, 30)
_CRITERIA = ("applicant", "ai", "public_service", "maturity", "personal_data", "theme")
_ANY = ("met", "not_met", "unknown", "not_settled")
_SAYS = {
    "fr": {"closed": "L’appel est clos.", "silent": "Les sources ne le disent pas.", "off": "Ce sujet n’est pas celui de cet assistant.", "hello": "Avec plaisir.",
           "key": "Voici ce que disent les sources :"},
    "en": {"closed": "The call is closed.", "silent": "The sources do not say.", "off": "This is not the subject of this assistant.", "hello": "You are welcome.",
           "key": "Here is what the sources say:"},
}  # fmt: skip


def open_oracle(shelf: Shelf) -> Engine:
    """The engine that gives each case the reply it expects, with real passages of `shelf`."""

    def reply(case: Case) -> dict[str, Any]:
        return right_reply(case, shelf)

    return reply


def right_reply(case: Case, shelf: Shelf) -> dict[str, Any]:
    """A reply that holds every expectation of `case` and all that every reply owes."""
    says = _SAYS[case.lang]
    verdict = _verdict(case)
    kind = (case.expect.kind or ["verdict" if verdict else "answer"])[0]
    passages = _passages(case, shelf) if kind not in ("refusal", "smalltalk") else []
    opening = {"abstention": says["silent"], "refusal": says["off"], "smalltalk": says["hello"]}.get(kind, says["key"])
    if verdict and verdict["window"] == "closed":
        opening = f"{says['closed']} {opening}"
    # Between « », for they are words shown, not statements: only claims state dates and numbers.
    wanted = " ; ".join(f"« {alternatives[0]} »" for alternatives in case.expect.must_include)
    said = [(passage, sentence) for passage in passages for sentence in _answering_first(case, passage)]
    return compose(kind, case.lang, " ".join(part for part in (opening, wanted) if part), said, verdict, case.as_of)


def compose(
    kind: str,
    language: str,
    opening: str,
    said: Iterable[tuple[Indexed, str]],
    verdict: dict[str, Any] | None,
    as_of: date,
) -> dict[str, Any]:
    """A well-formed answer that states the sentences `said`, each of its passage."""
    claims, citations = [], []
    for number, (passage, sentence) in enumerate(said, start=1):
        claims.append({"text": sentence, "citations": [number]})
        citations.append(cite(passage, number, sentence))
    for criterion in (verdict or {}).get("criteria", []):
        criterion["citations"] = [1] if citations else []
    body = " ".join(f"{claim['text']} [{claim['citations'][0]}]" for claim in claims)
    return {
        "kind": kind,
        "language": language,
        "text": f"{opening}\n\n{body}".strip(),
        "claims": claims,
        "citations": citations,
        "verdict": verdict,
        "follow_ups": [],
        "as_of": as_of.isoformat(),
        "engine": "extractive",
        "timings_ms": {"total": 0.1},
    }


def cite(passage: Indexed, number: int, quote: str) -> dict[str, Any]:
    """`quote` of `passage` as the citation `number`."""
    return {
        "number": number,
        "passage_id": passage.id,
        "source_id": passage.source_id,
        "title": passage.title,
        "locator": passage.title,
        "quote": quote,
        "official": passage.official,
        "references": [
            {"title": "", "publisher": "", "url": url, "date": "", "pinpoint": ""} for url in passage.addresses
        ],
        "fact_ids": list(passage.fact_ids),
        "confidence": "high",
    }


def _answering_first(case: Case, passage: Indexed) -> list[str]:
    """The sentence of `passage` that says all that is expected, then the one that it begins with; that one alone when none does."""
    sentences = wording.sentences(passage.text)
    holding = [sentence for sentence in sentences if says_all(sentence, case.expect.must_include)]
    return list(dict.fromkeys([*holding[:1], sentences[0]]))


def _passages(case: Case, shelf: Shelf) -> list[Indexed]:
    wanted = set(case.expect.cites)
    found = [p for p in shelf.values() if wanted & set(p.fact_ids) and p.language == case.lang]
    if found or case.is_unanswerable:
        return found[:3]
    return [next(p for p in shelf.values() if p.language == case.lang)]


def _verdict(case: Case) -> dict[str, Any] | None:
    expect = case.expect
    if not (expect.status or expect.criteria or expect.window or expect.not_priority is not None):
        return None
    # What the case leaves free is met if the verdict allows it: « met » comes first in every choice.
    choices = [expect.criteria.get(name, list(_ANY)) for name in _CRITERIA]  # type: ignore[call-overload]
    for statuses in itertools.product(*choices):
        criteria = dict(zip(_CRITERIA, statuses, strict=True))
        status = overall_status(criteria)
        if not expect.status or status in expect.status:
            break
    window = "open" if OPENS <= case.as_of <= CLOSES else "closed" if case.as_of > CLOSES else "not_open_yet"
    return {
        "status": status,
        "window": expect.window[0] if expect.window else window,
        "not_priority": bool(expect.not_priority),
        "criteria": [
            {"id": name, "status": value, "because": name, "citations": []} for name, value in criteria.items()
        ],
        "missing": [name for name, value in criteria.items() if value == "unknown"],
    }


def open_on_product_index() -> Engine:
    """The sound engine over the index that the product serves: `--engine evals.oracle:open_on_product_index`."""
    from assistant.settings import Settings
    from evals.proofs import load_shelf

    settings = Settings()
    return open_oracle(load_shelf(settings.index_folder, settings.corpus_folder))
