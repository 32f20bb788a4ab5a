"""The object of CONTRACT.md, section 1, written from the contract alone: no field more, no field less."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[int, Field(ge=1)]


class _Exact(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Claim(_Exact):
    text: str = Field(min_length=1)
    citations: list[Number] = Field(min_length=1)


class Reference(_Exact):
    title: str
    publisher: str
    url: str
    date: str
    pinpoint: str


class Citation(_Exact):
    number: Number
    passage_id: str = Field(min_length=1)
    source_id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    locator: str = Field(min_length=1)
    quote: str = Field(min_length=1)
    official: bool
    references: list[Reference] = Field(min_length=1)
    fact_ids: list[str]
    confidence: Literal["high", "medium", "low"]


class Criterion(_Exact):
    id: Literal["applicant", "ai", "public_service", "maturity", "personal_data", "theme"]
    status: Literal["met", "not_met", "unknown", "not_settled"]
    because: str = Field(min_length=1)
    citations: list[Number]


class Verdict(_Exact):
    status: Literal["eligible", "not_eligible", "depends", "not_settled"]
    window: Literal["open", "closed", "not_open_yet"]
    not_priority: bool
    criteria: list[Criterion]
    missing: list[Literal["applicant", "ai", "public_service", "maturity", "personal_data", "theme"]]


class Reply(_Exact):
    kind: Literal["answer", "verdict", "clarification", "abstention", "refusal", "smalltalk"]
    language: Literal["fr", "en"]
    text: str = Field(min_length=1)
    claims: list[Claim]
    citations: list[Citation]
    verdict: Verdict | None
    follow_ups: list[str] = Field(max_length=3)
    as_of: str
    engine: Literal["extractive", "llm"]
    timings_ms: dict[str, float | int]


def breaches(reply: dict[str, Any]) -> list[str]:
    """What in `reply` is not as the contract says."""
    known = Reply.model_validate(reply)
    found = []
    numbers = [citation.number for citation in known.citations]
    if numbers != list(range(1, len(numbers) + 1)):
        found.append(f"citations are numbered {numbers}")
    if date.fromisoformat(known.as_of).isoformat() != known.as_of:
        found.append(f"as_of is {known.as_of!r}")
    if "total" not in known.timings_ms:
        found.append("timings_ms has no total")
    if known.verdict is None and known.kind == "verdict":
        found.append("a verdict has none")
    cited = {number for claim in known.claims for number in claim.citations}
    judged = {number for one in (known.verdict.criteria if known.verdict else []) for number in one.citations}
    if strange := (cited | judged) - set(numbers):
        found.append(f"citations {sorted(strange)} are cited and not listed")
    place = 0
    for claim in known.claims:
        sentence = f"{claim.text} {''.join(f'[{number}]' for number in claim.citations)}"
        place = known.text.find(sentence, place)
        if place < 0:
            found.append(f"the text does not hold, in its order, {sentence!r}")
            break
    if strange_markers := {int(n) for n in re.findall(r"\[(\d+)\](?!\()", known.text)} - set(numbers):
        found.append(f"the text has markers {sorted(strange_markers)} without a citation")
    return found
