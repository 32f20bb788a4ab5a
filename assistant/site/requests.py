"""What the site accepts: JSON -> a Request, or an error that says which field and what was expected; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from corpus.passages import Language

from .feedback import KINDS, OPINIONS, REASONS
from .options import MAX_EARLIER_MESSAGES, MAX_QUESTION
from .texts import say

# Control characters have no place in a question; lone surrogates cannot even be encoded.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class BadRequest(Exception):
    """`code` for programs, `message` for people, in their language."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True)
class AskRequest:
    """One question, with what the person wrote before."""

    question: str
    earlier: tuple[str, ...] = ()
    language: Language | None = None
    as_of: date | None = None


@dataclass(frozen=True)
class Opinion:
    """A thumb or a report, and whether it is being taken back."""

    opinion: str
    kind: str
    reason: str = ""
    undo: bool = False


def read_json_object(body: bytes, content_type: str, language: Language) -> dict[str, Any]:
    """The JSON object of a request body."""
    if content_type.split(";")[0].strip().lower() != "application/json":
        raise BadRequest(415, "not_json", say("error_not_json", language))
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BadRequest(400, "not_json", say("error_not_json", language))
    return value


def bad_field(field: str, expected: str, language: Language, **slots: object) -> BadRequest:
    """The error of a field that is not what was expected."""
    wanted = say(expected, language, **slots)
    return BadRequest(422, "bad_field", say("error_field", language, field=field, expected=wanted))


def check_fields(value: Mapping[str, Any], accepted: tuple[str, ...], language: Language) -> None:
    """Refuse a misspelt field rather than ignore it."""
    for name in value:
        if name not in accepted:
            shown = re.sub(r"[^\w -]", "", str(name))[:40]
            listing = ", ".join(accepted)
            raise BadRequest(422, "unknown_field", say("error_unknown_field", language, field=shown, accepted=listing))


def is_writable(text: str) -> bool:
    """True when the text has no lone surrogate."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def clean(text: str) -> str:
    """The message without control characters and outer blanks."""
    return CONTROL.sub(" ", text).strip()


def read_question(value: object, language: Language) -> str:
    """The question; empty and too long are told apart."""
    if not isinstance(value, str) or not is_writable(value):
        raise bad_field("question", "expect_text", language)
    question = clean(value)
    if not question:
        raise BadRequest(422, "empty_question", say("error_empty", language))
    if len(question) > MAX_QUESTION:
        raise BadRequest(422, "question_too_long", say("error_too_long", language, count=len(question)))
    return question


def read_ask(value: Mapping[str, Any], language: Language) -> AskRequest:
    """The request of `POST /ask`."""
    check_fields(value, ("question", "conversation", "language", "as_of"), language)
    asked_language = value.get("language")
    if asked_language is not None and asked_language not in ("fr", "en"):
        raise bad_field("language", "expect_language", language)
    speaking: Language = cast(Language, asked_language) if asked_language else language
    earlier = value.get("conversation")
    earlier = [] if earlier is None else earlier
    if not isinstance(earlier, list) or len(earlier) > MAX_EARLIER_MESSAGES:
        raise bad_field("conversation", "expect_messages", speaking)
    for message in earlier:
        if not isinstance(message, str) or len(message) > MAX_QUESTION or not is_writable(message):
            raise bad_field("conversation", "expect_messages", speaking)
    as_of = None
    if value.get("as_of") is not None:
        try:
            as_of = date.fromisoformat(value["as_of"])
        except (TypeError, ValueError):
            raise bad_field("as_of", "expect_date", speaking) from None
    return AskRequest(
        question=read_question(value.get("question"), speaking),
        earlier=tuple(cleaned for message in earlier if (cleaned := clean(message))),
        language=asked_language,
        as_of=as_of,
    )


def read_opinion(value: Mapping[str, Any], language: Language) -> Opinion:
    """The request of `POST /feedback`: closed lists only, so that nothing else can be kept."""
    check_fields(value, ("opinion", "kind", "reason", "undo"), language)
    for name, accepted in (("opinion", OPINIONS), ("kind", KINDS), ("reason", (*REASONS, ""))):
        if value.get(name, "") not in accepted or not isinstance(value.get(name, ""), str):
            listing = ", ".join(choice for choice in accepted if choice)
            raise bad_field(name, "expect_choice", language, accepted=listing)
    if value.get("undo", False) not in (True, False):
        raise bad_field("undo", "expect_choice", language, accepted="true, false")
    return Opinion(value["opinion"], value["kind"], value.get("reason", ""), bool(value.get("undo", False)))
