"""A demonstration of a platform beside the sandbox: left running, or walked through once."""

import argparse
import secrets
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ace_integrations import ConfigurationError
from ace_integrations.sandbox import RunningSandbox
from ace_integrations.settings import SANDBOX_PORT
from examples.shared.story import Step, StoryError

ADMIN = "admin@example.com"
HOOKS = {"jitsi": "jaas"}
"""Twins whose webhooks come in under another name."""


QUICK = ("default=1000/minute", "login=1000/minute")
"""The journey walks faster than any person, and all of its people share an address."""


@dataclass(frozen=True)
class Running:
    """Both servers, ready."""

    platform: str
    sandbox: RunningSandbox


Start = Callable[..., AbstractContextManager[Running]]
"""Runs both on the database of an address; takes `platform_port`, `sandbox_port`, `limits` and `admin_password`."""
Walk = Callable[[Running, tuple[str, str]], Iterator[Step]]
"""Goes through a platform, given the admin's address and password."""


def main(running: Start, walk: Walk) -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="walk the journey and end")
    return _once(running, walk) if parser.parse_args().once else _stay(running)


def send_webhooks(sandbox: RunningSandbox, platform: str) -> None:
    """Let every twin tell the platform what happens."""
    names = sandbox.control.get("status")["twins"]
    sandbox.control.send_webhooks_to(**{name: f"{platform}/api/{HOOKS.get(name, name)}/webhook" for name in names})


@contextmanager
def listening(port: int) -> Generator[socket.socket]:
    """Take a port of this machine, another one where it is taken."""
    # TCP by name: asyncio switches Nagle's delay off only then.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", port))
        except OSError:
            taken.bind(("127.0.0.1", 0))
        yield taken


def _once(running: Start, walk: Walk) -> int:
    """Walk the journey, print each step, and say how it ended."""
    began = time.monotonic()
    password = secrets.token_urlsafe(9)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(_sqlite(folder), admin_password=password, limits=QUICK) as both,
    ):
        say(f"Sandbox  {both.sandbox.url}\nPlatform {both.platform}\n")
        try:
            for number, step in enumerate(walk(both, (ADMIN, password)), 1):
                say(f"{number}. {step.did}\n   {step.saw}")
        except StoryError as error:
            say(f"\nThe journey stopped: {error}")
            return 1
    say(f"\nThe whole journey took {time.monotonic() - began:.1f} s. Nothing left this machine.")
    return 0


def _stay(running: Start) -> int:
    """Leave both running until interrupted, and print the pages to open."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            password = secrets.token_urlsafe(9)
            both = running(_sqlite(folder), platform_port=8000, sandbox_port=SANDBOX_PORT, admin_password=password)
            with both as servers:
                say(f"Platform  {servers.platform}           sign up, verify, enrol, pay with 4242 4242 4242 4242")
                say(f"          {servers.platform}/jobs, /advisor   jobs here and outside, an advisor who answers")
                say(f"          {servers.platform}/live   live classes, once the admin approved a teacher")
                say(f"          {servers.platform}/company   a company's jobs and who applied")
                say(f"Admin     {servers.platform}/admin/payments   {ADMIN}, password {password}")
                say(f"Console   {servers.sandbox.url}           what the imitated services hold, and their buttons")
                say(f"Inbox     {servers.sandbox.url}/console/mailgun")
                say("\nCtrl-C ends both.")
                signal.signal(signal.SIGTERM, signal.default_int_handler)
                threading.Event().wait()
        except KeyboardInterrupt:
            say("")
        except ConfigurationError as error:
            say(str(error))
            return 3
    return 0


def say(text: str) -> None:
    """Print one line at once, in a pipe too."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _sqlite(folder: str) -> str:
    return f"sqlite+aiosqlite:///{Path(folder) / 'platform.sqlite3'}"
