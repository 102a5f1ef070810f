"""Webhooks of every provider: signature schemes that sign and verify, a receiver that handles each event once."""

from ace_integrations.webhooks.event import Environment, Event, UnknownEvent
from ace_integrations.webhooks.explain import Diagnosis, explain
from ace_integrations.webhooks.json_body import read_model, read_object
from ace_integrations.webhooks.lookup import AsyncFetcher, Checking, Fetcher, Lookup
from ace_integrations.webhooks.receiver import AsyncReceiver, Doors, Receipt, Receiver
from ace_integrations.webhooks.scheme import SignatureScheme, hmac_sha256, single, usable
from ace_integrations.webhooks.source import WebhookSource
from ace_integrations.webhooks.store import (
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

__all__ = [
    "AsyncFetcher",
    "AsyncMemoryStore",
    "AsyncReceiver",
    "AsyncStore",
    "Checking",
    "Claim",
    "Delivery",
    "Diagnosis",
    "Doors",
    "Environment",
    "Event",
    "EventKey",
    "FenceLostError",
    "Fetcher",
    "Lookup",
    "MemoryStore",
    "Receipt",
    "Receiver",
    "Refusal",
    "SignatureScheme",
    "State",
    "Store",
    "UnknownEvent",
    "WebhookSource",
    "explain",
    "hmac_sha256",
    "read_model",
    "read_object",
    "single",
    "usable",
]
