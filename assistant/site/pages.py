"""The plain pages: privacy, accessibility, what is missing, what is closed. Rendered here, readable without a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from corpus.passages import Language

from .engine import Engine
from .options import SiteOptions
from .templates import render
from .texts import say

PageName = Literal["chat", "check", "privacy", "accessibility"]
Here = PageName | Literal["document"]
ADDRESSES: dict[Language, dict[PageName, str]] = {
    "fr": {"chat": "/", "check": "/eligibilite", "privacy": "/confidentialite", "accessibility": "/accessibilite"},
    "en": {"chat": "/en", "check": "/en/eligibility", "privacy": "/en/privacy", "accessibility": "/en/accessibility"},
}


def other_language(language: Language) -> Language:
    """The one that is not `language`."""
    return "en" if language == "fr" else "fr"


@dataclass(frozen=True)
class Pages:
    """Fills the page templates with what every page shows."""

    engine: Engine
    options: SiteOptions
    engine_name: str = "extractive"

    def common(self, language: Language, here: Here) -> dict[str, object]:
        """The values that the frame of every page needs."""
        return {
            "here": here,
            "skip_to": "question-field" if here == "chat" else "content",
            "other": ADDRESSES[other_language(language)]["chat" if here == "document" else here],
            "links": ADDRESSES[language],
            "notice": self.engine.notice(language),
            "notice_more": say("notice_useful", language) if self.engine.is_closed() else "",
            "contact_url": self.options.contact_url,
        }

    def fill(self, template: str, language: Language, here: Here, **values: object) -> str:
        """A whole page."""
        return render(template, language, **(self.common(language, here) | values))

    def text_page(self, name: Literal["privacy", "accessibility"], language: Language) -> str:
        """The privacy or the accessibility page."""
        return self.fill(
            f"{name}.{language}.html",
            language,
            name,
            operator=self.options.operator,
            engine=self.engine_name,
            counters_kept=self.options.feedback_file is not None,
        )

    def not_found(self, language: Language) -> bytes:
        """The page of an address that does not exist."""
        title, text = say("error_not_found", language), say("error_not_found_help", language)
        closed = self.options.is_chat_closed()
        return self.fill(
            "message.html", language, "chat", title=title, help=text, closed=closed, skip_to="content"
        ).encode()

    def too_often(self, language: Language, seconds: int) -> bytes:
        """The page of someone whose requests follow one another too fast."""
        title, text = say("error_too_often_title", language), say("error_too_often_help", language, seconds=seconds)
        closed = self.options.is_chat_closed()
        return self.fill("message.html", language, "document", title=title, help=text, closed=closed).encode()

    def no_document(self, language: Language) -> str:
        """The page of a document, or of a page of one, that is not among the sources."""
        title, text = say("doc_unknown", language), say("doc_unknown_help", language)
        closed = self.options.is_chat_closed()
        return self.fill("message.html", language, "document", title=title, help=text, closed=closed)

    def closed(self, language: Language) -> str:
        """The page shown instead of the chat when the operator closed it."""
        title, text = say("closed_title", language), say("closed_help", language)
        return self.fill("message.html", language, "chat", title=title, help=text, closed=True, skip_to="content")
