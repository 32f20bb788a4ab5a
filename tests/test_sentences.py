"""Texts cut into sentences: where one ends, where it does not, and nothing lost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.passages import Passage
from corpus.sentences import sentence_spans, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Un. Deux.", ["Un.", "Deux."], id="two sentences"),
        pytest.param("Voir l’art. 35 du RGPD. Puis agir.", ["Voir l’art. 35 du RGPD.", "Puis agir."], id="an abbreviation"),
        pytest.param("Prévu au n. 3. Fin.", ["Prévu au n. 3.", "Fin."], id="an abbreviated number"),
        pytest.param("M. Dupont a signé. Il part.", ["M. Dupont a signé.", "Il part."], id="a title before a name"),
        pytest.param("Une amende de 4.5 % est due.", ["Une amende de 4.5 % est due."], id="a decimal point"),
        pytest.param("Est-ce permis\u00a0? Oui\u00a0!", ["Est-ce permis\u00a0?", "Oui\u00a0!"], id="French marks"),
        pytest.param("Il a dit «\u00a0non.\u00a0» Puis rien.", ["Il a dit «\u00a0non.\u00a0»", "Puis rien."], id="quotation marks"),
        pytest.param("Collectivités, opérateurs, etc. ; cette liste est ouverte.", ["Collectivités, opérateurs, etc. ; cette liste est ouverte."], id="etc. inside"),
        pytest.param("Elle est close, etc.", ["Elle est close, etc."], id="etc. at the end"),
        pytest.param("Un paragraphe.\n\nUn autre sans point", ["Un paragraphe.", "Un autre sans point"], id="paragraphs"),
        pytest.param("See Art. 6(1)(e). It applies.", ["See Art. 6(1)(e).", "It applies."], id="an English article"),
        pytest.param("  \n", [], id="nothing"),
    ],
)  # fmt: skip
def test_a_text_is_cut_where_its_sentences_end(text, expected):
    assert sentences(text) == expected


@given(st.text(alphabet="aA1 .!?…«»\u00a0\n,;é(", max_size=120))
def test_every_character_that_is_seen_is_in_one_sentence(text):
    spans = sentence_spans(text)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    outside = "".join(
        text[end:start] for (_, end), (start, _) in zip([(0, 0), *spans], [*spans, (len(text), 0)], strict=True)
    )
    assert not outside.strip()


def test_the_sentences_of_a_passage_are_verbatim_in_it(passages: list[Passage]):
    for passage in passages:
        assert all(sentence in passage.text for sentence in sentences(passage.text))
