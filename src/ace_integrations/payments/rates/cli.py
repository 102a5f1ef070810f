"""`ace rates`: the exchange rate to believe, quotes, and what each source says."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from ace_integrations.cli.output import AsJson, show
from ace_integrations.cli.state import open_ace
from ace_integrations.payments.money import Money
from ace_integrations.payments.rates.asking import Asked
from ace_integrations.payments.rates.chain import Accepted
from ace_integrations.payments.rates.rate import Rate

app = typer.Typer(help="Exchange rates, and quotes made with them.", no_args_is_help=True)


@app.command("show")
def show_rate(*, as_json: AsJson = False) -> None:
    """Show the rate to believe now: its source, its age, and how it was decided. Exit 1 when there is none."""
    with open_ace() as ace:
        show(_accepted(ace.rates.rate()), as_json=as_json)


@app.command()
def quote(
    amount: Annotated[str, typer.Argument(help="As in 1000 or 149.50.")],
    *,
    currency: Annotated[str, typer.Option(help="Of the amount.")] = "EGP",
    to: str = "USD",
    purpose: Annotated[str, typer.Option("--for", help="What is bought, as in course:42.")] = "command line",
    user: Annotated[str, typer.Option(help="Whose quote it is.")] = "nobody",
    gateway: Annotated[str, typer.Option(help="Whose decimal places: iso, paypal or stripe.")] = "iso",
    as_json: AsJson = False,
) -> None:
    """Reckon an amount in another currency, and print the record that is kept with a payment."""
    price = Money.of(amount, currency)
    with open_ace() as ace:
        made = ace.rates.quote(price, to=to, purpose=purpose, user=user, exponents=gateway)
    show(made.record(), as_json=as_json)


@app.command()
def sources(*, as_json: AsJson = False) -> None:
    """Ask every source that is switched on, and show what it says or why it says nothing."""
    with open_ace() as ace:
        show([_asked(one) for one in ace.rates.survey()], as_json=as_json)


def _accepted(accepted: Accepted) -> dict[str, Any]:
    return {
        **_rate(accepted.rate),
        "decision": accepted.decision.value,
        "confirmed_by": accepted.confirmed_by or "",
        "skipped": ", ".join(f"{one.source}: {one.reason}" for one in accepted.skipped),
        "attribution": accepted.rate.attribution or "",
    }


def _asked(asked: Asked) -> dict[str, Any]:
    if asked.rate is None:
        return {"source": asked.source, "problem": str(asked.error)}
    return {**_rate(asked.rate), "source": asked.source, "problem": ""}


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "rate": f"1 {rate.base} = {rate.value:f} {rate.quote}",
        "source": rate.source,
        "kind": rate.kind.value,
        "as_of": rate.as_of.isoformat(),
        "age_hours": f"{(datetime.now(UTC) - rate.as_of).total_seconds() / 3600:.1f}",
    }
