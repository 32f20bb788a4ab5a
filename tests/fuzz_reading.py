"""Guided fuzzing of the reading of documents (I-03): inputs that reach code that none reached before are kept, and changed further.

    pip install -e '.[dev,fuzz]' && python tests/fuzz_reading.py FOLDER -max_total_time=600

FOLDER keeps the inputs between runs and begins with small files of ours; arguments that start with `-` are those of libFuzzer. The first byte of an input
chooses the reader, the rest is the file. Read in this process, as `child.py` does it in its own, then split, as its parent does. A find is an exception
of our own code (a library that gives up on a broken file is a reason for setting it aside), anything that is no `Exception`, text that is not
what its blocks say, or 20 seconds. It is written beside as `crash-…` or `timeout-…`; what it shows becomes a test.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

with atheris.instrument_imports(include=["pypdf", "ingest", "markdownify"]):
    import pypdf  # noqa: F401

    import ingest.html
    import ingest.markdown
    import ingest.plain
    from ingest.blocks import Extracted, Unreadable, from_json, language_of, speaks_to_a_model, to_json
    from ingest.duplicates import words_digest
    from ingest.read import read_pdf
    from ingest.split import Origin, split

from hostile import FAMILIES, SAID, hostile, one_page, sound, stream  # noqa: E402

from corpus.passages import Reference  # noqa: E402
from ingest.child import CHARACTERS, PAGES  # noqa: E402

OURS = str(ROOT / "ingest")
ORIGIN = Origin("id", "file", "Titre", "fr", True, Reference("Titre", "", "", ""), "high")
PLAIN = b"/Filter []"
"""Not packed: what the fuzzer changes in a page is what the reader reads."""
WORDS = (
    "obj endobj stream endstream xref trailer startxref /Type /Page /Pages /Kids /Count /Parent /Contents /Resources /Font /XObject /Form /Length "
    "/Filter /FlateDecode /ASCIIHexDecode /ASCII85Decode /LZWDecode /RunLengthDecode /DecodeParms /Predictor /ToUnicode /Encoding /Differences /Outlines /First "
    "/Next /Dest /PageLabels /Nums /ObjStm /XRef /Encrypt /Rotate /MediaBox BT ET Tj TJ Tf Td TD Tm T* cm Do <table> <tr> <td rowspan=9> colspan= <ul> <li> "
    "<dl><dt> <details><summary> <h2> class=oj-ti-art class=eli-subdivision id=art_1 Article|1 Art.|2 CHAPITRE|I Considérant (a) 1° §"
).split()


def seeds() -> list[bytes]:
    """Small files of ours, each after the byte of its reader."""
    law = "# Loi\n\n## Article 1\n\nI. – Le délai est de :\n\n1° Un mois ;\n\n2° Deux mois.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    page = "<!doctype html><html lang=fr><main><h1>T</h1><p class=oj-ti-art>Article 1</p><p>1. Le texte.</p><ul><li>a</ul><table><tr><th rowspan=2>x<td>y<tr><td>z</table><dl><dt>Q ?<dd>R.</dl>"
    files = [
        (0, one_page(stream(SAID, PLAIN))),
        *((0, data) for data in sound()),
        (1, page.encode()),
        (2, law.encode()),
        (3, law.encode()),
        (4, SAID * 3),
    ]
    number_of = {"pdf": 0, "html": 1, "text": 3}
    files += [
        (number_of[kind], data)
        for name in FAMILIES
        for kind, data in [hostile(name, 0)]
        if kind in number_of and len(data) < 8_000
    ]
    return [bytes([number]) + data for number, data in files]  # fmt: skip


def read(number: int, data: bytes) -> Extracted:
    """What the reader of that number reads."""
    if number in (0, 4):
        return read_pdf(data if number == 0 else one_page(stream(data, PLAIN)), PAGES, CHARACTERS)
    reader = (ingest.html.read_html, ingest.markdown.read_markdown, ingest.plain.read_plain)[number - 1]
    return reader(data, CHARACTERS)


def is_ours(error: BaseException) -> bool:
    """True when it was raised by a line of ours, and not by a library that we called."""
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    return place is not None and place.tb_frame.f_code.co_filename.startswith(OURS)


def try_one(given: bytes) -> None:
    """Read and split one input."""
    if not given:
        return
    try:
        extracted = read(given[0] % 5, given[1:])
    except (Unreadable, MemoryError, RecursionError):
        return
    except Exception as error:
        if is_ours(error):
            raise
        return
    kept = from_json(json.loads(json.dumps(to_json(extracted), ensure_ascii=True)))
    assert kept == extracted
    language_of(kept.text)
    words_digest(kept.text)
    passages = split(kept, ORIGIN)
    assert all(kept.text[passage.start : passage.end] == passage.text for passage in passages)
    assert not any(speaks_to_a_model(passage.text) for passage in passages)
    assert len({passage.id for passage in passages}) == len(passages)
    json.dumps([passage.text for passage in passages], ensure_ascii=False).encode()


def main() -> None:
    """Put the seeds into the folder, then fuzz until libFuzzer is told to stop."""
    logging.disable(logging.CRITICAL)
    sys.setrecursionlimit(2_000)
    folder = Path(next(word for word in sys.argv[1:] if not word.startswith("-")))
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds()):
        (folder / f"seed-{number}").write_bytes(data)
    with tempfile.NamedTemporaryFile("w", suffix=".dict", encoding="utf-8") as known:
        known.write("".join(f'"{word.replace("|", " ")}"\n' for word in WORDS if word.isascii()))
        known.flush()
        limits = [
            "-timeout=20",
            "-rss_limit_mb=2048",
            "-max_len=20000",
            f"-dict={known.name}",
            f"-artifact_prefix={folder}-",
        ]
        atheris.Setup([sys.argv[0], *limits, *sys.argv[1:]], try_one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
