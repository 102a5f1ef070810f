import json
from email import message_from_bytes, policy

import httpx
import pytest

from ace_integrations.core import Headers
from ace_integrations.errors import InvalidRequestError, SignatureError, StaleSignatureError
from ace_integrations.mail import Attachment
from ace_integrations.mail.mailgun import (
    MailgunSettings,
    MailgunSignature,
    NewSuppression,
    SuppressionKind,
    WebhookType,
)
from ace_integrations.mail.mailgun.sandbox import FRAME_POLICY
from ace_integrations.mail.mailgun.sandbox.post import PARENT_KEY, RETRIES_S
from ace_integrations.mail.mailgun.sandbox.state import MAGIC, course, fill_template

SIGNING_KEY = MailgunSettings.sandbox_values["webhook_signing_key"][0].get_secret_value()


def types(mailgun):
    return [event.type for event in mailgun.list_events(ascending=True).items]


def post(ace_sandbox, **options):
    url = f"{ace_sandbox.url}/mailgun/v3/sandbox.example.com/messages"
    return httpx.post(url, auth=("api", "sandbox-mailgun-api-key"), **options)


def token_headers(ace_sandbox):
    return {"x-sandbox-token": ace_sandbox.sandbox.token}


@pytest.mark.parametrize(
    ("address", "seconds", "expected"),
    [
        ("lina@example.com", 5, ["accepted", "delivered"]),
        ("hardbounce@example.com", 5, ["accepted", "permanent_fail"]),
        ("hardbounce+tag@example.com", 5, ["accepted", "permanent_fail"]),
        ("block@example.com", 5, ["accepted", "permanent_fail"]),
        ("softbounce@example.com", 1300, ["accepted", "temporary_fail", "temporary_fail", "delivered"]),
        ("greylist@example.com", 700, ["accepted", "temporary_fail", "delivered"]),
        ("expired@example.com", 2000, ["accepted", *["temporary_fail"] * 3, "permanent_fail"]),
        ("latebounce@example.com", 4000, ["accepted", "delivered", "permanent_fail"]),
        ("complain@example.com", 60, ["accepted", "delivered", "complained"]),
        ("unsubscribe@example.com", 60, ["accepted", "delivered", "unsubscribed"]),
        ("open@example.com", 60, ["accepted", "delivered", "opened"]),
        ("click@example.com", 60, ["accepted", "delivered", "clicked"]),
        ("bot@example.com", 60, ["accepted", "delivered", "opened"]),
        ("reject@example.com", 5, ["rejected"]),
    ],
)
def test_each_magic_address_has_its_course(mailgun, make_message, ace_sandbox, address, seconds, expected):
    mailgun.send(make_message(address))
    ace_sandbox.control.advance(seconds)
    assert types(mailgun) == expected


def test_every_magic_name_has_a_course_of_its_own():
    assert all(course(f"{name}@example.com") != course("lina@example.com") for name in MAGIC)


@pytest.mark.parametrize(
    ("kind", "code", "reason"),
    [
        (SuppressionKind.BOUNCES, 605, "suppress-bounce"),
        (SuppressionKind.UNSUBSCRIBES, 606, "suppress-unsubscribe"),
        (SuppressionKind.COMPLAINTS, 607, "suppress-complaint"),
    ],
)
def test_the_lists_really_suppress(mailgun, make_message, kind, code, reason):
    mailgun.add_suppressions(kind, [NewSuppression(address="lina@example.com")])
    mailgun.send(make_message())
    failed, accepted = mailgun.list_events().items
    assert (accepted.type, failed.reason, failed.delivery_status.code) == ("accepted", reason, code)


def test_a_scheduled_mail_waits_for_its_time(mailgun, make_message, ace_sandbox):
    from datetime import UTC, datetime

    later = datetime.fromtimestamp(ace_sandbox.control.now() + 3600, UTC)
    mailgun.send(make_message(send_at=later))
    ace_sandbox.control.advance(3000)
    assert types(mailgun) == ["accepted"]
    ace_sandbox.control.advance(700)
    assert types(mailgun) == ["accepted", "delivered"]
    with pytest.raises(InvalidRequestError):
        mailgun.send(make_message(send_at=datetime.fromtimestamp(ace_sandbox.control.now() + 8 * 86400, UTC)))


def test_test_mode_gives_events_and_stays_out_of_the_console(mailgun, make_message, ace_sandbox):
    mailgun.send(make_message("hardbounce@example.com", test=True))
    ace_sandbox.control.advance(5)
    assert types(mailgun) == ["accepted", "delivered"]
    assert mailgun.list_events().items[0].is_test
    assert ace_sandbox.sandbox.twins["mailgun"].items() == []


@pytest.mark.parametrize(
    ("fields", "status", "text"),
    [
        ({"to": "a@example.com", "text": "x"}, 400, "from parameter is missing"),
        ({"from": "a@example.com", "text": "x"}, 400, "to parameter is missing"),
        ({"from": "a@example.com", "to": "nobody", "text": "x"}, 400, "to parameter is not a valid address"),
        ({"from": "a@example.com", "to": "a@example.com"}, 400, "Need at least one of 'text'"),
        ({"from": "a@example.com", "to": "a@example.com", "text": "x", "v:a": "x" * 17000}, 400, "16KB"),
        ({"from": "a@example.com", "to": "a@example.com", "text": "x", "recipient-variables": "x"}, 400, "JSON"),
        ({"from": "a@example.com", "to": "a@example.com", "html": "x", "template": "t"}, 400, "template"),
        ({"from": "a@example.com", "to": "a@example.com", "text": "x", "o:deliverytime": "soon"}, 400, "deliverytime"),
    ],
)
def test_bad_input_gets_the_services_own_words(ace_sandbox, fields, status, text):
    answer = post(ace_sandbox, data=fields)
    assert answer.status_code == status
    assert text in answer.json()["message"]


@pytest.mark.parametrize("to", ["a@example.com, B <b@example.com>", ["a@example.com", "B <b@example.com>"]])
def test_recipients_may_be_joined_or_repeated_and_without_variables_all_are_shown(ace_sandbox, to):
    answer = post(ace_sandbox, data={"from": "n@sandbox.example.com", "to": to, "subject": "s", "text": "x"})
    assert answer.json()["message"] == "Queued. Thank you."
    mails = ace_sandbox.control.get("mailgun/inbox")["mails"]
    assert [mail["to"] for mail in mails] == [["a@example.com", "b@example.com"]] * 2


def test_a_stored_template_is_filled_and_escaped(mailgun, ace_sandbox):
    base = f"{ace_sandbox.url}/mailgun/v3/sandbox.example.com/templates"
    auth = ("api", "sandbox-mailgun-api-key")
    httpx.post(base, auth=auth, data={"name": "hello", "template": "<p>{{name}}</p>"})
    fields = {"from": "n@sandbox.example.com", "to": "a@example.com", "subject": "s", "template": "hello"}
    post(ace_sandbox, data={**fields, "t:variables": json.dumps({"name": "<b>"})})
    assert ace_sandbox.control.get("mailgun/inbox/1")["html"] == "<p>&lt;b&gt;</p>"
    assert httpx.get(f"{base}/hello", auth=auth).json()["template"]["name"] == "hello"
    assert fill_template("{{ a }}{{b}}", {"a": 1}) == "1"


def test_the_mail_is_real_mime(mailgun, make_message, ace_sandbox):
    files = (Attachment(filename="سيرة.pdf", content=b"%PDF", media_type="application/pdf"),)
    mailgun.send(make_message(attachments=files, tags=("welcome",)))
    raw = httpx.get(f"{ace_sandbox.url}/_sandbox/mailgun/inbox/1.eml", headers=token_headers(ace_sandbox))
    assert b"Subject: =?utf-8?" in raw.content
    mime = message_from_bytes(raw.content, policy=policy.default)
    assert (mime["Subject"], mime["X-Mailgun-Tag"]) == ("أهلًا | Welcome", "welcome")
    assert mime.get_body(("plain",)).get_content().split() == ["أهلًا", "-----", "Welcome"]
    assert [part.get_filename() for part in mime.iter_attachments()] == ["سيرة.pdf"]


def test_the_page_of_a_mail_loads_nothing_and_runs_nothing(mailgun, make_message, ace_sandbox):
    picture = Attachment(filename="logo.png", content=b"png", media_type="image/png", inline=True)
    mailgun.send(make_message(html='<img src="cid:logo.png"><p>أهلًا</p>', attachments=(picture,)))
    detail = ace_sandbox.sandbox.twins["mailgun"].detail("1")
    page = httpx.get(detail.frame)
    assert page.headers["content-security-policy"] == FRAME_POLICY
    assert 'src="data:image/png;base64,cG5n"' in page.text
    assert "allow-scripts" not in FRAME_POLICY


def test_the_console_gets_rows_and_a_whole_mail(mailgun, make_message, ace_sandbox):
    mailgun.send(make_message("a@example.com"))
    mailgun.send(make_message("b@example.com", tags=("welcome",)))
    twin = ace_sandbox.sandbox.twins["mailgun"]
    newest, oldest = twin.items()
    assert (newest.subtitle, oldest.subtitle, newest.unread) == ("b@example.com", "a@example.com", True)
    detail = twin.detail(newest.id)
    assert dict(detail.facts)["Tags"] == "welcome"
    assert [step.word for step in detail.steps] == ["Queued", "Accepted"]
    assert {action.label for action in detail.actions} >= {"Bounce", "Complain", "Open", "Click", "Deliver"}
    assert not twin.items()[0].unread
    assert twin.detail("99") is None
    assert twin.detail("x") is None


def test_the_inbox_is_searched_read_and_emptied(mailgun, make_message, ace_sandbox):
    mailgun.send(make_message("a@example.com", html='<a href="https://app.example.com/x">x</a>'))
    mailgun.send(make_message("b@example.com", tags=("welcome",)))
    control = ace_sandbox.control
    assert [m["recipient"] for m in control.get("mailgun/inbox", to="a@example.com")["mails"]] == ["a@example.com"]
    assert [m["recipient"] for m in control.get("mailgun/inbox", tag="welcome")["mails"]] == ["b@example.com"]
    assert control.get("mailgun/inbox", since=control.now() + 9)["mails"] == []
    assert control.get("mailgun/inbox/1")["links"] == ["https://app.example.com/x"]
    httpx.delete(f"{ace_sandbox.url}/_sandbox/mailgun/inbox", headers=token_headers(ace_sandbox))
    assert control.get("mailgun/inbox")["mails"] == []


def test_a_button_sends_a_signed_webhook(mailgun, make_message, ace_sandbox, platform):
    ace_sandbox.control.send_webhooks_to(mailgun=platform.url)
    mailgun.send(make_message("lina@example.com"))
    platform.next()
    ace_sandbox.control.post("mailgun/inbox/1/complain")
    headers, body = platform.next()
    MailgunSignature().verify(Headers(headers), body, secrets=[SIGNING_KEY], now=int(ace_sandbox.control.now()))
    assert json.loads(body)["event-data"]["event"] == "complained"
    assert mailgun.list_suppressions(SuppressionKind.COMPLAINTS).items[0].address == "lina@example.com"


@pytest.mark.parametrize(("signing", "error"), [("wrong_key", SignatureError), ("stale", StaleSignatureError)])
def test_a_bad_signature_can_be_asked_for(mailgun, make_message, ace_sandbox, platform, signing, error):
    mailgun.send(make_message())
    ace_sandbox.control.send_webhooks_to(mailgun=platform.url)
    ace_sandbox.control.post("mailgun/inbox/1/events", event="opened", signing=signing)
    headers, body = platform.next()
    with pytest.raises(error):
        MailgunSignature().verify(Headers(headers), body, secrets=[SIGNING_KEY], now=int(ace_sandbox.control.now()))


def test_a_subaccounts_delivery_is_signed_by_the_parent_too(mailgun, make_message, ace_sandbox, platform):
    mailgun.send(make_message())
    ace_sandbox.control.send_webhooks_to(mailgun=platform.url)
    ace_sandbox.control.post("mailgun/inbox/1/events", event="failed", severity="temporary", signing="parent")
    headers, body = platform.next()
    MailgunSignature().verify(Headers(headers), body, secrets=[PARENT_KEY], now=int(ace_sandbox.control.now()))


def test_a_failed_delivery_is_retried_on_the_schedule_with_the_same_token(mailgun, make_message, ace_sandbox, platform):
    platform.statuses[:] = [503] * len(RETRIES_S)
    mailgun.create_webhook(WebhookType.ACCEPTED, urls=[platform.url])
    mailgun.send(make_message())
    bodies = [platform.next()[1]]
    for pause in RETRIES_S:
        ace_sandbox.control.advance(pause + 5)
        bodies.append(platform.next()[1])
    assert len(set(bodies)) == 1
    assert ace_sandbox.control.deliveries("mailgun")[0]["state"] == "delivered"


@pytest.mark.parametrize(("kind", "status"), [(WebhookType.ACCEPTED, 406), (WebhookType.DELIVERED, 503)])
def test_406_ends_the_retries_and_a_delivery_notice_has_none(
    mailgun, make_message, ace_sandbox, platform, kind, status
):
    platform.statuses[:] = [status]
    mailgun.create_webhook(kind, urls=[platform.url])
    mailgun.send(make_message())
    ace_sandbox.control.advance(5)
    platform.next()
    ace_sandbox.control.advance(86400)
    assert platform.deliveries.empty()


def test_webhooks_of_the_domain_take_the_place_of_the_default_target(mailgun, make_message, ace_sandbox, platform):
    ace_sandbox.control.send_webhooks_to(mailgun="http://127.0.0.1:9/nowhere")
    mailgun.create_webhook(WebhookType.OPENED, urls=[platform.url, "https://app.example.com/x"])
    mailgun.send(make_message())
    ace_sandbox.control.post("mailgun/inbox/1/open")
    assert json.loads(platform.next()[1])["event-data"]["event"] == "opened"
    assert len(ace_sandbox.control.deliveries("mailgun")) == 1


def test_webhooks_of_the_later_generations(ace_sandbox):
    base, auth = f"{ace_sandbox.url}/mailgun", ("api", "sandbox-mailgun-api-key")
    many = {"url": "https://app.example.com/x", "event_types": ["opened", "clicked"]}
    set_ = httpx.post(f"{base}/v4/domains/sandbox.example.com/webhooks", auth=auth, data=many).json()
    assert set_["webhooks"]["opened"] == {"urls": ["https://app.example.com/x"]}
    removed = httpx.delete(
        f"{base}/v4/domains/sandbox.example.com/webhooks", auth=auth, params={"url": "https://app.example.com/x"}
    )
    assert removed.json()["webhooks"]["opened"] is None
    made = httpx.post(f"{base}/v1/webhooks", auth=auth, data={**many, "description": "d"}).json()["webhook_id"]
    assert httpx.get(f"{base}/v1/webhooks/{made}", auth=auth).json()["event_types"] == ["opened", "clicked"]
    assert httpx.delete(f"{base}/v1/webhooks/{made}", auth=auth).status_code == 204
    assert httpx.get(f"{base}/v1/webhooks/{made}", auth=auth).status_code == 404


def test_the_services_own_unsubscribe_link_asks_first_and_then_suppresses(mailgun, make_message, ace_sandbox):
    mailgun.send(make_message(html='<a href="%unsubscribe_url%">stop</a>'))
    (link,) = ace_sandbox.control.get("mailgun/inbox/1")["links"]
    assert "<form" in httpx.get(link).text
    assert mailgun.list_suppressions(SuppressionKind.UNSUBSCRIBES).items == ()
    httpx.post(link)
    assert mailgun.list_suppressions(SuppressionKind.UNSUBSCRIBES).items[0].tags == ("*",)
    assert httpx.get(f"{link}x").status_code == 404


def test_unknown_controls_are_refused(ace_sandbox):
    headers = token_headers(ace_sandbox)
    base = f"{ace_sandbox.url}/_sandbox/mailgun/inbox/99"
    assert httpx.get(base, headers=headers).status_code == 404
    assert httpx.get(f"{base}.eml", headers=headers).status_code == 404
    assert httpx.post(f"{base}/bounce", headers=headers, json={}).status_code == 404
    assert httpx.post(f"{base}/events", headers=headers, json={"event": "x"}).status_code == 404
    assert httpx.get(f"{ace_sandbox.url}/mailgun/inbox/99/html").status_code == 404
