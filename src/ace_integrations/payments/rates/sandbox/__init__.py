"""The twin of all sources of rates: one market, told by each in its own way, and spoilt on demand."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.payments.rates.sandbox.frankfurter import FrankfurterRoutes
from ace_integrations.payments.rates.sandbox.market import FEEDS, TROUBLES, Market
from ace_integrations.payments.rates.sandbox.tables import (
    ACCESS_KEY,
    API_KEY,
    APP_ID,
    ExchangeRateApiRoutes,
    FixerRoutes,
    OpenExchangeRatesRoutes,
    TableFileRoutes,
)
from ace_integrations.sandbox.asgi import done, read_fields
from ace_integrations.sandbox.twin import Action, Badge, Detail, Item, World
from ace_integrations.settings import read_number


class FxTwin:
    """Imitates the sources of rates."""

    name: ClassVar[str] = "fx"
    title: ClassVar[str] = "Exchange rates"
    icon: ClassVar[str] = "arrows"
    empty: ClassVar[str] = "No source."

    def __init__(self, world: World) -> None:
        world.journal.hide(API_KEY, APP_ID, ACCESS_KEY)
        self._market = Market(world)

    def routes(self) -> Sequence[BaseRoute]:
        """Give none: each source is mounted below its own name."""
        return []

    def services(self) -> Mapping[str, Sequence[BaseRoute]]:
        """Give the routes of each source."""
        market = self._market
        return {
            "frankfurter": FrankfurterRoutes(market).routes(),
            "er-api": ExchangeRateApiRoutes(market, "er-api", keyed=False).routes(),
            "exchangerate-api": ExchangeRateApiRoutes(market, "exchangerate-api", keyed=True).routes(),
            "openexchangerates": OpenExchangeRatesRoutes(market).routes(),
            "fixer": FixerRoutes(market).routes(),
            "fawazahmed0": TableFileRoutes(
                market, "fawazahmed0", folder="/npm/@fawazahmed0/currency-api@{version}"
            ).routes(),
            "fawazahmed0-pages": TableFileRoutes(market, "fawazahmed0-pages", folder="").routes(),
        }

    def reset(self) -> None:
        """Forget everything, and become as new."""
        self._market.reset()

    # Controls.

    def controls(self) -> Sequence[BaseRoute]:
        """Give the routes that move the market and spoil its feeds."""
        post = ["POST"]
        return [
            Route("/state", self._state),
            Route("/rate", self._set_rate, methods=post),
            Route("/devalue", self._devalue, methods=post),
            Route("/sources/{source}/rate", self._set_own_rate, methods=post),
            Route("/sources/{source}/trouble", self._set_trouble, methods=post),
        ]

    async def _state(self, request: Request) -> Response:
        del request
        return JSONResponse(self._as_json())

    async def _set_rate(self, request: Request) -> Response:
        fields = await read_fields(request)
        try:
            day = fields.get("as_of")
            moment = datetime.fromisoformat(str(day)).astimezone(UTC) if day else None
            self._market.set_rate(read_number(str(fields["egp_per_usd"])), moment=moment)
        except (KeyError, ValueError):
            return JSONResponse({"error": "give egp_per_usd as in 52.05, and as_of as in 2026-11-24T00:00:00Z"}, 400)
        return done(request, self._as_json())

    async def _devalue(self, request: Request) -> Response:
        self._market.devalue()
        return done(request, self._as_json())

    async def _set_own_rate(self, request: Request) -> Response:
        text = (await read_fields(request)).get("egp_per_usd")
        try:
            return self._change(request, own_rate=read_number(str(text)) if text else None)
        except ValueError:
            return JSONResponse({"error": "give egp_per_usd as in 52.05, or none for the market's"}, 400)

    async def _set_trouble(self, request: Request) -> Response:
        return self._change(request, trouble=str((await read_fields(request)).get("trouble", "")))

    def _change(self, request: Request, **what: Decimal | str | None) -> Response:
        try:
            self._market.change(request.path_params["source"], **what)
        except KeyError as unknown:
            return JSONResponse({"error": f"{unknown} is no source and no trouble"}, 404)
        return done(request, self._as_json())

    def _as_json(self) -> dict[str, Any]:
        return {
            "egp_per_usd": f"{self._market.egp_per_usd:f}",
            "as_of": (self._market.moment or self._market.now).isoformat(),
            "sources": {
                name: {"own_rate": f"{feed.own_rate:f}" if feed.own_rate else None, "trouble": feed.trouble}
                for name, feed in self._market.feeds.items()
            },
        }

    # The console.

    def items(self) -> Sequence[Item]:
        """Give the sources, in the order of the usual chain."""
        at = self._market.now.timestamp()
        return [Item(name, name, f"1 USD = {self._told(name)}", at, self._badge(name)) for name in FEEDS]

    def detail(self, item_id: str) -> Detail | None:
        """Give one source, with what can be done to it and to the market."""
        if item_id not in FEEDS:
            return None
        facts = [
            ("Tells", f"1 USD = {self._told(item_id)}"),
            ("As of", self._market.as_of(item_id).strftime("%Y-%m-%d %H:%M UTC")),
            ("The market", f"1 USD = {self._market.egp_per_usd.normalize():f} EGP"),
        ]
        return Detail(title=item_id, facts=facts, actions=self._actions(item_id), payload=self._as_json())

    def _told(self, name: str) -> str:
        value = self._market.per_usd(name).get("EGP")
        return "no EGP" if value is None else f"{round(value, 8).normalize():f} EGP"

    def _badge(self, name: str) -> Badge:
        feed = self._market.feeds[name]
        if feed.trouble:
            return Badge(TROUBLES[feed.trouble], "bad")
        return Badge("its own rate", "warn") if feed.own_rate is not None else Badge("well", "ok")

    def _actions(self, name: str) -> list[Action]:
        trouble = f"sources/{name}/trouble"
        return [
            Action("Well again", trouble, {"trouble": ""}, "primary"),
            *(Action(label[0].upper() + label[1:], trouble, {"trouble": word}) for word, label in TROUBLES.items()),
            Action("Devalue by 62 %", "devalue", tone="danger"),
            Action("The market at 50", "rate", {"egp_per_usd": "50"}),
            Action("The market at 52.05019502", "rate", {"egp_per_usd": "52.05019502"}),
        ]
