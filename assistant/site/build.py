"""The whole site as one ASGI application: our routes, Gradio's pages mounted among them, the gate in front."""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Callable
from typing import Any

import gradio as gr
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse
from markupsafe import Markup
from starlette.types import ASGIApp

from corpus.call import Call
from corpus.passages import Language

from ..render import to_json, to_markdown
from ..vocabulary import Answer
from .chat_page import Dressed, build_page, build_theme, dress, render_bottom, render_top, script_texts
from .check import Check, corrections, document_name, link_to_check, read_values
from .engine import AnswersQuestions, Engine
from .feedback import Counters
from .gate import Cost, Doorkeeper, Frame, SizeLimit, content_policy, language_of
from .gradio_door import GradioDoor
from .limits import Overloaded, Pace
from .options import SiteOptions
from .pages import ADDRESSES, Pages
from .paper import Undrawable
from .reading import ADDRESS
from .reply import as_shown, describe_reference, say_date, to_html
from .requests import AskRequest, BadRequest, read_ask, read_json_object, read_opinion
from .templates import STATIC, render
from .texts import CHECK_TEXTS, raw, say
from .viewer import Unknown, View, Viewer, Wanted, address_of

log = logging.getLogger("assistant.site")

NO_STORE = {"Cache-Control": "no-store"}
STYLE = (STATIC / "style.css").read_text(encoding="utf-8")
AN_HOUR = {"Cache-Control": "private, max-age=3600"}
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def build_site(assistant: AnswersQuestions, options: SiteOptions) -> ASGIApp:
    """The site, ready to serve."""
    engine, counters = Engine(assistant, options), Counters(options.feedback_file)
    pages = Pages(engine, options)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    add_errors(app)
    add_ask(app, engine, options)
    add_feedback(app, counters)
    add_plain_pages(app, pages)
    add_check(app, Check(engine), pages)
    add_documents(app, Viewer.of(assistant.index), pages)
    add_health(app, engine, options)
    add_chat(app, engine, pages, options)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=[options.origin] if options.origin else [],
        allow_methods=["GET", "POST"],
        allow_headers=["content-type"],
    )
    paces: dict[Cost, Pace] = {
        "question": Pace(options.questions_per_minute, options.burst),
        "little": Pace(options.questions_per_minute * 8, options.burst * 4),
    }
    inside = SizeLimit(GradioDoor(app))
    return Frame(Doorkeeper(inside, paces, pages.not_found, pages.too_often, engine.turnstile.is_full))


def error_response(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """An error as every route of ours gives it."""
    body = {"error": {"code": code, "message": message}}
    return JSONResponse(body, status_code=status, headers=NO_STORE | (headers or {}))


def add_errors(app: FastAPI) -> None:
    """Turn our exceptions into answers."""

    async def bad_request(_: Request, error: Exception) -> Response:
        assert isinstance(error, BadRequest)
        return error_response(error.status, error.code, error.message)

    async def overloaded(request: Request, _: Exception) -> Response:
        message = say("error_overloaded", language_of(request.scope))
        return error_response(503, "overloaded", message, {"Retry-After": "5"})

    app.add_exception_handler(BadRequest, bad_request)
    app.add_exception_handler(Overloaded, overloaded)


def refuse_when_closed(options: SiteOptions, language: Language) -> None:
    """Stop here when the operator closed the chat."""
    if options.is_chat_closed():
        raise BadRequest(503, "closed", say("error_closed", language, contact=options.contact_url))


def show(answer: Answer, call: Call, options: SiteOptions) -> str:
    """The reply as HTML for our page."""
    language = answer.question.language
    return to_html(
        answer,
        f"r{secrets.token_hex(4)}",
        to_copy=to_markdown(answer),
        corrections=corrections(call, answer.understood, language),
        criterion_names={criterion.id: criterion.name[language] for criterion in call.criteria},
        check_link=link_to_check(answer.understood, ADDRESSES[language]["check"]),
        contact_url=options.contact_url,
    )


def add_ask(app: FastAPI, engine: Engine, options: SiteOptions) -> None:
    """`POST /ask`: the contract's JSON; the page asks for `text/html` and gets the same answer as a card."""

    @app.post("/ask")
    async def ask(request: Request) -> Response:
        language = language_of(request.scope)
        refuse_when_closed(options, language)
        value = read_json_object(await request.body(), request.headers.get("content-type", ""), language)
        answer = await engine.ask(read_ask(value, language), language)
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(show(answer, engine.assistant.call, options), headers=NO_STORE)
        return JSONResponse(to_json(answer), headers=NO_STORE)


def add_feedback(app: FastAPI, counters: Counters) -> None:
    """`POST /feedback`: one more on a counter."""

    @app.post("/feedback")
    async def feedback(request: Request) -> Response:
        language = language_of(request.scope)
        value = read_json_object(await request.body(), request.headers.get("content-type", ""), language)
        opinion = read_opinion(value, language)
        counters.add(opinion.opinion, opinion.kind, opinion.reason, by=-1 if opinion.undo else 1)
        return Response(status_code=204, headers=NO_STORE)


def add_plain_pages(app: FastAPI, pages: Pages) -> None:
    """Privacy, accessibility and our own files."""
    for language in ("fr", "en"):
        for name in ("privacy", "accessibility"):

            def text_page(language: Language = language, name: Any = name) -> HTMLResponse:
                return HTMLResponse(pages.text_page(name, language))

            app.add_api_route(ADDRESSES[language][name], text_page, methods=["GET", "HEAD"])

    files = {file.name: file for file in STATIC.iterdir() if file.is_file()}

    @app.api_route("/site/{name}", methods=["GET", "HEAD"])
    def own_file(name: str, v: str = "") -> Response:
        if name not in files:
            return error_response(404, "not_found", say("error_not_found", "fr"))
        # A script imports another by its bare name: only an address with the mark of the content may be kept for long.
        return FileResponse(files[name], headers=FOREVER if v else {"Cache-Control": "no-cache"})

    @app.api_route("/favicon.ico", methods=["GET", "HEAD"])
    def favicon() -> Response:
        return FileResponse(files["favicon.svg"], headers=FOREVER)

    @app.api_route("/robots.txt", methods=["GET", "HEAD"])
    def robots() -> Response:
        return PlainTextResponse(
            "User-agent: *\nDisallow: /gradio_api/\nDisallow: /ask\nDisallow: /document/\nDisallow: /en/document/\n"
        )


def add_check(app: FastAPI, check: Check, pages: Pages) -> None:
    """The guided check: the page, its verdict alone for the page's script, and the document to keep."""
    for language in ("fr", "en"):
        add_check_in(app, check, pages, language)


def add_check_in(app: FastAPI, check: Check, pages: Pages, language: Language) -> None:
    """The guided check in one language. Answers arrive as a plain form, so that it works without a script too."""
    address = ADDRESSES[language]["check"]

    @app.api_route(address, methods=["GET", "HEAD", "POST"])
    async def page(request: Request) -> Response:
        values = read_values(await request.body(), check.call)
        html = pages.fill(
            "check.html",
            language,
            "check",
            fields=check.form(values, language),
            card=Markup(check.card(values, language)),
            verdict_url=f"{address}/verdict",
            script_texts=json.dumps({key: raw(key, language) for key in CHECK_TEXTS}, ensure_ascii=False),
        )
        return HTMLResponse(html, headers=NO_STORE)

    @app.post(f"{address}/verdict")
    async def verdict(request: Request) -> Response:
        values = read_values(await request.body(), check.call)
        return HTMLResponse(check.card(values, language), headers=NO_STORE)

    @app.post(f"{address}/document")
    async def document(request: Request) -> Response:
        values = read_values(await request.body(), check.call)
        html = render(
            "check_document.html",
            language,
            **check.describe(values, language),
            card=Markup(check.card(values, language, document=True)),
            # The file stands alone: the fonts that the sheet names stay here.
            style=Markup(re.sub(r"@font-face \{.*?\}\n", "", STYLE, flags=re.DOTALL)),
        )
        name = document_name(check.engine.today(), language)
        return HTMLResponse(html, headers=NO_STORE | {"Content-Disposition": f'attachment; filename="{name}"'})


def add_documents(app: FastAPI, viewer: Viewer, pages: Pages) -> None:
    """The documents that answers cite: read at the passage, page by page when they have pages, and the file where its licence allows."""

    def missing(language: Language) -> Response:
        return HTMLResponse(pages.no_document(language), status_code=404, headers=NO_STORE)

    @app.api_route(ADDRESS["fr"] + "/{name:path}/page-{number:int}.webp", methods=["GET", "HEAD"])
    async def image(name: str, number: int) -> Response:
        try:
            sheet = await viewer.sheet(name, number)
        except (Unknown, Undrawable):
            return missing("fr")
        return Response(sheet.image, media_type="image/webp", headers=AN_HOUR)

    @app.api_route(ADDRESS["fr"] + "/{name:path}/original.pdf", methods=["GET", "HEAD"])
    async def original(name: str) -> Response:
        path = viewer.download(name)
        if path is None:
            return missing("fr")
        return FileResponse(path, media_type="application/pdf", filename=f"{name}.pdf", headers=NO_STORE)

    def add(language: Language) -> None:
        @app.api_route(ADDRESS[language] + "/{name:path}", methods=["GET", "HEAD"])
        async def page(name: str, request: Request) -> Response:
            wanted = Wanted.read(request.query_params)
            try:
                view = await viewer.view(name, wanted, language)
            except Unknown:
                return missing(language)
            template = "document_view.html" if wanted.panel else "document.html"
            html = pages.fill(template, language, "document", other=view.twin, **document_values(view, language))
            return HTMLResponse(html, headers=NO_STORE)

    add("en")
    add("fr")


def document_values(view: View, language: Language) -> dict[str, Any]:
    """What the template of a document needs beside the view itself."""

    def to(**changes: int | None) -> str:
        return address_of(view.id, language, view.wanted, **({"page": None, "part": None} | changes))

    return {
        "view": view,
        "to": to,
        "typed": lambda text: as_shown(text, view.first),
        "date": say_date(view.first.references[0].date, language) if view.first.references else "",
        "references_of": lambda passage: [describe_reference(one, language) for one in passage.references],
        "skip_to": "passage" if view.at_passage else "content",
    }


def add_health(app: FastAPI, engine: Engine, options: SiteOptions) -> None:
    """`GET /health`: whether the site can answer, for a machine that watches it."""

    @app.api_route("/health", methods=["GET", "HEAD"])
    def health() -> Response:
        closed = options.is_chat_closed()
        today = engine.today()
        problem = engine.assistant.index.problem()
        if problem:
            log.error("%s", problem)
        body = {
            "status": "degraded" if problem else "closed" if closed else "ok",
            "as_of": today.isoformat(),
            "window": engine.assistant.call.window(today),
            "waiting": engine.turnstile.waiting,
        }
        # Red for whoever watches, although answers go on: what happened is in the log, no path goes out.
        return JSONResponse(body, status_code=503 if problem else 200, headers=NO_STORE)


def gradio_ask(engine: Engine, options: SiteOptions, page_language: Language) -> Callable[..., Any]:
    """What gradio_client calls as `/ask`: the same door, the same object."""

    async def ask(
        question: str,
        conversation: list[str] | None = None,
        language: str | None = None,
        as_of: str | None = None,
    ) -> dict[str, Any]:
        """The answer to a question, with its sources, as the object of CONTRACT.md.

        Args:
            question: What is asked, in French or English, up to 1,000 characters.
            conversation: What the person wrote before, oldest first.
            language: "fr" or "en"; that of the question when absent.
            as_of: The day for which the answer must hold, such as 2023-09-01; today when absent.
        """
        value = {"question": question, "conversation": conversation, "language": language, "as_of": as_of}
        try:
            refuse_when_closed(options, page_language)
            request: AskRequest = read_ask(value, page_language)
            return to_json(await engine.ask(request, page_language))
        except BadRequest as error:
            raise gr.Error(error.message, print_exception=False) from None
        except Overloaded:
            raise gr.Error(say("error_overloaded", page_language), print_exception=False) from None

    return ask


def add_chat(app: FastAPI, engine: Engine, pages: Pages, options: SiteOptions) -> None:
    """The chat pages, `/en` before `/` as the longer address must be tried first."""
    languages: tuple[Language, ...] = ("en", "fr")
    for language in languages:
        address = ADDRESSES[language]["chat"]
        blocks = build_page(
            language, engine.families(language), ADDRESSES[language]["check"], gradio_ask(engine, options, language)
        )
        gr.mount_gradio_app(
            app,
            blocks,
            address,
            footer_links=[],
            run_history=False,
            show_error=False,
            enable_monitoring=False,
            mcp_server=False,
            ssr_mode=False,
            pwa=False,
            max_file_size="1kb",
            allowed_paths=[],
            blocked_paths=["/"],
            theme=build_theme(),
        )

    def dressed(language: Language) -> Callable[[str], tuple[str, str]]:
        def dress_page(html: str) -> tuple[str, str]:
            nonce = secrets.token_urlsafe(18)
            values = pages.common(language, "chat")
            top = render_top(language, **values)
            bottom = render_bottom(language, **values, script_texts=script_texts(language))
            return content_policy(nonce), dress(html, language, nonce, top, bottom)

        return dress_page

    app.add_middleware(ChatFront, dressed=dressed, pages=pages, options=options)


class ChatFront:
    """Sends the two chat addresses to Gradio and dresses what comes back, or says that the chat is closed."""

    def __init__(
        self,
        app: ASGIApp,
        dressed: Callable[[Language], Callable[[str], tuple[str, str]]],
        pages: Pages,
        options: SiteOptions,
    ) -> None:
        self.app, self.pages, self.options = app, pages, options
        self.fronts: dict[str, tuple[Language, ASGIApp]] = {
            "/": ("fr", Dressed(app, dressed("fr"))),
            "/en": ("en", Dressed(app, dressed("en"))),
            "/en/": ("en", Dressed(app, dressed("en"))),
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope = self.at_our_address(scope)
        if scope["type"] != "http" or scope["path"] not in self.fronts or scope["method"] == "OPTIONS":
            await self.app(scope, receive, send)
            return
        language, front = self.fronts[scope["path"]]
        if self.options.is_chat_closed():
            headers = NO_STORE | {"Retry-After": "3600"}
            closed = HTMLResponse(self.pages.closed(language), status_code=503, headers=headers)
            await closed(scope, receive, send)
            return
        if scope["path"] == "/en":
            scope = {**scope, "path": "/en/", "raw_path": b"/en/"}
        await front(scope, receive, send)

    def at_our_address(self, scope: Any) -> Any:
        """The request as if sent to our public address, which is what Gradio then writes in its page."""
        if scope["type"] != "http" or not self.options.origin:
            return scope
        scheme, _, host = self.options.origin.partition("://")
        dropped = (b"host", b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-port", b"forwarded")
        headers = [pair for pair in scope["headers"] if pair[0] not in dropped]
        return {**scope, "scheme": scheme, "headers": [(b"host", host.encode()), *headers]}
