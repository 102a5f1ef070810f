"""`ace usage`: what was used and what it may cost, what a platform of some size would need, and the price lists."""

import asyncio
import os
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

import typer

from ace_integrations.cli.output import AsJson, show
from ace_integrations.cli.state import open_ace
from ace_integrations.errors import ConfigurationError, InvalidInputError
from ace_integrations.usage import Scenario, UsageRow, forecast, grouped
from ace_integrations.usage.meter import month_of, priced

app = typer.Typer(help="What was used, and what it may cost.", invoke_without_command=True)


@app.callback(invoke_without_command=True)
def used(
    context: typer.Context,
    *,
    by: Annotated[str, typer.Option(help="Any of day, provider, operation, user, unit, with commas.")] = "provider",
    month: Annotated[str, typer.Option(help="As in 2026-11; this month when not given (UTC).")] = "",
    as_json: AsJson = False,
) -> None:
    """Show what the platform used in a month, from the usage table of its database (DATABASE_URL)."""
    if context.invoked_subcommand is not None:
        return
    since, until = _month(month)
    columns = [name.strip() for name in by.split(",") if name.strip()]
    with open_ace() as ace:
        rows = grouped(priced(stored(since, until), ace.usage.prices), columns)
    show([_shown(row, columns) for row in rows], as_json=as_json)


@app.command("estimate")
def estimate(
    *,
    users: Annotated[int, typer.Option(min=0)] = 1000,
    courses: Annotated[int, typer.Option(min=0)] = 100,
    classes: Annotated[int, typer.Option(min=0, help="Live classes a month.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Estimate a month's cost of a platform of some size: every item, what is assumed, and the sum."""
    with open_ace() as ace:
        lists = ace.usage.prices
    rows: list[dict[str, Any]] = []
    total = Decimal(0)
    for name, listed in lists.items():
        for item in listed.assume(Scenario(users, courses, classes)):
            cost = listed.prices[item.unit].of(item.units, item.worth)
            total += cost
            rows.append(
                {
                    "provider": name,
                    "units": f"{item.units:f}",
                    "of": item.unit,
                    "usd": _dollars(cost),
                    "assumed": item.because,
                    "as_of": f"{listed.as_of}",
                }
            )
    rows.append({"provider": "total", "units": "", "of": "", "usd": _dollars(total), "assumed": "", "as_of": ""})
    show(rows, as_json=as_json)


@app.command("forecast")
def foresee(*, as_json: AsJson = False) -> None:
    """Show how this month ends if it goes on as it began, from the usage table of the platform's database."""
    since, until = _month("")
    with open_ace() as ace:
        found = forecast(
            stored(since, until), today=datetime.now(UTC).date(), prices=ace.usage.prices, budgets=ace.usage.budgets
        )
    rows = [
        {
            "provider": one.provider,
            "of": one.unit,
            "used": one.used,
            "expected": one.expected,
            "usd": None if one.usd is None else _dollars(one.usd),
            "budget": one.most,
            "goes_past": one.goes_past,
        }
        for one in found
    ]
    show(rows, as_json=as_json)


@app.command("prices")
def prices(*, as_json: AsJson = False) -> None:
    """Show every price list with its date; ACE_PRICES names a TOML file of yours that comes before them."""
    with open_ace() as ace:
        lists = ace.usage.prices
    rows = [
        {
            "provider": name,
            "unit": unit,
            "usd_each": f"{price.each}",
            "free_a_month": price.free,
            "share": f"{price.share}",
            "as_of": f"{listed.as_of}",
            "source": listed.source,
        }
        for name, listed in lists.items()
        for unit, price in listed.prices.items()
    ]
    show(rows, as_json=as_json)


def _shown(row: UsageRow, columns: Sequence[str]) -> dict[str, Any]:
    shown: dict[str, Any] = {name: f"{getattr(row, name)}" for name in columns}
    return shown | {
        "calls": row.calls,
        "failed": row.failed,
        "units": row.units,
        "usd": None if row.usd is None else _dollars(row.usd),
    }


def _dollars(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _month(text: str) -> tuple[date, date]:
    if text and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        raise InvalidInputError("is a year and a month, as in 2026-11", field="month")
    return month_of(date.fromisoformat(f"{text}-01") if text else datetime.now(UTC).date())


def last_called() -> dict[str, str]:
    """Give the day of each service's last call of the last 31, where a database tells; nothing without one."""
    today = datetime.now(UTC).date()
    if not os.environ.get("DATABASE_URL"):
        return {}
    rows = stored(today - timedelta(days=31), today + timedelta(days=1))
    return {row.provider: f"{row.day}" for row in sorted(rows, key=lambda row: str(row.day))}


def stored(since: date, until: date) -> Sequence[UsageRow]:
    """Give what the platform's database counted.

    Raises:
        ConfigurationError: DATABASE_URL is not set, or has no usage table.
    """
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        raise ConfigurationError("DATABASE_URL is not set: what was used is in the platform's own database")
    try:
        from sqlalchemy import MetaData, create_engine
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import DatabaseError
        from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
        from sqlalchemy.orm import sessionmaker

        from ace_integrations.contrib.sqlalchemy import AsyncSqlUsage, SqlUsage, usage_tables
    except ImportError:
        raise ImportError("ace usage needs the extra: pip install 'ace-integrations[sqlalchemy]'") from None
    tables = usage_tables(MetaData())

    async def awaited() -> list[UsageRow]:
        engine = create_async_engine(url)
        try:
            return await AsyncSqlUsage(async_sessionmaker(engine), tables).rows(since=since, until=until)
        finally:
            await engine.dispose()

    try:
        if make_url(url).get_dialect().is_async:
            return asyncio.run(awaited())
        engine = create_engine(url)
        try:
            return SqlUsage(sessionmaker(engine), tables).rows(since=since, until=until)
        finally:
            engine.dispose()
    except DatabaseError as error:
        # The error would quote the address, which may hold a password.
        reason = type(error).__name__
        raise ConfigurationError(f"DATABASE_URL: the table ace_usage cannot be read ({reason})") from None
