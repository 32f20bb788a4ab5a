"""The command `python -m evals`: how good the answers are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from corpus.errors import ExplainedError, run_explained
from evals import run as runs
from evals.case import Case, load_cases
from evals.gates import Outcome
from evals.judged import judge
from evals.measures import Figure, apart, behind, weak_slices

app = typer.Typer(
    add_completion=False, help="How good the answers are.", no_args_is_help=True, pretty_exceptions_enable=False
)
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

Cases = Annotated[
    list[Path] | None,
    typer.Option(
        "--cases", help="YAML file or folder of cases; can be repeated. Default: the project's dev and test sets."
    ),
]
DEFAULT_OUT = Path("var/evals/results.json")
DEFAULT_ADDED = Path("evals/cases/dev/added.yaml")


@app.command("run")
def run_cases(
    cases: Cases = None,
    more_cases: Annotated[list[Path] | None, typer.Argument(help="More files or folders of cases.")] = None,
    out: Annotated[Path, typer.Option(help="Where the results are written.")] = DEFAULT_OUT,
    tag: Annotated[list[str] | None, typer.Option(help="Only the cases that carry one of these tags.")] = None,
    case_id: Annotated[
        list[str] | None, typer.Option("--id", help="Only these cases; `x*` takes all that begin with x.")
    ] = None,
    failed_last_time: Annotated[
        bool, typer.Option("--failed-last-time", help="Only the cases that failed in the results at --out.")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="Also write the report, an HTML page, there.")] = None,
    jobs: Annotated[int, typer.Option(min=1, max=32, help="Processes that ask; each opens the assistant once.")] = 2,
    families: Annotated[int, typer.Option(min=0, help="Also ask this many generated variants per family.")] = 0,
    engine: Annotated[str, typer.Option(help="What is judged, as module:function.")] = runs.PRODUCT,
    score_again: Annotated[
        Path | None, typer.Option("--score-again", help="Ask nothing: score the replies of these results.")
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Remember which cases pass now; they may not fail later.")
    ] = False,
    show: Annotated[int, typer.Option(help="How many failures to print.")] = 20,
) -> None:
    """Ask every case, print the figures and the gates; exits 1 when a gate fails."""
    places = [*(cases or []), *(more_cases or [])] or list(runs.DEFAULT_CASES)
    every = load_cases(places)
    chosen = _filtered(every, tag or [], case_id or [], _failed_ids(out) if failed_last_time else None)
    if families:
        from evals.families import generate

        chosen = [*chosen, *generate(chosen, per_family=families)]
    settings = runs.describe(places, jobs, engine)
    as_it_was = runs.newest_change()
    lacking: list[str] = []
    if score_again:
        results = runs.read_results(score_again)
        recording = runs.recording_of(results, chosen)
        settings = runs.settings_again(results, settings)
        recorded = {one.case.id for one in recording.replies}
        lacking = [case.id for case in chosen if case.id not in recorded]
    else:
        with Progress(
            TextColumn("Asking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=errors, transient=True
        ) as bar:
            task = bar.add_task("cases", total=None)
            recording = runs.record(
                chosen,
                jobs=min(jobs, len(chosen)),
                engine=engine,
                on_progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    if runs.newest_change() != as_it_was:
        errors.print(
            "The product changed while it was judged: run it again before trusting these figures.", style="bold"
        )
    shelf = runs.shelf_of(engine)
    done = runs.judge_all(recording, shelf=shelf, settings=settings, once_passed=runs.read_passed(), lacking=lacking)
    runs.write_results(done, out)
    _print_figures(done)
    _print_gates(done)
    _print_failures(done, show)
    if report:
        from evals.report import write_report

        write_report(done, shelf, report)
        console.print(f"Report: {report}")
    console.print(f"Results: {out}")
    if record:
        console.print(f"{runs.write_passed(done)} cases recorded as passing in {runs.PASSED_FILE}.")
    raise typer.Exit(0 if done.passed else 1)


@app.command("compare")
def compare_runs(
    before: Annotated[Path, typer.Argument(help="Results of the earlier run.")],
    after: Annotated[Path, typer.Argument(help="Results of the later run.")],
    show: Annotated[int, typer.Option(help="How many changed replies to print.")] = 20,
) -> None:
    """Say what two runs do differently: fixed, broken, changed, word by word; exits 1 when a case broke."""
    from evals.compare import compare

    found = compare(runs.read_results(before), runs.read_results(after))
    for title, changes in (("BROKEN", found.broken), ("FIXED", found.fixed), ("CHANGED", found.changed[:show])):
        for change in changes:
            console.print(f"{title} {change.id}", style="bold", markup=False)
            for line in (*change.reasons, *change.fields, change.words):
                console.print(f"    {line}", markup=False)
    for name, old, new in found.measures:
        console.print(
            f"{name}: {'none' if old is None else f'{old:g}'} → {'none' if new is None else f'{new:g}'}", markup=False
        )
    for word, ids in (("Only before", found.only_before), ("Only after", found.only_after)):
        if ids:
            console.print(
                f"{word}: {len(ids)} cases ({', '.join(ids[:5])}{' …' if len(ids) > 5 else ''}).", markup=False
            )
    console.print(
        f"{len(found.fixed)} fixed, {len(found.broken)} broken (chance would split them so with p = {found.p_value:.3f}), "
        f"{len(found.changed)} changed but judged alike, {found.same} the same."
    )
    raise typer.Exit(1 if found.broken else 0)


@app.command("selftest")
def try_the_gates() -> None:
    """Try the gates against engines broken on purpose; exits 1 when one gets through the gates meant for it."""
    from evals.broken import ENGINES, stopped_by, try_engine
    from evals.oracle import can_be_met, open_oracle

    cases, shelf = load_cases([runs.ROOT / "cases" / "selftest"]), runs.shelf_of(runs.PRODUCT)
    if not shelf:
        raise ExplainedError("There is no index, so no engine has passages to cite. Run `python -m ingest` first.")
    failed = sorted(stopped_by(try_engine(open_oracle(shelf), cases, shelf)))
    table = Table("engine", "meant to be stopped by", "stopped", "also stopped by", box=None, pad_edge=False)
    table.add_row("(sound)", "nothing", "no" if not failed else "YES", ", ".join(failed))
    slipped = bool(failed)
    for broken in ENGINES:
        stopped = stopped_by(try_engine(broken.engine(shelf), cases, shelf))
        missed = set(broken.gates) - stopped
        slipped = slipped or bool(missed)
        others = sorted(stopped - set(broken.gates))
        table.add_row(
            broken.name, ", ".join(broken.gates), f"NOT by {', '.join(missed)}" if missed else "yes", ", ".join(others)
        )
    console.print(table)
    if stale := [case.id for case in cases if not can_be_met(case, shelf)]:
        console.print(f"Left out, for no sentence of the corpus says what they expect: {', '.join(stale)}.")
    raise typer.Exit(1 if slipped else 0)


@app.command("add")
def add_case(
    question: Annotated[
        list[str], typer.Argument(help="What the person writes; several messages make a conversation.")
    ],
    kind: Annotated[list[str] | None, typer.Option(help="Kind that the reply may have; can be repeated.")] = None,
    includes: Annotated[
        list[str] | None,
        typer.Option("--include", help="What the reply must say; `a|b` takes either. Can be repeated."),
    ] = None,
    excludes: Annotated[list[str] | None, typer.Option("--exclude", help="What it must not say.")] = None,
    cites: Annotated[list[str] | None, typer.Option("--cites", help="Fact of which one must be cited.")] = None,
    status: Annotated[list[str] | None, typer.Option(help="Verdict that it may hold.")] = None,
    lang: Annotated[str, typer.Option(help="fr or en.")] = "fr",
    severity: Annotated[str, typer.Option(help="critical, major or minor.")] = "major",
    tag: Annotated[list[str] | None, typer.Option(help="Tag; can be repeated.")] = None,
    as_of: Annotated[str | None, typer.Option(help="The day asked about, YYYY-MM-DD.")] = None,
    case_id: Annotated[str | None, typer.Option("--id", help="Id; made from the question when not given.")] = None,
    to: Annotated[Path, typer.Option(help="File that the case is added to.")] = DEFAULT_ADDED,
    ask: Annotated[bool, typer.Option("--ask", help="Also ask the assistant, and say whether it passes.")] = False,
) -> None:
    """Turn a question and its right answer into a case, checked before it is written."""
    from evals import add

    existing = load_cases(
        [*runs.DEFAULT_CASES, *([to] if to.exists() and not _is_below(to, runs.DEFAULT_CASES) else [])]
    )
    value: dict[str, Any] = {
        "id": case_id or add.suggest_id(question[-1], lang, (case.id for case in existing)),
        "lang": lang,
        "turns": question,
        "expect": {
            "kind": kind,
            "status": status,
            "must_include": [one.split("|") for one in includes or []],
            "must_not_include": excludes or [],
            "cites": cites or [],
        },
        "severity": severity,
        "tags": tag or [],
        **({"as_of": as_of} if as_of else {}),
    }
    try:
        case = Case.model_validate(value)
    except ValidationError as error:
        lines = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
        raise ExplainedError(
            "\n".join([*lines, "Nothing was written. Correct the options and run it again."])
        ) from error
    shelf = runs.shelf_of(runs.PRODUCT)
    facts = {fact for passage in shelf.values() for fact in passage.fact_ids}
    problems = add.check_new(case, existing, facts, add.listed_questions(Path("corpus")))
    if problems:
        raise ExplainedError("\n".join([*problems, "Nothing was written."]))
    if ask:
        asked = judge(runs.ask(runs.open_named(runs.PRODUCT), case), shelf)
        console.print(
            "The assistant passes it." if asked.passed else f"The assistant fails it: {'; '.join(asked.reasons)}"
        )
        console.print((asked.recorded.answer or {}).get("text", ""), markup=False)
    add.append(case, to)
    console.print(f"Case {case.id} written to {to}.")


@app.command("retrieval")
def measure_retrieval(
    docs: Annotated[Path, typer.Option(help="Documents, one JSON object a line: id, title, text.")],
    queries: Annotated[Path, typer.Option(help="Queries, one JSON object a line: qid, text.")],
    qrels: Annotated[Path | None, typer.Option(help="Judgements: a header line, then qid, docid, rel.")] = None,
    out: Annotated[Path, typer.Option(help="Where the TREC run is written.")] = Path("var/evals/run.trec"),
) -> None:
    """Index a collection with the product's own parts, ask every query, write a TREC run and print its figures."""
    from evals import retrieval

    documents, asked = retrieval.read_documents(docs), retrieval.read_queries(queries)
    judgements = retrieval.read_judgements(qrels) if qrels else None
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=errors
    ) as bar:
        task = bar.add_task("Embedding", total=None)
        rankings = retrieval.search_all(
            documents,
            asked,
            lambda step, done, total: bar.update(task, description=step, completed=done, total=total),
        )
    retrieval.write_run(rankings, out)
    if judgements is not None:
        table = Table("measure", "value", "95 % interval", box=None, pad_edge=False)
        for one in retrieval.evaluate(rankings, judgements):
            span = f"{one.low:.3f} – {one.high:.3f}" if one.low is not None and one.high is not None else ""
            table.add_row(one.name, f"{one.value:.4f}", span)
        console.print(table)
    console.print(f"Run: {out}")


@app.command("families")
def write_families(
    out: Annotated[Path, typer.Option(help="Folder of the generated YAML files.")] = Path("var/evals/families"),
    cases: Cases = None,
    per_family: Annotated[int, typer.Option(min=1, help="Variants per family.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed gives the same variants.")] = 2023,
) -> None:
    """Write generated variants of the cases: typos, capitals, courtesy, distraction, counterfactuals…"""
    from evals import families

    written = families.write_families(load_cases(cases or runs.DEFAULT_CASES), out, per_family=per_family, seed=seed)
    console.print(
        f"{written} cases written to {out}. Run them beside their bases: `python -m evals run evals/cases/dev evals/cases/test {out}`."
    )


def _is_below(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.resolve().is_relative_to(folder) for folder in folders)


def _failed_ids(out: Path) -> set[str]:
    return {one["id"] for one in runs.read_results(out)["cases"] if not one.get("passed")}


def _filtered(cases: Sequence[Case], tags: Sequence[str], ids: Sequence[str], only: set[str] | None) -> list[Case]:
    def is_named(case: Case) -> bool:
        return any(case.id.startswith(name[:-1]) if name.endswith("*") else case.id == name for name in ids)

    kept = [
        case
        for case in cases
        if (not tags or case.has(*tags)) and (not ids or is_named(case)) and (only is None or case.id in only)
    ]
    if not kept:
        raise ExplainedError(
            f"None of the {len(cases)} cases fits --tag, --id and --failed-last-time, so nothing was run. Widen them."
        )
    return kept


def _print_figures(done: runs.Run) -> None:
    table = Table("measure", "value", "95 % interval", "n", "fr", "en", box=None, pad_edge=False)
    for name, measure in done.measures.items():
        if measure.figure.value is None:
            continue
        by_language = measure.slices.get("lang", {})
        table.add_row(
            name,
            _number(measure.figure),
            _interval(measure.figure),
            str(measure.figure.n),
            *(_number(by_language.get(lang)) for lang in ("fr", "en")),
        )
    console.print(table)
    for by, tag, figure in weak_slices(done.measures)[:12]:
        console.print(f"Weak: {by} {tag}: {_number(figure)} of {figure.n} pass.")


def _print_gates(done: runs.Run) -> None:
    for outcome in done.outcomes:
        if outcome.figure.value is not None and outcome.passed and not outcome.gate.reaches_goal(outcome.figure.value):
            console.print(
                f"Goal not reached: {outcome.gate.measure} is {_number(outcome.figure)}, the goal is {outcome.gate.goal:g}."
            )
    if again := done.settings.get("scored_again"):
        of = f"{done.settings.get('engine', 'an engine')} at {done.settings.get('commit') or 'an unknown commit'}"
        console.print(
            f"Replies of {of}, recorded on {done.settings.get('made', 'an unknown day')}, scored again on {again['made']}."
        )
    if done.lacking:
        console.print(
            f"NO VERDICT ON THE WHOLE: the recording lacks {len(done.lacking):,} of the {len(done.lacking) + len(done.judged):,} cases. "
            "Name those that it holds with --cases, --tag or --id."
        )
    unmeasured = ", ".join(outcome.gate.name for outcome in done.unmeasured)
    if unmeasured:
        console.print(f"Not measured here: {unmeasured}.")
    for outcome in done.outcomes:
        if not outcome.passed:
            # One line, ids included: what fails can then be kept from view as a whole.
            console.print(f"GATE FAILED {_failed_gate(outcome, done)}", markup=False)
    if done.passed:
        console.print("Every gate passes." if not unmeasured else "Every gate that was measured passes.")


_MOST_IDS = 8


def _failed_gate(outcome: Outcome, done: runs.Run) -> str:
    """A closed gate: its figure, its bound, how many faults of how many, and the first cases that show them."""
    gate, sign = outcome.gate, "at most" if outcome.gate.at_most is not None else "at least"
    count = f", {outcome.faults:,} of {outcome.figure.n:,} at fault" if outcome.faults is not None else ""
    ids = behind(done.measures[gate.measure], done.judged, counts_good=gate.at_most is None)
    more = f" and {len(ids) - _MOST_IDS:,} more cases" if len(ids) > _MOST_IDS else ""
    shown = f": {', '.join(ids[:_MOST_IDS])}{more}" if ids else ""
    return f"{gate.name}: {gate.measure} is {apart(outcome.figure.value, gate.bound)}, {sign} {gate.bound:g}{count} ({gate.why}){shown}"


def _print_failures(done: runs.Run, show: int) -> None:
    failures = [one for one in done.judged if not one.passed]
    rank = {"critical": 0, "major": 1, "minor": 2}
    for one in sorted(failures, key=lambda one: rank[one.case.severity])[:show]:
        console.print(f"FAILED {one.case.id} ({one.case.severity}): {'; '.join(one.reasons)}", markup=False)
    if len(failures) > show > 0:
        console.print(
            f"… and {len(failures) - show} more failures (--show {len(failures)} prints them, --report explains them)."
        )
    console.print(f"{len(done.judged) - len(failures)} of {len(done.judged)} cases pass.")


def _number(figure: Figure | None) -> str:
    if figure is None or figure.value is None:
        return ""
    return f"{figure.value:.3f}" if abs(figure.value) <= 10 else f"{figure.value:.0f}"


def _interval(figure: Figure) -> str:
    return "" if figure.low is None or figure.high is None else f"{figure.low:.3f} – {figure.high:.3f}"


def main() -> None:
    """Run the command; an ExplainedError is printed alone and gives exit code 2."""
    run_explained(app, lambda message: errors.print(message, style="bold", markup=False))


if __name__ == "__main__":
    main()
