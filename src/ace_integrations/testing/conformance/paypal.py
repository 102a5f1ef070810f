"""PayPal's twin and a payer of it, for the suite that every payment gateway passes."""

from types import TracebackType
from typing import Self

from ace_integrations.ace import Ace, AsyncAce
from ace_integrations.payments.gateway import Started
from ace_integrations.payments.money import Money
from ace_integrations.sandbox.server import RunningSandbox, start
from ace_integrations.settings import Settings


class PayPalUnderTest:
    """A payer with a PayPal account."""

    name = "paypal"
    price = Money.of("20.00", "USD")
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
        """Approve the order."""
        del ace
        self.sandbox.control.post(f"paypal/orders/{started.gateway_id}/approve")

    def decline(self, ace: Ace, started: Started) -> None:
        """Approve it with a card that the bank refuses."""
        del ace
        self.sandbox.control.post(f"paypal/orders/{started.gateway_id}/decline")

    def dispute(self, ace: Ace, gateway_id: str) -> None:
        """Claim the money back."""
        capture_id = ace.payments.report(gateway_id=gateway_id, gateway=self.name).capture_id
        self.sandbox.control.post(f"paypal/captures/{capture_id}/dispute")

    def win_dispute(self, ace: Ace, gateway_id: str) -> None:
        """Decide for us."""
        for dispute in ace.payments.disputes(gateway_id=gateway_id, gateway=self.name):
            path = f"paypal/disputes/{dispute.dispute_id}/close"
            self.sandbox.control.post(path, outcome="RESOLVED_SELLER_FAVOUR")
