"""What the suite for payment gateways needs beside the plugin: a place where the gateway answers, and a payer."""

from types import TracebackType
from typing import Protocol, Self

from ace_integrations.ace import Ace, AsyncAce
from ace_integrations.payments.gateway import Started
from ace_integrations.payments.money import Money


class GatewayUnderTest(Protocol):
    """A gateway that answers, in a sandbox of its own: made without arguments, used with `with`.

    Attributes:
        name: as in ACE_PAYMENTS.
        price: an amount that it takes, of at least ten of a currency's major units.
        reserves: whether it can reserve first and take later.
    """

    name: str
    price: Money
    reserves: bool

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...

    def ace(self) -> Ace:
        """Give a front door that reaches the gateway; the suite closes it."""
        ...

    def async_ace(self) -> AsyncAce:
        """Give the same, awaited."""
        ...

    def pay(self, ace: Ace, started: Started) -> None:
        """Do what a payer does who pays: give a good card, approve."""
        ...

    def decline(self, ace: Ace, started: Started) -> None:
        """Do what a payer does whose bank will refuse; another try must be possible."""
        ...

    def dispute(self, ace: Ace, gateway_id: str) -> None:
        """Ask the money of a paid payment back, by the payer's bank or at the gateway."""
        ...

    def win_dispute(self, ace: Ace, gateway_id: str) -> None:
        """End the dispute of a payment in our favour."""
        ...
