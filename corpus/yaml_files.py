"""Reading what people edit: a mistake is reported with its file, its line and what to write."""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from corpus.errors import ExplainedError

if TYPE_CHECKING:
    from yaml import SafeLoader as FastSafeLoader
else:
    # libyaml reads the corpus five times as fast; a build of PyYAML without it has the same loader in Python.
    FastSafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Model = TypeVar("Model", bound=BaseModel)

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


def read_text(path: Path, name: str = "") -> str:
    """The text of a UTF-8 file, its lines ended by `\\n` and without byte order mark; a byte or character that has no place there is an
    ExplainedError with its line."""
    name = name or str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ExplainedError(
            f"'{path}' could not be read ({error.strerror}). Restore it, or name another file."
        ) from error
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ExplainedError(
            f"{name}, line {line}: the file is not in UTF-8, so its accents cannot be read. Nothing was changed. "
            "Save it again with the encoding UTF-8."
        ) from error
    if strange := _CONTROL.search(text):
        line = text.count("\n", 0, strange.start()) + 1
        before = text[max(0, strange.start() - 20) : strange.start()].rpartition("\n")[2]
        raise ExplainedError(
            f"{name}, line {line}: there is a control character (U+{ord(strange[0]):04X}) after '{before}'. Nobody sees it, and it has no place "
            "in a text. Nothing was changed. Delete it."
        )
    return text


def load_checked(path: Path, model: type[Model]) -> Model:
    """The content of `path` as `model`; an ExplainedError names the file and the line of each mistake."""
    text = read_text(path)
    return check(parse(text, str(path)), model, str(path), text)


def parse(text: str, name: str, first_line: int = 1) -> Any:
    """The YAML value of `text`, which starts at line `first_line` of the file `name`."""
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # libyaml puts the end of a text on a line of its own, also when the text ends without one.
        line = first_line + min(mark.line if mark else 0, text.count("\n"))
        if isinstance(error, _Mistake):
            raise ExplainedError(f"{name}, line {line}: {error.problem}") from error
        raise ExplainedError(
            f"{name}, line {line}: this is not valid YAML ({error.problem or error.context}). Nothing was changed. "
            "Check the indentation, and put quotes around a text that contains ': '."
        ) from error


def check(value: Any, model: type[Model], name: str, text: str, first_line: int = 1) -> Model:
    """`value` (the YAML of `text`) as `model`; each mistake is named with its line."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        root = yaml.compose(text, Loader=FastSafeLoader)
        problems = []
        for mistake in error.errors()[:5]:
            line = first_line + _line_of(root, mistake["loc"])
            field = ".".join(str(part) for part in mistake["loc"]) or "the file"
            problems.append(f"{name}, line {line}: {field}: {mistake['msg']}")
        raise ExplainedError(
            "\n".join(problems) + "\nNothing was changed. Correct these lines and run the command again."
        ) from error


class _Mistake(yaml.MarkedYAMLError):
    """A mistake that YAML lets pass, or stumbles over without a word on where. `problem` says what to write."""


class _Loader(FastSafeLoader):
    """Safe YAML that keeps no key twice (YAML lets the last one win in silence) and names the line of a day that does not exist."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and isinstance(key, yaml.ScalarNode):
                raise _Mistake(
                    problem=f"'{key.value}' is written twice in the same place, so one of them would be lost. Nothing was changed. Keep one.",
                    problem_mark=key.start_mark,
                )
            if isinstance(key, yaml.ScalarNode):
                seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> Any:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError as error:
            raise _Mistake(
                problem=f"the date {node.value} does not exist ({error}). Nothing was changed. Write it as year-month-day.",
                problem_mark=node.start_mark,
            ) from error


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_yaml_timestamp)


def _line_of(node: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """The line (from 0) of the deepest part of `location` that exists below `node`."""
    line = node.start_mark.line if node else 0
    for part in location:
        child: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    line, child = key.start_mark.line, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            child = node.value[part]
            line = child.start_mark.line
        if child is None:
            return line
        node = child
    return line
