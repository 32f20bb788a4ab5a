"""What a command learnt and wrote to a file: read in one way, and only for the encoder whose vectors it was learnt from."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from zipfile import BadZipFile
from zlib import error as BadBytes

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ExplainedError

_log = logging.getLogger(__name__)

Arrays = Mapping[str, NDArray[Any]]
Learnt = TypeVar("Learnt")


@dataclass(frozen=True)
class LearntFile:
    """A file that `command` writes. `without` says what is lost when it is not used."""

    path: Path
    command: str
    without: str

    def read(self, encoder: str, build: Callable[[Arrays], Learnt]) -> Learnt | None:
        """What `build` makes of the arrays of the file; None, with a warning in the log, when they were learnt with another encoder."""
        try:
            with np.load(self.path, allow_pickle=False) as arrays:
                learnt_with = str(arrays["encoder"])
                if learnt_with == encoder:
                    return build(arrays)
        # `NotImplementedError`, `RuntimeError` and `TypeError`: what damaged bytes may pass for (another compression, a password, a lone array).
        except (OSError, ValueError, KeyError, EOFError, TypeError, RuntimeError, BadZipFile, BadBytes) as error:
            raise ExplainedError(
                f"'{self.path}' is missing or damaged ({type(error).__name__}). Without it, {self.without}, and nobody would be told: "
                f"nothing was started. Put the file back as the repository has it, or run `{self.command}` to learn it again."
            ) from error
        _log.warning(
            "'%s' was learnt with the encoder %s, and the index is read with %s: it is not used, so %s. Run: %s",
            self.path,
            learnt_with,
            encoder,
            self.without,
            self.command,
        )
        return None
