import json
from datetime import UTC, datetime, timedelta

import pytest

from ace_integrations.errors import InvalidInputError
from ace_integrations.mail import Address, Attachment, Batch, PerRecipient, Recipient
from ace_integrations.mail.batch import split
from ace_integrations.mail.mailgun import MailgunSettings, SendOptions
from ace_integrations.mail.mailgun.form import batch_form, message_form

SETTINGS = MailgunSettings(**MailgunSettings.sandbox_values)


def make_batch(*recipients, **fields):
    whole = {"sender": Address(email="no-reply@sandbox.example.com"), "subject": "s", "text": "t", **fields}
    return Batch(recipients=recipients, **whole)


def test_a_mail_becomes_the_fields_of_the_service_in_plain_utf8(make_message):
    message = make_message(
        cc=(Address(email="cc@example.com"),),
        reply_to=Address(email="help@example.com", name="Help, please"),
        tags=("welcome",),
        metadata={"user": "17"},
        headers={"X-Own": "1"},
        send_at=datetime(2026, 11, 26, 9, tzinfo=UTC),
        test=True,
        mail_id="mail-71",
    )
    assert message_form(message, SETTINGS).fields == {
        "from": "منصة <no-reply@sandbox.example.com>",
        "to": ["lina@example.com"],
        "cc": ["cc@example.com"],
        "subject": "أهلًا | Welcome",
        "text": "أهلًا\n-----\nWelcome",
        "html": "<p>أهلًا Welcome</p>",
        "o:tag": ["welcome"],
        "o:tracking": "no",
        "v:user": "17",
        "v:mail_id": "mail-71",
        "o:testmode": "yes",
        "o:deliverytime": "Thu, 26 Nov 2026 09:00:00 +0000",
        "h:Message-Id": "<mail-71@sandbox.example.com>",
        "h:Reply-To": '"Help, please" <help@example.com>',
        "h:X-Own": "1",
    }


def test_a_users_text_is_never_filled_in_like_a_place_of_a_batch(make_message):
    fields = message_form(make_message(subject="%recipient.x%", text="50% %recipient%", html="a"), SETTINGS).fields
    assert fields["subject"] == "%\u200brecipient.x%"
    assert fields["text"] == "50% %\u200brecipient%"


def test_attachments_keep_their_names_and_inline_ones_their_kind(make_message):
    files = (
        Attachment(filename="سيرة.pdf", content=b"1", media_type="application/pdf"),
        Attachment(filename="logo.png", content=b"2", media_type="image/png", inline=True),
    )
    assert message_form(make_message(attachments=files), SETTINGS).files == (
        ("attachment", ("سيرة.pdf", b"1", "application/pdf")),
        ("inline", ("logo.png", b"2", "image/png")),
    )


def test_a_stored_template_takes_the_place_of_the_html(make_message):
    options = SendOptions(template="welcome", template_version="v2", template_variables={"name": "لينا"})
    fields = message_form(make_message(html=None, text=None), SETTINGS, options).fields
    assert (fields["template"], fields["t:version"], fields["t:variables"]) == ("welcome", "v2", '{"name":"لينا"}')
    with pytest.raises(InvalidInputError, match="template"):
        message_form(make_message(), SETTINGS, options)


def test_options_are_written_as_the_service_reads_them(make_message):
    options = SendOptions(tracking="htmlonly", require_tls=True, deliver_within=timedelta(minutes=90))
    fields = message_form(make_message(), SETTINGS, options).fields
    assert (fields["o:tracking"], fields["o:require-tls"], fields["o:deliver-within"]) == ("htmlonly", "yes", "1h30m")


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"tags": ("a", "b", "c", "d")}, "tags"),
        ({"tags": ("with space",)}, "tags"),
        ({"tags": ("ترحيب",)}, "tags"),
        ({"text": None, "html": None}, "text"),
        ({"headers": {"Bcc": "x@example.com"}}, "headers"),
        ({"headers": {"Bad Name": "x"}}, "headers"),
        ({"metadata": {"bad name": "x"}}, "metadata"),
        ({"metadata": {"long": "x" * 17_000}}, "metadata"),
        ({"to": tuple(Address(email=f"a{n}@example.com") for n in range(1001))}, "to"),
        ({"attachments": (Attachment(filename="a", content=b"x" * (18 * 1024 * 1024 + 1)),)}, "attachments"),
    ],
)
def test_what_the_service_would_refuse_is_refused_before_it_is_sent(make_message, fields, what):
    with pytest.raises(InvalidInputError) as refused:
        message_form(make_message(**fields), SETTINGS)
    assert refused.value.field == what


def test_a_batch_gives_variables_for_every_address():
    batch = make_batch(
        Recipient(email="a@example.com", variables={"name": "لينا"}),
        Recipient(email="b@example.com"),
        text=f"Hello {PerRecipient('name')}",
    )
    (part,), refused = split(batch)
    fields = batch_form(batch, part, SETTINGS).fields
    assert refused == []
    assert fields["to"] == ["a@example.com", "b@example.com"]
    assert json.loads(fields["recipient-variables"]) == {
        "a@example.com": {"name": "لينا"},
        "b@example.com": {"name": ""},
    }
    assert "cc" not in fields
    assert "bcc" not in fields


def test_a_batch_without_any_variables_still_names_every_address():
    batch = make_batch(Recipient(email="a@example.com"), Recipient(email="b@example.com"))
    (part,), _ = split(batch)
    fields = batch_form(batch, part, SETTINGS).fields
    assert json.loads(fields["recipient-variables"]) == {"a@example.com": {}, "b@example.com": {}}


def test_html_gets_the_escaped_spelling_of_a_value():
    name = PerRecipient("name")
    batch = make_batch(
        Recipient(email="a@example.com", variables={"name": "<b>&"}), text=f"{name}", html=f"<p>{name}</p>"
    )
    (part,), _ = split(batch)
    fields = batch_form(batch, part, SETTINGS).fields
    assert fields["html"] == "<p>%recipient.name_html%</p>"
    assert json.loads(fields["recipient-variables"])["a@example.com"] == {
        "name": "<b>&",
        "name_html": "&lt;b&gt;&amp;",
    }
