"""Everything that the twin holds, put together: one merchant's account, its keys, and who can pay."""

from collections.abc import Callable

from ace_integrations.payments.paypal.sandbox.buyers import SEEDED, Buyer
from ace_integrations.payments.paypal.sandbox.disputes import Disputes
from ace_integrations.payments.paypal.sandbox.events import Events
from ace_integrations.payments.paypal.sandbox.gate import Gate
from ace_integrations.payments.paypal.sandbox.orders import Orders
from ace_integrations.payments.paypal.sandbox.payments import Payments
from ace_integrations.payments.paypal.sandbox.signing import Signer
from ace_integrations.payments.paypal.sandbox.tokens import CLIENT_SECRET, Tokens
from ace_integrations.sandbox.twin import World


class Account:
    """The merchant's account in one sandbox."""

    def __init__(self, world: World) -> None:
        world.journal.hide(CLIENT_SECRET)
        now = world.clock.now
        self.signer = Signer()
        self.events = Events(world, self.signer)
        emit = self.events.emit
        self.payments = Payments(now=now, emit=emit, url=world.url)
        self.orders = Orders(self.payments, now=now, emit=emit, later=self._later, url=world.url)
        self.disputes = Disputes(self.payments, now=now, emit=emit, url=world.url)
        self.gate = Gate(Tokens(now=now), now, world.url)
        self.buyers = list(SEEDED)
        self.url = world.url
        self._clock = world.clock

    def reset(self) -> None:
        """Forget everything but the keys."""
        self.signer.reset()
        self.events.reset()
        self.payments.clear()
        self.orders.all.clear()
        self.disputes.clear()
        self.gate.tokens.reset()
        self.gate.reset()
        self.buyers[:] = SEEDED

    def buyer(self, named: str) -> Buyer:
        """Give a buyer by e-mail address or payer id; the first one for "".

        Raises:
            KeyError: there is none.
        """
        found = [each for each in self.buyers if named in ("", each.email, each.payer_id)]
        if not found:
            raise KeyError(named)
        return found[0]

    def _later(self, delay_s: float, act: Callable[[], None]) -> None:
        async def task() -> None:
            act()

        self._clock.later(delay_s, task)
