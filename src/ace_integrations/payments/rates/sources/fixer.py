"""Fixer: with an access key; the free plan has the base EUR only, so all other pairs are crossed."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from pydantic import Field, SecretStr

from ace_integrations.core.call import Call, Configured, Describer, operation
from ace_integrations.core.client import AsyncClient, ServiceOperations, SyncClient
from ace_integrations.core.http_call import Reply
from ace_integrations.core.service import Problem, secret_of
from ace_integrations.errors import (
    AuthenticationError,
    InvalidRequestError,
    PermissionDeniedError,
    ProviderError,
    RateLimitedError,
)
from ace_integrations.payments.rates.rate import Rate, RateKind, cross
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

HOME = "EUR"
"""The base of every answer."""

KINDS: Mapping[str, type[ProviderError]] = {
    "101": AuthenticationError,
    "102": AuthenticationError,
    "104": RateLimitedError,
    "105": PermissionDeniedError,
    "201": InvalidRequestError,
    "202": InvalidRequestError,
}
"""By the service's numbers: wrong key, account off, plan used up, a base that it lacks, unknown codes."""


class FixerSettings(ProviderSettings):
    """The access key of an account.

    Attributes:
        access_key: stands in the address of every request, since the service takes it nowhere else.
        base_url: another address than data.fixer.io.
    """

    provider: ClassVar[str] = "fixer"
    required: ClassVar[tuple[str, ...]] = ("access_key",)
    sandbox_values: ClassVar[Mapping[str, Any]] = {"access_key": SecretStr("fixer-sandbox-access-key")}

    access_key: Secret | None = Field(default=None, validation_alias="FX_FIXER_ACCESS_KEY")
    base_url: str | None = Field(default=None, validation_alias="FX_FIXER_BASE_URL")


class Fault(Answer):
    """Why there are no rates."""

    code: int
    type: str = ""


class Verdict(Answer):
    """What an answer says of itself: errors come with status 200."""

    success: bool
    error: Fault | None = None


class Table(Answer):
    """The rates that were asked for, of one EUR."""

    timestamp: Moment
    base: str
    rates: Mapping[str, Any]


def _problem(reply: Reply) -> Problem:
    try:
        fault = json.loads(reply.body)["error"]
        code, message = str(fault["code"])[:20], str(fault.get("type", ""))[:200]
    except (ValueError, KeyError, TypeError, AttributeError):
        code, message = "", ""
    return Problem(message or f"status {reply.status} without a readable text", code, KINDS.get(code))


SERVICE = source_service(FixerSettings, "https://data.fixer.io", problem=_problem)


class FixerOperations(ServiceOperations):
    """Describe Fixer's calls."""

    service = SERVICE

    @operation
    def latest(self, *, base: str, quote: str, known: Rate | None = None) -> Call[Rate]:
        """Ask for the newest rate of a pair, crossed over EUR where neither is that.

        Args:
            base: three letters.
            quote: three letters.
            known: what it said last.

        Raises:
            AuthenticationError: the access key is wrong, or its account is off.
            RateLimitedError: the plan is used up.

        Source: exchange-rates.md §2.5
        """

        def read(reply: Reply) -> Rate:
            answer = exact_json(reply)
            verdict = read_as(answer, Verdict)
            if not verdict.success:
                fault = verdict.error or Fault(code=0)
                refused(f"it answers {fault.type or fault.code}", str(fault.code), KINDS)
            table = read_as(answer, Table)
            same_pair((table.base, quote), (HOME, quote))
            return cross(_of_one_euro(table, base), _of_one_euro(table, quote))

        def describe(settings: FixerSettings) -> Call[Rate]:
            symbols = ",".join(code for code in (base, quote) if code != HOME)
            query = {"access_key": secret_of(settings, "access_key"), "symbols": symbols}
            return ask("/api/latest", read, pair=(base, quote), known=known, query=query)

        return Configured(describe)


class Fixer(FixerOperations, SyncClient[FixerSettings]):
    """Fixer, blocking."""


class AsyncFixer(FixerOperations, AsyncClient[FixerSettings]):
    """Fixer, awaited."""


class FixerCalls(FixerOperations, Describer):
    """Fixer's calls, described and not sent."""


def build(settings: FixerSettings) -> FixerCalls:
    """Give the source."""
    del settings
    return FixerCalls()


def _of_one_euro(table: Table, code: str) -> Rate:
    return Rate(
        base=HOME,
        quote=code,
        value=Decimal(1) if code == HOME else rate_of(table.rates, code),
        as_of=table.timestamp,
        as_of_precision="second",
        source=FixerSettings.provider,
        kind=RateKind.AGGREGATE,
    )
