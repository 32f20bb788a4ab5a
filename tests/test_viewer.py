"""Documents at the cited passage: what is marked, what an address leads to as builds go by, what a page image shows, what cannot be reached."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import anyio
import pytest
from command_line import LAW, ask_here, served
from e2e.fakes import (
    ACT_TITLE,
    CITED,
    DATE_FR,
    HOSTILE,
    PRIVATE_EN,
    PRIVATE_FR,
    FakeAssistant,
    documents,
    passage_of,
)
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from test_ingest_pdf import lines, pdf
from tiny import FakeEncoder
from typer.testing import CliRunner

import ingest.__main__ as command
from assistant.site import paper
from assistant.site.options import SiteOptions
from assistant.site.paper import LEAST_RUN, Press, Sheet, Undrawable, boxes_of, draw_apart, folded, runs_of
from assistant.site.reading import (
    PART,
    blocks_of,
    contents_of,
    find_quote,
    link_to,
    mark_of,
    may_be_downloaded,
    parts_of,
    pieces_of,
    sections_of,
)
from assistant.site.typography import unbroken
from assistant.site.viewer import Viewer, Wanted
from corpus.index import PassageIndex
from corpus.library import Block, KeptDocument, Library, keep
from corpus.passages import Passage


@pytest.fixture(scope="module")
def site() -> Iterator[TestClient]:
    from assistant.site import build_site

    application = build_site(FakeAssistant(), SiteOptions(questions_per_minute=0))
    with TestClient(application, raise_server_exceptions=False) as client:
        yield client


def cited(name: str) -> tuple[Passage, str]:
    document, words = CITED[name]
    return passage_of(document, words), words


def marked(page: str) -> str:
    """The words of a page that are marked as the quote, in the text of the document."""
    body = page[page.index('class="doc-text"') :]
    found = re.findall(r'<mark class="quote">(.*?)</mark>', body, re.DOTALL)
    shown = unescape("".join(re.sub(r'<span class="vh">.*?</span>', "", mark) for mark in found))
    return shown.replace("\u00a0", " ")


# Where words stand


def block(text: str, start: int = 0, kind: str = "paragraph", level: int = 0, page: int | None = None) -> Block:
    return Block(kind, text, start, start + len(text), level, page=page)


@given(st.text(alphabet="ab é\u00a0\u202f’\n<&", min_size=1, max_size=40), st.data())
def test_marks_never_change_the_text_and_cover_exactly_the_quote(text: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, len(text)))
    begin = data.draw(st.integers(first, last))
    end = data.draw(st.integers(begin, last))
    pieces = pieces_of(block(text, 100), (100 + first, 100 + last), (100 + begin, 100 + end))
    assert "".join(piece.text for piece in pieces) == text
    assert "".join(piece.text for piece in pieces if piece.mark == "quote") == text[begin:end]
    assert "".join(piece.text for piece in pieces if piece.mark) == text[first:last]
    if begin < end:
        assert [piece.opens for piece in pieces].count(True) == 1
        assert [piece.closes for piece in pieces].count(True) == 1


def test_a_quote_that_spans_blocks_is_marked_in_each_and_opened_once() -> None:
    blocks = [block("Avant."), block("Il faut :", 8), block("a) un nom ;", 18, "item", 1), block("b) un but.", 30, "item", 1), block("Après.", 42)]  # fmt: skip
    sections = sections_of(blocks, (0, 5), (8, 40), (18, 35))
    assert [section.cited for section in sections] == [False, True, False]
    assert [group.kind for group in sections[1].groups] == ["paragraph", "list"]
    pieces = [p for s in sections for g in s.groups for line in g.lines for cell in line.cells for p in cell]
    assert [piece.text for piece in pieces if piece.mark == "quote"] == ["a) un nom ;", "b) un"]
    assert [piece.text for piece in pieces if piece.opens] == ["a) un nom ;"]
    assert [piece.text for piece in pieces if piece.closes] == ["b) un"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        pytest.param(f"4-8.{mark_of('deux')}", (4, 8), id="where it was"),
        pytest.param(f"0-4.{mark_of('deux')}", (4, 8), id="the words moved"),
        pytest.param(f"4-8.{mark_of('neuf')}", None, id="other words"),
        pytest.param(f"4-99999.{mark_of('deux')}", None, id="longer than the passage"),
        pytest.param(f"8-4.{mark_of('deux')}", None, id="backwards"),
        pytest.param("4-8", None, id="no mark"),
        pytest.param("<script>", None, id="nonsense"),
    ],
)
def test_the_quoted_words_are_found_again_or_said_to_be_gone(written: str, found: tuple[int, int] | None) -> None:
    assert find_quote("une deux trois", written) == found


def test_french_spaces_hold_together_and_nothing_else_changes() -> None:
    assert unbroken("« oui » ; non : a b") == "«\u00a0oui\u00a0»\u00a0; non\u00a0: a b"


def test_rows_that_line_up_are_a_table_and_others_are_lines() -> None:
    rows = [block("Étape | Délai", 0, "header"), block("Bilan | six mois", 20, "row")]
    tables = [group for section in sections_of(rows, (0, 2)) for group in section.groups]
    assert [(g.kind, [len(line.cells) for line in g.lines]) for g in tables] == [("table", [2, 2])]
    (cited_row,) = sections_of(rows, (1, 2), (20, 36), (28, 36))
    assert [piece.mark for cell in cited_row.groups[0].lines[0].cells for piece in cell] == ["passage", "quote"]
    uneven = [g for s in sections_of([*rows, block("seul", 40, "row")], (0, 3)) for g in s.groups]
    assert [g.kind for g in uneven] == ["list"]


def test_a_long_document_is_cut_into_parts_that_hold_every_block_once() -> None:
    blocks, start = [], 0
    for number in range(200):
        for text, kind in ((f"Article {number}", "heading"), ("mot " * 120, "paragraph")):
            blocks.append(block(text, start, kind, 2 if kind == "heading" else 0))
            start += len(text) + 2
    parts = parts_of(blocks)
    assert [number for first, end in parts for number in range(first, end)] == list(range(len(blocks)))
    assert len(parts) > 3
    assert all(blocks[first].kind == "heading" for first, _ in parts)
    assert all(sum(len(b.text) for b in blocks[first:end]) < 2 * PART + 1000 for first, end in parts)
    assert [entry.part for entry in contents_of(blocks, parts)] == sorted(e.part for e in contents_of(blocks, parts))
    assert parts_of([]) == [(0, 0)]
    endless = [block("mot " * 100, 500 * n) for n in range(400)]
    assert max(end - first for first, end in parts_of(endless)) < 100


def test_headings_never_skip_a_rank() -> None:
    blocks = [block("Article 3", 0, "heading", 5), block("x", 20), block("Chapitre", 30, "heading", 2), block("Section", 50, "heading", 6)]  # fmt: skip
    ranks = [
        line.rank for s in sections_of(blocks, (0, 4)) for g in s.groups for line in g.lines if line.kind == "heading"
    ]
    assert ranks[0] == 0
    assert all(after <= before + 1 for before, after in pairwise(ranks))


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("Licence Ouverte 2.0", True),
        ("réemploi autorisé, source citée (décision 2011/833/UE)", True),
        ("CC BY-ND 4.0 FR (textes de la CNIL)", True),
        ("CC BY-NC 4.0", False),
        ("Licence Ouverte 2.0 (à confirmer)", False),
        ("à confirmer", False),
        ("unknown", False),
        ("", False),
        ("Tous droits réservés", False),
    ],
)
def test_a_file_is_offered_only_under_a_licence_that_is_known_to_allow_it(licence: str, allowed: bool) -> None:
    assert may_be_downloaded(licence) is allowed


# Pages


@pytest.mark.parametrize("name", ["registre", "comité", "notes"])
@pytest.mark.parametrize("before", ["", "/en"])
def test_a_link_opens_the_document_with_the_quote_marked(site: TestClient, name: str, before: str) -> None:
    passage, words = cited(name)
    link = link_to(passage, words, "en" if before else "fr")
    assert link.startswith(f"{before}/document/")
    assert link.endswith("#passage")
    page = site.get(link.partition("#")[0])
    assert page.status_code == 200
    assert marked(page.text) == words
    assert page.text.count('id="passage"') == 1
    assert page.text.count("<h1") == 1
    assert f'<html lang="{"en" if before else "fr"}"' in page.text
    assert page.headers["cache-control"] == "no-store"


def test_every_citation_of_an_answer_carries_its_link(site: TestClient) -> None:
    for question in ("registre", "comité", "notes", "Une start-up ?", "date limite", "What was the deadline?"):
        card = site.post("/ask", json={"question": question}, headers={"accept": "text/html"}).text
        links = [unescape(link) for link in re.findall(r'class="marker"[^>]*?href="([^"]+)"', card)]
        assert links
        for link in links:
            page = site.get(link.partition("#")[0]).text
            assert marked(page), link
            assert 'id="passage"' in page


def test_a_restatement_is_read_whole_with_its_references_and_its_twin(site: TestClient) -> None:
    page = site.get(link_to(PRIVATE_FR, "", "fr").partition("#")[0]).text
    assert "Reformulation de ce projet" in page
    for text in ("Date limite", "Objet de l’appel", "Smart City Mag", "La page de la CNIL donne les deux voies"):
        assert text in page
    twin = re.search(r'<a href="([^"]+)" lang="en"', page)
    assert twin
    assert unescape(twin[1]) == link_to(PRIVATE_EN, "", "en")
    only_french = dataclasses.replace(DATE_FR, section_id="alone")
    viewer = Viewer(SimpleNamespace(passages=(only_french,)), Library(Path("absent"), ()))
    assert anyio.run(viewer.view, only_french.source_id, Wanted(), "fr").twin == f"/en/document/{only_french.source_id}"


def test_an_official_text_says_so_with_its_date_licence_address_and_contents(site: TestClient) -> None:
    passage, words = cited("registre")
    page = unescape(site.get(link_to(passage, words, "fr").partition("#")[0]).text)
    assert "Texte officiel" in page
    assert "29\u00a0février\u00a02024" in page
    assert "Licence Ouverte 2.0" in page
    assert 'href="https://exemple.fr/acte#art-42"' in page
    assert page.count(ACT_TITLE) < 8
    entries = re.findall(r'<a class="in-doc" href="([^"]+)#(h\d+)">Article (\d+)</a>', page)
    assert len(entries) == 60
    address, heading, _ = entries[2]
    assert f'id="{heading}"' in site.get(address).text


def test_parts_follow_each_other_and_lead_back_to_the_passage(site: TestClient) -> None:
    passage, words = cited("registre")
    page = unescape(site.get(link_to(passage, words, "fr").partition("#")[0]).text)
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    other = unescape(site.get(following[1]).text)
    assert marked(other) == ""
    back = re.search(r'class="doc-back"><a class="in-doc" href="([^"#]+)#passage"', other)
    assert back
    assert marked(site.get(back[1]).text) == words


def test_the_part_for_the_chat_is_the_same_without_the_page_around_it(site: TestClient) -> None:
    passage, words = cited("registre")
    part = site.get(link_to(passage, words, "fr").replace("#passage", "&panel=1")).text
    assert "<html" not in part
    assert "<h1" not in part
    assert marked(part) == words


# As builds go by


def view_of(passages: tuple[Passage, ...], passage: Passage, words: str) -> Any:
    viewer = Viewer(SimpleNamespace(passages=passages), Library.open(documents()[0]))
    query = dict(
        pair.split("=") for pair in link_to(passage, words, "fr").partition("#")[0].partition("?")[2].split("&")
    )
    wanted = Wanted.read({name: unquote(value) for name, value in query.items()})
    return anyio.run(viewer.view, passage.source_id, wanted, "fr")


def test_a_link_survives_a_build_that_left_its_passage_alone() -> None:
    passage, words = cited("registre")
    others = tuple(p for p in documents()[1] if p.source_id == passage.source_id and p.id != passage.id)
    moved = dataclasses.replace(passage)
    view = view_of((*others[:10], moved), passage, words)
    assert view.notices == ()
    assert view.words == words


def test_a_link_to_a_passage_that_is_gone_says_so_and_offers_the_document() -> None:
    passage, words = cited("registre")
    others = tuple(
        p for p in documents()[1] if p.source_id == passage.source_id and not p.locator.startswith(passage.locator)
    )
    view = view_of(others, passage, words)
    assert view.notices == ("passage_gone",)
    assert view.passage is None
    assert view.sections


def test_a_link_to_a_passage_that_changed_says_so_and_shows_what_stands_there() -> None:
    passage, words = cited("registre")
    changed = dataclasses.replace(passage, id=re.sub(r"\.[0-9a-f]{10}", ".0123456789", passage.id))
    view = view_of((changed,), passage, words)
    assert view.notices == view.notices_at_passage == ("passage_changed",)
    assert view.passage == changed
    assert view.words == ""


def test_a_restatement_whose_words_changed_keeps_its_link_and_says_that_the_quote_is_gone() -> None:
    quote = "mène le projet avec au moins un acteur public"
    rewritten = dataclasses.replace(PRIVATE_FR, text="Tout est neuf ici.", end=PRIVATE_FR.start + 18)
    view = view_of((rewritten,), PRIVATE_FR, quote)
    assert view.notices == ("quote_gone",)
    assert view.passage == rewritten
    moved = dataclasses.replace(PRIVATE_FR, text=f"En bref. {PRIVATE_FR.text}", end=PRIVATE_FR.end + 9)
    assert view_of((moved,), PRIVATE_FR, quote).words == quote


def test_a_text_that_is_no_longer_kept_is_said_to_be_so_and_its_passages_are_shown() -> None:
    passage, words = cited("registre")
    own = tuple(p for p in documents()[1] if p.source_id == passage.source_id)
    viewer = Viewer(SimpleNamespace(passages=own), Library(Path("absent"), ()))
    query = Wanted(key=passage.id.partition("/")[2], quote=f"0-{len(words)}.{mark_of(words)}")
    view = anyio.run(viewer.view, passage.source_id, query, "fr")
    assert "only_passages" in view.notices
    assert view.words == words
    assert any(section.cited for section in view.sections)


# PDF pages


def test_a_page_shows_its_image_the_marked_lines_and_its_text(site: TestClient) -> None:
    passage, words = cited("comité")
    page = unescape(site.get(link_to(passage, words, "fr").partition("#")[0]).text)
    assert "Page i (1 sur 2)" in page
    boxes = [
        tuple(map(int, box))
        for box in re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)" rx="12"', page)
    ]
    assert len(boxes) == 2  # the sentence is on two lines of the page
    # Drawn at 70 points from the left, the first line of the three 142 points from the top, one every 16 points.
    assert all(1200 < y < 1900 for _, y, _, _ in boxes)
    assert boxes[0][0] > 1500 > boxes[1][0]
    image = re.search(r'<img src="([^"]+)"[^>]*alt="([^"]+)"', page)
    assert image
    drawn = site.get(image[1])
    assert drawn.headers["content-type"] == "image/webp"
    assert drawn.content[:4] == b"RIFF"
    assert "private" in drawn.headers["cache-control"]
    assert f"Passage cité\u00a0: «\u00a0{words}\u00a0»" in page
    assert 'rel="next"' in page
    assert 'rel="prev"' not in page
    assert 'href="https://exemple.fr/rapport.pdf#page=1"' in page


def test_the_next_page_has_no_mark_and_leads_back(site: TestClient) -> None:
    passage, words = cited("comité")
    page = site.get(link_to(passage, words, "fr").replace("#passage", "&page=2")).text
    assert 'rx="12"' not in page
    assert 'class="doc-back"' in page
    assert "suppléants" in page


def test_the_original_is_offered_only_where_the_licence_allows_it(site: TestClient) -> None:
    given = site.get("/document/official-rapport/original.pdf")
    assert given.content.startswith(b"%PDF-")
    assert "attachment" in given.headers["content-disposition"]
    assert "original.pdf" in site.get("/document/official-rapport").text
    assert site.get("/document/official-interne/original.pdf").status_code == 404
    assert "original.pdf" not in site.get("/document/official-interne").text
    assert site.get("/document/acte-essai/original.pdf").status_code == 404


def kept_pdf(folder: Path, data: bytes, pages: int = 1) -> Viewer:
    """A viewer of one passage of one PDF file."""
    passage, _ = cited("comité")
    kept = KeptDocument(passage.source_id, "rapport.pdf", "pdf", "", "a" * 64, pages)
    (folder / "documents").mkdir(exist_ok=True)
    text = {"text": passage.text, "blocks": [{"kind": "paragraph", "start": 0, "end": len(passage.text), "page": 1}]}
    (folder / "documents" / f"{'a' * 64}.json").write_text(json.dumps(text), encoding="utf-8")
    (folder / "documents" / f"{'a' * 64}.pdf").write_bytes(data)
    placed = dataclasses.replace(passage, start=0, end=len(passage.text))
    return Viewer(SimpleNamespace(passages=(placed,)), Library(folder / "documents", (kept,)))


@pytest.mark.parametrize(
    ("data", "notice"),
    [
        pytest.param(b"%PDF-1.7\nnothing", "undrawable", id="broken"),
        pytest.param(b"", "undrawable", id="empty"),
        pytest.param(pdf([lines(["Un tout autre texte que celui du passage."])]), "not_on_image", id="other words"),
    ],
)
def test_what_cannot_be_shown_on_the_image_is_said_and_the_text_is_there(
    tmp_path: Path, data: bytes, notice: str
) -> None:
    viewer = kept_pdf(tmp_path, data)
    passage, _ = cited("comité")
    view = anyio.run(viewer.view, passage.source_id, Wanted(key=passage.id.partition("/")[2]), "fr")
    assert view.notices == (notice,)
    assert view.at_passage


def test_words_that_a_page_break_sent_to_the_next_page_are_shown_there(tmp_path: Path) -> None:
    passage, words = cited("comité")
    pages = [lines(["Rapport annuel"]), lines(["Il arrête l’expérimentation si un incident n’est pas", "corrigé dans les soixante-douze heures."])]  # fmt: skip
    viewer = kept_pdf(tmp_path, pdf(pages), pages=2)
    wanted = Wanted(key=passage.id.partition("/")[2], quote=f"0-{len(words)}.{mark_of(words)}")
    view = anyio.run(viewer.view, passage.source_id, wanted, "fr")
    assert (view.page, len(view.boxes), view.notices) == (2, 2, ())
    assert view.at_passage
    asked = anyio.run(viewer.view, passage.source_id, dataclasses.replace(wanted, page=1), "fr")
    assert (asked.page, asked.boxes, asked.notices) == (1, (), ("not_on_image",))


def test_an_original_that_is_no_longer_there_is_said_and_the_text_is_shown(tmp_path: Path) -> None:
    viewer = kept_pdf(tmp_path, b"")
    (tmp_path / "documents" / f"{'a' * 64}.pdf").unlink()
    passage, _ = cited("comité")
    view = anyio.run(viewer.view, passage.source_id, Wanted(key=passage.id.partition("/")[2]), "fr")
    assert view.notices == ("original_gone",)
    assert view.sheet is None
    assert view.at_passage


def test_a_page_of_absurd_size_stays_within_bounds(tmp_path: Path) -> None:
    for size in (b"[0 0 14400 14400]", b"[0 0 100000 3]", b"[0 0 2 2]"):
        path = tmp_path / "page.pdf"
        path.write_bytes(pdf([lines(["Un texte."])]).replace(b"[0 0 595 842]", size))
        sheet = draw_apart(path, 1)
        assert sheet is None or len(sheet.image) < 2_000_000


def test_a_page_drawn_upright_from_a_turned_file_has_its_words_where_they_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "turned.pdf"
    path.write_bytes(
        pdf([lines(["Une phrase assez longue pour être cherchée."])]).replace(b"/MediaBox", b"/Rotate 90 /MediaBox")
    )
    sheet = draw_apart(path, 1)
    assert sheet
    assert (sheet.width, sheet.height) == (8420, 5950)
    boxes = boxes_of("Une phrase assez longue", "", sheet)
    assert boxes
    assert all(box.x >= 0 and box.x + box.width <= sheet.width and box.y + box.height <= sheet.height for box in boxes)


def test_a_process_that_draws_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([lines(["Un texte."])]))
    started = time.monotonic()
    assert draw_apart(path, 1, seconds=0.01) is None
    assert time.monotonic() - started < 5


def test_the_process_that_draws_has_its_limits() -> None:
    code = "from assistant.site.pdf_child import limit_myself; limit_myself(); bytearray(2**30)"
    ended = subprocess.run([sys.executable, "-c", code], cwd=paper.ROOT, capture_output=True, text=True, check=False)
    assert "MemoryError" in ended.stderr
    code = "from assistant.site import pdf_child as c; c.CPU_SECONDS = 1; c.limit_myself()\nwhile True: pass"
    stopped = subprocess.run([sys.executable, "-c", code], cwd=paper.ROOT, capture_output=True, check=False, timeout=20)
    assert stopped.returncode in (-signal.SIGXCPU, -signal.SIGKILL)


def test_pages_are_drawn_once_and_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []

    def draw(path: Path, number: int) -> Sheet | None:
        drawn.append(number)
        return None if number == 3 else Sheet(9, "", 10, 10, "", (), b"x" * 400)

    monkeypatch.setattr(paper, "draw_apart", draw)
    press = Press(kept_bytes=1000)
    for number in (1, 1, 2, 2):
        press.draw("a", tmp_path, number)
    assert drawn == [1, 2]
    for _ in range(2):
        with pytest.raises(Undrawable):
            press.draw("a", tmp_path, 3)
    assert drawn == [1, 2, 3]
    press.draw("b", tmp_path, 1)
    assert not press.has("a", 1)


# Two readers of one page agree on its letters


@pytest.mark.parametrize(
    ("sought", "lead", "text", "found"),
    [
        pytest.param("L’expérimentation finale", "", "avant. L'expéri-\nmentation ﬁnale, après", "L'expéri-\nmentation ﬁnale", id="hyphen, accent, ligature"),
        pytest.param("le comité statue", "puis ", "le comité statue ; puis le comité statue encore", "le comité statue", id="the second of two"),
        pytest.param("rien de tout cela ici", "", "une page sans rapport", None, id="not there"),
        pytest.param("un début commun puis la suite du texte", "", "un début commun (12) puis la suite du texte", "un début commun", id="broken by a footer"),
    ],
)  # fmt: skip
def test_words_are_found_whatever_their_spaces_and_accents(
    sought: str, lead: str, text: str, found: str | None
) -> None:
    letters, numbers = folded(text)
    runs = runs_of(folded(sought)[0], folded(lead)[0], letters)
    if found is None:
        assert runs == []
        return
    start, end = runs[0]
    if lead:
        assert numbers[start] > text.index(found)
    assert text[numbers[start] : numbers[end - 1] + 1].casefold() == found.casefold()


@given(st.text(max_size=60), st.text(max_size=200))
def test_looking_for_words_never_fails_and_stays_inside_the_text(sought: str, text: str) -> None:
    letters, numbers = folded(text)
    assert len(letters) == len(numbers)
    for start, end in runs_of(folded(sought)[0], "", letters):
        assert 0 <= start < end <= len(letters)
        assert end - start >= min(LEAST_RUN, len(folded(sought)[0]))


# What cannot be reached


CANARY = "canary-7f3a"
DOORS = (
    "/document/{}",
    "/en/document/{}",
    "/document/{}/page-1.webp",
    "/document/{}/original.pdf",
    "/document/official-rapport/{}",
)
FORMS = [
    "..", "../..", "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "..%252fetc%252fpasswd", "%252e%252e",
    "/etc/passwd", "//etc/passwd", "etc/passwd", "..\\..\\etc\\passwd", "..%5cetc", "C:\\Windows\\win.ini", "C:/Windows/win.ini",
    "a%00", "official-rapport%00.pdf", "....//....//etc/passwd", "file:///etc/passwd", "http://127.0.0.1/x", "official-rapport/..",
    "official-rapport/../acte-essai", "library.json", "documents/library.json", "../documents/library.json", "a" * 121, "a/" * 40,
    "page-1.webp", "original.pdf", "texts/fr/../../x", "Official-Rapport", "official_rapport", "official-rapport.pdf", "official-rapport/",
    "é", "%c3%a9", "official-rapport;x", "official-rapport:8080", "~root", ".", "./official-rapport", "-", "\u2024\u2024/etc",
]  # fmt: skip


def fetch_raw(site: TestClient, path: str) -> tuple[int, bytes]:
    """The status and body for a path sent as it is written: ordinary clients tidy it first."""
    sent: list[dict[str, Any]] = []
    raw = path.encode()
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http", "path": unquote(path),
        "raw_path": raw, "query_string": b"", "headers": [(b"host", b"testserver")], "client": ("127.0.0.1", 1), "server": ("testserver", 80),
        "root_path": "",
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    async def call() -> None:
        with anyio.fail_after(20):
            await site.app(scope, receive, send)

    anyio.run(call)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def test_no_file_but_those_of_the_build_can_be_read(site: TestClient) -> None:
    folder = documents()[0]
    names = [path.name for path in (folder / "documents").iterdir()]
    canaries = (folder / "canary.pdf", folder / "documents" / "canary.pdf", folder / "documents" / f"{'d' * 64}.pdf")
    for canary in canaries:
        canary.write_text(CANARY)
    forms = [*FORMS, *names, *(name.partition(".")[0] for name in names), "canary", "canary.pdf", "../canary", "d" * 64]
    opened = set()
    for form in forms:
        for door in DOORS:
            status, body = fetch_raw(site, door.format(form))
            assert status in (404, 200), (door, form)
            assert CANARY.encode() not in body
            assert b"root:" not in body
            if status == 200:
                opened.add(door.format(form))
    for canary in canaries:
        canary.unlink()
    assert len(forms) * len(DOORS) >= 200
    assert opened == {"/document/official-rapport/page-1.webp", "/document/official-rapport/original.pdf"}


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=-1", "page=1e9", "page=99999999999999999999", "page=3", "page=٣", "part=0", "part=99999", "page=",
        "passage=" + "x" * 5000, "quote=" + "9" * 5000, "passage=%00", "quote=0-5.zzzzzzzz", "panel=<script>", "passage[]=1",
        "page=1&page=2", "passage=" + "../" * 50, "part=1;drop", "v=../..", "passage=%ff%fe",
    ],
)  # fmt: skip
def test_strange_wishes_end_in_a_page(site: TestClient, query: str) -> None:
    for document in ("official-rapport", "acte-essai", "texts/fr/l-appel"):
        response = site.get(f"/document/{document}?{query}")
        assert response.status_code in (200, 404), query
        assert "<script>" not in response.text.replace('<script type="module"', "")
        assert "content-security-policy" in response.headers
        assert site.head(f"/document/{document}?{query}").status_code == response.status_code


def test_an_unknown_document_or_page_says_so_in_words(site: TestClient) -> None:
    for address in ("/document/absent", "/document/official-rapport?page=99", "/document/acte-essai?part=99"):
        response = site.get(address)
        assert response.status_code == 404
        assert "n’est pas parmi les sources" in response.text
    assert "not among the sources" in site.get("/en/document/absent").text
    for address in ("official-rapport/page-3.webp", "official-rapport/page-9999.webp", "acte-essai/page-1.webp"):
        assert site.get(f"/document/{address}").status_code == 404
    for address in ("official-rapport/page-0.webp", "official-rapport/page-10000.webp", "official-rapport/page-1.png"):
        assert site.get(f"/document/{address}").status_code == 404
    assert site.post("/document/acte-essai").status_code == 405


class Outline(HTMLParser):
    """The tags and links of a page, outside its own frame."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = dict(attrs)
        assert not any(name.startswith("on") for name in values), f"an event handler in <{tag}>"
        self.addresses += [str(values[name]) for name in ("href", "src", "data-link") if name in values]


def test_hostile_documents_stay_text(site: TestClient) -> None:
    passage, words = cited("notes")
    page = site.get(link_to(passage, words, "fr").replace("#passage", "&panel=1")).text
    outline = Outline(page)
    assert not {"script", "img", "iframe", "form", "style", "input", "link", "meta", "base"} & set(outline.tags)
    assert all(address.startswith(("/document/", "#")) for address in outline.addresses), outline.addresses
    assert HOSTILE not in page
    assert marked(page) == words


# What a build keeps


def test_what_is_kept_is_listed_whole_and_what_is_no_longer_wanted_goes(tmp_path: Path) -> None:
    data = pdf([lines(["Un texte."])])
    sha = hashlib.sha256(data).hexdigest()
    original = tmp_path / "a.pdf"
    original.write_bytes(data)
    text = {"text": "Un texte.", "blocks": [{"kind": "paragraph", "start": 0, "end": 9, "page": 1}]}
    one = KeptDocument("a", "a.pdf", "pdf", "", sha, 1)
    other = KeptDocument("b", "b.md", "markdown", "", "b" * 64)
    keep(tmp_path, [(one, text, original), (other, text, tmp_path / "b.md")])
    library = Library.open(tmp_path)
    assert set(library.documents) == {"a", "b"}
    assert library.blocks(one)[0].text == "Un texte."
    assert library.original(one)
    assert library.original(other) is None
    keep(tmp_path, [(other, text, tmp_path / "b.md")])
    assert {path.name for path in (tmp_path / "documents").iterdir()} == {"library.json", f"{'b' * 64}.json"}
    assert Library.open(tmp_path / "absent").documents == {}


def test_a_build_keeps_its_documents_and_a_rollback_brings_them_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "Encoder", lambda name: FakeEncoder())
    monkeypatch.setattr(command, "ask_both", ask_here)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "loi.md").write_text(LAW, encoding="utf-8")
    (tmp_path / "c" / "rapport.pdf").write_bytes(pdf([lines(["Le comité se réunit chaque mois et publie ses avis."])]))

    def ingest(*words: str) -> tuple[PassageIndex, Viewer]:
        result = CliRunner().invoke(command.app, ["--corpus", "c", "--index", "i", *words])
        assert result.exit_code == 0, result.output
        index = served(tmp_path / "i")
        return index, Viewer.of(index)

    def opened(index: PassageIndex, viewer: Viewer) -> dict[str, Any]:
        """The view of each passage of the index, its last sentence quoted."""
        views = {}
        for passage in index.passages:
            words = passage.text[-20:]
            link = link_to(passage, words, "fr").partition("#")[0].partition("?")[2]
            wanted = Wanted.read(
                {name: unquote(value) for name, value in (pair.split("=") for pair in link.split("&"))}
            )
            views[passage.source_id] = anyio.run(viewer.view, passage.source_id, wanted, "fr")
            assert views[passage.source_id].words == words
        return views

    first = opened(*ingest())
    assert first["rapport"].boxes
    assert first["rapport"].may_download is False
    (tmp_path / "c" / "rapport.pdf.yaml").write_text(f"title: {first['rapport'].title}\nlanguage: fr\nlicence: CC0\n")
    assert opened(*ingest())["rapport"].may_download is True
    (tmp_path / "c" / "rapport.pdf").unlink()
    (tmp_path / "c" / "rapport.pdf.yaml").unlink()
    after, viewer = ingest("--lost-at-most", "100")
    assert set(opened(after, viewer)) == {"loi"}
    assert not list((after.folder / "documents").glob("*.pdf"))
    assert CliRunner().invoke(command.app, ["--corpus", "c", "--index", "i", "rollback"]).exit_code == 0
    back = served(tmp_path / "i")
    assert opened(back, Viewer.of(back))["rapport"].boxes


def test_an_original_that_changed_since_it_was_read_is_not_kept(tmp_path: Path) -> None:
    original = tmp_path / "a.pdf"
    original.write_bytes(b"%PDF- other")
    one = KeptDocument("a", "a.pdf", "pdf", "", "c" * 64, 1)
    for path in (original, tmp_path / "absent.pdf"):
        keep(tmp_path, [(one, {"text": "", "blocks": []}, path)])
        assert Library.open(tmp_path).original(one) is None
    assert not list((tmp_path / "documents").glob("*.part"))


def test_restatements_are_laid_out_from_their_passages() -> None:
    blocks = [b for b, _ in blocks_of((PRIVATE_FR, DATE_FR))]
    assert [(b.kind, b.text[:14]) for b in blocks if b.kind == "heading"] == [
        ("heading", "Candidats priv"),
        ("heading", "Date limite"),
    ]
    assert all(b.end - b.start == len(b.text) for b in blocks if b.kind != "heading")


@pytest.mark.parametrize("damage", ["", "{", "[1]", '[{"sha256": 3}]', '[{"sha256": "x"}]', "null", "\x00"])
def test_a_damaged_library_is_logged_and_its_documents_are_shown_by_their_passages(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "library.json").write_text(damage)
    assert Library.open(tmp_path).documents == {}
    assert "python -m ingest" in caplog.text or damage == '[{"sha256": "x"}]'
    one = KeptDocument("a", "a.md", "markdown", "", "e" * 64)
    (tmp_path / "documents" / f"{'e' * 64}.json").write_text(damage)
    assert Library(tmp_path / "documents", (one,)).blocks(one) == ()
