"""Our own texts, read: what a passage keeps of its section, and mistakes told with the file, the line and what to write."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from corpus.errors import ExplainedError
from ingest.read import read_corpus

FRENCH, QUESTIONS = "texts/fr/rgpd.md", "questions/rgpd.yaml"


@pytest.fixture
def folder(tmp_path: Path, corpus_folder: Path) -> Path:
    """A copy of the tiny corpus, to be changed at will."""
    shutil.copytree(corpus_folder, tmp_path / "corpus")
    return tmp_path / "corpus"


def rewrite(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text, f"the example is stale: {file} no longer holds {old!r}"
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


# --- what is read ---------------------------------------------------------------------------------------------------------


def test_a_passage_is_its_section(passage_of):
    passage = passage_of["breach/fr"]
    assert passage.text == (
        "Une violation de données est notifiée à la CNIL dans les 72 heures, sauf si elle ne crée pas de risque pour les personnes."
    )
    assert (passage.section_id, passage.language, passage.title) == (
        "breach",
        "fr",
        "Notifier une violation de données",
    )
    assert passage.heading_path == ("Le RGPD", "Notifier une violation de données")
    assert "Le RGPD" in passage.locator and passage.title in passage.locator
    assert passage.fact_ids == ("breach-72h",) and passage.confidence == "high" and not passage.official
    assert [(r.publisher, r.url, r.pinpoint) for r in passage.references] == [
        ("Union européenne", "https://eur-lex.europa.example/rgpd", "RGPD art. 33")
    ]
    assert passage.questions[0] == "Dans quel délai notifier une violation de données à la CNIL ?"
    assert passage.misconceptions == ("Une violation se notifie sous un mois.",)


def test_what_a_section_says_of_itself_is_kept(passage_of):
    assert passage_of["fine/fr"].valid_from == date(2018, 5, 25)
    assert not passage_of["fine/fr"].holds_on(date(2018, 5, 24)) and passage_of["fine/fr"].holds_on(date(2018, 5, 25))
    assert passage_of["prize-not-stated/en"].is_not_stated and not passage_of["fine/en"].is_not_stated
    assert passage_of["closed/fr"].only_when == "closed" and passage_of["deadline/fr"].only_when is None
    assert passage_of["deadline/fr"].concerns_applying and not passage_of["fine/fr"].concerns_applying
    assert passage_of["winners/fr"].details == ("winner-albert", "winner-metro")
    assert passage_of["deadline/fr"].note == "Toutes les sources concordent."
    assert passage_of["launch/fr"].beside == ("Qui a signé le communiqué d'ouverture ?",)


def test_the_offsets_of_a_passage_find_it_again_in_its_file(documents, corpus_folder):
    for document in documents:
        text = (corpus_folder / document.file).read_text(encoding="utf-8")
        assert all(text[passage.start : passage.end] == passage.text for passage in document.passages)


def test_documents_and_passages_come_in_a_fixed_order(documents, corpus_folder):
    assert read_corpus(corpus_folder) == documents
    ids = [passage.id for document in documents for passage in document.passages]
    assert len(ids) == len(set(ids))


def test_a_statement_of_several_paragraphs_stays_whole(folder):
    rewrite(folder, FRENCH, "L’amende peut", "Elle est fixée au cas par cas.\n\nL’amende peut")
    passage = next(p for d in read_corpus(folder) for p in d.passages if p.id == "fine/fr")
    assert passage.text.startswith("Elle est fixée au cas par cas.\n\nL’amende peut")


def test_a_section_without_questions_is_found_by_its_title(folder):
    (folder / QUESTIONS).unlink()
    passage = next(p for d in read_corpus(folder) for p in d.passages if p.id == "fine/fr")
    assert passage.questions == ("Amende administrative maximale",)


# --- mistakes -------------------------------------------------------------------------------------------------------------


def rewriting(file: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: rewrite(folder, file, old, new)


# (what is spoilt, where the message has to point, a word of what it says to write)
MISTAKES = [
    pytest.param(rewriting(FRENCH, "---\ntitle", "title"), "texts/fr/rgpd.md, line 1", "---", id="front matter without its first line"),
    pytest.param(rewriting(FRENCH, "order: 3\n---", "order: 3\n"), "texts/fr/rgpd.md, line", "---", id="front matter not closed"),
    pytest.param(rewriting(FRENCH, "title: Le RGPD", "title: Le RGPD: tout"), "texts/fr/rgpd.md, line 2", "quotes", id="a colon in a title"),
    pytest.param(rewriting(FRENCH, "order: 3\n", ""), "texts/fr/rgpd.md, line 2", "order", id="an order left out"),
    pytest.param(rewriting(FRENCH, "order: 3", "order: third"), "texts/fr/rgpd.md, line 4", "order", id="an order in words"),
    pytest.param(rewriting(FRENCH, "language: fr", "language: french"), "texts/fr/rgpd.md, line 3", "fr", id="a language in full"),
    pytest.param(rewriting(FRENCH, "order: 3", "ordre: 3"), "texts/fr/rgpd.md, line 4", "ordre", id="a key that does not exist"),
    pytest.param(rewriting(FRENCH, " {#breach}", ""), "texts/fr/rgpd.md, line 7", "{#short-name}", id="a section without anchor"),
    pytest.param(rewriting(FRENCH, "{#breach}", "{#Breach Now}"), "texts/fr/rgpd.md, line 7", "{#short-name}", id="an anchor with capitals"),
    pytest.param(rewriting(FRENCH, "```yaml\nfacts:\n- breach-72h", "facts:\n- breach-72h"), "texts/fr/rgpd.md, line 7", "```yaml", id="a section without data"),
    pytest.param(rewriting(FRENCH, "- breach-72h", ""), "texts/fr/rgpd.md, line 12", "facts", id="a section without facts"),
    pytest.param(rewriting(FRENCH, "confidence: high", "confidence: sure"), "texts/fr/rgpd.md, line 14", "high", id="an unknown confidence"),
    pytest.param(rewriting(FRENCH, "confidence: high", "confidense: high"), "texts/fr/rgpd.md, line", "confidense", id="a misspelt key"),
    pytest.param(rewriting(FRENCH, "- source: regulation", "- source: nobody"), "texts/fr/rgpd.md, line", "sources.yaml", id="a source that is not listed"),
    pytest.param(rewriting(FRENCH, "references:\n- source: regulation\n  pinpoint: RGPD art. 33", "references: []"), "texts/fr/rgpd.md, line", "references", id="a section without reference"),
    pytest.param(rewriting(FRENCH, "L’amende peut atteindre 20 000 000 d’euros ou 4 % du chiffre d’affaires mondial.", ""), "texts/fr/rgpd.md, line", "statement", id="a section without statement"),
    pytest.param(lambda folder: (folder / FRENCH).write_text("---\ntitle: Le RGPD\nlanguage: fr\norder: 3\n---\n", encoding="utf-8"), "texts/fr/rgpd.md", "## Title {#short-name}", id="a file without section"),
    pytest.param(rewriting(QUESTIONS, "    fr:", "    de:"), "questions/rgpd.yaml, line", "fr", id="questions in another language"),
    pytest.param(rewriting(QUESTIONS, "      misconceptions:", "      errors:"), "questions/rgpd.yaml, line", "errors", id="questions under another key"),
    pytest.param(rewriting(QUESTIONS, "      - Quelle est l'amende maximale ?", "      - Quelle : l'amende : maximale ?\n       - et"), "questions/rgpd.yaml, line", "quotes", id="questions that are not YAML"),
    pytest.param(rewriting("sources.yaml", "  url: https://eur-lex.europa.example/rgpd\n", ""), "sources.yaml, line", "url", id="a source without address"),
    pytest.param(lambda folder: (folder / "sources.yaml").unlink(), "sources.yaml", "Restore", id="no list of sources"),
    pytest.param(lambda folder: shutil.rmtree(folder / "texts"), "texts", "--corpus", id="no text"),
    pytest.param(rewriting(FRENCH, "valid_from: 2018-05-25", "valid_from: 2018-05-32"), "texts/fr/rgpd.md, line", "2018-05-32", id="a day that does not exist"),
    pytest.param(lambda folder: (folder / FRENCH).write_bytes((folder / FRENCH).read_bytes().replace("é".encode(), b"\xe9")), "texts/fr/rgpd.md", "UTF-8", id="a text that is not UTF-8"),
    pytest.param(lambda folder: (folder / QUESTIONS).write_bytes((folder / QUESTIONS).read_bytes().replace("é".encode(), b"\xe9")), "questions/rgpd.yaml", "UTF-8", id="questions that are not UTF-8"),
    pytest.param(rewriting(QUESTIONS, "Quelle est l'amende", "Quelle est\x07 l'amende"), "questions/rgpd.yaml", "character", id="a control character"),
    pytest.param(rewriting(QUESTIONS, "  breach:", "  leak:"), "questions/rgpd.yaml, line", "leak", id="questions for a section that does not exist"),
    pytest.param(rewriting("texts/fr/laureats.md", "- winner-metro\n", "- winner-tube\n"), "texts/fr/laureats.md, line", "winner-tube", id="a detail that is no section"),
    pytest.param(rewriting(FRENCH, "language: fr", "language: en"), "texts/fr/rgpd.md, line 3", "fr", id="the language of another folder"),
    pytest.param(rewriting(FRENCH, "{#fine}", "{#breach}"), "texts/fr/rgpd.md, line", "breach", id="one anchor for two sections"),
    pytest.param(rewriting(FRENCH, "  pinpoint: RGPD art. 83\n```\n", "  pinpoint: RGPD art. 83\n```\n\nElle tient compte de la gravité.\n"), "texts/fr/rgpd.md, line", "data block", id="a statement after the data"),
    pytest.param(rewriting(FRENCH, "confidence: high\n", "confidence: high\nconfidence: low\n"), "texts/fr/rgpd.md, line", "twice", id="a key written twice"),
]  # fmt: skip


def read_as_the_command_does(folder: Path) -> None:
    from tiny import FakeEncoder

    from corpus import index

    index.plan([passage for document in read_corpus(folder) for passage in document.passages], FakeEncoder())


@pytest.mark.parametrize(("spoil", "where", "what"), MISTAKES)
def test_a_mistake_is_told_with_its_place_and_what_to_write(spoil, where, what, folder):
    read_as_the_command_does(folder)
    spoil(folder)
    with pytest.raises(ExplainedError) as raised:
        read_as_the_command_does(folder)
    assert where in str(raised.value) and what in str(raised.value), str(raised.value)


def test_a_file_saved_with_a_byte_order_mark_is_read(folder):
    before = read_corpus(folder)
    (folder / FRENCH).write_bytes(b"\xef\xbb\xbf" + (folder / FRENCH).read_bytes())
    assert [p.text for d in read_corpus(folder) for p in d.passages] == [p.text for d in before for p in d.passages]


def test_a_file_saved_with_windows_line_ends_is_read_the_same(folder):
    before = read_corpus(folder)
    (folder / FRENCH).write_bytes((folder / FRENCH).read_bytes().replace(b"\n", b"\r\n"))
    assert read_corpus(folder) == before
