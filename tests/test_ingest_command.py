"""`python -m ingest` with documents by others: what it prints, what it leaves, how it ends."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import LAW, ask_here, served
from test_ingest_pdf import WORDS, lines, pdf
from tiny import ROOT, FakeEncoder
from typer.testing import CliRunner, Result

import ingest.__main__ as command
from corpus.errors import ExplainedError
from corpus.index import Manifest, read_pointer
from ingest.changes import AnswerChange, Asked, Canonical, Reply
from ingest.guard import Accepted, refusals_after

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(command, "Encoder", lambda name: FakeEncoder())
    monkeypatch.setattr(command, "ask_both", ask_here)
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> Result:
        return CliRunner().invoke(command.app, ["--corpus", "c", "--index", "i", *words])

    (tmp_path / "c").mkdir()
    return call


def test_a_folder_of_documents_is_indexed_and_found_again(run: Run, tmp_path: Path) -> None:
    (tmp_path / "c" / "loi.md").write_text(LAW, encoding="utf-8")
    (tmp_path / "c" / "rapport.pdf").write_bytes(pdf([lines([f"{WORDS}."])]))
    result = run()
    assert result.exit_code == 0, result.output
    assert "2 documents, 3 passages: 3 added, 0 changed, 0 removed." in result.output
    passages = served(tmp_path / "i").passages
    assert [p.locator for p in passages] == ["art. 1", "art. 2", "p. 1"]
    assert passages[2].page == 1
    assert "Nothing to do" in run().output
    kept = json.loads(next((tmp_path / "i" / "extracted").glob("*markdown*")).read_text(encoding="utf-8"))
    assert all(kept["text"][p.start : p.end] == p.text for p in passages[:2])


def test_a_bad_file_is_set_aside_the_others_are_served_and_the_exit_code_tells(run: Run, tmp_path: Path) -> None:
    (tmp_path / "c" / "loi.md").write_text(LAW, encoding="utf-8")
    (tmp_path / "c" / "bad.pdf").write_bytes(b"not a pdf")
    result = run()
    assert result.exit_code == 1
    assert len(served(tmp_path / "i").passages) == 2
    (aside,) = json.loads((tmp_path / "i" / "quarantine.json").read_text(encoding="utf-8"))
    assert aside["file"] == "bad.pdf"
    assert "named PDF and is not one" in aside["reason"]
    (tmp_path / "c" / "bad.pdf").unlink()
    assert run().exit_code == 0
    assert json.loads((tmp_path / "i" / "quarantine.json").read_text(encoding="utf-8")) == []


def test_check_says_what_would_change_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "c" / "loi.md"
    path.write_text(LAW, encoding="utf-8")
    run()
    before = read_pointer(tmp_path / "i"), sorted((tmp_path / "i").rglob("*"))
    path.write_text(LAW.replace("un mois", "deux mois") + "\n## Article 3\n\nElle est gratuite.\n", encoding="utf-8")
    result = run("--check")
    assert "1 added, 1 changed, 0 removed. 1 with the same words moved" in result.output
    assert "  ~ loi/art-1." in result.output
    assert "  + loi/art-3." in result.output
    assert (read_pointer(tmp_path / "i"), sorted((tmp_path / "i").rglob("*"))) == before
    run()
    assert "deux mois" in served(tmp_path / "i").passages[0].text


@pytest.mark.parametrize(
    ("failing", "due", "refused"),
    [
        pytest.param(0, 3, False, id="every question has its answer"),
        pytest.param(1, 3, True, id="a single one has none, of few"),
        pytest.param(1, 9, True, id="one in nine"),
        pytest.param(1, 10, False, id="one in ten"),
        pytest.param(3, 20, True, id="several of many"),
    ],
)
def test_a_build_that_leaves_more_than_a_tenth_of_its_questions_unanswered_is_refused(
    failing: int, due: int, refused: bool
) -> None:
    built = Manifest(1, "digest", "fake@1", 256, "today", {}, {}, 0)
    answers = [
        AnswerChange(
            (f"question {number}",),
            None,
            Reply("answer", "", (), ("other",) if number < failing else ("own",), (), ()),
            Canonical("own/fr", "own", "own.md", f"question {number}", "fr", is_owed=True),
        )
        for number in range(due)
    ]
    refusals = refusals_after(None, built, (), Asked(tuple(answers)))
    assert [refusal.name for refusal in refusals] == [Accepted.ANSWERS] * refused


def test_a_removed_document_leaves_nothing_in_what_is_served(run: Run, tmp_path: Path) -> None:
    (tmp_path / "c" / "loi.md").write_text(LAW, encoding="utf-8")
    (tmp_path / "c" / "secret.txt").write_text(
        "Le mot introuvable zygomorphe est dans ce document et nulle part ailleurs.", encoding="utf-8"
    )
    run()
    (tmp_path / "c" / "secret.txt").unlink()
    result = run()
    assert "0 added, 0 changed, 1 removed" in result.output
    folder = tmp_path / "i"
    served_now, before = read_pointer(folder)
    files = [file for file in folder.rglob("*") if file.is_file() and before not in file.parts]
    assert any(served_now in file.parts for file in files)
    assert not [file for file in files if b"zygomorphe" in file.read_bytes()]
    assert run("--forget").exit_code == 0
    assert not [file for file in folder.rglob("*") if file.is_file() and b"zygomorphe" in file.read_bytes()]
    assert read_pointer(folder) == [served_now]


def test_proposals_are_written_once_and_taken_when_corrected(run: Run, tmp_path: Path) -> None:
    (tmp_path / "c" / "loi.md").write_text(LAW, encoding="utf-8")
    assert "Proposed, not confirmed: loi.md: title 'Loi du délai' (first heading)" in run("--check").output
    assert "1 files written" in run("propose").output
    beside = tmp_path / "c" / "loi.md.yaml"
    beside.write_text(
        beside.read_text(encoding="utf-8").replace('"Loi du délai"', '"Loi des délais"'), encoding="utf-8"
    )
    assert "Nothing to propose" in run("propose").output
    result = run()
    assert "Proposed" not in result.output
    assert served(tmp_path / "i").passages[0].heading_path[0] == "Loi des délais"


def test_a_mistake_in_a_sidecar_names_its_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "c" / "loi.md").write_text(LAW, encoding="utf-8")
    (tmp_path / "c" / "loi.md.yaml").write_text("title: Loi\nlanguage: de\n", encoding="utf-8")
    result = run()
    assert isinstance(result.exception, ExplainedError)
    assert "loi.md.yaml, line 2: language" in str(result.exception)


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        pytest.param(lambda folder: None, "No text was found in 'c'", id="an empty folder"),
        pytest.param(
            lambda folder: (folder / "bad.pdf").write_bytes(b"x"),
            "Set aside:\n  bad.pdf: it is named PDF",
            id="nothing readable",
        ),
        pytest.param(lambda folder: folder.rmdir(), "'c' is not a folder", id="no folder"),
    ],
)
def test_nothing_to_index_is_explained(run: Run, tmp_path: Path, prepare: Callable[[Path], object], said: str) -> None:
    prepare(tmp_path / "c")
    result = run()
    assert isinstance(result.exception, ExplainedError)
    assert said in str(result.exception)


def test_documents_beside_our_restatements(run: Run, tmp_path: Path, corpus_folder: Path) -> None:
    shutil.rmtree(tmp_path / "c")
    shutil.copytree(corpus_folder, tmp_path / "c")
    (tmp_path / "c" / "official").mkdir()
    (tmp_path / "c" / "official" / "loi.md").write_text(LAW, encoding="utf-8")
    (tmp_path / "c" / "official" / "note.txt").write_text(
        "Une note de l’opérateur, qui dit ce que le service fait de la demande.", encoding="utf-8"
    )
    (tmp_path / "c" / "official.yaml").write_text(
        "texts:\n- id: loi\n  title: Loi\n  publisher: P\n  url: https://a.fr/loi\n  file: loi.md\n  language: fr\n  kind: markdown\n  licence: L\n  reuse: R\n  checked: seen\n",
        encoding="utf-8",
    )
    assert run().exit_code == 0
    found = {p.source_id: p for p in served(tmp_path / "i").passages}
    assert found["loi"].official
    assert found["loi"].references[0].url == "https://a.fr/loi"
    assert not found["official-note"].official
    assert any(source.startswith("texts/") for source in found)


def test_fetch_without_network_says_so(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*words: object, **known: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr("socket.getaddrinfo", fails)
    shutil.copy(ROOT / "corpus" / "official.yaml", tmp_path / "c" / "official.yaml")
    result = run("fetch")
    assert isinstance(result.exception, ExplainedError)
    assert "There is no network" in str(result.exception)
    assert not list((tmp_path / "c").glob("*.html"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fetch", "--only", "nothing"), "lists no text to fetch with the id nothing"),
        (("fetch",), "lists no text to fetch, so nothing was downloaded"),
    ],
)
def test_a_wrong_fetch_is_explained(run: Run, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    if "--only" in words:
        shutil.copy(ROOT / "corpus" / "official.yaml", tmp_path / "c" / "official.yaml")
    result = run(*words)
    assert isinstance(result.exception, ExplainedError)
    assert said in str(result.exception)
