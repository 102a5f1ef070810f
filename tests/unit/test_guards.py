"""Guards that no argument and no variable takes away: signed webhooks, and TLS to whatever is not on this machine."""

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.things import ThingSettings

from ace_integrations import Ace, AsyncAce, ConfigurationError, Settings
from ace_integrations.contrib import fastapi
from ace_integrations.hooks import Provider, ours
from ace_integrations.settings import ProviderSettings
from ace_integrations.testing import SignedWebhook, WebhookFactory
from ace_integrations.webhooks import AsyncReceiver, Receiver, SignatureScheme, WebhookSource
from ace_integrations.webhooks.receiver import Doors

SENDERS = [provider for provider in ours().providers.values() if provider.webhooks]
SERVICES = [provider for provider in ours().providers.values() if provider.service]
ALARMING = re.compile(
    r"insecure|danger|unsafe|unsigned|skip|disable|no_?verify|verif|trust|forge|debug|test", re.IGNORECASE
)


def names_of(providers: list[Provider]) -> list[str]:
    return [provider.name for provider in providers]


def unsigned(sent: SignedWebhook) -> tuple[dict[str, str], bytes]:
    """Take the signature away, from the headers or from where it stands in the body."""
    return {}, re.sub(rb'("signature": ?")[0-9a-f]{64}', rb"\g<1>" + b"0" * 64, sent.body)


def changed(sent: SignedWebhook) -> tuple[dict[str, str], bytes]:
    return dict(sent.headers), sent.body.replace(b"1", b"2", 1)


@pytest.mark.parametrize("provider", SENDERS, ids=names_of(SENDERS))
@pytest.mark.parametrize("spoil", [unsigned, changed])
def test_what_is_not_signed_is_refused_and_reaches_no_handler(
    provider: Provider, spoil: Callable[[SignedWebhook], tuple[dict[str, str], bytes]]
) -> None:
    source: WebhookSource = provider.load("webhooks")
    settings = Settings(sandbox=True)
    sent = WebhookFactory(settings).make(provider.name, source.event_types[0])
    handled: list[object] = []
    with Ace(settings) as ace:
        ace.webhooks.on(object)(lambda event, transaction: handled.append(event))
        refused = ace.webhooks.receive(provider.name, *spoil(sent))
        assert (refused.status, refused.text, handled) == (400, "refused", [])
        assert ace.webhooks.receive(provider.name, sent.headers, sent.body).status == 200
    assert len(handled) == 1


@pytest.mark.parametrize("provider", SENDERS, ids=names_of(SENDERS))
def test_without_a_secret_nothing_is_received(provider: Provider) -> None:
    source: WebhookSource = provider.load("webhooks")
    sent = WebhookFactory(Settings(sandbox=True)).make(provider.name, source.event_types[0])
    with Ace(Settings()) as ace, pytest.raises(ConfigurationError, match="is not set"):
        ace.webhooks.receive(provider.name, sent.headers, sent.body)


@pytest.mark.parametrize(
    "callable_",
    [
        Ace,
        AsyncAce,
        Receiver,
        Receiver.receive,
        AsyncReceiver,
        AsyncReceiver.receive,
        Doors,
        Doors.open,
        SignatureScheme,
        WebhookSource,
        fastapi.webhook_routes,
    ],
)
def test_no_argument_turns_the_check_off(callable_: Callable[..., Any]) -> None:
    assert [name for name in inspect.signature(callable_).parameters if ALARMING.search(name)] == []


@pytest.mark.parametrize("kind", [Receiver, AsyncReceiver])
def test_a_receiver_takes_no_option_that_it_does_not_know(kind: type[Any]) -> None:
    with pytest.raises(TypeError, match="insecure"):
        kind(Doors([], Settings()), insecure=True)


def test_the_variables_that_loosen_a_check_are_known_and_say_so() -> None:
    kinds: list[type[ProviderSettings]] = [provider.load("settings") for provider in SENDERS]
    found = {
        kind.variables(field)[0]
        for kind in kinds
        for field, about in kind.model_fields.items()
        if about.default is False and ALARMING.search(f"{field} {kind.variables(field)}")
    }
    assert found == {
        "DIDIT_INSECURE_ACCEPT_V2_OVER_ASCII",  # two other readings of what the whole signature covers
        "DIDIT_INSECURE_ACCEPT_V2_WITH_TIMESTAMP_PREFIX",
        "DIDIT_DANGEROUS_ACCEPT_FORGEABLE_SIMPLE_SIGNATURE",
        "MAILGUN_TEST_MODE",  # of sending: it says nothing of webhooks
    }


def test_the_dangerous_one_is_refused_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "DIDIT_DANGEROUS_ACCEPT_FORGEABLE_SIMPLE_SIGNATURE"
    monkeypatch.setenv(name, "1")
    monkeypatch.setenv("DIDIT_WEBHOOK_SECRET", "a-webhook-secret")
    kind = ours().provider("didit").load("settings")
    assert Settings(env="staging").of(kind).accept_forgeable_simple_signature
    with pytest.raises(ConfigurationError, match=f"ACE_ENV is production, so {name} must not be set"):
        Settings(env="production").of(kind)
    with Ace(Settings(env="production")) as ace, pytest.raises(ConfigurationError, match=name):
        ace.webhooks.receive("didit", {}, b"{}")


@pytest.mark.parametrize("kind", [ThingSettings, *(provider.load("settings") for provider in SERVICES)])
@pytest.mark.parametrize(
    "url", ["http://api.example.com", "http://127.0.0.1.example.com", "ftp://127.0.0.2.example", "x"]
)
def test_an_address_without_tls_is_refused_as_soon_as_it_is_given(kind: type[ProviderSettings], url: str) -> None:
    with pytest.raises(ConfigurationError, match="must start with https:// unless it is on this machine"):
        kind(base_url=url)
    assert kind(base_url="https://api.example.com").base_url == "https://api.example.com"
    assert kind(base_url="http://127.0.0.1:8600/x").is_sandbox


@pytest.mark.parametrize(
    ("provider", "name"),
    [("stripe", "STRIPE_BASE_URL"), ("mailgun", "MAILGUN_ENDPOINT"), ("mailgun", "MAILGUN_API_URL")],
)
def test_an_address_without_tls_in_the_environment_is_refused(
    monkeypatch: pytest.MonkeyPatch, provider: str, name: str
) -> None:
    monkeypatch.setenv(name, "http://api.example.com")
    with pytest.raises(ConfigurationError, match="https://"):
        Settings().of(ours().provider(provider).load("settings"))


@pytest.mark.parametrize("provider", SERVICES, ids=names_of(SERVICES))
def test_the_real_services_are_called_over_tls(provider: Provider) -> None:
    kind = provider.load("settings")
    settings = kind().in_sandbox("http://127.0.0.1:8600").model_copy(update={"base_url": None})
    assert provider.load("service").endpoint(settings).base_url.startswith("https://")
