"""The platform killed between any two steps and started again: nothing is lost, nothing is repeated."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from examples.shared.story import Story, StoryError
from tests.integration.platforms import ENROLLED_ONCE, Database, Kind, sqlite_url

from ace_integrations.sandbox import RunningSandbox, start

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with start() as own:
        yield own


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(sqlite_url(tmp_path))
    yield database
    database.close()


CRASHING: dict[Kind, str] = {"fastapi": "crashing_platform", "django": "crashing_django"}


@pytest.fixture(scope="module")
def forker(kind: Kind) -> Iterator[subprocess.Popen[str]]:
    """Give the process that starts platforms: it has imported everything once."""
    command = [sys.executable, "-m", f"tests.integration.{CRASHING[kind]}"]
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    environment = {**os.environ, "PYTHONPATH": path}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, env=environment, **pipes) as process:  # type: ignore[call-overload]
        yield process


class Killable:
    """The platform in a process of its own, which dies at a chosen point and is started again at the same address."""

    def __init__(self, forker: subprocess.Popen[str], sandbox: RunningSandbox, folder: Path) -> None:
        self._forker = forker
        self._sandbox = sandbox
        self._folder = folder
        self._pid = self._port = 0
        self.url = ""

    def start(self, *, dies_at: str = "") -> None:
        """Start it. Its address stays, as behind a proxy: what was on its way comes again."""
        assert self._forker.stdin is not None
        self._forker.stdin.write(json.dumps([self._sandbox.url, str(self._folder), self._port, dies_at]) + "\n")
        self._forker.stdin.flush()
        pid, self.url = self._said().split()
        self._pid, self._port = int(pid), int(self.url.rpartition(":")[2])
        names = self._sandbox.control.get("status")["twins"]
        self._sandbox.control.send_webhooks_to(**{name: f"{self.url}/api/{name}/webhook" for name in names})

    def wait_for_death(self) -> None:
        """Wait until it has killed itself."""
        assert self._said() == str(-signal.SIGKILL)
        self._pid = 0

    def stop(self) -> None:
        """End it."""
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            self._said()

    def _said(self) -> str:
        assert self._forker.stdout is not None
        return self._forker.stdout.readline().strip()


POINTS = (
    # Sign-up: written and not committed, committed and not answered.
    "accounts.create_user:after",
    # The check: begun at the service and not remembered; decided.
    "identity.start:before",
    "identity.start:after",
    "store.claim:after:didit",
    "identity.apply:before",
    "store.work:before:didit",
    "store.work:after:didit",
    # The mail: leased, taken by the service, settled.
    "mails._hand_over:before",
    "mails._settle:before",
    "mails._settle:after",
    "store.work:before:mailgun",
    # The payment: a row, asked of the gateway, remembered, applied.
    "paying._open_payment:after",
    "paying._remember:before",
    "paying._remember:after",
    "store.claim:after:stripe",
    "payments.apply:before",
    "payments.apply:after",
    "store.work:before:stripe",
    "store.work:after:stripe",
)


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_platform_loses_nothing_and_repeats_nothing(
    point: str, forker: subprocess.Popen[str], sandbox: RunningSandbox, database: Database, tmp_path: Path
) -> None:
    platform = Killable(forker, sandbox, tmp_path)
    with Story("http://127.0.0.1:9", sandbox.control) as story:
        platform.start(dies_at=point)
        try:
            story.move_to(platform.url)
            walked = _walk_until_death(story)
            platform.wait_for_death()
            platform.start()
            # Past every lease and the next tries of what was on its way, and past the lag of the mail service's log.
            for seconds in (61, 300, 900):
                sandbox.control.advance(seconds)
            _finish(story, walked)
            story.until(lambda: _is_quiet(database), "nothing may be left to do")
        finally:
            platform.stop()
    assert database.books() == ENROLLED_ONCE
    assert database.rows("SELECT status, verification FROM users") == [("active", "verified")]
    assert len(sandbox.control.get("mailgun/inbox")["mails"]) == 1
    assert len(sandbox.control.journal(provider="mailgun", operation="send_message")) == 1
    assert sandbox.sandbox is not None
    assert len(sandbox.sandbox.twins["stripe"].items()) == 1
    changes = database.rows("SELECT what, count(*) FROM ace_audit GROUP BY what ORDER BY what")
    assert changes == [("account.created", 1), ("identity.changed", 1), ("payment.changed", 1)]


def _is_quiet(database: Database) -> bool:
    """Whether every mail is out and every webhook is handled."""
    mails = database.one("SELECT count(*) FROM ace_mail_queue WHERE state <> 'sent'")
    claims = database.one("SELECT count(*) FROM ace_webhook_events WHERE state <> 'done'")
    return bool(mails == claims == 0)


def _steps(story: Story) -> list[tuple[str, Callable[[], object]]]:
    return [
        ("sign up", story.sign_up),
        ("start", story.start_verification),
        ("approve", story.approve),
        ("pay", lambda: _pay(story)),
        ("confirm", story.confirm),
        ("mail", story.read_mail),
    ]


def _pay(story: Story) -> None:
    story.start_payment()
    # Paid before the platform died: the gateway says so again.
    assert story.pay("4242424242424242").status_code in (200, 400)


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
        elif name == "sign up" and story.sign_in():
            # The account was there before the platform died, and only the answer was lost.
            continue
        else:
            step()
