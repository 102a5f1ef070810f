"""Sources that answer what a test says, without a network."""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import cache
from typing import Any

import httpx

from ace_integrations.payments import rates
from ace_integrations.settings import ProviderSettings

NOW = 1795528800
"""2026-11-24T14:00:00Z, in seconds."""

SOURCES: Mapping[str, tuple[type[Any], type[Any]]] = {
    "frankfurter": (rates.Frankfurter, rates.AsyncFrankfurter),
    "er-api": (rates.ErApi, rates.AsyncErApi),
    "exchangerate-api": (rates.ExchangeRateApi, rates.AsyncExchangeRateApi),
    "openexchangerates": (rates.OpenExchangeRates, rates.AsyncOpenExchangeRates),
    "fixer": (rates.Fixer, rates.AsyncFixer),
    "fawazahmed0": (rates.Fawazahmed0, rates.AsyncFawazahmed0),
    "fawazahmed0-pages": (rates.Fawazahmed0Pages, rates.AsyncFawazahmed0Pages),
}

_V6 = {
    "result": "success",
    "time_last_update_unix": 1795478551,
    "time_last_update_utc": "Tue, 24 Nov 2026 00:02:31 +0000",
    "time_next_update_unix": 1795565541,
    "time_next_update_utc": "Wed, 25 Nov 2026 00:12:21 +0000",
    "base_code": "USD",
}


def body(source: str, value: Any = 52.0502, **changed: Any) -> dict[str, Any]:
    """Give a good answer of a source with `value` where EGP stands; `changed` replaces fields of the top."""
    match source:
        case "frankfurter":
            good: dict[str, Any] = {"date": "2026-11-24", "base": "USD", "quote": "EGP", "rate": value}
        case "er-api":
            good = {**_V6, "time_eol_unix": 0, "rates": {"USD": 1, "EGP": value, "EUR": 0.8802}}
        case "exchangerate-api":
            good = {**_V6, "conversion_rates": {"USD": 1, "EGP": value, "EUR": 0.8802}}
        case "openexchangerates":
            good = {"disclaimer": "", "license": "", "timestamp": NOW, "base": "USD", "rates": {"EGP": value}}
        case "fixer":
            good = {"success": True, "timestamp": NOW, "base": "EUR", "date": "2026-11-24"}
            good["rates"] = {"USD": 1, "EGP": value}
        case _:
            good = {"date": "2026-11-24", "usd": {"egp": value, "eur": 0.88022727, "btc": 0.0000113}}
    return {**good, **changed}


def written(value: Any) -> bytes:
    """Give the bytes of an answer."""
    return json.dumps(value).encode()


def answering(
    content: bytes, *, status: int = 200, media_type: str = "application/json", **headers: str
) -> Callable[[httpx.Request], httpx.Response]:
    """Give a handler that answers every request alike."""
    fields = {"content-type": media_type, **headers}
    # As a stream: the pipeline reads the body itself, and not further than it allows.
    return lambda request: httpx.Response(status, stream=Bytes(content), headers=fields)


class Bytes(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body, in both colours."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self._content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content


@cache
def settings_of(source: str) -> ProviderSettings:
    """Give the settings of a source with the key of the sandbox, at an address that nothing listens at."""
    kind: type[ProviderSettings] = SOURCES[source][0].service.settings
    return kind(**kind.sandbox_values, base_url=f"http://127.0.0.1:9/{source}")


def client(source: str, handler: Callable[[httpx.Request], httpx.Response]) -> Any:
    """Give the blocking client of a source that a handler answers."""
    return SOURCES[source][0](settings_of(source), http=httpx.Client(transport=httpx.MockTransport(handler)))


def async_client(source: str, handler: Callable[[httpx.Request], httpx.Response]) -> Any:
    """Give the awaited client of a source that a handler answers."""
    http = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    return SOURCES[source][1](settings_of(source), http=http)
