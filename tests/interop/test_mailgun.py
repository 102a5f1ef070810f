"""The vendor's own SDK against the twin, and both sides' signatures against each other."""

import json
import queue
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from mailgun.client import Client
from mailgun.security import SecurityGuard

from ace_integrations.core import Headers
from ace_integrations.mail import Address, Attachment, Mailgun, Message
from ace_integrations.mail.mailgun import MailgunSettings, MailgunSignature

DOMAIN = "sandbox.example.com"
KEY = "sandbox-mailgun-api-key"
SIGNING_KEY = "sandbox-mailgun-signing-key"


@pytest.fixture
def sdk(ace_sandbox: Any) -> Iterator[Client]:
    with Client(auth=("api", KEY), api_url=f"{ace_sandbox.url}/mailgun") as client:
        yield client


@pytest.fixture
def deliveries(ace_sandbox: Any) -> "Iterator[queue.Queue[bytes]]":
    got: queue.Queue[bytes] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.put(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    ace_sandbox.control.send_webhooks_to(mailgun=f"http://127.0.0.1:{server.server_port}/")
    yield got
    server.shutdown()
    server.server_close()
    thread.join(5)


def fields(**more: Any) -> dict[str, Any]:
    return {
        "from": f"منصة <no-reply@{DOMAIN}>",
        "to": ["lina@example.com"],
        "subject": "أهلًا | Welcome",
        "text": "أهلًا",
        "html": "<p>أهلًا</p>",
        **more,
    }


def test_a_mail_of_the_sdk_is_queued(sdk, ace_sandbox):
    answer = sdk.messages.create(data=fields(**{"o:tag": ["welcome", "ar-en"], "v:mail_id": "71"}), domain=DOMAIN)
    assert answer.status_code == 200
    assert answer.json()["message"] == "Queued. Thank you."
    (mail,) = ace_sandbox.control.get("mailgun/inbox")["mails"]
    assert (mail["subject"], mail["tags"]) == ("أهلًا | Welcome", ["welcome", "ar-en"])


def test_the_sdk_and_ours_send_the_same_mail(sdk, ace_sandbox):
    files = [("attachment", ("سيرة.pdf", b"%PDF"))]
    sdk.messages.create(data=fields(**{"h:Message-Id": f"<mail-1@{DOMAIN}>"}), files=files, domain=DOMAIN)
    settings = MailgunSettings().in_sandbox(ace_sandbox.url)
    with Mailgun(settings) as ours:
        ours.send(
            Message(
                sender=Address(email=f"no-reply@{DOMAIN}", name="منصة"),
                to=(Address(email="lina@example.com"),),
                subject="أهلًا | Welcome",
                text="أهلًا",
                html="<p>أهلًا</p>",
                attachments=(Attachment(filename="سيرة.pdf", content=b"%PDF", media_type="application/pdf"),),
                mail_id="mail-1",
            )
        )
    first, second = (_mime(ace_sandbox, number) for number in (1, 2))
    assert [first[name] for name in ("From", "To", "Subject", "Message-Id")] == [
        second[name] for name in ("From", "To", "Subject", "Message-Id")
    ]
    assert _parts(first) == _parts(second)


def _mime(ace_sandbox, number):
    headers = {"x-sandbox-token": ace_sandbox.sandbox.token}
    raw = httpx.get(f"{ace_sandbox.url}/_sandbox/mailgun/inbox/{number}.eml", headers=headers).content
    return message_from_bytes(raw, policy=policy.default)


def _parts(mime):
    return [
        (part.get_content_type().replace("application/octet-stream", "application/pdf"), part.get_filename(),
         part.get_payload(decode=True))
        for part in mime.walk()
        if not part.is_multipart()
    ]  # fmt: skip


def test_a_batch_of_the_sdk_keeps_its_recipients_apart(sdk, ace_sandbox):
    values = {"a@example.com": {"name": "Lina"}, "b@example.com": {"name": "سامي"}}
    sdk.messages.create(
        data=fields(to=list(values), subject="Hello %recipient.name%", **{"recipient-variables": json.dumps(values)}),
        domain=DOMAIN,
    )
    second, first = ace_sandbox.control.get("mailgun/inbox")["mails"]
    assert (first["to"], first["subject"]) == (["a@example.com"], "Hello Lina")
    assert (second["to"], second["subject"]) == (["b@example.com"], "Hello سامي")


def test_mime_of_the_sdk_is_taken(sdk, ace_sandbox):
    mime = b"From: a@sandbox.example.com\r\nTo: b@example.com\r\nSubject: Hi\r\n\r\ntext"
    answer = sdk.mimemessage.create(
        data={"to": "b@example.com"}, files={"message": ("message.mime", mime)}, domain=DOMAIN
    )
    assert answer.status_code == 200
    assert ace_sandbox.control.get("mailgun/inbox/1")["text"] == "text"


def test_the_sdk_reads_events(sdk, ace_sandbox):
    sdk.messages.create(data=fields(to="hardbounce@example.com"), domain=DOMAIN)
    ace_sandbox.control.advance(5)
    items = sdk.events.get(domain=DOMAIN, filters={"event": "failed"}).json()["items"]
    assert [(item["severity"], item["reason"]) for item in items] == [("permanent", "bounce")]


def test_the_sdk_searches_the_logs(sdk):
    sdk.messages.create(data=fields(), domain=DOMAIN)
    query = {"start": "Tue, 24 Nov 2020 00:00:00 -0000", "events": ["accepted"], "pagination": {"limit": 5}}
    found = sdk.analytics_logs.create(data=query).json()
    assert [item["recipient"] for item in found["items"]] == ["lina@example.com"]


def test_the_sdk_keeps_suppressions(sdk):
    added = sdk.bounces.create(data={"address": "gone@example.com", "code": 550}, domain=DOMAIN)
    assert added.json()["message"] == "1 address has been added to the bounces table"
    assert sdk.bounces.get(domain=DOMAIN).json()["items"][0]["code"] == "550"
    assert sdk.bounces.delete(domain=DOMAIN, bounce_address="gone@example.com").status_code == 200
    assert sdk.bounces.get(domain=DOMAIN, bounce_address="gone@example.com").status_code == 404
    sdk.unsubscribes.create(data={"address": "stop@example.com", "tag": "*"}, domain=DOMAIN)
    assert sdk.unsubscribes.get(domain=DOMAIN).json()["items"][0]["tags"] == ["*"]


def test_the_sdk_pings_and_reads_the_domain(sdk):
    assert sdk.ping()
    assert sdk.domains.get(domain_name=DOMAIN).json()["domain"]["state"] == "active"


def test_the_sdk_sees_the_services_own_refusal(sdk):
    answer = sdk.messages.create(data={"to": "a@example.com", "text": "x"}, domain=DOMAIN)
    assert (answer.status_code, answer.json()) == (400, {"message": "from parameter is missing"})


def test_the_sdk_verifies_a_delivery_of_the_twin(sdk, deliveries):
    sdk.messages.create(data=fields(), domain=DOMAIN)
    signature = json.loads(deliveries.get(timeout=5))["signature"]
    assert SecurityGuard.verify_webhook(SIGNING_KEY, **signature)
    assert not SecurityGuard.verify_webhook("another key", **signature)


def test_the_sdk_verifies_what_our_scheme_signs_and_ours_what_it_accepts():
    now = int(time.time())
    value = MailgunSignature().envelope({"event": "opened"}, secret="مفتاح", now=now)
    assert SecurityGuard.verify_webhook("مفتاح", **value["signature"])
    MailgunSignature().verify(Headers(), json.dumps(value).encode(), secrets=["مفتاح"], now=now)
