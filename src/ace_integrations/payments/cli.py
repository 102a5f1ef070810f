"""`ace payments`: payments of every gateway that is switched on, in neutral words."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated

import typer

from ace_integrations.cli.output import AsJson, say, show
from ace_integrations.cli.state import open_ace
from ace_integrations.errors import InvalidInputError
from ace_integrations.payments.checkout import StoredPayment
from ace_integrations.payments.money import Money

app = typer.Typer(help="Payments of every gateway that is switched on.", no_args_is_help=True)

Gateway = Annotated[str | None, typer.Option(help="The first of ACE_PAYMENTS when not given.")]


@app.command("gateways")
def gateways(*, as_json: AsJson = False) -> None:
    """List the gateways that are switched on, and what a browser may know of each."""
    with open_ace() as ace:
        rows = [{"gateway": name, **ace.payments.browser_config(name)} for name in ace.payments.gateways]
    show(rows, as_json=as_json)


@app.command("report")
def report(gateway_id: str, *, gateway: Gateway = None, as_json: AsJson = False) -> None:
    """Ask a gateway where a payment is."""
    with open_ace() as ace:
        show(ace.payments.report(gateway_id=gateway_id, gateway=gateway), as_json=as_json)


@app.command("find")
def find(reference: str, *, gateway: Gateway = None, as_json: AsJson = False) -> None:
    """Look payments up by the platform's own id; may lag behind by a minute."""
    with open_ace() as ace:
        show(ace.payments.find(reference=reference, gateway=gateway), as_json=as_json)


@app.command("disputes")
def disputes(gateway_id: str, *, gateway: Gateway = None, as_json: AsJson = False) -> None:
    """List the disputes of a payment."""
    with open_ace() as ace:
        show(ace.payments.disputes(gateway_id=gateway_id, gateway=gateway), as_json=as_json)


@app.command("fees")
def estimate_fees(
    amount: Annotated[str, typer.Argument(help="As in 149.00.")],
    currency: str = "EGP",
    *,
    foreign: Annotated[bool, typer.Option(help="The payer's card or account is of another country.")] = False,
    converted: Annotated[bool, typer.Option(help="The gateway changes the currency.")] = False,
    as_json: AsJson = False,
) -> None:
    """Estimate what each gateway keeps of a payment, by its published rules; `report` has what one really kept."""
    worth = Money.of(amount, currency)
    with open_ace() as ace:
        estimate = partial(ace.payments.estimate_fee, worth, foreign=foreign, converted=converted)
        fees = {name: estimate(gateway=name) for name in ace.payments.gateways}
    rows = [
        {"gateway": name, "fee": str(fee.amount) if fee else "unknown", "currency": worth.currency}
        for name, fee in fees.items()
    ]
    show(rows, as_json=as_json)


@app.command("reconcile")
def reconcile(
    books: Annotated[str, typer.Option(help="A file of StoredPayment as JSON lines, or module:function of your app.")],
    *,
    since: Annotated[str, typer.Option(help="How far back, as in 12h or 1d; gateways remember about 30 days.")] = "1d",
    as_json: AsJson = False,
) -> None:
    """Hold your books against the gateways; ends with 1 when they differ.

    The function takes the time since when, and gives the payments that were started or changed after it.
    """
    start = datetime.now(UTC) - _ago(since)
    rows = tuple(_books(books, start))
    with open_ace() as ace:
        found = ace.payments.reconcile(rows, since=start)
    if found or as_json:
        show(found, as_json=as_json)
    else:
        say("Your books and the gateways agree.")
    if found:
        raise typer.Exit(1)


def _ago(text: str) -> timedelta:
    count, unit = text[:-1], text[-1:]
    names = {"m": "minutes", "h": "hours", "d": "days"}
    if not (count.isascii() and count.isdigit() and unit in names):
        raise InvalidInputError("is a number and m, h or d, as in 1d", field="since")
    return timedelta(**{names[unit]: int(count)})


def _books(where: str, since: datetime) -> Iterable[StoredPayment]:
    if not Path(where).is_file() and ":" in where:
        rows: Iterable[StoredPayment] = resolve_name(where)(since)
        return rows
    lines = Path(where).read_text("utf-8").splitlines()
    return [StoredPayment.model_validate_json(line) for line in lines if line.strip()]


@app.command("refund")
def refund(
    gateway_id: str,
    *,
    key: Annotated[str, typer.Option(help="One per refund: the same key never refunds twice.")],
    amount: Annotated[str | None, typer.Option(help="As in 149.00; all that is left when not given.")] = None,
    currency: str = "EGP",
    gateway: Gateway = None,
    as_json: AsJson = False,
) -> None:
    """Send money back."""
    part = Money.of(amount, currency) if amount is not None else None
    with open_ace() as ace:
        sent = ace.payments.refund(gateway_id=gateway_id, amount=part, idempotency_key=key, gateway=gateway)
    show(sent, as_json=as_json)
