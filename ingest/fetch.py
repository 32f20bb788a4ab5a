"""Downloading the official texts: politely, and never from inside our own network.

Each address is resolved once, every answer is checked, and the connection goes to the address that was checked: a name whose answer
changes in between leads nowhere else. Redirects are followed by hand, each checked like the first.
"""

from __future__ import annotations

import fcntl
import hashlib
import ipaddress
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from types import TracebackType
from urllib.parse import urljoin, urlsplit, urlunsplit
from urllib.robotparser import RobotFileParser

import httpx

from corpus.errors import ExplainedError
from ingest.documents import MOST_BYTES, wrong_kind
from ingest.official import Fetched, OfficialText, load_fetched, write_fetched

AGENT = "assistant-bac-a-sable-ingest"
USER_AGENT = f"{AGENT}/1.0 (reads official texts named by its operator)"
_TYPES = {
    "html": ("text/html", "application/xhtml+xml"),
    "pdf": ("application/pdf", "application/octet-stream", "application/x-pdf"),
    "markdown": ("text/markdown", "text/plain", "text/x-markdown"),
    "text": ("text/plain",),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/octet-stream"),
}
_MOST_REDIRECTS = 5
_MOST_ROBOTS = 500_000

Resolve = Callable[[str, int], list[str]]


class Outcome(Enum):
    """What came of an address."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True)
class Result:
    """An outcome, and what to tell of it."""

    outcome: Outcome
    said: str


class Refused(Exception):
    """The text is not downloaded. Its message is the reason, in plain words."""


class Unreachable(Refused):
    """Nothing answers there: it may be the network."""


@dataclass(frozen=True)
class Limits:
    """How much of a server is borne."""

    most_bytes: int = MOST_BYTES
    seconds: float = 120.0
    silence: float = 15.0
    pause: float = 1.0
    most_pause: float = 10.0


@dataclass(frozen=True)
class _Pinned:
    """An address that was checked, and the one machine that it leads to."""

    url: str
    host: str
    port: int
    ip: str
    path: str
    scheme: str


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a name."""
    return list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


class Fetcher:
    """Downloads into one folder. `allow_loopback` names the one server, HOST:PORT, that tests may reach without https."""

    def __init__(
        self,
        folder: Path,
        *,
        allow_loopback: str = "",
        limits: Limits | None = None,
        resolve: Resolve = resolve,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.folder, self.limits, self._resolve, self._now = folder, limits or Limits(), resolve, now
        self._loopback = allow_loopback
        self._fetched = load_fetched(folder)
        self._robots: dict[str, RobotFileParser | None] = {}
        self._last: dict[str, float] = {}
        self._reached_any = False
        self._unreachable: set[str] = set()
        timeout = httpx.Timeout(self.limits.silence)
        # trust_env=False: a proxy of the environment would undo the check of the address.
        self._client = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False, verify=True)

    def __enter__(self) -> Fetcher:
        self._held = _hold(self.folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        os.close(self._held)

    @property
    def no_network(self) -> bool:
        """True when two different servers did not answer and none ever did."""
        return self.reached_nothing and len(self._unreachable) >= 2

    @property
    def reached_nothing(self) -> bool:
        """True when servers were tried and none ever answered."""
        return not self._reached_any and bool(self._unreachable)

    def fetch(self, text: OfficialText, *, again: bool = False) -> Result:
        """Bring `text` into the folder, unless it is there and did not change. What fails leaves the file that was there."""
        before = self._fetched.get(text.url)
        target = self.folder / text.file
        has_file = before is not None and target.exists() and _digest(target) == before.sha256
        if target.exists() and before is None and not again:
            return Result(Outcome.UNCHANGED, f"'{text.file}' was put there by hand and is kept; --again replaces it.")
        try:
            return self._download(text, target, before if has_file and not again else None, before)
        except OSError as error:
            raise ExplainedError(
                f"'{text.file}' could not be written to '{self.folder}': {os.strerror(error.errno or 0)}. What was there before is kept. "
                "Correct that and run the command again; it goes on where it stopped."
            ) from error
        except Refused as error:
            kept = " The file that was there is kept." if target.exists() else ""
            return Result(Outcome.FAILED, f"not downloaded: {error}{kept}")

    def _download(self, text: OfficialText, target: Path, known: Fetched | None, before: Fetched | None) -> Result:
        headers = {}
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        part = target.with_name(f"{text.file}.part")
        mark = target.with_name(f"{text.file}.etag.part")
        if begun := _begun(part, mark):
            headers |= {"Range": f"bytes={part.stat().st_size}-", "If-Range": begun}
        deadline = time.monotonic() + self.limits.seconds
        with self._open(text.url, headers, deadline) as (response, final):
            if response.status_code == 304 and known:
                _forget(part, mark)
                return Result(Outcome.UNCHANGED, "unchanged")
            goes_on = response.status_code == 206 and bool(begun) and _goes_on_from(response, part.stat().st_size)
            if begun and not goes_on and response.status_code in (206, 416):
                # The rest is not to be had (there may be none: all had arrived when it was killed), so it is asked for whole.
                response.close()
                _forget(part, mark)
                return self._download(text, target, known, before)
            if response.status_code != 200 and not goes_on:
                raise Refused(_status(response.status_code))
            content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if content_type not in _TYPES[text.kind]:
                raise Refused(
                    f"the server sends '{content_type or 'no type'}', and {text.kind} was expected. Open the address in a browser and correct official.yaml."
                )
            self._write(response, part, mark, goes_on, deadline)
            etag, modified = response.headers.get("etag", ""), response.headers.get("last-modified", "")
        data = part.read_bytes()
        _forget(mark)
        wrong = wrong_kind(data, text.kind) if data else "it is empty."
        if wrong:
            _forget(part)
            raise Refused(f"what the server sends is not what was expected: {wrong}")
        digest = hashlib.sha256(data).hexdigest()
        self._fetched[text.url] = Fetched(
            url=text.url,
            final_url=final,
            file=text.file,
            sha256=digest,
            bytes=len(data),
            fetched=self._now().isoformat(timespec="seconds"),
            etag=etag,
            last_modified=modified,
            content_type=content_type,
        )
        # Written with each file, so that what was there before an interruption is not downloaded again; and before the file is in place:
        # killed in between, the file differs from its record and is downloaded again, else it would be taken for one put there by hand.
        write_fetched(self.folder, self._fetched)
        part.replace(target)
        moved = "" if final == text.url else f" (now at {final})"
        if before is None:
            return Result(Outcome.NEW, f"new, {len(data):,} bytes{moved}")
        if before.sha256 == digest:
            return Result(Outcome.UNCHANGED, f"unchanged{moved}")
        return Result(Outcome.CHANGED, f"changed, {before.bytes:,} → {len(data):,} bytes{moved}")

    @contextmanager
    def _open(
        self, url: str, headers: dict[str, str], deadline: float, *, robots: bool = True
    ) -> Iterator[tuple[httpx.Response, str]]:
        """The answer to `url` after its redirects, its body not yet read, and the address that gave it."""
        for _ in range(_MOST_REDIRECTS + 1):
            place = self._check(url)
            if robots:
                self._ask_robots(place, deadline)
                self._wait(place)
            response = self._send(place, headers)
            try:
                if response.has_redirect_location:
                    url = urljoin(url, response.headers["location"])
                    continue
                yield response, url
                return
            finally:
                response.close()
        raise Refused(
            f"it redirects more than {_MOST_REDIRECTS} times. Open the address in a browser and correct official.yaml."
        )

    def _send(self, place: _Pinned, headers: dict[str, str]) -> httpx.Response:
        host = f"[{place.ip}]" if ":" in place.ip else place.ip
        default = 443 if place.scheme == "https" else 80
        name = place.host if place.port == default else f"{place.host}:{place.port}"
        sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Host": name, **headers}
        request = self._client.build_request(
            "GET",
            f"{place.scheme}://{host}:{place.port}{place.path}",
            headers=sent,
            extensions={"sni_hostname": place.host},
        )
        try:
            response = self._client.send(request, stream=True)
        except httpx.TimeoutException as error:
            self._note(place, isinstance(error, httpx.ConnectTimeout))
            raise Unreachable(
                f"{place.host} does not answer within {self.limits.silence:.0f} seconds. Try again later."
            ) from error
        except httpx.ConnectError as error:
            self._note(place, True)
            raise Unreachable(
                f"{place.host} cannot be reached ({error}). Check the network, or try again later."
            ) from error
        except httpx.HTTPError as error:
            raise Refused(
                f"{place.host} answers in a way that is not understood ({type(error).__name__}). Try again later."
            ) from error
        self._reached_any = True
        return response

    def _write(self, response: httpx.Response, part: Path, mark: Path, goes_on: bool, deadline: float) -> None:
        most = self.limits.most_bytes
        size = part.stat().st_size if goes_on else 0
        announced = response.headers.get("content-length", "")
        if announced.isdigit() and size + int(announced) > most:
            raise Refused(f"it is {int(announced) / 2**20:,.0f} MB, and {most / 2**20:,.0f} MB are taken at most.")
        encoded = response.headers.get("content-encoding", "identity").lower() != "identity"
        etag = response.headers.get("etag", "")
        if not goes_on:
            # Only what a strong tag names can be gone on with later. The old part goes first: it must never stand under the new tag.
            _forget(mark, part)
            if etag and not etag.startswith("W/") and not encoded:
                mark.write_text(etag, encoding="utf-8")
        try:
            with part.open("ab" if goes_on else "wb") as file:
                for chunk in response.iter_bytes():
                    size += len(chunk)
                    if size > most:
                        file.close()
                        _forget(part, mark)
                        raise Refused(f"it goes on beyond {most / 2**20:,.0f} MB and was cut off.")
                    file.write(chunk)
                    if time.monotonic() > deadline:
                        raise Refused(
                            f"it did not arrive within {self.limits.seconds:.0f} seconds. The next run goes on where it stopped, if the server allows."
                        )
        except httpx.HTTPError as error:
            raise Refused(
                f"the connection broke off after {size:,} bytes ({type(error).__name__}). The next run goes on where it stopped, if the server allows."
            ) from error

    def _check(self, url: str) -> _Pinned:
        """Where `url` leads, if it may be gone to."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise Refused(f"the address '{url[:200]}' is not well formed.") from error
        host = (parts.hostname or "").rstrip(".").lower()
        if not host:
            raise Refused(f"the address '{url[:200]}' names no server.")
        if parts.username or parts.password:
            raise Refused("the address holds a user name: it may hide another server.")
        path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        if self._loopback and f"{host}:{port}" == self._loopback and parts.scheme == "http" and port:
            return _Pinned(url, host, port, "127.0.0.1" if host == "localhost" else host, path, "http")
        if parts.scheme != "https":
            raise Refused(f"the address starts with '{parts.scheme}:', and only https is used.")
        if port not in (None, 443):
            raise Refused(f"the address names the port {port}, and only the usual one (443) is used.")
        try:
            ascii_host = host.encode("idna").decode("ascii") if not host.isascii() else host
            addresses = self._resolve(ascii_host, 443)
        except (OSError, UnicodeError) as error:
            self._unreachable.add(host)
            raise Unreachable(f"the name {host} was not found ({error}). Check the network and the address.") from error
        inside = [address for address in addresses if not is_public(address)]
        if inside or not addresses:
            raise Refused(
                f"{host} leads to an address that is not of the public internet ({', '.join(inside) or 'none'}): it is never gone to."
            )
        return _Pinned(url, ascii_host, 443, addresses[0], path, "https")

    def _ask_robots(self, place: _Pinned, deadline: float) -> None:
        key = f"{place.scheme}://{place.host}:{place.port}"
        if key not in self._robots:
            self._robots[key] = self._read_robots(place, deadline)
        rules = self._robots[key]
        if rules is None:
            raise Refused(
                f"{place.host} does not say what robots may read (its robots.txt fails), so nothing is taken from it. Try again later."
            )
        if not rules.can_fetch(AGENT, place.url):
            raise Refused(
                f"{place.host} asks robots not to read this page (robots.txt). Save it by hand from a browser, under the name that official.yaml gives."
            )

    def _read_robots(self, place: _Pinned, deadline: float) -> RobotFileParser | None:
        rules = RobotFileParser()
        origin = f"{place.scheme}://{place.host}" + ("" if place.port == 443 else f":{place.port}")
        with self._open(f"{origin}/robots.txt", {}, deadline, robots=False) as (response, _):
            if response.status_code in (401, 403, 429) or response.status_code >= 500:
                return None
            if response.status_code != 200:
                rules.parse([])
                return rules
            body = b""
            try:
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > _MOST_ROBOTS or time.monotonic() > deadline:
                        break
            except httpx.HTTPError:
                return None
            rules.parse(body[:_MOST_ROBOTS].decode("utf-8", "replace").splitlines())
            return rules

    def _wait(self, place: _Pinned) -> None:
        """Leave a server in peace for a while between two pages, as long as it asks for within reason."""
        rules = self._robots.get(f"{place.scheme}://{place.host}:{place.port}")
        asked = rules.crawl_delay(AGENT) if rules else None
        pause = min(max(self.limits.pause, float(asked or 0)), max(self.limits.most_pause, self.limits.pause))
        since = time.monotonic() - self._last.get(place.host, float("-inf"))
        if since < pause:
            time.sleep(pause - since)
        self._last[place.host] = time.monotonic()

    def _note(self, place: _Pinned, is_connect: bool) -> None:
        if is_connect:
            self._unreachable.add(place.host)
        else:
            self._reached_any = True


def is_public(address: str) -> bool:
    """True for an IP address of the public internet, whatever form hides another one in it."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            # An IPv4 address as a network without IPv4 writes it.
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None and not is_public(str(inner)):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def _hold(folder: Path) -> int:
    """Hold `folder` for one download at a time, until what is returned is closed: two would write to the same unfinished files."""
    held = -1
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(held)
        raise ExplainedError(
            f"Another fetch is writing to '{folder}'. Nothing was changed. Wait until it has ended and run the command again."
        ) from error
    except OSError as error:
        raise ExplainedError(
            f"'{folder}' cannot be written to ({error.strerror}), so nothing was downloaded. Correct its permissions."
        ) from error
    return held


def _begun(part: Path, mark: Path) -> str:
    """The tag under which a download was begun, empty when it cannot be gone on with."""
    try:
        return mark.read_text(encoding="utf-8").strip() if part.stat().st_size else ""
    except OSError:
        return ""


def _goes_on_from(response: httpx.Response, size: int) -> bool:
    """True when a partial answer begins where the part that is there ends."""
    place: str = response.headers.get("content-range", "")
    return place.replace(" ", "").lower().startswith(f"bytes{size}-")


def _forget(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ExplainedError(
            f"'{path}' could not be read ({os.strerror(error.errno or 0)}). Check its permissions."
        ) from error


def _status(code: int) -> str:
    if code in (404, 410):
        return f"the page is no longer there ({code}). Find its new address and correct official.yaml."
    if code in (401, 403):
        return f"the server refuses ({code}). Save the page by hand from a browser, under the name that official.yaml gives."
    if code == 429 or code >= 500:
        return f"the server cannot answer now ({code}). Try again later."
    return f"the server answers {code}. Open the address in a browser and correct official.yaml."
