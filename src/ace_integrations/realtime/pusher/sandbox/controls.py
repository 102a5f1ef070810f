"""The twin's controls: switches, closes, denials, refusals, tokens and webhooks."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.realtime.pusher.sandbox import names
from ace_integrations.realtime.pusher.sandbox.account import Account, Switches
from ace_integrations.realtime.pusher.sandbox.dialects import DIALECTS
from ace_integrations.realtime.pusher.sandbox.hub import Hub
from ace_integrations.realtime.pusher.sandbox.refusals import FORCED
from ace_integrations.realtime.pusher.sandbox.watch import Watch
from ace_integrations.realtime.pusher.sandbox.webhooks import Webhooks
from ace_integrations.sandbox.asgi import Act, control, is_on

Json = dict[str, Any]

_SWITCHES = Switches()
_OPTIONAL = ("max_connections", "authorized_within_s", "activity_timeout_s")


class Controls:
    """The routes below `/_sandbox/pusher`."""

    def __init__(self, account: Account, hub: Hub, webhooks: Webhooks, watch: Watch) -> None:
        self._account = account
        self._hub = hub
        self._webhooks = webhooks
        self._watch = watch

    def routes(self) -> Sequence[BaseRoute]:
        """Give them."""
        posts: dict[str, Act] = {
            "/switches": self._switch,
            "/publish": self._publish,
            "/close": self._close,
            "/connections/refuse": self._refuse_connections,
            "/subscriptions/deny": self._deny,
            "/requests/refuse": self._refuse,
            "/tokens/add": self._add_token,
            "/tokens/revoke": self._revoke,
            # Before the one of all twins: this one can change the token and the time.
            "/webhooks/repeat": self._repeat,
        }
        looks = (Route("/state", self._state), Route("/messages", self._messages))
        routes = (Route(path, control(act), methods=["POST"]) for path, act in posts.items())
        return [*looks, *routes, *self._webhooks.telling.controls("/webhooks")]

    async def _state(self, request: Request) -> Response:
        del request
        return JSONResponse(
            {
                "connections": len(self._hub.connections),
                "users": len(self._hub.users),
                "channels": {name: len(channel.connections) for name, channel in self._hub.channels.items()},
                "messages": self._account.messages,
                "keys": [token.key for token in self._account.tokens],
                "switches": asdict(self._account.switches),
            }
        )

    async def _messages(self, request: Request) -> Response:
        """Give the last messages, newest first, of one channel if it is named."""
        channel = request.query_params.get("channel")
        sent = self._hub.log if channel is None else self._hub.log.of(channel)
        return JSONResponse({"messages": [asdict(each) for each in sent]})

    # What the app is.

    def _switch(self, fields: Json) -> Json:
        changed: Json = {name: _read_switch(name, value) for name, value in fields.items()}
        self._account.switches = replace(self._account.switches, **changed)
        self._watch.over_all()
        return asdict(self._account.switches)

    def _add_token(self, fields: Json) -> Json:
        del fields
        token = self._account.add_token()
        return {"key": token.key, "secret": token.secret}

    def _revoke(self, fields: Json) -> Json:
        self._account.revoke(str(fields["key"]))
        return {"keys": [token.key for token in self._account.tokens]}

    # What happens next.

    def _publish(self, fields: Json) -> Json:
        """Send what a person typed, or any data, as an event of the API."""
        channel = str(fields["channel"])
        if not (names.is_channel(channel) or names.is_server_to_user(channel)):
            raise KeyError(channel)
        self._hub.publish(channel, str(fields.get("event") or "message"), str(fields.get("data") or fields["text"]))
        return {"channel": channel}

    def _close(self, fields: Json) -> Json:
        """Close all connections now, or the one that is named."""
        code, socket_id = _close_code(fields["code"]), str(fields.get("socket_id") or "")
        connections = [self._hub.connections[socket_id]] if socket_id else list(self._hub.connections.values())
        self._hub.close(connections, code, str(fields.get("reason") or "The sandbox was told to"))
        return {"closed": len(connections)}

    def _refuse_connections(self, fields: Json) -> Json:
        """Close the next connections as they come."""
        self._account.closing.extend([_close_code(fields["code"])] * int(fields.get("times", 1)))
        return {"waiting": list(self._account.closing)}

    def _deny(self, fields: Json) -> Json:
        """Deny the next subscription, to the channel that is named."""
        self._account.denials.append(str(fields.get("channel") or ""))
        return {"waiting": self._account.denials}

    def _refuse(self, fields: Json) -> Json:
        """Refuse the next requests with a status, in the service's own form."""
        status = int(fields["status"])
        if status not in FORCED:
            raise KeyError(status)
        self._account.refusals.extend([status] * int(fields.get("times", 1)))
        return {"waiting": list(self._account.refusals)}

    # Webhooks.

    def _repeat(self, fields: Json) -> Json:
        self._webhooks.repeat(key=str(fields.get("key") or ""), age_s=float(fields.get("age_s") or 0))
        return {}


def _read_switch(name: str, value: object) -> object:
    """Give a switch's value as its own type; a form posts it as text.

    Raises:
        KeyError: there is no such switch, or no such dialect.
        ValueError: a number cannot be read.
    """
    usual: object = asdict(_SWITCHES)[name]
    if name == "dialect" and value not in DIALECTS:
        raise KeyError(value)
    if isinstance(usual, bool):
        return is_on({name: value}, name)
    if isinstance(usual, str):
        return str(value)
    if name in _OPTIONAL and value in (None, ""):
        return None
    return int(str(value)) if name == "max_connections" else float(str(value))


def _close_code(value: object) -> int:
    code = int(str(value))
    if not (code in (1000, 1001, 1002, 1011) or 4000 <= code <= 4999):
        raise KeyError(code)
    return code
