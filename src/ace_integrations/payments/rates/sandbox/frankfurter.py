"""Frankfurter's twin: version 2, its numbers rounded by their size, its banks that rest on some days."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from ace_integrations.payments.money import ISO_4217
from ace_integrations.payments.rates.sandbox.market import Market
from ace_integrations.payments.rates.sandbox.routes import Feeding, marked

CARRIED_DAYS = 14
"""How long a bank's last rate is carried on."""

BANKS: dict[str, dict[str, Any]] = {
    "CBE": {
        "key": "CBE",
        "name": "Central Bank of Egypt",
        "country_code": "EG",
        "rate_type": "mid",
        "pivot_currency": "EGP",
        "data_url": "https://www.cbe.org.eg/",
        "terms_url": "https://www.cbe.org.eg/",
    },
    "ECB": {
        "key": "ECB",
        "name": "European Central Bank",
        "country_code": "EU",
        "rate_type": "reference",
        "pivot_currency": "EUR",
        "data_url": "https://www.ecb.europa.eu/",
        "terms_url": "https://www.ecb.europa.eu/",
    },
}
CURRENCIES = {
    "EGP": ("818", "Egyptian Pound", "E£", ["CBE"]),
    "EUR": ("978", "Euro", "€", ["CBE", "ECB"]),
    "GBP": ("826", "Pound Sterling", "£", ["CBE", "ECB"]),
    "JPY": ("392", "Yen", "¥", ["CBE", "ECB"]),
    "KWD": ("414", "Kuwaiti Dinar", "KWD", ["CBE"]),
    "SAR": ("682", "Saudi Riyal", "SAR", ["CBE"]),
    "USD": ("840", "US Dollar", "$", ["CBE", "ECB"]),
}

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NOT_FOUND = {"status": 404, "message": "not found"}
_DECIMALS = ((5000, 0), (80, 2), (20, 3), (1, 4), (Decimal("0.0001"), 5))
_FRIDAY, _SATURDAY = 4, 5


def rounded(value: Decimal) -> Decimal:
    """Give a rate as the service writes it: the larger, the fewer decimals, so that 0.019212 is 0.01921."""
    places = next((places for above, places in _DECIMALS if value > above), 6)
    return round(value, places)


class FrankfurterRoutes:
    """Routes below `/v2`."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._feeding = Feeding(market, "frankfurter", _refuse)

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        route = self._feeding.route
        return [
            route("/v2/rate/{base}/{quote}", self._rate),
            route("/v2/rates", self._rates, name="rates"),
            route("/v2/currencies", self._currencies, name="currencies"),
            route("/v2/currency/{code}", self._currency, name="currency"),
            route("/v2/providers", self._providers, name="providers"),
            route("/{rest:path}", _unknown, name=""),
        ]

    async def _rate(self, request: Request) -> Response:
        problem = _problem(request)
        if problem:
            return _unprocessable(problem)
        base, quote = request.path_params["base"].upper(), request.path_params["quote"].upper()
        row = self._row(request, base, quote)
        if row is None:
            return JSONResponse(_NOT_FOUND, 404)
        return JSONResponse(row, headers={"cache-control": self._cache(request)})

    async def _rates(self, request: Request) -> Response:
        problem = _problem(request)
        if problem:
            return _unprocessable(problem)
        base = request.query_params.get("base", "EUR").upper()
        quotes = [code for code in request.query_params.get("quotes", "").upper().split(",") if code]
        found = [self._row(request, base, quote) for quote in quotes or sorted(CURRENCIES) if quote != base]
        rows = [row for row in found if row is not None]
        if not rows:
            return JSONResponse(_NOT_FOUND, 404)
        if request.query_params.get("expand") == "providers":
            rows = [{**row, "providers": _banks_of(row)} for row in rows]
        return marked(request, rows, cache=self._cache(request))

    def _row(self, request: Request, base: str, quote: str) -> dict[str, Any] | None:
        table = self._market.table("frankfurter", base)
        day = self._day(request)
        if table is None or quote not in table or day is None:
            return None
        banks = _named(request)
        # One bank alone, in the direction that it publishes: its own digits.
        own = len(banks) == 1 and BANKS[banks[0]]["pivot_currency"] == quote
        value = table[quote] if own else rounded(table[quote])
        rate = int(value) if value == value.to_integral_value() else float(value)
        return {"date": day.isoformat(), "base": base, "quote": quote, "rate": rate}

    def _day(self, request: Request) -> date | None:
        """Give the day of the rate that holds on the day that is asked for; None when that is too long ago."""
        newest = self._market.as_of("frankfurter")
        wanted = request.query_params.get("date")
        asked = date.fromisoformat(wanted) if wanted else self._market.now.date()
        day = min(newest.date(), asked) if wanted else newest.date()
        if _named(request) == ["CBE"]:
            day = _worked(day)
        return day if (asked - day).days <= CARRIED_DAYS else None

    def _cache(self, request: Request) -> str:
        if request.query_params.get("date"):
            return "public, max-age=86400, stale-if-error=86400"
        now = self._market.now
        midnight = datetime(now.year, now.month, now.day, tzinfo=now.tzinfo) + timedelta(days=1)
        return f"public, max-age={int((midnight - now).total_seconds())}, stale-if-error=86400"

    async def _currencies(self, request: Request) -> Response:
        del request
        return JSONResponse([_described(code) for code in CURRENCIES])

    async def _currency(self, request: Request) -> Response:
        code = request.path_params["code"].upper()
        return JSONResponse(_described(code)) if code in CURRENCIES else JSONResponse(_NOT_FOUND, 404)

    async def _providers(self, request: Request) -> Response:
        del request
        return JSONResponse(list(BANKS.values()))


def _refuse(trouble: str) -> tuple[int, Any]:
    status = {"error_200": 200, "unauthorized": 401, "too_many": 429}.get(trouble, 500)
    return status, {"status": max(status, 400), "message": "fault of the sandbox"}


def _problem(request: Request) -> str:
    wanted = request.query_params.get("date", "")
    if wanted and not _is_day(wanted):
        return "invalid date"
    unknown = [key for key in _named(request) if key not in BANKS]
    if unknown:
        return f"unknown provider: {unknown[0]}"
    codes = [request.query_params.get("base", "EUR"), *request.query_params.get("quotes", "USD").split(",")]
    strange = [code for code in codes if code.upper() not in ISO_4217]
    return f"invalid currency: {strange[0]}" if strange else ""


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _named(request: Request) -> list[str]:
    return [key for key in request.query_params.get("providers", "").upper().split(",") if key]


def _worked(day: date) -> date:
    """Give the last day on which the Egyptian bank worked: it rests on Friday and Saturday."""
    rested = {_FRIDAY: 1, _SATURDAY: 2}.get(day.weekday(), 0)
    return day - timedelta(days=rested)


def _banks_of(row: dict[str, Any]) -> list[dict[str, Any]]:
    both = set(CURRENCIES[row["base"]][3]) & set(CURRENCIES[row["quote"]][3])
    return [{"key": key, "date": row["date"], "rate": row["rate"]} for key in sorted(both)]


def _described(code: str) -> dict[str, Any]:
    numeric, name, symbol, banks = CURRENCIES[code]
    return {"iso_code": code, "iso_numeric": numeric, "name": name, "symbol": symbol, "providers": banks}


def _unprocessable(message: str) -> Response:
    return JSONResponse({"status": 422, "message": message}, 422)


async def _unknown(request: Request) -> Response:
    del request
    return JSONResponse(_NOT_FOUND, 404)
