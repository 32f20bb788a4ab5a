"""Groups of words that mean the same: read from a file, found in a text."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.synonyms import Synonyms, load_synonyms

WRITTEN = """
groups:
  - [sous-traitant, prestataire, processor]
  - [sous-traitant ultérieur, sub-processor]
  - [fuite, violation de données, data breach]
acronyms:
  AIPD: {fr: analyse d'impact, en: impact assessment}
abbreviations:
  fr: {pr: pour}
  en: {}
"""


@pytest.fixture
def written(tmp_path: Path) -> Synonyms:
    file = tmp_path / "synonyms.yaml"
    file.write_text(WRITTEN, encoding="utf-8")
    return load_synonyms(file)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("une fuite", "une violation de données", id="another word"),
        pytest.param("notre prestataire", "our processor", id="the other language"),
        pytest.param("faire une AIPD", "faire une analyse d'impact", id="an acronym and its long form"),
        pytest.param("des fuites", "DATA BREACHES", id="forms of a word"),
    ],
)
def test_expressions_of_a_group_name_the_same(one, other, written):
    assert set(written.concepts_in(one, "fr", "en")) == set(written.concepts_in(other, "fr", "en")) != set()


def test_within_a_longer_expression_the_shorter_one_does_not_count(written):
    assert sorted(written.concepts_in("un sous-traitant ultérieur", "fr")) == [1]
    assert sorted(written.concepts_in("le sous-traitant et son sous-traitant ultérieur", "fr")) == [0, 1]


def test_how_often_a_group_is_named_is_counted(written):
    assert written.concepts_in("une fuite, puis une autre fuite", "fr")[2] == 2


def test_hasty_typing_is_written_in_full_in_its_language_only(written):
    assert written.write_in_full("pr qui ?", "fr") == "pour qui ?"
    assert written.write_in_full("pr qui ?", "en") == "pr qui ?"
