"""The index: what is built once stays built, what is served is whole, and search goes on without Chroma."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny import FakeEncoder, build_index

from corpus import index as indexes
from corpus.errors import ExplainedError
from corpus.index import NoIndex, PassageIndex


def silent(done: int, total: int) -> None:
    """Nobody looks at the progress."""


def generations(folder: Path) -> set[str]:
    return {path.name for path in (folder / "generations").iterdir()}


def open_index(folder: Path) -> PassageIndex:
    return PassageIndex.open(folder, FakeEncoder())


def vectors_stored(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "vectors.sqlite")) as store:
        return int(store.execute("SELECT count(*) FROM vectors").fetchone()[0])


def changed(passages, passage_id, text):
    """The passages, one of them with another statement."""
    return [replace(p, text=text, end=p.start + len(text)) if p.id == passage_id else p for p in passages]


@pytest.fixture
def folder(tmp_path: Path, index_folder: Path) -> Path:
    """A copy of the built index, to be changed at will."""
    shutil.copytree(index_folder, tmp_path / "index")
    return tmp_path / "index"


# --- building -------------------------------------------------------------------------------------------------------------


def test_building_the_same_again_gives_the_same_digest_and_embeds_nothing(folder, passages, fresh_encoder):
    served = indexes.read_pointer(folder)
    again = build_index(folder, passages, fresh_encoder)
    assert [again.digest] == served == indexes.read_pointer(folder)
    assert fresh_encoder.embedded == []


def test_the_digest_does_not_depend_on_where_it_is_built_nor_on_the_order_of_the_files(tmp_path, passages, index):
    elsewhere = build_index(tmp_path, passages, FakeEncoder())
    assert elsewhere.digest == index.manifest.digest
    assert indexes.plan(passages[::-1], FakeEncoder()).digest == index.manifest.digest


def test_a_build_after_its_folder_was_lost_takes_the_vectors_that_it_had_kept(folder, passages, fresh_encoder):
    shutil.rmtree(folder / "generations")
    build_index(folder, passages, fresh_encoder)
    assert fresh_encoder.embedded == []
    assert len(open_index(folder).passages) == len(passages)


def test_a_changed_passage_alone_is_embedded_again(folder, passages, fresh_encoder):
    before = indexes.read_pointer(folder)
    built = build_index(folder, changed(passages, "fine/fr", "L’amende est plafonnée."), fresh_encoder)
    assert fresh_encoder.embedded == ["Amende administrative maximale. L’amende est plafonnée."]
    assert indexes.read_pointer(folder) == [built.digest, *before]


@pytest.mark.parametrize("field", ["questions", "misconceptions", "beside"])
def test_a_new_question_alone_is_embedded(field, folder, passages, fresh_encoder):
    more = [
        replace(p, **{field: (*getattr(p, field), "Et le plafond ?")}) if p.id == "fine/fr" else p for p in passages
    ]
    build_index(folder, more, fresh_encoder)
    assert fresh_encoder.embedded == ["Et le plafond ?"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"note": "Lu au Journal officiel."}, id="a note"),
        pytest.param({"confidence": "low"}, id="a confidence"),
        pytest.param({"references": ()}, id="references"),
    ],
)
def test_a_change_beside_the_words_makes_another_build_and_embeds_nothing(change, folder, passages, fresh_encoder):
    before = indexes.read_pointer(folder)[0]
    built = build_index(folder, [replace(p, **change) if p.id == "fine/fr" else p for p in passages], fresh_encoder)
    assert built.digest != before
    assert fresh_encoder.embedded == []


def test_progress_ends_with_everything_done(tmp_path, passages, fresh_encoder):
    told = []
    built = indexes.build(tmp_path, passages, fresh_encoder, lambda done, total: told.append((done, total)))
    assert told[0][0] == 0 and told[-1] == (built.entries, built.entries)
    assert sorted(told) == told


def test_two_sections_with_one_anchor_are_refused(passages):
    with pytest.raises(ExplainedError, match=r"deadline/fr.*anchor"):
        indexes.plan([*passages, next(p for p in passages if p.id == "deadline/fr")], FakeEncoder())


def test_a_build_that_was_interrupted_changes_nothing_and_is_resumed(folder, passages):
    served = indexes.read_pointer(folder)
    other = [
        replace(p, title=f"{p.title} ({p.id})", questions=tuple(f"{q} {p.id}" for q in p.questions)) for p in passages
    ]
    whole = FakeEncoder()
    build_index(folder.parent / "whole", other, whole)
    stopped = FakeEncoder(stops_after=sum(len(p.questions) for p in passages))
    with pytest.raises(KeyboardInterrupt):
        build_index(folder, other, stopped)
    assert stopped.embedded, "the example is too small to be interrupted half-way"
    assert indexes.read_pointer(folder) == served
    assert open_index(folder).passages == tuple(passages)

    resumed = FakeEncoder()
    build_index(folder, other, resumed)
    assert not set(resumed.embedded) & set(stopped.embedded)
    assert {*resumed.embedded, *stopped.embedded} <= set(whole.embedded)
    assert open_index(folder).passages == tuple(other)


@pytest.mark.parametrize("lost", ["manifest.json", "passages.jsonl", "chroma", "words"])
def test_a_generation_left_half_written_is_built_again(lost, tmp_path, passages):
    """Whatever was written before a crash, the manifest comes last: without it the folder is no generation."""
    built = indexes.build(tmp_path, passages, FakeEncoder(), silent)
    generation = tmp_path / "generations" / built.digest
    (generation / "manifest.json").unlink()
    if (generation / lost).is_dir():
        shutil.rmtree(generation / lost)
    else:
        (generation / lost).unlink(missing_ok=True)
    with pytest.raises(NoIndex):
        open_index(tmp_path)
    build_index(tmp_path, passages, FakeEncoder())
    assert open_index(tmp_path).passages == tuple(passages)


# --- switching ------------------------------------------------------------------------------------------------------------


def test_a_build_is_served_only_once_the_pointer_moves(folder, passages):
    before = indexes.read_pointer(folder)
    built = indexes.build(folder, changed(passages, "fine/fr", "L’amende est plafonnée."), FakeEncoder(), silent)
    assert indexes.read_pointer(folder) == before
    indexes.switch_to(folder, built.digest)
    assert open_index(folder).passage("fine/fr").text == "L’amende est plafonnée."


def test_two_generations_are_kept_and_rollback_goes_back_and_forth(folder, passages):
    first = indexes.read_pointer(folder)[0]
    second = build_index(folder, changed(passages, "fine/fr", "Deuxième état."), FakeEncoder()).digest
    third = build_index(folder, changed(passages, "fine/fr", "Troisième état."), FakeEncoder()).digest
    assert generations(folder) == {second, third} and first not in generations(folder)
    assert indexes.rollback(folder) == (third, second)
    assert open_index(folder).passage("fine/fr").text == "Deuxième état."
    assert indexes.rollback(folder) == (second, third)
    assert open_index(folder).passage("fine/fr").text == "Troisième état."


def test_going_back_without_an_earlier_build_is_refused(folder):
    with pytest.raises(ExplainedError, match=r"no earlier build"):
        indexes.rollback(folder)


def test_an_open_index_goes_on_serving_what_it_opened(folder, passages):
    open_before = open_index(folder)
    build_index(folder, changed(passages, "fine/fr", "Deuxième état."), FakeEncoder())
    scores = open_before.scores(FakeEncoder().question("amende maximale"), "amende maximale")
    assert open_before.sections[int(np.argmax(scores.words))].id == "fine"
    assert "20" in open_before.passage("fine/fr").text


def test_a_second_writer_is_refused_at_once(folder):
    with (
        indexes.writing(folder),
        pytest.raises(ExplainedError, match="Another ingest is writing"),
        indexes.writing(folder),
    ):
        pass
    with indexes.writing(folder):
        pass  # the first one left: the folder is free again


def test_a_removed_source_leaves_no_trace(folder, passages):
    mark = "affluence sur les quais"
    kept = [p for p in passages if p.section_id != "winner-metro"]
    fewer = [replace(p, details=()) if p.details else p for p in kept]
    assert any(mark in p.text for p in passages)
    served = build_index(folder, fewer, FakeEncoder())
    assert mark not in (folder / "generations" / served.digest / "passages.jsonl").read_text(encoding="utf-8")
    assert vectors_stored(folder) > served.entries, "the way back still needs its vectors"
    # The next build pushes out the last generation that held it.
    last = build_index(folder, changed(fewer, "fine/fr", "L’amende est plafonnée."), FakeEncoder())
    assert generations(folder) == {served.digest, last.digest}
    for path in folder.rglob("*"):
        assert not path.is_file() or mark.encode() not in path.read_bytes(), path
    assert vectors_stored(folder) <= last.entries + 1, "one for each entry, one for the statement before"


# --- opening --------------------------------------------------------------------------------------------------------------


def test_no_index_says_what_to_do(tmp_path):
    with pytest.raises(NoIndex) as raised:
        open_index(tmp_path / "nothing")
    assert str(tmp_path / "nothing") in str(raised.value) and "python -m ingest" in str(raised.value)


@pytest.mark.parametrize(
    "encoder", [FakeEncoder("other"), FakeEncoder("fake", "2")], ids=["another encoder", "another version"]
)
def test_an_index_refuses_another_encoder_than_its_own(encoder, index_folder):
    with pytest.raises(ExplainedError) as raised:
        PassageIndex.open(index_folder, encoder)
    assert (
        "fake@1" in str(raised.value)
        and encoder.identity in str(raised.value)
        and "python -m ingest" in str(raised.value)
    )


def test_an_index_of_another_format_says_to_build_it_again(folder):
    manifest = folder / "generations" / indexes.read_pointer(folder)[0] / "manifest.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(content | {"format": 0}), encoding="utf-8")
    with pytest.raises(ExplainedError, match="python -m ingest"):
        open_index(folder)


def lost_generation(folder: Path) -> None:
    shutil.rmtree(folder / "generations")


def cut_manifest(folder: Path) -> None:
    (folder / "generations" / indexes.read_pointer(folder)[0] / "manifest.json").write_text(
        '{"format": 5, "di', encoding="utf-8"
    )


def lost_passages(folder: Path) -> None:
    (folder / "generations" / indexes.read_pointer(folder)[0] / "passages.jsonl").unlink()


@pytest.mark.parametrize("damage", [lost_generation, cut_manifest, lost_passages], ids=lambda damage: damage.__name__)
def test_a_damaged_index_says_what_to_do(damage, folder):
    damage(folder)
    with pytest.raises(ExplainedError, match="python -m ingest"):
        open_index(folder)


def test_everything_comes_back_as_it_was_written(index, passages):
    assert index.passages == tuple(passages)
    assert index.manifest.passages.keys() == {passage.id for passage in passages}
    assert index.manifest.documents.keys() == {passage.file for passage in passages}
    assert index.manifest.encoder == "fake@1" and index.manifest.dimension == FakeEncoder.dimension


# --- searching ------------------------------------------------------------------------------------------------------------


def test_a_section_holds_its_passages_in_both_languages(index):
    section = index.section("deadline")
    assert {passage.language for passage in section.passages} == {"fr", "en"}
    assert section.passage("en").id == "deadline/en" and section.passage("fr").id == "deadline/fr"
    assert index.section_of_fact("call-deadline") == section
    assert index.section_of_fact("nobody-states-it") is None and index.passage("nothing/fr") is None


def test_a_section_in_one_language_is_found_in_the_other(tmp_path, passages):
    build_index(tmp_path, [p for p in passages if p.id != "deadline/en"], FakeEncoder())
    assert open_index(tmp_path).section("deadline").passage("en").id == "deadline/fr"


def test_each_listed_question_is_nearest_to_its_own_section(index):
    for passage in index.passages:
        for question in passage.questions:
            scores = index.scores(index.encoder.question(question), question)
            assert index.sections[int(np.argmax(scores.question))].id == passage.section_id, question


def test_every_channel_scores_every_section(index):
    for text in ("Quelle était la date limite ?", "zzz", "?", "a" * 900):
        scores = index.scores(index.encoder.question(text), text)
        for channel in ("words", "grams", "centre", "question", "body", "misconception", "beside"):
            values = getattr(scores, channel)
            assert values.shape == (len(index.sections),) and np.isfinite(values).all(), (text, channel)


def test_questions_that_nothing_answers_lead_to_no_section_by_their_words(index):
    words = index.word_scores(["signe", "communique"])
    assert not words.any()


@pytest.mark.parametrize(
    "text", ["Quelle était la date limite ?", "How many projects were selected?", "amende", "Qui ?"]
)
def test_when_chroma_fails_the_search_in_memory_finds_the_same(text, folder, index, caplog):
    import chromadb
    from chromadb.config import Settings

    broken = open_index(folder)
    path = folder / "generations" / indexes.read_pointer(folder)[0] / "chroma"
    chromadb.PersistentClient(path=str(path), settings=Settings(anonymized_telemetry=False)).delete_collection(
        "entries"
    )
    vector = FakeEncoder().question(text)
    expected, found = index.scores(vector, text), broken.scores(vector, text)
    assert "Chroma failed" in caplog.text and text not in caplog.text
    for channel in ("words", "grams", "centre", "question", "body", "misconception", "beside"):
        np.testing.assert_allclose(getattr(found, channel), getattr(expected, channel), atol=1e-5)
    assert [kind for kind, _ in found.neighbours[:5]] == [kind for kind, _ in expected.neighbours[:5]]


def test_an_index_opens_when_its_chroma_folder_is_lost(folder):
    shutil.rmtree(folder / "generations" / indexes.read_pointer(folder)[0] / "chroma")
    assert open_index(folder).scores(FakeEncoder().question("amende"), "amende").words.any()


def test_two_openings_of_one_place_share_nothing(tmp_path):
    """What Chroma knows of a build, for whoever still reads it, is none of one written anew at the same place."""
    one, other = indexes._client(tmp_path), indexes._client(tmp_path)
    try:
        assert one._system is not other._system
        one.create_collection("entries")
        assert [found.name for found in other.list_collections()] == ["entries"]
    finally:
        one.close()
        other.close()
