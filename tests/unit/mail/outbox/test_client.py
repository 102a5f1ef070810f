import stat
from email import message_from_bytes, policy

import pytest

from ace_integrations.errors import ConfigurationError
from ace_integrations.mail import Address, AsyncOutbox, Batch, Outbox, PerRecipient, Recipient
from ace_integrations.mail.outbox import OutboxSettings


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "deep" / "outbox"


@pytest.fixture
def outbox(folder):
    return Outbox(OutboxSettings(directory=folder))


def test_a_mail_becomes_one_file_that_only_its_owner_reads(outbox, folder, make_message):
    sent = outbox.send(make_message(mail_id="mail-1"))
    (file,) = folder.iterdir()
    assert (file.name, sent.message_id) == ("mail-1.eml", "mail-1@sandbox.example.com")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["Subject"] == "أهلًا | Welcome"


async def test_sent_again_it_is_one_file_still(outbox, folder, make_message):
    message = make_message(mail_id="mail-1")
    outbox.send(message)
    await AsyncOutbox(OutboxSettings(directory=folder)).send(message)
    assert len(list(folder.iterdir())) == 1


def test_a_mail_is_found_by_its_file(outbox, make_message):
    message = make_message()
    assert outbox.find(message).sent is None
    outbox.send(message)
    assert outbox.find(message).sent.mail_id == message.mail_id


def test_a_dry_run_writes_nothing(outbox, folder, make_message):
    assert outbox.send(make_message(), dry_run=True).dry_run
    assert not folder.exists()


def test_a_folder_that_is_a_link_is_refused(outbox, folder, tmp_path, make_message):
    folder.parent.mkdir()
    folder.symlink_to(tmp_path)
    with pytest.raises(ConfigurationError, match="link"):
        outbox.send(make_message())


def test_a_link_under_the_mails_name_is_not_written_through(outbox, folder, tmp_path, make_message):
    folder.mkdir(parents=True)
    target = tmp_path / "target"
    (folder / "mail-1.eml").symlink_to(target)
    outbox.send(make_message(mail_id="mail-1"))
    assert not target.exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path, make_message):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="MAIL_OUTBOX_DIR"):
        Outbox(OutboxSettings(directory=tmp_path / "file")).send(make_message())


def test_a_batch_becomes_a_file_for_each_recipient(outbox, folder):
    batch = Batch(
        sender=Address(email="a@example.com"),
        subject=f"Hi {PerRecipient('name')}",
        text="t",
        recipients=tuple(Recipient(email=f"a{n}@example.com", variables={"name": str(n)}) for n in range(3)),
    )
    assert len(outbox.send_batch(batch).sent) == 3
    subjects = {message_from_bytes(file.read_bytes())["Subject"] for file in folder.iterdir()}
    assert subjects == {"Hi 0", "Hi 1", "Hi 2"}


def test_the_folder_comes_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("MAIL_OUTBOX_DIR", str(tmp_path))
    assert Outbox().settings.directory == tmp_path
    assert Outbox().reactivate(email="a@example.com") is None
