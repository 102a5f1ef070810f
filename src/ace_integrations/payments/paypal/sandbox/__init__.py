"""PayPal's twin: the API, the approval page and scripts, events signed with RSA, and the console's view of it all."""

from collections.abc import Sequence
from typing import ClassVar

from starlette.routing import BaseRoute

from ace_integrations.payments.paypal.sandbox.account import Account
from ace_integrations.payments.paypal.sandbox.api import Api
from ace_integrations.payments.paypal.sandbox.claims import Claims
from ace_integrations.payments.paypal.sandbox.console import Shown
from ace_integrations.payments.paypal.sandbox.controls import Controls
from ace_integrations.payments.paypal.sandbox.notifications import Notifications
from ace_integrations.payments.paypal.sandbox.pages import Pages
from ace_integrations.sandbox.twin import Detail, Item, World


class PayPalTwin:
    """PayPal, imitated."""

    name: ClassVar[str] = "paypal"
    title: ClassVar[str] = "PayPal"
    icon: ClassVar[str] = "card"
    empty: ClassVar[str] = "No order yet. Pay for a course with PayPal."

    def __init__(self, world: World) -> None:
        self.account = Account(world)
        self._shown = Shown(self.account)

    def routes(self) -> Sequence[BaseRoute]:
        """Give the browser's routes and the API's."""
        account = self.account
        api = Api(account.gate, account.orders, account.payments)
        return [
            *Pages(account.orders, lambda: account.buyers, account.url).routes(),
            *Notifications(account.gate, account.events, account.signer, account.url).routes(),
            *Claims(account.gate, account.disputes, account.url).routes(),
            *api.routes(),
            api.unknown(),
        ]

    def controls(self) -> Sequence[BaseRoute]:
        """Give the routes that decide as PayPal, the buyer or the buyer's bank would."""
        return Controls(self.account).routes()

    def items(self) -> Sequence[Item]:
        """Give the orders, newest first."""
        return self._shown.items()

    def detail(self, item_id: str) -> Detail | None:
        """Give one order."""
        return self._shown.detail(item_id)

    def reset(self) -> None:
        """Forget everything."""
        self.account.reset()
