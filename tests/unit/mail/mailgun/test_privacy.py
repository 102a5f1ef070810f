"""Mailgun's data map: by address, over all pages; a wish to get no mail outlives everything else."""

from ace_integrations import Ace
from ace_integrations.mail import Address, Mailgun, Message
from ace_integrations.mail.mailgun import privacy
from ace_integrations.mail.mailgun.models import NewSuppression, SuppressionKind
from ace_integrations.privacy import Erased, Subject
from ace_integrations.sandbox import RunningSandbox

LINA = Subject(user="user-9", emails=("lina@example.com", "lina.old@example.com"))


def send(mailgun: Mailgun, *emails: str) -> None:
    for email in emails:
        sender, to = Address(email="hello@sandbox.example.com"), Address(email=email)
        mailgun.send(Message(sender=sender, to=(to,), subject="Hello", text="Hello"))


def kinds(erased: Erased) -> dict[str, int | None]:
    return {one.kind: one.count for one in erased.kept}


def test_mails_of_every_address_are_exported_over_all_pages(
    ace: Ace, mailgun: Mailgun, ace_sandbox: RunningSandbox, monkeypatch
) -> None:
    monkeypatch.setattr(privacy, "MOST_EVENTS", 2)
    send(mailgun, *LINA.emails * 3, "omar@example.com")
    ace_sandbox.control.advance(5)
    records = ace.privacy.export(LINA).records
    mails = [record.data for record in records if record.kind == "stored mail"]
    assert sorted(mail["to"] for mail in mails) == sorted(LINA.emails * 3)  # type: ignore[call-overload,index]
    events = [record.data["recipient"] for record in records if record.kind == "mail event"]  # type: ignore[call-overload,index]
    assert (events.count("lina@example.com"), events.count("lina.old@example.com")) == (6, 6)


def test_bounces_are_removed_and_wishes_stay(ace: Ace, mailgun: Mailgun, ace_sandbox: RunningSandbox) -> None:
    for kind in SuppressionKind:
        mailgun.add_suppressions(kind, [NewSuppression(address="lina@example.com")])
    told = ace.privacy.erase_at("mailgun", LINA)
    assert [(one.kind, one.count) for one in told.erased.removed] == [("bounce", 1), ("allowlist entry", 1)]
    assert kinds(told.erased) == {"complaint": 1, "unsubscribe": 1}
    still = {kind.value for kind in SuppressionKind if mailgun.list_suppressions(kind).items}
    assert still == {"complaints", "unsubscribes"}


def test_of_more_events_than_a_page_has_the_number_is_not_known(ace: Ace, mailgun: Mailgun, monkeypatch) -> None:
    monkeypatch.setattr(privacy, "MOST_EVENTS", 2)
    send(mailgun, "lina@example.com", "lina@example.com", "lina.old@example.com")
    assert kinds(ace.privacy.erase_at("mailgun", LINA).erased) == {"mail event": None, "stored mail": None}


def test_who_never_got_a_mail_is_not_found(ace: Ace) -> None:
    told = ace.privacy.erase_at("mailgun", LINA)
    assert told.outcome.value == "nothing"
    assert set(told.erased.not_found) == {"mail event", "bounce", "complaint", "unsubscribe", "allowlist entry"}
