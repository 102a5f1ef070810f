"""The receiver: verify over the raw bytes, parse, claim once, handle, answer. The same for every provider."""

import logging
import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ace_integrations.core.http_call import Headers
from ace_integrations.errors import (
    BodyTooLargeError,
    ConfigurationError,
    NotFoundError,
    PermanentError,
    ProviderError,
    SignatureError,
    WebhookError,
)
from ace_integrations.events import AnyHandler, Handlers
from ace_integrations.settings import Settings
from ace_integrations.webhooks.event import Event
from ace_integrations.webhooks.lookup import AsyncFetcher, Checking, Fetcher
from ace_integrations.webhooks.scheme import SignatureScheme
from ace_integrations.webhooks.source import WebhookSource
from ace_integrations.webhooks.store import (
    MOST_ATTEMPTS,
    AsyncMemoryStore,
    AsyncStore,
    Claim,
    Delivery,
    EventKey,
    FenceLostError,
    MemoryStore,
    Refusal,
    State,
    Store,
)

logger = logging.getLogger("ace_integrations.webhooks")

LARGEST_BODY = 1_000_000
"""Bytes of a delivery; more is answered 413."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What to answer a delivery.

    Attributes:
        status: the HTTP status; the body is `text` for every refusal alike, so a forger learns nothing.
        duplicate: it was seen before, so no handler ran now.
        refused_signature: it was not signed with a current secret, or too long ago.
        reason: why it was refused, for the log and for `ace webhooks explain`, never for the sender.
    """

    status: int
    event: Event | None = None
    duplicate: bool = False
    refused_signature: bool = False
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def text(self) -> str:
        """The body of the answer."""
        return "ok" if self.status < 300 else "later" if self.status in (409, 503) else "refused"


@dataclass(frozen=True, slots=True)
class _Door:
    """One provider's entrance: its source with the settings applied."""

    source: WebhookSource
    scheme: SignatureScheme
    secrets: tuple[str, ...]

    def checking(self, headers: Headers, body: bytes, now: int) -> Checking:
        return self.scheme.checking(headers, body, secrets=self.secrets, now=now)


class Doors:
    """Verifies and parses deliveries of the configured providers; claims and handles nothing.

    Args:
        http: a client to fetch through what a check needs (`Lookup`): of the colour of the method that is used.
    """

    def __init__(self, sources: Iterable[WebhookSource], settings: Settings, *, http: Any = None) -> None:
        self._sources = {source.provider: source for source in sources}
        self._settings = settings
        self._doors: dict[str, _Door] = {}
        self._fetcher = Fetcher(http)
        self._async_fetcher = AsyncFetcher(http)

    def open(self, provider: str, headers: Headers, body: bytes, *, now: int) -> Event:
        """Give the event of a genuine delivery.

        Raises:
            TypeError: the body is text: give the bytes as they arrived.
            WebhookError: it is refused.
            ConfigurationError: no secret is set for the provider.
            NotFoundError: no such provider sends webhooks here.
            ProviderError: what the check needs could not be fetched for now.
        """
        door = self._admitting(provider, body)
        self._fetcher.run(lambda: door.checking(headers, body, now), now=now)
        return door.source.parse(headers, body)

    async def aopen(self, provider: str, headers: Headers, body: bytes, *, now: int) -> Event:
        """Give the event of a genuine delivery, awaited; see `open`."""
        door = self._admitting(provider, body)
        await self._async_fetcher.run(lambda: door.checking(headers, body, now), now=now)
        return door.source.parse(headers, body)

    def _admitting(self, provider: str, body: bytes) -> _Door:
        if not isinstance(body, bytes):  # pyright: ignore[reportUnnecessaryIsInstance] - untyped callers exist
            raise TypeError("give the raw body as bytes: a parsed or decoded body cannot be verified")
        if len(body) > LARGEST_BODY:
            raise BodyTooLargeError(f"the body has more than {LARGEST_BODY} bytes")
        return self._door(provider)

    def parse(self, provider: str, headers: Headers, body: bytes) -> Event:
        """Give the event of a delivery that was verified before it was stored."""
        return self._door(provider).source.parse(headers, body)

    def _door(self, provider: str) -> _Door:
        door = self._doors.get(provider)
        if door is None:
            source = self._sources.get(provider)
            if source is None:
                raise NotFoundError(f"no webhooks of {provider!r} are received here")
            settings = self._settings.of(source.settings)
            secrets = tuple(source.secrets(settings))
            if not secrets:
                raise ConfigurationError(*settings.missing(source.secret_setting))
            door = self._doors[provider] = _Door(source, source.scheme(settings), secrets)
        return door


@dataclass(frozen=True, slots=True)
class _Verdict:
    dead: bool
    note: str
    not_before: int


_TAKEN_OVER = Receipt(409, headers={"retry-after": "1"}, reason="another worker took the event over")


class _Reception:
    """What a blocking and an awaited receiver share: everything that does no I/O."""

    def __init__(
        self,
        doors: Doors,
        *,
        endpoint: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._doors = doors
        self._endpoint = endpoint
        self._clock = clock
        self._handlers = Handlers()

    def on(self, *kinds: type[Any]) -> Callable[[AnyHandler], AnyHandler]:
        """Register a handler for events whose `data` or `meaning` is one of these classes.

        A handler takes the event and the store's transaction (None in memory). Every matching handler runs, in the
        order of registration. An exception is a passing failure, and the provider's retry comes through;
        `PermanentError` makes a dead letter.
        """
        return self._handlers.on(*kinds)

    @property
    def now(self) -> int:
        return int(self._clock())

    def _delivery(self, provider: str, event: Event, body: bytes) -> Delivery:
        return Delivery(EventKey(provider, event.environment, self._endpoint, event.id), body)

    def _again(self, delivery: Delivery) -> Event:
        """Parse a delivery that was verified before it was stored."""
        return self._doors.parse(delivery.key.provider, Headers(), delivery.body)

    def _handlers_for(self, event: Event) -> list[Callable[..., Any]]:
        return self._handlers.of(event.data, event.meaning)

    def _refused(self, provider: str, error: Exception) -> Receipt:
        """Turn a refusal into an answer; one text for all, the reason in the log only."""
        match error:
            case NotFoundError():
                status = 404
            case BodyTooLargeError():
                status = 413
            case WebhookError():
                status = 400
            case _:
                status = 503
        logger.warning("webhook of %s refused with %d: %s", provider, status, type(error).__name__)
        return Receipt(
            status,
            refused_signature=isinstance(error, SignatureError),
            reason=f"{type(error).__name__}: {error}",
        )

    def _not_now(self, event: Event, refusal: Refusal) -> Receipt:
        if not refusal.same_body:
            logger.error("webhook of %s: event %s came with another body", event.provider, event.id)
        if refusal.state in (State.DONE, State.DEAD):
            return Receipt(200, event, duplicate=True)
        return Receipt(409, event, duplicate=True, headers={"retry-after": str(max(1, refusal.retry_after))})

    def _failed(self, claim: Claim, error: Exception) -> "_Verdict":
        """Say whether an event dies of this error, what is noted, and when it may be tried again."""
        dead = isinstance(error, PermanentError) or claim.attempts + 1 >= MOST_ATTEMPTS
        backoff = int(min(300, 2**claim.attempts) * (1 + random.random()))  # noqa: S311 - jitter
        level = logging.ERROR if dead else logging.WARNING
        what = "is a dead letter" if dead else "failed and will be tried again"
        logger.log(level, "webhook event %s %s: %s", claim.key.event_id, what, type(error).__name__, exc_info=error)
        return _Verdict(dead, type(error).__name__, self.now + backoff)


class Receiver(_Reception):
    """Receives deliveries, blocking. `receive` never raises for what a sender can cause."""

    def __init__(self, doors: Doors, store: Store | None = None, **options: Any) -> None:
        super().__init__(doors, **options)
        self.store: Store = store or MemoryStore()

    def receive(self, provider: str, headers: Mapping[str, str] | Headers, body: bytes) -> Receipt:
        """Verify, claim and handle one delivery; answer with the receipt's status.

        Args:
            provider: as in the path of the webhook: "stripe".
            headers: names in any case.
            body: the bytes as they arrived.

        Raises:
            TypeError: the body is not bytes.
            ConfigurationError: no secret is set for the provider.
        """
        try:
            event = self._doors.open(provider, _fields(headers), body, now=self.now)
        except (WebhookError, ProviderError) as error:
            return self._refused(provider, error)
        return self._take(event, self._delivery(provider, event, body))

    def sweep(self) -> int:
        """Handle stored events whose worker died or whose pause is over; give how many."""
        due = self.store.due(now=self.now)
        for delivery in due:
            self._take(self._again(delivery), delivery)
        return len(due)

    def _take(self, event: Event, delivery: Delivery) -> Receipt:
        try:
            claim = self.store.claim(delivery, now=self.now)
        except Exception as error:  # whatever the store raises, an event is never handled unclaimed
            return self._refused(event.provider, error)
        if isinstance(claim, Refusal):
            return self._not_now(event, claim)
        try:
            with self.store.work(claim) as transaction:
                for handler in self._handlers_for(event):
                    handler(event, transaction)
        except FenceLostError:
            return _TAKEN_OVER
        except Exception as error:  # a handler may raise anything, and the event must not be lost
            return self._settle_failure(claim, event, error)
        return Receipt(200, event)

    def _settle_failure(self, claim: Claim, event: Event, error: Exception) -> Receipt:
        verdict = self._failed(claim, error)
        try:
            if verdict.dead:
                self.store.bury(claim, error=verdict.note)
            else:
                self.store.release(claim, error=verdict.note, not_before=verdict.not_before)
        except FenceLostError:
            return _TAKEN_OVER
        except Exception as broken:  # the lease ends by itself, so a later delivery or the sweeper takes it
            return self._refused(event.provider, broken)
        return Receipt(200 if verdict.dead else 503, event, reason=verdict.note)


class AsyncReceiver(_Reception):
    """Receives deliveries, awaited; see `Receiver`."""

    def __init__(self, doors: Doors, store: AsyncStore | None = None, **options: Any) -> None:
        super().__init__(doors, **options)
        self.store: AsyncStore = store or AsyncMemoryStore()

    async def receive(self, provider: str, headers: Mapping[str, str] | Headers, body: bytes) -> Receipt:
        """Verify, claim and handle one delivery; see `Receiver.receive`."""
        try:
            event = await self._doors.aopen(provider, _fields(headers), body, now=self.now)
        except (WebhookError, ProviderError) as error:
            return self._refused(provider, error)
        return await self._take(event, self._delivery(provider, event, body))

    async def sweep(self) -> int:
        """Handle stored events whose worker died or whose pause is over; give how many."""
        due = await self.store.due(now=self.now)
        for delivery in due:
            await self._take(self._again(delivery), delivery)
        return len(due)

    async def _take(self, event: Event, delivery: Delivery) -> Receipt:
        try:
            claim = await self.store.claim(delivery, now=self.now)
        except Exception as error:  # whatever the store raises, an event is never handled unclaimed
            return self._refused(event.provider, error)
        if isinstance(claim, Refusal):
            return self._not_now(event, claim)
        try:
            async with self.store.work(claim) as transaction:
                for handler in self._handlers_for(event):
                    await handler(event, transaction)
        except FenceLostError:
            return _TAKEN_OVER
        except Exception as error:  # a handler may raise anything, and the event must not be lost
            return await self._settle_failure(claim, event, error)
        return Receipt(200, event)

    async def _settle_failure(self, claim: Claim, event: Event, error: Exception) -> Receipt:
        verdict = self._failed(claim, error)
        try:
            if verdict.dead:
                await self.store.bury(claim, error=verdict.note)
            else:
                await self.store.release(claim, error=verdict.note, not_before=verdict.not_before)
        except FenceLostError:
            return _TAKEN_OVER
        except Exception as broken:  # the lease ends by itself, so a later delivery or the sweeper takes it
            return self._refused(event.provider, broken)
        return Receipt(200 if verdict.dead else 503, event, reason=verdict.note)


def _fields(headers: Mapping[str, str] | Headers) -> Headers:
    return headers if isinstance(headers, Headers) else Headers(headers)
