"""The platform beside the sandbox for tests: on either database, with what it wrote to be looked at."""

import re
import sqlite3
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal

import httpx
from examples.django_platform import demo as django_demo
from examples.fastapi_platform import demo as fastapi_demo
from examples.shared.accounts import SENDER
from examples.shared.browser import open_browser
from examples.shared.demonstration import HOOKS, Running, send_webhooks
from examples.shared.story import Story
from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from ace_integrations import Settings
from ace_integrations.contrib.sqlalchemy import SqlMailQueue, mail_tables
from ace_integrations.hooks import plugins
from ace_integrations.mail import Address, Message
from ace_integrations.sandbox.control import Control
from ace_integrations.testing import SignedWebhook, WebhookFactory

UNHEARD: dict[str, tuple[str, Any]] = {
    "didit": ("webhook_type", "unheard.of"),
    "mailgun": ("event", "unheard.of"),
    "stripe": ("type", "unheard.of"),
    "paypal": ("event_type", "unheard.of"),
    "pusher": ("name", "unheard_of"),
    "jitsi": ("eventType", "UNHEARD_OF"),
    "agora": ("eventType", 9999),
}
"""Where each provider's events have their name, and one that no version knows."""

PRICE_MINOR = 149000
"""What the first course costs."""


class Database:
    """A database of the platform, read and changed behind its back.

    Attributes:
        url: as the platform opens it.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = create_engine(url.replace("+aiosqlite", "").replace("+asyncpg", "+psycopg"))

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Give what a query finds."""
        with self._engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def one(self, query: str, **values: Any) -> Any:
        """Give the only value that a query finds."""
        ((value,),) = self.rows(query, **values)
        return value

    def change(self, statement: str, **values: Any) -> None:
        """Write behind the platform's back."""
        with self._engine.begin() as connection:
            connection.execute(text(statement), values)

    @contextmanager
    def changing(self, statement: str, **values: Any) -> Generator[None]:
        """Write behind the platform's back, seen by others at the end of the block only."""
        with self._engine.begin() as connection:
            connection.execute(text(statement), values)
            yield

    def waits(self) -> bool:
        """Whether somebody waits for a row that another transaction holds; PostgreSQL alone says so."""
        locked = "datname = current_database() AND wait_event_type = 'Lock'"
        return bool(self.one(f"SELECT count(*) FROM pg_stat_activity WHERE {locked}"))

    def queue_mail(self, key: str, *, to: str) -> None:
        """Let the platform send one more mail."""
        message = Message(sender=SENDER, to=(Address(email=to),), subject="More", text="More", mail_id=key)
        queue = SqlMailQueue(sessionmaker(self._engine), mail_tables(MetaData()))
        with Session(self._engine) as session, session.begin():
            queue.put(session, message)

    def books(self) -> dict[str, Any]:
        """Give the payments, the places, and the numbers of the first course."""
        students = self.one("SELECT students FROM courses WHERE id = 1")
        earned = dict(self.rows("SELECT currency, minor FROM course_revenue WHERE course_id = 1 AND minor <> 0"))
        return {
            "payments": [status for (status,) in self.rows("SELECT status FROM payments ORDER BY id")],
            "places": [bool(active) for (active,) in self.rows("SELECT active FROM course_enrollments ORDER BY id")],
            "students": students,
            "revenue": earned,
        }

    def copy_to(self, path: Path) -> None:
        """Keep what a SQLite database holds."""
        with closing(sqlite3.connect(self._file)) as here, closing(sqlite3.connect(path)) as there:
            here.backup(there)

    def put_back(self, path: Path) -> None:
        """Let a SQLite database hold what a copy of it holds; whoever has it open reads that from now on."""
        with closing(sqlite3.connect(path)) as there, closing(sqlite3.connect(self._file, timeout=20)) as here:
            there.backup(here)

    @property
    def _file(self) -> str:
        return str(self._engine.url.database)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()


ADMIN_PASSWORD = "correct horse 42"
PATIENT = tuple(f"{name}=100000/minute" for name in ("default", "login", "payments", "identity", "ai"))
"""Limits that no test reaches by accident."""

ENROLLED_ONCE = {"payments": ["paid"], "places": [True], "students": 1, "revenue": {"EGP": PRICE_MINOR}}


Kind = Literal["fastapi", "django"]
KINDS: tuple[Kind, ...] = ("fastapi", "django")
ON: tuple[tuple[Kind, str], ...] = (("fastapi", "sqlite"), ("fastapi", "postgresql"), ("django", "postgresql"))
"""Each platform on its databases; Django's on SQLite is what tests of one platform for all use."""

STARTS = {"fastapi": fastapi_demo.running, "django": django_demo.running}


class Platform:
    """A running platform, its sandbox and its database."""

    def __init__(self, servers: Running, database: Database) -> None:
        self.url = servers.platform
        self.sandbox = servers.sandbox
        self.database = database

    @property
    def control(self) -> Control:
        """Decides as the services would."""
        return self.sandbox.control

    def browser(self) -> httpx.Client:
        """Give a stranger's browser."""
        return open_browser(self.url)

    def post(self, path: str, **form: Any) -> httpx.Response:
        """Send what a stranger typed into a form."""
        with self.browser() as browser:
            return browser.post(path, **form)

    def student(self, email: str = "lina@example.com") -> Story:
        """Give a student who did nothing yet."""
        return Story(self.url, self.control, email=email)

    def verified(self, email: str = "lina@example.com") -> Story:
        """Give a student who may pay."""
        story = self.student(email)
        story.sign_up()
        story.start_verification()
        story.approve()
        return story

    def advised(self, email: str = "lina@example.com") -> Story:
        """Give a student who may ask the advisor."""
        story = self.student(email)
        story.sign_up()
        story.agree()
        story.tell_of_studies()
        return story

    def member(self, email: str, *, role: str = "student", course: int = 0) -> Story:
        """Give somebody whose identity counts as checked, and who has a place in a course or teaches it."""
        story = Story(self.url, self.control, email=email, name=email.partition("@")[0].title(), role=role)
        story.sign_up()
        self.database.change("UPDATE users SET status = 'active' WHERE email = :email", email=email)
        if role == "teacher":
            self.database.change(
                "INSERT INTO teacher_applications (user_id, state, tries, reason, asked_at) "
                "SELECT id, 'approved', 1, '', created_at FROM users WHERE email = :email",
                email=email,
            )
        if course and role == "teacher":
            mine = "(SELECT id FROM users WHERE email = :email)"
            self.database.change(f"UPDATE courses SET teacher_id = {mine} WHERE id = :one", one=course, email=email)
        elif course:
            self.database.change(
                "INSERT INTO course_enrollments (user_id, course_id, active, created_at) "
                "SELECT id, :one, true, created_at FROM users WHERE email = :email",
                one=course,
                email=email,
            )
        return story

    def begin_again(self, beginning: Path) -> None:
        """Put everything back to where it was when the database was copied; what is on its way arrives first."""
        self.database.change("DELETE FROM ace_mail_queue WHERE state = 'waiting'")
        self.database.change("DELETE FROM ace_broadcasts")
        sending = "SELECT count(*) FROM ace_mail_queue WHERE state = 'sending'"
        deadline = time.monotonic() + 5
        while self.database.one(sending) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.database.put_back(beginning)
        self.control.reset()
        send_webhooks(self.sandbox, self.url)

    def intents(self) -> list[Any]:
        """Give the payments that the gateway knows."""
        assert self.sandbox.sandbox is not None
        twin: Any = self.sandbox.sandbox.twins["stripe"]
        return list(twin.books.intents.values())

    def inbox(self, email: str) -> list[Any]:
        """Give the mails that reached an address."""
        mails: list[Any] = self.control.get("mailgun/inbox", to=email)["mails"]
        return mails

    def made(self, provider: str, event_type: str, **fields: Any) -> SignedWebhook:
        """Give an event as its service would send it to this platform."""
        factory = WebhookFactory(Settings(sandbox_url=self.sandbox.url), clock=self.control.now)
        return factory.make(provider, event_type, **fields)

    def unheard(self, provider: str) -> SignedWebhook:
        """Give an event of a type that no version of the package knows, rightly signed."""
        source = plugins().provider(provider).load("webhooks")
        settings = Settings(sandbox_url=self.sandbox.url).of(source.settings)
        now = int(time.time())
        value = source.sample(source.event_types[0], now=now)
        place, name = UNHEARD[provider]
        (value["events"][0] if provider == "pusher" else value)[place] = name
        body, headers = source.sign(source.scheme(settings), value, source.secrets(settings)[0], now)
        return SignedWebhook(provider, {"content-type": "application/json", **headers}, body)

    def deliver(self, webhook: SignedWebhook) -> httpx.Response:
        """Post a webhook as its service would."""
        address = f"{self.url}/api/{HOOKS.get(webhook.provider, webhook.provider)}/webhook"
        return httpx.post(address, content=webhook.body, headers=dict(webhook.headers), trust_env=False, timeout=20)


def paid_event(intent: str, **fields: Any) -> SignedWebhook:
    """Give the gateway's own event of a payment: the same event each time it is delivered."""
    return WebhookFactory().make("stripe", "payment_intent.succeeded", id=intent, **fields)


@contextmanager
def platform_on(
    url: str,
    *,
    limits: tuple[str, ...] = PATIENT,
    admin: bool = False,
    gateways: tuple[str, ...] = ("stripe", "paypal"),
    user_budgets: tuple[str, ...] = (),
    video: str = "jitsi",
    origin: str = "",
    kind: Kind = "fastapi",
) -> Generator[Platform]:
    """Run sandbox and platform on one database, with an admin or without."""
    database = Database(url)
    try:
        password = ADMIN_PASSWORD if admin else ""
        with STARTS[kind](
            url,
            limits=limits,
            admin_password=password,
            gateways=gateways,
            user_budgets=user_budgets,
            video=video,
            origin=origin,
        ) as servers:
            yield Platform(servers, database)
    finally:
        database.close()


def sqlite_url(folder: Path) -> str:
    """Give a database file of a folder."""
    return f"sqlite+aiosqlite:///{folder / 'platform.sqlite3'}"


def fresh_postgresql(server: str) -> str:
    """Make an empty database on a server."""
    import psycopg

    name = f"platform_{time.time_ns()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    return f"{server.rpartition('/')[0]}/{name}".replace("postgresql://", "postgresql+asyncpg://")


def without_token(page: str) -> str:
    """Give a page without what is another one each time it is shown: the token of its forms."""
    return re.sub(r'<input type="hidden" name="csrfmiddlewaretoken" value="\w+">', "", page)
