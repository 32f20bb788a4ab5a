"""PDF files as blocks: what reads in order, what is left out, what is said of pages without text."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

import pypdf
import pytest

from ingest.blocks import Builder, Extracted, Unreadable
from ingest.pdf import Bookmark, Page, Piece, join_lines, read_pages
from ingest.read import read_pdf

WORDS = (
    "Le responsable du traitement tient un registre des activités effectuées sous sa responsabilité et le met à jour"
)


def written(objects: Sequence[bytes], trailer: bytes = b"", root: int = 1) -> bytes:
    """A PDF file of these objects, numbered from 1; `root` is its catalog."""
    out, places = io.BytesIO(b"%PDF-1.7\n"), []
    out.seek(0, io.SEEK_END)
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer << /Size %d /Root %d 0 R %s >>\n" % (len(objects) + 1, root, trailer))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def pdf(
    pages: Sequence[Sequence[tuple[float, float, float, str]]],
    *,
    bold: frozenset[str] = frozenset(),
    labels: str = "",
    outline: Sequence[tuple[str, int]] = (),
    extra: str = "",
    image: bool = False,
) -> bytes:
    """A PDF file whose pages hold texts at (x, y, size, text)."""
    objects: list[bytes] = []

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    catalog, tree = add(b""), add(b"")
    plain = add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    heavy = add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>")
    picture = 0
    if image:
        data = zlib.compress(b"\0" * 64)
        picture = add(
            b"<< /Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
            % (len(data), data)
        )
    kids = []
    for texts in pages:
        drawn = b"".join(
            b"BT /%s %g Tf %g %g Td (%s) Tj ET\n"
            % (
                b"F2" if text in bold else b"F1",
                size,
                x,
                y,
                text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)"),
            )
            for x, y, size, text in texts
        )
        if image:
            drawn += b"q 100 0 0 100 50 50 cm /I Do Q\n"
        stream = zlib.compress(drawn)
        content = add(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects_of_page = b"/XObject << /I %d 0 R >>" % picture if image else b""
        kids.append(
            add(
                b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 %d 0 R /F2 %d 0 R >> %s >> >>"
                % (tree, content, plain, heavy, objects_of_page)
            )
        )
    objects[tree - 1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % k for k in kids))
    more = labels.encode() + extra.encode()
    if outline:
        root = add(b"")
        items = [add(b"") for _ in outline]
        for place, (title, page) in enumerate(outline):
            following = b"/Next %d 0 R" % items[place + 1] if place + 1 < len(items) else b""
            objects[items[place] - 1] = b"<< /Title (%s) /Parent %d 0 R /Dest [%d 0 R /Fit] %s >>" % (
                title.encode("cp1252"), root, kids[page], following,
            )  # fmt: skip
        objects[root - 1] = b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>" % (
            items[0],
            items[-1],
            len(items),
        )
        more += b" /Outlines %d 0 R" % root
    objects[catalog - 1] = b"<< /Type /Catalog /Pages %d 0 R %s >>" % (tree, more)
    return written(objects, root=catalog)


def lines(
    texts: Sequence[str], *, x: float = 70, y: float = 700, size: float = 10, step: float = 12
) -> list[tuple[float, float, float, str]]:
    return [(x, y - step * number, size, text) for number, text in enumerate(texts)]


def read(data: bytes) -> Extracted:
    return read_pdf(data, 500, 2_000_000)


def said(extracted: Extracted) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in extracted.blocks]


def test_lines_make_paragraphs_and_every_block_is_a_slice_of_the_text() -> None:
    page = lines([WORDS, "sans attendre, à chaque changement."]) + lines(
        ["Un second paragraphe, plus bas,", "qui a deux lignes."], y=640
    )
    found = read(pdf([page]))
    assert said(found) == [
        ("paragraph", f"{WORDS} sans attendre, à chaque changement."),
        ("paragraph", "Un second paragraphe, plus bas, qui a deux lignes."),
    ]
    assert all(found.text[block.start : block.end] == block.text for block in found.blocks)


def test_what_comes_back_on_every_page_is_left_out() -> None:
    pages = [
        [
            (70, 800, 9, "Rapport annuel 2025"),
            *lines([f"{WORDS} ({letter})", "et il le montre à qui le demande."]),
            (290, 40, 9, f"Page {number} / 4"),
        ]
        for number, letter in enumerate("abcd", start=1)
    ]
    found = read(pdf(pages))
    assert "Rapport annuel" not in found.text
    assert "Page" not in found.text
    assert [block.page for block in found.blocks] == [1, 2, 3, 4]


def test_a_page_is_called_what_the_file_calls_it() -> None:
    labels = "/PageLabels << /Nums [0 << /S /r >> 2 << /S /D >>] >>"
    found = read(pdf([lines([f"{WORDS} {n}."]) for n in range(4)], labels=labels))
    assert [block.page_label for block in found.blocks] == ["i", "ii", "1", "2"]


def test_headings_come_from_the_outline_and_from_their_looks() -> None:
    page = [
        (70, 760, 18, "Rapport sur les algorithmes"),
        (70, 720, 10, "Constat"),
        *lines([WORDS, "et le montre."], y=700),
        (70, 650, 10, "Recommandations de la mission"),
        *lines([WORDS, "et le montre encore."], y=630),
    ]
    found = read(
        pdf([page, lines([WORDS])], bold=frozenset({"Recommandations de la mission"}), outline=[("Constat", 0)])
    )
    headings = [(block.text, block.level) for block in found.blocks if block.kind == "heading"]
    assert [text for text, _ in headings] == ["Rapport sur les algorithmes", "Constat", "Recommandations de la mission"]


def test_two_columns_given_across_are_read_one_after_the_other() -> None:
    left = [f"gauche {n} avec assez de mots pour du texte" for n in range(10)]
    right = [f"droite {n} avec assez de mots pour du texte" for n in range(10)]
    across = [
        piece for pair in zip(lines(left, x=50, size=9), lines(right, x=310, size=9), strict=True) for piece in pair
    ]
    text = read(pdf([across])).text
    assert text.index("gauche 9") < text.index("droite 0")


def test_lists_and_tables_are_seen() -> None:
    page = [
        *lines(["Le dossier comprend :", "• une description du projet ;", "• un calendrier ;"]),
        *lines(["Durée", "Six mois", "Un an"], x=70, y=600),
        *lines(["Objet", "Prospects", "Candidats"], x=250, y=600),
    ]
    table = sorted(page[3:], key=lambda piece: (-piece[1], piece[0]))
    kinds = said(read(pdf([[*page[:3], *table]])))
    assert ("item", "une description du projet ;") in kinds
    assert ("row", "Six mois | Prospects") in kinds


@pytest.mark.parametrize(
    ("cut", "known", "whole"),
    [
        pytest.param(
            ["le trai-", "tement des données"], "", "le traitement des données", id="a cut word is made whole"
        ),
        pytest.param(["le sous-", "traitant répond"], "", "le sous-traitant répond", id="a prefix keeps its hyphen"),
        pytest.param(["un porte-", "parole"], "porte-parole", "un porte-parole", id="a hyphen seen elsewhere stays"),
        pytest.param(["avant le 15-", "mars"], "", "avant le 15- mars", id="a number is not a word"),
        pytest.param(["art. L.311-", "Droit"], "", "art. L.311- Droit", id="a capital starts another word"),
    ],
)
def test_a_word_cut_at_the_end_of_a_line(cut: list[str], known: str, whole: str) -> None:
    from collections import Counter

    assert join_lines(cut, Counter([known] if known else [])) == whole


def test_a_sentence_that_a_page_cuts_is_one_paragraph_on_the_page_where_it_starts() -> None:
    found = read(pdf([lines([f"{WORDS} et"]), lines(["le tient à la disposition de la CNIL.", "Fin du texte."])]))
    assert found.blocks[0].text.startswith(f"{WORDS} et le tient")
    assert found.blocks[0].page == 1


def test_a_table_of_contents_is_left_out() -> None:
    page = [
        (70, 760, 16, "Sommaire"),
        *lines(["Introduction ........ 2", "Constat ........ 3"]),
        *lines([f"{WORDS}."], y=600),
    ]
    assert said(read(pdf([page]))) == [("paragraph", f"{WORDS}.")]


def test_articles_are_headings_whatever_their_size() -> None:
    found = read(
        pdf([lines(["Article 35", "1. Une analyse est faite avant le traitement.", "2. Le délégué est consulté."])])
    )
    assert found.blocks[0].kind == "heading"
    assert [block.text[:2] for block in found.blocks[1:]] == ["1.", "2."]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(pdf([[], []], image=True), r"2 of its 2 pages are images: it was scanned.*ocrmypdf", id="scanned"),
        pytest.param(pdf([[]]), r"hold no text \(drawings or blank pages\)", id="blank"),
        pytest.param(pdf([[]] * 501), r"501 pages, and 500 are read at most", id="too many pages"),
    ],
)
def test_a_file_without_text_is_refused_and_the_reason_says_what_to_do(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(data)


def test_some_pages_without_text_are_told() -> None:
    found = read(pdf([lines([WORDS]), []], image=True))
    assert found.notes == ("1 of 2 pages hold no text (1 are images, perhaps scanned)",)
    assert (found.pages, found.pages_without_text) == (2, 1)


def test_pieces_of_one_line_are_spaced_as_they_were_drawn() -> None:
    drawn = (
        Piece("Le", 70, 700, 10), Piece("", 80, 700, 10), Piece("\n", 0, 0, 10), Piece("registre", 83, 700, 10), Piece("", 118, 700, 10),
        Piece(".", 118.2, 700, 10),
    )  # fmt: skip
    out = Builder("pdf")
    assert read_pages([Page("1", drawn, 595, 842)], [Bookmark("Rien", 1, 0)], out).text == "Le registre."


@pytest.mark.parametrize("algorithm", ["AES-128", "AES-256-R5", "AES-256", "RC4-128"])
def test_a_file_that_is_encrypted_without_a_password_is_read_and_with_one_it_is_not(algorithm: str) -> None:
    for password in ("", "secret"):
        writer = pypdf.PdfWriter(io.BytesIO(pdf([lines([f"{WORDS}."])])))
        writer.encrypt(password, "owner", algorithm=algorithm)
        encrypted = io.BytesIO()
        writer.write(encrypted)
        if password:
            with pytest.raises(Unreadable, match="protected by a password"):
                read(encrypted.getvalue())
        else:
            assert WORDS in read(encrypted.getvalue()).text
