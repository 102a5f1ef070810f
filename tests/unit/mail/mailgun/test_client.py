from datetime import UTC, datetime, timedelta

import pytest

from ace_integrations import AsyncAce, Settings
from ace_integrations.core import Headers, Reply
from ace_integrations.errors import (
    AuthenticationError,
    InvalidInputError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitedError,
    UnexpectedReplyError,
)
from ace_integrations.mail import (
    Address,
    AsyncMailgun,
    Batch,
    DeliveryStatus,
    Mailgun,
    PerRecipient,
    Recipient,
    to_mime,
)
from ace_integrations.mail.mailgun import MailgunSettings, NewSuppression, SuppressionKind, WebhookType
from ace_integrations.mail.mailgun.service import read_problem

SENDER = Address(email="no-reply@sandbox.example.com")


def calls(ace_sandbox, operation="send_message"):
    return ace_sandbox.control.journal(provider="mailgun", operation=operation)


def refused(status, body, media_type="application/json"):
    return read_problem(Reply(status, Headers({"content-type": media_type}), body))


def test_a_mail_is_posted_with_basic_auth_and_the_key_stays_out_of_the_journal(mailgun, make_message, ace_sandbox):
    sent = mailgun.send(make_message(mail_id="mail-1"))
    assert (sent.transport, sent.message_id, sent.mail_id) == ("mailgun", "mail-1@sandbox.example.com", "mail-1")
    (call,) = calls(ace_sandbox)
    assert (call["method"], call["path"]) == ("POST", "/v3/sandbox.example.com/messages")
    assert call["request_headers"]["authorization"] == "[redacted]"


async def test_both_colours_send_the_same_mail(ace_sandbox, make_message, mailgun):
    mailgun.send(make_message(mail_id="mail-1"))
    async with AsyncAce(Settings(sandbox=True, sandbox_url=ace_sandbox.url)) as ace:
        await ace.client(AsyncMailgun).send(make_message(mail_id="mail-1"))
    first, second = calls(ace_sandbox)
    assert first["request_body"] == second["request_body"]


def test_a_dry_run_checks_the_mail_and_sends_nothing(mailgun, make_message, ace_sandbox):
    sent = mailgun.send(make_message(mail_id="mail-1"), dry_run=True)
    assert (sent.dry_run, sent.mail_id, calls(ace_sandbox)) == (True, "mail-1", [])
    with pytest.raises(InvalidInputError):
        mailgun.send(make_message(tags=("no good",)), dry_run=True)


def test_mime_of_ones_own_goes_to_its_own_path(mailgun, make_message, ace_sandbox):
    message = make_message(mail_id="mail-9", tags=("welcome",))
    sent = mailgun.send_mime(to_mime(message), to=message.to, draft=message)
    assert sent.message_id == "mail-9@sandbox.example.com"
    (mail,) = ace_sandbox.control.get("mailgun/inbox")["mails"]
    assert (mail["subject"], mail["tags"]) == ("أهلًا | Welcome", ["welcome"])


@pytest.mark.parametrize(
    ("address", "error", "times"),
    [
        ("http429@example.com", RateLimitedError, 3),
        ("http500@example.com", OutcomeUnknownError, 1),
        ("http500-sent@example.com", OutcomeUnknownError, 1),
        ("drop@example.com", OutcomeUnknownError, 1),
    ],
)
def test_only_what_surely_was_not_taken_is_sent_again(mailgun, make_message, ace_sandbox, address, error, times):
    with pytest.raises(error):
        mailgun.send(make_message(address))
    assert len(calls(ace_sandbox)) == times


def test_no_answer_in_time_leaves_the_outcome_unknown(mailgun, make_message, ace_sandbox):
    with pytest.raises(OutcomeUnknownError):
        mailgun.with_options(timeout=0.3).send(make_message("timeout@example.com"))
    assert ace_sandbox.control.get("mailgun/inbox")["mails"] == []


def test_a_mail_whose_outcome_is_unknown_is_found_by_its_own_id(ace, mailgun, make_message):
    lost, never = make_message("http500-sent@example.com"), make_message("http500@example.com")
    for message in (lost, never):
        with pytest.raises(OutcomeUnknownError):
            mailgun.send(message)
    assert ace.mail.find(lost).sent.message_id == lost.message_id
    assert ace.mail.find(never).can_tell
    assert ace.mail.find(never).sent is None


def test_finding_a_mail_reads_on_through_the_pages(mailgun, make_message, ace_sandbox):
    first = make_message("lina@example.com")
    for message in (first, *(make_message("lina@example.com") for _ in range(160))):
        mailgun.send(message)
    ace_sandbox.control.advance(5)
    assert mailgun.find_message(mail_id=first.mail_id, recipient="lina@example.com")


def test_a_mail_is_found_among_the_newest_of_somebody_who_gets_many(mailgun, make_message, ace_sandbox, monkeypatch):
    monkeypatch.setattr("ace_integrations.mail.mailgun.client.MOST_PAGES", 0)
    last = make_message("lina@example.com")
    for message in (*(make_message("lina@example.com") for _ in range(160)), last):
        mailgun.send(message)
    ace_sandbox.control.advance(5)
    assert mailgun.find_message(mail_id=last.mail_id, recipient="lina@example.com")


def test_a_mail_is_found_after_its_senders_were_away_for_days(ace, mailgun, make_message, ace_sandbox):
    message = make_message("lina@example.com")
    mailgun.send(message)
    for _, event in ace_sandbox.sandbox.twins["mailgun"]._post.events:
        event["timestamp"] -= 3 * 24 * 3600
    assert ace.mail.find(message).sent is not None


def test_events_are_paged_to_their_end(mailgun, make_message, ace_sandbox):
    for number in range(3):
        mailgun.send(make_message(f"a{number}@example.com"))
    page = mailgun.list_events(ascending=True, limit=2)
    following = mailgun.list_events(page=page.next_page)
    end = mailgun.list_events(page=following.next_page)
    assert [event.recipient for event in (*page.items, *following.items)] == [f"a{n}@example.com" for n in range(3)]
    assert (end.items, end.next_page) == ((), None)


def test_events_are_filtered(mailgun, make_message, ace_sandbox):
    mailgun.send(make_message("hardbounce@example.com", tags=("welcome",)))
    sent = mailgun.send(make_message("lina@example.com"))
    ace_sandbox.control.advance(5)
    assert [e.recipient for e in mailgun.list_events(event="failed").items] == ["hardbounce@example.com"]
    assert {e.type for e in mailgun.list_events(message_id=sent.message_id).items} == {"accepted", "delivered"}
    assert {e.recipient for e in mailgun.list_events(tags="welcome").items} == {"hardbounce@example.com"}
    assert mailgun.list_events(severity="temporary").items == ()


def test_logs_tell_the_same_in_their_own_shape(mailgun, make_message, ace_sandbox):
    mailgun.send(make_message("a1@example.com"))
    mailgun.send(make_message("a2@example.com"))
    now = datetime.fromtimestamp(ace_sandbox.control.now(), UTC)
    span = {"start": now - timedelta(hours=1), "end": now + timedelta(hours=1)}
    page = mailgun.search_logs(**span, events=["accepted"], limit=1)
    following = mailgun.search_logs(**span, events=["accepted"], limit=1, page=page.next_page)
    assert [page.items[0].recipient, following.items[0].recipient] == ["a1@example.com", "a2@example.com"]
    assert page.pagination.total == 2
    assert [item.recipient for item in mailgun.search_logs(**span, filters={"recipient": "a2@example.com"}).items] == [
        "a2@example.com"
    ]


def test_a_stored_mail_is_read_back(mailgun, make_message):
    mailgun.send(make_message(subject="أهلًا | Hi"))
    key = mailgun.list_events().items[0].storage.key
    stored = mailgun.get_stored_message(storage_key=key)
    assert (stored.subject, stored.to, stored.text) == ("أهلًا | Hi", "lina@example.com", "أهلًا\n-----\nWelcome")
    with pytest.raises(NotFoundError):
        mailgun.get_stored_message(storage_key="gone")


@pytest.mark.parametrize("kind", [SuppressionKind.BOUNCES, SuppressionKind.COMPLAINTS, SuppressionKind.UNSUBSCRIBES])
def test_a_suppression_list_is_written_read_and_cleared(mailgun, kind):
    mailgun.add_suppressions(kind, [NewSuppression(address=f"a+{n}@example.com") for n in range(3)])
    first = mailgun.list_suppressions(kind, limit=2)
    second = mailgun.list_suppressions(kind, limit=2, after=first.next_page)
    assert [entry.address for entry in (*first.items, *second.items)] == [f"a+{n}@example.com" for n in range(3)]
    assert mailgun.list_suppressions(kind, after=second.next_page).next_page is None
    assert mailgun.get_suppression(kind, address="a+1@example.com").address == "a+1@example.com"
    mailgun.remove_suppression(kind, address="a+1@example.com")
    with pytest.raises(NotFoundError):
        mailgun.get_suppression(kind, address="a+1@example.com")
    with pytest.raises(NotFoundError):
        mailgun.remove_suppression(kind, address="a+1@example.com")


def test_an_address_on_the_allowlist_never_gets_onto_the_bounce_list(mailgun, make_message, ace_sandbox):
    allow = SuppressionKind.ALLOWLIST
    mailgun.add_suppressions(allow, [NewSuppression(address="hardbounce@example.com")])
    assert mailgun.get_suppression(allow, address="hardbounce@example.com").value == "hardbounce@example.com"
    mailgun.send(make_message("hardbounce@example.com"))
    ace_sandbox.control.advance(5)
    assert mailgun.list_suppressions(SuppressionKind.BOUNCES).items == ()
    mailgun.remove_suppression(allow, address="hardbounce@example.com")
    with pytest.raises(InvalidInputError):
        mailgun.add_suppressions(allow, [])


def test_webhooks_are_set_changed_and_removed(mailgun):
    urls = ["https://app.example.com/api/mailgun/webhook"]
    mailgun.create_webhook(WebhookType.DELIVERED, urls=urls)
    assert mailgun.list_webhooks().urls(WebhookType.DELIVERED) == tuple(urls)
    assert mailgun.list_webhooks().urls(WebhookType.OPENED) == ()
    with pytest.raises(InvalidRequestError):
        mailgun.create_webhook(WebhookType.DELIVERED, urls=urls)
    mailgun.update_webhook(WebhookType.DELIVERED, urls=[*urls, "https://other.example.com/"])
    assert len(mailgun.list_webhooks().urls(WebhookType.DELIVERED)) == 2
    mailgun.delete_webhook(WebhookType.DELIVERED)
    with pytest.raises(NotFoundError):
        mailgun.update_webhook(WebhookType.DELIVERED, urls=urls)


def test_the_domain_is_read_as_a_harmless_proof_of_the_keys(mailgun):
    domain = mailgun.get_domain()
    assert (domain.domain.name, domain.is_ready) == ("sandbox.example.com", True)
    assert domain.sending_dns_records[0].record_type == "TXT"


def test_a_wrong_key_is_an_authentication_error_that_names_the_settings(ace_sandbox, make_message):
    settings = MailgunSettings(domain="sandbox.example.com", api_key="wrong", base_url=f"{ace_sandbox.url}/mailgun")
    with Mailgun(settings) as client, pytest.raises(AuthenticationError, match="MAILGUN_SECRET") as refused_send:
        client.send(make_message())
    assert "wrong" not in str(refused_send.value).replace("wrong region", "")


def test_a_sending_key_may_send_and_look_at_nothing(ace_sandbox, make_message):
    ace_sandbox.control.post("mailgun/keys", key="sending-key-example", domain="sandbox.example.com")
    settings = MailgunSettings(
        domain="sandbox.example.com", api_key="sending-key-example", base_url=f"{ace_sandbox.url}/mailgun"
    )
    with Mailgun(settings) as client:
        assert client.send(make_message()).message_id
        with pytest.raises(AuthenticationError):
            client.get_domain()


@pytest.mark.parametrize(
    ("status", "body", "kind", "text"),
    [
        (401, b"Forbidden", AuthenticationError, "MAILGUN_REGION"),
        (401, b'{"message":"Invalid private key"}', AuthenticationError, "Invalid private key"),
        (404, b'{"message":"Domain not found: x"}', NotFoundError, "MAILGUN_REGION"),
        (404, b'{"Description":"Webhook not found"}', NotFoundError, "Webhook not found"),
        (400, b'{"Reason":"https://x.test/ is not a valid url"}', None, "not a valid url"),
        (400, b'{"Field":"url"}', None, "url"),
        (402, b"", InvalidRequestError, "402"),
        (403, b'{"message":"Domain x is not allowed to send: Sandbox subdomains ..."}', PermissionDeniedError, "x"),
        (400, b'{"message":"Domain x is not allowed to send: Sandbox subdomains ..."}', PermissionDeniedError, "x"),
        (400, b"[1]", None, "[1]"),
    ],
)
def test_each_error_body_is_read(status, body, kind, text):
    problem = refused(status, body)
    assert problem.kind is kind
    assert text in problem.message


@pytest.mark.parametrize("status", [429, 420])
def test_the_wait_is_read_from_the_text(status):
    body = b'{"message":"Domain x is not allowed to send: limit exceeded, try again after 120 seconds"}'
    problem = refused(status, body)
    assert problem.retry_after == 120
    assert problem.kind in (None, RateLimitedError)


def test_the_greeting_of_an_unknown_path_is_no_success(mailgun):
    settings = mailgun.settings.model_copy(update={"base_url": f"{mailgun.settings.base_url}/wrong"})
    with Mailgun(settings) as client, pytest.raises(UnexpectedReplyError):
        client.get_domain()
    reply = mailgun.request("GET", "/v9/nowhere")
    assert (reply.status, reply.body) == (200, b"Mailgun Magnificent API")


def test_a_later_part_that_fails_is_reported_beside_those_that_were_taken(mailgun, ace_sandbox):
    recipients = [Recipient(email=f"a{n}@example.com") for n in range(1000)]
    recipients.append(Recipient(email="http500@example.com"))
    batch = Batch(sender=SENDER, subject="s", text="t", recipients=tuple(recipients))
    result = mailgun.send_batch(batch)
    assert (len(result.sent), len(result.accepted)) == (1, 1000)
    assert (result.unknown, result.error) == (("http500@example.com",), "OutcomeUnknownError")


def test_a_first_part_that_fails_raises(mailgun):
    batch = Batch(sender=SENDER, subject="s", text="t", recipients=(Recipient(email="http500@example.com"),))
    with pytest.raises(OutcomeUnknownError):
        mailgun.send_batch(batch)


def test_each_reader_of_a_batch_sees_their_own_values(mailgun, ace_sandbox):
    batch = Batch(
        sender=SENDER,
        subject=f"Hello {PerRecipient('name')}",
        html=f"<p>{PerRecipient('name')}</p>",
        recipients=(
            Recipient(email="a@example.com", variables={"name": "<i>Lina</i>"}),
            Recipient(email="b@example.com"),
        ),
    )
    mailgun.send_batch(batch)
    second, first = ace_sandbox.control.get("mailgun/inbox")["mails"]
    assert (first["to"], first["subject"]) == (["a@example.com"], "Hello <i>Lina</i>")
    assert (second["to"], second["subject"]) == (["b@example.com"], "Hello ")
    whole = ace_sandbox.control.get(f"mailgun/inbox/{first['id']}")
    assert whole["html"] == "<p>&lt;i&gt;Lina&lt;/i&gt;</p>"


def test_a_bounce_is_noted_refused_and_reactivated(ace, make_message, platform, ace_sandbox):
    ace_sandbox.control.send_webhooks_to(mailgun=platform.url)
    handled = []

    @ace.webhooks.on(object)
    def note(event, transaction):
        handled.append(event.type)
        ace.mail.note(event.meaning)

    ace.mail.send(make_message("hardbounce@example.com"))
    ace_sandbox.control.advance(5)
    for _ in range(2):
        assert ace.webhooks.receive("mailgun", *platform.next()).status == 200
    assert sorted(handled) == ["accepted", "permanent_fail"]
    with pytest.raises(InvalidInputError, match="bounced"):
        ace.mail.send(make_message("HardBounce@example.com"))
    ace.mail.reactivate(email="hardbounce@example.com")
    assert ace.mail.send(make_message("hardbounce@example.com")).suppressed == ()
    assert ace.client(Mailgun).list_events(event="accepted").items[0].status is DeliveryStatus.ACCEPTED
