"""Our client of Stripe against the twin, in both colours: results, errors, retries, and what is on the wire."""

import logging
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from ace_integrations.core.telemetry import CallRecord
from ace_integrations.errors import (
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    InvalidInputError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    ProviderError,
    RateLimitedError,
    UnavailableError,
    UnexpectedReplyError,
)
from ace_integrations.payments import Money
from ace_integrations.payments.stripe import (
    AsyncStripe,
    CardDeclinedError,
    PaymentIntent,
    Stripe,
    StripeCalls,
    StripeSettings,
)
from ace_integrations.payments.stripe.client import API_VERSION
from ace_integrations.sandbox import RunningSandbox

EGP = Money.of("1000.00", "EGP")
BACK = "https://shop.example.com/back"


def create(client: Stripe, key: str = "ace:create:7:1", **changes: Any) -> PaymentIntent:
    return client.create_payment_intent(
        **{"amount": EGP, "idempotency_key": key, "metadata": {"payment_id": "7"}, **changes}
    )


def pay(client: Stripe, method: str = "pm_card_visa", key: str = "ace:confirm:7:1", **changes: Any) -> PaymentIntent:
    intent = create(client, key=f"{key}:create", **changes)
    return client.confirm_payment_intent(
        payment_intent_id=intent.id, payment_method=method, return_url=BACK, idempotency_key=key
    )


def test_a_payment_is_created_as_stripe_documents_it(ace_sandbox: RunningSandbox, stripe_client: Stripe) -> None:
    intent = create(stripe_client, description="Course 42")
    call = ace_sandbox.control.journal(provider="stripe", kind="call")[-1]
    assert (intent.status, intent.amount, intent.currency, intent.livemode) == (
        "requires_payment_method",
        100000,
        "egp",
        False,
    )
    assert call["request_body"] == (
        "amount=100000&currency=egp&automatic_payment_methods[enabled]=true&metadata[payment_id]=7"
        "&description=Course 42&expand[0]=latest_charge.refunds&expand[1]=latest_charge.balance_transaction"
    )
    sent = call["request_headers"]
    assert (sent["idempotency-key"], sent["stripe-version"]) == ("ace:create:7:1", API_VERSION)
    assert sent["authorization"] == "[redacted]"
    assert sent["content-type"] == "application/x-www-form-urlencoded"
    assert not {"x-stripe-client-telemetry"} & sent.keys()
    assert "telemetry" not in sent["x-stripe-client-user-agent"]
    assert "platform" not in sent["x-stripe-client-user-agent"]


def test_the_sdks_version_is_the_one_our_models_were_written_for() -> None:
    assert stripe.api_version == API_VERSION


def test_the_client_secret_is_never_shown(stripe_client: Stripe) -> None:
    intent = create(stripe_client)
    assert intent.client_secret is not None
    assert intent.client_secret.get_secret_value().startswith(f"{intent.id}_secret_")
    assert intent.client_secret.get_secret_value() not in repr(intent) + str(intent) + intent.model_dump_json()


OPERATIONS: dict[str, Callable[[StripeCalls, str], Any]] = {
    "retrieve": lambda calls, pi: calls.retrieve_payment_intent(payment_intent_id=pi),
    "confirm": lambda calls, pi: calls.confirm_payment_intent(
        payment_intent_id=pi, payment_method="pm_card_visa", return_url=BACK, idempotency_key="c1"
    ),
    "capture": lambda calls, pi: calls.capture_payment_intent(
        payment_intent_id=pi, amount=Money.of(600, "EGP"), idempotency_key="c2"
    ),
    "refund": lambda calls, pi: calls.create_refund(
        payment_intent_id=pi, amount=Money.of(100, "EGP"), reason="requested_by_customer", idempotency_key="r1"
    ),
    "refunds": lambda calls, pi: calls.list_refunds(payment_intent_id=pi),
    "search": lambda calls, pi: calls.search_payment_intents(reference="7"),
    "disputes": lambda calls, pi: calls.list_disputes(payment_intent_id=pi),
    "events": lambda calls, pi: calls.list_events(types=["payment_intent.succeeded"], undelivered=False),
    "balance": lambda calls, pi: calls.retrieve_balance(),
    "endpoint": lambda calls, pi: calls.create_webhook_endpoint(
        url="http://127.0.0.1:9/hook", events=["refund.failed"], idempotency_key="e1"
    ),
    "endpoints": lambda calls, pi: calls.list_webhook_endpoints(),
}


def check(results: dict[str, Any]) -> None:
    assert [results[name].status for name in ("retrieve", "confirm", "capture", "refund")] == [
        "requires_payment_method",
        "requires_capture",
        "succeeded",
        "succeeded",
    ]
    assert (results["capture"].amount_received, results["refunds"].data[0].id) == (60000, results["refund"].id)
    assert [each.id for each in results["search"].data] == [results["retrieve"].id]
    assert (results["disputes"].data, results["balance"].livemode) == ((), False)
    assert [each.type for each in results["events"].data] == ["payment_intent.succeeded"]
    assert results["endpoint"].secret.get_secret_value().startswith("whsec_")
    assert (results["endpoints"].data[0].id, results["endpoints"].data[0].secret) == (results["endpoint"].id, None)


def test_every_operation_blocking(stripe_client: Stripe) -> None:
    intent = create(stripe_client, capture=False)
    results = {name: stripe_client.perform(call(StripeCalls(), intent.id)) for name, call in OPERATIONS.items()}
    check(results)
    assert stripe_client.retrieve_refund(refund_id=results["refund"].id).amount == 10000
    assert stripe_client.delete_webhook_endpoint(webhook_endpoint_id=results["endpoint"].id).deleted


async def test_every_operation_awaited(async_stripe: AsyncStripe) -> None:
    intent = await async_stripe.create_payment_intent(
        amount=EGP, idempotency_key="k", metadata={"payment_id": "7"}, capture=False
    )
    results = {name: await async_stripe.perform(call(StripeCalls(), intent.id)) for name, call in OPERATIONS.items()}
    check(results)
    refund = await async_stripe.retrieve_refund(refund_id=results["refund"].id)
    deleted = await async_stripe.delete_webhook_endpoint(webhook_endpoint_id=results["endpoint"].id)
    assert (refund.amount, deleted.deleted) == (10000, True)


def test_the_amount_changes_until_it_is_paid(stripe_client: Stripe) -> None:
    intent = create(stripe_client)
    changed = stripe_client.update_payment_intent_amount(
        payment_intent_id=intent.id, amount=Money.of(900, "EGP"), idempotency_key="u1"
    )
    canceled = stripe_client.cancel_payment_intent(
        payment_intent_id=intent.id, reason="abandoned", idempotency_key="x1"
    )
    with pytest.raises(ConflictError) as caught:
        stripe_client.update_payment_intent_amount(payment_intent_id=intent.id, amount=EGP, idempotency_key="u2")
    assert (changed.amount, canceled.status, canceled.cancellation_reason) == (90000, "canceled", "abandoned")
    assert caught.value.details["payment_intent_status"] == "canceled"


def test_a_dispute_is_looked_up(stripe_client: Stripe) -> None:
    intent = pay(stripe_client, "pm_card_createDispute")
    found = stripe_client.list_disputes(payment_intent_id=intent.id).data[0]
    dispute = stripe_client.retrieve_dispute(dispute_id=found.id)
    assert (dispute.reason, dispute.status, dispute.is_in_our_favour) == ("fraudulent", "needs_response", False)
    assert dispute.evidence_details.due_by is not None


def test_only_some_kinds_of_payment_methods(ace_sandbox: RunningSandbox, stripe_client: Stripe) -> None:
    create(stripe_client, allowed=["card"])
    body = ace_sandbox.control.journal(provider="stripe", kind="call")[-1]["request_body"]
    assert "allowed_payment_method_types[0]=card" in body
    assert "automatic_payment_methods" not in body


@pytest.mark.parametrize(
    ("method", "decline_code", "key"),
    [
        ("pm_card_chargeDeclined", "generic_decline", "payments.declined.generic"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds", "payments.declined.insufficient_funds"),
        ("pm_card_chargeDeclinedLostCard", "lost_card", "payments.declined.generic"),
        ("pm_card_chargeDeclinedStolenCard", "stolen_card", "payments.declined.generic"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "payments.declined.expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "payments.declined.incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "payments.declined.processing_error"),
    ],
)
def test_a_decline_says_why_and_what_the_payer_may_read(
    ace_sandbox: RunningSandbox, stripe_client: Stripe, method: str, decline_code: str, key: str
) -> None:
    with pytest.raises(CardDeclinedError) as caught:
        pay(stripe_client, method)
    error = caught.value
    assert (error.decline_code, error.message_key, error.status) == (decline_code, key, 402)
    assert (error.operation, error.details["payment_intent_status"]) == (
        "confirm_payment_intent",
        "requires_payment_method",
    )
    assert error.request_id.startswith("req_")
    assert len(ace_sandbox.control.journal(provider="stripe", kind="call", operation="confirm_payment_intent")) == 1


async def test_a_decline_is_the_same_error_when_awaited(async_stripe: AsyncStripe) -> None:
    with pytest.raises(CardDeclinedError):
        await async_stripe.create_payment_intent(
            amount=EGP, payment_method="pm_card_chargeDeclined", confirm=True, return_url=BACK, idempotency_key="k"
        )


def test_another_request_under_the_same_key_is_a_conflict(stripe_client: Stripe) -> None:
    create(stripe_client)
    with pytest.raises(ConflictError):
        create(stripe_client, amount=Money.of(1, "USD"))


def test_below_the_minimum_the_error_says_which_argument(stripe_client: Stripe) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        create(stripe_client, amount=Money.of("20.00", "EGP"))
    assert (caught.value.code, caught.value.details["param"]) == ("amount_too_small", "amount")


def test_what_is_not_there_is_not_found(stripe_client: Stripe) -> None:
    with pytest.raises(NotFoundError):
        stripe_client.retrieve_payment_intent(payment_intent_id="pi_none")


def test_another_key_is_an_authentication_error(stripe_settings: StripeSettings) -> None:
    other = stripe_settings.model_copy(update={"secret_key": StripeSettings(secret_key="sk_test_other1234").secret_key})
    with Stripe(other) as client, pytest.raises(AuthenticationError) as caught:
        client.retrieve_balance()
    assert "sk_test_other1234" not in str(caught.value)


def test_a_missing_key_is_named_at_the_first_call_and_not_before() -> None:
    client = Stripe(StripeSettings())
    with pytest.raises(ConfigurationError, match="STRIPE_SECRET_KEY or STRIPE_SECRET"):
        client.retrieve_balance()
    with pytest.raises(ConfigurationError, match="STRIPE_SECRET_KEY"):
        _ = client.sdk


@pytest.mark.parametrize("bad", ["", "..", "pi_1/../x", "pi_1%2f", "pi 1", "pi_1?x=1", "é", "pi_1\n"])
def test_an_id_that_would_change_the_address_is_never_sent(
    ace_sandbox: RunningSandbox, stripe_client: Stripe, bad: str
) -> None:
    with pytest.raises(InvalidInputError):
        stripe_client.retrieve_payment_intent(payment_intent_id=bad)
    assert ace_sandbox.control.journal(provider="stripe", kind="call") == []


@pytest.mark.parametrize(
    "metadata",
    [{"a" * 41: "x"}, {"a[b]": "x"}, {"": "x"}, {"a": "x" * 501}, {f"k{number}": "x" for number in range(51)}],
    ids=["long name", "brackets", "no name", "long value", "too many"],
)
def test_labels_that_stripe_would_refuse_are_refused_here(metadata: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError):
        StripeCalls().create_payment_intent(amount=EGP, idempotency_key="k", metadata=metadata)


@pytest.mark.parametrize("reference", ["", "x" * 501])
def test_a_reference_that_is_none_is_not_searched(reference: str) -> None:
    with pytest.raises(InvalidInputError):
        StripeCalls().search_payment_intents(reference=reference)


def test_a_key_in_use_is_tried_again_with_the_same_key(ace_sandbox: RunningSandbox, stripe_client: Stripe) -> None:
    ace_sandbox.control.post("stripe/busy", times=2)
    assert create(stripe_client).status == "requires_payment_method"
    calls = ace_sandbox.control.journal(provider="stripe", kind="call")
    assert [call["status"] for call in calls] == [409, 409, 200]
    assert {call["request_headers"]["idempotency-key"] for call in calls} == {"ace:create:7:1"}
    assert len({call["request_body"] for call in calls}) == 1


def test_a_key_that_stays_in_use_is_a_conflict(ace_sandbox: RunningSandbox, stripe_client: Stripe) -> None:
    ace_sandbox.control.post("stripe/busy", times=9)
    with pytest.raises(ConflictError) as caught:
        create(stripe_client)
    assert caught.value.code == "idempotency_key_in_use"


@pytest.mark.parametrize("kind", ["reset_after", "truncated"])
def test_a_lost_answer_is_asked_for_again_and_pays_once(
    ace_sandbox: RunningSandbox, stripe_client: Stripe, kind: str
) -> None:
    intent = create(stripe_client)
    ace_sandbox.control.fail(kind, provider="stripe", operation="confirm_payment_intent")
    paid = stripe_client.confirm_payment_intent(
        payment_intent_id=intent.id, payment_method="pm_card_visa", return_url=BACK, idempotency_key="c"
    )
    charges = httpx.get(f"{ace_sandbox.url}/stripe/v1/charges", auth=(_key(), "")).json()["data"]
    assert (paid.status, len(charges)) == ("succeeded", 1)


def _key() -> str:
    value = StripeSettings.sandbox_values["secret_key"].get_secret_value()
    assert isinstance(value, str)
    return value


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "status", "status": 503}, UnavailableError),
        ({"kind": "status", "status": 429}, RateLimitedError),
        ({"kind": "html"}, OutcomeUnknownError),
        ({"kind": "reset_before"}, OutcomeUnknownError),
        ({"kind": "redirect"}, UnexpectedReplyError),
        ({"kind": "wrong_type"}, ProviderError),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_every_failure_is_an_error_of_this_package(
    ace_sandbox: RunningSandbox, stripe_client: Stripe, fault: dict[str, Any], expected: type[ProviderError]
) -> None:
    ace_sandbox.control.fail(**fault, provider="stripe", times=None)
    with pytest.raises(expected) as caught:
        create(stripe_client)
    assert (caught.value.provider, caught.value.operation) == ("stripe", "create_payment_intent")


class _Answers(httpx.BaseTransport):
    def __init__(self, status: int, content: bytes, **headers: str) -> None:
        self.status, self.content = status, content
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.sent = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent += 1
        headers = {"content-type": "application/json", **self.headers}
        return httpx.Response(self.status, stream=httpx.ByteStream(self.content), headers=headers)


def ask(transport: _Answers) -> Any:
    settings = StripeSettings(secret_key="sk_test_abc")
    with httpx.Client(transport=transport) as http, Stripe(settings, http=http) as client:
        return create(client)


@pytest.mark.parametrize(
    ("status", "said", "tries"),
    [(503, "false", 1), (503, "true", 3), (400, "true", 3), (429, "false", 1), (409, "false", 1), (402, "true", 3)],
)
def test_stripes_own_word_on_retrying_comes_first(status: int, said: str, tries: int) -> None:
    transport = _Answers(status, b'{"error":{"type":"api_error"}}', stripe_should_retry=said)
    with pytest.raises(ProviderError):
        ask(transport)
    assert transport.sent == tries


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, b'{"error":{"type":"invalid_request_error","code":"rate_limit"}}', RateLimitedError),
        (400, b'{"error":{"type":"invalid_request_error","code":"lock_timeout"}}', RateLimitedError),
        (400, b'{"error":{"type":"idempotency_error"}}', ConflictError),
        (400, b'{"error":"text"}', InvalidRequestError),
        (400, b'{"error":[]}', InvalidRequestError),
        (400, b"[]", InvalidRequestError),
        (400, b"<html>", InvalidRequestError),
        (402, b'{"error":{"type":"card_error","code":"card_declined"}}', CardDeclinedError),
        (424, b"{}", UnavailableError),
        (500, b"", UnavailableError),
        (200, b"null", OutcomeUnknownError),
        (200, b'{"error":"text"}', OutcomeUnknownError),
    ],
)
def test_error_answers_of_every_shape_are_typed(status: int, body: bytes, expected: type[ProviderError]) -> None:
    with pytest.raises(expected) as caught:
        ask(_Answers(status, body))
    assert type(caught.value) is expected


def test_a_decline_without_a_reason_gives_stripes_own_code() -> None:
    with pytest.raises(CardDeclinedError) as caught:
        ask(_Answers(402, b'{"error":{"type":"card_error","code":"card_declined"}}'))
    assert (caught.value.decline_code, caught.value.message_key) == ("card_declined", "payments.declined.generic")


class Records:
    def __init__(self) -> None:
        self.seen: list[CallRecord] = []

    def before_call(self, record: CallRecord) -> None: ...

    def after_call(self, record: CallRecord) -> None:
        self.seen.append(record)


def test_records_name_the_operation_and_no_id(stripe_settings: StripeSettings) -> None:
    records = Records()
    with Stripe(stripe_settings, observer=records) as client:
        intent = create(client)
        client.search_payment_intents(reference="7")
        client.cancel_payment_intent(payment_intent_id=intent.id, idempotency_key="x")
        client.sdk.v1.payment_intents.retrieve(intent.id)
    assert [(each.operation, each.method, each.path) for each in records.seen] == [
        ("create_payment_intent", "POST", "/v1/payment_intents"),
        ("search_payment_intents", "GET", "/v1/payment_intents/search"),
        ("cancel_payment_intent", "POST", "/v1/payment_intents/{id3}/cancel"),
        ("sdk", "GET", "/v1/payment_intents/{id3}"),
    ]


def test_the_raw_answer_can_be_had_beside_the_result(stripe_client: Stripe) -> None:
    replied = stripe_client.perform(StripeCalls().retrieve_balance().with_reply())
    assert (replied.reply.status, replied.value.livemode, replied.reply.request_id[:4]) == (200, False, "req_")


def test_any_other_request_goes_through_the_same_pipeline(stripe_client: Stripe) -> None:
    assert stripe_client.request("GET", "/v1/charges", query={"limit": "1"}).status == 200


def test_the_sdk_is_handed_out_with_our_errors(stripe_client: Stripe) -> None:
    intent = create(stripe_client)
    sdk = stripe_client.with_options(timeout=5).sdk
    found = sdk.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (found.id, found.last_response.headers["Request-Id"][:4]) == (intent.id, "req_")
    assert found.last_response.headers.get("request-id") is not None
    with pytest.raises(NotFoundError):
        sdk.v1.payment_intents.retrieve("pi_none")
    with pytest.raises(InvalidInputError, match="hosts of their own"):
        sdk.v1.files.create({"purpose": "dispute_evidence", "file": b"x"})


async def test_the_sdk_is_handed_out_for_awaiting(async_stripe: AsyncStripe, stripe_client: Stripe) -> None:
    sdk = async_stripe.sdk
    assert (await sdk.v1.balance.retrieve_async()).object == "balance"
    with pytest.raises(InvalidInputError, match="awaited"):
        sdk.v1.balance.retrieve()
    with pytest.raises(InvalidInputError, match="blocks"):
        await stripe_client.sdk.v1.balance.retrieve_async()
    stripe_client.sdk._requestor._client.close()


def test_no_secret_reaches_the_log(stripe_client: Stripe, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    intent = create(stripe_client)
    stripe_client.sdk.v1.payment_intents.retrieve(intent.id)
    assert intent.client_secret is not None
    assert "Stripe API response" in caplog.text
    for secret in (_key(), intent.client_secret.get_secret_value()):
        assert secret not in caplog.text
    ours = [record for record in caplog.records if record.name == "stripe"]
    assert len({record.getMessage() for record in ours if "Request to Stripe" in record.getMessage()}) == 1


def test_the_sdk_is_imported_by_the_first_call_only() -> None:
    code = (
        "import sys, ace_integrations.payments.stripe as s\n"
        "assert not {'httpx', 'pydantic', 'stripe'} & set(sys.modules), 1\n"
        "s.Stripe(s.StripeSettings(secret_key='sk_test_a')); s.StripeGateway(s.StripeSettings())\n"
        "assert 'stripe' not in sys.modules, 2\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_sdks_telemetry_is_off_and_writes_nothing(
    stripe_client: Stripe, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    create(stripe_client)
    assert (stripe.enable_telemetry, list(tmp_path.iterdir())) == (False, [])
