"""Stripe's twin and a payer of it, for the suite that every payment gateway passes."""

from types import TracebackType
from typing import Self

from ace_integrations.ace import Ace, AsyncAce
from ace_integrations.payments.gateway import Started
from ace_integrations.payments.money import Money
from ace_integrations.payments.stripe.client import Stripe
from ace_integrations.payments.stripe.errors import CardDeclinedError
from ace_integrations.sandbox.server import RunningSandbox, start
from ace_integrations.settings import Settings


class StripeUnderTest:
    """A payer with test cards."""

    name = "stripe"
    price = Money.of("149.00", "EGP")
    reserves = True
    sandbox: RunningSandbox

    def __enter__(self) -> Self:
        self.sandbox = start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.sandbox.close()

    def ace(self) -> Ace:
        """Give an `Ace` on the twin."""
        return Ace(Settings(sandbox_url=self.sandbox.url, payments=(self.name,)))

    def async_ace(self) -> AsyncAce:
        """Give an `AsyncAce` on the twin."""
        return AsyncAce(Settings(sandbox_url=self.sandbox.url, payments=(self.name,)))

    def pay(self, ace: Ace, started: Started) -> None:
        """Confirm with a good card."""
        self._confirm(ace, started, "pm_card_visa")

    def decline(self, ace: Ace, started: Started) -> None:
        """Confirm with a card that has no money."""
        try:
            self._confirm(ace, started, "pm_card_chargeDeclinedInsufficientFunds")
        except CardDeclinedError:
            return
        raise AssertionError("the card was not declined")

    def dispute(self, ace: Ace, gateway_id: str) -> None:
        """Let the bank ask."""
        del ace
        self.sandbox.control.post(f"stripe/payment_intents/{gateway_id}/dispute")

    def win_dispute(self, ace: Ace, gateway_id: str) -> None:
        """Let the bank decide for us."""
        for dispute in ace.client(Stripe).list_disputes(payment_intent_id=gateway_id).data:
            self.sandbox.control.post(f"stripe/disputes/{dispute.id}/close", outcome="won")

    def _confirm(self, ace: Ace, started: Started, method: str) -> None:
        ace.client(Stripe).confirm_payment_intent(
            payment_intent_id=started.gateway_id,
            payment_method=method,
            return_url="https://shop.example.com/back",
            idempotency_key=f"confirm:{method}:{started.gateway_id}",
        )
