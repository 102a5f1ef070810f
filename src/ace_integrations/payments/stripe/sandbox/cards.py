"""Stripe's test cards, and what each of them does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Card:
    """One test card.

    Attributes:
        names: of its ready-made payment methods, without `pm_card_`.
        code, decline_code: of the refusal; "" when the card is good.
        authenticates: whether 3-D Secure comes first.
        dispute: the reason of the dispute that follows a payment, "" for none.
        inquiry: whether that dispute is only a question.
        refund: how a refund ends: "succeeded", "failed" after it had succeeded, "pending" first.
    """

    number: str
    names: tuple[str, ...] = ()
    brand: str = "visa"
    code: str = ""
    decline_code: str = ""
    authenticates: bool = False
    dispute: str = ""
    inquiry: bool = False
    refund: str = "succeeded"


def _declined(number: str, reason: str, *names: str, code: str = "card_declined") -> Card:
    return Card(number, names, code=code, decline_code=reason)


CARDS = (
    Card("4242424242424242", ("visa",)),
    Card("5555555555554444", ("mastercard",), brand="mastercard"),
    Card("378282246310005", ("amex",), brand="amex"),
    _declined("4000000000000002", "generic_decline", "chargeDeclined", "visa_chargeDeclined"),
    _declined(
        "4000000000009995",
        "insufficient_funds",
        "chargeDeclinedInsufficientFunds",
        "visa_chargeDeclinedInsufficientFunds",
    ),
    _declined("4000000000009987", "lost_card", "chargeDeclinedLostCard", "visa_chargeDeclinedLostCard"),
    _declined("4000000000009979", "stolen_card", "chargeDeclinedStolenCard", "visa_chargeDeclinedStolenCard"),
    _declined("4000000000000069", "expired_card", "chargeDeclinedExpiredCard", code="expired_card"),
    _declined("4000000000000127", "incorrect_cvc", "chargeDeclinedIncorrectCvc", code="incorrect_cvc"),
    _declined("4000000000000119", "processing_error", "chargeDeclinedProcessingError", code="processing_error"),
    _declined("4000000000000341", "generic_decline", "chargeCustomerFail"),
    Card("4000002500003155", ("authenticationRequired",), authenticates=True),
    Card("4000002760003184", authenticates=True),
    Card("4000000000003220", ("threeDSecure2Required",), authenticates=True),
    Card("4000008400001629", authenticates=True, code="card_declined", decline_code="generic_decline"),
    Card("4000000000000259", ("createDispute",), dispute="fraudulent"),
    Card("4000000000001976", ("createDisputeInquiry",), dispute="fraudulent", inquiry=True),
    Card("4000000000002685", ("createDisputeProductNotReceived",), dispute="product_not_received"),
    Card("4000000000005126", ("refundFail",), refund="failed"),
    Card("4000000000007726", ("pendingRefund",), refund="pending"),
)

BY_NUMBER: Mapping[str, Card] = {card.number: card for card in CARDS}
BY_NAME: Mapping[str, Card] = {f"pm_card_{name}": card for card in CARDS for name in card.names}

MESSAGES = {
    "card_declined": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "insufficient_funds": "Your card has insufficient funds.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}


def looks_like_a_card(number: str) -> bool:
    """Whether the check digit of a number fits."""
    digits = [int(each) for each in reversed(number) if each.isascii() and each.isdigit()]
    if len(digits) != len(number) or not 12 <= len(digits) <= 19:
        return False
    doubled = [sum(divmod(digit * 2, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def refusal(card: Card) -> dict[str, Any]:
    """Give the error of a card that is refused."""
    shown = card.decline_code if card.decline_code in MESSAGES else card.code
    return {
        "code": card.code,
        "decline_code": card.decline_code,
        "doc_url": f"https://stripe.com/docs/error-codes/{card.code.replace('_', '-')}",
        "message": MESSAGES.get(shown, MESSAGES["card_declined"]),
        "type": "card_error",
    }
