"""A case with its reply, judged. Pure: a recording can be judged again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from evals.case import Case
from evals.checks import Score, score
from evals.own_words import own_words
from evals.proofs import Shelf, Tally, prove
from evals.reply import Reply, read_reply


@dataclass(frozen=True)
class Recorded:
    """What an engine replied to a case. `answer` is None when it raised; `again` holds the replies of later runs of the same case."""

    case: Case
    answer: dict[str, Any] | None
    seconds: float = 0.0
    error: str = ""
    again: tuple[dict[str, Any] | None, ...] = ()


@dataclass(frozen=True)
class Judged:
    """A recorded case with its scores (what the case asks) and tallies (what every reply owes)."""

    recorded: Recorded
    reply: Reply | None
    scores: tuple[Score, ...]
    tallies: tuple[Tally, ...]

    @property
    def case(self) -> Case:
        """The case."""
        return self.recorded.case

    @property
    def passed(self) -> bool:
        """True when every expectation holds."""
        return all(score.passed for score in self.scores)

    @property
    def reasons(self) -> list[str]:
        """Why the case fails; empty when it passes."""
        return [f"{score.name}: {score.reason}" for score in self.scores if not score.passed]

    @property
    def flaws(self) -> list[str]:
        """What the reply owes and does not hold, whatever the case expects."""
        return [f"{tally.name}: {reason}" for tally in self.tallies for reason in tally.reasons]

    @property
    def status(self) -> str | None:
        """The status of the verdict, None when there is none."""
        return self.reply.verdict.status if self.reply and self.reply.verdict else None

    @property
    def kind(self) -> str:
        """The kind of the reply; `error` when there is no readable reply."""
        return self.reply.kind if self.reply else "error"

    @property
    def outcome(self) -> Literal["right", "held_back", "wrong"]:
        """CRAG's three: right; the reply asserts nothing where something else was right; or it asserts something wrong."""
        if self.passed:
            return "right"
        holds_back = self.kind in ("abstention", "refusal", "clarification") and not self.asserts_wrongly
        return "held_back" if holds_back else "wrong"

    @property
    def asserts_wrongly(self) -> bool:
        """True when a decided verdict or criterion is not among those expected, or the text asserts an eligibility that is not."""
        expect, verdict = self.case.expect, self.reply.verdict if self.reply else None
        if verdict:
            if expect.status and verdict.status in ("eligible", "not_eligible") and verdict.status not in expect.status:
                return True
            for name, accepted in expect.criteria.items():
                came = verdict.criterion(name)
                if came in ("met", "not_met") and came not in accepted:
                    return True
        return bool(expect.status) and self.tally("said_verdict").good < self.tally("said_verdict").total

    def tally(self, name: str) -> Tally:
        """The tally called `name`, empty when the reply has none."""
        return next((tally for tally in self.tallies if tally.name == name), Tally(name, 0, 0))

    def held(self, *names: str) -> tuple[int, int]:
        """How many of the scores called `names` hold, of how many; a criterion's score counts as `criterion`."""
        found = [score.passed for score in self.scores if score.name in names or score.name.partition(" ")[0] in names]
        return sum(found), len(found)


def judge(recorded: Recorded, shelf: Shelf) -> Judged:
    """`recorded` with its scores and tallies. No readable reply fails every expectation."""
    if recorded.answer is None:
        return Judged(recorded, None, (Score("reply", False, f"the engine stopped: {recorded.error}"),), ())
    reply, mistake = read_reply(recorded.answer)
    if reply is None:
        return Judged(recorded, None, (Score("reply", False, mistake),), ())
    tallies = (*prove(recorded.case, reply, shelf), *own_words(recorded.case, reply, shelf))
    return Judged(recorded, reply, score(recorded.case, reply), tallies)
