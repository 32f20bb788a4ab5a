"""The HTML templates. Every value is escaped by the engine; French is typeset when a page template asks for it."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from corpus.passages import Language

from .texts import say
from .typography import typeset

HERE = Path(__file__).parent
STATIC = HERE / "static"

environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# Used around page templates only: what it receives was escaped already.
environment.filters["typeset"] = lambda html: Markup(typeset(str(html).replace("&#39;", "'")))


def render(template: str, language: Language, **values: object) -> str:
    """The template filled in, with `t(key)` saying the texts of `language`."""

    def t(key: str, **slots: object) -> str:
        return say(key, language, **slots)

    colon = "\u00a0: " if language == "fr" else ": "
    return environment.get_template(template).render(t=t, language=language, colon=colon, static=static_url, **values)


@cache
def static_url(name: str) -> str:
    """The address of one of our own files, with a mark of its content so that it can be cached for long."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/site/{name}?v={digest}"
