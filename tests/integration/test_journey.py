"""The platform over real sockets: the whole journey, orders and repeats of what arrives, and a process that is killed."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ace_integrations.sandbox import RunningSandbox, start
from ace_integrations.testing import WebhookFactory
from examples.fastapi_platform.demo import Running, running
from examples.shared.story import Story

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def servers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'platform.sqlite3'}"
    else:
        url = _fresh_database(request.getfixturevalue("postgresql_url"))
    with running(url) as both:
        yield both


def _fresh_database(url: str) -> str:
    import psycopg

    name = f"platform_{time.time_ns()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    return f"{url.rpartition('/')[0]}/{name}".replace("postgresql://", "postgresql+asyncpg://")


def test_the_whole_journey_passes(servers: Running) -> None:
    with Story(servers.platform, servers.sandbox.control) as story:
        assert len(list(story.walk())) == 7


def paid_story(servers: Running) -> Story:
    """Give a story up to a payment that the gateway took and the platform does not know of yet."""
    story = Story(servers.platform, servers.sandbox.control)
    story.sign_up()
    story.start_verification()
    story.approve()
    servers.sandbox.control.post("stripe/events/hold")
    story.pay_without_confirming()
    return story


STEPS = ("confirm", "webhook", "webhook again", "refund")


@pytest.mark.parametrize("order", list(itertools.permutations(STEPS)), ids=" - ".join)
def test_every_order_of_confirmation_webhooks_and_refund_ends_alike(order: tuple[str, ...], tmp_path: Path) -> None:
    with running(f"sqlite+aiosqlite:///{tmp_path / 'platform.sqlite3'}") as servers, paid_story(servers) as story:
        for step in order:
            match step:
                case "confirm":
                    story.confirm()
                case "webhook" | "webhook again":
                    assert deliver(servers, story.intent) == 200
                case "refund":
                    servers.sandbox.control.post(f"stripe/payment_intents/{story.intent}/refund")
        servers.sandbox.control.post("stripe/events/release")
        story.until(lambda: story.books()["status"] == "refunded", "the refund must be known")
        books = story.books()
        assert (books["enrolled"], books["students"], books["revenue"]) == (False, 0, 0)


@pytest.mark.parametrize("order", list(itertools.permutations(STEPS[:3])), ids=" - ".join)
def test_every_order_without_a_refund_enrols_once(order: tuple[str, ...], tmp_path: Path) -> None:
    with running(f"sqlite+aiosqlite:///{tmp_path / 'platform.sqlite3'}") as servers, paid_story(servers) as story:
        for step in order:
            assert story.confirm()["success"] if step == "confirm" else deliver(servers, story.intent) == 200
        servers.sandbox.control.post("stripe/events/release")
        books = story.books()
        assert (books["enrolled"], books["students"], books["revenue"]) == (True, 1, 149000)


def deliver(servers: Running, intent: str) -> int:
    """Post the gateway's own event, signed, to the platform; the same bytes each time."""
    made = WebhookFactory().make("stripe", "payment_intent.succeeded", id=intent, metadata={"payment_id": "1"})
    url = f"{servers.platform}/api/stripe/webhook"
    return httpx.post(url, content=made.body, headers=dict(made.headers), trust_env=False).status_code


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with start() as own:
        yield own


class Killable:
    """The platform in a process of its own, which can be killed at a chosen point and started again."""

    def __init__(self, sandbox: RunningSandbox, folder: Path) -> None:
        self._sandbox = sandbox
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self, *, dies_at: str = "") -> None:
        command = [sys.executable, "-m", "tests.integration.killable_platform", self._sandbox.url, str(self._folder)]
        self._process = subprocess.Popen(
            [*command, dies_at], cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url.startswith("http://127.0.0.1:")
        names = self._sandbox.control.get("status")["twins"]
        self._sandbox.control.send_webhooks_to(**{name: f"{self.url}/api/{name}/webhook" for name in names})

    def wait_for_death(self) -> None:
        assert self._process is not None
        assert self._process.wait(20) == -signal.SIGKILL

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(20)
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()


DEATHS = (
    "identity.apply:before",
    "identity.apply:after",
    "payments._remember:before",
    "payments._remember:after",
    "payments.apply:before",
    "payments.apply:after",
    "outbox.Relay._hand_over:before",
    "outbox.Relay._hand_over:after",
    "outbox.Relay._settle:after",
)


@pytest.mark.parametrize("point", DEATHS)
def test_a_killed_platform_loses_nothing_and_repeats_nothing(
    point: str, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    platform = Killable(sandbox, tmp_path)
    try:
        platform.start(dies_at=point)
        story = Story(platform.url, sandbox.control)
        walked = _walk_until_death(story)
        platform.wait_for_death()
        sandbox.control.advance(61)
        platform.start()
        story.move_to(platform.url)
        sandbox.control.advance(300)
        _finish(story, walked)
        books = story.books()
        assert (books["enrolled"], books["students"], books["revenue"]) == (True, 1, 149000)
        assert len(sandbox.control.get("mailgun/inbox")["mails"]) == 1
        assert sandbox.sandbox is not None
        twin: Any = sandbox.sandbox.twins["stripe"]
        assert len(twin.books.intents) == 1
        story.close()
    finally:
        platform.stop()


def _steps(story: Story) -> list[tuple[str, Any]]:
    return [
        ("sign up", story.sign_up),
        ("start", story.start_verification),
        ("approve", story.approve),
        ("mail", story.read_mail),
        ("pay", story.pay_without_confirming),
        ("confirm", story.confirm),
    ]


def _walk_until_death(story: Story) -> set[str]:
    """Walk on until the platform dies under a step; give the steps that ended."""
    ended: set[str] = set()
    for name, step in _steps(story):
        try:
            step()
        except Exception:  # noqa: BLE001 - whatever a dying platform causes
            return ended
        ended.add(name)
    return ended


def _finish(story: Story, ended: set[str]) -> None:
    """Do again what did not end, as a user would after an error page."""
    for name, step in _steps(story):
        if name not in ended:
            story.again(name, step)
