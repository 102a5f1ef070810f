"""Events of the twin and where they go: webhooks, what each is told, retries, order on demand."""

import copy
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from ace_integrations.payments.paypal.sandbox.http import (
    Json,
    RefusedError,
    as_list,
    as_object,
    detail,
    no_such,
    refusal,
)
from ace_integrations.payments.paypal.sandbox.objects import link, moment, new_id
from ace_integrations.payments.paypal.sandbox.signing import ALGORITHM, CERTIFICATES, VERSION, Signer, signed_text
from ace_integrations.sandbox.twin import World
from ace_integrations.settings import is_loopback

PLATFORM_WEBHOOK = "WH-SANDBOX0001"
"""The webhook of the platform that the sandbox was told of."""

SIMULATED = "WEBHOOK_ID"
"""What stands for the webhook's id in the signed text of a simulated event."""

RETRIES_S = (60.0, 120.0, 180.0, 240.0, 300.0, 600.0, 900.0, 1200.0, 1800.0, *[3600.0] * 5, *[23580.0] * 10)
"""Pauses before the second to the 25th try, three days in all."""

MOST_WEBHOOKS, MOST_EVENT_TYPES, LONGEST_URL = 10, 500, 2048

EVENT_TYPES = (
    "CHECKOUT.ORDER.APPROVED",
    "CHECKOUT.ORDER.COMPLETED",
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
    "CUSTOMER.DISPUTE.CREATED",
    "CUSTOMER.DISPUTE.RESOLVED",
    "CUSTOMER.DISPUTE.UPDATED",
    "PAYMENT.AUTHORIZATION.CREATED",
    "PAYMENT.AUTHORIZATION.VOIDED",
    "PAYMENT.CAPTURE.COMPLETED",
    "PAYMENT.CAPTURE.DECLINED",
    "PAYMENT.CAPTURE.DENIED",
    "PAYMENT.CAPTURE.PENDING",
    "PAYMENT.CAPTURE.REFUNDED",
    "PAYMENT.CAPTURE.REVERSED",
    "PAYMENT.REFUND.FAILED",
    "PAYMENT.REFUND.PENDING",
)
EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class _Receiver:
    """Where an event goes; `webhook_id` is what the signed text names."""

    webhook_id: str
    url: str


def write_body(value: Json) -> bytes:
    """Write an event as it is sent: UTF-8, not escaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Events:
    """Every event, and its way to each webhook that wants it.

    Attributes:
        held: events that wait for `release`, None while each is sent at once.
    """

    def __init__(self, world: World, signer: Signer) -> None:
        self._world = world
        self._signer = signer
        self.all: dict[str, Json] = {}
        self.held: list[Json] | None = None
        self._webhooks: dict[str, Json] = {}

    def reset(self) -> None:
        """Forget everything, the platform's webhook aside."""
        self.all.clear()
        self._webhooks.clear()
        self.held = None

    def emit(self, kind: str, resource_type: str, resource: Json) -> None:
        """Note an event and send it on its way."""
        event = self._written(kind, resource_type, resource)
        self.all[event["id"]] = event
        if self.held is None:
            self.send(event)
        else:
            self.held.append(event)

    def find(self, event_id: str) -> Json:
        """Give one event."""
        if event_id not in self.all:
            raise no_such("event_id", event_id)
        return self.all[event_id]

    def at(self, event: Json) -> float:
        """Give when an event happened, Unix seconds of the sandbox."""
        return datetime.fromisoformat(event["create_time"]).timestamp()

    def send(self, event: Json, webhook_ids: Iterable[str] = ()) -> None:
        """Send an event to each webhook that wants it, or to the named ones only; a second time is a duplicate."""
        named = frozenset(webhook_ids)
        for webhook in self.webhooks():
            wanted = {each["name"] for each in webhook["event_types"]}
            if (named and webhook["id"] in named) or (not named and {EVERYTHING, event["event_type"]} & wanted):
                self._deliver(event, _Receiver(webhook["id"], webhook["url"]))

    def release(self, *, newest_first: bool) -> int:
        """Send what was held."""
        waiting, self.held = self.held or [], None
        for event in reversed(waiting) if newest_first else waiting:
            self.send(event)
        return len(waiting)

    def simulate(self, asked: Json, told: tuple[str, Json]) -> Json:
        """Send a made-up event, which no list shows and no call verifies.

        Args:
            told: the kind of the resource, and the resource.
        """
        url = str(self.webhook(str(asked["webhook_id"]))["url"] if asked.get("webhook_id") else asked.get("url", ""))
        _check_url(url)
        event = self._written(asked["event_type"], *told)
        self._deliver(event, _Receiver(SIMULATED, url))
        return event

    # Webhooks.

    def webhooks(self) -> list[Json]:
        """Give the webhooks, the platform's first."""
        url = self._world.webhook_url
        platform = [self._webhook(PLATFORM_WEBHOOK, url, [EVERYTHING])] if url else []
        return [*platform, *self._webhooks.values()]

    def webhook(self, webhook_id: str) -> Json:
        """Give one webhook."""
        found = [each for each in self.webhooks() if each["id"] == webhook_id]
        if not found:
            raise no_such("webhook_id", webhook_id)
        return found[0]

    def add_webhook(self, asked: Json) -> Json:
        """Keep a new webhook."""
        url, types = asked.get("url"), _types(asked.get("event_types"))
        if not isinstance(url, str) or not url:
            raise refusal("MISSING_REQUIRED_PARAMETER", "/url")
        _check_url(url)
        if any(each["url"] == url for each in self.webhooks()):
            raise refusal("WEBHOOK_URL_ALREADY_EXISTS", "/url", url)
        if len(self._webhooks) >= MOST_WEBHOOKS:
            raise refusal("WEBHOOK_NUMBER_LIMIT_EXCEEDED")
        webhook = self._webhook(new_id(), url, types)
        self._webhooks[webhook["id"]] = webhook
        return webhook

    def change_webhook(self, webhook_id: str, patches: Sequence[Any]) -> Json:
        """Replace a webhook's address or event types."""
        webhook = self._own(webhook_id)
        for each in patches:
            step = as_object(each) or {}
            if step.get("op") != "replace" or step.get("path") not in ("/url", "/event_types"):
                raise refusal("INVALID_PARAMETER_VALUE", "/path", step.get("path"))
            if step["path"] == "/url":
                _check_url(str(step.get("value", "")))
                webhook["url"] = step["value"]
            else:
                webhook["event_types"] = _named(_types(step.get("value")))
        return webhook

    def remove_webhook(self, webhook_id: str) -> None:
        """Forget a webhook."""
        self._own(webhook_id)
        del self._webhooks[webhook_id]

    def verifies(self, asked: Json, bodies: Sequence[bytes]) -> bool:
        """Whether a delivery is one of ours, by what came in its headers and any of these readings of its body."""
        certificate = str(asked["cert_url"]).removeprefix(f"{self._world.url}{CERTIFICATES}/")
        known = any(each["id"] == asked["webhook_id"] for each in self.webhooks())
        transmission_id, time, webhook_id = (
            str(asked[name]) for name in ("transmission_id", "transmission_time", "webhook_id")
        )
        texts = [signed_text(transmission_id, time, webhook_id, body) for body in bodies]
        return (
            known
            and asked["auth_algo"] == ALGORITHM
            and any(self._signer.verifies(text, asked["transmission_sig"], certificate=certificate) for text in texts)
        )

    def _own(self, webhook_id: str) -> Json:
        if webhook_id not in self._webhooks:
            raise no_such("webhook_id", webhook_id)
        return self._webhooks[webhook_id]

    def _webhook(self, webhook_id: str, url: str, types: Sequence[str]) -> Json:
        place = f"{self._world.url}/v1/notifications/webhooks/{webhook_id}"
        links = [link(place, "self"), link(place, "update", "PATCH"), link(place, "delete", "DELETE")]
        return {"id": webhook_id, "url": url, "event_types": _named(types), "links": links}

    def _written(self, kind: str, resource_type: str, resource: Json) -> Json:
        event_id = f"WH-{new_id()}-{new_id()}"
        place = f"{self._world.url}/v1/notifications/webhooks-events/{event_id}"
        subject = " ".join(kind.lower().replace("-", " ").split(".")).capitalize()
        return {
            "id": event_id,
            "event_version": "1.0",
            "create_time": moment(self._world.clock.now()).replace("Z", ".000Z"),
            "resource_type": resource_type,
            "resource_version": "1.0" if resource_type == "dispute" else "2.0",
            "event_type": kind,
            "summary": f"{subject}.",
            "resource": _as_told(resource_type, copy.deepcopy(resource)),
            "links": [link(place, "self"), link(f"{place}/resend", "resend", "POST")],
        }

    def _deliver(self, event: Json, receiver: _Receiver) -> None:
        body, transmission_id = write_body(event), str(uuid4())

        def sign() -> tuple[bytes, Mapping[str, str]]:
            time = moment(self._world.clock.now())
            signature = self._signer.sign(signed_text(transmission_id, time, receiver.webhook_id, body))
            return body, {
                "content-type": "application/json",
                "user-agent": "PayPal/AUHR-214.0-sandbox",
                "paypal-transmission-id": transmission_id,
                "paypal-transmission-time": time,
                "paypal-transmission-sig": signature,
                "paypal-cert-url": f"{self._world.url}{CERTIFICATES}/{self._signer.name}",
                "paypal-auth-algo": ALGORITHM,
                "paypal-auth-version": VERSION,
                "correlation-id": transmission_id.replace("-", "")[:13],
            }

        self._world.deliveries.send(
            provider="paypal", type=event["event_type"], url=receiver.url, sign=sign, retries_s=RETRIES_S
        )


def _as_told(resource_type: str, resource: Json) -> Json:
    """Give a resource as events have it: an order's amount has a breakdown there, if only an empty one."""
    if resource_type == "checkout-order":
        for unit in resource["purchase_units"]:
            unit["amount"].setdefault("breakdown", {})
    return resource


def _types(value: object) -> list[str]:
    given = as_list(value)
    if not given:
        raise refusal("MISSING_REQUIRED_PARAMETER", "/event_types")
    if len(given) > MOST_EVENT_TYPES:
        raise refusal("INVALID_ARRAY_MAX_ITEMS", "/event_types")
    names = [str((as_object(each) or {}).get("name", "")) for each in given]
    unknown = [name for name in names if name not in (EVERYTHING, *EVENT_TYPES)]
    if unknown:
        raise RefusedError(400, [detail("INVALID_PARAMETER_VALUE", "/event_types", name) for name in unknown])
    return names


def _named(types: Iterable[str]) -> list[Json]:
    return [{"name": name, "status": "ENABLED"} for name in types]


def _check_url(url: str) -> None:
    if len(url) > LONGEST_URL:
        raise refusal("INVALID_STRING_LENGTH", "/url", url)
    if not is_loopback(url):
        raise refusal("INVALID_PARAMETER_VALUE", "/url", url)
