"""A browser and two servers: one with the small fake assistant, one with the real index when it exists."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(Path(__file__).parents[1]))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytest.importorskip("axe_playwright_python")
# A shared machine can be slow: a page is given time before it is called wrong.
pytest.importorskip("playwright.sync_api").expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Playwright keeps an event loop in the main thread: what runs its own must come before.
    items.sort(key=lambda item: "e2e" in item.path.parts)
    if CHROMIUM is None:
        for item in items:
            if "e2e" in item.path.parts:
                item.add_marker(pytest.mark.skip(reason="no Chromium here: apt-get install chromium"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {
        "executable_path": CHROMIUM,
        "args": [
            "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ],
    }  # fmt: skip


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"locale": "fr-FR", "viewport": {"width": 1280, "height": 900}}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, seconds: float, is_alive: Callable[[], bool] = lambda: True) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and is_alive():
        try:
            urllib.request.urlopen(f"{url}/health", timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"{url} did not start")


@pytest.fixture(scope="session")
def fake() -> Any:
    from e2e.fakes import FakeAssistant

    return FakeAssistant()


@pytest.fixture(scope="session")
def address(fake: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site with the fake assistant, in a thread."""
    import uvicorn

    from assistant.site import SiteOptions, build_site
    from assistant.site.switches import force_switches

    force_switches(os.environ, tmp_path_factory.mktemp("gradio"))
    port = free_port()
    site = build_site(fake, SiteOptions(questions_per_minute=0))
    server = uvicorn.Server(
        uvicorn.Config(site, port=port, log_level="warning", access_log=False, server_header=False, ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{port}"
    wait_for(url, 30)
    yield url
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def real_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`python app.py` as people start it, on the index that exists."""
    if not (ROOT / "var" / "index" / "current").exists():
        pytest.skip("no index here: python -m ingest")
    port = free_port()
    environment = {**os.environ, "ASSISTANT_PORT": str(port), "ASSISTANT_QUESTIONS_PER_MINUTE": "0"}
    log = tmp_path_factory.mktemp("app") / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, 90, lambda: process.poll() is None)
    except RuntimeError:
        process.kill()
        pytest.fail(log.read_text())
    yield url
    process.terminate()
    process.wait(20)
