"""`ace mail`: look at the platform's mails, send one, check them."""

from pathlib import Path
from typing import Annotated

import typer

from ace_integrations.cli.output import AsJson, show
from ace_integrations.cli.state import open_ace
from ace_integrations.errors import InvalidInputError
from ace_integrations.mail.message import Address, Message
from ace_integrations.mail.notifications import SAMPLES, lint, render

app = typer.Typer(help="Mail: preview, send and check the platform's notifications.", no_args_is_help=True)

Kind = Annotated[str, typer.Argument(help=f"One of: {', '.join(SAMPLES)}.")]

_SENDER = Address(email="no-reply@example.com", name="منصة Example")


def _sample(kind: str, *, to: str = "learner@example.com", sender: Address = _SENDER) -> Message:
    if kind not in SAMPLES:
        raise InvalidInputError(f"there is no notification {kind!r}; known: {', '.join(SAMPLES)}", field="kind")
    return render(SAMPLES[kind], to=Address(email=to), sender=sender)


@app.command()
def preview(
    kind: Kind,
    *,
    output: Annotated[Path | None, typer.Option(help="Write the HTML to this file instead.")] = None,
    text: Annotated[bool, typer.Option("--text", help="Show the plain-text part.")] = False,
) -> None:
    """Show a notification with sample values."""
    message = _sample(kind)
    content = (message.text if text else message.html) or ""
    if output is None:
        typer.echo(content)
        return
    output.write_text(content, encoding="utf-8")
    typer.echo(f"{message.subject}: {output}")


@app.command()
def send(
    kind: Kind,
    *,
    to: Annotated[str, typer.Option(help="Who gets it.")],
    sender: Annotated[str, typer.Option("--from", help="An address of your sending domain.")] = "no-reply@example.com",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send a notification with sample values by the configured transport."""
    message = _sample(kind, to=to, sender=Address(email=sender, name=_SENDER.name))
    with open_ace() as ace:
        show(ace.mail.send(message, dry_run=dry_run), as_json=as_json)


@app.command("lint")
def check(
    kind: Annotated[str | None, typer.Argument(help="One notification; all when not given.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Check languages, directions, contrast, links, subject and size; ends 1 when something is wrong."""
    findings = {name: lint(_sample(name)) for name in ([kind] if kind else SAMPLES)}
    rows = {
        f"{name} {finding.rule} {number}": f"{finding.level}: {finding.where}: {finding.message}"
        for name, found in findings.items()
        for number, finding in enumerate(found, 1)
    }
    show(rows or {"mails": f"{len(findings)} checked, nothing found"}, as_json=as_json)
    if any(finding.level == "error" for found in findings.values() for finding in found):
        raise typer.Exit(1)
