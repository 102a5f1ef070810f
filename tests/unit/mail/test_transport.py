import logging
from datetime import UTC, datetime

import pytest

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.errors import ConfigurationError
from ace_integrations.mail import (
    Address,
    Batch,
    DeliveryEvent,
    DeliveryStatus,
    MemorySuppressions,
    Outbox,
    Recipient,
    RecipientSuppressedError,
    Suppression,
)
from ace_integrations.mail.outbox import OutboxSettings


def event(status, recipient="lina@example.com"):
    return DeliveryEvent(
        provider="mailgun", message_id="m", recipient=recipient, status=status, occurred_at=datetime.now(UTC)
    )


@pytest.fixture
def settings(tmp_path):
    return Settings(mail="outbox", providers=(OutboxSettings(directory=tmp_path / "outbox"),))


@pytest.fixture
def mail(settings):
    return Ace(settings).mail


@pytest.mark.parametrize("status", [DeliveryStatus.BOUNCED, DeliveryStatus.COMPLAINED, DeliveryStatus.UNSUBSCRIBED])
def test_who_bounced_complained_or_unsubscribed_is_refused_until_reactivated(mail, make_message, status):
    assert mail.note(event(status))
    with pytest.raises(RecipientSuppressedError, match=status.value) as refused:
        mail.send(make_message("LINA@example.com"))
    assert refused.value.suppressions[0].status is status
    assert "lina" not in str(refused.value).lower()
    mail.reactivate(email="Lina@example.com")
    assert mail.send(make_message()).suppressed == ()


@pytest.mark.parametrize(
    "status", [status for status in DeliveryStatus if not status.suppresses], ids=lambda status: status.value
)
def test_other_events_suppress_nobody(mail, make_message, status):
    assert not mail.note(event(status))
    assert mail.send(make_message()).message_id


def test_suppressed_recipients_are_left_out_and_named_while_the_others_get_the_mail(mail, make_message):
    mail.note(event(DeliveryStatus.BOUNCED, "gone@example.com"))
    both = (Address(email="lina@example.com"), Address(email="Gone@example.com"))
    assert mail.send(make_message(to=both)).suppressed == ("Gone@example.com",)


def test_an_unsubscription_from_some_tags_lets_other_mails_through(mail, make_message):
    entry = Suppression(email="lina@example.com", status=DeliveryStatus.UNSUBSCRIBED, tags=("job-posted",))
    mail.perform(mail.suppressions.add(entry))
    assert mail.send(make_message(tags=("welcome",))).suppressed == ()
    with pytest.raises(RecipientSuppressedError):
        mail.send(make_message(tags=("job-posted",)))


def test_a_batch_leaves_suppressed_recipients_out(mail):
    mail.note(event(DeliveryStatus.BOUNCED, "gone@example.com"))
    batch = Batch(
        sender=Address(email="a@example.com"),
        subject="s",
        text="t",
        recipients=(Recipient(email="lina@example.com"), Recipient(email=" Gone@example.com"), Recipient(email="x")),
    )
    result = mail.send_batch(batch)
    assert (result.accepted, result.suppressed) == (("lina@example.com",), ("Gone@example.com",))
    assert [one.email for one in result.refused] == ["x"]


async def test_both_colours_keep_one_list(settings, make_message):
    shared = MemorySuppressions()
    blocking, awaited = Ace(settings).mail, AsyncAce(settings).mail
    blocking.suppressions = awaited.suppressions = shared
    await awaited.note(event(DeliveryStatus.BOUNCED))
    with pytest.raises(RecipientSuppressedError):
        blocking.send(make_message())
    with pytest.raises(RecipientSuppressedError):
        await awaited.send(make_message())
    assert (await awaited.send(make_message("other@example.com"))).transport == "outbox"
    assert (await awaited.find(make_message("other@example.com"))).can_tell


def test_every_attempt_leaves_one_record_without_an_address(mail, make_message, caplog, settings):
    caplog.set_level(logging.INFO, "ace_integrations.mail")
    mail.send(make_message(mail_id="m1"))
    mail.send(make_message(mail_id="m2"), dry_run=True)
    mail.note(event(DeliveryStatus.BOUNCED))
    with pytest.raises(RecipientSuppressedError):
        mail.send(make_message(mail_id="m3"))
    settings.of(OutboxSettings).directory.rename(settings.of(OutboxSettings).directory.with_name("moved"))
    settings.of(OutboxSettings).directory.write_text("in the way")
    with pytest.raises(ConfigurationError):
        mail.send(make_message("other@example.com", mail_id="m4"))
    records = [record.mail for record in caplog.records]
    assert [(record.mail_id, record.outcome) for record in records] == [
        ("m1", "sent"),
        ("m2", "dry run"),
        ("m3", "suppressed"),
        ("m4", "ConfigurationError"),
    ]
    assert "example.com" not in caplog.text.replace("@sandbox.example.com", "")


@pytest.mark.parametrize(
    ("name", "kind"), [("mailgun", "MailgunTransport"), ("smtp", "SmtpTransport"), ("outbox", "OutboxTransport")]
)
def test_the_mailer_is_chosen_by_name_alone(monkeypatch, name, kind):
    monkeypatch.setenv("MAIL_MAILER", name)
    assert type(Ace(Settings(sandbox=True)).assembly.transport()).__name__ == kind


def test_an_unknown_mailer_names_the_known_ones(monkeypatch):
    monkeypatch.setenv("MAIL_MAILER", "pigeon")
    with pytest.raises(ConfigurationError, match="mailgun, outbox, smtp"):
        Ace().mail  # noqa: B018 - made on first use


def test_a_client_of_one_transport_sends_no_other_services_calls(tmp_path):
    client = Outbox(OutboxSettings(directory=tmp_path))
    assert repr(client) == "Outbox()"
