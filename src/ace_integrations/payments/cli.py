"""`ace payments`: payments of every gateway that is switched on, in neutral words."""

from typing import Annotated

import typer

from ace_integrations.cli.output import AsJson, show
from ace_integrations.cli.state import open_ace
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
