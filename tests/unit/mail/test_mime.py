from email import message_from_bytes, policy

import pytest

from ace_integrations.errors import InvalidInputError
from ace_integrations.mail import Address, Attachment, to_mime


def read(message):
    return message_from_bytes(to_mime(message).as_bytes(), policy=policy.default)


def test_a_mail_survives_the_way_through_mime(make_message):
    message = make_message(
        cc=(Address(email="cc@example.com", name="سامي"),),
        bcc=(Address(email="hidden@example.com"),),
        reply_to=Address(email="help@example.com", name="Help, please"),
        headers={"List-Unsubscribe": "<https://app.example.com/u/1>"},
        mail_id="mail-1",
    )
    mime = read(message)
    assert (mime["Subject"], mime["Message-Id"]) == ("أهلًا | Welcome", "<mail-1@sandbox.example.com>")
    assert (mime["From"].addresses[0].display_name, mime["Cc"].addresses[0].display_name) == ("منصة", "سامي")
    assert mime["Reply-To"].addresses[0].display_name == "Help, please"
    assert mime["List-Unsubscribe"] == "<https://app.example.com/u/1>"
    assert "hidden" not in to_mime(message).as_string()
    assert mime.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mime.iter_parts()] == ["text/plain", "text/html"]


def test_the_bytes_are_plain_ascii_with_lines_of_legal_length(make_message):
    raw = to_mime(make_message(html=f"<p>{'مرحبًا ' * 400}</p>")).as_bytes()
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_attachments_and_inline_pictures_find_their_places(make_message):
    files = (
        Attachment(filename="سيرة.pdf", content=b"%PDF", media_type="application/pdf"),
        Attachment(filename="logo.png", content=b"png", media_type="image/png", inline=True),
    )
    mime = read(make_message(html='<img src="cid:logo.png">', attachments=files))
    found = {part.get_content_type(): part for part in mime.walk()}
    assert found["application/pdf"].get_filename() == "سيرة.pdf"
    assert found["application/pdf"].get_content() == b"%PDF"
    assert found["image/png"]["Content-Id"] == "<logo.png>"


@pytest.mark.parametrize("fields", [{"text": None}, {"html": None}])
def test_one_part_alone_is_a_whole_mail(make_message, fields):
    assert not read(make_message(**fields)).is_multipart()


def test_inline_pictures_need_no_plain_text_beside_them(make_message):
    picture = Attachment(filename="logo.png", content=b"png", media_type="image/png", inline=True)
    assert read(make_message(text=None, attachments=(picture,))).get_content_type() == "multipart/related"


@pytest.mark.parametrize(
    "fields",
    [
        {"text": None, "html": None},
        {"headers": {"Subject": "x"}},
        {"headers": {"": "x"}},
        {"attachments": (Attachment(filename="a", content=b"1"), Attachment(filename="a", content=b"2"))},
    ],
)
def test_what_no_transport_may_send_is_refused(make_message, fields):
    with pytest.raises(InvalidInputError):
        to_mime(make_message(**fields))
