"""`ace privacy`: what the services hold about people; one person's data, exported and erased."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from ace_integrations.cli.output import AsJson, show
from ace_integrations.cli.state import open_ace
from ace_integrations.errors import InvalidInputError
from ace_integrations.privacy import DataMap, ServiceErasure, ServiceExport, Subject

app = typer.Typer(help="What the services hold about people: shown, exported, erased.", no_args_is_help=True)

Emails = Annotated[list[str] | None, typer.Option("--email", help="An address of theirs; may be given several times.")]
Ids = Annotated[
    list[str] | None,
    typer.Option("--id", help="What your records hold, as in stripe=pi_3Abc; may be given several times."),
]


@app.command("map")
def show_map(*, as_json: AsJson = False) -> None:
    """Show what every service holds about people, how long, and why something must stay."""
    with open_ace() as ace:
        on = {provider.name for provider in ace.assembly.chosen()}
        rows = [row for service, held in ace.privacy.data_maps().items() for row in _held(service, held, on)]
    show(rows, as_json=as_json)


@app.command()
def export(user: str, *, email: Emails = None, id_: Ids = None, as_json: AsJson = False) -> None:
    """Ask every service what it holds about the user with this id; --json gives the data itself.

    Ends with 1 if a service could not be asked.
    """
    subject = _subject(user, email, id_)
    with open_ace() as ace:
        report = ace.privacy.export(subject)
    show(report if as_json else [_of_export(each) for each in report.services], as_json=as_json)
    if not report.is_complete:
        raise typer.Exit(1)


@app.command()
def erase(
    user: str,
    *,
    email: Emails = None,
    id_: Ids = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it: what is erased is gone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Have every service erase what it holds about the user with this id, and say what stays and why.

    Ends with 1 if a service could not do it; then give the command again: what is gone is no error.
    """
    subject = _subject(user, email, id_)
    with open_ace() as ace:
        if not yes:
            asked = ", ".join(ace.privacy.services(subject))
            raise InvalidInputError(f"what is erased is gone; give --yes to ask {asked}")
        report = ace.privacy.erase(subject)
    show(report if as_json else [_of_erasure(each) for each in report.services], as_json=as_json)
    if not report.is_complete:
        raise typer.Exit(1)


def _subject(user: str, emails: Sequence[str] | None, given: Sequence[str] | None) -> Subject:
    ids: dict[str, tuple[str, ...]] = {}
    for each in given or ():
        service, _, held = each.partition("=")
        if not service or not held:
            raise InvalidInputError("is a service and what it calls something, as in stripe=pi_3Abc", field="--id")
        ids[service] = (*ids.get(service, ()), held)
    return Subject(user=user, emails=tuple(emails or ()), ids=ids)


def _held(service: str, held: DataMap, on: set[str]) -> Iterator[dict[str, Any]]:
    first = {"service": service, "on": "on" if service in on else ""}
    if not held.holdings:
        yield {**first, "holds": "", "what": held.summary, "where": "", "how_long": "", "stays_because": ""}
    for each in held.holdings:
        facts = {"holds": each.kind, "what": each.what, "where": each.where, "how_long": each.how_long}
        yield {**first, **facts, "stays_because": each.kept_because}


def _of_export(each: ServiceExport) -> dict[str, Any]:
    kinds = [record.kind for record in each.exported.records]
    found = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    return {"service": each.service, "outcome": each.outcome.value, "found": found, "error": each.error}


def _of_erasure(each: ServiceErasure) -> dict[str, Any]:
    removed = ", ".join(f"{one.count} {one.kind}" for one in each.erased.removed)
    kept = "; ".join(f"{one.kind}: {one.because}" for one in each.erased.kept)
    return {
        "service": each.service,
        "outcome": each.outcome.value,
        "removed": removed,
        "stays": kept,
        "error": each.error,
    }
