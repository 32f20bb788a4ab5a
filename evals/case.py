"""Cases: what people write and what a good reply does, read from YAML. A mistake is named with its file and line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, RootModel

from corpus.errors import ExplainedError
from corpus.yaml_files import check, parse

CALL_OPEN = date(2023, 9, 1)
"""The day of a case that names none: the call was open."""

OFF_TOPIC = ("offtopic", "off-topic")
"""The tags of a case on another subject: people spell it both ways."""

Kind = Literal["answer", "verdict", "clarification", "abstention", "refusal", "smalltalk"]
Status = Literal["eligible", "not_eligible", "depends", "not_settled"]
Window = Literal["open", "closed", "not_open_yet"]
CriterionId = Literal["applicant", "ai", "public_service", "maturity", "personal_data", "theme"]
CriterionStatus = Literal["met", "not_met", "unknown", "not_settled"]
Severity = Literal["critical", "major", "minor"]


def _as_text(value: Any) -> Any:
    """YAML reads `30`, `yes` and `2023-09-30` as values; whoever wrote them without quotes meant the text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, int | float | date) else value


def _as_list(value: Any) -> Any:
    """A single value where a list may stand is a list of one."""
    return value if isinstance(value, list) or value is None else [value]


Text = Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]
Texts = Annotated[list[Text], BeforeValidator(_as_list)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Expect(_Strict):
    """What the last reply must do. An absent key asks nothing; every key that is present must hold."""

    kind: Annotated[list[Kind], BeforeValidator(_as_list), Field(min_length=1)] | None = None
    status: Annotated[list[Status], BeforeValidator(_as_list), Field(min_length=1)] | None = None
    window: Annotated[list[Window], BeforeValidator(_as_list), Field(min_length=1)] | None = None
    criteria: dict[CriterionId, Annotated[list[CriterionStatus], BeforeValidator(_as_list), Field(min_length=1)]] = (
        Field(default_factory=dict)
    )
    not_priority: bool | None = None
    must_include: Annotated[list[Texts], BeforeValidator(_as_list)] = Field(default_factory=list)
    must_not_include: Texts = Field(default_factory=list)
    cites: Texts = Field(default_factory=list)


class Case(_Strict):
    """A conversation whose last reply is judged."""

    id: Text
    lang: Literal["fr", "en"]
    as_of: date = CALL_OPEN
    turns: Annotated[list[Text], BeforeValidator(_as_list), Field(min_length=1)]
    expect: Expect = Field(default_factory=Expect)
    severity: Severity = "major"
    tags: Texts = Field(default_factory=list)
    _place: str = PrivateAttr(default="")

    @property
    def place(self) -> str:
        """File and line of the case, empty when it comes from no file."""
        return self._place

    @property
    def set_name(self) -> str:
        """The folder of its file (`dev`, `test`…), empty when it comes from no file."""
        return Path(self._place.rpartition(", line ")[0]).parent.name if self._place else ""

    @property
    def base_id(self) -> str:
        """The case that this one varies: `x` for the twins `x-flip`, `x-same` and for the generated `x~typos`; else its own id."""
        return self.id.partition("~")[0].removesuffix("-flip").removesuffix("-same")

    @property
    def is_about_eligibility(self) -> bool:
        """True when the case expects something of a verdict."""
        return bool(self.expect.status or self.expect.criteria)

    @property
    def is_unanswerable(self) -> bool:
        """True when only « the sources do not say » is right."""
        return self.expect.kind == ["abstention"]

    @property
    def is_answerable(self) -> bool:
        """True when the sources settle the point: an answer is expected and an abstention is not accepted."""
        kinds = self.expect.kind or []
        return "answer" in kinds and "abstention" not in kinds and not self.is_about_eligibility

    def has(self, *tags: str) -> bool:
        """True when the case carries one of `tags`."""
        return any(tag in self.tags for tag in tags)


class CaseFile(RootModel[list[Case]]):
    """The whole of a file of cases."""


def load_cases(places: Iterable[Path]) -> list[Case]:
    """Every case of the files and folders `places`, in a fixed order.

    All the mistakes of all the files are told at once, one line each, in one ExplainedError.
    """
    cases: list[Case] = []
    mistakes: list[str] = []
    for path in _files(places):
        try:
            cases += _load_file(path)
        except ExplainedError as error:
            mistakes += [line for line in str(error).splitlines() if not line.startswith("Nothing was changed.")]
    first_seen: dict[str, str] = {}
    for case in cases:
        if case.id in first_seen:
            mistakes.append(
                f"{case.place}: the id '{case.id}' is already that of the case at {first_seen[case.id]}. Rename one."
            )
        first_seen.setdefault(case.id, case.place)
    if mistakes:
        raise ExplainedError("\n".join(mistakes))
    if not cases:
        names = ", ".join(f"'{place}'" for place in places)
        raise ExplainedError(
            f"No case was found in {names}, so there is nothing to run. Name files or folders of YAML cases."
        )
    return cases


def _files(places: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            found += sorted([*place.rglob("*.yaml"), *place.rglob("*.yml")])
        elif place.is_file():
            found.append(place)
        else:
            raise ExplainedError(
                f"'{place}' does not exist, so its cases cannot be run. Name a YAML file or a folder that holds some."
            )
    return list(dict.fromkeys(found))


def _load_file(path: Path) -> list[Case]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ExplainedError(
            f"'{path}' could not be read as UTF-8 text ({type(error).__name__}). Restore it, or name another file."
        ) from error
    value = _parse(text, str(path))
    if value is None:
        return []
    if not isinstance(value, list):
        raise ExplainedError(f"{path}, line 1: a file of cases is a list. Begin each case with '- id: …'.")
    cases = check(value, CaseFile, str(path), text).root
    for case, line in zip(cases, _first_lines(text), strict=False):
        case._place = f"{path}, line {line}"
    return cases


def _parse(text: str, name: str) -> Any:
    # The C loader is ten times faster; the other one words the mistakes.
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return parse(text, name)


def _first_lines(text: str) -> list[int]:
    root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return [item.start_mark.line + 1 for item in root.value] if isinstance(root, yaml.SequenceNode) else []
