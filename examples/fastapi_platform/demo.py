"""Start sandbox and platform on loopback; leave them running, or walk the journey once."""

import argparse
import secrets
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import uvicorn

from ace_integrations import AsyncAce, ConfigurationError, Settings
from ace_integrations.sandbox import RunningSandbox, start
from ace_integrations.settings import SANDBOX_PORT
from examples.fastapi_platform.app import create_app
from examples.shared.hiring import HiringStory
from examples.shared.lesson import Lesson
from examples.shared.story import Story, StoryError


@dataclass(frozen=True)
class Running:
    """Both servers, ready."""

    platform: str
    sandbox: RunningSandbox


ADMIN = "admin@example.com"
_HOOKS = {"jitsi": "jaas"}
"""Twins whose webhooks come in under another name."""


@contextmanager
def running(
    database_url: str,
    *,
    platform_port: int = 0,
    sandbox_port: int = 0,
    limits: tuple[str, ...] = (),
    admin_password: str = "",
    gateways: tuple[str, ...] = ("stripe", "paypal"),
    user_budgets: tuple[str, ...] = (),
    video: str = "jitsi",
) -> Generator[Running]:
    """Run both in this process; their ports are free again at the end. Without a password there is no admin."""
    with start(port=sandbox_port) as sandbox, listening(platform_port) as taken:
        platform = f"http://127.0.0.1:{taken.getsockname()[1]}"
        names = sandbox.control.get("status")["twins"]
        hooks = {name: f"{platform}/api/{_HOOKS.get(name, name)}/webhook" for name in names}
        sandbox.control.send_webhooks_to(**hooks)
        clock = sandbox.sandbox.clock.now if sandbox.sandbox else time.time
        settings = Settings(
            sandbox_url=sandbox.url, payments=gateways, limits=limits, user_budgets=user_budgets, video=video
        )
        app = create_app(
            AsyncAce(settings, clock=clock),
            database_url=database_url,
            origin=platform,
            admin_login=(ADMIN, admin_password) if admin_password else None,
            clock=clock,
        )
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            yield Running(platform, sandbox)
        finally:
            server.should_exit = True
            thread.join(10)


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


def once() -> int:
    """Walk the journey, print each step, and say how it ended."""
    began = time.monotonic()
    password = secrets.token_urlsafe(9)
    quick = tuple(f"{name}=1000/minute" for name in ("default", "login"))
    with (
        tempfile.TemporaryDirectory() as folder,
        # The journey walks faster than any person, and all of its people share an address.
        running(_sqlite(folder), admin_password=password, limits=quick) as both,
    ):
        say(f"Sandbox  {both.sandbox.url}\nPlatform {both.platform}\n")
        try:
            control, admin = both.sandbox.control, (ADMIN, password)
            with Story(both.platform, control, admin=admin) as story:
                lesson = Lesson(both.platform, control, student=story, admin=admin)
                hiring = HiringStory(both.platform, control, student=story)
                for number, step in enumerate(chain(story.walk(), lesson.walk(), hiring.walk()), 1):
                    say(f"{number}. {step.did}\n   {step.saw}")
        except StoryError as error:
            say(f"\nThe journey stopped: {error}")
            return 1
    say(f"\nThe whole journey took {time.monotonic() - began:.1f} s. Nothing left this machine.")
    return 0


def stay() -> int:
    """Leave both running until interrupted, and print the pages to open."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            password = secrets.token_urlsafe(9)
            both = running(_sqlite(folder), platform_port=8000, sandbox_port=SANDBOX_PORT, admin_password=password)
            with both as servers:
                say(f"Platform  {servers.platform}           sign up, verify, enrol, pay with 4242 4242 4242 4242")
                say(f"          {servers.platform}/jobs, /advisor   jobs here and outside, an advisor who answers")
                say(f"          {servers.platform}/live   live classes, once the admin gave a teacher a course")
                say(f"          {servers.platform}/company   a company's jobs and who applied; sign up as one")
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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="walk the journey and end")
    sys.exit(once() if parser.parse_args().once else stay())
