"""`fetch`, killed (SIGKILL) before each change that it makes on the disk, then at random instants; the next run must bring everything.

    python tests/kill_fetch.py --kills 60 --seed 7

Three texts that change at every trial: one that is short, two that arrive by and by, one of them without a tag to go on with. After each kill: what is in
place is what was there before or what the server gives now, whole; the next run, left alone, brings all three and leaves nothing half done (R-02, "fetched").
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from kill_ingest import apart, ended, was_killed  # noqa: E402

from ingest.fetch import Fetcher, Limits, Outcome  # noqa: E402
from ingest.official import OfficialText, load_fetched  # noqa: E402

NAMES = ("court", "long", "sans-marque")
LIMITS = Limits(seconds=20.0, silence=5.0, pause=0.0)
DISK = ("open", "os.rename", "os.remove")
"""What Python tells of before it writes, moves or removes a file: each is an instant to be killed at."""


def page(name: str, state: int) -> bytes:
    lines = 20 if name == "court" else 6_000
    return b"<!doctype html><html><body>" + f"<p>{name}, version {state}.</p>\n".encode() * lines + b"</body></html>"


class Site(ThreadingHTTPServer):
    """Gives the pages of one state; counts the downloads that go on where they stopped."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.state = self.gone_on = 0


class Handler(BaseHTTPRequestHandler):
    server: Site

    def log_message(self, *words: object) -> None:
        pass

    def do_GET(self) -> None:
        name = self.path.strip("/")
        body = page(name, self.server.state) if name in NAMES else b""
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        start = 0
        if self.headers.get("Range") and self.headers.get("If-Range") == tag:
            start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        if body and start >= len(body):
            self.send_error(416)
            return
        self.server.gone_on += start > 0
        self.send_response(404 if not body else 206 if start else 200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        if body and name != "sans-marque":
            self.send_header("ETag", tag)
        self.end_headers()
        with contextlib.suppress(OSError):
            for place in range(start, len(body), 9000):
                self.wfile.write(body[place : min(place + 9000, len(body))])
                time.sleep(0.003)


def texts(port: int) -> list[OfficialText]:
    values = {"title": "T", "publisher": "P", "language": "fr", "kind": "html", "licence": "L", "reuse": "R", "checked": "seen"}  # fmt: skip
    found = []
    for name in NAMES:
        entry = OfficialText.model_validate({**values, "id": name, "file": f"{name}.html", "url": "https://a.fr/"})
        found.append(entry.model_copy(update={"url": f"http://127.0.0.1:{port}/{name}"}))
    return found


def fetch(folder: Path, port: int, kill_before: int = 0, log: Path | None = None) -> None:
    """Fetch all; with `kill_before`, until that many changes were made in `folder`."""
    touched = 0

    def touch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal touched
        is_read = event == "open" and not int(str(arguments[2])) & (os.O_WRONLY | os.O_RDWR)
        if event in DISK and not is_read and str(arguments[0]).startswith(str(folder)):
            touched += 1
            if touched == kill_before:
                os.kill(os.getpid(), 9)

    if kill_before:
        sys.addaudithook(touch)
    with Fetcher(folder, allow_loopback=f"127.0.0.1:{port}", limits=LIMITS) as fetcher:
        for text in texts(port):
            result = fetcher.fetch(text)
            assert result.outcome in (Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED), result.said
            assert "by hand" not in result.said, result.said
    if log:
        log.write_text("ended")


def look(folder: Path, states: set[int], *, is_over: bool) -> None:
    """What is in place; an AssertionError says what is wrong."""
    for name in NAMES:
        target = folder / f"{name}.html"
        if target.exists() or is_over:
            assert target.read_bytes() in {page(name, state) for state in states}, f"{name} is a mixture or lost"
    if is_over:
        records = {record.file: record.sha256 for record in load_fetched(folder).values()}
        expected = {f"{n}.html": hashlib.sha256((folder / f"{n}.html").read_bytes()).hexdigest() for n in NAMES}
        assert records == expected, "the record is not that of the files"
        assert not list(folder.glob("*.part")), "something half done is left"


def trial(site: Site, folder: Path, *, wait: float | None = None, kill_before: int = 0) -> bool:
    """One kill, then a run left alone; True when the kill came before the end."""
    before, site.state = site.state, site.state + 1
    # What was begun from an older state and killed may stand there as well.
    there = {before, site.state} if any(folder.iterdir()) else {site.state}
    in_time = was_killed(partial(fetch, folder, site.server_port, kill_before), wait)
    look(folder, there, is_over=False)
    if ended(apart(partial(fetch, folder, site.server_port))):
        raise SystemExit(f"After a kill (wait {wait}, before file {kill_before}): the next run did not end.")
    look(folder, {site.state}, is_over=True)
    return in_time


def main() -> None:
    """Kill before each change on the disk, first into an empty folder, then over what is there; then as often as asked by chance."""
    options = argparse.ArgumentParser()
    options.add_argument("--kills", type=int, default=10)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    chance = random.Random(asked.seed)
    site = Site()
    threading.Thread(target=site.serve_forever, args=(0.02,), daemon=True).start()
    steps = killed = 0
    with tempfile.TemporaryDirectory(prefix="kill-fetch-") as temporary:
        folder = Path(temporary).resolve() / "official"
        for is_empty in (True, False):
            for kill_before in range(1, 1000):
                if is_empty:
                    shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(exist_ok=True)
                if not trial(site, folder, kill_before=kill_before):
                    break
                steps += 1
        started = time.monotonic()
        site.state += 1
        assert ended(apart(partial(fetch, folder, site.server_port))) == 0
        whole = time.monotonic() - started
        for _ in range(asked.kills):
            killed += trial(site, folder, wait=chance.uniform(0, 1.1 * whole))
    print(
        f"{steps} killed before a change on the disk, {killed} of {asked.kills} at random ({whole:.2f} s each when left alone), "
        f"{site.gone_on} went on where they stopped: 0 lost, 0 mixed."
    )


if __name__ == "__main__":
    main()
