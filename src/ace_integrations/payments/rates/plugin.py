"""Brings the sources of exchange rates."""

from collections.abc import Iterable

from ace_integrations.hooks import Provider, hookimpl

_HERE = "ace_integrations.payments.rates"
_TWIN = f"{_HERE}.sandbox:FxTwin"
_PRIVACY = f"{_HERE}.privacy:build"


@hookimpl
def ace_providers() -> Iterable[Provider]:
    """List them; all are imitated by one twin, since they tell of one market."""
    yield Provider(
        name="frankfurter",
        capability="rates",
        title="Frankfurter",
        settings=f"{_HERE}.sources.frankfurter:FrankfurterSettings",
        build=f"{_HERE}.sources.frankfurter:build",
        service=f"{_HERE}.sources.frankfurter:SERVICE",
        twin=_TWIN,
        privacy=_PRIVACY,
        cost="free; can be run by yourself",
        links={"Documentation": "https://frankfurter.dev/"},
    )
    yield Provider(
        name="er-api",
        capability="rates",
        title="ExchangeRate-API, open access",
        settings=f"{_HERE}.sources.exchangerate_api:ErApiSettings",
        build=f"{_HERE}.sources.exchangerate_api:build_open",
        service=f"{_HERE}.sources.exchangerate_api:OPEN",
        twin=_TWIN,
        privacy=_PRIVACY,
        cost="free, with a link to it where its rates are shown",
        links={"Documentation": "https://www.exchangerate-api.com/docs/free"},
    )
    yield Provider(
        name="exchangerate-api",
        capability="rates",
        title="ExchangeRate-API",
        settings=f"{_HERE}.sources.exchangerate_api:ExchangeRateApiSettings",
        build=f"{_HERE}.sources.exchangerate_api:build_keyed",
        service=f"{_HERE}.sources.exchangerate_api:KEYED",
        twin=_TWIN,
        privacy=_PRIVACY,
        cost="1,500 requests a month free",
        links={
            "Documentation": "https://www.exchangerate-api.com/docs/standard-requests",
            "Dashboard": "https://app.exchangerate-api.com/",
        },
    )
    yield Provider(
        name="openexchangerates",
        capability="rates",
        title="Open Exchange Rates",
        settings=f"{_HERE}.sources.open_exchange_rates:OpenExchangeRatesSettings",
        build=f"{_HERE}.sources.open_exchange_rates:build",
        service=f"{_HERE}.sources.open_exchange_rates:SERVICE",
        twin=_TWIN,
        privacy=_PRIVACY,
        probe=f"{_HERE}.sources.open_exchange_rates:probe",
        cost="1,000 requests a month free",
        links={
            "Documentation": "https://docs.openexchangerates.org/",
            "Account": "https://openexchangerates.org/account",
        },
    )
    yield Provider(
        name="fixer",
        capability="rates",
        title="Fixer",
        settings=f"{_HERE}.sources.fixer:FixerSettings",
        build=f"{_HERE}.sources.fixer:build",
        service=f"{_HERE}.sources.fixer:SERVICE",
        twin=_TWIN,
        privacy=_PRIVACY,
        cost="about 100 requests a month free",
        links={"Documentation": "https://fixer.io/documentation", "Dashboard": "https://fixer.io/dashboard"},
    )
    yield Provider(
        name="fawazahmed0",
        capability="rates",
        title="Fawaz Ahmed's tables",
        settings=f"{_HERE}.sources.fawazahmed0:Fawazahmed0Settings",
        build=f"{_HERE}.sources.fawazahmed0:build",
        service=f"{_HERE}.sources.fawazahmed0:CDN",
        twin=_TWIN,
        privacy=_PRIVACY,
        cost="free",
        links={"Documentation": "https://github.com/fawazahmed0/exchange-api"},
    )
    yield Provider(
        name="fawazahmed0-pages",
        capability="rates",
        title="Fawaz Ahmed's tables, second host",
        settings=f"{_HERE}.sources.fawazahmed0:Fawazahmed0PagesSettings",
        build=f"{_HERE}.sources.fawazahmed0:build_pages",
        service=f"{_HERE}.sources.fawazahmed0:PAGES",
        twin=_TWIN,
        privacy=_PRIVACY,
        cost="free",
        links={"Documentation": "https://github.com/fawazahmed0/exchange-api"},
    )
