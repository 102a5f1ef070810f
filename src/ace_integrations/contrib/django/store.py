"""Webhook claims in Django's database, so that an event and its effects commit together."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.db.models import Q, QuerySet

from ace_integrations.contrib.django.models import WebhookEvent
from ace_integrations.webhooks.store import (
    KEPT_S,
    Claim,
    Delivery,
    EventKey,
    FenceLostError,
    Refusal,
    Row,
    State,
    admit,
)

_TAKEN = Refusal(State.CLAIMED, retry_after=1)


class DjangoStore:
    """Claims in Django's database; implements `webhooks.Store`. `work` yields the alias of the database.

    Every transaction is the outermost: a claim that a request could roll back would be no claim. So a view that
    receives must not run inside `ATOMIC_REQUESTS`; those of `urls.webhook_urls` do not.

    Args:
        using: the alias of the database that your own effects are in.
    """

    def __init__(self, *, using: str = DEFAULT_DB_ALIAS) -> None:
        self._using = using

    def claim(self, delivery: Delivery, *, now: int) -> Claim | Refusal:
        try:
            with self._transaction():
                before = _row(self._of(delivery.key).select_for_update().first())
                after = admit(before, delivery, now=now)
                if isinstance(after, Refusal):
                    return after
                return self._write(before, after, now=now)
        except IntegrityError:  # another worker inserted the same event between our look and our insert
            return _TAKEN

    @contextmanager
    def work(self, claim: Claim) -> Generator[str]:
        with self._transaction():
            yield self._using
            # In the effects' own transaction: both are kept, or neither.
            self._settle(claim, state=State.DONE)

    def release(self, claim: Claim, *, error: str, not_before: int) -> None:
        with self._transaction():
            self._settle(claim, state=State.FREE, error=error, not_before=not_before, attempts=claim.attempts + 1)

    def bury(self, claim: Claim, *, error: str) -> None:
        with self._transaction():
            self._settle(claim, state=State.DEAD, error=error, attempts=claim.attempts + 1)

    def due(self, *, now: int, limit: int = 100) -> list[Delivery]:
        lapsed = Q(state=State.CLAIMED, lease_until__lte=now)
        free = Q(state=State.FREE, not_before__lte=now)
        return [_delivery(found) for found in self._events.filter(lapsed | free).order_by("not_before")[:limit]]

    def dead(self) -> list[Delivery]:
        return [_delivery(found) for found in self._events.filter(state=State.DEAD).order_by("received_at")]

    def revive(self, key: EventKey) -> None:
        self._of(key).filter(state=State.DEAD).update(state=State.FREE, attempts=0, not_before=0)

    def prune(self, *, clock: Callable[[], float] = time.time) -> None:
        """Forget handled events that no provider redelivers any more."""
        self._events.filter(state=State.DONE, received_at__lt=int(clock()) - KEPT_S).delete()

    def _write(self, before: Row | None, after: Row, *, now: int) -> Claim | Refusal:
        """Insert the first claim, or take an existing row over; the fence keeps two takers apart."""
        values: dict[str, Any] = {
            "state": after.state,
            "attempts": after.attempts,
            "fence": after.fence,
            "lease_until": after.lease_until,
            "not_before": after.not_before,
        }
        key = after.delivery.key
        if before is None:
            self._events.create(**_named(key), **values, body=after.delivery.body, received_at=now)
        elif self._of(key).filter(fence=before.fence).update(**values) != 1:
            return _TAKEN
        return Claim(key, after.fence, after.attempts)

    def _settle(self, claim: Claim, **values: Any) -> None:
        mine = self._of(claim.key).filter(fence=claim.fence, state=State.CLAIMED)
        if mine.update(**values) != 1:
            raise FenceLostError(f"event {claim.key.event_id} was taken over")

    def _transaction(self) -> transaction.Atomic:
        return transaction.atomic(using=self._using, durable=True)

    def _of(self, key: EventKey) -> QuerySet[WebhookEvent]:
        return self._events.filter(**_named(key))

    @property
    def _events(self) -> QuerySet[WebhookEvent]:
        return WebhookEvent.objects.using(self._using)


def _named(key: EventKey) -> dict[str, str]:
    return {name: getattr(key, name) for name in ("provider", "environment", "endpoint", "event_id")}


def _row(found: WebhookEvent | None) -> Row | None:
    if found is None:
        return None
    state = State(found.state)
    return Row(_delivery(found), state, found.attempts, found.fence, found.lease_until, found.not_before, found.error)


def _delivery(found: WebhookEvent) -> Delivery:
    key = EventKey(found.provider, found.environment, found.endpoint, found.event_id)
    return Delivery(key, bytes(found.body))
