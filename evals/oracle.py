"""An engine that is always right because it reads what the case expects: the sound engine from which the broken ones are made, and the
proof that the gates let a right engine through."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from corpus.passages import Language
from corpus.sentences import sentences
from evals import rules
from evals.case import Case
from evals.checks import says, says_all
from evals.frames import frame, window_sentence
from evals.product import Engine
from evals.proofs import Indexed, Shelf

_CRITERIA = ("applicant", "ai", "public_service", "maturity", "personal_data", "theme")
Claimed = tuple[str, Sequence[tuple[Indexed, str]]]
"""A claim: its text, and each passage that it cites with the words quoted."""
_ANY = ("met", "not_met", "unknown", "not_settled")


def open_oracle(shelf: Shelf) -> Engine:
    """The engine that gives each case the reply it expects, with real passages of `shelf`."""

    def reply(case: Case) -> dict[str, Any]:
        return right_reply(case, shelf)

    return reply


def right_reply(case: Case, shelf: Shelf) -> dict[str, Any]:
    """A reply that holds every expectation of `case` and all that every reply owes: the frames of the product around sentences of `shelf`."""
    verdict = _verdict(case)
    kinds = case.expect.kind or ["verdict" if verdict else "answer"]
    asks = verdict is not None and verdict["status"] == "depends" and "clarification" in kinds
    kind = "clarification" if asks else kinds[0]
    passages = _passages(case, shelf) if kind not in ("refusal", "smalltalk") else []
    said = [(passage, sentence) for passage in passages for sentence in _answering_first(case, passage)]
    opening = {"abstention": "NOT_STATED", "refusal": "OFF_TOPIC", "smalltalk": "SMALLTALK.greeting"}.get(kind, "")
    parts = [frame(opening, case.lang)] if opening else []
    if verdict:
        parts.append(_headline(verdict, case.lang))
    closing = _closing(kind, verdict, case.lang)
    told = " ".join([*parts, *(sentence for _, sentence in said), closing])
    for words in case.expect.must_include:
        if not says_all(told, [words]):
            elsewhere = _saying(words, case, shelf)
            said += elsewhere
            # What no sentence says is shown between « »: such a case can be satisfied, and no more is asked of it.
            parts += [] if elsewhere else [f"« {words[0]} »"]
    preface = _preface(case, shelf) if verdict else ()
    answer = compose(kind, case.lang, " ".join(parts), said, verdict, case.as_of, closing=closing, preface=preface)
    return _with_reasons(answer, shelf)


def can_be_met(case: Case, shelf: Shelf) -> bool:
    """True when the corpus says all that `case` expects to read: else no engine that says the corpus can meet it."""
    window = window_sentence(case.lang, case.as_of) or ""
    return all(says_all(window, [words]) or _saying(words, case, shelf) for words in case.expect.must_include)


def compose(
    kind: str,
    language: Language,
    opening: str,
    said: Iterable[tuple[Indexed, str]],
    verdict: dict[str, Any] | None,
    as_of: date,
    *,
    closing: str = "",
    preface: Iterable[Claimed] = (),
) -> dict[str, Any]:
    """A well-formed answer that states the sentences `said`, each of its passage, after those of the `preface`."""
    claims: list[dict[str, Any]] = []
    citations: list[dict[str, Any]] = []

    def state(all_claimed: Iterable[Claimed]) -> str:
        marked = []
        for text, quotes in all_claimed:
            numbers = range(len(citations) + 1, len(citations) + 1 + len(quotes))
            citations.extend(
                cite(passage, number, quote) for number, (passage, quote) in zip(numbers, quotes, strict=True)
            )
            claims.append({"text": text, "citations": list(numbers)})
            marked.append(f"{text} {''.join(f'[{number}]' for number in numbers)}")
        return " ".join(marked)

    parts = [state(preface), opening, state((sentence, [(passage, sentence)]) for passage, sentence in said), closing]
    return {
        "kind": kind,
        "language": language,
        "text": "\n\n".join(part for part in parts if part),
        "claims": claims,
        "citations": citations,
        "verdict": verdict,
        "follow_ups": sorted(rules.suggestions(language))[:1] if citations else [],
        "as_of": as_of.isoformat(),
        "engine": "extractive",
        "timings_ms": {"total": 0.1},
        "understood": _understood(verdict, language),
    }


def _headline(verdict: dict[str, Any], language: Language) -> str:
    unknown = [rules.the_call().criterion(one["id"]) for one in verdict["criteria"] if one["status"] == "unknown"]
    points = [one.fields[0].topic[language] for one in unknown if one.excludes]
    name = "DEPENDS_ON_MANY" if verdict["status"] == "depends" and len(points) > 1 else f"VERDICT.{verdict['status']}"
    known = {one["field"]: one["value"] for one in _understood(verdict, language)}
    statuses = {one["id"]: one["status"] for one in verdict["criteria"]}
    grounds = "" if verdict["status"] == "depends" else rules.grounds(verdict["status"], statuses, known, language)
    return frame(name, language, points=", ".join(points), grounds=grounds)


def _closing(kind: str, verdict: dict[str, Any] | None, language: Language) -> str:
    asked = ""
    if verdict and verdict["missing"] and kind == "clarification":
        asked = frame(f"question.{rules.the_call().criterion(verdict['missing'][0]).fields[0].id}", language)
    return "\n\n".join(part for part in (asked, frame("INDICATION", language) if verdict else "") if part)


def _preface(case: Case, shelf: Shelf) -> list[Claimed]:
    """The state of the window on the day of the case, as the passages that say it carry it."""
    sentence, facts = window_sentence(case.lang, case.as_of), rules.the_call().dates.facts
    wanted = [facts.opens] if rules.window_on(case.as_of) == "not_open_yet" else [facts.closes, facts.results]
    found = [(p, p.text) for fact in wanted for p in shelf.values() if fact in p.fact_ids and p.language == case.lang]
    return [(sentence, found)] if sentence and found else []


def _understood(verdict: dict[str, Any] | None, language: Language) -> list[dict[str, str]]:
    """What could have been read for the criteria to be as they are."""
    labels = []
    for criterion in verdict["criteria"] if verdict else []:
        for name, value in rules.values_giving(criterion["id"], criterion["status"]).items():
            field = rules.the_call().field(name)
            label, said = (
                field.label[language],
                field.value(value).label[language],
            )
            labels.append({"field": name, "value": value, "label": f"{label} : {said}", "words": ""})
    return labels


def _with_reasons(answer: dict[str, Any], shelf: Shelf) -> dict[str, Any]:
    """`answer` with the reason of each criterion and what carries it."""
    citations = answer["citations"]
    for criterion in (answer["verdict"] or {}).get("criteria", []):
        for because, facts in rules.reasons(criterion["id"], criterion["status"], answer["language"]).items():
            here = [one["number"] for one in citations if facts & set(one["fact_ids"])]
            found = (p for p in shelf.values() if facts & set(p.fact_ids) and p.language == answer["language"])
            if not here and (passage := next(found, None)):
                here = [len(citations) + 1]
                citations.append(cite(passage, here[0], passage.text))
            criterion |= {"because": because, "citations": here}
            if here:
                break
    return answer


def cite(passage: Indexed, number: int, quote: str) -> dict[str, Any]:
    """`quote` of `passage` as the citation `number`."""
    return {
        "number": number,
        "passage_id": passage.id,
        "source_id": passage.source_id,
        "title": passage.title,
        "locator": passage.locator,
        "quote": quote,
        "official": passage.official,
        "references": [asdict(reference) for reference in passage.references],
        "fact_ids": list(passage.fact_ids),
        "confidence": passage.confidence,
    }


def _saying(words: list[str], case: Case, shelf: Shelf) -> list[tuple[Indexed, str]]:
    """The first sentence of the corpus that says one of `words`, with its passage; none that the case forbids."""
    found = (
        (passage, sentence)
        for passage in shelf.values()
        if passage.language == case.lang and not passage.only_when and says_all(passage.text, [words])
        for sentence in sentences(passage.text)
        if says_all(sentence, [words]) and not any(says(sentence, word) for word in case.expect.must_not_include)
    )
    return list(itertools.islice(found, 1))


def _answering_first(case: Case, passage: Indexed) -> list[str]:
    """The sentence of `passage` that says all that is expected, then the one that it begins with; that one alone when none does."""
    found = sentences(passage.text)
    holding = [sentence for sentence in found if says_all(sentence, case.expect.must_include)]
    return list(dict.fromkeys([*holding[:1], found[0]]))


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
        status = rules.overall_status(criteria)
        if not expect.status or status in expect.status:
            break
    return {
        "status": status,
        "window": expect.window[0] if expect.window else rules.window_on(case.as_of),
        "not_priority": bool(expect.not_priority),
        "criteria": [
            {"id": name, "status": value, "because": name, "citations": []} for name, value in criteria.items()
        ],
        "missing": rules.missing(criteria),
    }


def open_on_product_index() -> Engine:
    """The sound engine over the index that the product serves: `--engine evals.oracle:open_on_product_index`."""
    from assistant.settings import Settings
    from evals.proofs import load_shelf

    settings = Settings()
    return open_oracle(load_shelf(settings.index_folder, settings.corpus_folder))
