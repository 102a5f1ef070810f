"""The data map of the outbox folder: mails to one person, in whatever place they are addressed."""

from pathlib import Path

import pytest

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.mail import Address, Outbox
from ace_integrations.mail.outbox import OutboxSettings
from ace_integrations.privacy import Subject

LINA = Subject(user="user-9", emails=("Lina@Example.com",))


@pytest.fixture
def settings(tmp_path: Path, make_message) -> Settings:
    own = OutboxSettings(directory=tmp_path / "outbox")
    outbox = Outbox(own)
    outbox.send(make_message(mail_id="to", to=(Address(email="lina@example.com", name="لينا"),)))
    others = (Address(email="omar@example.com"), Address(email="lina@example.com"))
    outbox.send(make_message(mail_id="among-others", to=others))
    outbox.send(make_message(mail_id="of-another", to=(Address(email="angelina@example.com"),)))
    return Settings(mail="outbox", providers=(own,))


def names(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.of(OutboxSettings).directory.iterdir())


def test_mails_to_the_person_are_exported_whole(settings: Settings) -> None:
    with Ace(settings) as ace:
        exported = ace.privacy.export(LINA)
    mails = [record.data for record in exported.records]
    assert len(mails) == 2
    assert all("lina@example.com" in mail for mail in mails)  # type: ignore[operator]


async def test_mails_to_the_person_are_deleted_and_no_others(settings: Settings) -> None:
    async with AsyncAce(settings) as ace:
        first = await ace.privacy.erase_at("outbox", LINA)
        second = await ace.privacy.erase_at("outbox", LINA)
    assert [(one.kind, one.count) for one in first.erased.removed] == [("mail", 2)]
    assert (names(settings), second.erased.not_found) == (["of-another.eml"], ("mail",))


def test_a_folder_that_was_never_made_holds_nothing(tmp_path: Path) -> None:
    with Ace(Settings(mail="outbox", providers=(OutboxSettings(directory=tmp_path / "none"),))) as ace:
        assert ace.privacy.erase_at("outbox", LINA).outcome.value == "nothing"
