"""Starts the site: settings, the assistant on its index, the pages. `python app.py`, from an index that exists."""

from __future__ import annotations

import argparse
import errno
import logging
import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from assistant.settings import Settings
from assistant.site.switches import force_switches
from corpus.errors import ExplainedError

if TYPE_CHECKING:
    from assistant.pipeline import Assistant


class UnreachableAddress(ExplainedError):
    """The site cannot listen where it was asked to."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        if error.errno == errno.EADDRINUSE:
            super().__init__(
                f"Port {port} of {host} is taken by another program, so the site cannot start there. "
                f"Stop that program, or choose another port: ASSISTANT_PORT={port % 65535 + 1} python app.py"
            )
        elif error.errno == errno.EACCES:
            super().__init__(
                f"This account may not listen on port {port}, so the site cannot start there. "
                "Choose a port above 1023: ASSISTANT_PORT=7860 python app.py"
            )
        else:
            super().__init__(
                f"The address {host} is not one of this machine ({error.strerror or error}), so the site cannot start "
                "there. Choose one that is: ASSISTANT_HOST=127.0.0.1 python app.py"
            )


class BadSettings(ExplainedError):
    """A setting of the environment has a value that it cannot have."""

    def __init__(self, error: ValidationError) -> None:
        first = error.errors()[0]
        name = "ASSISTANT_" + "_".join(str(part) for part in first["loc"]).upper()
        super().__init__(
            f"The setting {name} is not valid ({first['msg']}), so the site cannot start. Correct it, or unset it."
        )


def read_arguments() -> None:
    """None are taken: `--help` lists the settings, anything else is refused (exit 2)."""
    settings = "\n".join(
        f"  ASSISTANT_{name.upper()}\n      {field.description}" for name, field in Settings.model_fields.items()
    )
    argparse.ArgumentParser(
        description=__doc__,
        epilog="Settings are read from the environment:\n" + settings,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()


def read_settings() -> Settings:
    """The settings of the environment."""
    try:
        return Settings()
    except ValidationError as error:
        raise BadSettings(error) from None


def take_address(host: str, port: int) -> socket.socket:
    """The socket to listen on, taken before the slow start so that a taken port is told at once."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise UnreachableAddress(host, port, error) from None
    return listener


def main() -> int:
    """0 when the site was stopped, 2 when it could not start."""
    read_arguments()
    with tempfile.TemporaryDirectory(prefix="assistant-") as folder:
        overridden = force_switches(os.environ, Path(folder))
        logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
        try:
            settings = read_settings()
            listener = take_address(settings.host, settings.port)
            print("Starting…", flush=True)
            # Slow imports come after what can fail at once, and after the switches that they read.
            from assistant.pipeline import Assistant
            from assistant.site import build_site, options_from

            assistant = Assistant.open(settings)
            site = build_site(assistant, options_from(settings))
            warm_up(assistant)
        except ExplainedError as error:
            print(error, file=sys.stderr)
            return 2
        if overridden:
            print("Ignored, as nothing may be sent outside: " + ", ".join(overridden), flush=True)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        print(f"Ready: http://{host}:{settings.port}/  Allowed destinations: none. Ctrl+C stops.", flush=True)
        serve(site, listener, settings.trusted_proxies)
    return 0


def warm_up(assistant: Assistant) -> None:
    """Ask once, so that the first visitor does not wait for what is loaded on first use."""
    for question in ("Quelle était la date limite ?", "Nous sommes une commune, pouvons-nous candidater ?"):
        assistant.ask(question)


def serve(site: object, listener: socket.socket, trusted_proxies: str) -> None:
    """Serve until stopped; no access log, no server name, answers in flight have ten seconds to end."""
    import uvicorn

    # The engine's thread lets the server's one breathe more often, so that refusals and pages stay quick under load.
    sys.setswitchinterval(0.001)
    config = uvicorn.Config(
        site,  # type: ignore[arg-type]
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=trusted_proxies or None,
        timeout_graceful_shutdown=8,
        timeout_keep_alive=10,
        ws="none",
        h11_max_incomplete_event_size=16 * 1024,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    sys.exit(main())
