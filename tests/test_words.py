"""Words that compare: accents, apostrophes, elisions, endings and negations."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.words import STOPWORDS, content_words, fold, stems, unshouted, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("L’accès à l’œuvre", "l'acces a l'oeuvre", id="accents, case, apostrophes and ligatures"),
        pytest.param("20\u00a0000 euros", "20000 euros", id="a no-break space inside a number"),
        pytest.param("20\u202f000\u202f000", "20000000", id="narrow no-break spaces inside a number"),
        pytest.param("«\u00a0bac à sable\u00a0»", '" bac a sable "', id="quotation marks"),
        pytest.param("co-construction – ici", "co-construction - ici", id="dashes"),
        pytest.param("co\u2011construction", "co-construction", id="a no-break hyphen"),
        pytest.param("ＲＧＰＤ", "rgpd", id="full-width letters"),
        pytest.param("e\u0301te\u0301", "été", id="composed and decomposed accents"),
        pytest.param("  deux \n mots\t", "deux mots", id="spaces of every width"),
    ],
)
def test_texts_that_read_the_same_fold_to_the_same(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("L’AIPD, c'est quoi ?", ["aipd", "est", "quoi"], id="elisions are taken off"),
        pytest.param("jusqu’au 30 septembre", ["au", "30", "septembre"], id="a long elision too"),
        pytest.param("art. 35 du RGPD", ["art", "35", "du", "rgpd"], id="article numbers are words"),
        pytest.param("4,5 % et 1.250", ["4,5", "et", "1.250"], id="decimals stay whole"),
        pytest.param("…?!", [], id="punctuation alone has no word"),
    ],
)
def test_a_text_is_split_into_comparable_words(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize("word", ["ne", "pas", "not", "no", "sans", "never", "jamais", "aucun", "without"])
def test_a_negation_is_never_a_word_without_weight(word):
    assert word not in STOPWORDS
    assert content_words(f"le {word}") == [word]


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        pytest.param("candidatures déposées", "candidature déposée", "fr", id="French plurals"),
        pytest.param("données protégées", "donnees protegees", "fr", id="French without its accents"),
        pytest.param("applications submitted", "application submit", "en", id="English endings"),
        pytest.param("DPO", "dpo", "fr", id="acronyms"),
        pytest.param("article 35", "articles 35", "fr", id="an article number is exact"),
    ],
)
def test_forms_of_one_word_share_a_stem(one, other, language):
    first, second = stems(one, language), stems(other, language)
    assert set(first) & set(second)
    assert len({form for word in one.split() for form in stems(word, language)} & set(second)) >= len(one.split())


def test_article_numbers_are_not_confused():
    assert not set(stems("35", "fr")) & set(stems("36", "fr"))


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=200), st.sampled_from(["fr", "en"]))
def test_any_text_has_words_and_stems(text, language):
    assert all(words(text)) and all(stems(text, language))


def test_stems_are_the_same_on_every_thread():
    texts = ["les collectivités candidates", "the applicants submitted", "données pseudonymisées"] * 40
    expected = [stems(text, "fr") for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: stems(text, "fr"), texts)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("NOTRE PROJET EST-IL ÉLIGIBLE ?", "notre projet est-il éligible ?", id="capitals from end to end"),
        pytest.param("L'OUTIL EST DéJà EN SERVICE", "l'outil est déjà en service", id="caps lock leaves é and à small"),
        pytest.param("La CNIL et la RATP ?", "La CNIL et la RATP ?", id="acronyms are no shouting"),
        pytest.param(
            "Une commune.\nON CANDIDATE DEMAIN ?", "Une commune.\non candidate demain ?", id="each line for itself"
        ),
        pytest.param("İZMİR ET PARIS", "İzmİr et paris", id="as long as before"),
        pytest.param("30 ?", "30 ?", id="no letter at all"),
        pytest.param("L'AIPD ?", "L'AIPD ?", id="a name"),
    ],
)
def test_what_is_shouted_is_put_in_small_letters(text: str, expected: str):
    assert unshouted(text) == expected and len(unshouted(text)) == len(text)
