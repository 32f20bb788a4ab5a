"""The product as an engine: a case goes in, the JSON of its last reply comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from evals.case import Case

Engine = Callable[[Case], dict[str, Any]]
"""What is judged. Anything of this shape can be: `python -m evals run --engine module:function`, where the function opens one."""


def open_engine() -> Engine:
    """The assistant with the settings of the environment."""
    from assistant.pipeline import Assistant
    from assistant.render import to_json
    from assistant.settings import Settings
    from assistant.vocabulary import Conversation

    assistant = Assistant.open(Settings())

    def ask(case: Case) -> dict[str, Any]:
        # Earlier messages travel, earlier replies do not; the language is read from the message, for that too is judged.
        conversation = Conversation(messages=tuple(case.turns[:-1]))
        answer = assistant.ask(case.turns[-1], conversation, as_of=case.as_of)
        # What was read of a situation is no part of the contract's object; the report of a failure shows it.
        return to_json(answer) | {"understood": [asdict(label) for label in answer.understood]}

    return ask
