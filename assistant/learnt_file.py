"""What a command learnt, in a file: named arrays and a few words about them, read and written in one way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from corpus.errors import ExplainedError

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class LearntFile:
    """A file that `command` writes. `without` says what is lost when it is not used."""

    path: Path
    command: str
    without: str

    def read(self) -> tuple[dict[str, str], dict[str, NDArray[Any]]]:
        """What is said about the arrays, and the arrays; an ExplainedError when the file is missing or damaged."""
        try:
            with safe_open(str(self.path), "np") as file:
                return dict(file.metadata() or {}), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a mapping
        except (OSError, SafetensorError, UnicodeDecodeError) as error:
            raise self.damaged(type(error).__name__) from error

    def damaged(self, what: str) -> ExplainedError:
        """The error to raise when the file does not hold what it should: `what` says in a word or two what is wrong."""
        return ExplainedError(
            f"'{self.path}' is missing or damaged ({what}). Without it, {self.without}, and nobody would be told: nothing was started. "
            f"Put the file back as the repository has it, or run `{self.command}` to learn it again."
        )

    def write(self, about: Mapping[str, str], arrays: Arrays) -> None:
        """Write the file whole."""
        save_file(dict(arrays), str(self.path), dict(about))
