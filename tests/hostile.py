"""Files made to harm, in families of growing sizes, and files of ours spoilt at random: what the reading of documents must survive (I-01).

hostile("forms", 2)    the third size of the family `forms`: (kind, bytes)
spoilt(500, seed=5)    500 PDF files cut, flipped, spliced, repeated
"""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence

from test_ingest_pdf import WORDS, lines, pdf, written

SIZES = 5
Family = Callable[[int], bytes]

PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> %s >> >>"
)
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica %s >>"
SAID = b"BT /F1 9 Tf 70 700 Td (Le texte de la page.) Tj ET "


def stream(body: bytes, extra: bytes = b"") -> bytes:
    """A stream as it stands, or packed when `extra` does not say how it is packed."""
    if b"/Filter" not in extra:
        body, extra = zlib.compress(body, 9), extra + b" /Filter /FlateDecode"
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(body), extra, body)


def one_page(
    content: bytes, more: Sequence[bytes] = (), catalog: bytes = b"", resources: bytes = b"", font: bytes = b""
) -> bytes:
    """A file of one page; `more` are its objects from number 6 on."""
    tree = b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>"
    return written([b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog, tree, PAGE % resources, content, FONT % font, *more])  # fmt: skip


def inflated(words: int) -> bytes:
    return one_page(stream(b"BT /F1 9 Tf (" + b"mot " * words + b") Tj ET"))


def filters_in_filters(depth: int) -> bytes:
    body = bytes(20_000_000)
    for _ in range(depth):
        body = zlib.compress(body, 9)
    return one_page(stream(body, b"/Filter [" + b"/FlateDecode " * depth + b"]"))


def page_tree(depth: int) -> bytes:
    """Each branch holds but the next one; the last holds the page and the first branch again."""
    start = 6
    branches = [b"<< /Type /Pages /Count 1 /Parent 2 0 R /Kids [%d 0 R] >>" % (start + n + 1) for n in range(depth)]
    branches.append(b"<< /Type /Pages /Count 1 /Parent 2 0 R /Kids [3 0 R 2 0 R] >>")
    tree = b"<< /Type /Pages /Count 1 /Kids [%d 0 R] >>" % start
    return written([b"<< /Type /Catalog /Pages 2 0 R >>", tree, PAGE % b"", stream(SAID), FONT % b"", *branches])


def many_pages(count: int) -> bytes:
    """All of them the same object."""
    tree = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, b"3 0 R " * count)
    return written([b"<< /Type /Catalog /Pages 2 0 R >>", tree, PAGE % b"", stream(SAID * 50), FONT % b""])


def lies(by: int) -> bytes:
    whole = one_page(stream(SAID, b"/DecodeParms << /Predictor 12 /Columns %d >>" % by))
    return whole.replace(b"/Count 1", b"/Count %d" % by).replace(b"/Length ", b"/Length %d" % by)


def dictionaries(depth: int) -> bytes:
    return one_page(stream(SAID), catalog=b"/X " + b"<< /A " * depth + b"1" + b" >>" * depth)


def operands(depth: int) -> bytes:
    return one_page(stream(SAID + b"[" * depth + b"(a)" + b"]" * depth + b" TJ"))


def states(count: int) -> bytes:
    return one_page(stream(b"q 1 0 0 1 1 1 cm " * count + SAID))


def outline(count: int) -> bytes:
    """Bookmarks each inside and after the one before; the last leads back to the first."""
    entry = b"<< /Title (Titre) /Parent 6 0 R /Dest [3 0 R /Fit] /Next %d 0 R /First %d 0 R >>"
    marks = [entry % (following := 7 + (n + 1) % count, following) for n in range(count)]
    head = b"<< /Type /Outlines /First 7 0 R /Last 7 0 R /Count 1 >>"
    return one_page(stream(SAID), [head, *marks], catalog=b"/Outlines 6 0 R")


def forms(depth: int) -> bytes:
    """Each drawing draws the next one twice: 2 to the power of `depth` times the last."""
    drawing = (
        b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F1 5 0 R >> /XObject << /X %d 0 R >> >>"
    )
    found = [stream(b"/X Do /X Do", drawing % (7 + n)) for n in range(depth)]
    found.append(stream(SAID, drawing % 6))
    return one_page(stream(b"/X Do " + SAID), found, resources=b"/XObject << /X 6 0 R >>")


def letters(count: int) -> bytes:
    """A font that says of its letters, again and again, what they are."""
    ranges = b"100 beginbfrange\n" + b"<0000> <FFFF> <0000>\n" * count + b"endbfrange\n"
    table = stream(b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange " + ranges)  # fmt: skip
    return one_page(stream(SAID), [table], font=b"/ToUnicode 6 0 R")


def versions(count: int) -> bytes:
    """A file saved anew `count` times; the first version says that it comes after the last."""
    whole = one_page(stream(SAID))
    before = whole.rindex(b"xref\n0 ")
    for _ in range(count):
        start = len(whole)
        whole += b"xref\n0 0\ntrailer << /Size 6 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (before, start)
        before = start
    return whole.replace(b"trailer << /Size 6 /Root 1 0 R  >>", b"trailer << /Size 6 /Root 1 0 R /Prev %d >>" % before)


def nested_html(depth: int) -> bytes:
    return b"<!doctype html><html><body>" + b"<div><ul><li>a" * depth


def table_html(rows: int) -> bytes:
    """Cells that reach down over all rows and across all columns."""
    return b"<!doctype html><html><body><table>" + b"<tr><td rowspan=65534 colspan=1000>a<td>b" * rows


def one_line(length: int) -> bytes:
    return b"x" * length


def word_file(paragraphs: int) -> bytes:
    """A Word document that is packed a thousand times smaller than it is."""
    said = b"<w:p><w:r><w:t>Le texte du document.</w:t></w:r></w:p>" * paragraphs
    xml = b'<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%s</w:body></w:document>'
    rest = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in rest.items():
            archive.writestr(name, text)
        archive.writestr("word/document.xml", xml % said)
    return out.getvalue()


FAMILIES: dict[str, tuple[str, Family, tuple[int, int, int, int, int]]] = {
    "inflated": ("pdf", inflated, (1_000, 20_000, 200_000, 2_000_000, 20_000_000)),
    "filters in filters": ("pdf", filters_in_filters, (2, 4, 16, 64, 256)),
    "page tree": ("pdf", page_tree, (10, 100, 1_000, 10_000, 100_000)),
    "many pages": ("pdf", many_pages, (10, 60, 500, 5_000, 500_000)),
    "lies": ("pdf", lies, (7, 1_000, 10**6, 10**9, 10**15)),
    "dictionaries": ("pdf", dictionaries, (100, 1_000, 10_000, 100_000, 1_000_000)),
    "operands": ("pdf", operands, (100, 1_000, 10_000, 100_000, 1_000_000)),
    "states": ("pdf", states, (100, 5_000, 50_000, 500_000, 2_000_000)),
    "outline": ("pdf", outline, (2, 50, 1_000, 10_000, 100_000)),
    "forms": ("pdf", forms, (3, 8, 16, 24, 200)),
    "letters": ("pdf", letters, (1, 3, 100, 1_000, 100_000)),
    "versions": ("pdf", versions, (1, 10, 100, 1_000, 10_000)),
    "nested HTML": ("html", nested_html, (100, 1_000, 10_000, 100_000, 500_000)),
    "table": ("html", table_html, (2, 10, 100, 1_000, 100_000)),
    "one line": ("text", one_line, (10_000, 100_000, 1_000_000, 2_100_000, 20_000_000)),
    "Word file": ("docx", word_file, (100, 1_000, 10_000, 100_000, 1_000_000)),
}


def hostile(family: str, size: int) -> tuple[str, bytes]:
    """The kind and the bytes of the file of a family, `size` from 0 to 4."""
    kind, made, sizes = FAMILIES[family]
    return kind, made(sizes[size])


def sound() -> tuple[bytes, ...]:
    """PDF files of ours, each with other parts."""
    return (
        pdf([lines([WORDS] * 5), lines([WORDS] * 3)], outline=[("Titre", 0)], labels="/PageLabels << /Nums [0 << /S /r >>] >>"),
        pdf([lines(["Article 1", WORDS, "1° la durée ;", "2° la finalité."]), lines([WORDS], size=18)], bold=frozenset(["Article 1"]), image=True),
        pdf([[(70, 700, 10, WORDS), (320, 700, 10, WORDS)] * 12], extra="/Lang (fr)"),
        one_page(stream(SAID * 20), [stream(SAID, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]")], resources=b"/XObject << /X 6 0 R >>"),
    )  # fmt: skip


def mutated(data: bytes, dice: random.Random) -> bytes:
    """`data` cut, with a bit flipped, with a part of it elsewhere, or with a part of it many times."""
    place, length = dice.randrange(len(data)), dice.randrange(1, 200)
    how = dice.randrange(4)
    if how == 0:
        return data[:place]
    if how == 1:
        return data[:place] + bytes([data[place] ^ (1 << dice.randrange(8))]) + data[place + 1 :]
    if how == 2:
        other = dice.randrange(len(data))
        return data[:place] + data[other : other + length] + data[place:]
    return data[:place] + data[place : place + length] * dice.randrange(2, 50) + data[place + length :]


def spoilt(count: int, seed: int) -> Iterator[bytes]:
    """`count` spoilt files, always the same for a seed."""
    dice, files = random.Random(seed), sound()
    for number in range(count):
        yield mutated(files[number % len(files)], dice)
