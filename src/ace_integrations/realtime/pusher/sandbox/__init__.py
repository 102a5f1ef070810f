"""Pusher's twin: real channels over WebSocket, the signed API beside them, webhooks of who comes and goes."""

from collections.abc import Sequence
from typing import ClassVar

from starlette.routing import BaseRoute, WebSocketRoute

from ace_integrations.realtime.pusher.sandbox.account import Account
from ace_integrations.realtime.pusher.sandbox.api import Api
from ace_integrations.realtime.pusher.sandbox.console import Shown
from ace_integrations.realtime.pusher.sandbox.controls import Controls
from ace_integrations.realtime.pusher.sandbox.counts import Counts
from ace_integrations.realtime.pusher.sandbox.hub import Hub
from ace_integrations.realtime.pusher.sandbox.protocol import Protocol
from ace_integrations.realtime.pusher.sandbox.sockets import Sockets
from ace_integrations.realtime.pusher.sandbox.watch import Watch
from ace_integrations.realtime.pusher.sandbox.webhooks import Webhooks
from ace_integrations.sandbox.twin import Detail, Item, World


class PusherTwin:
    """Pusher Channels, imitated: the API and the WebSockets below one address."""

    name: ClassVar[str] = "pusher"
    title: ClassVar[str] = "Pusher"
    icon: ClassVar[str] = "waves"
    empty: ClassVar[str] = (
        "No channel yet. Subscribe with pusher-js: new Pusher(key, {cluster: 'mt1', wsHost: '127.0.0.1', wsPort: 8600, "
        "wsPath: '/pusher', forceTLS: false}).subscribe('course.42')"
    )

    def __init__(self, world: World) -> None:
        now = world.clock.now
        self._account = Account(world.journal)
        self._webhooks = Webhooks(world, self._account)
        self._hub = Hub(self._account, self._webhooks, Counts(self._account, self._webhooks, world.clock), now)
        self._watch = Watch(self._account, self._hub, world.clock)
        protocol = Protocol(self._account, self._hub, self._webhooks, now)
        self._sockets = Sockets(self._account, self._hub, protocol, self._watch, now)
        self._api = Api(self._account, self._hub, now)
        self._controls = Controls(self._account, self._hub, self._webhooks, self._watch)
        self._shown = Shown(self._account, self._hub, now)

    def routes(self) -> Sequence[BaseRoute]:
        """Give the WebSocket endpoint and the API."""
        sockets = [WebSocketRoute(path, self._sockets, name="connect") for path in ("/app/{key}", "/{rest:path}")]
        return [*sockets, *self._api.routes()]

    def controls(self) -> Sequence[BaseRoute]:
        """Give the routes that set switches, close, deny, refuse and send webhooks again."""
        return self._controls.routes()

    def items(self) -> Sequence[Item]:
        """Give the channels, those with the newest messages first."""
        return self._shown.items()

    def detail(self, item_id: str) -> Detail | None:
        """Give one channel."""
        return self._shown.detail(item_id)

    def reset(self) -> None:
        """Forget everything, close every connection, and become as new."""
        self._hub.reset()
        self._account.reset()
        self._webhooks.reset()
        self._watch.reset()
