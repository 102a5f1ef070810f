"""What a connected client says, and what becomes of it: version 7 of the protocol."""

from collections.abc import Callable

from starlette.types import Message

from ace_integrations.realtime.pusher.sandbox import names
from ace_integrations.realtime.pusher.sandbox.account import Account, Now
from ace_integrations.realtime.pusher.sandbox.channel import MOST_MEMBERS, Member
from ace_integrations.realtime.pusher.sandbox.connection import Connection, User
from ace_integrations.realtime.pusher.sandbox.frames import (
    PONG,
    DeniedError,
    Json,
    RefusedFrameError,
    denied,
    inside,
    read,
    told,
    write,
)
from ace_integrations.realtime.pusher.sandbox.hub import Hub
from ace_integrations.realtime.pusher.sandbox.webhooks import Webhooks
from ace_integrations.realtime.pusher.signature import channel_text, is_signature, user_text

MOST_DATA, MOST_INFO, MOST_USER_ID, MOST_WATCHED = 10_240, 1024, 128, 100
UNAUTHORIZED, TOO_FAST, TOO_MANY_WATCHED, RECONNECT = 4009, 4301, 4302, 4200

_SWITCHED_OFF = "To send client events, you must enable this feature in the Settings page of your dashboard."

Act = Callable[[Connection, Json], None]


class Protocol:
    """Hears the frames of all connections."""

    def __init__(self, account: Account, hub: Hub, webhooks: Webhooks, now: Now) -> None:
        self._account = account
        self._hub = hub
        self._webhooks = webhooks
        self._now = now
        self._acts: dict[str, Act] = {
            "pusher:ping": self._ping,
            "pusher:pong": _nothing,
            "pusher:subscribe": self._subscribe,
            "pusher:unsubscribe": self._unsubscribe,
            "pusher:signin": self._sign_in,
        }

    def hear(self, connection: Connection, text: str | None) -> None:
        """Do what a frame asks for.

        Args:
            text: None for a frame that holds no text.
        """
        connection.heard(self._now())
        try:
            said = read(text)
            self._act(said["event"])(connection, said)
        except DeniedError as error:
            connection.send(self._denial(error))
        except RefusedFrameError as error:
            connection.send(self._hub.error(error.code, error.message))

    def _act(self, event: str) -> Act:
        if event.startswith("client-"):
            return self._client_event
        if event not in self._acts:
            raise RefusedFrameError(f"No such event: {event[: names.LONGEST_EVENT]}")
        return self._acts[event]

    def _denial(self, error: DeniedError) -> Message:
        dialect = self._account.dialect
        if error.is_forced:
            return denied(error.channel, error.message, 403)
        if dialect.denies_with == "pusher:subscription_error":
            return denied(error.channel, error.message, 401)
        return self._hub.error(dialect.denied, error.message)

    def _ping(self, connection: Connection, said: Json) -> None:
        del said
        if not self._account.switches.swallow_pongs:
            connection.send(PONG)

    # Subscriptions.

    def _subscribe(self, connection: Connection, said: Json) -> None:
        data = inside(said.get("data"))
        name = data.get("channel")
        if not isinstance(name, str) or not (names.is_channel(name) or names.is_server_to_user(name)):
            raise RefusedFrameError(f"Invalid channel name: {write(name)[: names.LONGEST_CHANNEL + 2]}")
        if name in connection.channels:
            raise RefusedFrameError(f"Existing subscription to channel {name}")
        if self._account.takes_denial(name):
            raise DeniedError("The sandbox was told to deny this", channel=name, is_forced=True)
        self._hub.subscribe(connection, name, self._admitted(connection, name, data))

    def _admitted(self, connection: Connection, name: str, data: Json) -> Member | None:
        """Check that a connection may listen; give who will be seen there."""
        if names.is_server_to_user(name):
            if connection.user is None or connection.user.id != name.removeprefix(names.SERVER_TO_USER):
                raise RefusedFrameError(f"Only its user may subscribe to {name}", UNAUTHORIZED)
            return None
        if not names.is_private(name):
            return None
        self._authorize(connection, name, data)
        member = self._member(connection, name, data) if names.is_presence(name) else None
        connection.is_authorized = True
        return member

    def _authorize(self, connection: Connection, name: str, data: Json) -> None:
        channel_data = data.get("channel_data") if names.is_presence(name) else None
        if channel_data is not None and not isinstance(channel_data, str):
            raise RefusedFrameError(f"The channel_data of {name} must be JSON in a string")
        text = channel_text(connection.socket_id, name, channel_data)
        key, secret, given = self._signed(data.get("auth"))
        if secret is None:
            raise DeniedError(f"Invalid key in subscription auth data: '{key}'", channel=name)
        if not is_signature(given, secret, text):
            message = f"Invalid signature: Expected HMAC SHA256 hex digest of {text}, but got {given}"
            raise DeniedError(message, channel=name)

    def _signed(self, auth: object) -> tuple[str, str | None, str]:
        """Give the key of a signature, the secret that belongs to it, None for no key of the app, and the digest."""
        key, _, given = auth.partition(":") if isinstance(auth, str) else ("", "", "")
        return key, self._account.secret_of(key), given

    def _member(self, connection: Connection, name: str, data: Json) -> Member:
        channel_data = data.get("channel_data")
        if channel_data is None and connection.user is not None:
            member = Member(connection.user.id, connection.user.info)
        else:
            member = _read_member(name, inside(channel_data))
        if not self._hub.channel(name).has_room_for(member):
            raise RefusedFrameError(f"{name} has {MOST_MEMBERS} members already")
        return member

    def _unsubscribe(self, connection: Connection, said: Json) -> None:
        self._hub.unsubscribe(connection, str(inside(said.get("data")).get("channel")))

    # Users.

    def _sign_in(self, connection: Connection, said: Json) -> None:
        if not self._account.dialect.has_sign_in:
            raise RefusedFrameError("Unknown event", RECONNECT)
        data = inside(said.get("data"))
        user_data = data.get("user_data")
        _, secret, given = self._signed(data.get("auth"))
        text = user_text(connection.socket_id, user_data if isinstance(user_data, str) else "")
        if secret is None or not is_signature(given, secret, text):
            raise RefusedFrameError(f"Invalid signature: Expected HMAC SHA256 hex digest of {text}", UNAUTHORIZED)
        user, watches_too_many = _read_user(inside(user_data))
        if connection.user is not None and connection.user.id != user.id:
            raise RefusedFrameError("The connection is signed in as another user", UNAUTHORIZED)
        connection.send(told("pusher:signin_success", {"user_data": user_data}))
        if watches_too_many:
            connection.send(self._hub.error(TOO_MANY_WATCHED, f"A watchlist has {MOST_WATCHED} users at most"))
        self._hub.users.sign_in(connection, user)

    # Events of clients.

    def _client_event(self, connection: Connection, said: Json) -> None:
        event, name, data = said["event"], str(said.get("channel")), said.get("data")
        if not self._account.switches.client_events:
            raise RefusedFrameError(_SWITCHED_OFF)
        if not names.is_private(name) or names.is_encrypted(name):
            raise RefusedFrameError(f"Client events go to private and presence channels, not to {name}")
        if name not in connection.channels:
            raise RefusedFrameError(f"The connection is not subscribed to {name}")
        text = data if isinstance(data, str) else write(data)
        if len(event) > names.LONGEST_EVENT or len(text.encode("utf-8", "replace")) > MOST_DATA:
            raise RefusedFrameError(f"The client event is too long: {MOST_DATA} bytes at most")
        if not connection.bucket.take(self._now()):
            raise RefusedFrameError("Client events come too fast: 10 a second at most", TOO_FAST)
        self._hub.relay(connection, name, event, data)
        seen_as = {"user_id": user_id} if (user_id := connection.channels[name]) else {}
        facts = {"event": event, "data": text, "socket_id": connection.socket_id, **seen_as}
        self._webhooks.tell("client_event", name, **facts)


def _nothing(connection: Connection, said: Json) -> None:
    del connection, said


def _read_member(name: str, data: Json) -> Member:
    user_id, info = data.get("user_id"), data.get("user_info")
    if isinstance(user_id, bool) or not isinstance(user_id, str | int) or not 0 < len(str(user_id)) <= MOST_USER_ID:
        raise RefusedFrameError(f"The channel_data of {name} must hold a user_id")
    if info is not None and len(write(info).encode()) > MOST_INFO:
        raise RefusedFrameError(f"The user_info of {name} is too long: {MOST_INFO} bytes at most")
    return Member(str(user_id), info)


def _read_user(data: Json) -> tuple[User, bool]:
    """Give who signs in, and whether the watchlist was cut."""
    user_id, watched = data.get("id"), data.get("watchlist", [])
    if not isinstance(user_id, str) or not user_id:
        raise RefusedFrameError("The user_data must hold an id, which is a string", UNAUTHORIZED)
    if not isinstance(watched, list):
        raise RefusedFrameError("A watchlist is a list of ids", UNAUTHORIZED)
    ids = tuple(dict.fromkeys(str(each) for each in watched))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return User(user_id, data.get("user_info"), ids[:MOST_WATCHED]), len(ids) > MOST_WATCHED
