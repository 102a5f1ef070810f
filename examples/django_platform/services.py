"""The outside services of the platform: the `Ace` of this process."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings as django_settings

from ace_integrations import Ace, Settings
from ace_integrations.contrib.django import build_ace, get_ace
from examples.django_platform.postings import finding
from examples.shared.links import SignedLinks


def make_ace() -> Ace:
    """Give the `Ace` of this process; the settings name this function in ACE_FACTORY."""
    settings = Settings()
    clock = _clock(settings)
    return build_ace(settings, clock=clock, local_jobs=finding(clock))


def now() -> datetime:
    """Give the time by the platform's clock."""
    return datetime.fromtimestamp(get_ace().clock(), UTC)


def links() -> SignedLinks:
    """Give what signs the links of mails, and reads them."""
    return SignedLinks(django_settings.PLATFORM_SECRET.encode(), clock=get_ace().clock)


def _clock(settings: Settings) -> Callable[[], float]:
    """Give the sandbox's clock where a demonstration may move it, else this machine's."""
    token = os.environ.get("PLATFORM_SANDBOX_TOKEN")
    if not token:
        return time.time
    from ace_integrations.sandbox.control import Control

    return Control(settings.sandbox_address, token).now
