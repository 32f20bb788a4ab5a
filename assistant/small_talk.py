"""The small talk that is in no listed words, as what recognises questions hears it."""

from __future__ import annotations

import re

from assistant.retrieve import LIKELIER_THAN_NOT, Retriever
from assistant.understand import Reader, SmalltalkKind
from assistant.vocabulary import Conversation

LONGEST_SMALL_TALK = 20
"""Words of the longest message that may be small talk."""


def surely_small_talk(
    message: str, conversation: Conversation, reader: Reader, retriever: Retriever
) -> SmalltalkKind | None:
    """The kind of small talk that a short message surely is; what has a figure asks or tells something.

    In a conversation a question is none (« donc c’est bon ? »), nor is what goes on about their project (« just one, idk »).
    """
    earlier = conversation.messages
    asks = re.search(r"[\d?]" if earlier else r"\d", message)
    if asks or len(message.split()) > LONGEST_SMALL_TALK or reader.in_a_language(message):
        return None
    alone = retriever.recognise((message,))
    if alone is None or alone.small_talk is None:
        return None
    heard = retriever.recognise((*earlier, message))
    return alone.small_talk if heard and heard.own < LIKELIER_THAN_NOT else None
