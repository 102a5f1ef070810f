"""The tables that Fawaz Ahmed publishes every day, free of conditions and of promises, on two hosts."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, model_validator

from ace_integrations.core.call import Call, Describer, operation
from ace_integrations.core.client import AsyncClient, ServiceOperations, SyncClient
from ace_integrations.core.http_call import Reply
from ace_integrations.errors import AceError
from ace_integrations.payments.rates.rate import Rate, RateKind
from ace_integrations.payments.rates.source import (
    Answer,
    Day,
    ask,
    exact_json,
    midnight,
    rate_of,
    read_as,
    source_service,
)
from ace_integrations.payments.rates.within import Within
from ace_integrations.settings import ProviderSettings

FIRST_HOST_S = 2.5
"""Seconds for the first host, so that the second has as many of a source's five."""


class Fawazahmed0Settings(ProviderSettings):
    """Where the tables are.

    Attributes:
        base_url: another address than cdn.jsdelivr.net.
    """

    provider: ClassVar[str] = "fawazahmed0"

    base_url: str | None = Field(default=None, validation_alias="FX_FAWAZAHMED0_BASE_URL")


class Fawazahmed0PagesSettings(ProviderSettings):
    """Where the same tables are a second time.

    Attributes:
        base_url: another address than latest.currency-api.pages.dev.
    """

    provider: ClassVar[str] = "fawazahmed0-pages"

    base_url: str | None = Field(default=None, validation_alias="FX_FAWAZAHMED0_PAGES_BASE_URL")


class Table(Answer):
    """Every rate of one base, under the base's code; all codes in lower case, those of no money among them.

    Attributes:
        date: decides how old it is: "latest" of a mirror can be of last year.
    """

    date: Day
    tables: Mapping[str, Mapping[str, Any]]

    @model_validator(mode="before")
    @classmethod
    def _beside_the_date(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value  # pyright: ignore[reportUnknownVariableType] - refused by pydantic
        found: dict[str, Any] = dict(value)  # pyright: ignore[reportUnknownArgumentType] - JSON
        return {"date": found.pop("date", None), "tables": found}


CDN = source_service(Fawazahmed0Settings, "https://cdn.jsdelivr.net")
PAGES = source_service(Fawazahmed0PagesSettings, "https://latest.currency-api.pages.dev")


class TableOperations(ServiceOperations):
    """Describe the calls that both hosts have."""

    folder: ClassVar[str]

    @operation
    def latest(self, *, base: str, quote: str, known: Rate | None = None) -> Call[Rate]:
        """Ask for the newest rate of a pair; published daily.

        Args:
            base: three letters.
            quote: three letters.
            known: what it said last.

        Raises:
            NotFoundError: there is no table of that base.

        Source: exchange-rates.md §2.4
        """

        def read(reply: Reply) -> Rate:
            answer = read_as(exact_json(reply), Table)
            return Rate(
                base=base,
                quote=quote,
                value=rate_of(answer.tables.get(base.lower(), {}), quote.lower()),
                as_of=midnight(answer.date),
                source=Fawazahmed0Settings.provider,
                kind=RateKind.AGGREGATE,
            )

        path = f"{self.folder}/v1/currencies/{{base}}.min.json"
        return ask(path, read, pair=(base, quote), known=known, path_params={"base": base.lower()})


class Fawazahmed0Operations(TableOperations):
    """Describe the calls of the first host."""

    service = CDN
    folder = "/npm/@fawazahmed0/currency-api@latest"


class Fawazahmed0(Fawazahmed0Operations, SyncClient[Fawazahmed0Settings]):
    """The first host, blocking."""


class AsyncFawazahmed0(Fawazahmed0Operations, AsyncClient[Fawazahmed0Settings]):
    """The first host, awaited."""


class Fawazahmed0Calls(Fawazahmed0Operations, Describer):
    """The first host's calls, described and not sent."""


class Fawazahmed0PagesOperations(TableOperations):
    """Describe the calls of the second host."""

    service = PAGES
    folder = ""


class Fawazahmed0Pages(Fawazahmed0PagesOperations, SyncClient[Fawazahmed0PagesSettings]):
    """The second host, blocking."""


class AsyncFawazahmed0Pages(Fawazahmed0PagesOperations, AsyncClient[Fawazahmed0PagesSettings]):
    """The second host, awaited."""


class Fawazahmed0PagesCalls(Fawazahmed0PagesOperations, Describer):
    """The second host's calls, described and not sent."""


class BothHosts:
    """The tables from whichever host has them; implements `rates.RateSource`."""

    def latest(self, *, base: str, quote: str, known: Rate | None = None) -> Call[Rate]:
        """Ask the first host, and where that gives no rate the second."""
        first = Fawazahmed0Calls().latest(base=base, quote=quote, known=known)
        # The mark of an answer is the first host's own.
        return Within(first, FIRST_HOST_S).recover(
            AceError, lambda _: Fawazahmed0PagesCalls().latest(base=base, quote=quote)
        )


def build(settings: Fawazahmed0Settings) -> BothHosts:
    """Give both hosts as one source."""
    del settings
    return BothHosts()


def build_pages(settings: Fawazahmed0PagesSettings) -> Fawazahmed0PagesCalls:
    """Give the second host as a source of its own."""
    del settings
    return Fawazahmed0PagesCalls()
