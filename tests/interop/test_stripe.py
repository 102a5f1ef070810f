"""Stripe's official SDK against the twin: it must not be able to tell."""

import http.server
import threading
from collections.abc import Iterator
from queue import Queue
from typing import Any

import httpx
import pytest
import stripe

from ace_integrations.core import Headers
from ace_integrations.payments.stripe.settings import SANDBOX_SECRET_KEY, SANDBOX_WEBHOOK_SECRET
from ace_integrations.payments.stripe.webhooks import WEBHOOKS, StripeSignature, write_body
from ace_integrations.sandbox import RunningSandbox

# The SDK hands httpx its body in a way that httpx calls old.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

DECLINES = [
    ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
    ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
    ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ("pm_card_chargeDeclinedLostCard", "card_declined", "lost_card"),
    ("pm_card_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
    ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
    ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
]
GOOD = ["pm_card_visa", "pm_card_mastercard", "pm_card_amex"]


@pytest.fixture(autouse=True)
def no_telemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe, "enable_telemetry", False)


@pytest.fixture
def transport() -> Iterator[stripe.HTTPXClient]:
    transport = stripe.HTTPXClient(allow_sync_methods=True)
    yield transport
    transport.close()


@pytest.fixture
def sdk(ace_sandbox: RunningSandbox, transport: stripe.HTTPXClient) -> stripe.StripeClient:
    return stripe.StripeClient(
        SANDBOX_SECRET_KEY, base_addresses={"api": f"{ace_sandbox.url}/stripe"}, http_client=transport
    )


def create(sdk: stripe.StripeClient, *, key: str | None = None, **params: Any) -> stripe.PaymentIntent:
    whole = {"amount": 100000, "currency": "egp", "metadata": {"payment_id": "7"}, **params}
    return sdk.v1.payment_intents.create(whole, {"idempotency_key": key} if key else {})


def confirmed(sdk: stripe.StripeClient, method: str, **params: Any) -> stripe.PaymentIntent:
    never = {"enabled": True, "allow_redirects": "never"}
    return create(sdk, payment_method=method, confirm=True, automatic_payment_methods=never, **params)


@pytest.mark.parametrize("method", GOOD)
def test_a_good_card_pays(sdk: stripe.StripeClient, method: str) -> None:
    intent = confirmed(sdk, method)
    assert (intent.status, intent.amount_received) == ("succeeded", 100000)


@pytest.mark.parametrize(("method", "code", "decline_code"), DECLINES)
def test_a_refused_card_raises_the_card_error_of_the_sdk(
    sdk: stripe.StripeClient, method: str, code: str, decline_code: str
) -> None:
    intent = create(sdk)
    with pytest.raises(stripe.CardError) as caught:
        sdk.v1.payment_intents.confirm(
            intent.id, {"payment_method": method, "return_url": "https://shop.example.com/back"}
        )
    after = sdk.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (caught.value.code, caught.value.error.decline_code) == (code, decline_code)
    assert (after.status, after.payment_method, after.latest_charge.status) == (
        "requires_payment_method",
        None,
        "failed",
    )


@pytest.mark.parametrize("outcome", ["complete", "fail"])
def test_three_d_secure_leads_to_a_page_and_back(sdk: stripe.StripeClient, outcome: str) -> None:
    intent = create(sdk)
    asked = sdk.v1.payment_intents.confirm(
        intent.id, {"payment_method": "pm_card_authenticationRequired", "return_url": "http://127.0.0.1:9/back"}
    )
    page = httpx.get(asked.next_action.redirect_to_url.url)
    back = httpx.post(asked.next_action.redirect_to_url.url, data={"outcome": outcome})
    after = sdk.v1.payment_intents.retrieve(intent.id)
    assert (page.status_code, back.status_code) == (200, 303)
    assert {"complete": "succeeded", "fail": "requires_payment_method"}[outcome] == after.status
    assert {"complete": "redirect_status=succeeded", "fail": "redirect_status=failed"}[outcome] in back.headers[
        "location"
    ]


def test_a_page_of_three_d_secure_is_good_once(sdk: stripe.StripeClient) -> None:
    asked = confirmed(sdk, "pm_card_threeDSecure2Required")
    url = asked.next_action.use_stripe_sdk["stripe_js"]
    httpx.post(url, data={"outcome": "complete"})
    assert httpx.post(url, data={"outcome": "fail"}).status_code == 410


def test_a_payer_who_is_not_there_cannot_authenticate(sdk: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError) as caught:
        confirmed(sdk, "pm_card_authenticationRequired", off_session=True)
    assert caught.value.code == "authentication_required"


def test_the_same_key_gives_the_same_answer_and_says_so(sdk: stripe.StripeClient) -> None:
    first, second = (create(sdk, key="k1") for _ in range(2))
    assert second.id == first.id
    assert second.last_response.headers["idempotent-replayed"] == "true"


def test_a_declined_try_is_replayed_by_its_key(sdk: stripe.StripeClient) -> None:
    intent = create(sdk)
    tries = []
    for method in ("pm_card_chargeDeclined", "pm_card_chargeDeclined"):
        with pytest.raises(stripe.CardError) as caught:
            sdk.v1.payment_intents.confirm(
                intent.id,
                {"payment_method": method, "return_url": "http://127.0.0.1:9/"},
                {"idempotency_key": "try-1"},
            )
        tries.append(caught.value.error.charge)
    assert tries[0] == tries[1]


def test_a_key_with_other_parameters_is_refused(sdk: stripe.StripeClient) -> None:
    create(sdk, key="k1")
    with pytest.raises(stripe.IdempotencyError):
        create(sdk, key="k1", amount=5000)


def test_what_was_not_begun_is_not_remembered(sdk: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        create(sdk, key="k1", amount="x")
    assert create(sdk, key="k1").amount == 100000


def test_refunds_add_up_and_end(sdk: stripe.StripeClient) -> None:
    intent = confirmed(sdk, "pm_card_visa")
    part = sdk.v1.refunds.create({"payment_intent": intent.id, "amount": 40000})
    rest = sdk.v1.refunds.create({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.v1.refunds.create({"payment_intent": intent.id})
    listed = sdk.v1.refunds.list({"payment_intent": intent.id, "limit": 1})
    assert (part.amount, rest.amount, caught.value.code) == (40000, 60000, "charge_already_refunded")
    assert [refund.id for refund in listed.auto_paging_iter()] == [rest.id, part.id]


def test_search_finds_by_our_own_id(sdk: stripe.StripeClient) -> None:
    intent = create(sdk, metadata={"payment_id": "it's"})
    create(sdk, metadata={"payment_id": "8"})
    found = sdk.v1.payment_intents.search(
        {"query": "metadata['payment_id']:'it\\'s' AND status:'requires_payment_method'"}
    )
    assert [each.id for each in found.data] == [intent.id]


def test_money_is_reserved_taken_in_part_or_released(sdk: stripe.StripeClient) -> None:
    taken = confirmed(sdk, "pm_card_visa", capture_method="manual")
    released = confirmed(sdk, "pm_card_visa", capture_method="manual")
    captured = sdk.v1.payment_intents.capture(taken.id, {"amount_to_capture": 60000})
    canceled = sdk.v1.payment_intents.cancel(released.id, {"cancellation_reason": "abandoned"})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.v1.payment_intents.capture(taken.id)
    assert (taken.status, captured.amount_received, canceled.status) == ("requires_capture", 60000, "canceled")
    assert (caught.value.code, caught.value.error.payment_intent.id) == ("payment_intent_unexpected_state", taken.id)


@pytest.mark.parametrize(("evidence", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")])
def test_a_dispute_is_settled_by_the_magic_evidence(sdk: stripe.StripeClient, evidence: str, status: str) -> None:
    intent = confirmed(sdk, "pm_card_createDispute")
    dispute = sdk.v1.disputes.list({"payment_intent": intent.id}).data[0]
    sdk.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": evidence}})
    types = [event.type for event in sdk.v1.events.list({"limit": 100}).data]
    assert sdk.v1.disputes.retrieve(dispute.id).status == status
    assert types.count("charge.dispute.closed") == 1


def test_events_come_in_the_order_of_a_disputed_payment(sdk: stripe.StripeClient) -> None:
    confirmed(sdk, "pm_card_createDispute")
    types = [event.type for event in reversed(sdk.v1.events.list({"limit": 100}).data)]
    assert types == [
        "payment_intent.created",
        "charge.succeeded",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "payment_intent.succeeded",
    ]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"amount": 0}, "parameter_invalid_integer"),
        ({"amount": 49, "currency": "usd"}, "amount_too_small"),
        ({"amount": 2499}, "amount_too_small"),
        ({"payment_method_types": ["card"]}, "payment_method_types_no_longer_supported"),
        ({"colour": "red"}, "parameter_unknown"),
    ],
)
def test_bad_parameters_have_stripes_codes(sdk: stripe.StripeClient, params: dict[str, Any], code: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        create(sdk, **params)
    assert caught.value.code == code


def test_a_request_without_version_may_still_name_method_types(ace_sandbox: RunningSandbox) -> None:
    answer = httpx.post(
        f"{ace_sandbox.url}/stripe/v1/payment_intents",
        auth=(SANDBOX_SECRET_KEY, ""),
        data={"amount": "2000", "currency": "usd", "payment_method_types[]": "card"},
    )
    assert (answer.status_code, answer.json()["payment_method_types"]) == (200, ["card"])


@pytest.mark.parametrize("key", ["sk_test_other", "sk_live_other", "pk_test_other"])
def test_other_keys_are_refused(ace_sandbox: RunningSandbox, transport: stripe.HTTPXClient, key: str) -> None:
    other = stripe.StripeClient(key, base_addresses={"api": f"{ace_sandbox.url}/stripe"}, http_client=transport)
    with pytest.raises(stripe.AuthenticationError):
        other.v1.balance.retrieve()


def test_unknown_objects_and_addresses_are_not_found(sdk: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.v1.payment_intents.retrieve("pi_none")
    with pytest.raises(stripe.InvalidRequestError):
        sdk.v1.subscriptions.list()
    assert (caught.value.http_status, caught.value.code, caught.value.param) == (404, "resource_missing", "intent")


def test_a_customer_is_made_found_by_address_and_deleted(sdk: stripe.StripeClient) -> None:
    made = sdk.v1.customers.create({"email": "lina@example.com", "name": "Lina"})
    assert [each.id for each in sdk.v1.customers.list({"email": "lina@example.com"}).auto_paging_iter()] == [made.id]
    assert sdk.v1.customers.delete(made.id).deleted
    assert sdk.v1.customers.retrieve(made.id).deleted
    assert sdk.v1.customers.list({"email": "lina@example.com"}).data == []
    assert [each.type for each in sdk.v1.events.list().data] == ["customer.deleted", "customer.created"]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.v1.customers.delete(made.id)
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


async def test_the_awaited_sdk_pays_too(sdk: stripe.StripeClient, transport: stripe.HTTPXClient) -> None:
    intent = await sdk.v1.payment_intents.create_async({"amount": 5000, "currency": "usd"})
    paid = await sdk.v1.payment_intents.confirm_async(
        intent.id, {"payment_method": "pm_card_visa", "return_url": "https://shop.example.com/"}
    )
    refund = await sdk.v1.refunds.create_async({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError):
        await sdk.v1.payment_intents.cancel_async(intent.id)
    assert (paid.status, refund.status) == ("succeeded", "succeeded")
    assert (await sdk.v1.balance.retrieve_async()).object == "balance"
    await transport.close_async()


class Inbox:
    """A platform that only keeps what it gets."""

    def __init__(self) -> None:
        self.got: Queue[tuple[dict[str, str], bytes]] = Queue()
        self.answers: list[int] = []
        inbox = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                inbox.got.put(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(inbox.answers.pop(0) if inbox.answers else 200)
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/webhook"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def next(self) -> tuple[dict[str, str], bytes]:
        return self.got.get(timeout=5)


def until_tried(ace_sandbox: RunningSandbox) -> None:
    """Wait until the twin has noted the answer to its first try."""
    while not ace_sandbox.control.deliveries("stripe")[0]["attempts"]:
        continue


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox()
    yield inbox
    inbox.server.shutdown()
    inbox.server.server_close()


def test_deliveries_of_the_twin_pass_the_sdks_verifier(
    ace_sandbox: RunningSandbox, sdk: stripe.StripeClient, inbox: Inbox
) -> None:
    ace_sandbox.control.send_webhooks_to(stripe=inbox.url)
    intent = create(sdk)
    headers, body = inbox.next()
    event = sdk.construct_event(body, headers["stripe-signature"], SANDBOX_WEBHOOK_SECRET)
    assert (event.type, event.data.object.id) == ("payment_intent.created", intent.id)


def test_an_endpoint_of_the_api_has_a_secret_of_its_own(sdk: stripe.StripeClient, inbox: Inbox) -> None:
    endpoint = sdk.v1.webhook_endpoints.create({"url": inbox.url, "enabled_events": ["payment_intent.succeeded"]})
    confirmed(sdk, "pm_card_visa")
    headers, body = inbox.next()
    sdk.construct_event(body, headers["stripe-signature"], endpoint.secret)
    with pytest.raises(stripe.SignatureVerificationError):
        sdk.construct_event(body, headers["stripe-signature"], SANDBOX_WEBHOOK_SECRET)
    assert inbox.got.empty()
    sdk.v1.webhook_endpoints.delete(endpoint.id)
    assert sdk.v1.webhook_endpoints.list().data == []


def test_a_rolled_secret_signs_beside_the_old_one_for_a_day(
    ace_sandbox: RunningSandbox, sdk: stripe.StripeClient, inbox: Inbox
) -> None:
    ace_sandbox.control.send_webhooks_to(stripe=inbox.url)
    fresh = ace_sandbox.control.post("stripe/rotate")["secret"]
    create(sdk)
    headers, body = inbox.next()
    for secret in (fresh, SANDBOX_WEBHOOK_SECRET):
        sdk.construct_event(body, headers["stripe-signature"], secret)
    ace_sandbox.control.advance(25 * 3600)
    create(sdk)
    headers, body = inbox.next()
    assert headers["stripe-signature"].count("v1=") == 1


def test_a_failed_delivery_comes_again_freshly_signed(
    ace_sandbox: RunningSandbox, sdk: stripe.StripeClient, inbox: Inbox
) -> None:
    ace_sandbox.control.send_webhooks_to(stripe=inbox.url)
    inbox.answers += [500]
    create(sdk)
    first, body = inbox.next()
    until_tried(ace_sandbox)
    ace_sandbox.control.advance(700)
    second, again = inbox.next()
    assert body == again
    assert first["stripe-signature"] != second["stripe-signature"]


def test_thin_events_are_understood_by_the_sdk(
    ace_sandbox: RunningSandbox, sdk: stripe.StripeClient, inbox: Inbox
) -> None:
    ace_sandbox.control.send_webhooks_to(stripe=inbox.url)
    ace_sandbox.control.post("stripe/thin", on="true")
    intent = create(sdk)
    headers, body = inbox.next()
    thin = sdk.parse_event_notification(body, headers["stripe-signature"], SANDBOX_WEBHOOK_SECRET)
    assert (thin.type, thin.related_object.id) == ("v1.payment_intent.created", intent.id)


def test_held_events_arrive_newest_first_when_asked(
    ace_sandbox: RunningSandbox, sdk: stripe.StripeClient, inbox: Inbox
) -> None:
    ace_sandbox.control.send_webhooks_to(stripe=inbox.url)
    ace_sandbox.control.post("stripe/events/hold")
    confirmed(sdk, "pm_card_visa")
    ace_sandbox.control.post("stripe/events/release", order="newest_first")
    types = [
        sdk.construct_event(body, headers["stripe-signature"], SANDBOX_WEBHOOK_SECRET).type
        for headers, body in (inbox.next() for _ in range(3))
    ]
    assert types == ["payment_intent.succeeded", "charge.succeeded", "payment_intent.created"]


def test_a_header_of_ours_passes_theirs_and_theirs_passes_ours() -> None:
    body = write_body(WEBHOOKS.sample("payment_intent.succeeded", now=1_764_000_000, **{"metadata.note": "دورة ☕"}))
    ours = StripeSignature().sign(body, secret="whsec_a", now=1_764_000_000)["Stripe-Signature"]
    theirs = stripe.WebhookSignature.generate_signature_header(body.decode(), "whsec_a", 1_764_000_000)
    assert stripe.WebhookSignature.verify_header(body.decode(), ours, "whsec_a")
    StripeSignature().verify(Headers({"Stripe-Signature": theirs}), body, secrets=["whsec_a"], now=1_764_000_100)
