"""`ace paypal`: orders, refunds, disputes and webhooks, as PayPal has them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ace_integrations.cli.output import AsJson, show
from ace_integrations.cli.state import open_ace
from ace_integrations.core import Headers
from ace_integrations.errors import InvalidInputError
from ace_integrations.payments.money import Money
from ace_integrations.payments.paypal.client import PayPal

app = typer.Typer(help="Payments by PayPal.", no_args_is_help=True)
webhooks = typer.Typer(help="Where PayPal sends the app's events.", no_args_is_help=True)
app.add_typer(webhooks, name="webhooks")

Key = Annotated[str, typer.Option(help="One per payment or refund: the same key never acts twice.")]


@app.command()
def order(order_id: str, *, as_json: AsJson = False) -> None:
    """Show an order with its captures and refunds."""
    with open_ace() as ace:
        show(ace.client(PayPal).get_order(order_id=order_id), as_json=as_json)


@app.command()
def capture(order_id: str, *, key: Key, as_json: AsJson = False) -> None:
    """Take the money of an approved order."""
    with open_ace() as ace:
        show(ace.client(PayPal).capture_order(order_id=order_id, idempotency_key=key), as_json=as_json)


@app.command()
def refund(
    capture_id: str,
    *,
    key: Key,
    amount: Annotated[str | None, typer.Option(help="As in 5.00; all that is left when not given.")] = None,
    currency: str = "USD",
    as_json: AsJson = False,
) -> None:
    """Send money of a capture back."""
    part = Money.of(amount, currency) if amount is not None else None
    with open_ace() as ace:
        sent = ace.client(PayPal).refund_capture(capture_id=capture_id, amount=part, idempotency_key=key)
    show(sent, as_json=as_json)


@app.command()
def disputes(
    *,
    capture_id: Annotated[str | None, typer.Option("--capture", help="Those about one capture only.")] = None,
    state: Annotated[str | None, typer.Option(help="As in REQUIRED_ACTION: those that wait for us.")] = None,
    as_json: AsJson = False,
) -> None:
    """List disputes."""
    with open_ace() as ace:
        found = ace.client(PayPal).iterate_disputes(disputed_transaction_id=capture_id, dispute_state=state)
        show(list(found), as_json=as_json)


@webhooks.command("list")
def list_webhooks(*, as_json: AsJson = False) -> None:
    """List the app's webhooks; their ids belong into PAYPAL_…_WEBHOOK_ID."""
    with open_ace() as ace:
        show(list(ace.client(PayPal).list_webhooks().webhooks), as_json=as_json)


@webhooks.command("create")
def create_webhook(
    url: str,
    *,
    event_types: Annotated[list[str] | None, typer.Option("--event", help="Every kind when not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Have the app's events sent to an address."""
    with open_ace() as ace:
        show(ace.client(PayPal).create_webhook(url=url, event_types=event_types or ["*"]), as_json=as_json)


@webhooks.command("simulate")
def simulate(event_type: str, url: str, *, as_json: AsJson = False) -> None:
    """Have PayPal send a mock event to an address; it is taken in sandbox mode only."""
    with open_ace() as ace:
        show(ace.client(PayPal).simulate_event(event_type=event_type, url=url), as_json=as_json)


@webhooks.command("verify")
def verify(
    body: Annotated[Path, typer.Argument(help="File with the raw body; - is standard input.")],
    *,
    header: Annotated[list[str], typer.Option("--header", "-H", help='As in -H "PayPal-Transmission-Id: 69cd…".')],
    as_json: AsJson = False,
) -> None:
    """Ask PayPal whether it sent a delivery: a second opinion on `ace webhooks verify`. Exit 1 when it did not."""
    content = sys.stdin.buffer.read() if str(body) == "-" else body.read_bytes()
    with open_ace() as ace:
        said = ace.client(PayPal).verify_webhook_signature(Headers([_field(line) for line in header]), content)
    show(said, as_json=as_json)
    raise typer.Exit(0 if said.is_genuine else 1)


def _field(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise InvalidInputError(f"{line!r} is not name: value", field="--header")
    return name.strip(), value.strip()
