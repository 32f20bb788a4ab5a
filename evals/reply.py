"""A reply as the suite reads it: the JSON object of CONTRACT.md section 1, checked at the border and never trusted."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.case import CriterionStatus, Kind, Status, Window

MARKER = re.compile(r"\[(\d+)\](?!\()")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Claim(_Frozen):
    """One factual sentence and the numbers of its citations."""

    text: str = Field(min_length=1)
    citations: list[int]


class Reference(_Frozen):
    """A public source on which a passage rests."""

    title: str
    publisher: str
    url: str
    date: str
    pinpoint: str = ""


class Citation(_Frozen):
    """The words of a passage that carry a claim."""

    number: int
    passage_id: str
    source_id: str
    title: str
    locator: str
    quote: str
    official: bool
    references: list[Reference]
    fact_ids: list[str]
    confidence: Literal["high", "medium", "low"]


class Criterion(_Frozen):
    """One condition of the rules, judged."""

    id: str
    status: CriterionStatus
    because: str
    citations: list[int]


class Verdict(_Frozen):
    """What the rules say of a situation."""

    status: Status
    window: Window
    not_priority: bool
    criteria: list[Criterion]
    missing: list[str]

    def criterion(self, name: str) -> CriterionStatus | None:
        """The status of the criterion `name`, None when the verdict does not hold it."""
        return next((criterion.status for criterion in self.criteria if criterion.id == name), None)


class Understood(_Frozen):
    """What the assistant says that it read of the person's situation."""

    label: str
    words: str = ""
    field: str = ""
    value: str = ""


class Reply(_Frozen):
    """The whole object."""

    kind: Kind
    language: Literal["fr", "en"]
    text: str = Field(min_length=1)
    claims: list[Claim]
    citations: list[Citation]
    verdict: Verdict | None
    follow_ups: list[str] = Field(max_length=3)
    as_of: date
    engine: Literal["extractive", "llm"]
    timings_ms: dict[str, float]
    understood: list[Understood] = Field(default_factory=list)

    def cited_by(self, claim: Claim) -> list[Citation]:
        """The citations of `claim` that exist."""
        return [citation for citation in self.citations if citation.number in claim.citations]

    @property
    def numbers_said(self) -> set[int]:
        """The numbers of the citations that a claim or a marker of the text leads to."""
        marked = {int(number) for number in MARKER.findall(self.text)}
        return marked | {number for claim in self.claims for number in claim.citations}

    @property
    def numbers_used(self) -> set[int]:
        """The numbers of the citations that something leads to: the text, a claim, a criterion of the verdict."""
        criteria = self.verdict.criteria if self.verdict else []
        return self.numbers_said | {number for criterion in criteria for number in criterion.citations}

    @property
    def fact_ids(self) -> set[str]:
        """Every fact that the passages state to which the text or a claim leads: a reference that nothing uses proves nothing."""
        said = self.numbers_said
        return {fact for citation in self.citations if citation.number in said for fact in citation.fact_ids}


def read_reply(answer: Any) -> tuple[Reply | None, str]:
    """(the reply, "") or (None, what is wrong with the object)."""
    try:
        return Reply.model_validate(answer), ""
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the answer"
        return None, f"the answer is not the object of the contract: {where}: {first['msg']}"
