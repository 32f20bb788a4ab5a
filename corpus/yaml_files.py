"""Reading YAML that people edit: a mistake is reported with its file, its line and what to write."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from corpus.errors import ExplainedError

Model = TypeVar("Model", bound=BaseModel)


def load_checked(path: Path, model: type[Model]) -> Model:
    """The content of `path` as `model`; an ExplainedError names the file and the line of each mistake."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ExplainedError(
            f"'{path}' could not be read ({error.strerror}). Restore it, or name another file."
        ) from error
    return check(parse(text, str(path)), model, str(path), text)


def parse(text: str, name: str, first_line: int = 1) -> Any:
    """The YAML value of `text`, which starts at line `first_line` of the file `name`."""
    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        raise ExplainedError(
            f"{name}, line {line}: this is not valid YAML ({error.problem or error.context}). Nothing was changed. "
            "Check the indentation, and put quotes around a text that contains ': '."
        ) from error


def check(value: Any, model: type[Model], name: str, text: str, first_line: int = 1) -> Model:
    """`value` (the YAML of `text`) as `model`; each mistake is named with its line."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        problems = []
        for mistake in error.errors()[:5]:
            line = first_line + _line_of(root, mistake["loc"])
            field = ".".join(str(part) for part in mistake["loc"]) or "the file"
            problems.append(f"{name}, line {line}: {field}: {mistake['msg']}")
        raise ExplainedError(
            "\n".join(problems) + "\nNothing was changed. Correct these lines and run the command again."
        ) from error


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
