"""The command `python -m assistant ask "…"`: one answer on the terminal."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, cast

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markdown import Markdown

from assistant.settings import Settings
from assistant.vocabulary import Conversation
from corpus.errors import ExplainedError, run_explained
from corpus.passages import Language

LONGEST_QUESTION = 1000
"""In characters; the page has the same limit."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help="The assistant on the terminal.")
errors = Console(stderr=True, highlight=False, soft_wrap=True)


@app.callback()
def _commands() -> None:
    """Keeps `ask` a command of its own, so that others can join it."""


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What to ask, in French or in English.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole answer as one JSON object.")] = False,
    lang: Annotated[
        str | None, typer.Option("--lang", help="Language of the reply, fr or en; that of the question by default.")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Day for which the answer holds, such as 2023-09-01; today by default."),
    ] = None,
    conversation: Annotated[
        Path | None, typer.Option("--conversation", help="JSON file: the list of earlier messages, oldest first.")
    ] = None,
) -> None:
    """Answer one question from the sources."""
    text = _question(question)
    language, day, earlier = _language(lang), _day(as_of), _conversation(conversation)
    # The slow imports come after what can fail at once.
    from assistant.pipeline import Assistant
    from assistant.render import citations_of, to_json, to_markdown

    answer = Assistant.open(_settings()).ask(text, earlier, language=language, as_of=day)
    if as_json:
        typer.echo(json.dumps(to_json(answer), ensure_ascii=False, indent=2))
        return
    console = Console(soft_wrap=False, highlight=False)
    # The number of a paragraph that is quoted would be taken for that of a list, and told anew from 1.
    console.print(Markdown(re.sub(r"(?m)^(\d{1,3})\. ", r"\1\\. ", to_markdown(answer))))
    for number, citation in enumerate(citations_of(answer), start=1):
        console.print(f"\n[{number}] {citation.passage.locator}", style="bold", markup=False)
        console.print(f"    « {citation.quote} »", markup=False)
        for reference in citation.passage.references:
            pinpoint = f", {reference.pinpoint}" if reference.pinpoint else ""
            console.print(
                f"    {reference.publisher} — {reference.title}{pinpoint}\n    {reference.url}",
                markup=False,
                style="dim",
            )


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        name = "_".join(str(part) for part in error.errors()[0]["loc"]).upper()
        raise ExplainedError(
            f"The setting ASSISTANT_{name} is not valid ({error.errors()[0]['msg']}). Correct it, or unset it."
        ) from error


def _question(text: str) -> str:
    if not text.strip():
        raise ExplainedError(
            "The question is empty, so there is nothing to answer. Write it between quotes after `ask`."
        )
    if len(text) > LONGEST_QUESTION:
        raise ExplainedError(
            f"The question has {len(text)} characters, and {LONGEST_QUESTION} is the most that is read. Shorten it, or ask in several times."
        )
    return text


def _language(lang: str | None) -> Language | None:
    if lang not in (None, "fr", "en"):
        raise ExplainedError(
            f"The language '{lang}' is not known: replies are in French or in English. Write --lang fr or --lang en."
        )
    return cast(Language | None, lang)


def _day(as_of: str | None) -> date | None:
    try:
        return datetime.strptime(as_of, "%Y-%m-%d").date() if as_of else None
    except ValueError as error:
        raise ExplainedError(
            f"'{as_of}' is not a day, so it is not known for when to answer. Write it as 2023-09-01."
        ) from error


def _conversation(path: Path | None) -> Conversation:
    if path is None:
        return Conversation()
    try:
        messages = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExplainedError(
            f"The conversation '{path}' could not be read ({error}). Give a JSON file that holds a list of messages."
        ) from error
    if not isinstance(messages, list) or not all(isinstance(message, str) for message in messages):
        raise ExplainedError(
            f'The conversation \'{path}\' is not a list of messages. Write it as ["first message", "second message"].'
        )
    return Conversation(tuple(messages))


def main() -> None:
    """Run the command; an ExplainedError is printed alone and gives exit code 2."""
    run_explained(app, lambda message: errors.print(message, style="bold", markup=False))


if __name__ == "__main__":
    main()
