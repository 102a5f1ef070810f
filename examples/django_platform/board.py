"""The pages of the board of jobs: a list with its filters in a form, and a page for each posting."""

from django.http import HttpRequest, HttpResponse
from pydantic import ValidationError

from ace_integrations import InvalidInputError, InvalidRequestError
from ace_integrations.jobs import JobPosting, SearchResult
from examples.django_platform.accounts import visitor
from examples.django_platform.applications import application_of
from examples.django_platform.jobs import search
from examples.django_platform.models import Application, Job
from examples.django_platform.rendering import page
from examples.shared.searching import Asked, asked_of, back_to, from_outside, is_own, listed, posting_of


def jobs(request: HttpRequest) -> HttpResponse:
    """List postings. What the form cannot have sent, and a page that lapsed, are answered with a word and the form."""
    try:
        asked = asked_of(request.GET)
        found = search(asked)
    except (ValidationError, InvalidInputError):
        return _listed(request, Asked(), None, status=422, news="filters")
    except InvalidRequestError:
        return _listed(request, asked.at(None), None, status=422, news="lapsed")
    return _listed(request, asked, found)


def job(request: HttpRequest, job_id: str) -> HttpResponse:
    """Show a posting; one from outside is found by the search that showed it, whose answer was kept."""
    own = Job.objects.filter(pk=int(job_id)).first() if is_own(job_id) else None
    posting = _outside(request, job_id) if own is None else posting_of(own)
    back = back_to(request.META["QUERY_STRING"])
    if posting is None:
        return page(request, "job_gone.html", 404, back=back)
    shown = {"job": posting, "back": back, "application": _application(request, posting)}
    closed = own is not None and own.closed_at is not None
    return page(request, "job.html", **shown, closed=closed, values={}, wrong=())


def under_apply(request: HttpRequest, job_id: str) -> HttpResponse:
    """Answer who only reads where one applies: no posting has an address below another's."""
    return job(request, f"{job_id}/apply")


def _listed(
    request: HttpRequest, asked: Asked, found: SearchResult | None, *, status: int = 200, news: str = ""
) -> HttpResponse:
    return page(request, "jobs.html", status, **listed(asked, found, news=news))


def _application(request: HttpRequest, posting: JobPosting) -> Application | None:
    user = visitor(request)
    return None if user is None or posting.source != "local" else application_of(user, int(posting.id))


def _outside(request: HttpRequest, job_id: str) -> JobPosting | None:
    if is_own(job_id):
        return None
    try:
        found = search(asked_of(request.GET))
    except (ValidationError, InvalidInputError, InvalidRequestError):
        return None
    return from_outside(found, job_id)
