"""Downloading official texts, against a server on this machine that plays the bad cases."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from corpus.errors import ExplainedError
from ingest.fetch import Fetcher, Limits, Outcome, Refused, is_public
from ingest.official import MANIFEST, OfficialText, load_fetched

ROOT = Path(__file__).resolve().parents[1]
PAGE = b"<!doctype html><html><body><p>Texte officiel.</p></body></html>"
LIMITS = Limits(most_bytes=200_000, seconds=3.0, silence=1.0, pause=0.0)


class Site(ThreadingHTTPServer):
    """What the server plays, and what was asked of it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.page, self.robots, self.robots_status = PAGE, b"", 404
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Site
    protocol_version = "HTTP/1.1"

    def log_message(self, *words: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        if self.path == "/robots.txt":
            return self.give(self.server.robots_status, self.server.robots, "text/plain")
        play = getattr(self, f"play_{self.path.strip('/').replace('-', '_')}", None)
        return play() if play else self.give(404, b"", "text/html")

    def give(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def play_page(self) -> None:
        tag = f'"{hashlib.sha256(self.server.page).hexdigest()[:8]}"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.give(200, self.server.page, "text/html; charset=utf-8", ETag=tag)

    def play_gone(self) -> None:
        self.give(410, b"", "text/html")

    def play_forbidden(self) -> None:
        self.give(403, b"", "text/html")

    def play_busy(self) -> None:
        self.give(503, b"", "text/html")

    def play_image(self) -> None:
        self.give(200, b"\x89PNG", "image/png")

    def play_disguised(self) -> None:
        self.give(200, b"%PDF-1.7 in disguise", "text/html")

    def play_empty(self) -> None:
        self.give(200, b"", "text/html")

    def play_announced(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(10 * 1024**3))
        self.end_headers()

    def play_endless(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * 65536)
        except OSError:
            self.close_connection = True

    def play_slow(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "100000")
        self.end_headers()
        try:
            for _ in range(100):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            self.close_connection = True

    def play_silent(self) -> None:
        time.sleep(2.5)

    def play_half(self) -> None:
        body = PAGE * 40
        start = self.headers.get("Range", "")
        if start and self.headers.get("If-Range") == '"half"':
            place = int(start.removeprefix("bytes=").removesuffix("-"))
            return self.give(
                206,
                body[place:],
                "text/html",
                ETag='"half"',
                Content_Range=f"bytes {place}-{len(body) - 1}/{len(body)}",
            )
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"half"')
        self.end_headers()
        self.wfile.write(body[:1000])
        self.close_connection = True
        return None

    def play_whole_by_now(self) -> None:
        body = PAGE * 40
        if self.headers.get("Range") == f"bytes={len(body)}-":
            return self.give(416, b"", "text/html")
        return self.give(200, body, "text/html", ETag='"half"')

    def play_off(self) -> None:
        if self.headers.get("Range"):
            return self.give(
                206, PAGE[5:], "text/html", ETag='"off"', Content_Range=f"bytes 5-{len(PAGE) - 1}/{len(PAGE)}"
            )
        return self.give(200, PAGE, "text/html", ETag='"off"')

    def redirect(self, to: str) -> None:
        self.give(302, b"", "text/html", Location=to)

    def play_moved(self) -> None:
        self.redirect("/page")

    def play_circle(self) -> None:
        self.redirect("/circle")

    def play_to_file(self) -> None:
        self.redirect("file:///etc/passwd")

    def play_to_inside(self) -> None:
        self.redirect("https://10.0.0.1/")

    def play_to_metadata(self) -> None:
        self.redirect("http://169.254.169.254/latest/meta-data/")

    def play_to_other_port(self) -> None:
        self.redirect(f"http://127.0.0.1:{self.server.server_port + 1}/")

    def play_to_localhost(self) -> None:
        self.redirect("https://localhost/")


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def text(site: Site, path: str, **changes: object) -> OfficialText:
    values = {"id": "texte", "title": "Texte", "publisher": "P", "url": "https://a.fr/x", "file": "texte.html", "language": "fr", "kind": "html", "licence": "L", "reuse": "R", "checked": "seen"}  # fmt: skip
    entry = OfficialText.model_validate(values | changes)
    return entry.model_copy(update={"url": f"http://{site.place}/{path}"})


def fetcher(site: Site, folder: Path, **changes: object) -> Fetcher:
    return Fetcher(folder, allow_loopback=site.place, limits=changes.pop("limits", LIMITS), **changes)  # type: ignore[arg-type]


def test_a_text_is_downloaded_recorded_and_not_downloaded_again(site: Site, tmp_path: Path) -> None:
    with fetcher(site, tmp_path) as one:
        assert one.fetch(text(site, "page")).outcome is Outcome.NEW
    assert (tmp_path / "texte.html").read_bytes() == PAGE
    (record,) = load_fetched(tmp_path).values()
    assert record.sha256 == hashlib.sha256(PAGE).hexdigest()
    assert record.url.endswith("/page")
    assert record.fetched[:2] == "20"
    with fetcher(site, tmp_path) as one:
        assert one.fetch(text(site, "page")).outcome is Outcome.UNCHANGED
    assert "if-none-match" in site.asked[-1][1]
    assert not list(tmp_path.glob("*.part"))


def test_a_changed_text_replaces_the_one_that_was_there(site: Site, tmp_path: Path) -> None:
    with fetcher(site, tmp_path) as one:
        one.fetch(text(site, "page"))
        site.page = PAGE.replace(b"officiel", b"nouveau")
        result = one.fetch(text(site, "page"))
    assert result.outcome is Outcome.CHANGED
    assert b"nouveau" in (tmp_path / "texte.html").read_bytes()


def test_a_redirect_on_the_same_site_is_followed_and_told(site: Site, tmp_path: Path) -> None:
    with fetcher(site, tmp_path) as one:
        result = one.fetch(text(site, "moved"))
    assert result.outcome is Outcome.NEW
    assert f"now at http://{site.place}/page" in result.said


@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param("nothing", "no longer there (404)", id="404"),
        pytest.param("gone", "no longer there (410)", id="410"),
        pytest.param("forbidden", "refuses (403). Save the page by hand", id="403"),
        pytest.param("busy", "cannot answer now (503)", id="503"),
        pytest.param("image", "sends 'image/png', and html was expected", id="wrong type"),
        pytest.param("disguised", "is a PDF", id="wrong content under the right type"),
        pytest.param("empty", "it is empty", id="empty"),
        pytest.param("announced", "10,240 MB", id="announces too much"),
        pytest.param("endless", "goes on beyond", id="sends too much"),
        pytest.param("slow", "did not arrive within 3 seconds", id="a byte at a time"),
        pytest.param("silent", "does not answer within 1 seconds", id="silent"),
        pytest.param("circle", "redirects more than 5 times", id="redirects in circles"),
        pytest.param("to-file", "starts with 'file:'|names no server", id="redirects to a file"),
        pytest.param("to-inside", "not of the public internet (10.0.0.1)", id="redirects to a private address"),
        pytest.param("to-metadata", "only https is used", id="redirects to the metadata of a cloud"),
        pytest.param("to-other-port", "only https is used", id="redirects to another server of this machine"),
        pytest.param("to-localhost", "not of the public internet", id="redirects to this machine by its name"),
    ],
)
def test_a_bad_answer_is_refused_and_leaves_what_was_there(site: Site, tmp_path: Path, path: str, said: str) -> None:
    with fetcher(site, tmp_path) as one:
        one.fetch(text(site, "page"))
    before = (tmp_path / "texte.html").read_bytes()
    started = time.monotonic()
    with fetcher(site, tmp_path) as one:
        result = one.fetch(text(site, path), again=True)
    assert result.outcome is Outcome.FAILED
    assert any(part in result.said for part in said.split("|"))
    assert (tmp_path / "texte.html").read_bytes() == before
    assert time.monotonic() - started < 6


def test_what_robots_may_not_read_is_not_asked_for(site: Site, tmp_path: Path) -> None:
    site.robots, site.robots_status = b"User-agent: *\nDisallow: /page\n", 200
    with fetcher(site, tmp_path) as one:
        result = one.fetch(text(site, "page"))
    assert "asks robots not to read this page" in result.said
    assert [path for path, _ in site.asked] == ["/robots.txt"]


def test_a_robots_file_that_fails_means_no(site: Site, tmp_path: Path) -> None:
    site.robots_status = 503
    with fetcher(site, tmp_path) as one:
        assert "does not say what robots may read" in one.fetch(text(site, "page")).said
    assert len(site.asked) == 1


def test_a_redirect_to_what_robots_may_not_read_is_not_followed(site: Site, tmp_path: Path) -> None:
    site.robots, site.robots_status = b"User-agent: *\nDisallow: /page\n", 200
    with fetcher(site, tmp_path) as one:
        assert "asks robots not to read" in one.fetch(text(site, "moved")).said
    assert "/page" not in [path for path, _ in site.asked]


def test_the_pause_that_a_server_asks_for_is_kept_within_reason(site: Site, tmp_path: Path) -> None:
    site.robots, site.robots_status = b"User-agent: *\nCrawl-delay: 60\n", 200
    limits = Limits(most_bytes=200_000, seconds=3.0, silence=1.0, pause=0.0, most_pause=0.3)
    with fetcher(site, tmp_path, limits=limits) as one:
        one.fetch(text(site, "page"))
        started = time.monotonic()
        one.fetch(text(site, "page"))
    assert 0.2 < time.monotonic() - started < 2


def test_a_download_that_broke_off_goes_on_where_it_stopped(site: Site, tmp_path: Path) -> None:
    with fetcher(site, tmp_path) as one:
        first = one.fetch(text(site, "half"))
    assert "broke off after 1,000 bytes" in first.said
    with fetcher(site, tmp_path) as one:
        second = one.fetch(text(site, "half"))
    assert second.outcome is Outcome.NEW
    assert (tmp_path / "texte.html").read_bytes() == PAGE * 40
    assert site.asked[-1][1]["range"] == "bytes=1000-"


def test_a_download_killed_when_all_had_arrived_is_asked_for_again_in_the_same_run(site: Site, tmp_path: Path) -> None:
    (tmp_path / "texte.html.part").write_bytes(PAGE * 40)
    (tmp_path / "texte.html.etag.part").write_text('"half"')
    with fetcher(site, tmp_path) as one:
        result = one.fetch(text(site, "whole-by-now"))
    assert result.outcome is Outcome.NEW
    assert (tmp_path / "texte.html").read_bytes() == PAGE * 40
    assert [asked.get("range") for path, asked in site.asked if path == "/whole-by-now"] == [
        f"bytes={len(PAGE) * 40}-",
        None,
    ]


def test_a_partial_answer_that_begins_elsewhere_is_not_joined(site: Site, tmp_path: Path) -> None:
    (tmp_path / "texte.html.part").write_bytes(PAGE[:10])
    (tmp_path / "texte.html.etag.part").write_text('"off"')
    with fetcher(site, tmp_path) as one:
        assert one.fetch(text(site, "off")).outcome is Outcome.NEW
    assert (tmp_path / "texte.html").read_bytes() == PAGE


def test_one_fetch_at_a_time(site: Site, tmp_path: Path) -> None:
    with (
        fetcher(site, tmp_path),
        pytest.raises(ExplainedError, match="Another fetch is writing"),
        fetcher(site, tmp_path),
    ):
        pass
    with fetcher(site, tmp_path) as one:
        assert one.fetch(text(site, "page")).outcome is Outcome.NEW


def test_a_folder_that_cannot_be_written_to_is_told(site: Site, tmp_path: Path) -> None:
    (tmp_path / "texte.html").mkdir()
    with fetcher(site, tmp_path) as one, pytest.raises(ExplainedError, match="could not be written"):
        one.fetch(text(site, "page"), again=True)


def test_fetch_that_is_killed_loses_nothing() -> None:
    """R-02 for the first step. `INGEST_KILLS=300` is the nightly figure."""
    kills = os.environ.get("INGEST_KILLS", "4")
    program = [sys.executable, "tests/kill_fetch.py", "--kills", kills]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 lost, 0 mixed" in done.stdout


def test_a_file_put_there_by_hand_is_kept(site: Site, tmp_path: Path) -> None:
    (tmp_path / "texte.html").write_bytes(b"by hand")
    with fetcher(site, tmp_path) as one:
        assert "put there by hand" in one.fetch(text(site, "page")).said
        assert site.asked == []
        assert one.fetch(text(site, "page"), again=True).outcome is Outcome.NEW


def test_a_file_changed_since_is_downloaded_anew(site: Site, tmp_path: Path) -> None:
    with fetcher(site, tmp_path) as one:
        one.fetch(text(site, "page"))
        (tmp_path / "texte.html").write_bytes(b"spoilt")
        one.fetch(text(site, "page"))
    assert (tmp_path / "texte.html").read_bytes() == PAGE


def test_a_damaged_manifest_counts_as_none(site: Site, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("{", encoding="utf-8")
    with fetcher(site, tmp_path) as one:
        assert one.fetch(text(site, "page")).outcome is Outcome.NEW


# Never inside


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
        "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::", "2001:db8::1", "nonsense", "",
    ],
)  # fmt: skip
def test_an_address_of_the_inside_is_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "147.67.210.30", "2606:4700::1111", "64:ff9b::101:101"])
def test_an_address_of_the_public_internet_is_known(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://a.fr/", "only https"), ("ftp://a.fr/", "only https"), ("file:///etc/passwd", "names no server"), ("https://", "names no server"),
        ("https://a.fr@10.0.0.1/", "user name"), ("https://user:pass@a.fr/", "user name"), ("https://a.fr:8443/", "port 8443"), ("https://a.fr:x/", "not well formed"),
        ("https://127.0.0.1/", "not of the public"), ("https://2130706433/", "not of the public"), ("https://0x7f000001/", "not of the public"),
        ("https://0177.0.0.1/", "not of the public"), ("https://127.1/", "not of the public"), ("https://[::1]/", "not of the public"),
        ("https://[::ffff:127.0.0.1]/", "not of the public"), ("https://[fe80::1]/", "not of the public"), ("https://169.254.169.254/", "not of the public"),
        ("https://localhost/", "not of the public"), ("https://localhost./", "not of the public"), ("https://10.0.0.1/", "not of the public"),
        ("https://192.168.0.1/", "not of the public"), ("https://[fd00::1]/", "not of the public"), ("https://0.0.0.0/", "not of the public"),
        ("https://[::]/", "not of the public"), ("gopher://a.fr/", "only https"), ("data:text/html,x", "names no server"), ("javascript:alert(1)", "names no server"),
    ],
)  # fmt: skip
def test_an_address_that_may_lead_inside_is_never_gone_to(tmp_path: Path, url: str, said: str) -> None:
    with Fetcher(tmp_path) as one, pytest.raises(Refused, match=said):
        one._check(url)


def test_a_name_with_one_inside_address_among_others_is_refused(tmp_path: Path) -> None:
    with (
        Fetcher(tmp_path, resolve=lambda host, port: ["1.1.1.1", "10.0.0.1"]) as one,
        pytest.raises(Refused, match=r"10\.0\.0\.1"),
    ):
        one._check("https://a.fr/")


def test_the_connection_goes_to_the_address_that_was_checked(tmp_path: Path) -> None:
    answers = iter([["1.1.1.1"], ["127.0.0.1"]])
    with Fetcher(tmp_path, resolve=lambda host, port: next(answers)) as one:
        sent: list[str] = []
        one._client.send = lambda request, stream: sent.append(
            f"{request.url.host} {request.headers['host']} {request.extensions['sni_hostname']}"
        )  # type: ignore[assignment, method-assign, return-value, func-returns-value]
        one._send(one._check("https://a.fr/x"), {})
        assert sent == ["1.1.1.1 a.fr a.fr"]


def test_the_loopback_of_the_tests_is_one_server_and_no_other(site: Site, tmp_path: Path) -> None:
    with fetcher(site, tmp_path) as one:
        assert one._check(f"http://{site.place}/x").ip == "127.0.0.1"
        for url in (
            f"http://127.0.0.1:{site.server_port + 1}/",
            f"http://127.0.0.2:{site.server_port}/",
            f"https://{site.place}/",
        ):
            with pytest.raises(Refused):
                one._check(url)


def test_no_network_is_known_after_two_servers(tmp_path: Path) -> None:
    def fails(host: str, port: int) -> list[str]:
        raise OSError("no network")

    with Fetcher(tmp_path, resolve=fails) as one:
        for number in range(2):
            entry = OfficialText.model_validate(
                {
                    "id": f"t{number}",
                    "title": "T",
                    "publisher": "P",
                    "url": f"https://a{number}.fr/",
                    "file": "t.html",
                    "language": "fr",
                    "kind": "html",
                    "licence": "L",
                    "reuse": "R",
                    "checked": "seen",
                }
            )
            assert "was not found" in one.fetch(entry).said
        assert one.no_network
    assert not list(tmp_path.iterdir())
