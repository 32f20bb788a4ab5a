"""What stands in front of the pages: which routes exist, how big a request may be, what every response carries."""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from corpus.passages import Language

from .limits import Pace
from .options import MAX_BODY_BYTES, STREAM_SECONDS
from .texts import say

log = logging.getLogger("assistant.site")

BODY_SECONDS = 10.0
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in ("accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope",
                    "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment",
                    "publickey-credentials-get", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking")
)  # fmt: skip
ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": PERMISSIONS,
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def content_policy(nonce: str = "") -> str:
    """The content security policy: all from our own origin, and inline scripts only with this response's nonce."""
    scripts = f"script-src 'self' 'nonce-{nonce}'" if nonce else "script-src 'self'"
    return "; ".join(
        ("default-src 'none'", scripts, "style-src 'self' 'unsafe-inline'", "img-src 'self' data:", "font-src 'self'",
         "connect-src 'self'", "manifest-src 'none'", "frame-src 'none'", "object-src 'none'", "worker-src 'none'",
         "base-uri 'self'", "form-action 'self'", "frame-ancestors 'none'")
    )  # fmt: skip


def header(scope: Scope, name: bytes) -> str:
    """The request's header, empty when it has none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def language_of(scope: Scope) -> Language:
    """The language in which to speak to whoever sent this: that of the page, else what the browser asks first."""
    if re.match(r"/en(/|$)", str(scope["path"])):
        return "en"
    return "en" if header(scope, b"accept-language").strip().lower().startswith("en") else "fr"


def wants_page(scope: Scope) -> bool:
    """True when a person looks at what comes back, rather than a script or a program."""
    return "text/html" in header(scope, b"accept")


async def send_whole(
    send: Send, status: int, kind: str, body: bytes, extra: Mapping[str, str] | None, *, is_head: bool = False
) -> None:
    """A response in one piece."""
    headers = {"content-type": f"{kind}; charset=utf-8", "content-length": str(len(body)), **(extra or {})}
    pairs = [(key.encode(), value.encode("latin-1")) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": b"" if is_head else body})


async def send_error(send: Send, status: int, code: str, message: str, extra: Mapping[str, str] | None = None) -> None:
    """A JSON error: a code for programs, a message for people."""
    body = json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False).encode()
    await send_whole(send, status, "application/json", body, {"cache-control": "no-store", **(extra or {})})


async def send_page(scope: Scope, send: Send, status: int, page: bytes, extra: Mapping[str, str] | None = None) -> None:
    """An error as a page that a person can read."""
    await send_whole(send, status, "text/html", page, extra, is_head=scope["method"] == "HEAD")


class Frame:
    """Outermost: security headers on every response, and an error that tells nothing but a reference."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # no page of ours opens a WebSocket
            await send({"type": "websocket.close", "code": 1008})
            return
        started = False
        failed: list[Message] = []  # an error page of a library: held back, as ours replaces it if an exception follows

        async def send_framed(message: Message) -> None:
            nonlocal started
            if failed or (message["type"] == "http.response.start" and message["status"] == 500 and not started):
                failed.append(message)
                return
            await frame(message)

        async def frame(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = [(key, value) for key, value in message.get("headers", ()) if key.lower() != b"server"]
                present = {key.lower() for key, _ in headers}
                wanted = ALWAYS | {"content-security-policy": content_policy()}
                headers += [(k.encode(), v.encode()) for k, v in wanted.items() if k.encode() not in present]
                if b"cache-control" not in present:
                    headers.append((b"cache-control", b"no-store"))
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self.app(scope, receive, send_framed)
            for message in failed:
                await frame(message)
        except Exception as error:  # noqa: BLE001  the visitor gets a reference, never the error
            reference = secrets.token_hex(4)
            # The class and place of the fault, never its message: that could hold what someone wrote.
            place = error.__traceback__
            while place and place.tb_next:
                place = place.tb_next
            where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
            log.error("internal error reference=%s class=%s at=%s", reference, type(error).__name__, where)
            if not started:
                text = say("error_internal", language_of(scope), reference=reference)
                await send_error(frame, 500, "internal", text)


class SizeLimit:
    """A body over the limit is refused before anyone reads it; a small one arrives in one piece."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY_BYTES, seconds: float = BODY_SECONDS) -> None:
        self.app, self.limit, self.seconds = app, limit, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        language = language_of(scope)
        declared = header(scope, b"content-length")
        body = b""
        too_big = declared.isdigit() and int(declared) > self.limit
        if not too_big:
            try:
                with anyio.fail_after(self.seconds):
                    while True:
                        message = await receive()
                        if message["type"] == "http.disconnect":
                            return
                        body += message.get("body", b"")
                        too_big = len(body) > self.limit
                        if too_big or not message.get("more_body"):
                            break
            except TimeoutError:
                await send_error(send, 408, "too_slow", say("error_too_slow", language), {"connection": "close"})
                return
        if too_big:
            await send_error(send, 413, "too_big", say("error_too_big", language), {"connection": "close"})
            return
        handed_over = False

        async def replay() -> Message:
            nonlocal handed_over
            if handed_over:
                return await receive()
            handed_over = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, replay, send)


Cost = Literal["nothing", "little", "question"]


@dataclass(frozen=True)
class Way:
    """A route that exists: its pattern and methods; whose pace it is held to; whether it streams."""

    pattern: re.Pattern[str]
    methods: frozenset[str]
    costs: Cost = "nothing"
    streams: bool = False


def way(pattern: str, methods: str = "GET HEAD", *, costs: Cost = "nothing", streams: bool = False) -> Way:
    """A route that exists, its methods separated by spaces."""
    return Way(re.compile(pattern), frozenset(methods.split()), costs, streams)


NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,120}"
DOCUMENT = r"[a-z0-9][a-z0-9-]{0,120}(?:/[a-z0-9][a-z0-9-]{0,120}){0,2}"
GRADIO = r"(?:/en)?"
WAYS = (
    # our pages and routes
    way(r"/(?:en/?)?"),
    way(r"/(?:eligibilite|en/eligibility)", "GET HEAD POST"),
    way(r"/(?:eligibilite/verdict|en/eligibility/verdict)", "POST", costs="little"),
    way(r"/(?:eligibilite/document|en/eligibility/document)", "POST", costs="little"),
    way(r"/(?:confidentialite|accessibilite|en/privacy|en/accessibility)"),
    way(rf"(?:/en)?/document/{DOCUMENT}", costs="little"),
    way(rf"/document/{DOCUMENT}/(?:page-[1-9]\d{{0,3}}\.webp|original\.pdf)", costs="little"),
    way(r"/ask", "POST", costs="question"),
    way(r"/feedback", "POST", costs="little"),
    way(r"/health"),
    way(r"/robots\.txt"),
    way(r"/favicon\.ico"),
    way(rf"/site/{NAME}"),
    # what Gradio's page needs
    way(rf"{GRADIO}/assets/{NAME}"),
    way(rf"{GRADIO}/static/fonts/SourceSansPro/{NAME}"),
    way(rf"{GRADIO}/theme\.css"),
    # what gradio_client needs to call `ask`, and nothing else
    way(rf"{GRADIO}/config/?"),
    way(rf"{GRADIO}/gradio_api/info/?"),
    way(rf"{GRADIO}/gradio_api/queue/join/?", "POST", costs="question"),
    way(rf"{GRADIO}/gradio_api/queue/data", streams=True),
    way(rf"{GRADIO}/gradio_api/call(?:/v2)?/ask/?", "POST", costs="question"),
    way(rf"{GRADIO}/gradio_api/call/ask/[0-9a-f]{{32}}", streams=True),
    way(rf"{GRADIO}/gradio_api/heartbeat/[0-9a-z-]{{8,40}}", streams=True),
)
FORBIDDEN_QUERIES = re.compile(rb"(?:^|&)(?:deep_link|__theme|view|logs)=?")


def find_way(path: str, ways: Iterable[Way] = WAYS) -> Way | None:
    """The route that `path` names, None when there is none."""
    return next((each for each in ways if each.pattern.fullmatch(path)), None)


class Doorkeeper:
    """Only the listed routes exist, at the visitor's pace; streams are cut after a minute."""

    def __init__(
        self,
        app: ASGIApp,
        paces: Mapping[Cost, Pace],
        not_found: Callable[[Language], bytes],
        too_often: Callable[[Language, int], bytes],
        is_full: Callable[[], bool] = lambda: False,
    ) -> None:
        self.app, self.paces, self.is_full = app, paces, is_full
        self.not_found, self.too_often = not_found, too_often

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path, language = str(scope["path"]), language_of(scope)
        raw_path = scope.get("raw_path") or path.encode()
        found = find_way(path) if b"%" not in raw_path and b"\\" not in raw_path else None
        if found is None:
            await self._send_not_found(scope, send, language)
            return
        if scope["method"] == "OPTIONS":
            await self.app(scope, receive, send)
            return
        if scope["method"] not in found.methods:
            allowed = ", ".join(sorted(found.methods))
            await send_error(send, 405, "method", say("error_method", language), {"allow": allowed})
            return
        if found.costs != "nothing":
            if found.costs == "question" and self.is_full():
                # Said at the door, before anything is read: a crowd must cost little to refuse.
                await send_error(send, 503, "overloaded", say("error_overloaded", language), {"retry-after": "5"})
                return
            client = scope.get("client")
            if seconds := self.paces[found.costs].seconds_to_wait(client[0] if client else ""):
                again = {"retry-after": str(seconds)}
                if found.costs == "little" and wants_page(scope):
                    await send_page(scope, send, 429, self.too_often(language, seconds), again)
                    return
                key = "error_too_many" if found.costs == "question" else "error_too_often"
                await send_error(send, 429, "too_many", say(key, language, seconds=seconds), again)
                return
        if FORBIDDEN_QUERIES.search(scope.get("query_string", b"")):
            scope = {**scope, "query_string": b""}
        if found.streams:
            await self._stream(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _send_not_found(self, scope: Scope, send: Send, language: Language) -> None:
        if not wants_page(scope) or scope["method"] not in ("GET", "HEAD"):
            await send_error(send, 404, "not_found", say("error_not_found", language))
            return
        await send_page(scope, send, 404, self.not_found(language))

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = finished = False

        async def note(message: Message) -> None:
            nonlocal started, finished
            started = started or message["type"] == "http.response.start"
            finished = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        with anyio.move_on_after(STREAM_SECONDS):
            await self.app(scope, receive, note)
        if started and not finished:
            await send({"type": "http.response.body", "body": b""})
