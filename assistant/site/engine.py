"""The one door to the assistant: everything that asks goes through here, one place at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from corpus.call import Call
from corpus.passages import Language, Passage

from ..vocabulary import Answer, Conversation
from .limits import Turnstile
from .options import SiteOptions
from .requests import AskRequest
from .texts import say, starters
from .typography import in_full, today_in_paris


class AnswersQuestions(Protocol):
    """What the site needs of the assistant."""

    @property
    def call(self) -> Call: ...
    def ask(
        self,
        message: str,
        conversation: Conversation = ...,
        *,
        language: Language | None = ...,
        default: Language = ...,
        as_of: date | None = ...,
    ) -> Answer: ...
    @property
    def index(self) -> Any: ...


@dataclass(frozen=True)
class Family:
    """Starting questions of one kind."""

    title: str
    questions: tuple[str, ...]


class Engine:
    """The assistant behind its turnstile, on the day that the site holds for today."""

    def __init__(self, assistant: AnswersQuestions, options: SiteOptions) -> None:
        self.assistant, self.options = assistant, options
        self.turnstile = Turnstile(options.engine_workers, options.engine_queue, options.engine_patience)

    def today(self) -> date:
        """The day on which answers hold unless the request says another."""
        return self.options.as_of or today_in_paris()

    async def ask(self, request: AskRequest, page_language: Language = "fr") -> Answer:
        """The answer, in the page's language when the message has none of its own; Overloaded when too many ask."""
        as_of = request.as_of or self.today()

        def work() -> Answer:
            return self.assistant.ask(
                request.question,
                Conversation(request.earlier),
                language=request.language,
                default=page_language,
                as_of=as_of,
            )

        return await self.turnstile.run(work)

    def passage_stating(self, fact_id: str, language: Language) -> Passage | None:
        """The passage that states a fact, None when the index has none."""
        section = self.assistant.index.section_of_fact(fact_id)
        return section.passage(language) if section is not None else None

    def families(self, language: Language) -> tuple[Family, ...]:
        """The starting questions, by family."""
        return tuple(Family(title, tuple(questions)) for title, questions in starters(language))

    def is_closed(self) -> bool:
        """True once no file can be handed in any more."""
        return self.assistant.call.window(self.today()) == "closed"

    def notice(self, language: Language) -> str:
        """Where the call stands today, in a sentence."""
        return notice_on(self.today(), self.assistant.call, language)


def notice_on(day: date, call: Call, language: Language) -> str:
    """Where the call stands on `day`."""
    window = call.window(day)
    if window == "open":
        return say("notice_open", language, deadline=in_full(call.dates.closes, language))
    if window == "not_open_yet":
        return say("notice_not_open_yet", language, opening=in_full(call.dates.opens, language))
    deadline = in_full(call.dates.closes, language)
    if day < call.dates.results:
        return say("notice_closed_waiting", language, deadline=deadline)
    return say("notice_closed", language, deadline=deadline, results=in_full(call.dates.results, language))
