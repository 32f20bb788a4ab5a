"""The one error whose message is written for the person at the keyboard."""


class ExplainedError(Exception):
    """Says what happened, what it means and what to do. Commands print it alone and exit with code 2."""
