"""What may be sent to the one event that Gradio offers: checked before Gradio reads it, as it answers 500 to what it cannot read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from .gate import language_of, send_error
from .texts import say

PATH = re.compile(r"(?:/en)?/gradio_api/(?P<kind>queue/join|call/v2/ask|call/ask)/?")
SESSION = re.compile(r"[0-9a-z-]{8,40}")
PARAMETERS = ("question", "conversation", "language", "as_of")


def is_text_or_absent(value: object) -> bool:
    """True for a text that can be written in UTF-8, and for nothing."""
    if value is None:
        return True
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def are_arguments(values: Mapping[str, Any]) -> bool:
    """True when these can be the arguments of `ask`; whether the question is a good one is for `ask` to say."""
    conversation = values.get("conversation")
    return (
        isinstance(values.get("question"), str)
        and all(is_text_or_absent(values.get(name)) for name in ("question", "language", "as_of"))
        and (
            conversation is None
            or (isinstance(conversation, list) and all(m is not None and is_text_or_absent(m) for m in conversation))
        )
    )


def read_call(kind: str, body: bytes) -> dict[str, Any] | None:
    """The call as Gradio expects it and nothing more, None when it is not one."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    session = value.get("session_hash")
    if session is not None and not (isinstance(session, str) and SESSION.fullmatch(session)):
        return None
    kept: dict[str, Any] = {} if session is None else {"session_hash": session}
    if kind == "call/v2/ask":
        arguments = {name: value[name] for name in PARAMETERS if name in value}
        return {**kept, **arguments} if are_arguments(arguments) else None
    data = value.get("data")
    if not isinstance(data, list) or not 1 <= len(data) <= len(PARAMETERS):
        return None
    if not are_arguments(dict(zip(PARAMETERS, data, strict=False))):
        return None
    if kind == "queue/join":
        if value.get("fn_index") != 0 or isinstance(value["fn_index"], bool) or session is None:
            return None
        kept["fn_index"] = 0
    return {**kept, "data": data}


class GradioDoor:
    """Lets through only well-formed calls of `ask`, rewritten from what was understood of them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = PATH.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if path is None:
            await self.app(scope, receive, send)
            return
        message = await receive()  # one piece: SizeLimit stands before
        call = read_call(path["kind"], message.get("body", b""))
        if call is None:
            await send_error(send, 422, "bad_call", say("error_call", language_of(scope)))
            return
        body = json.dumps(call).encode()
        dropped = (b"content-length", b"content-type", b"transfer-encoding")
        headers = [pair for pair in scope["headers"] if pair[0] not in dropped]
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        handed_over = False

        async def replay() -> Any:
            nonlocal handed_over
            if handed_over:
                return await receive()
            handed_over = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app({**scope, "headers": headers}, replay, send)
