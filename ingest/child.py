"""The small process that reads one file: bytes in, what was read out, and nothing that it does can harm the process that asks.

Run as `python -m ingest.child KIND`, with the file on the standard input. It puts limits on itself before it reads a byte.
"""

from __future__ import annotations

import json
import resource
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.blocks import Extracted

CPU_SECONDS = 20
MEMORY = 512 * 1024 * 1024
WRITTEN = 64 * 1024 * 1024
PAGES = 500
CHARACTERS = 2_000_000


def limit_myself() -> None:
    """No more than the limits above, whatever the file does."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 2))
    with suppress(ValueError, OSError):  # macOS knows no limit of memory; the others hold
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    sys.setrecursionlimit(2_000)


def main() -> None:
    """Read the standard input as the kind that the first argument names, and write what was read as JSON."""
    limit_myself()
    kind = sys.argv[1]
    data = sys.stdin.buffer.read()
    answer: dict[str, object]
    from ingest.blocks import Unreadable, to_json

    try:
        answer = {"extracted": to_json(_read(kind, data))}
    except Unreadable as error:
        answer = {"reason": str(error)}
    except MemoryError:
        answer = {
            "reason": f"reading it needs more than {MEMORY // 2**20} MB of memory. It may be made to harm; save it anew, or leave it out."
        }
    except RecursionError:
        answer = {
            "reason": "its parts are nested without end: it is broken or made to harm. Save it anew, or leave it out."
        }
    except Exception as error:  # noqa: BLE001  # any other fault of a reader on a hostile file is a reason, never a crash
        answer = {
            "reason": f"its content is broken ({type(error).__name__}). Open it in its own program and save it anew."
        }
    text = json.dumps(answer, ensure_ascii=True)
    sys.stdout.write(text)
    sys.stdout.flush()


def _read(kind: str, data: bytes) -> Extracted:
    # Each reader is imported for its own files alone: starting costs more than reading a small file.
    if kind == "pdf":
        from ingest.read import read_pdf

        return read_pdf(data, PAGES, CHARACTERS)
    if kind == "html":
        from ingest.html import read_html

        return read_html(data, CHARACTERS)
    if kind == "markdown":
        from ingest.markdown import read_markdown

        return read_markdown(data, CHARACTERS)
    if kind == "docx":
        from ingest.docx import read_docx

        return read_docx(data, CHARACTERS)
    from ingest.plain import read_plain

    return read_plain(data, CHARACTERS)


if __name__ == "__main__":
    main()
