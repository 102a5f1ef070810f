"""A notification reaches a person by every channel that it names."""

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from ace_integrations import Ace, AsyncAce, ConfigurationError, Settings
from ace_integrations.mail.notifications import Notification, Notified, Person, TeacherApproved, WelcomeNotification
from ace_integrations.sandbox import RunningSandbox
from ace_integrations.testing import RecordingChannel

LINA = Person(id="student-42", name="Lina", email="lina@example.com")
WELCOME = WelcomeNotification(name="Lina", start_url="https://app.example.com/start")


@dataclass(frozen=True, kw_only=True, slots=True)
class LoudWelcome(WelcomeNotification):
    """A welcome by two channels."""

    via: ClassVar[tuple[str, ...]] = ("mail", "toast")


def settings(sandbox: RunningSandbox) -> Settings:
    return Settings(sandbox_url=sandbox.url, mail_from="hello@mg.example.com", mail_from_name="Rihla")


async def notify(colour: str, sandbox: RunningSandbox, *notifications: Notification, **channels: Any) -> list[Any]:
    if colour == "sync":
        with Ace(settings(sandbox)) as ace:
            ace.notifier.channels.update(channels)
            return [ace.notify(LINA, one, key="welcome-42") for one in notifications]
    async with AsyncAce(settings(sandbox)) as awaited:
        awaited.notifier.channels.update(channels)
        return [await awaited.notify(LINA, one, key="welcome-42") for one in notifications]


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_a_welcome_arrives_by_mail_in_both_languages(colour: str, ace_sandbox: RunningSandbox) -> None:
    ((done,),) = await notify(colour, ace_sandbox, WELCOME)
    assert done == Notified("mail", "welcome-42@mg.example.com")
    (mail,) = ace_sandbox.control.get("mailgun/inbox", to="lina@example.com")["mails"]
    assert mail["subject"] == "أهلًا وسهلًا بك | Welcome"


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_every_channel_that_is_named_gets_it_in_order(colour: str, ace_sandbox: RunningSandbox) -> None:
    mail, toast = RecordingChannel("mail"), RecordingChannel("toast")
    loud = LoudWelcome(name="Lina", start_url="https://app.example.com/start")
    (done, again) = await notify(colour, ace_sandbox, loud, loud, mail=mail, toast=toast)
    assert [one.channel for one in done] == ["mail", "toast"]
    assert done == again
    for channel in (mail, toast):
        assert channel.assert_sent(WelcomeNotification, to="student-42") is loud
        assert len(channel.delivered) == 1
    assert ace_sandbox.control.get("mailgun/inbox")["mails"] == []


async def test_a_channel_that_nobody_set_up_is_named_before_anything_is_sent(ace_sandbox: RunningSandbox) -> None:
    mail = RecordingChannel()
    loud = LoudWelcome(name="Lina", start_url="https://app.example.com/start")
    with pytest.raises(ConfigurationError, match="toast"):
        await notify("sync", ace_sandbox, loud, mail=mail)
    assert mail.delivered == []


def test_a_person_without_an_address_gets_no_mail(ace_sandbox: RunningSandbox) -> None:
    with Ace(settings(ace_sandbox)) as ace:
        assert ace.notify(Person(id="u-1", name="Omar"), WELCOME, key="k") == (Notified("mail", ""),)
    assert ace_sandbox.control.get("mailgun/inbox")["mails"] == []


def test_without_an_address_to_be_from_the_variable_is_named(ace_sandbox: RunningSandbox) -> None:
    with (
        Ace(Settings(sandbox_url=ace_sandbox.url)) as ace,
        pytest.raises(ConfigurationError, match="MAIL_FROM_ADDRESS"),
    ):
        ace.notify(LINA, WELCOME, key="k")


def test_the_recording_channel_says_what_was_sent_instead() -> None:
    channel = RecordingChannel()
    channel.deliver(WELCOME, to=LINA, key="k").run(None)  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="one TeacherApproved, and got WelcomeNotification"):
        channel.assert_sent(TeacherApproved, to="student-42")
