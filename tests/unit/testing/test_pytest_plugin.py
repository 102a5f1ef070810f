import asyncio
import socket
import time

import httpx
import pytest

from ace_integrations.sandbox import RunningSandbox
from ace_integrations.testing import WebhookFactory
from ace_integrations.testing.pytest_plugin import StrayCallError


def test_a_call_to_a_real_host_fails_the_test_and_names_it() -> None:
    with pytest.raises(StrayCallError, match=r"api\.stripe\.com"):
        httpx.get("https://api.stripe.com/v1/balance", trust_env=False)
    with pytest.raises(StrayCallError, match=r"192\.0\.2\.1"), socket.socket() as one:
        one.connect(("192.0.2.1", 443))


async def test_the_guard_sees_awaited_look_ups_too() -> None:
    with pytest.raises(StrayCallError, match=r"example\.com"):
        await asyncio.get_running_loop().getaddrinfo("example.com", 443)


def test_the_sandbox_is_clean_for_each_test(ace_sandbox: RunningSandbox) -> None:
    assert ace_sandbox.control.journal() == []


def test_every_event_of_every_provider_can_be_made_and_is_accepted(ace_webhooks: WebhookFactory) -> None:
    from ace_integrations.core import Headers
    from ace_integrations.hooks import plugins
    from ace_integrations.settings import Settings
    from ace_integrations.webhooks import Doors

    sources = [one.load("webhooks") for one in plugins().providers.values() if one.webhooks]
    doors = Doors(sources, Settings(sandbox=True))
    for source in sources:
        for event_type in source.event_types:
            made = ace_webhooks.make(source.provider, event_type)
            now = int(time.time())
            assert doors.open(source.provider, Headers(made.headers), made.body, now=now).provider == source.provider
