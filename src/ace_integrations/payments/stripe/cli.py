"""`ace stripe`: look at payments, refund one, check the key."""

from decimal import Decimal, InvalidOperation

import typer

from ace_integrations.cli.output import AsJson, show
from ace_integrations.cli.state import open_ace
from ace_integrations.payments.money import Money
from ace_integrations.payments.stripe.client import Stripe

app = typer.Typer(help="Card payments by Stripe.", no_args_is_help=True)


@app.command()
def balance(*, as_json: AsJson = False) -> None:
    """Show the account's balance: a check of the key."""
    with open_ace() as ace:
        show(ace.client(Stripe).retrieve_balance(), as_json=as_json)


@app.command()
def payment(payment_intent_id: str, *, as_json: AsJson = False) -> None:
    """Show where one payment is, in the platform's words."""
    with open_ace() as ace:
        show(ace.payments.report(gateway_id=payment_intent_id, gateway="stripe"), as_json=as_json)


@app.command()
def find(reference: str, *, as_json: AsJson = False) -> None:
    """Find payments by the platform's own id; a minute behind."""
    with open_ace() as ace:
        show(list(ace.payments.find(reference=reference, gateway="stripe")), as_json=as_json)


@app.command()
def refund(
    payment_intent_id: str,
    key: str = typer.Option(..., help="One per refund: the same key never refunds twice."),
    amount: str = typer.Option("", help="As in 149.00; all that is left when not given."),
    currency: str = typer.Option("", help="As in EGP; needed with an amount."),
    *,
    as_json: AsJson = False,
) -> None:
    """Send money back."""
    part = _money(amount, currency) if amount else None
    with open_ace() as ace:
        report = ace.payments.refund(
            gateway_id=payment_intent_id, amount=part, idempotency_key=f"ace:refund:{key}", gateway="stripe"
        )
        show(report, as_json=as_json)


@app.command()
def events(event_type: str = "", *, undelivered: bool = False, as_json: AsJson = False) -> None:
    """List events of the last 30 days, to find what no webhook brought."""
    types = (event_type,) if event_type else ()
    with open_ace() as ace:
        page = ace.client(Stripe).list_events(types=types, undelivered=undelivered)
        show([event.model_copy(update={"data": {}}) for event in page.data], as_json=as_json)


@app.command()
def endpoints(*, as_json: AsJson = False) -> None:
    """List the addresses that events are sent to."""
    with open_ace() as ace:
        show(list(ace.client(Stripe).list_webhook_endpoints().data), as_json=as_json)


def _money(amount: str, currency: str) -> Money:
    try:
        return Money.of(Decimal(amount), currency.upper())
    except InvalidOperation:
        raise typer.BadParameter("an amount is written 149.00") from None
