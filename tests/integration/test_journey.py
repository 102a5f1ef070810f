"""The platform over real sockets: the whole journey, every order of what arrives, and a process that is killed."""

import itertools
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from examples.fastapi_platform.demo import Running, running
from examples.shared.story import Story, StoryError

from ace_integrations.sandbox import RunningSandbox, start
from ace_integrations.testing import WebhookFactory

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


@contextmanager
def paid_at_gateway(folder: Path) -> Generator[tuple[Running, Story]]:
    """Give a story up to a payment that the gateway took and the platform was not told of yet."""
    with running(_sqlite(folder)) as servers, Story(servers.platform, servers.sandbox.control) as story:
        story.sign_up()
        story.start_verification()
        story.approve()
        servers.sandbox.control.post("stripe/events/hold")
        story.start_payment()
        story.pay("4242424242424242")
        yield servers, story


def _sqlite(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'platform.sqlite3'}"


def books(folder: Path) -> dict[str, Any]:
    """Read what the platform wrote: payments, places, and the course's numbers."""
    with closing(sqlite3.connect(folder / "platform.sqlite3")) as database:
        payments = [row[0] for row in database.execute("SELECT status FROM payments")]
        places = [row[0] for row in database.execute("SELECT active FROM course_enrollments")]
        students, revenue = database.execute("SELECT students, revenue_minor FROM courses WHERE id = 1").fetchone()
    return {"payments": payments, "places": places, "students": students, "revenue": revenue}


STEPS = ("confirm", "webhook", "webhook again", "refund")


@pytest.mark.parametrize("order", list(itertools.permutations(STEPS)), ids=" - ".join)
def test_every_order_of_confirmation_webhooks_and_refund_ends_alike(order: tuple[str, ...], tmp_path: Path) -> None:
    with paid_at_gateway(tmp_path) as (servers, story):
        for step in order:
            if step == "confirm":
                story.confirm()
            elif step == "refund":
                servers.sandbox.control.post(f"stripe/payment_intents/{story.intent}/refund")
            else:
                assert deliver(servers, story.intent) == 200
        servers.sandbox.control.post("stripe/events/release")
        story.until(lambda: books(tmp_path)["payments"] == ["refunded"], "the refund must be known")
        assert {**books(tmp_path), "places": None} == {
            "payments": ["refunded"],
            "places": None,
            "students": 0,
            "revenue": 0,
        }
        assert 1 not in books(tmp_path)["places"]


@pytest.mark.parametrize("order", list(itertools.permutations(STEPS[:3])), ids=" - ".join)
def test_every_order_without_a_refund_enrols_once(order: tuple[str, ...], tmp_path: Path) -> None:
    with paid_at_gateway(tmp_path) as (servers, story):
        for step in order:
            assert story.confirm()["success"] if step == "confirm" else deliver(servers, story.intent) == 200
        servers.sandbox.control.post("stripe/events/release")
        assert books(tmp_path) == ENROLLED_ONCE


def test_confirmations_and_webhooks_at_the_same_moment_enrol_once(tmp_path: Path) -> None:
    with paid_at_gateway(tmp_path) as (servers, story), ThreadPoolExecutor(8) as pool:
        deliveries = [pool.submit(deliver, servers, story.intent) for _ in range(6)]
        confirmations = [pool.submit(story.confirm) for _ in range(4)]
        assert {one.result() for one in deliveries} <= {200, 409}
        assert all(one.result() for one in confirmations)
        assert books(tmp_path) == ENROLLED_ONCE


ENROLLED_ONCE = {"payments": ["paid"], "places": [1], "students": 1, "revenue": 149000}


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
        self._port = 0

    def start(self, *, dies_at: str = "") -> None:
        command = [sys.executable, "-m", "tests.integration.killable_platform"]
        command += [self._sandbox.url, str(self._folder), str(self._port), dies_at]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment)
        assert self._process.stdout is not None
        with self._process.stdout as said:
            self.url = said.readline().strip()
        assert self.url.startswith("http://127.0.0.1:")
        # The same address after a restart, as behind a proxy: what was on its way comes again.
        self._port = int(self.url.rpartition(":")[2])
        names = self._sandbox.control.get("status")["twins"]
        self._sandbox.control.send_webhooks_to(**{name: f"{self.url}/api/{name}/webhook" for name in names})

    def wait_for_death(self) -> None:
        assert self._process is not None
        assert self._process.wait(20) == -signal.SIGKILL

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(20)


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
    platform, story = Killable(sandbox, tmp_path), Story("http://127.0.0.1:9", sandbox.control)
    try:
        platform.start(dies_at=point)
        story.move_to(platform.url)
        walked = _walk_until_death(story)
        platform.wait_for_death()
        platform.start()
        sandbox.control.advance(61)
        sandbox.control.advance(300)
        _finish(story, walked)
        assert books(tmp_path) == ENROLLED_ONCE
        assert len(sandbox.control.get("mailgun/inbox")["mails"]) == 1
        assert sandbox.sandbox is not None
        twin: Any = sandbox.sandbox.twins["stripe"]
        assert len(twin.books.intents) == 1
    finally:
        story.__exit__()
        platform.stop()


def _pay(story: Story) -> None:
    story.start_payment()
    # Paid before the platform died: the gateway says so again.
    assert story.pay("4242424242424242").status_code in (200, 400)


def _steps(story: Story) -> list[tuple[str, Callable[[], object]]]:
    return [
        ("sign up", story.sign_up),
        ("start", story.start_verification),
        ("approve", story.approve),
        ("mail", story.read_mail),
        ("pay", lambda: _pay(story)),
        ("confirm", story.confirm),
    ]


def _walk_until_death(story: Story) -> set[str]:
    """Walk on until the platform dies under a step; give the steps that ended."""
    ended: set[str] = set()
    for name, step in _steps(story):
        try:
            step()
        except (httpx.HTTPError, StoryError):
            return ended
        ended.add(name)
    return ended


def _finish(story: Story, ended: set[str]) -> None:
    """Do again what did not end, as a user would after an error page."""
    for name, step in _steps(story):
        if name in ended:
            continue
        if name == "approve" and "start" in ended:
            # Decided before the platform died: the service sends its webhook again by itself.
            story.until(story.is_active, "the webhook of the decision must come again")
        else:
            step()
