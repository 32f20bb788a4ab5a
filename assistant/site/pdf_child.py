"""The small process that draws one page of a PDF file: the only place that knows PDFium, and nothing in the file can harm who asks.

Run as `python -m assistant.site.pdf_child NUMBER`, with the file on the standard input. It limits itself before it reads a byte, and
writes a line of JSON (size, labels, letters with their places), then the image.
"""

from __future__ import annotations

import ctypes
import io
import json
import resource
import sys
from contextlib import suppress
from typing import Any

CPU_SECONDS = 10
MEMORY = 640 * 1024 * 1024
WRITTEN = 16 * 1024 * 1024
LONGEST_SIDE = 1_700
MOST_PIXELS = 2_400_000
MOST_LETTERS = 20_000
UNITS = 10
"""Places are given in tenths of a point, counted from the top left corner of the page as it is shown."""


class Unreadable(Exception):
    """The page cannot be drawn; the message is a word for the program that asked."""


def limit_myself() -> None:
    """No more than the limits above, whatever the file does."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 2))
    with suppress(ValueError, OSError):  # macOS knows no limit of memory; the others hold
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def draw(data: bytes, number: int) -> tuple[dict[str, Any], bytes]:
    """Page `number` (from 1): what is known of it, and its image."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
        pages = len(document)
        if not 1 <= number <= pages:
            raise Unreadable("no_page")
        page = document[number - 1]
        width, height = page.get_size()
    except pdfium.PdfiumError:
        raise Unreadable("broken") from None
    if width < 1 or height < 1:
        raise Unreadable("broken")
    scale = min(LONGEST_SIDE / max(width, height), (MOST_PIXELS / (width * height)) ** 0.5)
    if min(width, height) * scale < 1:
        raise Unreadable("broken")
    image = io.BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(image, "WEBP", quality=82, method=2)
    letters, places = _letters(page, width, height)
    head = {
        "pages": pages,
        "label": document.get_page_label(number - 1)[:20],
        "width": round(width * UNITS),
        "height": round(height * UNITS),
        "letters": letters,
        "places": places,
    }
    return head, image.getvalue()


def _letters(page: Any, width: float, height: float) -> tuple[str, list[int]]:
    """The letters and figures of the page in the order of the file, and for each its left, top, right and bottom."""
    import pypdfium2.raw as raw

    text = page.get_textpage()
    letters: list[str] = []
    places: list[int] = []
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    x, y = ctypes.c_int(), ctypes.c_int()
    for index in range(min(text.count_chars(), MOST_LETTERS)):
        code = raw.FPDFText_GetUnicode(text, index)
        if not 0x20 < code < 0x110000 or 0xD800 <= code < 0xE000 or not chr(code).isalnum():
            continue
        if not raw.FPDFText_GetCharBox(text, index, left, right, bottom, top):
            continue
        corners = []
        for across, up in ((left, top), (right, bottom)):
            raw.FPDF_PageToDevice(
                page, 0, 0, round(width * UNITS), round(height * UNITS), 0, across.value, up.value, x, y
            )
            corners.append((x.value, y.value))
        (x1, y1), (x2, y2) = corners
        letters.append(chr(code))
        places += (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
    return "".join(letters), places


def main() -> None:
    """Draw the page that the first argument names, from the file on the standard input."""
    limit_myself()
    image = b""
    head: dict[str, Any]
    try:
        head, image = draw(sys.stdin.buffer.read(), int(sys.argv[1]))
    except Unreadable as error:
        head = {"reason": str(error)}
    except Exception:  # noqa: BLE001  # whatever a hostile file provokes in a library is a page that cannot be drawn
        head = {"reason": "broken"}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + image)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
