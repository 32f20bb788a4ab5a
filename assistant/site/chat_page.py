"""The chat page: a Gradio app of static components, dressed on its way out with our header, language and scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any, cast

import gradio as gr
from markupsafe import Markup
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from corpus.passages import Language

from .engine import Family
from .templates import render, static_url
from .texts import SCRIPT_TEXTS, raw, say

FAMILY_LIMIT = 3


def build_theme() -> gr.themes.Base:
    """Gradio's plainest theme, the font that it ships is declared in style.css, with the colours."""
    return gr.themes.Base(
        radius_size=gr.themes.sizes.radius_sm,
        text_size=gr.themes.sizes.text_lg,
        font=["Source Sans Pro", "Arial", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )


def build_page(language: Language, families: Sequence[Family], check_url: str, ask: Callable[..., Any]) -> gr.Blocks:
    """The page of one language. `ask` is what gradio_client can call; the page itself posts to /ask."""
    with gr.Blocks(title=say("page_title", language), analytics_enabled=False, fill_width=True) as page:
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="talk"):
                gr.Markdown(
                    f"# {say('title', language)}\n\n"
                    f'<p class="lead">{say("what_it_is", language)}</p>\n\n'
                    f"<p>{say('who_answers', language)}</p>",
                    elem_id="intro",
                )
                gr.Markdown(
                    f'<h2 class="vh" id="conversation-title" tabindex="-1">{say("conversation", language)}</h2>'
                    '<div id="conversation"></div>',
                    elem_id="conversation-block",
                )
                with gr.Column(elem_id="composer"):
                    gr.Markdown('<p id="composer-message"></p>', elem_id="composer-message-block")
                    gr.Textbox(
                        label=say("question_label", language),
                        placeholder=say("question_placeholder", language),
                        lines=1,
                        max_lines=6,
                        elem_id="question",
                        autofocus=False,
                    )
                    gr.Button(say("send", language), variant="primary", elem_id="send")
                    with gr.Row(elem_id="composer-actions"):
                        gr.Button(say("restart", language), elem_id="restart")
                        gr.Markdown(f'<p id="keys">{say("keys", language)}</p>', elem_id="keys-block")
                    gr.Markdown(
                        f'<p id="promise"><span class="indication">{say("indication", language)}</span> '
                        f"<span>{say('privacy', language)}</span></p>",
                        elem_id="promise-block",
                    )
                with gr.Column(elem_id="starters"):
                    gr.Markdown(f"## {say('starters', language)}", elem_classes="vh")
                    for family in families:
                        with gr.Column(elem_classes="family"):
                            gr.Markdown(f"### {escape(family.title)}")
                            for question in family.questions[:FAMILY_LIMIT]:
                                gr.Button(question, elem_classes="starter", size="sm")
                    gr.Markdown(
                        f'<p>{say("check_invitation", language)} <a href="{check_url}">{say("nav_check", language)}'
                        "</a></p>",
                        elem_id="check-invitation",
                    )
            with gr.Column(elem_id="panel"):
                gr.Markdown(
                    f'<h2 id="panel-title" tabindex="-1">{say("sources", language)}</h2>'
                    f'<p id="panel-about">{say("sources_empty", language)}</p><div id="panel-sources"></div>'
                    '<div id="panel-document"></div>',
                    elem_id="panel-block",
                )
        gr.api(ask, api_name="ask", concurrency_limit=4)  # type: ignore[attr-defined]
    page.queue(max_size=64, api_open=False, default_concurrency_limit=4)
    return cast(gr.Blocks, page)


def dress(html: str, language: Language, nonce: str, top: str, bottom: str) -> str:
    """Gradio's HTML as we serve it: our language, title, style, header and footer; no address of anyone else's."""
    html = re.sub(r'<meta\s+(?:property="og|name="twitter)[^>]*>', "", html)
    html = re.sub(r'<link rel="manifest"[^>]*>', "", html)
    # The script that would load iframeResizer, which serves pages embedded in others: ours refuses to be.
    html = re.sub(r"<script>\s*\(\(\) => \{\s*const root =.*?</script>", "", html, flags=re.DOTALL)
    html = html.replace('<html\n\tlang="en"', f'<html\n\tlang="{language}"', 1)
    html = html.replace(", shrink-to-fit=no", "", 1)
    locale = "fr-FR" if language == "fr" else "en-GB"
    speak = (
        f"Object.defineProperty(navigator,'language',{{get:()=>'{locale}'}});"
        f"Object.defineProperty(navigator,'languages',{{get:()=>['{locale}']}});"
    )
    head = (
        f'<meta charset="utf-8" /><script>{speak}</script><title>{escape(say("page_title", language))}</title>'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f'<link rel="icon" href="{static_url("favicon.svg")}" type="image/svg+xml">'
        f'<meta name="description" content="{escape(say("what_it_is", language))}">'
    )
    html = html.replace('<meta charset="utf-8" />', head, 1)
    html = html.replace("</head>", f'<link rel="stylesheet" href="{static_url("style.css")}"></head>', 1)
    html = html.replace("<gradio-app", f"{top}<gradio-app", 1)
    html = html.replace("</gradio-app>", f"</gradio-app>{bottom}", 1)
    return re.sub(r"<script(?![^>]*application/json)", f'<script nonce="{nonce}"', html)


def script_texts(language: Language) -> Markup:
    """The texts of the page's script, as JSON that can stand inside HTML."""
    texts = {key: raw(key, language) for key in SCRIPT_TEXTS} | {"language": language}
    return Markup(json.dumps(texts, ensure_ascii=False).replace("<", "\\u003c"))


class Dressed:
    """Gradio's app whose page is dressed before it leaves; everything else passes unchanged."""

    def __init__(self, app: ASGIApp, dress_page: Callable[[str], tuple[str, str]]) -> None:
        self.app, self.dress_page = app, dress_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]}
        start: Message = {}
        body = b""

        async def hold(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] != "http.response.body":
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            is_page = start["status"] == 200 and scope["method"] == "GET"
            policy, html = self.dress_page(body.decode()) if is_page else ("", "")
            out = html.encode() if is_page else body
            kept = [pair for pair in start["headers"] if pair[0].lower() not in (b"content-length", b"set-cookie")]
            if is_page:
                kept += [(b"content-length", str(len(out)).encode()), (b"content-security-policy", policy.encode())]
                kept += [(b"content-language", b"fr" if b'lang="fr"' in out[:200] else b"en")]
            await send({**start, "headers": kept})
            await send({"type": "http.response.body", "body": out})

        await self.app(scope, receive, hold)


def render_top(language: Language, **values: object) -> str:
    """Our header, above Gradio's page; readable without any script."""
    return render("chat_top.html", language, **values)


def render_bottom(language: Language, **values: object) -> str:
    """Our footer, the live region and the scripts, below Gradio's page."""
    return render("chat_bottom.html", language, **values)
