"""Which sentence of a passage is read first."""

from __future__ import annotations

import numpy as np
import pytest
from tiny import ROOT

from assistant.lead import NO_LEADS, SURER_BY, Leads, reading_order
from corpus.sentences import sentences
from ingest.read import read_corpus


def shares(*likely: float) -> np.ndarray:
    return np.array(likely, np.float32)


@pytest.mark.parametrize(
    ("likely", "order"),
    [
        (None, [0, 1, 2]),
        (shares(0.8, 0.2, 0.0), [0, 1, 2]),
        (shares(0.2, 0.8, 0.0), [1, 0, 2]),
        (shares(0.15, 0.05, 0.8), [2, 0, 1]),
        (shares(0.4, 0.6, 0.0), [0, 1, 2]),
    ],
)
def test_what_answers_is_read_first_and_nothing_is_left_out(likely, order):
    assert reading_order(likely, 3) == order


@pytest.mark.parametrize(
    ("likely", "order"),
    [
        (shares(0.96, 0.04, 0.0, 0.0), [0, 1]),
        (shares(0.0, 0.0, 0.99, 0.01), [2, 0, 3]),
        (shares(0.96, 0.02, 0.01, 0.01), [0, 1, 2, 3]),
        (shares(0.9, 0.1, 0.0, 0.0), [0, 1, 2, 3]),
        (shares(1.0, 0.0), [0, 1]),
    ],
)
def test_where_the_answer_is_sure_what_is_beside_the_point_is_left_out(likely, order):
    assert reading_order(likely, len(likely)) == order


def test_in_doubt_the_order_of_the_passage_is_kept():
    less, more = 0.5 + SURER_BY / 2 - 0.01, 0.5 + SURER_BY / 2 + 0.01
    assert reading_order(shares(1 - less, less), 2) == [0, 1]
    assert reading_order(shares(1 - more, more), 2) == [1, 0]


def test_sentences_that_are_not_those_that_were_known_have_no_order():
    passages = [p for document in read_corpus(ROOT / "corpus") for p in document.passages]
    passage = next(p for p in passages if p.id == "crpa-champ/fr")
    count = len(sentences(passage.text))
    for name in ("crpa-champ", "crpa-champ/fr"):
        leads = Leads(np.arange(count + 2, dtype=np.float32), {"other": slice(0, 2), name: slice(2, 2 + count)})
        known = leads.of(passage, count)
        assert known is not None and known.sum() == pytest.approx(1) and int(known.argmax()) == count - 1
        assert leads.of(passage, count + 1) is None
    assert NO_LEADS.of(passage, count) is None
    assert reading_order(None, 0) == []
