"""Documents by others: every file of a folder read apart, the bad ones set aside with a reason, the others made into Documents."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from corpus.library import KeptDocument, keep
from corpus.passages import Document, Language, Reference
from ingest.blocks import READER, Extracted, from_json, language_of, speaks_to_a_model, to_json
from ingest.duplicates import near_duplicates, words_digest
from ingest.markdown import slug
from ingest.official import MANIFEST, Fetched, OfficialText, load_fetched, load_sidecar, same_address
from ingest.split import Origin, split

KINDS = {
    ".pdf": "pdf", ".html": "html", ".htm": "html", ".xhtml": "html", ".md": "markdown", ".markdown": "markdown", ".docx": "docx", ".txt": "text",
}  # fmt: skip
MOST_BYTES = 25 * 1024 * 1024
WALL_SECONDS = 30.0
OCR_SECONDS = 600.0
_AT_ONCE = 2


@dataclass(frozen=True)
class Quarantined:
    """A file that was set aside, and why, in plain words."""

    file: str
    reason: str
    sha256: str = ""


@dataclass(frozen=True)
class FileReport:
    """What is to be known of a file that was read. `proposed` is what nobody confirmed, with where it was seen."""

    file: str
    source_id: str
    kind: str
    title: str
    language: str
    date: str
    official: bool
    licence: str
    sha256: str
    passages: int
    pages: int = 0
    proposed: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shelf:
    """What a folder of documents gave. `warnings` are for a person to look at: duplicates, files that differ from what was fetched."""

    documents: tuple[Document, ...] = ()
    reports: tuple[FileReport, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Read:
    path: Path
    name: str
    kind: str
    sha256: str
    extracted: Extracted


def read_documents(
    folder: Path,
    corpus: Path,
    official: Sequence[OfficialText],
    *,
    kept: Path | None = None,
    write_kept: bool = False,
    ocr: bool = False,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Shelf:
    """Every document below `folder` as passages, in the order of the names of the files.

    A file is named by its path from `corpus`. `kept` holds what was read before: a file that did not change is not read again.
    """
    files = _files(folder)
    quarantined: list[Quarantined] = []
    todo: list[tuple[Path, str, str, bytes, str]] = []
    first_with: dict[str, str] = {}
    warnings: list[str] = []
    listed = {text.file: text for text in official}
    # A file of the list comes first, so that its copy by an operator is the double, and not the other way round.
    for path in sorted(files, key=lambda path: (path.name not in listed, path.relative_to(folder).as_posix())):
        name = path.relative_to(corpus).as_posix()
        data, kind, reason = _admit(path, folder)
        if reason:
            quarantined.append(Quarantined(name, reason))
            continue
        digest = hashlib.sha256(data).hexdigest()
        if digest in first_with:
            warnings.append(f"{name} is the same file as {first_with[digest]}; it is read once.")
            continue
        first_with[digest] = name
        todo.append((path, name, kind, data, digest))

    done = 0

    def read(one: tuple[Path, str, str, bytes, str]) -> _Read | Quarantined:
        nonlocal done
        path, name, kind, data, digest = one
        extracted = _kept_before(kept, digest, kind)
        if extracted is None:
            result = read_apart(kind, data, ocr=ocr)
            if isinstance(result, str):
                extracted = None
                outcome: _Read | Quarantined = Quarantined(name, result, digest)
            else:
                extracted = result
        if extracted is not None:
            if write_kept and kept:
                _keep(kept, digest, kind, extracted)
            outcome = _Read(path, name, kind, digest, extracted)
        done += 1
        on_progress(done, len(todo))
        return outcome

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        outcomes = list(pool.map(read, todo))
    reads: list[_Read] = []
    texts: dict[str, str] = {}
    for outcome in outcomes:
        if isinstance(outcome, Quarantined):
            quarantined.append(outcome)
            continue
        same = words_digest(outcome.extracted.text)
        if same in texts:
            warnings.append(f"{outcome.name} has the same text as {texts[same]}; it is read once.")
            continue
        texts[same] = outcome.name
        reads.append(outcome)
    near = near_duplicates({one.name: one.extracted.text for one in reads})
    for likeness in near:
        what = "is contained in" if likeness.inside else "is nearly the same as"
        warnings.append(
            f"{likeness.one} {what} {likeness.other} ({likeness.share:.0%} of its text). Both are indexed; remove one if it is an older version."
        )
    reads.sort(key=lambda one: one.name)
    fetched = load_fetched(folder) or load_fetched(corpus / "official")
    documents, reports = [], []
    names: dict[str, str] = {}
    for one in reads:
        document, report, said = _document(one, official, fetched, names)
        documents.append(document)
        reports.append(report)
        warnings += said
    return Shelf(tuple(documents), tuple(reports), tuple(sorted(quarantined, key=lambda q: q.file)), tuple(warnings))


def _files(folder: Path) -> list[Path]:
    """Everything below `folder` that is not hidden, nor a YAML file or a manifest of ours."""
    found = []
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if (
                not name.startswith((".", "~$"))
                and not name.endswith((".yaml", ".yml", ".part"))
                and name not in (MANIFEST, "README.md")
            ):
                found.append(Path(root) / name)
    return found


_MAGIC = {
    b"%PDF-": "a PDF", b"PK\x03\x04": "an archive (ZIP)", b"\x1f\x8b": "an archive (gzip)", b"\x89PNG": "a PNG image", b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image", b"Rar!": "an archive (RAR)", b"7z\xbc\xaf": "an archive (7z)", b"BZh": "an archive (bzip2)", b"\xfd7zXZ": "an archive (xz)",
    b"\x7fELF": "a program", b"MZ": "a program", b"\xd0\xcf\x11\xe0": "an old Word, Excel or PowerPoint file", b"{\\rtf": "an RTF document",
    b"SQLite format 3": "a database",
}  # fmt: skip


def _admit(path: Path, folder: Path) -> tuple[bytes, str, str]:
    """The bytes and the kind of a file, or the reason why it is not even opened by a reader."""
    kind = KINDS.get(path.suffix.lower(), "")
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode) and not path.resolve().is_relative_to(folder.resolve()):
            return b"", "", "it is a link to a file outside the folder. Put the file itself there."
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return b"", "", "it is not an ordinary file. Put the document itself there."
        if not kind:
            return (
                b"",
                "",
                f"files named '{path.suffix or path.name}' are not read. Save it as PDF, HTML, Markdown, DOCX or plain text, under that name.",
            )
        if status.st_size == 0:
            return b"", "", "the file is empty (0 byte). Copy it again."
        if status.st_size > MOST_BYTES:
            return (
                b"",
                "",
                f"it is {status.st_size / 2**20:,.0f} MB, and {MOST_BYTES // 2**20} MB are read at most. Split it, or make its images smaller.",
            )
        data = path.read_bytes()
    except OSError as error:
        return b"", "", f"it could not be opened ({error.strerror}). Check its permissions."
    return data, kind, wrong_kind(data, kind)


def wrong_kind(data: bytes, kind: str) -> str:
    """Why `data` is not of that kind, from its first bytes; empty when it may be."""
    head = data[:1024]
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    looks = next((what for magic, what in _MAGIC.items() if start.startswith(magic)), "")
    page = bool(re.match(rb"<(?:!doctype\s+html|html|\?xml[^>]*\?>\s*<(?:!doctype\s+html|html))", start, re.IGNORECASE))
    if kind == "pdf":
        if b"%PDF-" not in head:
            return f"it is named PDF and is {looks or ('a web page' if page else 'not one')}. Save it under the name of what it is."
        return ""
    if kind == "docx":
        if not start.startswith(b"PK\x03\x04"):
            return f"it is named DOCX and is {looks or ('a web page' if page else 'not one')}. Save it as DOCX."
        if b"word/" not in data:
            return "it is an archive, but not a Word document. Unpack it and put the documents themselves there."
        return ""
    if looks:
        return f"it is named as text and is {looks}. Save it under the name of what it is."
    if kind != "html" and page:
        return "it is named as text and is a web page. Name it '.html'."
    return ""


def read_apart(kind: str, data: bytes, *, ocr: bool = False, seconds: float = WALL_SECONDS) -> Extracted | str:
    """What the limited process read of `data`, or the reason why it could not, in plain words."""
    result = _in_child(kind, data, seconds)
    if ocr and kind == "pdf" and isinstance(result, str) and ("scanned" in result or "hold no text" in result):
        recognised = _recognised(data)
        if isinstance(recognised, str):
            return f"{result} {recognised}"
        again = _in_child(kind, recognised, seconds)
        return (
            again
            if isinstance(again, str)
            else replace(
                again, notes=(*again.notes, "its text was recognised from images (OCR): check quotes against the page")
            )
        )
    return result


def _in_child(kind: str, data: bytes, seconds: float) -> Extracted | str:
    root = str(Path(__file__).resolve().parents[1])
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": root,
        "PYTHONIOENCODING": "utf-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",
    }
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as answer:
        given.write(data)
        given.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-m", "ingest.child", kind],
            stdin=given,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            cwd=root,
            env=environment,
            start_new_session=True,
        )
        try:
            code = child.wait(seconds)
        except subprocess.TimeoutExpired:
            _end(child)
            return (
                f"reading it takes more than {seconds:.0f} seconds. It may be made to harm; save it anew, or split it."
            )
        except BaseException:
            _end(child)
            raise
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return "reading it takes more than 20 seconds of work. It may be made to harm; save it anew, or split it."
        answer.seek(0)
        try:
            value: dict[str, Any] = json.loads(answer.read().decode("utf-8"))
            if "reason" in value:
                return str(value["reason"])
            return from_json(value["extracted"])
        except (ValueError, KeyError, TypeError):
            return f"the reader stopped on it (code {code}): it is broken or made to harm. Open it in its own program and save it anew."


def _end(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _recognised(data: bytes) -> bytes | str:
    """The PDF file with the text of its images recognised by `ocrmypdf`, or why that was not possible."""
    tool = shutil.which("ocrmypdf")
    if tool is None:
        return "Text recognition was asked for and `ocrmypdf` is not installed (Debian: `apt-get install ocrmypdf tesseract-ocr-fra`)."
    with tempfile.TemporaryDirectory(prefix="ingest-ocr-") as folder:
        source, target = Path(folder) / "in.pdf", Path(folder) / "out.pdf"
        source.write_bytes(data)
        command = [
            tool,
            "--skip-text",
            "--quiet",
            "--jobs",
            "1",
            "--language",
            "fra+eng",
            "--output-type",
            "pdf",
            str(source),
            str(target),
        ]
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            code = child.wait(OCR_SECONDS)
        except subprocess.TimeoutExpired:
            _end(child)
            return f"`ocrmypdf` needed more than {OCR_SECONDS / 60:.0f} minutes and was stopped."
        except BaseException:
            _end(child)
            raise
        if code or not target.exists() or target.stat().st_size > MOST_BYTES:
            return f"`ocrmypdf` could not recognise its text (code {code})."
        return target.read_bytes()


def _kept_name(digest: str, kind: str) -> str:
    return f"{digest[:40]}-{kind}-{READER}.json"


def _kept_before(kept: Path | None, digest: str, kind: str) -> Extracted | None:
    if kept is None:
        return None
    try:
        return from_json(json.loads((kept / _kept_name(digest, kind)).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(kept: Path, digest: str, kind: str, extracted: Extracted) -> None:
    target = kept / _kept_name(digest, kind)
    if target.exists():
        return
    kept.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(f".{os.getpid()}.part")
    temporary.write_text(json.dumps(to_json(extracted), ensure_ascii=False), encoding="utf-8")
    temporary.replace(target)


def _document(
    one: _Read, official: Sequence[OfficialText], fetched: dict[str, Fetched], names: dict[str, str]
) -> tuple[Document, FileReport, list[str]]:
    """A file that was read as a Document: what is known of it comes from the list, else from its sidecar, else it is only proposed."""
    extracted = one.extracted
    warnings: list[str] = []
    sidecar = load_sidecar(one.path)
    entry = next((text for text in official if text.file == one.path.name), None)
    if entry is None and sidecar and sidecar.address:
        entry = next((text for text in official if same_address(text.url, sidecar.address)), None)
        if entry:
            warnings.append(f"{one.name} is taken for '{entry.title}' on the word of its .yaml file.")
    if (
        entry
        and entry.url in fetched
        and fetched[entry.url].file == one.path.name
        and fetched[entry.url].sha256 != one.sha256
    ):
        warnings.append(
            f"{one.name} is not the file that was fetched on {fetched[entry.url].fetched[:10]}: it was changed since. Run `python -m ingest fetch --again` to have it back."
        )
    voted = language_of(extracted.text)
    proposed = dict(extracted.proposed)
    if voted:
        stated = proposed.get("language", {}).get("value")
        if stated and stated != voted:
            warnings.append(
                f"{one.name} says that it is in '{stated}' and reads as '{voted}'; it is indexed as '{voted}'. Confirm it in {one.path.name}.yaml."
            )
        if stated != voted:
            proposed["language"] = {"value": voted, "seen": "most of its small words"}
    if "language" not in proposed:
        proposed["language"] = {"value": "fr", "seen": "nothing shows it; French by default"}
    if not _is_a_title(proposed.get("title", {}).get("value", ""), one.path):
        heading = next((b.text for b in extracted.blocks if b.kind == "heading" and not speaks_to_a_model(b.text)), "")
        proposed["title"] = (
            {"value": heading, "seen": "first heading"}
            if 3 < len(heading) < 200
            else {"value": _spoken(one.path.stem), "seen": "name of the file"}
        )
    title = entry.title if entry else sidecar.title if sidecar else proposed["title"]["value"]
    language: Language = (
        entry.language
        if entry
        else sidecar.language
        if sidecar
        else "en"
        if proposed["language"]["value"] == "en"
        else "fr"
    )
    date = entry.date if entry else sidecar.date if sidecar else proposed.get("date", {}).get("value", "")
    if entry and voted and voted != entry.language:
        warnings.append(
            f"{one.name} is listed as '{entry.language}' and reads as '{voted}'. Check its address in official.yaml."
        )
    if entry:
        reference = entry.reference()
        licence = entry.licence
    else:
        reference = Reference(title, sidecar.publisher if sidecar else "", sidecar.address if sidecar else "", date)
        licence = (sidecar.licence if sidecar else "") or "unknown"
    source_id = entry.id if entry else slug(one.name.removesuffix(one.path.suffix))[:80] or one.sha256[:12]
    if source_id in names:
        source_id = f"{source_id}-{one.path.suffix[1:].lower()}"
    if source_id in names:
        source_id = f"{source_id}-{hashlib.sha256(one.name.encode()).hexdigest()[:6]}"
    names[source_id] = one.name
    origin = Origin(source_id, one.name, title, language, entry is not None, reference, "high" if entry else "medium")
    passages = split(extracted, origin)
    document = Document(source_id, one.name, title, language, extracted.text, passages)
    report = FileReport(
        file=one.name,
        source_id=source_id,
        kind=one.kind,
        title=title,
        language=language,
        date=date,
        official=entry is not None,
        licence=licence,
        sha256=one.sha256,
        passages=len(passages),
        pages=extracted.pages,
        proposed={} if entry or sidecar else proposed,
        notes=extracted.notes,
        flags=extracted.flags,
    )
    return document, report, warnings


_NO_TITLE = re.compile(
    r"^(untitled|sans titre|document\d*|microsoft word\b.*|.*\.(docx?|xml|indd|pdf|html?|pptx?)|[\W\d_]*)$",
    re.IGNORECASE,
)


def _is_a_title(title: str, path: Path) -> bool:
    return len(title) >= 4 and not _NO_TITLE.match(title) and title.casefold() != path.stem.casefold()


def _spoken(stem: str) -> str:
    return " ".join(re.split(r"[\s_-]+", stem)).strip().capitalize() or "Document"


def proposal_of(report: FileReport) -> str:
    """The sidecar that a person may confirm, as YAML with where each value was seen."""
    lines = ["# Proposed by `python -m ingest propose`: correct it, it is then taken as confirmed."]
    for name in ("title", "language", "date"):
        value = report.proposed.get(name)
        if value:
            lines.append(f"{name}: {json.dumps(value['value'], ensure_ascii=False)}  # seen: {value['seen']}")
    lines += ["publisher: ''", "licence: ''", "address: ''"]
    return "\n".join(lines) + "\n"


def write_reports(folder: Path, shelf: Shelf, disagreements: Sequence[str]) -> None:
    """`quarantine.json` and `documents.json` beside the index: what was set aside, what was read, what to look at."""
    _write(folder / "quarantine.json", [asdict(one) for one in shelf.quarantined])
    value = {
        "documents": [asdict(one) for one in shelf.reports],
        "warnings": list(shelf.warnings),
        "disagreements": list(disagreements),
    }
    _write(folder / "documents.json", value)


def shelve(generation: Path, shelf: Shelf, corpus: Path, kept: Path) -> None:
    """Put the documents that were read, whole, into the generation made of their passages."""
    found = []
    for report in shelf.reports:
        extracted = _kept_before(kept, report.sha256, report.kind)
        if extracted is not None:
            document = KeptDocument(
                report.source_id, report.file, report.kind, report.licence, report.sha256, report.pages
            )
            found.append((document, to_json(extracted), corpus / report.file))
    keep(generation, found)


def forget_unused(kept: Path, used: set[str]) -> None:
    """Drop the text of files that are no longer there, so that a removed source leaves nothing behind. `used` holds digests."""
    if kept.is_dir():
        for path in kept.iterdir():
            if path.name.split("-")[0] not in {digest[:40] for digest in used}:
                path.unlink()


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(path)
