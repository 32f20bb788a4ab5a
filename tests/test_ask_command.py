"""`python -m assistant ask`: one answer on the terminal, and one clear line when the request cannot be carried out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from contract import breaches
from tiny import ROOT, build_index

from assistant.__main__ import main
from corpus.embed import Encoder


@pytest.fixture(scope="module")
def real_encoder_index(tmp_path_factory: pytest.TempPathFactory, passages) -> Path:
    """The tiny corpus under the encoder that the command uses."""
    folder = tmp_path_factory.mktemp("ask") / "index"
    build_index(folder, passages, Encoder())  # type: ignore[arg-type]
    return folder


@pytest.fixture
def run(monkeypatch, capsys, corpus_folder, real_encoder_index):
    """Run the command in this process: (exit code, output, errors)."""

    def run(*arguments: str, index: Path = real_encoder_index) -> tuple[int, str, str]:
        for name, value in (("INDEX_FOLDER", index), ("CORPUS_FOLDER", corpus_folder), ("AS_OF", "2023-09-01")):
            monkeypatch.setenv(f"ASSISTANT_{name}", str(value))
        monkeypatch.setattr(sys, "argv", ["assistant", "ask", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        told = capsys.readouterr()
        return int(stopped.value.code or 0), told.out, told.err

    return run


# --- an answer ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        pytest.param("Quelle était la date limite ?", {"answer"}, id="a fact"),
        pytest.param("What was the deadline?", {"answer"}, id="in English"),
        pytest.param("Les lauréats reçoivent-ils de l'argent ?", {"abstention"}, id="a silence"),
        pytest.param("Combien de projets ont été refusés ?", {"abstention", "answer"}, id="a near miss"),
        pytest.param("Nous sommes une start-up seule, pouvons-nous candidater ?", {"verdict", "clarification"}, id="an eligibility"),
        pytest.param("Bonjour", {"smalltalk"}, id="a greeting"),
        pytest.param("zzzz qqqq", {"smalltalk"}, id="nothing"),
    ],
)  # fmt: skip
def test_json_is_the_object_of_the_contract(question, kinds, run):
    code, out, err = run(question, "--json")
    reply = json.loads(out)
    assert (code, err) == (0, "") and breaches(reply) == []
    assert reply["kind"] in kinds and reply["as_of"] == "2023-09-01"
    assert (reply["verdict"] is not None) == (reply["kind"] in ("verdict", "clarification"))


def test_the_options_are_heeded(run, tmp_path):
    reply = json.loads(run("What was the deadline?", "--json", "--lang", "fr", "--as-of", "2026-11-25")[1])
    assert reply["language"] == "fr" and reply["as_of"] == "2026-11-25"
    assert reply["text"].startswith("L’appel est clos\u00a0: le dépôt était possible jusqu’au 30 septembre 2023")

    earlier = tmp_path / "conversation.json"
    earlier.write_text(
        json.dumps(["Dans quel délai faut-il notifier une violation de données à la CNIL ?"]), encoding="utf-8"
    )
    reply = json.loads(run("et combien d'heures ?", "--json", "--conversation", str(earlier))[1])
    assert reply["citations"][0]["passage_id"] == "breach/fr"


def test_without_json_it_is_read_by_a_person(run):
    code, out, err = run("Quelle était la date limite ?")
    assert (code, err) == (0, "")
    assert (
        "30 septembre 2023" in out and "[1]" in out and "« Le dépôt" in out and "https://www.cnil.example/appel" in out
    )


# --- what cannot be carried out -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["", "--json"], ("empty", "ask"), id="an empty question"),
        pytest.param([" \n\t\u00a0"], ("empty",), id="a blank question"),
        pytest.param(["a" * 5000], ("5000", "1000", "Shorten"), id="5,000 characters"),
        pytest.param(["Quoi ?", "--as-of", "tomorrow"], ("'tomorrow'", "2023-09-01"), id="a day in words"),
        pytest.param(["Quoi ?", "--as-of", "2023-02-30"], ("2023-02-30", "2023-09-01"), id="a day that does not exist"),
        pytest.param(["Quoi ?", "--as-of", "30/09/2023"], ("30/09/2023",), id="a day written otherwise"),
        pytest.param(["Quoi ?", "--lang", "de"], ("'de'", "--lang fr"), id="another language"),
        pytest.param(["Quoi ?", "--conversation", "nowhere.json"], ("nowhere.json", "JSON"), id="no such conversation"),
    ],
)
def test_what_cannot_be_carried_out_is_one_clear_line(arguments, said, run):
    code, out, err = run(*arguments)
    assert code == 2 and out == ""
    assert len(err.strip().splitlines()) == 1 and all(part in err for part in said), err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"not json", id="not JSON"),
        pytest.param(b'{"messages": []}', id="not a list"),
        pytest.param(b'["one", 2]', id="not messages"),
        pytest.param(b"\xff\xfe\x00", id="not text"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_bad_conversation_file_is_one_clear_line(content, run, tmp_path):
    (tmp_path / "bad.json").write_bytes(content)
    code, out, err = run("Quoi ?", "--conversation", str(tmp_path / "bad.json"))
    assert code == 2 and out == "" and "bad.json" in err and len(err.strip().splitlines()) == 1


def test_no_index_is_one_clear_line(run, tmp_path):
    code, out, err = run("Quelle était la date limite ?", index=tmp_path / "nothing")
    assert code == 2 and out == "" and len(err.strip().splitlines()) == 1
    assert str(tmp_path / "nothing") in err and "python -m ingest" in err


def test_the_index_of_another_encoder_is_one_clear_line(run, index_folder):
    code, out, err = run("Quelle était la date limite ?", index=index_folder)
    assert code == 2 and out == "" and "fake@1" in err and "python -m ingest" in err


def test_a_setting_that_is_not_valid_is_one_clear_line(run, monkeypatch):
    monkeypatch.setenv("ASSISTANT_PORT", "many")
    code, out, err = run("Quelle était la date limite ?")
    assert code == 2 and out == "" and "ASSISTANT_PORT" in err and len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"), [(["ask", ""], "empty"), (["ask", "a" * 5000], "5000")], ids=["empty", "long"]
)
def test_the_command_itself_exits_with_2(arguments, said):
    done = subprocess.run(
        [sys.executable, "-m", "assistant", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2 and done.stdout == "" and said in done.stderr and "Traceback" not in done.stderr
