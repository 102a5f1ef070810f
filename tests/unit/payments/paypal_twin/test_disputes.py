"""Disputes on PayPal's twin."""

from typing import Any

import httpx
import pytest
from tests.paypal_shop import Json, Shop, issues, unit

from ace_integrations.errors import InvalidInputError
from ace_integrations.payments.paypal.sandbox.disputes import OUTCOMES, REASONS, STAGES, STEPS

DISPUTES = "/v1/customer/disputes"


def opened(shop: Shop, capture: Json | None = None, **claim: Any) -> Json:
    capture = capture or shop.paid()
    dispute: Json = shop.control.post(f"paypal/captures/{capture['id']}/dispute", **claim)
    return dispute


def act(shop: Shop, dispute: Json, step: str, **body: Any) -> httpx.Response:
    return shop.ask("POST", f"{DISPUTES}/{dispute['dispute_id']}/{step}", json=body)


EVIDENCE: Json = {"evidences": [{"evidence_type": "PROOF_OF_FULFILLMENT", "notes": "the course was held"}]}
BODIES: dict[str, Json] = {
    "provide-evidence": EVIDENCE,
    "adjudicate": {"adjudication_outcome": "SELLER_FAVOR"},
    "require-evidence": {"action": "SELLER_EVIDENCE"},
    "accept-claim": {"note": "agreed"},
    "escalate": {"note": "please decide"},
    "make-offer": {
        "note": "half of it",
        "offer_type": "REFUND",
        "offer_amount": {"currency_code": "USD", "value": "10.00"},
    },
    "send-message": {"message": "which lesson was it?"},
    "appeal": {"evidences": [{"evidence_type": "OTHER", "notes": "the list of who was there"}]},
}
STATUSES = ("OPEN", "WAITING_FOR_SELLER_RESPONSE", "UNDER_REVIEW", "WAITING_FOR_BUYER_RESPONSE", "RESOLVED")


def in_status(shop: Shop, status: str) -> Json:
    dispute = opened(shop, stage="INQUIRY" if status == "OPEN" else "CHARGEBACK")
    if status in ("UNDER_REVIEW", "WAITING_FOR_BUYER_RESPONSE"):
        act(shop, dispute, "provide-evidence", **EVIDENCE)
    if status == "WAITING_FOR_BUYER_RESPONSE":
        act(shop, dispute, "require-evidence", action="BUYER_EVIDENCE")
    if status == "RESOLVED":
        act(shop, dispute, "accept-claim")
    found = shop.get(f"{DISPUTES}/{dispute['dispute_id']}")
    assert found["status"] == status
    return found


@pytest.mark.parametrize("step", BODIES)
@pytest.mark.parametrize("status", STATUSES)
def test_each_step_is_possible_in_its_statuses_only(shop: Shop, step: str, status: str) -> None:
    dispute = in_status(shop, status)
    answer = act(shop, dispute, step, **BODIES[step])
    offered = {each["rel"] for each in dispute["links"]}
    after = shop.get(f"{DISPUTES}/{dispute['dispute_id']}")
    if status in STEPS[step].froms:
        assert (answer.status_code, after["status"], step.replace("-", "_") in offered) == (
            200,
            STEPS[step].status,
            True,
        )
    else:
        assert issues(answer) == (422, ["ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE"])
        assert after == dispute


@pytest.mark.parametrize("reason", REASONS)
def test_a_dispute_names_the_capture_and_the_reason(shop: Shop, reason: str) -> None:
    capture = shop.paid(unit(invoice_id="ACE-7"))
    found = shop.get(f"{DISPUTES}/{opened(shop, capture, reason=reason)['dispute_id']}")
    (transaction,) = found["disputed_transactions"]
    assert (found["reason"], found["dispute_amount"]["value"]) == (reason, "20.00")
    assert (transaction["seller_transaction_id"], transaction["custom"]) == (capture["id"], "payment-7")
    assert transaction["invoice_number"] == "ACE-7"


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_dispute_ends_in_any_way_and_costs_what_is_lost(shop: Shop, outcome: str) -> None:
    capture = shop.paid()
    dispute = opened(shop, capture, value="5.00")
    shop.control.post(f"paypal/disputes/{dispute['dispute_id']}/close", outcome=outcome)
    found = shop.get(f"{DISPUTES}/{dispute['dispute_id']}")
    lost = outcome in ("RESOLVED_BUYER_FAVOUR", "ACCEPTED")
    assert (found["status"], found["dispute_outcome"]["outcome_code"]) == ("RESOLVED", outcome)
    assert found["dispute_outcome"]["amount_refunded"]["value"] == ("5.00" if lost else "0.00")
    after = shop.get(f"/v2/payments/captures/{capture['id']}")
    assert after["status"] == ("PARTIALLY_REFUNDED" if lost else "COMPLETED")
    ends = ["PAYMENT.CAPTURE.REVERSED"] * lost + ["CUSTOMER.DISPUTE.RESOLVED"]
    assert shop.events()[3:] == ["CUSTOMER.DISPUTE.CREATED", *ends]


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [("BUYER_FAVOR", "RESOLVED_BUYER_FAVOUR"), ("SELLER_FAVOR", "RESOLVED_SELLER_FAVOUR")],
)
def test_a_verdict_follows_the_evidence(shop: Shop, verdict: str, outcome: str) -> None:
    dispute = opened(shop)
    act(shop, dispute, "provide-evidence", **EVIDENCE)
    act(shop, dispute, "adjudicate", adjudication_outcome=verdict)
    found = shop.get(f"{DISPUTES}/{dispute['dispute_id']}")
    assert found["dispute_outcome"]["outcome_code"] == outcome
    assert found["evidences"][0]["source"] == "SUBMITTED_BY_SELLER"
    assert [each for each in shop.events() if "DISPUTE" in each] == [
        "CUSTOMER.DISPUTE.CREATED",
        "CUSTOMER.DISPUTE.UPDATED",
        "CUSTOMER.DISPUTE.RESOLVED",
    ]


def test_evidence_comes_as_a_part_of_a_form_too(shop: Shop) -> None:
    dispute = opened(shop)
    place = f"{shop.url}{DISPUTES}/{dispute['dispute_id']}/provide-evidence"
    part = '{"evidences":[{"evidence_type":"OTHER","notes":"a list"}]}'
    files = {"input": ("input.json", part.encode(), "application/json"), "file1": ("list.txt", b"names", "text/plain")}
    answer = httpx.post(place, headers={"authorization": f"Bearer {shop.token}"}, files=files, trust_env=False)
    assert answer.status_code == 200
    assert shop.get(f"{DISPUTES}/{dispute['dispute_id']}")["evidences"][0]["notes"] == "a list"


@pytest.mark.parametrize(
    ("step", "body", "found"),
    [
        ("provide-evidence", {}, (400, "MISSING_REQUIRED_PARAMETER")),
        ("adjudicate", {"adjudication_outcome": "NOBODY"}, (400, "INVALID_PARAMETER_VALUE")),
        ("appeal", {}, (400, "MISSING_REQUIRED_PARAMETER")),
        ("make-offer", {"note": "x", "offer_type": "A_CAKE"}, (400, "INVALID_PARAMETER_VALUE")),
        ("send-message", {}, (400, "MISSING_REQUIRED_PARAMETER")),
        (
            "accept-claim",
            {"refund_amount": {"currency_code": "USD", "value": "20.01"}},
            (400, "INVALID_PARAMETER_VALUE"),
        ),
        (
            "make-offer",
            {"offer_type": "REFUND", "offer_amount": {"currency_code": "EUR", "value": "1.00"}},
            (400, "INVALID_PARAMETER_VALUE"),
        ),
    ],
)
def test_a_step_without_what_it_needs_is_refused(shop: Shop, step: str, body: Json, found: tuple[int, str]) -> None:
    dispute = in_status(shop, {"adjudicate": "UNDER_REVIEW", "appeal": "RESOLVED"}.get(step, "OPEN"))
    assert issues(act(shop, dispute, step, **body)) == (found[0], [found[1]])


def test_a_disputed_capture_is_not_refunded_and_a_lost_one_never(shop: Shop) -> None:
    capture = shop.paid()
    dispute = opened(shop, capture, value="5.00")
    assert issues(shop.refund(capture["id"])) == (422, ["TRANSACTION_DISPUTED"])
    act(shop, dispute, "accept-claim")
    assert issues(shop.refund(capture["id"])) == (422, ["REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK"])


def test_a_claim_is_accepted_in_part(shop: Shop) -> None:
    capture = shop.paid()
    amount = {"currency_code": "USD", "value": "8.00"}
    act(
        shop,
        opened(shop, capture),
        "accept-claim",
        note="half",
        accept_claim_type="PARTIAL_REFUND",
        refund_amount=amount,
    )
    (dispute,) = shop.get(DISPUTES)["items"]
    found = shop.get(f"{DISPUTES}/{dispute['dispute_id']}")
    assert found["dispute_outcome"]["amount_refunded"] == amount
    assert found["messages"][0]["content"] == "half"
    assert shop.get(f"/v2/payments/captures/{capture['id']}")["status"] == "PARTIALLY_REFUNDED"


@pytest.mark.parametrize(("verdict", "status"), [("SELLER_FAVOR", "COMPLETED"), ("BUYER_FAVOR", "REFUNDED")])
def test_a_lost_dispute_is_appealed_once_and_the_money_follows_the_verdict(
    shop: Shop, verdict: str, status: str
) -> None:
    capture = shop.paid()
    dispute = opened(shop, capture)
    act(shop, dispute, "accept-claim")
    act(shop, dispute, "appeal", **EVIDENCE)
    act(shop, dispute, "adjudicate", adjudication_outcome=verdict)
    assert shop.get(f"/v2/payments/captures/{capture['id']}")["status"] == status
    assert issues(act(shop, dispute, "appeal", **EVIDENCE)) == (422, ["ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE"])


def test_a_won_capture_can_be_refunded(shop: Shop) -> None:
    capture = shop.paid()
    dispute = opened(shop, capture)
    shop.control.post(f"paypal/disputes/{dispute['dispute_id']}/close", outcome="RESOLVED_SELLER_FAVOUR")
    assert shop.refund(capture["id"]).status_code == 201


def test_the_seller_has_ten_days_to_answer(shop: Shop) -> None:
    dispute = opened(shop)
    assert dispute["seller_response_due_date"] > dispute["create_time"]
    act(shop, dispute, "provide-evidence", **EVIDENCE)
    assert "seller_response_due_date" not in shop.get(f"{DISPUTES}/{dispute['dispute_id']}")


def test_a_list_is_read_page_by_page(shop: Shop) -> None:
    ids = [opened(shop)["dispute_id"] for _ in range(3)][::-1]
    first = shop.get(DISPUTES, page_size=2)
    (following,) = [each["href"] for each in first["links"] if each["rel"] == "next"]
    second = shop.get(following)
    assert [each["dispute_id"] for each in [*first["items"], *second["items"]]] == ids
    assert [each["rel"] for each in second["links"]] == ["self", "first"]


def test_a_list_is_narrowed_by_capture_and_state(shop: Shop) -> None:
    capture = shop.paid()
    dispute, other = opened(shop, capture), opened(shop, stage=STAGES[0])

    def found(**query: str) -> list[str]:
        return [each["dispute_id"] for each in shop.get(DISPUTES, **query)["items"]]

    assert found(disputed_transaction_id=capture["id"]) == [dispute["dispute_id"]]
    assert found(dispute_state="OPEN_INQUIRIES") == [other["dispute_id"]]
    assert found(dispute_state="OPEN_INQUIRIES,REQUIRED_ACTION") == [other["dispute_id"], dispute["dispute_id"]]
    assert found(update_time_before="2020-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    "query", ["page_size=0", "page_size=51", "page_size=x", "start_time=2026-01-01T00:00:00Z&disputed_transaction_id=X"]
)
def test_a_list_that_cannot_be_is_refused(shop: Shop, query: str) -> None:
    assert issues(shop.ask("GET", f"{DISPUTES}?{query}")) == (400, ["INVALID_PARAMETER_VALUE"])


@pytest.mark.parametrize("claim", [{"reason": "MOOD"}, {"stage": "LATER"}, {"value": "20.01"}, {"value": "0"}])
def test_a_claim_that_cannot_be_is_refused(shop: Shop, claim: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError, match="refused"):
        opened(shop, **claim)


def test_a_capture_is_under_one_dispute_at_a_time(shop: Shop) -> None:
    capture = shop.paid()
    first = opened(shop, capture, value="5.00")
    with pytest.raises(InvalidInputError, match="TRANSACTION_DISPUTED"):
        opened(shop, capture)
    shop.control.post(f"paypal/disputes/{first['dispute_id']}/close", outcome="CANCELED_BY_BUYER")
    assert opened(shop, capture)["status"] == "WAITING_FOR_SELLER_RESPONSE"


def test_a_refunded_capture_has_nothing_to_claim(shop: Shop) -> None:
    capture = shop.paid()
    shop.refund(capture["id"])
    with pytest.raises(InvalidInputError, match="refused"):
        opened(shop, capture)
