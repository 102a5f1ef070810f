"""Every operation of every provider with arguments that work on the twins: what the suite walks.

A test fails when an operation is missing here, so a new one is walked from its first day.
"""

from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from pydantic import SecretStr

from ace_integrations.core import Headers
from ace_integrations.core.call import operation
from ace_integrations.core.stream import streaming
from ace_integrations.didit import AsyncDidit, Didit
from ace_integrations.gemini import AsyncGemini, Gemini
from ace_integrations.jsearch import AsyncJSearch, JSearch
from ace_integrations.mail import Address, Message
from ace_integrations.mail.batch import Batch, Recipient
from ace_integrations.mail.mailgun import AsyncMailgun, Mailgun
from ace_integrations.mail.mailgun.models import NewSuppression, SuppressionKind, WebhookType
from ace_integrations.mail.message import Draft
from ace_integrations.mail.mime import to_mime
from ace_integrations.payments import AsyncPayPal, AsyncStripe, Money, PayPal, Stripe, rates
from ace_integrations.payments.paypal import Evidence
from ace_integrations.realtime.pusher import AsyncPusher, BatchEvent, Pusher
from ace_integrations.sandbox.control import Control
from ace_integrations.sandbox.server import _read_token
from ace_integrations.settings import Settings
from ace_integrations.video.agora import Agora, AsyncAgora
from ace_integrations.video.jitsi import AsyncJitsi, Jitsi
from tests import tape

Arguments = tuple[tuple[Any, ...], dict[str, Any]]

SENDER = Address(email="hello@mg.example.com", name="Rihla")
LINA = Address(email="lina@example.com", name="Lina")
DRAFT = Draft(sender=SENDER, subject="Hello", text="Hello", mail_id="walked-1")
PRICE = Money.of("149.00", "EGP")
HOOK = "http://127.0.0.1:9/hook"


@dataclass(frozen=True)
class Walk:
    """One operation.

    Attributes:
        prepare: makes what the operation needs, with a blocking client; gives its arguments.
        makes: what the twin must hold at most one more of after the operation, whatever went wrong on the way.
        given: settings that it needs, by field.
    """

    provider: str
    name: str
    prepare: Callable[[Any], Arguments]
    makes: str = ""
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])


CLIENTS: Mapping[str, tuple[type[Any], type[Any]]] = {
    "agora": (Agora, AsyncAgora),
    "didit": (Didit, AsyncDidit),
    "gemini": (Gemini, AsyncGemini),
    "jitsi": (Jitsi, AsyncJitsi),
    "jsearch": (JSearch, AsyncJSearch),
    "mailgun": (Mailgun, AsyncMailgun),
    "paypal": (PayPal, AsyncPayPal),
    "pusher": (Pusher, AsyncPusher),
    "stripe": (Stripe, AsyncStripe),
    "frankfurter": (rates.Frankfurter, rates.AsyncFrankfurter),
    "er-api": (rates.ErApi, rates.AsyncErApi),
    "exchangerate-api": (rates.ExchangeRateApi, rates.AsyncExchangeRateApi),
    "openexchangerates": (rates.OpenExchangeRates, rates.AsyncOpenExchangeRates),
    "fixer": (rates.Fixer, rates.AsyncFixer),
    "fawazahmed0": (rates.Fawazahmed0, rates.AsyncFawazahmed0),
    "fawazahmed0-pages": (rates.Fawazahmed0Pages, rates.AsyncFawazahmed0Pages),
}


RATE_SOURCES = (
    "frankfurter",
    "er-api",
    "exchangerate-api",
    "openexchangerates",
    "fixer",
    "fawazahmed0",
    "fawazahmed0-pages",
)


def settings_of(walk: Walk, url: str | None) -> Any:
    """Give an operation's settings: at the sandbox of an address, or those of the environment."""
    kind = CLIENTS[walk.provider][0].service.settings
    given = (kind(**walk.given),) if walk.given else ()
    return Settings(sandbox_url=url, providers=given).of(kind)


def operations_of(client: type[Any]) -> list[str]:
    """Name the operations of a client class, streams with them."""
    return sorted(name for name in dir(client) if isinstance(getattr(client, name, None), operation | streaming))


def taken(given: Any) -> Any:
    """Give what an operation gave, blocking; a stream's parts as a list."""
    return list(given) if isinstance(given, Generator) else given


async def ataken(given: Any) -> Any:
    """Give what an operation gives, awaited; a stream's parts as a list."""
    return [part async for part in given] if isinstance(given, AsyncGenerator) else await given


def _with(*positional: Any, **named: Any) -> Callable[[Any], Arguments]:
    return lambda client: (positional, named)


def _message() -> Message:
    return Message(sender=SENDER, to=(LINA,), subject="أهلاً | Hello", text="Hello", mail_id="walked-1")


def _sent(client: Mailgun) -> Message:
    message = _message()
    client.send(message)
    return message


def _didit_session(client: Didit) -> Any:
    return client.create_session(vendor_data="user-7", sandbox_scenario="approve")


def _found_job(client: JSearch) -> str:
    return str(client.search("engineer in cairo", country="eg").postings[0].provider_job_id)


def _intent(client: Stripe, **changes: Any) -> str:
    fields: dict[str, Any] = {"amount": PRICE, "idempotency_key": "made-before", "metadata": {"payment_id": "7"}}
    return str(client.create_payment_intent(**{**fields, **changes}).id)


def _paid(client: Stripe, method: str = "pm_card_visa") -> str:
    return _intent(client, payment_method=method, confirm=True, return_url="http://127.0.0.1:9/back")


def _refund(client: Stripe) -> str:
    return str(client.create_refund(payment_intent_id=_paid(client), idempotency_key="refunded-before").id)


def _dispute(client: Stripe) -> str:
    intent = _paid(client, "pm_card_createDispute")
    return str(client.list_disputes(payment_intent_id=intent).data[0].id)


def _customer(client: Stripe) -> str:
    return str(client.create_customer(email=LINA.email, idempotency_key="customer-before").id)


def _endpoint(client: Stripe) -> str:
    made = client.create_webhook_endpoint(url=HOOK, events=["charge.refunded"], idempotency_key="endpoint-before")
    return str(made.id)


USD = Money.of("20.00", "USD")


def _order(client: PayPal, **changes: Any) -> Any:
    key = f"made-before-{changes.get('intent', 'CAPTURE')}"
    return client.create_order(amount=USD, custom_id="payment-7", idempotency_key=key, **changes)


def _approved(client: PayPal, **changes: Any) -> str:
    """Make an order and approve it as the payer would, on the page that it names."""
    order = _order(client, **changes)
    if order.approval_url:  # else it was approved before
        httpx.post(order.approval_url, data={"outcome": "approve"}, trust_env=False).raise_for_status()
    return str(order.id)


def _capture(client: PayPal) -> str:
    order = client.capture_order(order_id=_approved(client), idempotency_key="captured-before")
    return str(order.purchase_units[0].payments.captures[0].id)


def _reserved(client: PayPal) -> str:
    order_id = _approved(client, intent="AUTHORIZE")
    order = client.authorize_order(order_id=order_id, idempotency_key="reserved-before")
    return str(order.purchase_units[0].payments.authorizations[0].id)


def _refunded(client: PayPal) -> str:
    return str(client.refund_capture(capture_id=_capture(client), idempotency_key="refunded-before").id)


def _claimed(client: PayPal, *, stage: str = "INQUIRY", outcome: str = "") -> str:
    """Let the payer dispute a capture; a person's doing, so the sandbox is told."""
    capture_id = _capture(client)
    if not tape.is_replaying.get():
        address = str(client.settings.base_url).removesuffix("/paypal")
        control = Control(address, _read_token(address))
        made = control.post(f"paypal/captures/{capture_id}/dispute", stage=stage)
        if outcome:
            control.post(f"paypal/disputes/{made['dispute_id']}/close", outcome=outcome)
        control.close()
    return str(client.list_disputes(disputed_transaction_id=capture_id).items[0].dispute_id)


def _reviewed(client: PayPal) -> str:
    dispute_id = _claimed(client)
    client.provide_evidence(dispute_id=dispute_id, evidences=[EVIDENCE])
    return dispute_id


def _hook(client: PayPal) -> str:
    return str(client.create_webhook(url=HOOK).id)


def _event(client: PayPal) -> str:
    _capture(client)
    return str(client.list_events().events[0].id)


DELIVERED = {
    "paypal-transmission-id": "69cd13f0-d67a-11f0-baa3-778b53f4ae55",
    "paypal-transmission-time": "2026-11-24T14:20:35Z",
    "paypal-transmission-sig": "aOYrleWu5nVPo1nexz==",
    "paypal-cert-url": "https://api.paypal.com/v1/notifications/certs/CERT-360caa42",
    "paypal-auth-algo": "SHA256withRSA",
}
"""Of a delivery that nobody made: the answer is no, and an answer."""


EVIDENCE = Evidence(evidence_type="OTHER", notes="The course was finished.")


def _suppressed(client: Mailgun) -> str:
    client.add_suppressions(SuppressionKind.BOUNCES, [NewSuppression(address="gone@example.com")])
    return "gone@example.com"


def _stored(client: Mailgun) -> str:
    _sent(client)
    event = client.list_events(recipient=LINA.email).items[0]
    assert event.storage is not None
    return str(event.storage.key)


TOLD = {"event_id": "walked-1", "title": "دورة"}


def _cached(client: Pusher) -> str:
    client.trigger(channels=["cache-news"], name="told", data=TOLD)
    return "cache-news"


ROOM = "edv-42-5f1c0a9b7d3e2468"


def _rule(client: Agora) -> int:
    return client.create_kicking_rule(channel=ROOM, uid=17, time_in_seconds=60).id


BANNED = SecretStr("token-of-a-person")
LINAS_PAGE = "3988218d"


def _met(client: Jitsi, **named: Any) -> Arguments:
    """Let somebody into the room whom no browser brings; a person's doing, so the sandbox is told."""
    if not tape.is_replaying.get():
        address = str(client.settings.base_url).removesuffix("/jitsi")
        control = Control(address, _read_token(address))
        control.post(f"jitsi/rooms/{ROOM}/enter", name=LINA.name, id=LINAS_PAGE)
        control.close()
    return (), {"room": ROOM, **named}


def _kicked(client: Jitsi) -> Arguments:
    return _met(client, participant_id=LINAS_PAGE)


JAAS = {"mode": "jaas"}

_NOW = datetime(2026, 11, 25, tzinfo=UTC)

WALKS: tuple[Walk, ...] = (
    Walk("agora", "create_kicking_rule", _with(channel=ROOM, uid=17, time_in_seconds=60), "rules"),
    Walk("agora", "list_kicking_rules", _with()),
    Walk("agora", "update_kicking_rule", lambda client: ((), {"rule_id": _rule(client), "time_in_seconds": 120})),
    Walk("agora", "delete_kicking_rule", lambda client: ((), {"rule_id": _rule(client)})),
    Walk("agora", "list_channel_users", _with(channel=ROOM)),
    Walk("agora", "get_user_status", _with(channel=ROOM, uid=17)),
    Walk("agora", "list_channels", _with(page_size=1)),
    Walk("agora", "list_notifier_addresses", _with()),
    Walk("didit", "balance", _with()),
    Walk("didit", "create_session", _with(vendor_data="user-7", callback="http://127.0.0.1:9/back"), "sessions"),
    Walk("didit", "get_decision", lambda client: ((), {"session_id": _didit_session(client).session_id})),
    Walk("didit", "list_sessions", _with(vendor_data="user-7")),
    Walk("didit", "delete_session", lambda client: ((), {"session_id": _didit_session(client).session_id})),
    Walk("didit", "download_pdf", lambda client: ((), {"session_id": _didit_session(client).session_id})),
    Walk(
        "didit",
        "update_status",
        lambda client: ((), {"session_id": _didit_session(client).session_id, "new_status": "Declined"}),
    ),
    Walk("didit", "arm_scenario", lambda client: ((), _armed(client))),
    Walk("gemini", "generate_content", _with("What should I learn first?"), "answers"),
    Walk("gemini", "stream_generate_content", _with("What should I learn first?"), "answers"),
    Walk("gemini", "count_tokens", _with("What should I learn first?", system_instruction="Be brief.")),
    Walk("gemini", "get_model", _with()),
    Walk("gemini", "list_models", _with(page_size=5)),
    Walk("jitsi", "end_meeting", _met),
    Walk("jitsi", "kick_from_meeting", _kicked),
    Walk("jitsi", "destroy_meeting", _met, given=JAAS),
    Walk("jitsi", "kick_participant", _kicked, given=JAAS),
    Walk("jitsi", "ban_user", _with(user_id="17"), given=JAAS),
    Walk("jitsi", "ban_token", _with(token=BANNED), given=JAAS),
    Walk("jsearch", "search", _with("engineer in cairo", country="eg")),
    Walk("jsearch", "job_details", lambda client: ((), {"job_ids": [_found_job(client)]})),
    Walk("jsearch", "estimated_salary", _with(job_title="Nodejs Developer", location="Cairo")),
    Walk("jsearch", "company_job_salary", _with(company="Nilecode", job_title="Backend Engineer")),
    Walk("mailgun", "send", _with(_message()), "mails"),
    Walk(
        "mailgun",
        "send_batch",
        _with(
            Batch(
                sender=SENDER,
                subject="Hello",
                text="Hello",
                mail_id="walked-2",
                recipients=(Recipient(email="a@example.com"),),
            )
        ),
        "mails",
    ),
    Walk(
        "mailgun",
        "send_mime",
        _with(to_mime(_message()), to=(LINA,), draft=DRAFT),
        "mails",
    ),
    Walk(
        "mailgun",
        "find_message",
        lambda client: ((), {"mail_id": _sent(client).mail_id, "recipient": LINA.email, "since": _NOW}),
    ),
    Walk("mailgun", "list_events", _with(recipient=LINA.email)),
    Walk("mailgun", "search_logs", _with(start=_NOW - timedelta(days=1), end=_NOW)),
    Walk("mailgun", "get_stored_message", lambda client: ((), {"storage_key": _stored(client)})),
    Walk("mailgun", "list_suppressions", _with(SuppressionKind.BOUNCES)),
    Walk(
        "mailgun",
        "get_suppression",
        lambda client: ((SuppressionKind.BOUNCES,), {"address": _suppressed(client)}),
    ),
    Walk(
        "mailgun", "add_suppressions", _with(SuppressionKind.COMPLAINTS, [NewSuppression(address="angry@example.com")])
    ),
    Walk(
        "mailgun",
        "remove_suppression",
        lambda client: ((SuppressionKind.BOUNCES,), {"address": _suppressed(client)}),
    ),
    Walk("mailgun", "list_webhooks", _with()),
    Walk("mailgun", "create_webhook", _with(WebhookType.OPENED, urls=[HOOK])),
    Walk("mailgun", "update_webhook", lambda client: ((_hooked(client),), {"urls": [f"{HOOK}/2"]})),
    Walk("mailgun", "delete_webhook", lambda client: ((_hooked(client),), {})),
    Walk("mailgun", "get_domain", _with()),
    Walk("paypal", "create_order", _with(amount=USD, custom_id="payment-7", idempotency_key="walked"), "orders"),
    Walk("paypal", "get_order", lambda client: ((), {"order_id": _order(client).id})),
    Walk(
        "paypal",
        "patch_order",
        lambda client: (
            (),
            {
                "order_id": _order(client).id,
                "changes": [
                    {
                        "op": "replace",
                        "path": "/purchase_units/@reference_id=='default'/custom_id",
                        "value": "payment-8",
                    }
                ],
            },
        ),
    ),
    Walk(
        "paypal",
        "capture_order",
        lambda client: ((), {"order_id": _approved(client), "idempotency_key": "walked"}),
        "captures",
    ),
    Walk(
        "paypal",
        "authorize_order",
        lambda client: ((), {"order_id": _approved(client, intent="AUTHORIZE"), "idempotency_key": "walked"}),
        "authorizations",
    ),
    Walk("paypal", "get_authorization", lambda client: ((), {"authorization_id": _reserved(client)})),
    Walk(
        "paypal",
        "capture_authorization",
        lambda client: ((), {"authorization_id": _reserved(client), "idempotency_key": "walked"}),
        "captures",
    ),
    Walk(
        "paypal",
        "reauthorize",
        lambda client: ((), {"authorization_id": _reserved(client), "idempotency_key": "walked"}),
    ),
    Walk(
        "paypal",
        "void_authorization",
        lambda client: ((), {"authorization_id": _reserved(client), "idempotency_key": "walked"}),
    ),
    Walk("paypal", "get_capture", lambda client: ((), {"capture_id": _capture(client)})),
    Walk(
        "paypal",
        "refund_capture",
        lambda client: (
            (),
            {"capture_id": _capture(client), "amount": Money.of("5.00", "USD"), "idempotency_key": "walked"},
        ),
        "refunds",
    ),
    Walk("paypal", "get_refund", lambda client: ((), {"refund_id": _refunded(client)})),
    Walk("paypal", "list_disputes", _with()),
    Walk("paypal", "get_dispute", lambda client: ((), {"dispute_id": _claimed(client)})),
    Walk("paypal", "accept_claim", lambda client: ((), {"dispute_id": _claimed(client), "note": "Sorry."})),
    Walk("paypal", "provide_evidence", lambda client: ((), {"dispute_id": _claimed(client), "evidences": [EVIDENCE]})),
    Walk(
        "paypal",
        "appeal",
        lambda client: (
            (),
            {"dispute_id": _claimed(client, outcome="RESOLVED_BUYER_FAVOUR"), "evidences": [EVIDENCE]},
        ),
    ),
    Walk(
        "paypal",
        "make_offer",
        lambda client: ((), {"dispute_id": _claimed(client), "note": "Half.", "offer_type": "REFUND"}),
    ),
    Walk("paypal", "send_message", lambda client: ((), {"dispute_id": _claimed(client), "message": "Hello."})),
    Walk("paypal", "escalate_dispute", lambda client: ((), {"dispute_id": _claimed(client), "note": "No answer."})),
    Walk(
        "paypal",
        "adjudicate_dispute",
        lambda client: ((), {"dispute_id": _reviewed(client), "outcome": "SELLER_FAVOR"}),
    ),
    Walk("paypal", "create_webhook", _with(url=HOOK), "webhooks"),
    Walk("paypal", "list_webhooks", _with()),
    Walk("paypal", "get_webhook", lambda client: ((), {"webhook_id": _hook(client)})),
    Walk("paypal", "update_webhook", lambda client: ((), {"webhook_id": _hook(client), "url": f"{HOOK}/2"})),
    Walk("paypal", "delete_webhook", lambda client: ((), {"webhook_id": _hook(client)})),
    Walk("paypal", "list_event_types", _with()),
    Walk("paypal", "list_events", _with()),
    Walk("paypal", "get_event", lambda client: ((), {"event_id": _event(client)})),
    Walk("paypal", "resend_event", lambda client: ((), {"event_id": _event(client)})),
    Walk("paypal", "simulate_event", _with(event_type="PAYMENT.CAPTURE.COMPLETED", url=HOOK)),
    Walk("paypal", "verify_webhook_signature", _with(Headers(DELIVERED), b'{"id":"WH-1","quantity":1.0}')),
    Walk("pusher", "trigger", _with(channels=["private-user.9", "course.42"], name="told", data=TOLD), "messages"),
    Walk(
        "pusher",
        "trigger_batch",
        _with(events=[BatchEvent("course.42", "first", TOLD), BatchEvent("private-user.9", "second", "نص")]),
        "messages",
    ),
    Walk("pusher", "list_channels", _with(prefix="presence-session.", info=["user_count"])),
    Walk("pusher", "get_channel", lambda client: ((), {"channel": _cached(client), "info": ["cache"]})),
    Walk("pusher", "list_users", _with(channel="presence-session.42")),
    Walk("pusher", "terminate_connections", _with(user_id="9")),
    Walk("pusher", "send_to_user", _with(user_id="9", name="told", data=TOLD), "messages"),
    Walk(
        "stripe",
        "create_payment_intent",
        _with(amount=PRICE, idempotency_key="walked", metadata={"payment_id": "7"}, description="Course 1"),
        "intents",
    ),
    Walk("stripe", "retrieve_payment_intent", lambda client: ((), {"payment_intent_id": _intent(client)})),
    Walk(
        "stripe",
        "confirm_payment_intent",
        lambda client: (
            (),
            {
                "payment_intent_id": _intent(client),
                "idempotency_key": "walked",
                "payment_method": "pm_card_visa",
                "return_url": "http://127.0.0.1:9/back",
            },
        ),
        "charges",
    ),
    Walk(
        "stripe",
        "capture_payment_intent",
        lambda client: (
            (),
            {
                "payment_intent_id": _intent(
                    client,
                    capture=False,
                    payment_method="pm_card_visa",
                    confirm=True,
                    return_url="http://127.0.0.1:9/back",
                ),
                "idempotency_key": "walked",
            },
        ),
    ),
    Walk(
        "stripe",
        "cancel_payment_intent",
        lambda client: ((), {"payment_intent_id": _intent(client), "idempotency_key": "walked"}),
    ),
    Walk(
        "stripe",
        "update_payment_intent_amount",
        lambda client: (
            (),
            {"payment_intent_id": _intent(client), "amount": Money.of("150.00", "EGP"), "idempotency_key": "walked"},
        ),
    ),
    Walk("stripe", "search_payment_intents", _with(reference="7")),
    Walk(
        "stripe",
        "create_refund",
        lambda client: (
            (),
            {"payment_intent_id": _paid(client), "amount": Money.of("49.00", "EGP"), "idempotency_key": "walked"},
        ),
        "refunds",
    ),
    Walk("stripe", "retrieve_refund", lambda client: ((), {"refund_id": _refund(client)})),
    Walk("stripe", "list_refunds", lambda client: ((), {"payment_intent_id": _paid(client)})),
    Walk("stripe", "retrieve_dispute", lambda client: ((), {"dispute_id": _dispute(client)})),
    Walk("stripe", "list_disputes", _with()),
    Walk("stripe", "list_events", _with(types=["payment_intent.created"])),
    Walk("stripe", "retrieve_balance", _with()),
    Walk(
        "stripe",
        "create_webhook_endpoint",
        _with(url=HOOK, events=["charge.refunded"], idempotency_key="walked"),
        "endpoints",
    ),
    Walk("stripe", "create_customer", _with(email=LINA.email, name=LINA.name, idempotency_key="walked"), "customers"),
    Walk("stripe", "list_customers", _with(email=LINA.email)),
    Walk("stripe", "retrieve_customer", lambda client: ((), {"customer_id": _customer(client)})),
    Walk("stripe", "delete_customer", lambda client: ((), {"customer_id": _customer(client)})),
    Walk("stripe", "list_webhook_endpoints", _with()),
    *(Walk(source, "latest", _with(base="USD", quote="EGP")) for source in RATE_SOURCES),
    Walk("stripe", "delete_webhook_endpoint", lambda client: ((), {"webhook_endpoint_id": _endpoint(client)})),
)


def _armed(client: Didit) -> dict[str, Any]:
    session = client.create_session(vendor_data="user-7")
    token: Any = session.session_token
    secret = token if isinstance(token, SecretStr) else SecretStr(token)
    return {"session_id": session.session_id, "session_token": secret, "scenario": "approve"}


def _hooked(client: Mailgun) -> WebhookType:
    client.create_webhook(WebhookType.OPENED, urls=[HOOK])
    return WebhookType.OPENED
