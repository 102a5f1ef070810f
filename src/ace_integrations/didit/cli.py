"""`ace didit`."""

from pathlib import Path
from typing import Annotated

import typer

from ace_integrations.cli.output import AsJson, show
from ace_integrations.cli.state import open_ace
from ace_integrations.didit.client import Didit

app = typer.Typer(name="didit", help="Identity verification.", no_args_is_help=True)


@app.command()
def create(
    user: str,
    *,
    callback: Annotated[str | None, typer.Option(help="where the browser returns to")] = None,
    language: str | None = None,
    scenario: Annotated[str | None, typer.Option(help="what a sandbox finds")] = None,
    as_json: AsJson = False,
) -> None:
    """Begin a verification of the user with this id, and show where to send the browser."""
    with open_ace() as ace:
        session = ace.client(Didit).create_session(
            vendor_data=user, callback=callback, language=language, sandbox_scenario=scenario
        )
        show(session, as_json=as_json)


@app.command()
def status(session_id: str, *, as_json: AsJson = False) -> None:
    """Show where a verification is, in neutral words and Didit's own."""
    with open_ace() as ace:
        show(ace.identity.check(verification_id=session_id), as_json=as_json)


@app.command()
def sessions(
    *,
    state: Annotated[list[str] | None, typer.Option("--status", help="may be given several times")] = None,
    user: str | None = None,
    limit: int = 50,
    as_json: AsJson = False,
) -> None:
    """List sessions, newest first."""
    with open_ace() as ace:
        page = ace.client(Didit).list_sessions(status=state or (), vendor_data=user, limit=limit)
        show(list(page.results), as_json=as_json)


@app.command()
def decide(session_id: str, new_status: str, *, comment: str | None = None, as_json: AsJson = False) -> None:
    """Set a session to Approved, Declined or Resubmitted."""
    with open_ace() as ace:
        updated = ace.client(Didit).update_status(session_id=session_id, new_status=new_status, comment=comment)
        show(updated, as_json=as_json)


@app.command()
def delete(session_id: str, *, as_json: AsJson = False) -> None:
    """Delete a session and all data of it."""
    with open_ace() as ace:
        show(ace.client(Didit).delete_session(session_id=session_id), as_json=as_json)


@app.command()
def pdf(session_id: str, file: Path) -> None:
    """Save the report of a decided session."""
    with open_ace() as ace:
        file.write_bytes(ace.client(Didit).download_pdf(session_id=session_id))


@app.command()
def balance(*, as_json: AsJson = False) -> None:
    """Show the credit; tells whether the key works."""
    with open_ace() as ace:
        show(ace.client(Didit).balance(), as_json=as_json)
