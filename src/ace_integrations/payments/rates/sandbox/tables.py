"""The twins of the sources that give whole tables: ExchangeRate-API, Open Exchange Rates, the published files."""

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute

from ace_integrations.payments.rates.sandbox.market import Market, start_of
from ace_integrations.payments.rates.sandbox.routes import Feeding, marked, written
from ace_integrations.payments.rates.sources.exchangerate_api import ExchangeRateApiSettings
from ace_integrations.payments.rates.sources.fixer import FixerSettings
from ace_integrations.payments.rates.sources.open_exchange_rates import OpenExchangeRatesSettings

API_KEY: str = ExchangeRateApiSettings.sandbox_values["api_key"].get_secret_value()
APP_ID: str = OpenExchangeRatesSettings.sandbox_values["app_id"].get_secret_value()
ACCESS_KEY: str = FixerSettings.sandbox_values["access_key"].get_secret_value()

_TABLE = re.compile(r"([a-z]{3})(?:\.min)?\.json")
_ABOUT = {
    "documentation": "https://www.exchangerate-api.com/docs/free",
    "terms_of_use": "https://www.exchangerate-api.com/terms",
}


class ExchangeRateApiRoutes:
    """Routes below `/v6`, with a key or without."""

    def __init__(self, market: Market, feed: str, *, keyed: bool) -> None:
        self._market = market
        self._feed = feed
        self._keyed = keyed
        self._feeding = Feeding(market, feed, _refuse_v6)

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        route = self._feeding.route
        found: list[BaseRoute] = [route("/v6/latest/{base}", self._latest)]
        if self._keyed:
            pair = "/v6/{key}/pair/{base}/{quote}"
            found += [route("/v6/{key}/latest/{base}", self._latest), route(pair, self._pair, name="pair")]
            found += [route(f"{pair}/{{amount}}", self._pair, name="pair")]
        return found

    async def _latest(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        base = request.path_params["base"].upper()
        table = self._market.table(self._feed, base)
        if table is None:
            return JSONResponse({"result": "error", "error-type": "unsupported-code"}, 404)
        rates = {code: written(rate, 4) for code, rate in table.items()}
        named = "conversion_rates" if self._keyed else "rates"
        return JSONResponse({**self._times(), "base_code": base, named: rates})

    async def _pair(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        base, quote = request.path_params["base"].upper(), request.path_params["quote"].upper()
        rate = (self._market.table(self._feed, base) or {}).get(quote)
        if rate is None:
            return JSONResponse({"result": "error", "error-type": "unsupported-code"}, 404)
        found = {**self._times(), "base_code": base, "target_code": quote, "conversion_rate": written(rate, 4)}
        amount = _amount(request.path_params.get("amount", ""))
        if amount is not None:
            found["conversion_result"] = written(rate * amount, 4)
        return JSONResponse(found)

    def _refusal(self, request: Request) -> Response | None:
        given = request.path_params.get("key") or request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._keyed and given != API_KEY:
            return JSONResponse({"result": "error", "error-type": "invalid-key"}, 403)
        return None

    def _times(self) -> dict[str, Any]:
        # Renewed two and a half minutes after midnight, and ten minutes later the day after.
        last = start_of(self._market.as_of(self._feed)) + timedelta(minutes=2, seconds=31)
        following = last + timedelta(days=1, minutes=9, seconds=50)
        style = "%a, %d %b %Y %H:%M:%S +0000"
        return {
            "result": "success",
            **({} if self._keyed else {"provider": "https://www.exchangerate-api.com"}),
            **_ABOUT,
            "time_last_update_unix": int(last.timestamp()),
            "time_last_update_utc": last.strftime(style),
            "time_next_update_unix": int(following.timestamp()),
            "time_next_update_utc": following.strftime(style),
            **({} if self._keyed else {"time_eol_unix": 0}),
        }


class OpenExchangeRatesRoutes:
    """Routes below `/api`."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._feeding = Feeding(market, "openexchangerates", _refuse_open)

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        route = self._feeding.route
        return [
            route("/api/latest.json", self._latest),
            route("/api/currencies.json", self._currencies, name="currencies"),
            route("/api/usage.json", self._usage, name="usage"),
        ]

    async def _latest(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        if request.query_params.get("base", "USD") != "USD":
            return _open_error(429, "not_allowed")
        table = self._market.per_usd("openexchangerates")
        wanted = [code for code in request.query_params.get("symbols", "").split(",") if code]
        moment = self._market.as_of("openexchangerates").replace(minute=0, second=0, microsecond=0)
        value = {
            "disclaimer": "Usage subject to terms",
            "license": "https://openexchangerates.org/license",
            "timestamp": int(moment.timestamp()),
            "base": "USD",
            "rates": {code: written(rate, 6) for code, rate in table.items() if not wanted or code in wanted},
        }
        return marked(request, value)

    async def _currencies(self, request: Request) -> Response:
        del request
        names = {"EGP": "Egyptian Pound", "EUR": "Euro", "USD": "United States Dollar", "JPY": "Japanese Yen"}
        return JSONResponse(names)

    async def _usage(self, request: Request) -> Response:
        refusal = self._refusal(request)
        usage = {"requests": 1, "requests_quota": 1000, "requests_remaining": 999, "days_remaining": 20}
        return refusal or JSONResponse({"status": 200, "data": {"status": "active", "usage": usage}})

    def _refusal(self, request: Request) -> Response | None:
        header = request.headers.get("authorization", "").removeprefix("Token ")
        given = request.query_params.get("app_id") or header
        if not given:
            return _open_error(401, "missing_app_id")
        return None if given == APP_ID else _open_error(401, "invalid_app_id")


class FixerRoutes:
    """The route below `/api`, of one EUR."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._feeding = Feeding(market, "fixer", _refuse_fixer)

    def routes(self) -> list[BaseRoute]:
        """Give it."""
        return [self._feeding.route("/api/latest", self._latest)]

    async def _latest(self, request: Request) -> Response:
        query = request.query_params
        if query.get("access_key") != ACCESS_KEY:
            return JSONResponse(_fixer_error(101, "invalid_access_key"))
        if query.get("base", "EUR") != "EUR":
            return JSONResponse(_fixer_error(105, "base_currency_access_restricted"))
        wanted = [code for code in query.get("symbols", "").split(",") if code]
        table = self._market.table("fixer", "EUR") or {}
        rates = {code: written(rate, 6) for code, rate in table.items() if not wanted or code in wanted}
        if not rates:
            return JSONResponse(_fixer_error(202, "invalid_currency_codes"))
        moment = self._market.as_of("fixer").replace(minute=0, second=0, microsecond=0)
        times = {"timestamp": int(moment.timestamp()), "base": "EUR", "date": moment.date().isoformat()}
        return JSONResponse({"success": True, **times, "rates": rates})


class TableFileRoutes:
    """Files of a published package: one table for each currency, all codes in lower case."""

    def __init__(self, market: Market, feed: str, *, folder: str) -> None:
        self._market = market
        self._feed = feed
        self._folder = folder
        self._feeding = Feeding(market, feed, _refuse_file)

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        return [self._feeding.route(f"{self._folder}/v1/currencies/{{file}}", self._file)]

    async def _file(self, request: Request) -> Response:
        found = _TABLE.fullmatch(request.path_params["file"])
        table = self._market.table(self._feed, found[1].upper()) if found else None
        day = self._day(unquote(request.path_params.get("version", "latest")))
        if found is None or table is None or day is None:
            return PlainTextResponse("Couldn't find the requested file.", 404)
        rates = {code.lower(): written(rate, 8) for code, rate in table.items()}
        return marked(request, {"date": day.isoformat(), found[1]: {**rates, "btc": 0.0000113}})

    def _day(self, version: str) -> date | None:
        newest = self._market.as_of(self._feed).date()
        if version == "latest":
            return newest
        try:
            day = date.fromisoformat(version)
        except ValueError:
            return None
        return day if day <= newest else None


def _refuse_v6(trouble: str) -> tuple[int, Any]:
    status, kind = {
        "error_200": (200, "quota-reached"),
        "unauthorized": (401, "invalid-key"),
        "too_many": (429, "quota-reached"),
    }.get(trouble, (500, "unknown"))
    return status, {"result": "error", "error-type": kind}


def _refuse_open(trouble: str) -> tuple[int, Any]:
    status, kind = {
        "error_200": (200, "access_restricted"),
        "unauthorized": (401, "invalid_app_id"),
        "too_many": (429, "not_allowed"),
    }.get(trouble, (500, "unknown"))
    return status, {"error": True, "status": max(status, 400), "message": kind, "description": "of the sandbox"}


def _refuse_fixer(trouble: str) -> tuple[int, Any]:
    status, code, kind = {
        "error_200": (200, 104, "usage_limit_reached"),
        "unauthorized": (401, 101, "invalid_access_key"),
        "too_many": (429, 104, "usage_limit_reached"),
    }.get(trouble, (500, 0, "unknown"))
    return status, _fixer_error(code, kind)


def _refuse_file(trouble: str) -> tuple[int, Any]:
    status = {"error_200": 200, "unauthorized": 401, "too_many": 429}.get(trouble, 500)
    return status, {"error": "fault of the sandbox"}


def _open_error(status: int, message: str) -> Response:
    return JSONResponse({"error": True, "status": status, "message": message, "description": message}, status)


def _fixer_error(code: int, kind: str) -> dict[str, Any]:
    return {"success": False, "error": {"code": code, "type": kind, "info": "of the sandbox"}}


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
