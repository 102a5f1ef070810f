"""The jobs of a company, and of the admin: posted, changed and closed by who owns them."""

from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from ace_integrations.contrib.django import audit, get_ace
from ace_integrations.contrib.django.views import client_address
from examples.django_platform import suggesting
from examples.django_platform.answering import AnsweredError, View, go, number_in, posted, signed_in
from examples.django_platform.models import Job, User
from examples.django_platform.services import now
from examples.shared import offers as shared
from examples.shared.forms import JobForm
from examples.shared.searching import posting_of


def employers_only(view: View) -> View:
    """Give the view to a company whose account is open, and to the admin; for everybody else it does not exist."""

    @wraps(view)
    def check(request: HttpRequest, user: User, *args: Any, **kwargs: Any) -> HttpResponse:
        _admit(user)
        return view(request, user, *args, **kwargs)

    return check


def visiting_employers_only(view: View) -> View:
    """Give the page to the same; a company that was not checked is led to its check."""

    @wraps(view)
    def check(request: HttpRequest, user: User, *args: Any, **kwargs: Any) -> HttpResponse:
        if user.role == "company" and user.status != "active":
            return go("/verify")
        _admit(user)
        return view(request, user, *args, **kwargs)

    return check


@signed_in
@employers_only
def post(request: HttpRequest, user: User) -> HttpResponse:
    """Post a job; the students whom it suits are told."""
    try:
        job = add(request, user, posted(request, JobForm))
    except shared.NamelessError as error:
        raise AnsweredError(422, str(error)) from None
    return JsonResponse(posting_of(job).public(), status=201)


@signed_in
@employers_only
def change(request: HttpRequest, user: User, job_id: str) -> HttpResponse:
    """Change a job that is not closed; nobody is told again."""
    job = rewrite(request, user, job_id, posted(request, JobForm))
    return JsonResponse(posting_of(job).public())


@signed_in
@employers_only
def close(request: HttpRequest, user: User, job_id: str) -> HttpResponse:
    """Close a job: it is listed no more, and nobody can apply. A second time does nothing."""
    return JsonResponse({"job_id": end(request, user, job_id).pk, "status": "closed"})


def add(request: HttpRequest, user: User, form: JobForm) -> Job:
    """Store a new job, and let it be told.

    Raises:
        NamelessError: the admin named no company.
    """
    job = Job(posted_at=now(), owner_id=shared.owner_of(user))
    shared.write(job, user, form)
    with transaction.atomic():
        job.save()
        suggesting.suggest(job)
        _note(request, "job.posted", user, job)
    return job


def rewrite(request: HttpRequest, user: User, job_id: str, form: JobForm) -> Job:
    """Store what a job says now.

    Raises:
        AnsweredError: 404, it is none of theirs; 409, it is closed.
    """
    with transaction.atomic():
        job = own(user, job_id, to_change=True)
        if job.closed_at is not None:
            raise AnsweredError(409, shared.CLOSED)
        shared.write(job, user, form)
        job.save()
        _note(request, "job.changed", user, job)
    return job


def end(request: HttpRequest, user: User, job_id: str) -> Job:
    """Close a job; see `rewrite`."""
    with transaction.atomic():
        job = own(user, job_id, to_change=True)
        if job.closed_at is None:
            job.closed_at = now()
            job.save(update_fields=["closed_at"])
            _note(request, "job.closed", user, job)
    return job


def own(user: User, job_id: str, *, to_change: bool = False) -> Job:
    """Find a job of a company's, or any for the admin; another's answers as one that is not there.

    Args:
        to_change: hold the row until the transaction ends.
    """
    jobs = Job.objects.select_for_update() if to_change else Job.objects
    job = jobs.filter(pk=number_in(job_id, "job_id")).first()
    if job is None or not shared.owns(user, job):
        raise AnsweredError(404, shared.NO_JOB)
    return job


def _admit(user: User) -> None:
    refused = shared.refused(user)
    if refused is not None:
        raise AnsweredError(*refused)


def _note(request: HttpRequest, what: str, user: User, job: Job) -> None:
    audit.write(shared.noted(get_ace().audit, what, user, job, address=client_address(request)))
