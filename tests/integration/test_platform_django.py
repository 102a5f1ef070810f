"""What the Django platform has of its own: settings, commands, tables, workers, its process."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from examples.fastapi_platform.tables import Base
from sqlalchemy import create_engine, inspect
from tests.integration.platforms import ADMIN_PASSWORD, KINDS, Kind, Platform, platform_on, sqlite_url

MANAGE = "examples.django_platform.manage"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform_on(sqlite_url(tmp_path_factory.mktemp("django")), admin=True, kind="django") as platform:
        yield platform


def run(module: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the platform with what it needs of the environment, and nothing of this process's own keys."""
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    command = [sys.executable, "-W", "error", "-m", module, *arguments]
    return subprocess.run(command, env=given, capture_output=True, text=True, check=False, timeout=120)


def beside(platform: Platform) -> dict[str, str]:
    """Give the environment of another process of a running platform."""
    return {
        "DATABASE_URL": platform.database.url,
        "ACE_SANDBOX_URL": platform.sandbox.url,
        "ACE_PAYMENTS": "stripe,paypal",
        "PLATFORM_URL": platform.url,
    }


# Settings and commands.


def test_on_the_sandbox_nothing_is_missing_and_nothing_to_complain_of() -> None:
    checked = run(MANAGE, "check", "--fail-level", "INFO", ACE_SANDBOX="1")
    assert (checked.returncode, checked.stderr) == (0, "")


def test_every_change_of_the_models_has_its_migration() -> None:
    checked = run(MANAGE, "makemigrations", "--check", "--dry-run", ACE_SANDBOX="1")
    assert (checked.returncode, checked.stdout.strip()) == (0, "No changes detected")


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({}, "SECRET_KEY is not set"),
        ({"ACE_SANDBOX": "1", "DATABASE_URL": "mysql://127.0.0.1/platform"}, "DATABASE_URL"),
        ({"ACE_SANDBOX": "1", "ACE_ENV": "production"}, "ACE_ENV"),
        ({"ACE_SANDBOX": "1", "PLATFORM_SECRET": "too short"}, "PLATFORM_SECRET"),
    ],
    ids=["no-key", "other-database", "production-on-the-sandbox", "short-secret"],
)
def test_what_contradicts_itself_does_not_start(environment: dict[str, str], why: str) -> None:
    checked = run(MANAGE, "check", **environment)
    assert (checked.returncode != 0, why in checked.stderr) == (True, True)


def test_the_link_of_a_mail_is_good_in_every_process_that_has_the_same_key() -> None:
    def told(expression: str, **keys: str) -> str:
        program = f"from examples.django_platform.services import links; print({expression})"
        return run(MANAGE, "shell", "--no-imports", "-c", program, ACE_SANDBOX="1", **keys).stdout.strip()

    key, other = {"SECRET_KEY": "a key of this test"}, {"PLATFORM_SECRET": "another key of this test"}
    link = told("links().sign('resume', 7)", **key)
    read = f"links().read('resume', {link!r})"
    assert [told(read, **key), told(read, **key, **other)] == ["7", "None"]
    kept = told("links().sign('resume', 7)", **key, **other)
    assert told(f"links().read('resume', {kept!r})", SECRET_KEY="one that came after it", **other) == "7"


def test_preparing_again_adds_nothing_and_gives_the_admin_the_password_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'platform.sqlite3'}"
    environment = {"DATABASE_URL": url, "ACE_SANDBOX": "1", "PLATFORM_ADMIN_EMAIL": "root@example.com"}
    counts = []
    for password in ("the first one", "the second one"):
        assert run(MANAGE, "prepare", PLATFORM_ADMIN_PASSWORD=password, **environment).stderr == ""
        engine = create_engine(url)
        with engine.connect() as connection:
            tables = ("courses", "jobs", "users")
            counts.append([connection.exec_driver_sql(f"SELECT count(*) FROM {one}").scalar() for one in tables])
            counts.append(connection.exec_driver_sql("SELECT password FROM users").scalar())
        engine.dispose()
    assert counts[0] == counts[2]
    assert counts[1] != counts[3]


def test_a_worker_that_starts_leaves_the_admin_signed_in(shared: Platform) -> None:
    with shared.browser() as browser:
        browser.post("/login", data={"email": "admin@example.com", "password": ADMIN_PASSWORD})
        admin = {"PLATFORM_ADMIN_EMAIL": "admin@example.com", "PLATFORM_ADMIN_PASSWORD": ADMIN_PASSWORD}
        assert run(MANAGE, "prepare", **beside(shared), **admin).returncode == 0
        assert browser.get("/admin/payments").status_code == 200


# Tables.


def test_both_platforms_have_the_same_tables_and_columns(shared: Platform) -> None:
    engine = create_engine(shared.database.url.replace("+aiosqlite", ""))
    found = inspect(engine)
    # Django keeps who is signed in in another shape.
    ours = [table for table in Base.metadata.sorted_tables if table.name != "logins"]
    there = {
        table.name: {
            column["name"]: column["nullable"]
            for column in found.get_columns(table.name)
            # Where two columns are the key in one table, Django's has a number of its own.
            if column["name"] in table.columns or column["name"] != "id"
        }
        for table in ours
    }
    engine.dispose()
    assert there == {table.name: {one.name: one.nullable for one in table.columns} for table in ours}


# Workers.


def test_the_relay_does_what_waits(shared: Platform) -> None:
    shared.database.queue_mail("by-hand", to="relay@example.com")
    assert run(MANAGE, "ace_relay", "--once", **beside(shared)).stderr == ""
    assert len(shared.inbox("relay@example.com")) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_celerys_beat_does_every_chore(kind: Kind) -> None:
    program = f"from examples.{kind}_platform.celery import app; print(*sorted(app.conf.beat_schedule))"
    environment = {**os.environ, "ACE_SANDBOX": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split() == [
        "ace.broadcasts",
        "ace.classes",
        "ace.erasures",
        "ace.mails",
        "ace.payments",
        "ace.prunes",
        "ace.usage",
        "ace.webhooks",
    ]


def test_the_books_are_held_against_the_gateways(shared: Platform) -> None:
    with shared.verified("books@example.com") as story:
        story.start_payment()
        story.pay("4242424242424242")
        assert story.confirm()["success"]
    where = "examples.django_platform.books:changed_since"
    done = run(MANAGE, "ace", "payments", "reconcile", "--books", where, **beside(shared))
    assert (done.returncode, done.stdout) == (0, "Your books and the gateways agree.\n")


# The process.


def test_a_write_without_a_forms_token_is_refused_in_the_platforms_words(shared: Platform) -> None:
    answer = httpx.post(f"{shared.url}/logout", trust_env=False)
    assert (answer.status_code, answer.text) == (403, "This form belongs to another site.")


def test_another_hosts_name_is_not_answered(shared: Platform) -> None:
    assert httpx.get(f"{shared.url}/courses", headers={"host": "evil.example.com"}, trust_env=False).status_code == 400


def test_what_is_no_json_is_named_and_does_nothing(shared: Platform) -> None:
    with shared.verified("words@example.com") as story:
        for body in (b"", b"{", b"[]", b'{"payment_intent_id": 7}'):
            answer = story.browser.post("/api/payment/confirm", content=body)
            assert (answer.status_code, answer.json()["detail"].startswith("Not understood")) == (422, True)


def test_a_browser_that_signs_in_again_leaves_no_session_behind(shared: Platform) -> None:
    with shared.student("sessions@example.com") as story:
        story.sign_up()
        before = shared.database.one("SELECT count(*) FROM logins")
        assert story.sign_in()
        assert shared.database.one("SELECT count(*) FROM logins") == before


def test_whoever_was_another_user_before_keeps_nothing_of_them(shared: Platform) -> None:
    with shared.student("first@example.com") as story:
        story.sign_up()
        form = {"email": "admin@example.com", "password": ADMIN_PASSWORD}
        assert story.browser.post("/login", data=form).status_code == 303
        assert story.browser.get("/admin/payments").status_code == 200


def test_nothing_is_left_behind_at_the_end(tmp_path: Path) -> None:
    with platform_on(sqlite_url(tmp_path), kind="django") as platform:
        where = urlsplit(platform.url)
    assert not is_open(str(where.hostname), int(where.port or 0))


ORPHANING = """
import os, sys
from examples.django_platform.demo import running
with running(sys.argv[1]) as both:
    print(both.platform, flush=True)
    os._exit(1)
"""


def test_the_platform_ends_with_who_started_it(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", ORPHANING, sqlite_url(tmp_path)]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    where = urlsplit(told.stdout.strip())
    # What is printed is read to its end: the orphan held the other end of the pipe, and so it is gone by now.
    assert where.port is not None
    assert not is_open(str(where.hostname), where.port)


def is_open(host: str, port: int) -> bool:
    """Whether something listens on a port."""
    with socket.socket() as knocking:
        return knocking.connect_ex((host, port)) == 0
