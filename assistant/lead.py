"""Which sentence of a passage is read first, the one that gives what was asked, and which are left out as beside the point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.passages import Passage

SURER_BY = 0.5
"""How much likelier than the first sentence another one must be to be read before it: then nine in ten of those put first answer, and in one case
in ten the first one did (messages that were not taught)."""
SURE, BESIDE_THE_POINT, ALWAYS_SAID = 0.95, 0.003, 2
"""Where the answer is as sure as the first number, what comes after the first sentences (the last number) is left out when it is as unlikely as the second
to answer: one reply in eight of those of several sentences loses some twenty words, and one of 1,233 development ones what it is expected to say."""


@dataclass(frozen=True)
class Leads:
    """What was learnt of which sentence answers a message: a score for every sentence known, and where those of a section or passage stand.

    The sentences of a section are known together when both languages have as many, else those of each passage apart.
    """

    scores: NDArray[np.float32]
    places: Mapping[str, slice]

    def of(self, passage: Passage, sentences: int) -> NDArray[np.float32] | None:
        """How likely each of the `sentences` of `passage` is the one to read first, None when they are not those that were known."""
        place = self.places.get(passage.section_id) or self.places.get(passage.id)
        if place is None or place.stop - place.start != sentences:
            return None
        scores = np.exp(self.scores[place] - self.scores[place].max())
        return np.asarray(scores / scores.sum(), dtype=np.float32)


NO_LEADS = Leads(np.zeros(0, dtype=np.float32), {})
"""Where nothing was learnt of sentences."""


def reading_order(shares: NDArray[np.float32] | None, sentences: int) -> list[int]:
    """The places, among so many sentences, of those to say, in the order in which they are read: the surest answer of `shares` first; in doubt, all
    in the order of the passage.

    It asks of the passages that each sentence can be read alone (a test of the corpus looks for those that cannot).
    """
    order = list(range(sentences))
    if shares is None:
        return order
    lead = int(shares.argmax())
    if shares[lead] - shares[0] >= SURER_BY:
        order = [lead, *order[:lead], *order[lead + 1 :]]
    if shares[lead] < SURE:
        return order
    return [*order[:ALWAYS_SAID], *(place for place in order[ALWAYS_SAID:] if shares[place] >= BESIDE_THE_POINT)]
