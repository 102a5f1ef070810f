"""Django's own mail by a transport of ours: at once, or with the transaction."""

from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.test import override_settings

from ace_integrations import AceError, InvalidInputError
from ace_integrations.sandbox import RunningSandbox

NOW = "ace_integrations.contrib.django.email.EmailBackend"
LATER = "ace_integrations.contrib.django.email.QueuedEmailBackend"


def inbox(sandbox: RunningSandbox, to: str = "lina@example.com") -> list[Any]:
    found: list[Any] = sandbox.control.get("mailgun/inbox", to=to)["mails"]
    return found


def message_of(message: EmailMessage) -> Any:
    from ace_integrations.contrib.django.email import message_of

    return message_of(message)


@override_settings(EMAIL_BACKEND=NOW, DEFAULT_FROM_EMAIL="Platform <hello@mg.example.com>")
def test_send_mail_goes_by_the_configured_transport(ace_sandbox: RunningSandbox) -> None:
    assert mail.send_mail("أهلاً", "نص", None, ["lina@example.com"], html_message="<p>نص</p>") == 1
    (found,) = inbox(ace_sandbox)
    assert found["subject"] == "أهلاً"


@override_settings(EMAIL_BACKEND=LATER, DEFAULT_FROM_EMAIL="hello@mg.example.com")
def test_a_queued_mail_goes_out_with_its_transaction_and_not_without(ace_sandbox: RunningSandbox) -> None:
    from django.db import transaction

    from ace_integrations.contrib.django.chores import chores

    def lose() -> None:
        with transaction.atomic():
            mail.send_mail("Lost", "text", None, ["lina@example.com"])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        lose()
    with transaction.atomic():
        mail.send_mail("Kept", "text", None, ["lina@example.com"])
        assert inbox(ace_sandbox) == []
    for chore in chores():
        if chore.name == "mails":
            chore.do()
    assert [found["subject"] for found in inbox(ace_sandbox)] == ["Kept"]


def test_every_part_of_a_message_is_carried_over() -> None:
    message = EmailMultiAlternatives(
        "Subject",
        "text",
        '"Lina, Example" <hello@mg.example.com>',
        ["Omar <omar@example.com>"],
        bcc=["b@example.com"],
        cc=["c@example.com"],
        reply_to=["Support <support@example.com>"],
        headers={"X-Course": "42", "From": "other@mg.example.com"},
    )
    message.attach_alternative("<p>text</p>", "text/html")
    message.attach("سيرة.txt", "نص", "text/plain")
    picture = MIMEImage(b"\x89PNG", _subtype="png")
    picture.add_header("Content-ID", "<logo.png>")
    picture.add_header("Content-Disposition", "inline", filename="logo.png")
    message.attach(picture)
    message.tags, message.metadata, message.mail_id = ["welcome"], {"user": "9"}, "welcome-9"  # type: ignore[attr-defined]
    given = message_of(message)
    assert given.sender.email == "other@mg.example.com"
    assert [one.email for one in given.recipients] == ["omar@example.com", "c@example.com", "b@example.com"]
    assert (given.to[0].name, given.reply_to.email) == ("Omar", "support@example.com")
    assert (given.text, given.html, dict(given.headers)) == ("text", "<p>text</p>", {"X-Course": "42"})
    assert [(one.filename, one.content, one.media_type, one.inline) for one in given.attachments] == [
        ("سيرة.txt", "نص".encode(), "text/plain", False),
        ("logo.png", b"\x89PNG", "image/png", True),
    ]
    assert (given.tags, dict(given.metadata), given.mail_id) == (("welcome",), {"user": "9"}, "welcome-9")


def test_a_message_in_html_alone_stays_one() -> None:
    message = EmailMessage("Subject", "<p>text</p>", "hello@mg.example.com", ["omar@example.com"])
    message.content_subtype = "html"
    assert (message_of(message).text, message_of(message).html) == (None, "<p>text</p>")


def two_replies() -> EmailMessage:
    return EmailMessage("s", "t", "a@example.com", ["b@example.com"], reply_to=["c@example.com", "d@example.com"])


def a_calendar() -> EmailMessage:
    message = EmailMultiAlternatives("s", "t", "a@example.com", ["b@example.com"])
    message.attach_alternative("BEGIN:VCALENDAR", "text/calendar")
    return message


def a_tree() -> EmailMessage:
    message = EmailMessage("s", "t", "a@example.com", ["b@example.com"])
    message.attach(MIMEMultipart())
    return message


@pytest.mark.parametrize("make", [two_replies, a_calendar, a_tree])
def test_what_no_transport_sends_is_refused_and_never_dropped(make: Any) -> None:
    with pytest.raises(InvalidInputError):
        message_of(make())


@override_settings(EMAIL_BACKEND=NOW)
def test_a_header_cannot_be_smuggled_in(ace_sandbox: RunningSandbox) -> None:
    with pytest.raises((InvalidInputError, mail.BadHeaderError)):
        mail.send_mail("Hello\nBcc: all@example.com", "text", "a@mg.example.com", ["lina@example.com"])
    assert inbox(ace_sandbox, "all@example.com") == []


@override_settings(EMAIL_BACKEND=NOW)
def test_a_failure_raises_unless_it_may_be_silent(ace_sandbox: RunningSandbox) -> None:
    ace_sandbox.control.fail("status", provider="mailgun", operation="send_message", status=400, times=2)
    arguments = ("Hello", "text", "hello@mg.example.com", ["lina@example.com"])
    with pytest.raises(AceError):
        mail.send_mail(*arguments)
    assert mail.send_mail(*arguments, fail_silently=True) == 0
    assert mail.send_mail(*arguments) == 1


def test_options_that_newer_versions_give_are_handed_on() -> None:
    from ace_integrations.contrib.django.email import EmailBackend

    assert EmailBackend(fail_silently=True).fail_silently
    assert EmailBackend(alias="default").fail_silently is False
