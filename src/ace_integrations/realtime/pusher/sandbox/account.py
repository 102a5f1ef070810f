"""The app that the twin serves: its tokens, its switches, what it used, and what is to go wrong next."""

import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ace_integrations.realtime.pusher.sandbox.dialects import DIALECTS, Dialect
from ace_integrations.sandbox.journal import Journal

APP_ID, KEY, CLUSTER = "3", "278d425bdf160c739803", "mt1"
SECRET = "7ad3773142a6692b25b8"  # noqa: S105 - the example of the service's documentation


@dataclass(frozen=True, slots=True)
class Token:
    """A key and its secret; an app has several while they are rotated."""

    key: str
    secret: str


@dataclass(frozen=True, slots=True)
class Switches:
    """What the service's dashboard sets, and what only a sandbox can.

    Attributes:
        enabled, over_quota: whether the app works, and whether it used up what its plan allows.
        tls_only: whether plain WebSockets are refused.
        client_events, subscription_counts, watchlists: what an app must switch on.
        batch_webhooks: whether several events go in one webhook.
        max_connections: None for no limit.
        authorized_within_s: how soon a connection must sign in or subscribe with a signature; None for no limit.
        activity_timeout_s: of the greeting and of the server's own pings; None for the dialect's.
        pong_timeout_s: how long the server waits for an answer to its ping.
        cache_s: how long the last event of a cache channel is kept.
        clock_offset_s: by how much the API's clock is ahead of the sandbox's when it looks at a request's time.
        swallow_pongs: whether pings of clients stay without an answer.
        dialect: a name of `DIALECTS`.
    """

    enabled: bool = True
    over_quota: bool = False
    tls_only: bool = False
    client_events: bool = False
    subscription_counts: bool = False
    watchlists: bool = False
    batch_webhooks: bool = True
    max_connections: int | None = None
    authorized_within_s: float | None = None
    activity_timeout_s: float | None = None
    pong_timeout_s: float = 30
    cache_s: float = 1800
    clock_offset_s: float = 0
    swallow_pongs: bool = False
    dialect: str = "pusher"


class Account:
    """The app.

    Attributes:
        tokens: oldest first; the oldest one signs webhooks. Those in `revoked` are good for nothing any more.
        messages: how many the plan counts: each request, and each delivery to each subscriber.
        refusals: statuses that the next requests are answered with.
        closing: codes that the next connections are closed with.
        denials: whom the next subscriptions are denied to: a channel, "" for any.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.reset()

    def reset(self) -> None:
        """Become as new."""
        self.tokens = [Token(KEY, SECRET)]
        self.revoked: list[Token] = []
        self._journal.hide(SECRET)
        self.switches = Switches()
        self.messages = 0
        self.refusals: deque[int] = deque()
        self.closing: deque[int] = deque()
        self.denials: list[str] = []

    @property
    def dialect(self) -> Dialect:
        """The ways of the server that is imitated."""
        return DIALECTS[self.switches.dialect]

    @property
    def activity_timeout_s(self) -> float:
        """After how many silent seconds someone pings."""
        own = self.switches.activity_timeout_s
        return self.dialect.activity_timeout_s if own is None else own

    def secret_of(self, key: str) -> str | None:
        """Give the secret of a key; None for an unknown one."""
        return next((token.secret for token in self.tokens if token.key == key), None)

    def add_token(self) -> Token:
        """Make a second token, as before a rotation."""
        token = Token(secrets.token_hex(10), secrets.token_hex(10))
        self.tokens.append(token)
        self._journal.hide(token.secret)
        return token

    def revoke(self, key: str) -> None:
        """Take a token away.

        Raises:
            KeyError: it is unknown, or the only one.
        """
        token = self.token(key)
        if self.tokens == [token]:
            raise KeyError(key)
        self.tokens = [each for each in self.tokens if each is not token]
        self.revoked.append(token)

    def token(self, key: str) -> Token:
        """Give a token, active or revoked.

        Raises:
            KeyError: it is unknown.
        """
        return {token.key: token for token in (*self.revoked, *self.tokens)}[key]

    def takes_denial(self, channel: str) -> bool:
        """Whether this subscription is one that shall be denied; it is asked for once."""
        for denied in self.denials:
            if denied in ("", channel):
                self.denials.remove(denied)
                return True
        return False


Now = Callable[[], float]
"""Unix seconds of the sandbox."""
