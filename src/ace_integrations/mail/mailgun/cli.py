"""`ace mailgun`: the domain, its events, its suppression lists."""

from typing import Annotated

import typer

from ace_integrations.cli.output import AsJson, show
from ace_integrations.cli.state import open_ace
from ace_integrations.mail.mailgun.client import Mailgun
from ace_integrations.mail.mailgun.models import SuppressionKind

app = typer.Typer(help="Mailgun: the domain, its events, its suppression lists.", no_args_is_help=True)


@app.command()
def domain(*, as_json: AsJson = False) -> None:
    """Read the sending domain: proves key, region and domain in one harmless call."""
    with open_ace() as ace:
        show(ace.client(Mailgun).get_domain(), as_json=as_json)


@app.command()
def events(
    *,
    recipient: Annotated[str | None, typer.Option(help="Of one recipient.")] = None,
    event: Annotated[str | None, typer.Option(help="Of one kind, as in failed.")] = None,
    limit: Annotated[int, typer.Option(help="At most 300.")] = 25,
    as_json: AsJson = False,
) -> None:
    """List the newest events."""
    with open_ace() as ace:
        page = ace.client(Mailgun).list_events(recipient=recipient, event=event, limit=limit)
        show(list(page.items), as_json=as_json)


@app.command()
def suppressions(
    kind: Annotated[SuppressionKind, typer.Argument(help="Which list.")] = SuppressionKind.BOUNCES,
    *,
    as_json: AsJson = False,
) -> None:
    """List a suppression list."""
    with open_ace() as ace:
        show(list(ace.client(Mailgun).list_suppressions(kind).items), as_json=as_json)


@app.command()
def reactivate(address: str) -> None:
    """Take an address off Mailgun's lists, so that it is written to again."""
    with open_ace() as ace:
        ace.mail.reactivate(email=address)
    typer.echo("It can be written to again.")
