"""ExchangeRate-API, with a key and without one (open access): one table for all currencies of one base, daily."""

import json
import logging
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import AliasChoices, Field, SecretStr

from ace_integrations.core.call import Call, Describer, operation
from ace_integrations.core.client import AsyncClient, ServiceOperations, SyncClient
from ace_integrations.core.http_call import Reply
from ace_integrations.core.service import Problem, secret_of
from ace_integrations.errors import (
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
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

logger = logging.getLogger("ace_integrations.rates")

ATTRIBUTION = "Rates By Exchange Rate API (https://www.exchangerate-api.com)"

PAUSE_S = 20 * 60
"""Seconds after which the open access answers again when it was asked too often."""

KINDS: Mapping[str, type[ProviderError]] = {
    "unsupported-code": NotFoundError,
    "malformed-request": InvalidRequestError,
    "invalid-key": AuthenticationError,
    "inactive-account": AuthenticationError,
    "quota-reached": RateLimitedError,
}


class ErApiSettings(ProviderSettings):
    """Where the open access is.

    Attributes:
        base_url: another address than open.er-api.com.
    """

    provider: ClassVar[str] = "er-api"

    base_url: str | None = Field(default=None, validation_alias="FX_ER_API_BASE_URL")


class ExchangeRateApiSettings(ProviderSettings):
    """The key of an account.

    Attributes:
        api_key: from the dashboard.
        base_url: another address than v6.exchangerate-api.com.
    """

    provider: ClassVar[str] = "exchangerate-api"
    required: ClassVar[tuple[str, ...]] = ("api_key",)
    sandbox_values: ClassVar[Mapping[str, Any]] = {"api_key": SecretStr("exchangerate-api-sandbox-key")}

    api_key: Secret | None = Field(default=None, validation_alias="FX_EXCHANGERATE_API_KEY")
    base_url: str | None = Field(default=None, validation_alias="FX_EXCHANGERATE_API_BASE_URL")


class Verdict(Answer):
    """What an answer says of itself: errors may come with status 200."""

    result: str
    error_type: str = Field(default="", alias="error-type")


class Table(Verdict):
    """Every rate of one base; the open access says `rates`, the other `conversion_rates`."""

    base_code: str
    time_last_update_unix: Moment
    time_next_update_unix: Moment
    end_of_life: int = Field(default=0, validation_alias=AliasChoices("time_eol_unix", "time_eol"))
    rates: Mapping[str, Any] = Field(validation_alias=AliasChoices("rates", "conversion_rates"))


def _problem(reply: Reply) -> Problem:
    try:
        code = str(json.loads(reply.body)["error-type"])
    except (ValueError, KeyError, TypeError):
        code = ""
    pause = PAUSE_S if reply.status == 429 else None
    return Problem(code or f"status {reply.status} without a code", code, KINDS.get(code), retry_after=pause)


def _key(settings: ExchangeRateApiSettings) -> Mapping[str, str]:
    return {"authorization": f"Bearer {secret_of(settings, 'api_key')}"}


OPEN = source_service(ErApiSettings, "https://open.er-api.com", problem=_problem)
KEYED = source_service(ExchangeRateApiSettings, "https://v6.exchangerate-api.com", headers=_key, problem=_problem)


class TableOperations(ServiceOperations):
    """Describe the calls that both accesses have."""

    @operation
    def latest(self, *, base: str, quote: str, known: Rate | None = None) -> Call[Rate]:
        """Ask for the newest rate of a pair; it changes once a day, and says when next.

        Args:
            base: three letters.
            quote: three letters.
            known: what it said last.

        Raises:
            NotFoundError: it does not know the base.
            AuthenticationError: the key is wrong, or its account not active.
            RateLimitedError: the month's quota is used up, or the open access was asked too often: wait 20 minutes.

        Source: exchange-rates.md §2.2
        """
        source = self.provider

        def read(reply: Reply) -> Rate:
            answer = exact_json(reply)
            verdict = read_as(answer, Verdict)
            if verdict.result != "success":
                refused(f"it answers {verdict.result}: {verdict.error_type}", verdict.error_type, KINDS)
            table = read_as(answer, Table)
            same_pair((table.base_code, quote), (base, quote))
            if table.end_of_life:
                logger.warning("%s ends at Unix second %s: take another source", source, table.end_of_life)
            return _rate(table, quote, source)

        return ask("/v6/latest/{base}", read, pair=(base, quote), known=known, path_params={"base": base})


class ErApiOperations(TableOperations):
    """Describe the calls of the open access."""

    service = OPEN


class ErApi(ErApiOperations, SyncClient[ErApiSettings]):
    """The open access, blocking."""


class AsyncErApi(ErApiOperations, AsyncClient[ErApiSettings]):
    """The open access, awaited."""


class ErApiCalls(ErApiOperations, Describer):
    """The open access's calls, described and not sent."""


class ExchangeRateApiOperations(TableOperations):
    """Describe the calls of an account."""

    service = KEYED


class ExchangeRateApi(ExchangeRateApiOperations, SyncClient[ExchangeRateApiSettings]):
    """ExchangeRate-API, blocking."""


class AsyncExchangeRateApi(ExchangeRateApiOperations, AsyncClient[ExchangeRateApiSettings]):
    """ExchangeRate-API, awaited."""


class ExchangeRateApiCalls(ExchangeRateApiOperations, Describer):
    """ExchangeRate-API's calls, described and not sent."""


def build_open(settings: ErApiSettings) -> ErApiCalls:
    """Give the open access as a source."""
    del settings
    return ErApiCalls()


def build_keyed(settings: ExchangeRateApiSettings) -> ExchangeRateApiCalls:
    """Give an account as a source."""
    del settings
    return ExchangeRateApiCalls()


def _rate(table: Table, quote: str, source: str) -> Rate:
    return Rate(
        base=table.base_code,
        quote=quote,
        value=rate_of(table.rates, quote),
        as_of=table.time_last_update_unix,
        as_of_precision="second",
        source=source,
        kind=RateKind.AGGREGATE,
        attribution=ATTRIBUTION,
        next_update=table.time_next_update_unix,
    )
