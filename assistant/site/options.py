"""The knobs of the site, as one plain value that the program who starts it fills in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.settings import Settings


@dataclass(frozen=True)
class SiteOptions:
    """`origin` is our public address ("https://assistant.example.fr"), empty on one's own machine.

    `as_of` fixes the day on which answers hold; None means today in Paris.
    `questions_per_minute` and `burst` bound one visitor's address; 0 lifts the bound (tests, evaluations).
    """

    origin: str = ""
    as_of: date | None = None
    questions_per_minute: int = 15
    burst: int = 5
    engine_workers: int = 1
    engine_queue: int = 32
    engine_patience: float = 15.0
    chat_closed: bool = False
    chat_closed_file: Path | None = None
    feedback_file: Path | None = None
    operator: str = ""
    contact_url: str = "https://www.cnil.fr/"

    def is_chat_closed(self) -> bool:
        """True when the operator closed the chat: by the setting, or at once by creating the file."""
        return self.chat_closed or (self.chat_closed_file is not None and self.chat_closed_file.exists())


MAX_QUESTION = 1000
MAX_EARLIER_MESSAGES = 12
MAX_BODY_BYTES = 16 * 1024
STREAM_SECONDS = 60.0


def options_from(settings: Settings) -> SiteOptions:
    """The site's part of the settings."""
    return SiteOptions(
        origin=settings.origin.rstrip("/"),
        as_of=settings.as_of,
        questions_per_minute=settings.questions_per_minute,
        burst=settings.questions_burst,
        engine_workers=settings.engine_workers,
        engine_queue=settings.engine_queue,
        chat_closed=settings.chat_closed,
        chat_closed_file=settings.chat_closed_file,
        feedback_file=settings.feedback_file,
        operator=settings.operator,
    )
