"""Open Exchange Rates: hourly, with an app id; the free plan has the base USD only."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, SecretStr

from ace_integrations.core.call import Call, Describer, operation
from ace_integrations.core.client import AsyncClient, ServiceOperations, SyncClient
from ace_integrations.core.http_call import HttpCall, Reply, from_json
from ace_integrations.core.service import Problem, secret_of
from ace_integrations.errors import (
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    ProviderError,
    RateLimitedError,
)
from ace_integrations.payments.rates.rate import Rate, RateKind
from ace_integrations.payments.rates.source import (
    Answer,
    Moment,
    ask,
    exact_json,
    rate_of,
    read_as,
    refused,
    same_pair,
    source_service,
)
from ace_integrations.settings import ProviderSettings, Secret

KINDS: Mapping[str, type[ProviderError]] = {
    "invalid_base": InvalidRequestError,
    "missing_app_id": AuthenticationError,
    "invalid_app_id": AuthenticationError,
    "access_restricted": PermissionDeniedError,
    "not_found": NotFoundError,
    "not_allowed": RateLimitedError,
}


class OpenExchangeRatesSettings(ProviderSettings):
    """The app id of an account.

    Attributes:
        app_id: a secret: it is all that the service asks for.
        base_url: another address than openexchangerates.org.
    """

    provider: ClassVar[str] = "openexchangerates"
    required: ClassVar[tuple[str, ...]] = ("app_id",)
    sandbox_values: ClassVar[Mapping[str, Any]] = {"app_id": SecretStr("openexchangerates-sandbox-app-id")}

    app_id: Secret | None = Field(default=None, validation_alias="FX_OPENEXCHANGERATES_APP_ID")
    base_url: str | None = Field(default=None, validation_alias="FX_OPENEXCHANGERATES_BASE_URL")


class Failure(Answer):
    """Why there are no rates."""

    error: bool = False
    message: str = ""


class Table(Answer):
    """The rates that were asked for."""

    timestamp: Moment
    base: str
    rates: Mapping[str, Any]


def _problem(reply: Reply) -> Problem:
    try:
        code = str(json.loads(reply.body)["message"])
    except (ValueError, KeyError, TypeError):
        code = ""
    return Problem(code[:200] or f"status {reply.status} without a code", code[:50], KINDS.get(code))


def _app_id(settings: OpenExchangeRatesSettings) -> Mapping[str, str]:
    # In a header, and not in the address: addresses are logged on their way.
    return {"authorization": f"Token {secret_of(settings, 'app_id')}"}


SERVICE = source_service(OpenExchangeRatesSettings, "https://openexchangerates.org", headers=_app_id, problem=_problem)


class OpenExchangeRatesOperations(ServiceOperations):
    """Describe Open Exchange Rates' calls."""

    service = SERVICE

    @operation
    def latest(self, *, base: str, quote: str, known: Rate | None = None) -> Call[Rate]:
        """Ask for the newest rate of a pair.

        Args:
            base: three letters; free plans have USD only.
            quote: three letters.
            known: what it said last.

        Raises:
            AuthenticationError: the app id is missing or wrong.
            RateLimitedError: the plan's requests are used up, or the plan does not have this base.

        Source: exchange-rates.md §2.3
        """

        def read(reply: Reply) -> Rate:
            answer = exact_json(reply)
            failure = read_as(answer, Failure)
            if failure.error:
                refused(f"it answers {failure.message}", failure.message, KINDS)
            table = read_as(answer, Table)
            same_pair((table.base, quote), (base, quote))
            return _rate(table, quote)

        # The base only where it is not the usual one: naming it at all is a right of paid plans.
        query = {"symbols": quote, "base": None if base == "USD" else base}
        return ask("/api/latest.json", read, pair=(base, quote), known=known, query=query)


class OpenExchangeRates(OpenExchangeRatesOperations, SyncClient[OpenExchangeRatesSettings]):
    """Open Exchange Rates, blocking."""


class AsyncOpenExchangeRates(OpenExchangeRatesOperations, AsyncClient[OpenExchangeRatesSettings]):
    """Open Exchange Rates, awaited."""


class OpenExchangeRatesCalls(OpenExchangeRatesOperations, Describer):
    """Open Exchange Rates' calls, described and not sent."""


def build(settings: OpenExchangeRatesSettings) -> OpenExchangeRatesCalls:
    """Give the source."""
    del settings
    return OpenExchangeRatesCalls()


USAGE = from_json(dict[str, Any])


def probe(settings: OpenExchangeRatesSettings) -> Call[object]:
    """Ask one harmless question that needs the app id, and is not counted, for `ace doctor`."""
    del settings
    return HttpCall("GET", "/api/usage.json", USAGE).labelled(SERVICE.name, "usage")


def _rate(table: Table, quote: str) -> Rate:
    return Rate(
        base=table.base,
        quote=quote,
        value=rate_of(table.rates, quote),
        as_of=table.timestamp,
        as_of_precision="second",
        source=OpenExchangeRatesSettings.provider,
        kind=RateKind.AGGREGATE,
    )
