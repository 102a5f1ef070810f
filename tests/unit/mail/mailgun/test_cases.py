import json

import pytest

from ace_integrations.core import Headers
from ace_integrations.errors import AuthenticationError, NotFoundError, SignatureError
from ace_integrations.mail import Address, Batch, Mailgun, PerRecipient, Recipient
from ace_integrations.mail.mailgun import MailgunSettings, MailgunSignature
from ace_integrations.mail.mailgun.webhooks import sample
from ace_integrations.webhooks import explain

NOW = 1795600000
TOKEN = "a" * 50
SIGNING, API = "mg-signing-key-1", "key-api-1"
SIGNED = "3df346ad4c22e6963448ea5fe581017ad00f97522baceb403f664d6c4eaa9124"
WITH_THE_API_KEY = "682cfe342844183b453c39a3878d43269802cb7a692216f914993c2430ad4cb4"


def delivery(signature, event="delivered"):
    fields = {"timestamp": str(NOW), "token": TOKEN, "signature": signature}
    return json.dumps({"signature": fields, "event-data": sample(event, now=NOW)}).encode()


@pytest.fixture
def at_the_sandbox(ace_sandbox):
    ace_sandbox.control.post("mailgun/domains", name="mg.example.org", region="eu")
    key = MailgunSettings.sandbox_values["api_key"]

    def client(**fields):
        return Mailgun(MailgunSettings(api_key=key, **{"domain": "mg.example.org", **fields}))

    return client


@pytest.mark.parametrize(
    "fields",
    [
        {"base_url": "{url}/mailgun", "region": "eu"},
        {"base_url": "{url}/mailgun", "region": "EU "},
        {"endpoint": "{url}/mailgun/eu"},
        {"endpoint": "{url}/mailgun/eu/v3/"},
    ],
)
def test_case_c14_the_region_is_named_in_every_spelling(ace_sandbox, at_the_sandbox, fields):
    placed = {name: value.format(url=ace_sandbox.url) for name, value in fields.items()}
    with at_the_sandbox(**placed) as client:
        assert client.get_domain().domain.name == "mg.example.org"
    (call,) = ace_sandbox.control.journal(provider="mailgun", operation="get_domain")
    assert call["path"] == "/eu/v4/domains/mg.example.org"


def test_case_c14_the_wrong_region_is_named_with_the_setting_to_change(ace_sandbox, at_the_sandbox, make_message):
    with at_the_sandbox(base_url=f"{ace_sandbox.url}/mailgun") as client:
        with pytest.raises(AuthenticationError, match=r"MAILGUN_REGION.*eu \(api\.eu\.mailgun\.net\)"):
            client.send(make_message())
        # What `ace doctor` asks: one harmless read.
        with pytest.raises(NotFoundError, match="MAILGUN_REGION"):
            client.get_domain()


def test_case_c14_a_domain_of_nobody_is_not_found(ace_sandbox, at_the_sandbox, make_message):
    client = at_the_sandbox(base_url=f"{ace_sandbox.url}/mailgun", domain="wrong.example.org")
    with client, pytest.raises(NotFoundError, match="Domain not found"):
        client.send(make_message())


def test_case_c15_the_signing_key_is_accepted_and_the_api_key_is_not():
    scheme = MailgunSignature()
    scheme.verify(Headers(), delivery(SIGNED), secrets=[SIGNING], now=NOW)
    with pytest.raises(SignatureError):
        scheme.verify(Headers(), delivery(WITH_THE_API_KEY), secrets=[SIGNING], now=NOW)


def test_case_c15_the_doctor_says_that_the_api_key_was_used():
    found = explain(
        MailgunSignature(),
        Headers(),
        delivery(WITH_THE_API_KEY),
        secrets=[SIGNING],
        now=NOW,
        other_secrets=[("the API key", API)],
    )
    assert found.mistake == "signed with the API key"
    assert API not in found.advice


@pytest.mark.parametrize("shape", [None, [], ["x"], "text", 7, {}, {"signature": {}}])
def test_case_c15_a_signature_of_another_shape_is_a_typed_refusal(shape):
    body = json.dumps({"signature": shape, "event-data": sample("delivered", now=NOW)}).encode()
    with pytest.raises(SignatureError):
        MailgunSignature().verify(Headers(), body, secrets=[SIGNING], now=NOW)


def test_case_c15_a_token_replayed_with_another_event_is_a_duplicate(ace, ace_webhooks):
    handled = []
    ace.webhooks.on(object)(lambda event, transaction: handled.append(event.type))
    first = json.loads(ace_webhooks.make("mailgun", "delivered").body)
    second = {**first, "event-data": sample("complained", now=NOW)}
    receipts = [ace.webhooks.receive("mailgun", {}, json.dumps(value).encode()) for value in (first, second)]
    assert [(receipt.status, receipt.duplicate) for receipt in receipts] == [(200, False), (200, True)]
    assert handled == ["delivered"]


def test_case_c15_a_bad_signature_is_answered_400_so_that_a_mis_set_key_loses_nothing(ace):
    receipt = ace.webhooks.receive("mailgun", {}, delivery(WITH_THE_API_KEY))
    assert receipt.status == 400


def test_case_c16_no_recipient_of_a_batch_sees_another(mailgun, ace_sandbox):
    recipients = [
        Recipient(email=f"reader{number}@example.com", variables={"name": f"Reader {number}"} if number % 2 else {})
        for number in range(1001)
    ]
    recipients += [Recipient(email="READER7@example.com"), Recipient(email="not an address")]
    batch = Batch(
        sender=Address(email="no-reply@sandbox.example.com"),
        subject="New job",
        text=f"Hello {PerRecipient('name')}",
        tags=("job-posted",),
        recipients=tuple(recipients),
    )
    result = mailgun.send_batch(batch)
    mails = ace_sandbox.control.get("mailgun/inbox")["mails"]
    assert len(mails) == 1001
    assert {tuple(mail["to"]) for mail in mails} == {(mail["recipient"],) for mail in mails}
    assert sum(mail["recipient"] == "reader7@example.com" for mail in mails) == 1
    assert (len(result.sent), len(result.accepted)) == (2, 1001)
    assert [one.email for one in result.refused] == ["not an address"]
    assert len(ace_sandbox.control.journal(provider="mailgun", operation="send_message")) == 2
