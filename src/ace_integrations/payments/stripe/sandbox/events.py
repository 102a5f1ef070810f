"""Events of Stripe's twin and where they go: endpoints, secrets during a rotation, retries, order on demand."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ace_integrations.payments.stripe.sandbox import objects
from ace_integrations.payments.stripe.sandbox.http import Json, RefusedError, metadata_of, missing, no_such
from ace_integrations.payments.stripe.settings import SANDBOX_WEBHOOK_SECRET
from ace_integrations.payments.stripe.webhooks import HEADER, signature_header, write_body
from ace_integrations.sandbox.twin import World
from ace_integrations.settings import is_loopback

VERSION = "2026-10-28.endive"
RETRIES_S = (600.0, 7200.0)
"""Pauses before the second and third try; Stripe's own test mode makes three over a few hours."""

LISTED_S = 30 * 86_400.0
"""Seconds that an event can be asked for."""

OLD_SECRET_S = 24 * 3600.0
MOST_ENDPOINTS = 16
PLATFORM = "the platform"
"""The endpoint that the sandbox was told of, which Stripe's API does not list."""


@dataclass(slots=True)
class _Secret:
    value: str
    until: float | None = None


class Events:
    """Every event, and its way to each endpoint that wants it.

    Attributes:
        request: which request causes events now; goes into them.
        is_thin: whether the platform gets events that only name their object.
        held: events that wait for `release`, None while each is sent at once.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.all: dict[str, Json] = {}
        self.endpoints: dict[str, Json] = {}
        self._secrets: dict[str, list[_Secret]] = {}
        world.journal.hide(SANDBOX_WEBHOOK_SECRET)
        self.reset()

    def reset(self) -> None:
        """Forget everything, the platform's endpoint aside."""
        self.all.clear()
        self.endpoints.clear()
        self._secrets = {PLATFORM: [_Secret(SANDBOX_WEBHOOK_SECRET)]}
        self.request: Json = {"id": None, "idempotency_key": None}
        self.is_thin = False
        self.held: list[Json] | None = None

    def emit(self, kind: str, about: Json, previous: Json | None) -> None:
        """Note an event and send it on its way."""
        self.forget_old()
        event = objects.event(
            kind,
            copy.deepcopy(about),
            previous,
            version=VERSION,
            request=dict(self.request),
            now=self._world.now(),
        )
        self.all[event["id"]] = event
        if self.held is None:
            self.send(event)
        else:
            self.held.append(event)

    def forget_old(self) -> None:
        """Know nothing more of events that are older than the service lists."""
        since = self._world.now() - LISTED_S
        for event_id in [each["id"] for each in self.all.values() if each["created"] < since]:
            del self.all[event_id]

    def find(self, event_id: str) -> Json:
        """Give one event."""
        if event_id not in self.all:
            raise no_such("event", event_id)
        return self.all[event_id]

    def send(self, event: Json) -> None:
        """Send an event to everyone who wants it; a second time is a duplicate."""
        targets = {
            each["id"]: each["url"]
            for each in self.endpoints.values()
            if each["status"] == "enabled" and {"*", event["type"]} & set(each["enabled_events"])
        }
        if self._world.webhook_url:
            targets[PLATFORM] = self._world.webhook_url
        event["pending_webhooks"] = len(targets)
        for name, url in targets.items():
            self._deliver(event, name, url)

    def release(self, *, newest_first: bool) -> int:
        """Send what was held."""
        waiting, self.held = self.held or [], None
        for event in reversed(waiting) if newest_first else waiting:
            self.send(event)
        return len(waiting)

    def rotate(self, name: str, *, now: float) -> str:
        """Roll an endpoint's secret; the old one stays good for a day."""
        fresh = objects.new_id("whsec", 28)
        self._world.journal.hide(fresh)
        for old in self._secrets[name]:
            old.until = min(old.until or now + OLD_SECRET_S, now + OLD_SECRET_S)
        self._secrets[name].append(_Secret(fresh))
        return fresh

    def add_endpoint(self, params: Mapping[str, Any], metadata: dict[str, str]) -> Json:
        """Keep a new endpoint; its answer alone shows the secret."""
        for name in ("url", "enabled_events"):
            if not params.get(name):
                raise missing(name)
        if len(self.endpoints) >= MOST_ENDPOINTS:
            raise RefusedError(400, f"You have reached the maximum of {MOST_ENDPOINTS} test webhook endpoints.")
        self._check_url(str(params["url"]))
        endpoint = objects.endpoint(params, events=_events(params), metadata=metadata, now=self._world.now())
        self.endpoints[endpoint["id"]] = endpoint
        self._secrets[endpoint["id"]] = []
        return {**endpoint, "secret": self.rotate(endpoint["id"], now=self._world.now())}

    def endpoint(self, endpoint_id: str) -> Json:
        """Give one endpoint."""
        if endpoint_id not in self.endpoints:
            raise no_such("webhook endpoint", endpoint_id, param="webhook_endpoint")
        return self.endpoints[endpoint_id]

    def change_endpoint(self, endpoint_id: str, params: Mapping[str, Any]) -> Json:
        """Change one endpoint."""
        endpoint = self.endpoint(endpoint_id)
        if "url" in params:
            self._check_url(str(params["url"]))
            endpoint["url"] = params["url"]
        if "enabled_events" in params:
            endpoint["enabled_events"] = _events(params)
        if "disabled" in params:
            endpoint["status"] = "disabled" if params["disabled"] == "true" else "enabled"
        endpoint["metadata"] = metadata_of(params, endpoint["metadata"])
        return endpoint

    def remove_endpoint(self, endpoint_id: str) -> Json:
        """Forget one endpoint."""
        self.endpoint(endpoint_id)
        del self.endpoints[endpoint_id]
        return {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}

    def thin(self, event: Json) -> Json:
        """Give an event that only names its object."""
        about = event["data"]["object"]
        place = {"payment_intent": "payment_intents"}.get(about["object"], f"{about['object']}s")
        return {
            "id": event["id"],
            "object": "v2.core.event",
            "type": f"v1.{event['type']}",
            "created": datetime.fromtimestamp(event["created"], UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "livemode": False,
            "related_object": {
                "id": about["id"],
                "type": about["object"],
                "url": f"/v1/{place}/{about['id']}",
            },
        }

    def _deliver(self, event: Json, name: str, url: str) -> None:
        is_thin = self.is_thin and name == PLATFORM
        body = write_body(self.thin(event) if is_thin else event)

        def sign() -> tuple[bytes, Mapping[str, str]]:
            return body, {
                "content-type": "application/json; charset=utf-8",
                "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
                HEADER: signature_header(body, secrets=self._current(name), now=self._world.now()),
            }

        def settled(status: int) -> bool:
            good = 200 <= status < 300
            if good:
                event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
            return good

        self._world.deliveries.send(
            provider="stripe", type=event["type"], url=url, sign=sign, retries_s=RETRIES_S, settled=settled
        )

    def _current(self, name: str) -> list[str]:
        now = self._world.clock.now()
        secrets = self._secrets.get(name, [])
        return [secret.value for secret in reversed(secrets) if secret.until is None or secret.until > now]

    def _check_url(self, url: str) -> None:
        if not is_loopback(url):
            raise RefusedError(400, "A sandbox sends webhooks to this machine only.", param="url")


def _events(params: Mapping[str, Any]) -> list[str]:
    given = params["enabled_events"]
    if not isinstance(given, list):
        raise RefusedError(400, "Invalid array", param="enabled_events")
    return [str(each) for each in given]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
