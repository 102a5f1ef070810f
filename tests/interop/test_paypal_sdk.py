"""PayPal's official SDK against the twin: it must not be able to tell."""

from collections.abc import Iterator
from typing import Any

import pytest
from paypalserversdk.configuration import Configuration, Environment, Server
from paypalserversdk.exceptions.error_exception import ErrorException
from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
from paypalserversdk.models.amount_breakdown import AmountBreakdown
from paypalserversdk.models.amount_with_breakdown import AmountWithBreakdown
from paypalserversdk.models.capture_request import CaptureRequest
from paypalserversdk.models.checkout_payment_intent import CheckoutPaymentIntent
from paypalserversdk.models.confirm_order_request import ConfirmOrderRequest
from paypalserversdk.models.item_category import ItemCategory
from paypalserversdk.models.item_request import ItemRequest
from paypalserversdk.models.money import Money
from paypalserversdk.models.order_request import OrderRequest
from paypalserversdk.models.patch import Patch
from paypalserversdk.models.patch_op import PatchOp
from paypalserversdk.models.payment_source import PaymentSource
from paypalserversdk.models.paypal_experience_user_action import PaypalExperienceUserAction
from paypalserversdk.models.paypal_wallet import PaypalWallet
from paypalserversdk.models.paypal_wallet_experience_context import PaypalWalletExperienceContext
from paypalserversdk.models.purchase_unit_request import PurchaseUnitRequest
from paypalserversdk.models.reauthorize_request import ReauthorizeRequest
from paypalserversdk.models.refund_request import RefundRequest
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient
from tests.paypal_shop import CLIENT

from ace_integrations.payments.paypal.sandbox import PayPalTwin
from ace_integrations.payments.paypal.sandbox.issues import STATUS_NAMED, STATUS_OF
from ace_integrations.sandbox import RunningSandbox, start

# The SDK's HTTP adapter leaves its connections to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

WHOLE = "return=representation"


@pytest.fixture(scope="module")
def server() -> Iterator[RunningSandbox]:
    with start(twins=[PayPalTwin]) as running:
        yield running


@pytest.fixture
def sandbox(server: RunningSandbox) -> RunningSandbox:
    server.control.reset()
    return server


@pytest.fixture
def sdk(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> PaypalServersdkClient:
    address = f"{sandbox.url}/paypal"
    monkeypatch.setitem(Configuration.environments[Environment.SANDBOX], Server.DEFAULT, address)
    return PaypalServersdkClient(
        client_credentials_auth_credentials=ClientCredentialsAuthCredentials(*CLIENT), environment=Environment.SANDBOX
    )


def request(value: str = "20.00", intent: str = CheckoutPaymentIntent.CAPTURE, **more: Any) -> OrderRequest:
    amount = AmountWithBreakdown("USD", value, AmountBreakdown(item_total=Money("USD", value)))
    item = ItemRequest("دورة 42", Money("USD", value), "1", category=ItemCategory.DIGITAL_GOODS)
    unit = PurchaseUnitRequest(
        amount, reference_id="default", description="دورة 42", custom_id="payment-7", items=[item]
    )
    return OrderRequest(intent, [unit], **more)


def create(sdk: PaypalServersdkClient, body: OrderRequest | None = None, **options: Any) -> Any:
    return sdk.orders.create_order({"body": body or request(), "prefer": WHOLE, **options}).body


def approved(sdk: PaypalServersdkClient, sandbox: RunningSandbox, body: OrderRequest | None = None) -> Any:
    order = create(sdk, body)
    sandbox.control.post(f"paypal/orders/{order.id}/approve")
    return order


def captured(sdk: PaypalServersdkClient, sandbox: RunningSandbox) -> Any:
    order = sdk.orders.capture_order({"id": approved(sdk, sandbox).id, "prefer": WHOLE}).body
    return order.purchase_units[0].payments.captures[0]


def authorized(sdk: PaypalServersdkClient, sandbox: RunningSandbox) -> Any:
    order = approved(sdk, sandbox, request(intent=CheckoutPaymentIntent.AUTHORIZE))
    found = sdk.orders.authorize_order({"id": order.id, "prefer": WHOLE}).body
    return found.purchase_units[0].payments.authorizations[0]


def issue_of(caught: pytest.ExceptionInfo[ErrorException]) -> tuple[int, list[str]]:
    return caught.value.response_code, [each.issue for each in caught.value.details or []]


def test_an_order_is_created_read_and_patched(sdk: PaypalServersdkClient) -> None:
    order = create(sdk)
    path = "/purchase_units/@reference_id=='default'/custom_id"
    patched = sdk.orders.patch_order({"id": order.id, "body": [Patch(PatchOp.REPLACE, path, "payment-8")]})
    found = sdk.orders.get_order({"id": order.id}).body
    (unit,) = found.purchase_units
    assert (order.status, patched.status_code, found.id) == ("CREATED", 204, order.id)
    assert (unit.custom_id, unit.description, unit.items[0].name) == ("payment-8", "دورة 42", "دورة 42")
    assert (unit.amount.value, unit.payee.merchant_id) == ("20.00", "SANDBOXMERCH1")


def test_an_order_with_a_source_of_payment_leads_to_the_buyer(
    sdk: PaypalServersdkClient, sandbox: RunningSandbox
) -> None:
    context = PaypalWalletExperienceContext(
        return_url="http://127.0.0.1:8000/back",
        cancel_url="http://127.0.0.1:8000/cancel",
        user_action=PaypalExperienceUserAction.PAY_NOW,
    )
    source = PaymentSource(paypal=PaypalWallet(experience_context=context))
    order = create(sdk, request(payment_source=source), paypal_request_id="k1")
    links = {link.rel: link.href for link in order.links}
    assert order.status == "PAYER_ACTION_REQUIRED"
    assert links["payer-action"] == f"{sandbox.url}/paypal/checkoutnow?token={order.id}"


def test_a_source_of_payment_is_confirmed_later(sdk: PaypalServersdkClient) -> None:
    order = create(sdk)
    body = ConfirmOrderRequest(PaymentSource(paypal=PaypalWallet(email_address="mona@example.com")))
    assert sdk.orders.confirm_order({"id": order.id, "body": body}).body.status == "PAYER_ACTION_REQUIRED"


def test_an_order_is_captured_with_an_empty_body(sdk: PaypalServersdkClient, sandbox: RunningSandbox) -> None:
    capture = captured(sdk, sandbox)
    found = sdk.payments.get_captured_payment({"capture_id": capture.id}).body
    parts = found.seller_receivable_breakdown
    assert (capture.status, found.custom_id, found.final_capture) == ("COMPLETED", "payment-7", True)
    assert (parts.gross_amount.value, parts.paypal_fee.value, parts.net_amount.value) == ("20.00", "1.19", "18.81")


def test_money_is_reserved_and_taken_in_parts(sdk: PaypalServersdkClient, sandbox: RunningSandbox) -> None:
    held = authorized(sdk, sandbox)
    body = CaptureRequest(amount=Money("USD", "5.00"), final_capture=False)
    part = sdk.payments.capture_authorized_payment({"authorization_id": held.id, "body": body, "prefer": WHOLE}).body
    rest = sdk.payments.capture_authorized_payment({"authorization_id": held.id, "prefer": WHOLE}).body
    after = sdk.payments.get_authorized_payment({"authorization_id": held.id}).body
    assert (part.amount.value, rest.amount.value, after.status) == ("5.00", "15.00", "CAPTURED")


def test_what_is_reserved_is_released(sdk: PaypalServersdkClient, sandbox: RunningSandbox) -> None:
    held = authorized(sdk, sandbox)
    assert sdk.payments.void_payment({"authorization_id": held.id}).status_code == 204
    assert sdk.payments.get_authorized_payment({"authorization_id": held.id}).body.status == "VOIDED"


def test_money_is_reserved_anew(sdk: PaypalServersdkClient, sandbox: RunningSandbox) -> None:
    sandbox.control.post("paypal/tokens/lifetime", seconds=20 * 86400)
    held = authorized(sdk, sandbox)
    sandbox.control.advance(4 * 86400)
    body = ReauthorizeRequest(Money("USD", "20.00"))
    fresh = sdk.payments.reauthorize_payment({"authorization_id": held.id, "body": body}).body
    assert (fresh.status, fresh.id != held.id) == ("CREATED", True)


def test_a_capture_is_refunded_in_part_and_then_whole(sdk: PaypalServersdkClient, sandbox: RunningSandbox) -> None:
    capture = captured(sdk, sandbox)
    part = sdk.payments.refund_captured_payment(
        {"capture_id": capture.id, "body": RefundRequest(amount=Money("USD", "5.00")), "prefer": WHOLE}
    ).body
    between = sdk.payments.get_captured_payment({"capture_id": capture.id}).body.status
    rest = sdk.payments.refund_captured_payment({"capture_id": capture.id, "prefer": WHOLE}).body
    with pytest.raises(ErrorException) as caught:
        sdk.payments.refund_captured_payment({"capture_id": capture.id})
    assert (part.amount.value, between, rest.amount.value) == ("5.00", "PARTIALLY_REFUNDED", "15.00")
    assert rest.seller_payable_breakdown.total_refunded_amount.value == "20.00"
    assert sdk.payments.get_refund({"refund_id": part.id}).body.status == "COMPLETED"
    assert issue_of(caught) == (422, ["CAPTURE_FULLY_REFUNDED"])


def test_the_same_request_id_does_everything_once(sdk: PaypalServersdkClient, sandbox: RunningSandbox) -> None:
    answers = [sdk.orders.create_order({"body": request(), "paypal_request_id": "k1"}) for _ in range(2)]
    order_id = answers[0].body.id
    sandbox.control.post(f"paypal/orders/{order_id}/approve")
    asked = {"id": order_id, "paypal_request_id": "k2", "prefer": WHOLE}
    captures = [sdk.orders.capture_order(asked) for _ in range(2)]
    capture = captures[0].body.purchase_units[0].payments.captures[0]
    refund = {"capture_id": capture.id, "paypal_request_id": "k3"}
    refunds = [sdk.payments.refund_captured_payment(refund) for _ in range(2)]
    for pair in (answers, captures, refunds):
        assert [each.status_code for each in pair] == [201, 200]
        assert pair[0].body.id == pair[1].body.id


@pytest.mark.parametrize("issue", sorted(STATUS_OF))
def test_the_sdk_raises_each_issue(sdk: PaypalServersdkClient, sandbox: RunningSandbox, issue: str) -> None:
    order = approved(sdk, sandbox)
    mock = f'{{"mock_application_codes":"{issue}"}}'
    with pytest.raises(ErrorException) as caught:
        sdk.orders.capture_order({"id": order.id, "paypal_mock_response": mock})
    assert issue_of(caught) == (STATUS_OF[issue], [issue])
    assert caught.value.debug_id


@pytest.mark.parametrize("name", STATUS_NAMED)
def test_the_sdk_raises_each_status(sdk: PaypalServersdkClient, name: str) -> None:
    with pytest.raises(ErrorException) as caught:
        create(sdk, paypal_mock_response=f'{{"mock_application_codes":"{name}"}}')
    assert (caught.value.response_code, caught.value.name) == (STATUS_NAMED[name], name)


def test_the_sdk_sees_what_is_wrong_with_an_amount(sdk: PaypalServersdkClient) -> None:
    unit = PurchaseUnitRequest(AmountWithBreakdown("EGP", "1000.00"))
    with pytest.raises(ErrorException) as caught:
        create(sdk, OrderRequest(CheckoutPaymentIntent.CAPTURE, [unit]))
    assert issue_of(caught) == (422, ["CURRENCY_NOT_SUPPORTED"])
    assert caught.value.details[0].field == "/purchase_units/@reference_id=='default'/amount/currency_code"


def test_the_sdk_asks_for_one_token(sdk: PaypalServersdkClient, sandbox: RunningSandbox) -> None:
    captured(sdk, sandbox)
    captured(sdk, sandbox)
    operations = [entry["operation"] for entry in sandbox.control.journal(kind="call")]
    assert operations.count("get_token") == 1
    assert len(operations) == 5


def test_the_sdk_finds_nothing_where_nothing_is(sdk: PaypalServersdkClient) -> None:
    with pytest.raises(ErrorException) as caught:
        sdk.orders.get_order({"id": "5O190127TN364715T"})
    assert issue_of(caught) == (404, ["INVALID_RESOURCE_ID"])
