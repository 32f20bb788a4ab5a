"""The rules of a call, as written in `call.yaml`: its dates, what it asks, and what follows. A mistake is named with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product
from pathlib import Path
from typing import Annotated, Literal

import pydantic
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator

from corpus.passages import Language
from corpus.words import pattern_of
from corpus.yaml_files import load_checked

Status = Literal["met", "not_met", "not_settled"]
Window = Literal["open", "closed", "not_open_yet"]


def _yes_or_no(value: object) -> object:
    # An unquoted yes or no is a boolean for YAML; whoever edits the file means the word.
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _not_empty(text: str) -> str:
    if not text.strip():
        raise ValueError("a text is expected here, and it is empty")
    return text


def _as_list(value: object) -> object:
    return [_yes_or_no(one) for one in value] if isinstance(value, list) else [_yes_or_no(value)]


Text = Annotated[str, AfterValidator(_not_empty)]
ValueId = Annotated[str, BeforeValidator(_yes_or_no)]
Condition = Mapping[str, Annotated[tuple[str, ...], BeforeValidator(_as_list)]]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Wording(_Part):
    """The same text in both languages."""

    fr: Text
    en: Text

    def __getitem__(self, language: Language) -> str:
        return self.fr if language == "fr" else self.en

    def both(self) -> dict[Language, str]:
        """The text by language."""
        return {"fr": self.fr, "en": self.en}


class FieldValue(_Part):
    """One answer to a field. `told` says it in a sentence, where its label needs more; `share`: how often it is given, our estimate;
    `answer`: the value that a bare yes or no gives."""

    id: ValueId
    label: Wording
    told: Wording | None = None
    share: float = 1.0
    answer: Annotated[Literal["yes", "no"] | None, BeforeValidator(_yes_or_no)] = None

    @property
    def in_a_sentence(self) -> Wording:
        """What a verdict says that it rests on."""
        return self.told or self.label


class Field(_Part):
    """One thing the rules ask. `topic` names it in a sentence; `presumed` is supposed when unsaid, and never asked; `only` says
    when the question makes sense."""

    id: str
    label: Wording
    topic: Wording
    question: Wording
    help: Wording | None = None
    presumed: ValueId | None = None
    only: Condition = {}
    values: tuple[FieldValue, ...]

    def value(self, value_id: str) -> FieldValue:
        """The value `value_id` of this field."""
        return next(value for value in self.values if value.id == value_id)

    def answered_by(self, answer: Literal["yes", "no"]) -> str | None:
        """The value that a bare yes or no to the question gives."""
        return next((value.id for value in self.values if value.answer == answer), None)


class Row(_Part):
    """What follows from some values. `reason` is the sentence that says why, carried by the first of `facts`."""

    id: str
    when: Condition = {}
    status: Status
    not_priority: bool = False
    facts: Annotated[tuple[str, ...], AfterValidator(lambda facts: _at_least_one(facts))]
    reason: Wording


class Unsaid(_Part):
    """What is said of a criterion as long as the answers leave it open."""

    id: str
    when: Condition = {}
    facts: Annotated[tuple[str, ...], AfterValidator(lambda facts: _at_least_one(facts))]
    reason: Wording


class Caveat(_Part):
    """What is said in addition when its condition holds."""

    when: Condition
    fact: str
    text: Wording


class Raised(_Part):
    """What people bring up and no condition rests on: said in addition to whoever uses one of the phrases `heard`."""

    heard: tuple[str, ...] = pydantic.Field(min_length=1)
    fact: str
    text: Wording


class CriterionRules(_Part):
    """One condition of the call. `excludes`: failing it means not eligible, and not knowing it holds the verdict back."""

    id: str
    excludes: bool = False
    name: Wording
    fields: tuple[Field, ...]
    rows: tuple[Row, ...]
    unknown: Annotated[tuple[Unsaid, ...], AfterValidator(lambda unknown: _at_least_one(unknown))]
    caveats: tuple[Caveat, ...] = ()

    def row_for(self, values: Mapping[str, str]) -> Row | None:
        """The first row that a complete set of values meets."""
        return next((row for row in self.rows if holds(row.when, values)), None)

    def caveats_for(self, values: Mapping[str, str]) -> list[Caveat]:
        """What is said in addition when `values` (by field) are known."""
        return [caveat for caveat in self.caveats if holds(caveat.when, values)]

    def combinations(self, said: Mapping[str, str]) -> Iterator[dict[str, str]]:
        """Every way to complete what was said of this criterion; what is presumed and unsaid keeps its presumed value."""
        choices = [
            [said[field.id]]
            if field.id in said
            else [field.presumed]
            if field.presumed
            else [value.id for value in field.values]
            for field in self.fields
        ]
        for values in product(*choices):
            yield dict(zip((field.id for field in self.fields), values, strict=True))

    @model_validator(mode="after")
    def _is_total(self) -> CriterionRules:
        known = {field.id: {value.id for value in field.values} for field in self.fields}
        conditions: list[tuple[str, Condition]] = [(row.id, row.when) for row in self.rows]
        conditions += [(entry.id, entry.when) for entry in self.unknown]
        conditions += [("caveats", c.when) for c in self.caveats]
        conditions += [(field.id, field.only) for field in self.fields]
        for name, when in conditions:
            for field_id, values in when.items():
                if field_id not in known:
                    raise ValueError(
                        f"criterion '{self.id}', '{name}': there is no field '{field_id}' here (fields: {', '.join(known)})"
                    )
                if strange := sorted(set(values) - known[field_id]):
                    raise ValueError(
                        f"criterion '{self.id}', '{name}': '{strange[0]}' is not a value of '{field_id}' ({', '.join(sorted(known[field_id]))})"
                    )
        for field in self.fields:
            if field.presumed and field.presumed not in known[field.id]:
                raise ValueError(f"field '{field.id}': '{field.presumed}' is presumed, and is not one of its values")
        if self.unknown[-1].when:
            raise ValueError(
                f"criterion '{self.id}': the last entry of 'unknown' must have no 'when', so that there is always a reason"
            )
        for case in product(*([(field.id, value.id) for value in field.values] for field in self.fields)):
            if self.row_for(dict(case)) is None:
                told = ", ".join(f"{field} = {value}" for field, value in case)
                raise ValueError(
                    f"criterion '{self.id}': no row says what follows from {told}. Add one, or widen a row"
                )
        if not self.excludes and any(row.status == "not_met" for row in self.rows):
            raise ValueError(
                f"criterion '{self.id}' has a row 'not_met', and does not exclude: write 'excludes: true', or change the row"
            )
        return self


class WindowFacts(_Part):
    """The facts that say the dates."""

    opens: str
    closes: str
    closed: str
    results: str


class Dates(_Part):
    """When a file can be handed in, bounds included, and when the results came."""

    opens: date
    closes: date
    results: date
    facts: WindowFacts

    @model_validator(mode="after")
    def _in_order(self) -> Dates:
        if not self.opens <= self.closes <= self.results:
            raise ValueError("the dates must follow one another: opens, closes, results")
        return self


class Call(_Part):
    """A call for projects: its dates and its conditions."""

    id: str
    version: str
    dates: Dates
    contact: Wording
    criteria: tuple[CriterionRules, ...]
    raised: tuple[Raised, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _window_is_a_date_range(cls, content: object) -> object:
        # The file says `window`; in code `window` is the question "open or closed on that day?".
        if isinstance(content, dict) and "window" in content:
            content = {("dates" if key == "window" else key): value for key, value in content.items()}
        return content

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Call:
        for name, ids in (
            ("criterion", [criterion.id for criterion in self.criteria]),
            ("field", [field.id for field in self.fields]),
        ):
            if twice := next((one for one in ids if ids.count(one) > 1), None):
                raise ValueError(f"the {name} '{twice}' is written twice; each needs a name of its own")
        return self

    @property
    def fields(self) -> tuple[Field, ...]:
        """Everything the rules ask, in order."""
        return tuple(field for criterion in self.criteria for field in criterion.fields)

    @property
    def fact_ids(self) -> frozenset[str]:
        """Every fact that the rules cite."""
        return self.condition_facts | {*self.dates.facts.model_dump().values(), *(one.fact for one in self.raised)}

    @property
    def condition_facts(self) -> frozenset[str]:
        """Every fact on which a condition rests, or that is said beside one."""
        facts: set[str] = set()
        for criterion in self.criteria:
            facts.update(fact for row in criterion.rows for fact in row.facts)
            facts.update(fact for entry in criterion.unknown for fact in entry.facts)
            facts.update(caveat.fact for caveat in criterion.caveats)
        return frozenset(facts)

    def raised_in(self, text: str) -> list[Raised]:
        """What `text` brings up of that on which no condition rests."""
        return [one for one in self.raised if any(pattern_of(phrase).search(text) for phrase in one.heard)]

    def field(self, field_id: str) -> Field:
        """The field `field_id`."""
        return next(field for field in self.fields if field.id == field_id)

    def criterion(self, criterion_id: str) -> CriterionRules:
        """The rules of the criterion `criterion_id`."""
        return next(criterion for criterion in self.criteria if criterion.id == criterion_id)

    def criterion_of(self, field: Field) -> CriterionRules:
        """The rules that `field` is about."""
        return next(criterion for criterion in self.criteria if field in criterion.fields)

    def window(self, on: date) -> Window:
        """Whether a file can be handed in that day."""
        if on < self.dates.opens:
            return "not_open_yet"
        return "closed" if on > self.dates.closes else "open"


def holds(when: Condition, values: Mapping[str, str]) -> bool:
    """True when every field named by the condition has one of the values that it lists; an unsaid field does not."""
    return all(values.get(field_id) in allowed for field_id, allowed in when.items())


def load_call(path: Path) -> Call:
    """The call that `path` describes; what is wrong in it is named with the file and the line."""
    return load_checked(path, Call)


def _at_least_one(items: tuple[object, ...]) -> tuple[object, ...]:
    if not items:
        raise ValueError("at least one entry is needed here")
    return items
