"""PayPal played by a function: what it was asked, and what it answers."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.payments.paypal import AsyncPayPal, PayPal, PayPalSettings

TOKEN = {"access_token": "A21AAExample", "token_type": "Bearer", "expires_in": 32400, "scope": "https://uri.example"}

Answer = tuple[int, Any] | Exception


@dataclass
class Service:
    """Answers each call with the next of what was put under its method and path, the last one for ever.

    Attributes:
        tokens: what the token service answers, likewise.
    """

    answers: dict[str, list[Answer]] = field(default_factory=dict[str, list[Answer]])
    requests: list[httpx.Request] = field(default_factory=list[httpx.Request])
    tokens: list[Answer] = field(default_factory=lambda: [(200, TOKEN)])

    def on(self, call: str, *answers: Answer) -> None:
        self.answers[call] = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        is_token = request.url.path == "/v1/oauth2/token"
        left = self.tokens if is_token else self.answers[f"{request.method} {request.url.path}"]
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"paypal-debug-id": "90957fca61718", "content-type": "application/json"}
        return httpx.Response(status, stream=httpx.ByteStream(content), headers=headers)

    @property
    def calls(self) -> list[str]:
        """Every call but those for a token."""
        return [f"{each.method} {each.url.path}" for each in self.requests if "oauth2" not in each.url.path]

    @property
    def asked_for_tokens(self) -> int:
        return len(self.requests) - len(self.calls)

    def last(self) -> Any:
        return json.loads(self.requests[-1].content)


def keys(**changes: Any) -> PayPalSettings:
    """Give the keys of an app in PayPal's own sandbox."""
    given: dict[str, Any] = {"sandbox_client_id": "app-1", "sandbox_secret": "app-1-secret", "merchant_id": "MERCHANT1"}
    return PayPalSettings(**{**given, **changes})


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def paypal(service: Service) -> PayPal:
    return PayPal(keys(), http=httpx.Client(transport=httpx.MockTransport(service)))


@pytest.fixture
def async_paypal(service: Service) -> AsyncPayPal:
    return AsyncPayPal(keys(), http=httpx.AsyncClient(transport=httpx.MockTransport(service)))


@pytest.fixture
def make_ace(service: Service) -> Callable[..., Ace]:
    """Make an `Ace` that pays by PayPal, on the service of the test."""

    def make(settings: PayPalSettings | None = None, **options: Any) -> Ace:
        given = Settings(payments=("paypal",), providers=(settings or keys(),))
        return Ace(given, http=httpx.Client(transport=httpx.MockTransport(service)), **options)

    return make


@pytest.fixture
def make_async_ace(service: Service) -> Callable[..., AsyncAce]:
    def make(settings: PayPalSettings | None = None, **options: Any) -> AsyncAce:
        given = Settings(payments=("paypal",), providers=(settings or keys(),))
        return AsyncAce(given, http=httpx.AsyncClient(transport=httpx.MockTransport(service)), **options)

    return make
