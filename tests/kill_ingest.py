"""The real ingest, killed (SIGKILL) at random instants and after each of its steps; what is served is looked at by a fresh process.

    python tests/kill_ingest.py --kills 300 --seed 7

Every trial goes from one state of a small corpus to one that was never built. After each kill: the pointer names a whole generation, its passages are
those of one state and never a mixture, those of the new one when the switch was told, and every vector is its own nearest (R-01, R-02).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import bm25s  # noqa: E402, F401  # imported once, so that each process that is killed starts in milliseconds
import chromadb  # noqa: E402, F401
from tiny import FILES, FakeEncoder  # noqa: E402

import ingest.__main__ as command  # noqa: E402
from corpus import index  # noqa: E402

STEPS = ("read", "embedded", "written", "checked", "pointer written", "old removed")
LAW = "# Loi\n\n## Article 1\n\nLe délai de réponse est de {} mois à compter de la demande.\n\n## Article 2\n\nLa réponse est écrite.\n"


def apart(work: Callable[[], None]) -> int:
    """The number of a process of its own that does `work`: 0 when it ends well, 1 when not."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except BaseException:  # noqa: BLE001  # whatever it is, the parent must know and nothing may go on in this copy of it
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def was_killed(work: Callable[[], None], wait: float | None) -> bool:
    """Do `work` apart, killed after `wait` seconds unless that is None; True when a kill, this one or its own, came before its end."""
    child = apart(work)
    if wait is not None:
        time.sleep(wait)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, 9)
    return ended(child) == -9


def write_state(corpus: Path, state: int) -> None:
    (corpus / "official" / "loi.md").write_text(LAW.format(state), encoding="utf-8")
    text = (FILES / "corpus" / "texts" / "fr" / "rgpd.md").read_text(encoding="utf-8")
    (corpus / "texts" / "fr" / "rgpd.md").write_text(
        text.replace("L’amende peut", f"Au bout de {state} avis, l’amende peut"), encoding="utf-8"
    )


def ingest(corpus: Path, folder: Path, log: Path, stop_after: str = "") -> None:
    def reached(step: str) -> None:
        with log.open("a") as file:
            file.write(f"{step}\n")
        if step == stop_after:
            os.kill(os.getpid(), 9)

    command.Encoder = lambda name: FakeEncoder()  # type: ignore[assignment, misc, return-value]
    command.reached = reached
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        command.app(["--corpus", str(corpus), "--index", str(folder), "--questions", "0"], standalone_mode=False)


def look(folder: Path, told: bool, before: int, after: int) -> None:
    """What a fresh process finds; an AssertionError says what is wrong."""
    generation = folder / "generations" / index.read_pointer(folder)[0]
    assert not index.faults_of(generation), index.faults_of(generation)
    opened = index.PassageIndex.open(folder, FakeEncoder())  # type: ignore[arg-type]
    law, fine = (
        {int(number) for p in opened.passages for number in re.findall(pattern, p.text)}
        for pattern in (r"est de (\d+) mois", r"Au bout de (\d+) avis")
    )
    assert law == fine and law <= ({after} if told else {before, after}) and len(law) == 1, (law, fine, told)
    assert not opened.problem()


def trial(
    corpus: Path, folder: Path, before: int, after: int, log: Path, *, wait: float | None = None, step: str = ""
) -> bool:
    """One kill; True when it came before the end."""
    log.unlink(missing_ok=True)
    write_state(corpus, after)
    in_time = was_killed(partial(ingest, corpus, folder, log, step), wait)
    told = log.exists() and "pointer written" in log.read_text()
    if ended(apart(lambda: look(folder, told, before, after))):
        raise SystemExit(f"After a kill (wait {wait}, step '{step}'): the index is not as it must be.")
    return in_time


def main() -> None:
    """Kill as often as asked, then once after each step; the run that is left alone must end each time."""
    options = argparse.ArgumentParser()
    options.add_argument("--kills", type=int, default=10)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    chance = random.Random(asked.seed)
    with tempfile.TemporaryDirectory(prefix="kill-ingest-") as temporary:
        corpus, folder, log = Path(temporary) / "corpus", Path(temporary) / "index", Path(temporary) / "steps"
        shutil.copytree(FILES / "corpus", corpus)
        (corpus / "official").mkdir()
        write_state(corpus, 0)
        assert ended(apart(lambda: ingest(corpus, folder, log))) == 0
        write_state(corpus, 1)
        started = time.monotonic()
        assert ended(apart(lambda: ingest(corpus, folder, log))) == 0
        whole = time.monotonic() - started
        kills = [*[""] * asked.kills, *STEPS * max(1, asked.kills // 30)]
        killed = 0
        for before, step in enumerate(kills, start=1):
            after = before + 1
            wait = None if step else chance.uniform(0, 1.1 * whole)
            # Every vector is embedded anew from time to time, so that a kill also falls into that.
            if chance.random() < 0.3:
                (folder / "vectors.sqlite").unlink(missing_ok=True)
            killed += trial(corpus, folder, before, after, log, wait=wait, step=step)
            if ended(apart(partial(ingest, corpus, folder, log))) != 0:
                raise SystemExit(f"After a kill (wait {wait}, step '{step}'): the next run did not end.")
            assert ended(apart(partial(look, folder, True, before, after))) == 0
    print(
        f"{killed} killed of {len(kills)} runs ({whole:.2f} s each when left alone): 0 lost, 0 mixed, 0 that cannot be opened."
    )


if __name__ == "__main__":
    main()
