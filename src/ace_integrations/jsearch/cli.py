"""`ace jsearch`."""

from typing import Annotated, Any

import typer

from ace_integrations.cli.output import AsJson, complain, show
from ace_integrations.cli.state import open_ace
from ace_integrations.jobs.filters import SearchFilters
from ace_integrations.jobs.posting import JobPosting
from ace_integrations.jsearch.client import JSearch
from ace_integrations.jsearch.query import KEY_PREFIX
from ace_integrations.jsearch.source import JSearchSource

app = typer.Typer(name="jsearch", help="Job postings from outside.", no_args_is_help=True)


@app.command("test")
def try_search(
    query: str,
    location: Annotated[str | None, typer.Argument(help="as in chicago")] = None,
    *,
    country: Annotated[str | None, typer.Option(help="two letters, where the location does not say it")] = None,
    as_json: AsJson = False,
) -> None:
    """Search for postings as the platform would; uses one request of the plan."""
    with open_ace() as ace:
        client = ace.client(JSearch)
        complain("Uses 1 request of the plan, unless it was asked within the hour.")
        filters = SearchFilters(keyword=query, location=location, country=country)
        page = client.perform(JSearchSource(client.settings).search(filters))
        show([posting.public() if as_json else _row(posting) for posting in page.postings], as_json=as_json)


def _row(posting: JobPosting) -> dict[str, Any]:
    shown = posting.model_dump(mode="json", include={"title", "company", "location", "employment_type", "posted_at"})
    return {"id": posting.id, **shown, "publisher": posting.publisher}


@app.command()
def details(
    job_id: Annotated[list[str], typer.Argument(help="the service's own ids")], *, as_json: AsJson = False
) -> None:
    """Show jobs by the service's own ids; uses one request each."""
    with open_ace() as ace:
        show(list(ace.client(JSearch).job_details(job_ids=job_id)), as_json=as_json)


@app.command()
def salary(job_title: str, location: str, *, as_json: AsJson = False) -> None:
    """Show what a job pays at a place; uses one request."""
    with open_ace() as ace:
        show(list(ace.client(JSearch).estimated_salary(job_title=job_title, location=location)), as_json=as_json)


@app.command("clear-cache")
def clear_cache(*, as_json: AsJson = False) -> None:
    """Forget the searches that are kept, and nothing else."""
    with open_ace() as ace:
        removed = ace.connection("jsearch").account.keep.clear(KEY_PREFIX)
        show({"removed": removed}, as_json=as_json)
