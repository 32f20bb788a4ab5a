"""The errors whose message is written for the person at the keyboard."""


class ExplainedError(Exception):
    """Says what happened, what it means and what to do. Commands print it alone and exit with code 2."""


class Refused(ExplainedError):
    """A build that must not be served; what was served still is. Commands exit with code 1: a check failed."""
