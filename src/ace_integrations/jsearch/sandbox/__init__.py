"""JSearch's twin: both shops, six hundred invented postings that every filter really filters, quotas, bad answers."""

from collections.abc import Sequence
from typing import ClassVar

from starlette.routing import BaseRoute

from ace_integrations.jsearch.sandbox.accounts import Accounts
from ace_integrations.jsearch.sandbox.api import Api
from ace_integrations.jsearch.sandbox.console import Shown
from ace_integrations.jsearch.sandbox.controls import Controls
from ace_integrations.jsearch.sandbox.gateway import Gateway
from ace_integrations.sandbox.twin import Detail, Item, World


class JSearchTwin:
    """JSearch, imitated: as RapidAPI's gateway has it at the root, and the vendor's own host below `/jsearch`."""

    name: ClassVar[str] = "jsearch"
    title: ClassVar[str] = "JSearch"
    icon: ClassVar[str] = "layers"
    empty: ClassVar[str] = "Nothing was looked for yet. Search for a job on the platform."

    def __init__(self, world: World) -> None:
        now = world.clock.now
        self._accounts = Accounts(now, world.journal)
        self._api = Api(now)
        self._gateway = Gateway(self._api, self._accounts, now)
        self._controls = Controls(self._gateway, now)
        self._shown = Shown(self._gateway)

    def routes(self) -> Sequence[BaseRoute]:
        """Give the API, twice."""
        return self._gateway.routes()

    def controls(self) -> Sequence[BaseRoute]:
        """Give the routes that set quotas, speed, switches and trouble."""
        return self._controls.routes()

    def items(self) -> Sequence[Item]:
        """Give the calls, newest first."""
        return self._shown.items()

    def detail(self, item_id: str) -> Detail | None:
        """Give one call."""
        return self._shown.detail(item_id)

    def reset(self) -> None:
        """Forget everything, and become as new."""
        self._accounts.reset()
        self._api.reset()
        self._gateway.reset()
