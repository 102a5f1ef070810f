"""The app in a project: checks, commands, the process's one `Ace`, what is done again and again."""

import threading
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import override_settings

from ace_integrations import Ace, Settings
from ace_integrations.contrib.relay import Chore, run
from ace_integrations.sandbox import RunningSandbox


def found() -> list[str]:
    return [message.id or "" for message in run_checks(tags=["ace"])]


def own_ace() -> Ace:
    return Ace(Settings(sandbox=True))


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Give an environment without a sandbox."""
    from ace_integrations.contrib.django.current import forget_ace

    monkeypatch.delenv("ACE_SANDBOX_URL")
    forget_ace()
    yield monkeypatch
    forget_ace()


def test_a_project_at_the_sandbox_has_nothing_to_complain_of() -> None:
    assert found() == []


def test_each_missing_key_is_a_finding_that_names_its_variable(bare: pytest.MonkeyPatch) -> None:
    messages = run_checks(tags=["ace"])
    assert {message.id for message in messages} == {"ace.E001"}
    assert any("STRIPE_SECRET" in message.msg for message in messages)


def test_a_secret_under_a_public_name_is_a_finding(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("MAILGUN_SECRET", "key-0123456789abcdef")
    bare.setenv("NEXT_PUBLIC_MAIL", "key-0123456789abcdef")
    messages = run_checks(tags=["ace"])
    assert any("NEXT_PUBLIC_MAIL" in message.msg for message in messages)
    assert not any("key-0123456789abcdef" in str(message) for message in messages)


def test_an_error_page_in_production_is_a_finding(bare: pytest.MonkeyPatch) -> None:
    production = Ace(
        Settings(env="production", identity="", mail="outbox", payments=(), ai="", jobs="", realtime="", video="")
    )
    from ace_integrations.contrib.django import current

    production.check = lambda: None  # type: ignore[method-assign]
    bare.setattr(current, "build_ace", lambda: production)
    with override_settings(DEBUG=True):
        assert found() == ["ace.E003"]
    assert found() == []


def test_a_factory_that_does_not_exist_is_a_finding() -> None:
    with override_settings(ACE_FACTORY="nowhere.build"):
        assert found() == ["ace.E002"]


def test_a_limit_of_django_below_ours_is_a_warning() -> None:
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000):
        assert found() == ["ace.W001"]


def test_a_process_has_one_ace_and_a_project_may_build_it() -> None:
    from ace_integrations.contrib.django import get_ace

    assert get_ace() is get_ace()
    before = get_ace()
    with override_settings(ACE_FACTORY=f"{__name__}.own_ace"):
        assert get_ace() is not before
        assert get_ace().settings.sandbox


def test_threads_that_come_first_together_get_the_same() -> None:
    from ace_integrations.contrib.django import get_ace

    got: list[Ace] = []
    threads = [threading.Thread(target=lambda: got.append(get_ace())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert len(set(map(id, got))) == 1


def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "ace", check=True, dry_run=True, verbosity=0)


def test_the_command_line_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    from ace_integrations.contrib.django.management.commands.ace import Command

    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["manage.py", "ace", "plugins"])
    assert ended.value.code == 0
    assert "didit" in capsys.readouterr().out


def test_jobs_outside_are_searched_by_a_command_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("jsearch_test", "developer", "chicago")
    assert ended.value.code == 0, capsys.readouterr()
    with pytest.raises(SystemExit):
        call_command("jsearch_clear_cache")


def test_the_relay_sends_what_waits(ace_sandbox: RunningSandbox) -> None:
    from ace_integrations.contrib.django import get_ace
    from ace_integrations.contrib.django.broadcasts import DjangoBroadcastQueue
    from ace_integrations.contrib.django.models import QueuedBroadcast, UsageCount
    from ace_integrations.realtime import TeacherApproved

    DjangoBroadcastQueue(clock=get_ace().clock).put(TeacherApproved(user_id="9"))
    call_command("ace_relay", "--once", stdout=StringIO())
    assert not QueuedBroadcast.objects.exists()
    assert ace_sandbox.control.get("pusher/messages")["messages"][0]["channel"] == "private-user.9"
    call_command("ace_relay", "--once", stdout=StringIO())
    assert UsageCount.objects.filter(provider="pusher").exists()


SWEPT: list[str] = []


def own_chores() -> list[Chore]:
    return [Chore("swept", 1.0, lambda: SWEPT.append("the yard"))]


def nonsense() -> None:
    raise ConnectionError


def test_a_project_may_name_chores_of_its_own() -> None:
    with override_settings(ACE_CHORES=f"{__name__}.own_chores"):
        call_command("ace_relay", "--once", stdout=StringIO())
    assert SWEPT == ["the yard"]


def test_chores_that_do_not_exist_are_a_finding() -> None:
    with override_settings(ACE_CHORES="nowhere.chores"):
        assert found() == ["ace.E002"]


def test_a_chore_of_ones_own_leaves_no_connection_that_died(project: None) -> None:
    from django.db import connection

    from ace_integrations.contrib.django.chores import closing

    connection.ensure_connection()
    connection.close_at = 0
    with pytest.raises(ConnectionError):
        closing(nonsense)()
    assert connection.connection is None


class Waiting(threading.Event):
    """An event whose waiting moves a clock and takes no time."""

    now = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        self.now += timeout or 0
        return self.is_set()


def test_chores_are_done_in_turn_and_one_that_fails_is_done_again() -> None:
    did, stop = [], Waiting()

    def fail() -> None:
        did.append(("fails", stop.now))
        raise ConnectionError

    def work() -> None:
        did.append(("works", stop.now))
        if stop.now == 3:
            stop.set()

    run([Chore("fails", 2.0, fail), Chore("works", 1.0, work)], until=stop, clock=lambda: stop.now)
    assert did == [("fails", 0), ("works", 0), ("works", 1), ("fails", 2), ("works", 2), ("works", 3)]


def test_chores_are_tasks_of_celery() -> None:
    from celery import Celery

    from ace_integrations.contrib.celery import register

    did: list[Any] = []
    app = Celery("platform", broker="memory://")
    app.conf.beat_schedule = {"theirs": {"task": "theirs", "schedule": 60}}
    register(app, [Chore("mails", 1.0, lambda: did.append("mails"))])
    assert app.conf.beat_schedule["ace.mails"]["schedule"] == 1.0
    assert "theirs" in app.conf.beat_schedule
    app.tasks["ace.mails"].apply().get()
    assert did == ["mails"]


def test_two_registered_chores_keep_their_own_work() -> None:
    from celery import Celery

    from ace_integrations.contrib.celery import register

    did: list[str] = []
    app = Celery("platform", broker="memory://")
    register(app, [Chore("a", 1.0, lambda: did.append("a")), Chore("b", 1.0, lambda: did.append("b"))])
    app.tasks["ace.b"].apply().get()
    app.tasks["ace.a"].apply().get()
    assert did == ["b", "a"]
