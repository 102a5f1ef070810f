import pytest
from pydantic import ValidationError

from ace_integrations.errors import InvalidInputError
from ace_integrations.mail import Address, Attachment, DeliveryStatus, Draft


@pytest.mark.parametrize(
    "text",
    ["", "lina", "@example.com", "lina@", "a b@example.com", "a@b@example.com", "a@example.com\r\nBcc: x@example.com",
     "a,b@example.com", "<a@example.com>", "a@.example.com", "a@example..com", "a@example.com/v3",
     "a\u2028@example.com"],
)  # fmt: skip
def test_what_is_not_one_address_is_refused(text):
    with pytest.raises(ValidationError):
        Address(email=text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("", "Lina@example.com"),
        ("لينا", "لينا <Lina@example.com>"),
        ("Lina, Example", '"Lina, Example" <Lina@example.com>'),
        ('A "B" \\', '"A \\"B\\" \\\\" <Lina@example.com>'),
    ],
)
def test_a_mailbox_reads_in_any_script(name, text):
    assert Address(email="Lina@EXAMPLE.com", name=name).text == text


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a\\b", 'a"b', "a\nb", "ا" * 101])
def test_a_file_name_with_a_path_is_refused(name):
    with pytest.raises(ValidationError):
        Attachment(filename=name, content=b"")


@pytest.mark.parametrize("kind", ["", "text", "text/html\r\nX: y", "a b/c"])
def test_a_broken_media_type_is_refused(kind):
    with pytest.raises(ValidationError):
        Attachment(filename="a", content=b"", media_type=kind)


def test_a_file_is_read_from_inside_its_folder_only(tmp_path):
    inside = tmp_path / "files"
    inside.mkdir()
    (inside / "سيرة.pdf").write_bytes(b"%PDF")
    (tmp_path / "secret").write_bytes(b"x")
    (inside / "link").symlink_to(tmp_path / "secret")
    assert Attachment.read("سيرة.pdf", inside=inside).media_type == "application/pdf"
    for path in ("../secret", "link", str(tmp_path / "secret"), "absent", "."):
        with pytest.raises(InvalidInputError):
            Attachment.read(path, inside=inside)


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    with (tmp_path / "large").open("wb") as file:
        file.truncate(18 * 1024 * 1024 + 1)
    with pytest.raises(InvalidInputError, match="bytes"):
        Attachment.read("large", inside=tmp_path)


def test_every_mail_has_an_id_of_ours_in_its_message_id():
    sender = Address(email="a@example.com")
    first, second = (Draft(sender=sender, subject="s") for _ in range(2))
    assert first.mail_id != second.mail_id
    assert Draft(sender=sender, subject="s", mail_id="mail-1").message_id == "mail-1@example.com"
    with pytest.raises(ValidationError):
        Draft(sender=sender, subject="s", mail_id="../x")


@pytest.mark.parametrize("subject", ["a\nb", "a\rb", "a\x00b", "a\u2028b"])
def test_a_line_break_in_a_header_is_refused(subject):
    with pytest.raises(ValidationError):
        Draft(sender=Address(email="a@example.com"), subject=subject)


def test_a_status_is_replaced_by_a_higher_rank_only():
    order = [
        DeliveryStatus.QUEUED,
        DeliveryStatus.ACCEPTED,
        DeliveryStatus.DEFERRED,
        DeliveryStatus.DELIVERED,
        DeliveryStatus.BOUNCED,
        DeliveryStatus.COMPLAINED,
    ]
    for at, status in enumerate(order):
        assert [other for other in order if status.replaces(other)] == order[:at]
    assert not DeliveryStatus.OPENED.replaces(DeliveryStatus.DELIVERED)
