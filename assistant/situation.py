"""What a person wrote -> the Situation they describe, each value with their own words. No language model.

The door of `assistant/reading`: the text is made simple and its terms are recognised from the lists of `corpus/lexicon` (`parse`), patterns
over the result say who is who and what is denied (`roles`, `bodies`, `project`, `service`), and the last message wins (`conversation`).
What is not certain is not read: it will be asked.
"""

from assistant.reading.bodies import body_named
from assistant.reading.conversation import read_situation
from assistant.reading.parse import warm_up
from assistant.reading.scope import (
    asks_of_their_project,
    asks_verdict_at_the_end,
    asks_verdict_in_words,
    eligibility_scope,
    only_supposes,
    takes_their_place,
)
from assistant.reading.text import Scope

__all__ = [
    "Scope",
    "asks_of_their_project",
    "asks_verdict_at_the_end",
    "asks_verdict_in_words",
    "body_named",
    "eligibility_scope",
    "only_supposes",
    "read_situation",
    "takes_their_place",
    "warm_up",
]
