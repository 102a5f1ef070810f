"""Frankfurter: rates of a hundred central banks, blended, or of those that are named; free, without a key."""

import json
from typing import ClassVar

from pydantic import Field

from ace_integrations.core.call import Call, Configured, Describer, operation
from ace_integrations.core.client import AsyncClient, ServiceOperations, SyncClient
from ace_integrations.core.http_call import Reply
from ace_integrations.core.service import Problem
from ace_integrations.payments.rates.rate import Rate, RateKind
from ace_integrations.payments.rates.source import (
    Answer,
    Day,
    Number,
    ask,
    exact_json,
    midnight,
    read_as,
    same_pair,
    source_service,
)
from ace_integrations.settings import Names, ProviderSettings

BANKS = {"CBE": "Central Bank of Egypt"}
"""By Frankfurter's key; their rates are shown with their name."""


class FrankfurterSettings(ProviderSettings):
    """Where Frankfurter is, and whose rates it gives.

    Attributes:
        base_url: another address than api.frankfurter.dev: your own copy of it.
        banks: Frankfurter's keys of central banks, as in CBE for Egypt's; none blends all that it knows.
    """

    provider: ClassVar[str] = "frankfurter"

    base_url: str | None = Field(default=None, validation_alias="FX_FRANKFURTER_BASE_URL")
    banks: Names = Field(default=(), validation_alias="FX_FRANKFURTER_BANKS")


class LatestRate(Answer):
    """One pair; `rate` is rounded by its size, so ask for the direction in which it is large."""

    date: Day
    base: str
    quote: str
    rate: Number


def _problem(reply: Reply) -> Problem:
    try:
        message = json.loads(reply.body)["message"]
    except (ValueError, KeyError, TypeError):
        message = ""
    return Problem(str(message)[:200] or f"status {reply.status} without a readable text")


SERVICE = source_service(FrankfurterSettings, "https://api.frankfurter.dev", problem=_problem)


class FrankfurterOperations(ServiceOperations):
    """Describe Frankfurter's calls."""

    service = SERVICE

    @operation
    def latest(self, *, base: str, quote: str, known: Rate | None = None) -> Call[Rate]:
        """Ask for the newest rate of a pair, blended or of the banks that the settings name.

        It may be dated tomorrow, and carries a bank's last rate on for up to 14 days.

        Args:
            base: three letters; ask for USD to EGP, never for EGP to USD, which has four digits only.
            quote: likewise.
            known: what it said last.

        Raises:
            NotFoundError: it has no rate of this pair.
            InvalidRequestError: it knows no such bank.

        Source: exchange-rates.md §2.1
        """

        def describe(settings: FrankfurterSettings) -> Call[Rate]:
            def read(reply: Reply) -> Rate:
                answer = read_as(exact_json(reply), LatestRate)
                same_pair((answer.base, answer.quote), (base, quote))
                return _rate(answer, settings.banks)

            return ask(
                "/v2/rate/{base}/{quote}",
                read,
                pair=(base, quote),
                known=known,
                path_params={"base": base, "quote": quote},
                query={"providers": ",".join(settings.banks) or None},
            )

        return Configured(describe)


class Frankfurter(FrankfurterOperations, SyncClient[FrankfurterSettings]):
    """Frankfurter, blocking."""


class AsyncFrankfurter(FrankfurterOperations, AsyncClient[FrankfurterSettings]):
    """Frankfurter, awaited."""


class FrankfurterCalls(FrankfurterOperations, Describer):
    """Frankfurter's calls, described and not sent."""


def build(settings: FrankfurterSettings) -> FrankfurterCalls:
    """Give the source."""
    del settings
    return FrankfurterCalls()


def _rate(answer: LatestRate, banks: tuple[str, ...]) -> Rate:
    return Rate(
        base=answer.base,
        quote=answer.quote,
        value=answer.rate,
        as_of=midnight(answer.date),
        source=FrankfurterSettings.provider,
        kind=RateKind.OFFICIAL if banks else RateKind.AGGREGATE,
        attribution=", ".join(BANKS.get(bank, bank) for bank in banks) or None,
    )
