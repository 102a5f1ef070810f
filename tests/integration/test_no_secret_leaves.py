"""Marked secrets are planted in every setting; everything that comes out is searched for every spelling of them."""

import json
import logging
import traceback
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.operations import CLIENTS, WALKS, settings_of, taken

from ace_integrations import Ace, AceError, AsyncAce
from ace_integrations.core.published_key import pem_of_words
from ace_integrations.core.redaction import _spellings
from ace_integrations.hooks import plugins
from ace_integrations.sandbox import RunningSandbox
from ace_integrations.settings import ProviderSettings, Settings

PEM = pem_of_words("jitsi sandbox", distances=(572, 178))
TENANT = "vpaas-magic-cookie-0123456789abcdef0123456789abcdef"
CANARIES: dict[str, dict[str, str]] = {
    "didit": {"DIDIT_API_KEY": "canary/didit+key=1", "DIDIT_WEBHOOK_SECRET": "canary-didit-hook-1,canary-didit-hook-2"},
    "jsearch": {"JSEARCH_API_KEY": "canary/jsearch+key=1"},
    "gemini": {"GEMINI_API_KEY": "canary/gemini+key=1"},
    "mailgun": {
        "MAILGUN_SECRET": "canary/mailgun+key=1",
        "MAILGUN_DOMAIN": "mg.example.com",
        "MAILGUN_WEBHOOK_SIGNING_KEY": "canary-mailgun-hook",
    },
    "paypal": {
        "PAYPAL_SANDBOX_CLIENT_ID": "app-1",
        "PAYPAL_SANDBOX_SECRET": "canary/paypal+secret=1",
        "PAYPAL_LIVE_SECRET": "canary/paypal+secret=2",
    },
    "stripe": {"STRIPE_SECRET": "sk_test_canaryStripeKey1", "STRIPE_WEBHOOK_SECRET": "whsec_canaryStripeHook"},
    "exchangerate-api": {"FX_EXCHANGERATE_API_KEY": "canary/exchangerate+key=1"},
    "openexchangerates": {"FX_OPENEXCHANGERATES_APP_ID": "canary-app-id"},
    "fixer": {"FX_FIXER_ACCESS_KEY": "canary-fixer-key"},
    "jitsi": {
        "JITSI_APP_SECRET": "canary/jitsi+secret=1-of-more-than-32-bytes",
        "JITSI_DOMAIN": "meet.example.org",
        "JITSI_APP_ID": "app-1",
        # Keys that can be read: what stands behind one is passed over.
        "JITSI_SYSTEM_KEY": f"{PEM}canary-jitsi-system-key",
        "JITSI_SYSTEM_KEY_ID": "system-1",
        "JITSI_ROOM_KEY": "canary-jitsi-room-key",
        "JAAS_APP_ID": TENANT,
        "JAAS_KEY_ID": f"{TENANT}/4f4910",
        "JAAS_PRIVATE_KEY": f"{PEM}canary-jaas-private-key",
        "JAAS_WEBHOOK_SECRET": "whsec_canaryJaasHook1,whsec_canaryJaasHook2",
    },
    "agora": {
        "AGORA_APP_ID": "0123456789abcdef0123456789abcdef",
        "AGORA_CUSTOMER_ID": "customer-1",
        "AGORA_CUSTOMER_SECRET": "canary/agora+secret=1",
        "AGORA_WEBHOOK_SECRET": "canary-agora-hook",
        "AGORA_CHANNEL_KEY": "canary-agora-channel-key",
    },
    "pusher": {
        "PUSHER_APP_ID": "3",
        "PUSHER_APP_KEY": "0123456789abcdef0123",
        "PUSHER_APP_SECRET": "canary/pusher+secret=1",
        "PUSHER_PREVIOUS_TOKENS": "before:canary-pusher-before",
        "PUSHER_ENCRYPTION_MASTER_KEY": "canaryPusherMasterKeyAAAAAAAAAAAAAAAAAAAAAA=",
    },
    "smtp": {"MAIL_HOST": "127.0.0.1", "MAIL_USERNAME": "user", "MAIL_PASSWORD": "canary-smtp-password"},
}


def planted(name: str) -> list[str]:
    return [part for value in CANARIES.get(name, {}).values() if "canary" in value for part in value.split(",")]


def hits(text: str, secrets: list[str]) -> list[str]:
    return [spelling for secret in secrets for spelling in _spellings(secret) if spelling in text]


def seen(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + str(vars(error))


def outcome(send: Callable[[], Any]) -> str:
    """Give whatever a caller could print of a call's end."""
    try:
        return repr(send())
    except AceError as error:
        return seen(error)


@pytest.fixture
def canaries(monkeypatch: pytest.MonkeyPatch) -> None:
    for variables in CANARIES.values():
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("DIDIT_WORKFLOW_ID", "6b5ec1d6-8e2f-4d4b-8c30-b2d6f9e104c8")


@pytest.mark.parametrize("name", CLIENTS)
def test_no_planted_secret_is_in_errors_logs_or_reprs(
    name: str, canaries: None, ace_sandbox: RunningSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    kind = CLIENTS[name][0]
    settings: ProviderSettings = kind.service.settings()
    assert set(planted(name)) <= set(settings.secrets())
    at_twin = settings.model_copy(update={"base_url": f"{ace_sandbox.url}/{name}"})
    printed = [repr(settings), str(settings), settings.model_dump_json(), repr(kind(settings))]
    for walk in [walk for walk in WALKS if walk.provider == name]:
        with kind(at_twin.model_copy(update=walk.given), max_retries=0, timeout=2) as client:
            for fault in ("", "reset_after", "html", "status"):
                if fault:
                    ace_sandbox.control.fail(fault, provider=name, times=1)
                printed.append(outcome(lambda walk=walk: _walked(client, walk)))  # type: ignore[misc]
            printed.append(repr(client._sender.connection("").account.__dict__))
    ace_sandbox.control.clear_faults()
    everything = "\n".join([*printed, caplog.text, *map(repr, (record.__dict__ for record in caplog.records))])
    assert hits(everything, planted(name)) == []


def _walked(client: Any, walk: Any) -> Any:
    positional, named = walk.prepare(client)
    return taken(getattr(client, walk.name)(*positional, **named))


def test_no_sandbox_secret_is_in_the_journal_or_on_a_console_page(ace_sandbox: RunningSandbox) -> None:
    secrets: list[str] = []
    for walk in WALKS:
        settings: ProviderSettings = settings_of(walk, ace_sandbox.url)
        secrets += settings.secrets()
        with CLIENTS[walk.provider][0](settings) as client:
            outcome(lambda walk=walk, client=client: _walked(client, walk))  # type: ignore[misc]
    ace_sandbox.control.advance(60)
    printed = [json.dumps(ace_sandbox.control.journal()), json.dumps(ace_sandbox.control.deliveries())]
    pages = (
        "didit",
        "gemini",
        "jsearch",
        "mailgun",
        "paypal",
        "pusher",
        "stripe",
        "agora",
        "jitsi",
        "fx",
        "webhooks",
        "journal",
    )
    for page in ("/", *(f"/console/{each}" for each in pages)):
        printed.append(httpx.get(ace_sandbox.url + page, trust_env=False).raise_for_status().text)
    for entry in ace_sandbox.control.journal()[-60:]:
        opened = httpx.get(f"{ace_sandbox.url}/console/journal/{entry['id']}", trust_env=False)
        printed.append(opened.raise_for_status().text)
    text = "\n".join(printed)
    assert hits(text, sorted(set(secrets))) == []
    assert "_secret_" not in text


def test_no_planted_secret_is_in_the_public_config_or_the_reprs_of_ace(canaries: None) -> None:
    for kind in (Ace, AsyncAce):
        ace = kind(Settings())
        assert ace.public_config()["realtime"] == {"key": "0123456789abcdef0123", "cluster": "mt1"}
        text = f"{ace!r} {ace.settings!r} {ace.public_config()} {plugins().providers!r}"
        assert hits(text, [secret for name in CANARIES for secret in planted(name)]) == []


def test_every_secret_setting_has_a_canary(canaries: None) -> None:
    for provider in plugins().providers.values():
        settings: ProviderSettings = provider.load("settings")()
        unmarked = [secret for secret in settings.secrets() if "canary" not in secret]
        assert unmarked == [], f"{provider.name} has a secret setting without a canary here"
