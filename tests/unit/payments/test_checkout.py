"""The decision to grant: rules, and laws over every order of reports."""

import itertools
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ace_integrations.errors import InvalidInputError
from ace_integrations.payments import (
    Access,
    Checkout,
    DisputePolicy,
    EventKind,
    GatewayReport,
    Money,
    NoticeKind,
    Outcome,
    PaymentOrder,
    PaymentStatus,
    Started,
    StoredPayment,
    StoredStatus,
    check_refund,
    refundable,
)

OPEN = [status for status in PaymentStatus if status is not PaymentStatus.PAID]
SETTLED = [StoredStatus.PAID, StoredStatus.PARTIALLY_REFUNDED, StoredStatus.REFUNDED, StoredStatus.DISPUTED]

thoroughly = settings(max_examples=3 * settings().max_examples)


def egp(amount: str | int) -> Money:
    return Money.of(amount, "EGP")


def stored(**changes: Any) -> StoredPayment:
    order = PaymentOrder(reference="7", amount=egp(100))
    started = Started(gateway="stripe", gateway_id="pi_1", status=PaymentStatus.PENDING, live=False)
    opened = StoredPayment.opened(order, started, user="9", course="42")
    return opened.model_copy(update=changes)


def report(status: PaymentStatus = PaymentStatus.PAID, **changes: Any) -> GatewayReport:
    received = egp(100) if status is PaymentStatus.PAID else egp(0)
    known = GatewayReport(
        gateway="stripe",
        gateway_id="pi_1",
        reference="7",
        status=status,
        amount=egp(100),
        received=received,
        refunded=egp(0),
        live=False,
    )
    return known.model_copy(update=changes)


def play(reports: Iterable[GatewayReport], checkout: Checkout | None = None) -> tuple[StoredPayment, list[Outcome]]:
    payment, outcomes = stored(), []
    for each in reports:
        outcome = (checkout or Checkout()).apply(payment, each)
        outcomes.append(outcome)
        payment = outcome.payment
    return payment, outcomes


def kinds(outcome: Outcome) -> set[EventKind]:
    return {event.kind for event in outcome.events}


def is_nothing(outcome: Outcome) -> bool:
    return (outcome.access, outcome.revenue_change, outcome.events, outcome.notices, outcome.alarm) == (
        Access.KEEP,
        egp(0),
        (),
        (),
        None,
    )


def test_exact_money_grants_the_course() -> None:
    outcome = Checkout().apply(stored(), report())
    assert (outcome.payment.status, outcome.payment.enrolled) == (StoredStatus.PAID, True)
    assert (outcome.access, outcome.revenue_change) == (Access.ENROL, egp(100))
    assert kinds(outcome) == {EventKind.PAYMENT_SUCCEEDED, EventKind.ENROLMENT_GRANTED}
    assert [notice.kind for notice in outcome.notices] == [NoticeKind.RECEIPT]
    assert (outcome.audit, outcome.alarm) == ("payment 7: pending -> paid", None)


CONTRADICTIONS: list[dict[str, Any]] = [
    {"gateway": "paypal"},
    {"gateway_id": "pi_2"},
    {"reference": "8"},
    {"reference": ""},
    {"live": True},
    {"payee": "somebody"},
    {"capture": False},
    {"oddity": "two captures"},
    {"amount": egp(99)},
    {"amount": Money.of(100, "USD")},
    {"received": egp(99)},
    {"received": egp(101)},
    {"received": egp(0)},
    {"received": Money.of(100, "USD")},
    {"refunded": egp(101)},
    {"refunded": egp(-1)},
    {"refunded": Money.zero("USD")},
    {"refunds_failed": Money.zero("USD")},
]


NAMED = {"capture": "taken at once", "oddity": "two captures"}


@pytest.mark.parametrize("changes", CONTRADICTIONS, ids=str)
def test_any_contradiction_grants_nothing_and_alarms_once(changes: dict[str, Any]) -> None:
    wrong = report(**changes)
    first = Checkout().apply(stored(), wrong)
    second = Checkout().apply(first.payment, wrong)
    assert (first.payment.status, first.access, first.revenue_change) == (StoredStatus.REVIEW, Access.KEEP, egp(0))
    assert first.alarm is not None
    name = next(iter(changes))
    assert NAMED.get(name, name.split("_")[0]) in first.alarm.reason
    assert kinds(first) == {EventKind.REVIEW_NEEDED}
    assert is_nothing(second)
    assert (second.audit, second.payment) == ("", first.payment)


def test_a_capture_belongs_to_one_payment() -> None:
    first = Checkout().apply(stored(), report(capture_id="ch_1"), capture_used_by="6")
    again = Checkout().apply(first.payment, report(capture_id="ch_1"), capture_used_by="6")
    assert (first.payment.status, first.access) == (StoredStatus.REVIEW, Access.KEEP)
    assert first.alarm is not None
    assert first.alarm.reason == "capture ch_1 belongs to 6"
    assert is_nothing(again)


def test_a_payment_stands_on_one_capture_and_keeps_its_fee() -> None:
    paid, _ = play([report(capture_id="ch_1", fee=egp(5)), report(refunded=egp(1))])
    other = Checkout().apply(paid, report(capture_id="ch_2"))
    assert (paid.capture_id, paid.fee) == ("ch_1", egp(5))
    assert other.alarm is not None
    assert (other.payment.capture_id, other.payment.enrolled) == ("ch_1", True)


AGREED = (PaymentStatus.APPROVED, PaymentStatus.AUTHORISED)


@pytest.mark.parametrize("status", PaymentStatus)
def test_only_what_the_payer_agreed_to_is_taken(status: PaymentStatus) -> None:
    assert Checkout().may_capture(stored(), report(status)) is (status in AGREED)


NOT_PAID_YET = [changes for changes in CONTRADICTIONS if changes != {"received": egp(0)}]


@pytest.mark.parametrize("changes", NOT_PAID_YET, ids=str)
def test_nothing_is_taken_that_contradicts_the_books(changes: dict[str, Any]) -> None:
    assert not Checkout().may_capture(stored(), report(PaymentStatus.APPROVED, **changes))


@pytest.mark.parametrize("status", [*SETTLED, StoredStatus.CANCELED, StoredStatus.REVIEW])
def test_nothing_is_taken_for_what_is_settled_or_ended(status: StoredStatus) -> None:
    received = egp(100) if status in SETTLED else egp(0)
    assert not Checkout().may_capture(stored(status=status, received=received), report(PaymentStatus.APPROVED))


def test_nothing_is_taken_for_a_course_that_another_payment_gave() -> None:
    assert not Checkout().may_capture(stored(), report(PaymentStatus.APPROVED), also_paid_by="6")


def test_a_declined_capture_is_told_once_and_the_payer_may_agree_again() -> None:
    approved = Checkout().apply(stored(), report(PaymentStatus.APPROVED)).payment
    first = Checkout().decline(approved, "INSTRUMENT_DECLINED")
    again = Checkout().decline(first.payment, "INSTRUMENT_DECLINED")
    assert (first.payment.has_failed, kinds(first), kinds(again)) == (
        True,
        {EventKind.PAYMENT_ATTEMPT_FAILED},
        set(),
    )
    assert Checkout().apply(again.payment, report()).payment.status is StoredStatus.PAID


def test_what_was_given_up_is_over_and_its_money_is_seen_all_the_same() -> None:
    ended = Checkout().give_up(stored())
    assert (ended.payment.status, kinds(ended)) == (StoredStatus.CANCELED, {EventKind.PAYMENT_CANCELED})
    assert Checkout().apply(ended.payment, report()).payment.status is StoredStatus.PAID


@pytest.mark.parametrize("status", SETTLED)
def test_what_was_settled_is_neither_declined_nor_given_up(status: StoredStatus) -> None:
    paid = stored(status=status, received=egp(100), enrolled=True)
    for outcome in (Checkout().decline(paid, "late"), Checkout().give_up(paid)):
        assert outcome.payment == paid
        assert is_nothing(outcome)


@pytest.mark.parametrize("status", OPEN)
def test_money_without_a_final_status_is_a_contradiction(status: PaymentStatus) -> None:
    outcome = Checkout().apply(stored(), report(status, received=egp(100)))
    assert (outcome.payment.status, outcome.payment.enrolled) == (StoredStatus.REVIEW, False)


@pytest.mark.parametrize("status", SETTLED)
def test_a_contradiction_takes_nothing_from_what_was_settled(status: StoredStatus) -> None:
    paid = stored(status=status, received=egp(100), enrolled=True)
    outcome = Checkout().apply(paid, report(amount=egp(1)))
    assert (outcome.payment.status, outcome.payment.enrolled, outcome.access) == (status, True, Access.KEEP)
    assert outcome.alarm is not None


def test_an_exact_report_ends_a_review() -> None:
    payment, outcomes = play([report(reference="8"), report()])
    assert (payment.status, payment.enrolled, outcomes[1].access) == (StoredStatus.PAID, True, Access.ENROL)


@pytest.mark.parametrize("status", OPEN)
def test_a_review_or_an_end_is_not_left_for_less_than_money(status: PaymentStatus) -> None:
    for stuck in (StoredStatus.REVIEW, StoredStatus.CANCELED):
        assert Checkout().apply(stored(status=stuck), report(status)).payment.status is stuck


@pytest.mark.parametrize("status", OPEN)
@pytest.mark.parametrize("before", SETTLED)
def test_what_was_paid_never_falls_back(before: StoredStatus, status: PaymentStatus) -> None:
    paid = stored(status=before, received=egp(100), enrolled=True)
    outcome = Checkout().apply(paid, report(status))
    assert outcome.payment == paid
    assert is_nothing(outcome)
    assert outcome.audit == f"payment 7: late report of {status} recorded only"


@pytest.mark.parametrize("status", OPEN)
def test_open_statuses_are_those_of_the_gateway_and_grant_nothing(status: PaymentStatus) -> None:
    outcome = Checkout().apply(stored(), report(status))
    assert (str(outcome.payment.status), outcome.access, outcome.revenue_change) == (str(status), Access.KEEP, egp(0))


def test_a_decline_is_told_once_and_leaves_the_payment_open() -> None:
    declined = report(PaymentStatus.PENDING, decline_code="insufficient_funds")
    payment, outcomes = play([declined, declined])
    assert (payment.status, payment.has_failed, payment.is_settled) == (StoredStatus.PENDING, True, False)
    assert [kinds(outcome) for outcome in outcomes] == [{EventKind.PAYMENT_ATTEMPT_FAILED}, set()]
    assert not Checkout().apply(payment, report()).payment.has_failed


def test_a_part_back_keeps_the_course_and_all_of_it_revokes() -> None:
    payment, outcomes = play([report(), report(refunded=egp(40)), report(refunded=egp(100))])
    assert [outcome.access for outcome in outcomes] == [Access.ENROL, Access.KEEP, Access.REVOKE]
    assert [outcome.revenue_change for outcome in outcomes] == [egp(100), egp(-40), egp(-60)]
    assert [outcome.payment.status for outcome in outcomes[1:]] == [
        StoredStatus.PARTIALLY_REFUNDED,
        StoredStatus.REFUNDED,
    ]
    assert [notice.kind for outcome in outcomes[1:] for notice in outcome.notices] == [
        NoticeKind.PARTIALLY_REFUNDED,
        NoticeKind.REFUNDED,
    ]
    assert payment.revenue == egp(0)


def test_a_refund_that_fails_in_the_end_gives_the_course_back() -> None:
    failed = report(refunds_failed=egp(100))
    payment, outcomes = play([report(), report(refunded=egp(100)), failed])
    assert (payment.status, payment.enrolled, payment.revenue) == (StoredStatus.PAID, True, egp(100))
    assert EventKind.REFUND_FAILED in kinds(outcomes[2])
    assert [notice.kind for notice in outcomes[2].notices] == [NoticeKind.ACCESS_RESTORED]


def test_a_dispute_suspends_and_its_end_in_our_favour_restores() -> None:
    payment, outcomes = play([report(), report(disputed=True), report(disputes_closed=1)])
    assert [outcome.access for outcome in outcomes] == [Access.ENROL, Access.REVOKE, Access.ENROL]
    assert [notice.kind for outcome in outcomes[1:] for notice in outcome.notices] == [
        NoticeKind.ACCESS_SUSPENDED,
        NoticeKind.ACCESS_RESTORED,
    ]
    assert EventKind.DISPUTE_OPENED in kinds(outcomes[1])
    assert EventKind.DISPUTE_CLOSED in kinds(outcomes[2])
    assert payment.status is StoredStatus.PAID


def test_by_policy_a_dispute_keeps_access() -> None:
    lenient = Checkout(disputes=DisputePolicy.KEEP)
    payment, _ = play([report(), report(disputed=True)], lenient)
    assert (payment.status, payment.enrolled) == (StoredStatus.DISPUTED, True)


def test_paying_twice_for_one_course_alarms_once_and_enrols_nobody() -> None:
    first = Checkout().apply(stored(), report(), also_paid_by="6")
    second = Checkout().apply(first.payment, report(), also_paid_by="6")
    assert (first.payment.status, first.payment.enrolled, first.access) == (StoredStatus.PAID, False, Access.KEEP)
    assert first.alarm is not None
    assert "paid twice" in first.alarm.reason
    assert is_nothing(second)


def test_a_refunded_payment_beside_a_good_one_alarms_nobody() -> None:
    outcome = Checkout().apply(stored(), report(refunded=egp(100)), also_paid_by="6")
    assert (outcome.alarm, outcome.payment.status) == (None, StoredStatus.REFUNDED)


# What a gateway may truly say over the life of one payment, oldest first; partial histories are cut from it.
HISTORIES = {
    "plain": [report(PaymentStatus.PENDING), report(PaymentStatus.PROCESSING), report()],
    "declined first": [
        report(PaymentStatus.PENDING, decline_code="generic_decline"),
        report(PaymentStatus.ACTION_REQUIRED),
        report(),
        report(refunded=egp(30)),
    ],
    "refunded": [report(PaymentStatus.AUTHORISED), report(), report(refunded=egp(30)), report(refunded=egp(100))],
    "refund failed": [
        report(),
        report(refunded=egp(30)),
        report(refunds_failed=egp(30)),
        report(refunds_failed=egp(30), refunded=egp(20)),
    ],
    "disputed": [report(), report(disputed=True), report(disputes_closed=1), report(disputes_closed=1, disputed=True)],
}


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_every_order_of_a_history_ends_alike(history: list[GatewayReport]) -> None:
    final, _ = play(history)
    for order in itertools.permutations([*history, *history[-2:]]):
        payment, outcomes = play(order)
        assert payment == final
        assert sum(outcome.revenue_change.amount for outcome in outcomes) == final.revenue.amount


@thoroughly
@given(data=st.data())
def test_any_order_with_duplicates_gives_one_enrolment_and_the_right_revenue(data: st.DataObject) -> None:
    """M1 to M10: what a confirm page, webhooks and refunds read, in any order, each any number of times."""
    steps = data.draw(st.lists(st.integers(0, 50), max_size=4), label="refunds")
    refunded = [sum(steps[: count + 1]) for count in range(len(steps)) if sum(steps[: count + 1]) <= 100]
    history = [report(PaymentStatus.PENDING), report(), *(report(refunded=egp(each)) for each in refunded)]
    extra = data.draw(st.lists(st.sampled_from(history), max_size=6), label="duplicates")
    order = data.draw(st.permutations([*history, *extra]), label="order")
    payment, outcomes = play(order)
    last = refunded[-1] if refunded else 0
    enrolments = sum(outcome.access is Access.ENROL for outcome in outcomes)
    revocations = sum(outcome.access is Access.REVOKE for outcome in outcomes)
    assert payment.revenue == egp(100 - last) == payment.received - payment.refunded
    assert sum(outcome.revenue_change.amount for outcome in outcomes) == payment.revenue.amount
    assert payment.enrolled is (last < 100)
    assert enrolments - revocations == int(payment.enrolled)
    assert enrolments <= 1
    assert sum(EventKind.PAYMENT_SUCCEEDED in kinds(outcome) for outcome in outcomes) == 1


REPORTS = st.builds(
    report,
    st.sampled_from(PaymentStatus),
    reference=st.sampled_from(["7", "7", "7", "8"]),
    received=st.sampled_from([egp(0), egp(100), egp(50), Money.of(100, "USD")]),
    refunded=st.sampled_from([egp(0), egp(30), egp(100), egp(200)]),
    refunds_failed=st.sampled_from([None, egp(0), egp(30)]),
    disputed=st.booleans(),
    disputes_closed=st.integers(0, 2),
    decline_code=st.sampled_from(["", "generic_decline"]),
)


@thoroughly
@given(
    before=st.sampled_from(StoredStatus), reports=st.lists(REPORTS, max_size=6), policy=st.sampled_from(DisputePolicy)
)
def test_it_is_total_idempotent_and_grants_only_exact_money(
    before: StoredStatus, reports: list[GatewayReport], policy: DisputePolicy
) -> None:
    checkout, payment = Checkout(disputes=policy), stored(status=before)
    for each in reports:
        outcome = checkout.apply(payment, each)
        again = checkout.apply(outcome.payment, each)
        exact = each.status is PaymentStatus.PAID and each.received == egp(100) and each.reference == "7"
        assert outcome.access is not Access.ENROL or exact
        assert outcome.payment.is_settled >= payment.is_settled
        assert again.payment == outcome.payment
        assert is_nothing(again)
        payment = outcome.payment


@given(wanted=st.lists(st.integers(-10, 120), max_size=8))
def test_refunds_never_add_up_to_more_than_was_received(wanted: list[int]) -> None:
    payment = stored(status=StoredStatus.PAID, received=egp(100), enrolled=True)
    given_back = egp(0)
    for each in wanted:
        possible = 0 < each <= 100 - given_back.amount
        back = check_refund(payment, egp(each), under_way=given_back) if possible else egp(0)
        given_back = given_back + back
    assert given_back <= payment.received


@pytest.mark.parametrize("amount", [egp(0), egp(-1), egp("100.01"), Money.of(1, "USD")])
def test_an_impossible_refund_is_refused_before_it_is_asked_for(amount: Money) -> None:
    paid = stored(status=StoredStatus.PAID, received=egp(100))
    with pytest.raises(InvalidInputError):
        check_refund(paid, amount)


def test_without_an_amount_the_rest_is_refunded() -> None:
    paid = stored(status=StoredStatus.PARTIALLY_REFUNDED, received=egp(100), refunded=egp(30))
    assert (refundable(paid), check_refund(paid, None)) == (egp(70), egp(70))
    with pytest.raises(InvalidInputError):
        check_refund(paid, None, under_way=egp(70))
