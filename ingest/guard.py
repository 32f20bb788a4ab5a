"""When a build must not be served: pure, each reason in plain words. What an operator may decide otherwise has a name for `--accept`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from corpus.index import Manifest
from corpus.passages import Passage
from ingest.changes import Asked, PassageChanges


class Accepted(StrEnum):
    """What `--accept` lets an operator take upon themselves."""

    ENCODER = "encoder"
    LOSS = "loss"
    SOURCES = "sources"
    ANSWERS = "answers"


@dataclass(frozen=True)
class Refusal:
    """Why a build is not served. Without a `name`, nobody can accept it: the build is not sound."""

    reason: str
    name: Accepted | None = None

    def __str__(self) -> str:
        return f"{self.reason} If that is meant, run it again with --accept {self.name}." if self.name else self.reason


LOST_AT_MOST = 20
"""Percent of the served passages, and of the served documents, that a build may lose."""
FAILING_AT_MOST = 10
"""Percent of the questions that a passage must answer, and that get no answer citing it."""


def refusals_before(
    was: Manifest | None,
    old: Sequence[Passage],
    will: Manifest,
    new: Sequence[Passage],
    changes: PassageChanges,
    lost_at_most: float = LOST_AT_MOST,
) -> list[Refusal]:
    """What can be told before anything is embedded."""
    if was is None:
        return []
    found = []
    if was.encoder != will.encoder:
        found.append(
            Refusal(
                f"The encoder is '{will.encoder}', and what is served was built with '{was.encoder}': every vector would change, and the site must be started "
                "with the new one (ASSISTANT_ENCODER).",
                Accepted.ENCODER,
            )
        )
    kept_words = {passage.text for passage in new}
    gone = sorted(
        was.documents.keys() - will.documents.keys() - {passage.file for passage in old if passage.text in kept_words}
    )
    # One document that leaves is how a document is removed; several at once may be a folder that is not there.
    are_missing = len(gone) > 1 and 100 * len(gone) > lost_at_most * len(was.documents)
    if are_missing:
        found.append(
            Refusal(
                f"{len(gone)} of the {len(was.documents)} documents that are served are missing, more than {lost_at_most:g} %: {_some(gone)}.",
                Accepted.SOURCES,
            )
        )
    lost = [file for file in changes.removed.values() if file not in gone or (len(gone) > 1 and not are_missing)]
    if 100 * len(lost) > lost_at_most * len(old):
        found.append(
            Refusal(
                f"{len(lost)} of the {len(old)} passages that are served are lost, more than {lost_at_most:g} %, in {_some(sorted(set(lost)))}.",
                Accepted.LOSS,
            )
        )
    return found


def refusals_after(was: Manifest | None, built: Manifest, faults: Sequence[str], asked: Asked | None) -> list[Refusal]:
    """What can be told once the build is there."""
    found = [Refusal(f"The new build is not sound: {fault}.") for fault in faults]
    if was and was.encoder == built.encoder and was.dimension != built.dimension:
        found.append(
            Refusal(
                f"The encoder '{built.encoder}' gives {built.dimension} numbers a text and gave {was.dimension} for what is served: it is another model "
                "under the same name.",
                Accepted.ENCODER,
            )
        )
    if asked is None:
        return found
    if asked.why_not and not asked.changes:
        found.append(Refusal(f"No question could be asked of the new build: {asked.why_not}.", Accepted.ANSWERS))
    failing = [one for one in asked.due if one.fails]
    if 100 * len(failing) > FAILING_AT_MOST * len(asked.due):
        found.append(
            Refusal(
                f"{len(failing)} of {len(asked.due)} questions that a passage must answer get no answer that cites it, more than {FAILING_AT_MOST} %, such as "
                f"« {failing[0].turns[-1]} ».",
                Accepted.ANSWERS,
            )
        )
    return found


def not_accepted(refusals: Sequence[Refusal], accepted: Collection[Accepted]) -> list[Refusal]:
    """The refusals that stand."""
    return [refusal for refusal in refusals if refusal.name is None or refusal.name not in accepted]


def _some(names: Sequence[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
