"""A quote holds for its user, purpose and price until it lapses, and explains itself later."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.payments.rates.rates import rate

from ace_integrations import InvalidInputError
from ace_integrations.payments import Money
from ace_integrations.payments.rates import (
    Accepted,
    Decision,
    Quote,
    QuoteExpiredError,
    QuoteMismatchError,
    Skipped,
    convert,
    refund_due,
)

MADE = datetime(2026, 9, 29, 8, 0, 1, tzinfo=UTC)
PRICE = Money.of("1000", "EGP")
RATE = rate("52.05019502", as_of=datetime(2026, 9, 29, tzinfo=UTC), source="fawazahmed0")
ACCEPTED = Accepted(RATE, Decision.FRESH, None, (Skipped("frankfurter", "error"),))


def quote(price: Money = PRICE, **changes: Any) -> Quote:
    how: dict[str, Any] = {"to": "USD", "accepted": ACCEPTED, "purpose": "course:42", "user": "user-7", "now": MADE}
    return Quote.make(price, exponents="paypal", **how | changes)


def test_a_quote_is_good_to_the_last_second_before_its_end_and_not_at_it() -> None:
    made = quote()
    how: dict[str, Any] = {"price": PRICE, "purpose": "course:42", "user": "user-7"}
    made.check(now=datetime(2026, 9, 29, 8, 15, 0, tzinfo=UTC), **how)
    with pytest.raises(QuoteExpiredError):
        made.check(now=datetime(2026, 9, 29, 8, 15, 1, tzinfo=UTC), **how)


@pytest.mark.parametrize(
    "changed", [{"user": "user-8"}, {"purpose": "course:43"}, {"price": Money.of("1000.01", "EGP")}]
)
def test_a_quote_is_of_one_user_one_purpose_and_one_price(changed: dict[str, Any]) -> None:
    how: dict[str, Any] = {"price": PRICE, "purpose": "course:42", "user": "user-7", "now": MADE}
    with pytest.raises(QuoteMismatchError, match=next(iter(changed))):
        quote().check(**how | changed)


def test_money_is_converted_by_its_own_quote_only() -> None:
    assert PRICE.convert(quote()) == Money.of("19.21", "USD")
    with pytest.raises(QuoteMismatchError):
        Money.of("999", "EGP").convert(quote())


def test_the_record_is_text_and_explains_the_amount() -> None:
    record = json.loads(json.dumps(quote().record()))
    assert record.pop("quote_id").startswith("fxq_")
    assert record == {
        "source_amount": "1000.00",
        "source_currency": "EGP",
        "target_amount": "19.21",
        "target_currency": "USD",
        "rate": "52.05019502",
        "rate_base": "USD",
        "rate_quote": "EGP",
        "rate_source": "fawazahmed0",
        "rate_kind": "aggregate",
        "rate_as_of": "2026-09-29",
        "fetched_at": None,
        "decision": "fresh",
        "confirmed_by": None,
        "markup": "0",
        "rounding": "ROUND_HALF_UP",
        "exponents": "paypal",
        "created_at": "2026-09-29T08:00:01+00:00",
        "expires_at": "2026-09-29T08:15:01+00:00",
        "skipped": [{"source": "frankfurter", "reason": "error"}],
    }


@given(
    st.decimals("201", "9999999.99", places=2),
    st.decimals("20", "200", places=8),
    st.sampled_from(["0", "0.02", "0.1"]),
    st.sampled_from(["ROUND_HALF_UP", "ROUND_HALF_EVEN", "ROUND_CEILING"]),
)
def test_a_stored_quote_converts_to_the_same_amount_again(
    amount: Decimal, value: Decimal, markup: str, rounding: str
) -> None:
    accepted = Accepted(rate(str(value)), Decision.FRESH)
    made = quote(Money(amount, "EGP"), accepted=accepted, markup=Decimal(markup), rounding=rounding)
    stored = Quote.model_validate_json(made.model_dump_json())
    assert stored == made
    assert stored.again() == made.target


@pytest.mark.parametrize(
    ("parts", "charged", "sent"),
    [
        (("250",), "20.00", ["5.00"]),
        (("333.33", "333.33", "333.34"), "20.00", ["6.67", "6.66", "6.67"]),
        (("333.33", "333.33", "333.34"), "19.21", ["6.40", "6.41", "6.40"]),
    ],
)
def test_refunds_are_reckoned_from_their_sum(parts: tuple[str, ...], charged: str, sent: list[str]) -> None:
    refunded, given_back = Money.zero("EGP"), []
    for text in parts:
        part = Money.of(text, "EGP")
        due = refund_due(part, price=PRICE, charged=Money.of(charged, "USD"), refunded=refunded)
        given_back.append(str(due.amount))
        refunded += part
    assert given_back == sent


@given(st.lists(st.integers(1, 40_000), min_size=1, max_size=30), st.integers(1, 10_000))
def test_refunds_never_come_to_more_than_was_charged(parts: list[int], charged_units: int) -> None:
    charged, refunded, sent = Money.from_minor(charged_units, "USD"), Money.zero("EGP"), Money.zero("USD")
    for units in parts:
        part = Money.from_minor(units, "EGP")
        if refunded + part > PRICE:
            with pytest.raises(InvalidInputError):
                refund_due(part, price=PRICE, charged=charged, refunded=refunded)
            return
        due = refund_due(part, price=PRICE, charged=charged, refunded=refunded)
        assert due >= Money.zero("USD")
        refunded, sent = refunded + part, sent + due
        assert sent <= charged
    if refunded == PRICE:
        assert sent == charged


def test_a_conversion_and_back_is_not_the_price_again() -> None:
    back = convert(quote().target, to="EGP", rate=RATE)
    assert back == Money.of("999.88", "EGP")


def test_a_longer_life_can_be_given() -> None:
    assert quote(life=timedelta(hours=1)).expires_at - MADE == timedelta(hours=1)
