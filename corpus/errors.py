"""The errors whose message is written for the person at the keyboard."""

from __future__ import annotations

import sys
from collections.abc import Callable


class ExplainedError(Exception):
    """Says what happened, what it means and what to do. Commands print it alone and exit with code 2."""


class Refused(ExplainedError):
    """A build that must not be served; what was served still is. Commands exit with code 1: a check failed."""


def told(command: Callable[[], object]) -> None:
    """Run `command`; an ExplainedError is printed alone and gives exit code 2."""
    try:
        command()
    except ExplainedError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from error
