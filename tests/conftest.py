"""Fixtures of the whole suite."""

import os
from collections.abc import Iterator

import pytest
import stamina


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the machine's own settings, and a `.env` of the working folder, away from the tests."""
    for name in list(os.environ):
        if name.startswith(("ACE_", "DIDIT_", "MAILGUN_", "MAIL_", "STRIPE_", "SMTP_", "NEXT_PUBLIC_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path_factory.getbasetemp())


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Let retries happen at once: no test sleeps."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield
