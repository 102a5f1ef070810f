"""Tampering with deliveries, whichever service signs them."""

import asyncio
import json

import pytest

from ace_integrations import Settings, SignatureError
from ace_integrations.core.http_call import Headers
from ace_integrations.hooks import plugins
from ace_integrations.sandbox.clock import Clock
from ace_integrations.sandbox.delivery import Deliveries, with_body_changed, with_signature_changed
from ace_integrations.sandbox.journal import Journal
from ace_integrations.testing import WebhookFactory
from ace_integrations.testing.webhooks import SignedWebhook

NO_MATCH = r"no signature (?:matches|was made with) a current"
NOW = 1_790_000_000
SOURCES = {name: provider.load("webhooks") for name, provider in plugins().providers.items() if provider.webhooks}
UNSIGNED_BODY = ("mailgun",)
"""Services that sign no body; a receiver sees a used token instead."""


def delivery(provider: str) -> SignedWebhook:
    return WebhookFactory(clock=lambda: NOW).make(provider, SOURCES[provider].event_types[0])


def verify(provider: str, headers: dict[str, str], body: bytes) -> None:
    source = SOURCES[provider]
    settings = Settings(sandbox=True).of(source.settings)
    source.scheme(settings).verify(Headers(headers), body, secrets=source.secrets(settings), now=NOW)


@pytest.mark.parametrize("provider", SOURCES)
def test_a_changed_signature_is_of_the_services_form_but_does_not_match(provider):
    made = delivery(provider)
    verify(provider, dict(made.headers), made.body)
    body, headers = with_signature_changed(made.body, made.headers)
    assert (len(body), {name: len(value) for name, value in headers.items()}) == (
        len(made.body),
        {name: len(value) for name, value in made.headers.items()},
    )
    with pytest.raises(SignatureError, match=NO_MATCH):
        verify(provider, headers, body)


@pytest.mark.parametrize("provider", [name for name in SOURCES if name not in UNSIGNED_BODY])
def test_a_changed_body_does_not_match_its_signature(provider):
    made = delivery(provider)
    with pytest.raises(SignatureError, match=NO_MATCH):
        verify(provider, dict(made.headers), with_body_changed(made.body))


@pytest.mark.parametrize("provider", SOURCES)
def test_a_changed_body_holds_one_field_more_and_nothing_else(provider):
    made = delivery(provider)
    assert json.loads(with_body_changed(made.body)) == {"tampered": True, **json.loads(made.body)}


@pytest.mark.parametrize("body", [b"", b"{}", b"a=1&b=2", b"[1]"])
def test_a_body_of_any_form_is_changed(body):
    assert with_body_changed(body) != body


def test_every_signature_of_a_rotation_is_changed():
    header = f"t={NOW},v1={'a' * 64},v1={'0' * 64}"
    _, headers = with_signature_changed(b"{}", {"Stripe-Signature": header, "X-Design-Id": "0" * 32})
    assert headers == {"Stripe-Signature": f"t={NOW},v1=b{'a' * 63},v1=a{'0' * 63}", "X-Design-Id": "0" * 32}


def test_a_delivery_without_a_signature_cannot_lose_it():
    with pytest.raises(ValueError, match="no signature"):
        with_signature_changed(b'{"event": "x"}', {"content-type": "application/json"})


# Questions.


@pytest.fixture
def deliveries():
    return Deliveries(Clock(), Journal())


async def test_only_this_machine_is_asked(deliveries):
    with pytest.raises(ValueError, match="this machine"):
        await deliveries.ask(provider="x", type="question", url="https://platform.example.com", headers={})


async def test_a_question_that_nobody_hears_has_no_answer(deliveries):
    answer = await deliveries.ask(provider="x", type="question", url="http://127.0.0.1:9/", headers={})
    assert (answer.status, answer.is_success) == (None, False)


# Side by side.


@pytest.mark.parametrize("at_once", [2, 3])
async def test_as_many_webhooks_as_may_be_are_under_way_at_the_same_moment(at_once):
    clock = Clock()
    deliveries, together = Deliveries(clock, Journal()), asyncio.Barrier(at_once)
    deliveries.at_once, answered = at_once, asyncio.Queue[bool]()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        # One alone would wait here for ever.
        await together.wait()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        writer.close()
        answered.put_nowait(True)

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        for _ in range(2 * at_once):
            deliveries.send(provider="x", type="news", url=url, sign=lambda: (b"{}", {}))
        delivering = asyncio.create_task(clock.run())
        for _ in deliveries.all:
            await answered.get()
        delivering.cancel()
