"""`ace stripe`: check the key, look for events that no webhook brought."""

import typer

from ace_integrations.cli.output import AsJson, show
from ace_integrations.cli.state import open_ace
from ace_integrations.payments.stripe.client import Stripe

app = typer.Typer(help="Card payments by Stripe.", no_args_is_help=True)


@app.command()
def balance(*, as_json: AsJson = False) -> None:
    """Show the account's balance: a check of the key."""
    with open_ace() as ace:
        show(ace.client(Stripe).retrieve_balance(), as_json=as_json)


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
