"""Webhooks through Django: raw bytes in, effects in the event's own transaction, refusals that tell nothing."""

from typing import Any

import pytest

from ace_integrations import PermanentError
from ace_integrations.identity import IdentityChanged
from ace_integrations.mail import DeliveryEvent
from ace_integrations.testing.webhooks import SignedWebhook, WebhookFactory
from ace_integrations.webhooks.receiver import LARGEST_BODY


@pytest.fixture
def signed(ace_webhooks: WebhookFactory) -> SignedWebhook:
    """Give a genuine delivery about an identity check."""
    return ace_webhooks.make("didit", "status.updated")


def post(client: Any, sent: SignedWebhook) -> Any:
    return client.post("/api/didit/webhook", sent.body, content_type="application/json", headers=dict(sent.headers))


@pytest.fixture
def receivers() -> Any:
    """Give a function that connects a receiver for the length of a test."""
    from ace_integrations.contrib.django.signals import event_received

    connected: list[Any] = []

    def connect(receiver: Any, sender: Any) -> None:
        event_received.connect(receiver, sender=sender)
        connected.append((receiver, sender))

    yield connect
    for receiver, sender in connected:
        event_received.disconnect(receiver, sender=sender)


def test_an_event_is_told_once_to_the_receivers_of_its_meaning(
    client: Any, receivers: Any, ace_webhooks: WebhookFactory
) -> None:
    heard: list[Any] = []

    def hear(event: Any, using: str, **_: Any) -> None:
        heard.append((event.meaning.user, using))

    receivers(hear, IdentityChanged)
    sent = ace_webhooks.make("didit", "status.updated", vendor_data="user-9")
    for _ in range(2):
        answer = post(client, sent)
        assert (answer.status_code, answer.content) == (200, b"ok")
    assert heard == [("user-9", "default")]


def test_what_a_receiver_writes_is_undone_with_it_and_the_event_comes_again(
    client: Any, receivers: Any, signed: SignedWebhook
) -> None:
    from ace_integrations.contrib.django.models import SuppressedAddress, WebhookEvent

    failing = [ConnectionError("not now")]

    def write(event: Any, using: str, **_: Any) -> None:
        SuppressedAddress.objects.using(using).create(email="lina@example.com", status="bounced", since=0)
        if failing:
            raise failing.pop()

    receivers(write, IdentityChanged)
    assert [post(client, signed).status_code for _ in range(2)] == [503, 200]
    assert SuppressedAddress.objects.count() == 1
    assert WebhookEvent.objects.get().state == "done"


def test_an_event_that_nobody_can_handle_is_a_dead_letter(client: Any, receivers: Any, signed: SignedWebhook) -> None:
    from ace_integrations.contrib.django.models import WebhookEvent

    def refuse(**_: Any) -> None:
        raise PermanentError("no such user")

    receivers(refuse, IdentityChanged)
    assert post(client, signed).status_code == 200
    assert WebhookEvent.objects.get().state == "dead"


@pytest.mark.parametrize(("provider", "status"), [("didit", 400), ("stripe", 403)])
def test_a_forged_one_is_refused_without_a_word(client: Any, provider: str, status: int) -> None:
    answer = client.post(f"/api/{provider}/webhook", b"{}", content_type="application/json")
    assert (answer.status_code, answer.content) == (status, b"refused")


def test_only_post_is_answered(client: Any) -> None:
    assert client.get("/api/didit/webhook").status_code == 405


def test_a_body_past_the_limit_is_refused(client: Any, signed: SignedWebhook) -> None:
    huge = b" " * (LARGEST_BODY + 1)
    assert client.post("/api/didit/webhook", huge, content_type="application/json").status_code == 413
    from django.test import override_settings

    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=10):
        assert post(client, signed).status_code == 413


def test_a_compressed_body_is_not_what_was_signed(client: Any) -> None:
    answer = client.post(
        "/api/didit/webhook", b"{}", content_type="application/json", headers={"content-encoding": "gzip"}
    )
    assert answer.status_code == 415


def test_a_body_that_a_middleware_read_is_our_fault_and_comes_again() -> None:
    from django.test import RequestFactory

    from ace_integrations.contrib.django.views import webhook_view

    request = RequestFactory().post("/api/didit/webhook", b"{}", content_type="application/json")
    request.read()
    assert webhook_view("didit")(request).status_code == 500


def test_case_c02_a_view_of_the_rest_framework_still_sees_the_raw_bytes(signed: SignedWebhook) -> None:
    from django.test import RequestFactory
    from rest_framework.parsers import JSONParser
    from rest_framework.request import Request

    from ace_integrations.contrib.django.views import webhook_view

    request = RequestFactory().post(
        "/api/didit/webhook", signed.body, content_type="application/json", headers=dict(signed.headers)
    )
    assert request.body == signed.body
    assert isinstance(Request(request, parsers=[JSONParser()]).data, dict)
    assert webhook_view("didit")(request).status_code == 200


def test_what_became_of_a_queued_mail_is_noted(client: Any) -> None:
    from django.db import transaction

    from ace_integrations.contrib.django import get_ace
    from ace_integrations.contrib.django.mails import DjangoMailQueue
    from ace_integrations.contrib.django.models import QueuedMail, SuppressedAddress
    from ace_integrations.mail import Address, DeliveryStatus, Message
    from ace_integrations.webhooks import Event

    queue = DjangoMailQueue(clock=get_ace().clock)
    sender, to = Address(email="hello@mg.example.com"), Address(email="lina@example.com")
    with transaction.atomic():
        queue.put(Message(sender=sender, to=(to,), subject="Hello", text="Hello", mail_id="m-1"))
    assert queue.send_due(get_ace().mail) == 1
    news = DeliveryEvent(
        provider="mailgun",
        message_id=QueuedMail.objects.get().message_id,
        recipient="lina@example.com",
        status=DeliveryStatus.BOUNCED,
        occurred_at="2026-11-29T12:00:00Z",
    )
    event = Event(provider="mailgun", id="e", type="failed", environment="test", data=None, meaning=news)
    with transaction.atomic():
        queue.note(event, "default")
    assert QueuedMail.objects.get().deliveries == {"lina@example.com": "bounced"}
    assert SuppressedAddress.objects.get().email == "lina@example.com"
