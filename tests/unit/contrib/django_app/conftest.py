"""A Django project whose services are the sandbox's."""

from collections.abc import Iterator

import pytest
from tests.django_project import database

from ace_integrations.sandbox import RunningSandbox


@pytest.fixture(autouse=True)
def project(ace_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give every test an empty database, and an `Ace` of its own."""
    database("sqlite", lambda: "")
    from ace_integrations.contrib.django.current import forget_ace

    monkeypatch.setenv("ACE_SANDBOX_URL", ace_sandbox.url)
    forget_ace()
    yield
    forget_ace()


@pytest.fixture
def client() -> Iterator[object]:
    """Give Django's own client; what it opened is closed."""
    from django.db import connections
    from django.test import Client

    yield Client(enforce_csrf_checks=True)
    connections.close_all()
