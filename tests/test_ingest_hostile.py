"""No file can kill or hang the reading of documents (I-01): each ends with text or with a reason, in time, and the parent stays as it was.

Every day, the small sizes and some spoilt files. With INGEST_NIGHTLY=1 all of them:

    INGEST_NIGHTLY=1 pytest tests/test_ingest_hostile.py -s
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hostile import FAMILIES, SIZES, hostile, sound, spoilt

from ingest.blocks import Extracted
from ingest.documents import read_apart

NIGHTLY = os.environ.get("INGEST_NIGHTLY") == "1"
BOMBS = [(family, size) for size in range(SIZES if NIGHTLY else 2) for family in FAMILIES]
SPOILT = 500 if NIGHTLY else 68
WALL_AT_MOST = 31.0
GROWS_AT_MOST = 4 * 2**20
"""What the parent may hold more than before: nothing but the noise of the measure."""


def resident() -> int:
    """The memory that this process holds, in bytes, once what was freed is given back to the system."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):  # another C library than that of GNU
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def read_all(files: Sequence[tuple[str, str, bytes]]) -> None:
    """Read each, two at a time as `python -m ingest` does; an AssertionError names those that did not end as they must."""

    def read(file: tuple[str, str, bytes]) -> tuple[str, str, float]:
        name, kind, data = file
        started = time.monotonic()
        found = read_apart(kind, data)
        took = time.monotonic() - started
        return name, "" if isinstance(found, Extracted) else found, took

    # What Python needs for the two longest texts at once, it keeps for the next ones.
    longest = ("the longest text", "html", hostile("table", SIZES - 1)[1]) if NIGHTLY else ("", "pdf", sound()[0])
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(read, [longest] * 4))
        before = resident()
        ended = list(pool.map(read, files))
        grown = resident() - before
    slowest = max(ended, key=lambda one: one[2])
    reasons = Counter(reason.split(".")[0].split(":")[0] for _, reason, _ in ended)
    print(
        f"\n{len(ended)} files: {reasons.pop('', 0)} read, the others set aside: {dict(reasons.most_common())}. "
        f"Slowest: {slowest[0]}, {slowest[2]:.1f} s. The parent holds {grown / 2**20:+.1f} MB."
    )
    if NIGHTLY:
        for name, reason, took in ended:
            if took > 3:
                print(f"  {took:5.1f} s  {name}: {reason or 'read'}")
    assert [(name, took) for name, _, took in ended if took > WALL_AT_MOST] == []
    assert [(name, reason) for name, reason, _ in ended if reason and len(reason) < 20] == []
    assert grown < GROWS_AT_MOST


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="this system does not tell the memory of a process")
@pytest.mark.parametrize("what", ["made to harm", "spoilt"])
def test_every_hostile_file_ends_with_text_or_a_reason(what: str) -> None:
    if what == "spoilt":
        read_all([(f"spoilt {number}", "pdf", data) for number, data in enumerate(spoilt(SPOILT, seed=5))])
    else:
        read_all([(f"{family}, size {size}", *hostile(family, size)) for family, size in BOMBS])


def test_the_sound_files_are_read() -> None:
    """Else the spoilt ones would show nothing."""
    assert all(isinstance(read_apart("pdf", data), Extracted) for data in sound())
