"""A Django project for tests, with a database of each kind that belongs to this process alone."""

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from os import getpid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections

FOLDER = Path(tempfile.mkdtemp(prefix="ace-django-"))
_migrated: set[str] = set()


def configure() -> None:
    """Set Django up, once for this process."""
    if settings.configured:
        return
    atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
    settings.configure(
        SECRET_KEY="only for tests, and nowhere else",
        USE_TZ=True,
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.messages",
            "django.contrib.sessions",
            "ace_integrations.contrib.django",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        ALLOWED_HOSTS=["testserver"],
        ROOT_URLCONF="tests.unit.contrib.django_app.urls",
        ATOMIC_REQUESTS=True,
        DATABASES={"default": _sqlite(), "postgresql": {"ENGINE": "django.db.backends.postgresql"}},
    )
    django.setup()


def _sqlite() -> dict[str, Any]:
    options = {"transaction_mode": "IMMEDIATE", "timeout": 10}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(FOLDER / "db.sqlite3"), "OPTIONS": options}


def database(kind: str, postgresql_url: Callable[[], str]) -> tuple[str, str]:
    """Give alias and address of an empty database; the audit trail alone keeps its lines.

    Args:
        kind: "sqlite" or "postgresql".
        postgresql_url: gives the server of this run, or skips the test.
    """
    configure()
    alias, url = "default", f"sqlite:///{FOLDER / 'db.sqlite3'}"
    if kind == "postgresql":
        alias, url = "postgresql", _own_database(postgresql_url())
    # Django refuses its ORM where an event loop runs.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(closing(_emptied), alias).result()
    return alias, url


def _own_database(server: str) -> str:
    """Make a database for this process on the server; tests of other processes have their own."""
    name = f"ace_django_{getpid()}"
    parts = urlsplit(server)
    if "postgresql" not in _migrated:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        told = {"NAME": name, "USER": parts.username, "PASSWORD": parts.password}
        connections["postgresql"].settings_dict.update(told, HOST=parts.hostname, PORT=parts.port)
        connections.databases["postgresql"].update(told, HOST=parts.hostname, PORT=parts.port)
    return urlunsplit(parts._replace(path=f"/{name}"))


def _emptied(alias: str) -> None:
    if alias not in _migrated:
        call_command("migrate", database=alias, verbosity=0)
        _migrated.add(alias)
    for model in apps.get_app_config("ace").get_models():
        if model.__name__ != "AuditEntry":
            model._default_manager.using(alias).all().delete()


def closing(do: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function that does it and closes what Django opened for this thread."""

    def done(*arguments: Any, **named: Any) -> Any:
        try:
            return do(*arguments, **named)
        finally:
            connections.close_all()

    return done


def in_thread(do: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """Give a function that does it in a thread of its own, as Django's ORM needs where an event loop runs."""

    async def done(*arguments: Any, **named: Any) -> Any:
        return await asyncio.to_thread(closing(do), *arguments, **named)

    return done
