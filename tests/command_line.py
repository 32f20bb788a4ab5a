"""What the tests of `python -m ingest` share: the command with the encoder of the tests, its questions asked here, and an index looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tiny import WEIGHTS, FakeEncoder, open_reader

from assistant.pipeline import Assistant
from assistant.retrieve import Retriever, load_weights
from corpus.call import load_call
from corpus.index import PassageIndex, read_manifest
from corpus.synonyms import load_synonyms
from evals.answers import answer_all
from ingest.changes import Canonical

LAW = "# Loi du délai\n\n## Article 1\n\nLe délai de réponse est d’un mois à compter de la demande.\n\n## Article 2\n\nLa réponse est écrite et elle est motivée.\n"


def ask_here(
    generations: Mapping[str, tuple[Path, str]], canonical: Sequence[Canonical], corpus: Path, cases: int
) -> dict[str, Any]:
    """What `ask_both` does in a process of its own, here and with the encoder of the tests."""
    questions = [{"turns": [one.text], "language": one.language} for one in canonical]
    builds = {name: answer_all(assistant_on(folder, corpus), questions) for name, (folder, _) in generations.items()}
    return {"questions": questions, "builds": builds}


def assistant_on(generation: Path, corpus: Path) -> Assistant:
    """The assistant that would serve `generation`."""
    manifest = read_manifest(generation)
    encoder = FakeEncoder(*manifest.encoder.split("@"))
    encoder.dimension = manifest.dimension
    index = PassageIndex(generation, encoder)  # type: ignore[arg-type]
    synonyms = load_synonyms(corpus / "synonyms.yaml")
    reader = open_reader(index, synonyms)
    retriever = Retriever(index, synonyms, load_weights(WEIGHTS))
    return Assistant(index, load_call(corpus / "call.yaml"), retriever, reader, date(2023, 9, 1))


def served(folder: Path) -> PassageIndex:
    """The index that `folder` serves."""
    return PassageIndex.open(folder, FakeEncoder())  # type: ignore[arg-type]
