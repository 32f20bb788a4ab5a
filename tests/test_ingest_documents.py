"""Folders of documents: what is set aside and why, what is proposed, duplicates, ids, limits."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest
from test_ingest_pdf import WORDS, lines, pdf

from ingest import child
from ingest.blocks import Extracted
from ingest.collection import read_collection
from ingest.disagree import articles_of, disagreements, values_of
from ingest.documents import Shelf, forget_unused, proposal_of, read_apart, read_documents, wrong_kind
from ingest.duplicates import near_duplicates
from ingest.official import Fetched, OfficialText, load_official, same_address, write_fetched

REAL = Path(__file__).resolve().parents[2] / "shared" / "real"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the documents of ../shared/real are not here")

SHEET = f"# Fiche n°7 : Limiter\n\n## Limiter\n\n{WORDS}, et il est limité au nécessaire.\n"


def shelf(folder: Path, official: tuple[OfficialText, ...] = (), kept: Path | None = None) -> Shelf:
    return read_documents(folder, folder, official, kept=kept, write_kept=kept is not None)


def listed(**changes: str) -> OfficialText:
    values = {
        "id": "loi", "title": "Loi", "publisher": "Légifrance", "url": "https://a.fr/loi", "file": "loi.md", "language": "fr", "kind": "markdown",
        "licence": "LO", "reuse": "citer", "checked": "seen",
    }  # fmt: skip
    return OfficialText.model_validate(values | changes)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        pytest.param("a.pdf", b"<!doctype html><html></html>", "named PDF and is a web page", id="html named pdf"),
        pytest.param("a.pdf", b"\x89PNG\r\n\x1a\n%PNG", "named PDF and is a PNG image", id="png named pdf"),
        pytest.param("a.pdf", b"", "the file is empty", id="empty"),
        pytest.param("a.pdf", b"%PDF-1.7\nnothing", "broken", id="broken pdf"),
        pytest.param("a.txt", b"PK\x03\x04zip", "an archive (ZIP)", id="zip named txt"),
        pytest.param("a.md", b"\x1f\x8b\x08gz", "an archive (gzip)", id="gzip named md"),
        pytest.param("a.html", b"%PDF-1.7", "is a PDF", id="pdf named html"),
        pytest.param("a.txt", b"<!doctype html><p>x", "is a web page", id="html named txt"),
        pytest.param("a.docx", b"PK\x03\x04zip", "not a Word document", id="zip named docx"),
        pytest.param("a.docx", b"\xd0\xcf\x11\xe0", "an old Word", id="doc named docx"),
        pytest.param("a.xlsx", b"PK\x03\x04", "files named '.xlsx' are not read", id="another format"),
        pytest.param("a.txt", b"\x00\x01", "binary data", id="binary"),
    ],
)
def test_a_file_that_cannot_be_read_is_set_aside_and_the_others_go_on(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "fiche.md").write_text(SHEET, encoding="utf-8")
    found = shelf(tmp_path)
    (aside,) = found.quarantined
    assert aside.file == name
    assert reason in aside.reason
    assert [document.file for document in found.documents] == ["fiche.md"]


def test_a_huge_file_is_not_even_opened(tmp_path: Path) -> None:
    with (tmp_path / "a.pdf").open("wb") as file:
        file.truncate(2 * 1024**3)
    assert "2,048 MB, and 25 MB are read at most" in shelf(tmp_path).quarantined[0].reason


def test_a_link_out_of_the_folder_and_a_pipe_are_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    folder.mkdir()
    (folder / "a.txt").symlink_to("/etc/hostname")
    os.mkfifo(folder / "b.txt")
    assert [aside.reason.split(".")[0] for aside in shelf(folder).quarantined] == [
        "it is a link to a file outside the folder",
        "it is not an ordinary file",
    ]


def test_a_file_without_permission_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert "could not be opened" in shelf(tmp_path).quarantined[0].reason
    path.chmod(stat.S_IRUSR)


# The limited process


def test_a_reader_that_takes_too_long_is_ended() -> None:
    nested = b"[" * 200_000 + b"]" * 200_000
    data = pdf([lines([WORDS])], extra=f" /Extra {nested.decode()}")
    assert "seconds" in str(read_apart("pdf", data, seconds=0.01))


def test_the_process_has_its_limits() -> None:
    assert (child.CPU_SECONDS, child.MEMORY, child.PAGES, child.CHARACTERS) == (20, 512 * 2**20, 500, 2_000_000)


@pytest.mark.skipif(shutil.which("ocrmypdf") is not None, reason="ocrmypdf is installed here")
def test_text_recognition_that_is_not_installed_is_told() -> None:
    assert "`ocrmypdf` is not installed" in str(read_apart("pdf", pdf([[]], image=True), ocr=True))


def test_text_recognition_uses_the_tool_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recognised = tmp_path / "recognised.pdf"
    recognised.write_bytes(pdf([lines([WORDS])]))
    tool = tmp_path / "ocrmypdf"
    tool.write_text(f'#!/bin/sh\nfor last; do :; done\ncp {recognised} "$last"\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    found = read_apart("pdf", pdf([[]], image=True), ocr=True)
    assert isinstance(found, Extracted)
    assert found.text == WORDS
    assert "recognised from images" in found.notes[0]


# Ids, duplicates


def test_the_same_files_give_the_same_ids_wherever_and_in_whatever_order_they_were_put(tmp_path: Path) -> None:
    texts = {
        f"{name}.md": SHEET.replace("n°7", f"n°{n}").replace("nécessaire", name)
        for n, name in enumerate(("un", "deux", "trois"))
    }
    found = []
    for place, names in enumerate((list(texts), list(reversed(texts)))):
        folder = tmp_path / str(place)
        folder.mkdir()
        for name in names:
            (folder / name).write_text(texts[name], encoding="utf-8")
        found.append([p.id for d in shelf(folder).documents for p in d.passages])
    assert found[0] == found[1]
    assert len(set(found[0])) == len(found[0]) == 3


def test_doubles_are_read_once_and_near_doubles_are_told(tmp_path: Path) -> None:
    body = " ".join(f"La phrase numéro {n} parle du traitement {n * 7} et de sa durée." for n in range(60))
    (tmp_path / "a.txt").write_text(body, encoding="utf-8")
    (tmp_path / "b.txt").write_text(body, encoding="utf-8")
    (tmp_path / "c.md").write_text(f"{body.upper()}\n", encoding="utf-8")
    (tmp_path / "d.txt").write_text(body.replace("numéro 30", "numéro trente"), encoding="utf-8")
    (tmp_path / "e.txt").write_text(body[:1500], encoding="utf-8")
    found = shelf(tmp_path)
    assert [document.file for document in found.documents] == ["a.txt", "d.txt", "e.txt"]
    told = "\n".join(found.warnings)
    assert "b.txt is the same file as a.txt" in told
    assert "c.md has the same text as a.txt" in told
    assert "a.txt is nearly the same as d.txt" in told
    assert "e.txt is contained in a.txt" in told


def test_different_texts_are_not_near() -> None:
    assert not near_duplicates(
        {"a": " ".join(f"un{n}" for n in range(200)), "b": " ".join(f"deux{n}" for n in range(200)), "c": ""}
    )


# What is known of a document


def test_what_nobody_confirmed_is_proposed_with_where_it_was_seen(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text(SHEET, encoding="utf-8")
    (report,) = shelf(tmp_path).reports
    assert report.proposed["title"] == {"value": "Fiche n°7 : Limiter", "seen": "first heading"}
    assert report.proposed["language"] == {"value": "fr", "seen": "most of its small words"}
    assert (report.official, report.licence) == (False, "unknown")
    (tmp_path / "note.md.yaml").write_text(proposal_of(report), encoding="utf-8")
    (confirmed,) = shelf(tmp_path).reports
    assert (confirmed.proposed, confirmed.title) == ({}, "Fiche n°7 : Limiter")


def test_a_listed_file_is_official_and_cites_its_address(tmp_path: Path) -> None:
    (tmp_path / "loi.md").write_text(
        "## Article 1\n\nLe délai est d’un mois pour répondre à la personne.\n", encoding="utf-8"
    )
    (tmp_path / "note.md").write_text(SHEET, encoding="utf-8")
    official, operators = (document.passages[0] for document in shelf(tmp_path, (listed(),)).documents)
    assert (official.official, official.source_id, official.confidence, official.references[0].url) == (
        True,
        "loi",
        "high",
        "https://a.fr/loi",
    )
    assert (operators.official, operators.confidence, operators.references[0].url) == (False, "medium", "")


def test_a_file_that_differs_from_what_was_fetched_is_told(tmp_path: Path) -> None:
    (tmp_path / "loi.md").write_text("## Article 1\n\nLe délai.\n", encoding="utf-8")
    record = Fetched(
        url="https://a.fr/loi",
        final_url="https://a.fr/loi",
        file="loi.md",
        sha256="0" * 64,
        bytes=3,
        fetched="2026-01-02T03:04:05",
    )
    write_fetched(tmp_path, {record.url: record})
    assert "is not the file that was fetched on 2026-01-02" in " ".join(shelf(tmp_path, (listed(),)).warnings)


def test_a_listed_language_that_is_not_that_of_the_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "loi.md").write_text(SHEET, encoding="utf-8")
    assert "listed as 'en' and reads as 'fr'" in " ".join(shelf(tmp_path, (listed(language="en"),)).warnings)


def test_what_was_read_is_kept_and_forgotten_with_its_file(tmp_path: Path) -> None:
    folder, kept = tmp_path / "c", tmp_path / "kept"
    folder.mkdir()
    (folder / "note.md").write_text(SHEET, encoding="utf-8")
    first = shelf(folder, kept=kept)
    (stored,) = kept.iterdir()
    assert first.reports[0].sha256.startswith(stored.name.split("-")[0])
    assert shelf(folder, kept=kept) == first
    stored.write_text("{", encoding="utf-8")
    assert shelf(folder, kept=kept) == first
    forget_unused(kept, set())
    assert not list(kept.iterdir())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.a.fr/x/", "https://a.fr/x", True),
        ("https://a.fr/x?uri=CELEX%3A1", "https://a.fr/x?uri=CELEX:1", True),
        ("https://a.fr/x", "https://a.fr/y", False),
        ("", "", False),
    ],
)
def test_addresses_that_lead_to_the_same_text(one: str, other: str, same: bool) -> None:
    assert same_address(one, other) is same


def test_the_list_of_official_texts_of_the_project_is_well_formed() -> None:
    texts = load_official(Path(__file__).resolve().parents[1] / "corpus" / "official.yaml")
    assert len(texts) > 40
    assert all(text.licence and text.reuse and (text.fetch or text.note) for text in texts)
    assert {text.language for text in texts} == {"fr", "en"}


def test_a_folder_of_documents_alone_is_a_collection(tmp_path: Path) -> None:
    (tmp_path / "sous").mkdir()
    (tmp_path / "sous" / "note.md").write_text(SHEET, encoding="utf-8")
    collection = read_collection(tmp_path)
    assert [passage.locator for passage in collection.passages] == ["Fiche 7 › Limiter"]
    assert collection.shelf.reports[0].file == "sous/note.md"


# Restatements and official texts


def restated(
    text: str, pinpoint: str = "RGPD art. 33 §1", url: str = "https://a.fr/loi", title: str = "RGPD", date: str = ""
) -> list[str]:
    from dataclasses import replace

    from corpus.passages import Passage, Reference

    base = Passage(
        "s/fr",
        "s",
        "t",
        "t.md",
        "T",
        ("T",),
        "T",
        text,
        0,
        len(text),
        "fr",
        False,
        "high",
        (Reference(title, "UE", url, date, pinpoint),),
    )
    article = replace(
        base, id="o", official=True, source_id="rgpd", locator="art. 33 §1", text="notify within 72 hours, by 2 August 2027, or pay 10 000 000 EUR or 2 %",
        references=(Reference("GDPR, Regulation (EU) 2016/679", "UE", "https://a.fr/loi", "2016-04-27", "art. 33 §1"),),
    )  # fmt: skip
    return [one.said for one in disagreements([base], [article])]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("La notification se fait sous 72 heures.", [], id="the same number"),
        pytest.param("La notification se fait sous 48 heures.", ["48 heures"], id="another number"),
        pytest.param("À partir du 2 août 2027.", [], id="the same day in another language"),
        pytest.param("À partir du 2 août 2026.", ["2 août 2026"], id="another day"),
        pytest.param("L’amende va jusqu’à 10 millions d’euros ou 2 %.", [], id="the same amount, written otherwise"),
        pytest.param("L’amende va jusqu’à 20 millions d’euros.", ["20 millions d’euros"], id="another amount"),
        pytest.param("Le programme dure six mois.", [], id="a kind of number that the article does not speak of"),
    ],
)
def test_a_restatement_that_says_another_number_is_told(text: str, said: list[str]) -> None:
    assert restated(text) == said


def test_a_restatement_that_also_rests_on_a_text_not_at_hand_is_left_alone() -> None:
    assert restated("Sous 48 heures.", url="https://a.fr/autre") == []
    assert restated("Sous 48 heures.", pinpoint="guide, partie 3") == []


def test_an_act_of_the_union_is_the_same_in_another_language_and_at_another_date_another_one() -> None:
    title, url = "Règlement (UE) 2016/679 (RGPD), texte français", "https://a.fr/autre"
    assert restated("Sous 48 heures.", url=url, title=title, date="2016-04-27") == ["48 heures"]
    assert restated("Sous 48 heures.", url=url, title=title, date="2026-07-27") == []
    assert restated("Sous 48 heures.", url=url, title=title) == []


def test_articles_and_values_are_found_in_words() -> None:
    assert articles_of("RGPD art. 35 §3 a) à c) ; art. 36 et 37 ; CRPA art. L. 311-3-1") == {
        "35",
        "36",
        "37",
        "L. 311-3-1",
    }
    assert articles_of("considérant 71") == set()
    assert {(kind, value) for kind, value, _ in values_of("trois mois, 1er janvier 2025, EUR 7 500 000, 1,5 %, one year")} == {
        ("months", 3), ("date", 20250101), ("euros", 7_500_000), ("%", 1.5),
    }  # fmt: skip


# Real documents


@needs_real
@pytest.mark.parametrize(
    ("file", "kind", "passages", "locators"),
    [
        pytest.param(
            "eurlex-html/gdpr-en.html",
            "html",
            600,
            ["recital 71", "art. 35 §3", "art. 4 11)", "art. 6 §1 f)", "art. 99 §2"],
            id="GDPR",
        ),
        pytest.param(
            "eurlex-html/ai-act-consolidated-2026-07-27-en.html",
            "html",
            800,
            ["art. 5 §1 b)", "art. 4a §1", "art. 113", "annex III, 8"],
            id="AI Act",
        ),
        pytest.param(
            "loi-fr/loi-78-17.md",
            "markdown",
            450,
            ["art. 5 6°", "art. 6 I", "art. 47 2°", "art. 8 I 2° b)"],
            id="loi 78-17",
        ),
    ],
)
def test_real_acts_are_read_by_article(file: str, kind: str, passages: int, locators: list[str]) -> None:
    from test_ingest_split import origin

    from ingest.split import split

    read = read_apart(kind, (REAL / file).read_bytes())
    assert isinstance(read, Extracted)
    found = split(read, origin(language="fr" if "fr" in file else "en"))
    assert len(found) > passages
    assert set(locators) <= {p.locator for p in found}
    assert not [p.id for p in found if len(p.text.split()) > 220]


@needs_real
def test_every_real_odd_pdf_ends_with_text_or_a_reason(tmp_path: Path) -> None:
    for path in sorted((REAL / "pdf-odd").glob("*.pdf"))[::4]:
        shutil.copy(path, tmp_path / path.name)
    found = shelf(tmp_path)
    assert len(found.documents) > 8
    assert all(len(aside.reason) > 20 for aside in found.quarantined)


def test_the_first_bytes_tell_the_kind() -> None:
    assert wrong_kind(b"%PDF-1.4", "pdf") == ""
    assert wrong_kind(b"junk before\n%PDF-1.4", "pdf") == ""
    assert wrong_kind(b"# Titre", "markdown") == ""
    assert wrong_kind(b"<?xml version='1.0'?><!DOCTYPE html><html>", "html") == ""
