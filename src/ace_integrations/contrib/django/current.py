"""The one `Ace` of this process, which keeps everything in Django's database."""

import threading
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings as django_settings
from django.core.signals import setting_changed
from django.db import DEFAULT_DB_ALIAS
from django.utils.module_loading import import_string

from ace_integrations.ace import Ace
from ace_integrations.contrib.django.mails import DjangoMailQueue, DjangoSuppressions
from ace_integrations.contrib.django.signals import forward
from ace_integrations.contrib.django.store import DjangoStore
from ace_integrations.jobs import LocalJobs
from ace_integrations.mail import DeliveryEvent
from ace_integrations.settings import Settings

FACTORY = "ACE_FACTORY"
"""The Django setting that names a function of yours which gives an `Ace`; `build_ace` helps it."""

_lock = threading.Lock()
_current: list[Ace] = []


def get_ace() -> Ace:
    """Give the process's `Ace`: what the function that `settings.ACE_FACTORY` names gives, else `build_ace()`.

    Raises:
        ConfigurationError: a setting is malformed or contradicts another.
        ImportError: there is no such function.
    """
    with _lock:
        if not _current:
            name = getattr(django_settings, FACTORY, None)
            _current.append(import_string(name)() if name else build_ace())
        return _current[0]


def build_ace(
    settings: Settings | None = None,
    *,
    using: str = DEFAULT_DB_ALIAS,
    clock: Callable[[], float] = time.time,
    local_jobs: LocalJobs | None = None,
) -> Ace:
    """Give an `Ace` whose claims and suppressions are in Django's database, and whose events are Django signals.

    Args:
        settings: read from the environment and `.env` when not given.
        using: the alias of the database.
        clock: gives Unix seconds; a sandbox's clock in tests.
        local_jobs: finds the platform's own postings.
    """
    ace = Ace(
        settings,
        webhook_store=DjangoStore(using=using),
        suppressions=DjangoSuppressions(using=using),
        local_jobs=local_jobs,
        clock=clock,
    )
    ace.webhooks.on(DeliveryEvent)(DjangoMailQueue(using=using, clock=clock).note)
    ace.webhooks.on(object)(forward)
    return ace


def forget_ace() -> None:
    """Close the process's `Ace`; the next `get_ace` builds another. For tests, and after a fork."""
    with _lock:
        while _current:
            _current.pop().close()


def _forget_with_its_factory(*, setting: str, **_: Any) -> None:
    if setting == FACTORY:
        forget_ace()


setting_changed.connect(_forget_with_its_factory)
