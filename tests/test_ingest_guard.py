"""A build that must not be served is not: exit code 1, the reason in words, and what was served still is (HARDENING R-05, R-07, R-04)."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import ask_here, served
from tiny import ROOT, FakeEncoder

import ingest.__main__ as command
from corpus import index
from corpus.embed import Vectors
from corpus.passages import Passage
from ingest.changes import canonical_questions, compare_passages, other_words

Outcome = tuple[int, str]
Run = Callable[..., Outcome]
ARTICLE = "## Article {number}\n\nLe délai numéro {number} de ce texte est de {number} mois à compter du dépôt de la demande.\n\n"


class Zeros(FakeEncoder):
    def _vector(self, text: str) -> Vectors:
        return np.zeros(self.dimension, dtype=np.float32)


class NotFinite(FakeEncoder):
    def _vector(self, text: str) -> Vectors:
        return np.full(self.dimension, np.nan, dtype=np.float32)


class Shorter(FakeEncoder):
    dimension = 128


def law(*numbers: int) -> str:
    return "# Loi\n\n" + "".join(ARTICLE.format(number=number) for number in numbers)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """The whole command, as a person starts it: its exit code and what it printed. Five documents are served already."""
    monkeypatch.setattr(command, "ask_both", ask_here)
    monkeypatch.setattr(command, "Encoder", lambda name: FakeEncoder())

    def call(*words: str) -> Outcome:
        monkeypatch.setattr(
            sys, "argv", ["ingest", "--corpus", str(tmp_path / "c"), "--index", str(tmp_path / "i"), *words]
        )
        with pytest.raises(SystemExit) as ended:
            command.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out + said.err

    (tmp_path / "c").mkdir()
    for number in range(5):
        (tmp_path / "c" / f"loi-{number}.md").write_text(law(*range(10 * number, 10 * number + 4)), encoding="utf-8")
    assert call("--questions", "0")[0] == 0
    yield call


def encoder(one: FakeEncoder) -> Callable[[Path, pytest.MonkeyPatch], None]:
    def spoil(folder: Path, patch: pytest.MonkeyPatch) -> None:
        (folder / "c" / "loi-9.md").write_text(law(90), encoding="utf-8")
        patch.setattr(command, "Encoder", lambda name: one)

    return spoil


def files(change: Callable[[Path], object]) -> Callable[[Path, pytest.MonkeyPatch], None]:
    return lambda folder, patch: (change(folder / "c"), None)[1]


def all_gone(corpus: Path) -> None:
    for path in corpus.iterdir():
        path.unlink()


def three_gone(corpus: Path) -> None:
    for number in range(3):
        (corpus / f"loi-{number}.md").unlink()


def all_broken(corpus: Path) -> None:
    for path in corpus.iterdir():
        path.write_bytes(b"\x89PNG")


def cut(corpus: Path) -> None:
    for number in range(2):
        (corpus / f"loi-{number}.md").write_text(law(10 * number), encoding="utf-8")


def another_length(folder: Path, patch: pytest.MonkeyPatch) -> None:
    encoder(Shorter())(folder, patch)
    (folder / "i" / "vectors.sqlite").unlink()


def after_the_build(spoil: Callable[[Path], object]) -> Callable[[Path, pytest.MonkeyPatch], None]:
    """Spoil what was written before it is checked."""

    def change(folder: Path, patch: pytest.MonkeyPatch) -> None:
        (folder / "c" / "loi-9.md").write_text(law(90), encoding="utf-8")
        build = index.build

        def build_and_spoil(*given: Any, **known: Any) -> index.Manifest:
            built = build(*given, **known)
            spoil(folder / "i" / "generations" / built.digest)
            return built

        patch.setattr(index, "build", build_and_spoil)

    return change


def other_bytes(generation: Path) -> None:
    data = bytearray((generation / "vectors.npy").read_bytes())
    data[-3] ^= 0x11
    (generation / "vectors.npy").write_bytes(data)


def no_rows_in_chroma(generation: Path) -> None:
    shutil.rmtree(generation / "chroma")


def replies(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path, pytest.MonkeyPatch], None]:
    def spoil(folder: Path, patch: pytest.MonkeyPatch) -> None:
        (folder / "c" / "loi-9.md").write_text(law(90), encoding="utf-8")

        def ask(*given: Any) -> dict[str, Any]:
            asked = ask_here(*given)
            asked["builds"]["after"] = change(asked["builds"]["after"])
            return asked

        patch.setattr(command, "ask_both", ask)

    return spoil


def silence(answers: Any) -> Any:
    return [
        one | {"kind": "abstention", "passages": [], "sections": [], "files": [], "locators": []} for one in answers
    ]


# (what is spoilt, a word of the reason, the name under which an operator may accept it)
BAD = [
    pytest.param(files(all_gone), "No text was found", "", id="an empty corpus"),
    pytest.param(files(all_broken), "No text was found", "", id="nothing readable"),
    pytest.param(files(three_gone), "3 of the 5 documents that are served are missing", "sources", id="60 % of the sources missing"),
    pytest.param(files(cut), "6 of the 20 passages that are served are lost", "loss", id="documents cut short"),
    pytest.param(encoder(FakeEncoder("other")), "built with 'fake@1'", "encoder", id="another encoder"),
    pytest.param(encoder(FakeEncoder(version="2")), "The encoder is 'fake@2'", "encoder", id="another version of it"),
    pytest.param(encoder(Shorter()), "vectors of several lengths (128, 256)", "", id="another dimension, half-way"),
    pytest.param(another_length, "gives 128 numbers a text and gave 256", "encoder", id="another dimension"),
    pytest.param(encoder(Zeros()), "2 vectors are zero", "", id="zero vectors"),
    pytest.param(encoder(NotFinite()), "not finite", "", id="vectors that are not finite"),
    pytest.param(after_the_build(other_bytes), "vectors.npy is not what was written", "", id="a digest that does not fit"),
    pytest.param(after_the_build(no_rows_in_chroma), "the folder of Chroma is missing", "", id="vectors that Chroma has not"),
    pytest.param(replies(silence), "questions that a passage must answer get no answer", "answers", id="canonical questions without answer"),
    pytest.param(replies(lambda answers: "No module can open it"), "No question could be asked", "answers", id="nothing can be asked of it"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "reason", "name"), BAD)
def test_a_bad_build_is_refused_and_what_was_served_still_is(
    spoil: Callable[[Path, pytest.MonkeyPatch], None],
    reason: str,
    name: str,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = index.read_pointer(tmp_path / "i")
    passages = served(tmp_path / "i").passages
    with monkeypatch.context() as patch:
        spoil(tmp_path, patch)
        code, said = run()
        assert code == 1 and reason in said, said
        assert "Traceback" not in said
        assert index.read_pointer(tmp_path / "i") == before
        assert [path.name for path in (tmp_path / "i" / "generations").iterdir()] == before
        assert served(tmp_path / "i").passages == passages
        if name:
            assert f"--accept {name}" in said
            code, said = run("--accept", name)
            assert code == 0 and index.read_pointer(tmp_path / "i")[0] != before[0], said
        else:
            assert "--accept" not in said


def test_one_document_that_leaves_is_no_loss(run: Run, tmp_path: Path) -> None:
    (tmp_path / "c" / "loi-0.md").unlink()
    code, said = run()
    assert code == 0 and "4 removed" in said, said


def test_a_document_under_another_name_is_no_loss(run: Run, tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / "c" / f"loi-{number}.md").rename(tmp_path / "c" / f"texte-{number}.md")
    code, said = run("--questions", "0")
    assert code == 0 and "0 added, 0 changed, 0 removed. 20 with the same words" in said, said


def test_the_share_that_may_be_lost_can_be_set(run: Run, tmp_path: Path) -> None:
    cut(tmp_path / "c")
    assert run("--lost-at-most", "30", "--questions", "0")[0] == 0


def test_a_check_refuses_as_the_build_would_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    three_gone(tmp_path / "c")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "i").rglob("*") if "chroma" not in path.parts}
    code, said = run("--check")
    assert code == 1 and "would not be served" in said, said
    assert {
        path: path.stat().st_mtime_ns for path in (tmp_path / "i").rglob("*") if "chroma" not in path.parts
    } == before


def test_what_changes_in_the_answers_is_told_before_and_kept_in_a_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "c" / "loi-0.md"
    path.write_text(path.read_text(encoding="utf-8").replace("est de 2 mois", "est de 7 mois"), encoding="utf-8")
    (tmp_path / "c" / "loi-4.md").unlink()
    (tmp_path / "i" / "changes.md").unlink()
    code, checked = run("--check")
    assert code == 0, checked
    assert "Another answer" in checked and "before: Le délai numéro 2 de ce texte est de 2 mois" in checked, checked
    assert "now:    Le délai numéro 2 de ce texte est de 7 mois" in checked
    assert "2 de ce texte est de [2 → 7] mois à compter du dépôt de" in checked
    assert "Nothing was switched" in checked and not (tmp_path / "i" / "changes.md").exists()
    code, said = run()
    assert code == 0, said
    kept = json.loads((tmp_path / "i" / "changes.json").read_text(encoding="utf-8"))
    assert kept["served"] and kept["passages"]["removed_documents"] == ["loi-4.md"]
    assert any(
        "est de 2 mois" in one["before"]["text"] and "est de 7 mois" in one["after"]["text"] for one in kept["answers"]
    )
    told = (tmp_path / "i" / "changes.md").read_text(encoding="utf-8")
    assert "est de 7 mois" in told and "loi-4.md, whole: 4 passages" in told
    assert "numéro 41" not in told, "the words of a document that was removed live on in the report"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("au plus tard 72 heures après", "au plus tard 96 heures après", "au plus tard [72 → 96] heures après"),
        ("un deux trois", "un trois", "un [deux → ] trois"),
        ("a b c d e f g h", "x b c d e f g y", "[a → x] b c d e f g (and at 1 more places)"),
        ("les  mêmes\nmots", "les mêmes mots", ""),
    ],
)
def test_the_words_that_changed_are_told(old: str, new: str, told: str) -> None:
    assert other_words(old, new) == told


def test_a_changed_paragraph_is_asked_for_by_its_own_words() -> None:
    """Its title is that of the whole article: asked for by that, another paragraph may answer, and the change would not be seen."""
    text = "Le délai est de {} mois. La réponse est écrite."
    one = Passage("loi/art-3.0000000002", "loi/art-3.0000000002", "loi", "loi.md", "Loi › Article 3", ("Loi",), "art. 3", text.format(2), 0, 40, "fr", False, "medium", ())  # fmt: skip
    old, new = one, replace(one, id="loi/art-3.0000000003", section_id="loi/art-3.0000000003", text=text.format(3))
    changes = compare_passages([old], [new], index.plan([old], FakeEncoder()), index.plan([new], FakeEncoder()))  # type: ignore[arg-type]
    asked = canonical_questions([old], [new], changes, 5)
    assert [one.text for one in asked] == ["Loi › Article 3", "Le délai est de 3 mois."]


def test_of_paragraphs_without_a_number_each_is_compared_with_the_one_that_it_was() -> None:
    one = Passage("loi/art-3.0000000001", "", "loi", "loi.md", "Loi › Article 3", ("Loi",), "art. 3", "", 0, 40, "fr", False, "medium", ())  # fmt: skip

    def law_of(texts: dict[str, str]) -> list[Passage]:
        names = {f"loi/art-3.{digest * 10}": text for digest, text in texts.items()}
        return [replace(one, id=name, section_id=name, text=text) for name, text in names.items()]

    old = law_of({"a": "Le délai est de deux mois.", "b": "La réponse est écrite en double."})
    new = law_of({"c": "La réponse est écrite en triple.", "d": "Le délai est de six mois."})
    changes = compare_passages(old, new, index.plan(old, FakeEncoder()), index.plan(new, FakeEncoder()))  # type: ignore[arg-type]
    assert set(changes.words.values()) == {
        "La réponse est écrite en [double. → triple.]",
        "Le délai est de [deux → six] mois.",
    }


def test_a_served_build_that_is_damaged_is_built_again(run: Run, tmp_path: Path) -> None:
    # Not opened before: Chroma would keep its client of that path in this process, which the command's own never has.
    generation = tmp_path / "i" / "generations" / index.read_pointer(tmp_path / "i")[0]
    passages = index.read_passages(generation)
    (generation / "passages.jsonl").unlink()
    code, said = run("--questions", "0")
    assert code == 0 and "is damaged" in said, said
    assert served(tmp_path / "i").passages == passages


def broken(name: str) -> Callable[[Path], None]:
    def spoil(generation: Path) -> None:
        for path in generation.rglob(name):
            shutil.rmtree(path) if path.is_dir() else path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])

    return spoil


def locked(generation: Path) -> None:
    with closing(sqlite3.connect(generation / "chroma" / "chroma.sqlite3")) as store:
        store.execute("DROP TABLE embeddings")
        store.commit()


DAMAGES = {
    "the folder of Chroma": broken("chroma"), "its database cut": broken("chroma.sqlite3"), "a table of it": locked, "the graph cut": broken("*.bin"), "vectors": broken("vectors.npy"),
    "passages": broken("passages.jsonl"), "words": broken("words"), "the manifest": broken("manifest.json"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_rollback_does_not_go_back_to_a_damaged_build(damage: Callable[[Path], None], run: Run, tmp_path: Path) -> None:
    # As many as give Chroma a graph on the disk.
    (tmp_path / "c" / "loi-8.md").write_text(law(*range(100, 700)), encoding="utf-8")
    assert run("--questions", "0")[0] == 0
    (tmp_path / "c" / "loi-9.md").write_text(law(90), encoding="utf-8")
    assert run("--questions", "0")[0] == 0
    now, before = index.read_pointer(tmp_path / "i")
    damage(tmp_path / "i" / "generations" / before)
    code, said = run("rollback")
    assert code == 2 and "damaged" in said
    assert index.read_pointer(tmp_path / "i") == [now, before]


@pytest.mark.parametrize("words", [["rollback"], ["status"], []], ids=["rollback", "status", "nothing changed"])
def test_what_only_looks_at_a_build_that_was_served_does_not_start_chroma(
    run: Run, tmp_path: Path, words: list[str]
) -> None:
    """R-08: to start Chroma takes longer than all the rest of going back."""
    (tmp_path / "c" / "loi-9.md").write_text(law(*range(100, 400)), encoding="utf-8")
    assert run("--questions", "0")[0] == 0
    asked = ["--corpus", str(tmp_path / "c"), "--index", str(tmp_path / "i"), *words]
    script = (
        "import sys, ingest.__main__ as command; from tiny import FakeEncoder; command.Encoder = lambda name: FakeEncoder(); "
        f"command.app({asked!r}, standalone_mode=False); print(*sys.modules, file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not {"chromadb", "torch", "bm25s"} & set(ended.stderr.split())
    assert words or "Nothing to do" in ended.stdout


def test_the_order_and_the_place_of_the_files_change_nothing(run: Run, tmp_path: Path) -> None:
    """I-06: the same sources in another folder, written in another order, give the same ids and the same digest."""
    other = tmp_path / "elsewhere" / "c"
    other.mkdir(parents=True)
    for path in sorted((tmp_path / "c").iterdir(), reverse=True):
        (other / path.name).write_bytes(path.read_bytes())
    code, said = run("--corpus", str(other))
    assert code == 0 and "0 added, 0 changed, 0 removed" in said and "Nothing to do" in said, said


def test_a_second_writer_is_refused_each_time(run: Run, tmp_path: Path) -> None:
    """R-04, with a real second process that holds the folder."""
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from corpus import index; from pathlib import Path\nwith index.writing(Path({str(tmp_path / 'i')!r})): print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        for _ in range(20):
            code, said = run("--questions", "0")
            assert code == 2 and "Another ingest is writing" in said
        other.communicate()
    assert run("--questions", "0")[0] == 0


def test_ingest_that_is_killed_loses_nothing() -> None:
    """R-01, R-02. `INGEST_KILLS=300` is the nightly figure."""
    kills = os.environ.get("INGEST_KILLS", "5")
    done = subprocess.run(
        [sys.executable, "tests/kill_ingest.py", "--kills", kills],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 lost, 0 mixed" in done.stdout


def test_builds_that_go_by_leave_those_who_ask_in_peace(run: Run, tmp_path: Path) -> None:
    """R-03: four readers, two with the index they opened at the start, two that open the served one. `INGEST_CYCLES=50` is the nightly figure."""
    folder, cycles = tmp_path / "i", int(os.environ.get("INGEST_CYCLES", "5"))

    def write(state: int) -> None:
        for number in range(5):
            (tmp_path / "c" / f"loi-{number}.md").write_text(
                law(*range(1000 * state + number, 1000 * state + number + 4))
            )

    write(1)
    assert run("--questions", "0", "--lost-at-most", "100")[0] == 0
    over, wrong = threading.Event(), list[str]()
    waits: dict[bool, list[float]] = {True: [], False: []}

    def read(is_first: bool) -> None:
        opened, pointer = served(folder), index.read_pointer(folder)
        try:
            while not over.wait(0.05):
                if not is_first and index.read_pointer(folder) != pointer:
                    opened, pointer = served(folder), index.read_pointer(folder)
                started = time.monotonic()
                scores = opened.scores(FakeEncoder().question("délai de ce texte"), "délai de ce texte")
                best = [opened.sections[i].passages[0] for i in np.argsort(-scores.words, kind="stable")[:20]]
                waits[is_busy[0]].append(time.monotonic() - started)
                states = {int(found) // 1000 for one in best for found in re.findall(r"de (\d+) mois", one.text)}
                if len(states) != 1 or (is_first and states != {1}):
                    wrong.append(f"states {states}")
        except Exception as error:  # noqa: BLE001  # whatever a reader meets is what this test looks for
            wrong.append(repr(error))

    is_busy = [False]
    readers = [threading.Thread(target=read, args=(number < 2,)) for number in range(4)]
    for reader in readers:
        reader.start()
    time.sleep(1)
    is_busy[0] = True
    for state in range(2, cycles + 2):
        write(state)
        code, said = run("--questions", "0", "--lost-at-most", "100")
        assert code == 0, said
    over.set()
    for reader in readers:
        reader.join()
    assert not wrong, wrong[:3]
    idle, busy = (float(np.quantile(waits[is_busy], 0.95)) for is_busy in (False, True))
    print(
        f"{cycles} builds, {len(waits[True])} answers meanwhile: p95 {busy * 1000:.1f} ms, {idle * 1000:.1f} ms before"
    )
    assert len(waits[True]) > cycles


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_breaks_while_serving_leaves_the_answers_as_they_were(
    damage: Callable[[Path], None], tmp_path: Path, passages: list[Any]
) -> None:
    """R-07. Asked before and after the damage, and opened anew: the same five, or a sentence that says what to do; the health route can tell."""
    from tiny import build_index

    from corpus.errors import ExplainedError

    build_index(tmp_path, passages, FakeEncoder())
    (generation,) = (tmp_path / "generations").iterdir()
    texts = ["amende maximale", "date limite de dépôt", "How many projects were selected?"]

    def best(opened: index.PassageIndex) -> list[list[int]]:
        scores = [opened.scores(FakeEncoder().question(text), text) for text in texts]
        return [np.argsort(-one.question, kind="stable")[:5].tolist() for one in scores]

    opened = served(tmp_path)
    expected = best(opened)
    assert opened.problem() == ""
    damage(generation)
    assert best(opened) == expected
    try:
        again = served(tmp_path)
    except ExplainedError as error:
        assert "python -m ingest" in str(error)
        assert opened.problem()
    else:
        assert best(again) == expected
        assert again.problem() or opened.problem()


@pytest.mark.parametrize("held", [2, 3, 99, 100, 130])
def test_what_the_memory_holds_is_not_written_beside_the_vectors(
    held: int, tmp_path: Path, passages: list[Passage]
) -> None:
    """I-08: Chroma makes room for a hundred vectors and writes it as it is, words of a removed text among it."""
    many = [replace(passages[0], id=f"p{number}", title=f"Titre {number}") for number in range(held // 2)]
    vectors = [index.Entry(0, "body", "")] * held
    rows = FakeEncoder().passages(
        [f"{passage.title} {side}" for passage in many for side in ("a", "b")] + ["x"] * (held % 2)
    )
    index._write_vectors(tmp_path, many, vectors, rows)
    written = next(tmp_path.rglob("data_level0.bin")).read_bytes()
    room = next(tmp_path.rglob("length.bin")).stat().st_size // 4
    assert not any(written[held * (len(written) // room) :])
    before = index._graph_digests(tmp_path)
    assert len(before) == 5
    assert index._chroma_fault(tmp_path / "chroma", rows) == ""
    assert index._graph_digests(tmp_path) == before


def test_a_cut_graph_does_not_end_the_process_that_serves(run: Run, tmp_path: Path) -> None:
    """R-07 with as many vectors as give Chroma a graph on the disk: it would kill the process that opens it once it is cut."""
    (tmp_path / "c" / "loi-8.md").write_text(law(*range(100, 700)), encoding="utf-8")
    assert run("--questions", "0")[0] == 0
    opened = served(tmp_path / "i")

    def best(one: index.PassageIndex) -> list[int]:
        scores = one.scores(FakeEncoder().question("délai numéro 345"), "délai numéro 345")
        return [int(place) for place in np.argsort(-scores.question, kind="stable")[:5]]

    expected = best(opened)
    broken("*.bin")(opened.folder)
    again = served(tmp_path / "i")
    assert best(opened) == best(again) == expected
    assert "not what was written" in again.problem()
    assert run("--questions", "0")[0] == 0
    assert best(served(tmp_path / "i")) == expected


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted by this user")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, leave: int = 0) -> None:
    free = shutil.disk_usage(disk).free
    with (disk / "filler").open("wb") as file:
        file.write(b"x" * max(0, free - leave))


@pytest.mark.parametrize(
    "point", [0, 50_000, 200_000, 400_000, 700_000, 1_000_000, "read", "embedded", "written", "checked"]
)
def test_a_full_disk_is_told_and_needs_no_repair(
    point: int | str, run: Run, small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-06: filled before the run but for some bytes, or after one of its steps."""
    where = ("--index", str(small_disk / "i"), "--questions", "0")
    assert run(*where)[0] == 0
    passages = served(small_disk / "i").passages
    (tmp_path / "c" / "loi-9.md").write_text(law(*range(90, 99)), encoding="utf-8")
    opened = served(small_disk / "i")
    with monkeypatch.context() as patch:
        if isinstance(point, int):
            fill(small_disk, leave=point)
        else:
            patch.setattr(command, "reached", lambda step: fill(small_disk) if step == point else None)
        code, said = run(*where)
    assert "Traceback" not in said
    assert code == 0 or (code == 2 and "what was served still is" in said.lower()), said
    assert code == 2 or point not in (0, "embedded"), "the disk was not full"
    now = served(small_disk / "i")
    assert len(now.passages) == len(passages) + (9 if code == 0 else 0)
    for _ in range(100):
        for one in (opened, now):
            assert one.scores(FakeEncoder().question("délai numéro 12"), "délai numéro 12").words.any()
    (small_disk / "filler").unlink()
    assert run(*where)[0] == 0
    assert len(served(small_disk / "i").passages) == len(passages) + 9
