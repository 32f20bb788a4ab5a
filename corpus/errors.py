"""The errors whose message is written for the person at the keyboard."""

from __future__ import annotations

import sys
from collections.abc import Callable


class ExplainedError(Exception):
    """Says what happened, what it means and what to do. Commands print it alone and exit with code 2."""


class Refused(ExplainedError):
    """A build that must not be served; what was served still is. Commands exit with code 1: a check failed."""


def _to_stderr(message: str) -> None:
    print(message, file=sys.stderr)


def run_explained(command: Callable[[], object], say: Callable[[str], object] = _to_stderr) -> None:
    """Run `command`; an ExplainedError is said alone and gives exit code 2, a build that is refused 1."""
    try:
        command()
    except ExplainedError as error:
        say(str(error))
        raise SystemExit(1 if isinstance(error, Refused) else 2) from error
