"""Applications: a student applies, the company answers, and each step is mailed and told at once."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from pydantic import ValidationError

from ace_integrations.contrib.django import audit, get_ace
from ace_integrations.contrib.django.mails import DjangoMailQueue
from ace_integrations.contrib.django.views import client_address
from ace_integrations.mail import Message
from examples.django_platform.answering import AnsweredError, go, number_in, posted, signed_in, typed, visiting
from examples.django_platform.models import Application, Job, User
from examples.django_platform.offers import employers_only, own
from examples.django_platform.rendering import page
from examples.django_platform.services import links, now
from examples.django_platform.telling import tell
from examples.shared import applications as shared
from examples.shared.applications import public, public_to_company, public_to_student
from examples.shared.forms import Cv, NewStatus, wrong_fields
from examples.shared.offers import CLOSED, NO_JOB, owns
from examples.shared.steps import HIRING, Hiring, StepRefusedError


@signed_in
def apply(request: HttpRequest, user: User, job_id: str) -> HttpResponse:
    """Apply for a job; each student once."""
    made = _applied(request, user, job_id, posted(request, Cv) if request.body else Cv())
    if made is None:
        return JsonResponse({"error": shared.APPLIED}, status=409)
    return JsonResponse(public(made), status=201)


@visiting
def apply_by_form(request: HttpRequest, user: User, job_id: str) -> HttpResponse:
    """Apply for a job, and show it again; applying twice is the same."""
    values = typed(request, "cv_text", "cv_url")
    try:
        form = Cv.model_validate(values)
    except ValidationError as error:
        return _shown_again(request, job_id, values=values, wrong=wrong_fields(error, whole="cv_text"))
    _applied(request, user, job_id, form)
    return go(f"/jobs/{job_id}")


@signed_in
def mine(request: HttpRequest, user: User) -> HttpResponse:
    """List one's own applications, that which changed last first."""
    del request
    return JsonResponse([public_to_student(one, job) for one, job in of_student(user)], safe=False)


@visiting
def my_page(request: HttpRequest, user: User) -> HttpResponse:
    """Show one's own applications, that which changed last first."""
    return page(request, "applications.html", rows=of_student(user))


@signed_in
@employers_only
def of_job(request: HttpRequest, user: User, job_id: str) -> HttpResponse:
    """List who applied for a company's job, the first first."""
    del request
    rows = applicants(own(user, job_id))
    return JsonResponse([public_to_company(one, who) for one, who in rows], safe=False)


@signed_in
@employers_only
def answer(request: HttpRequest, user: User, application_id: str) -> HttpResponse:
    """Change where an application is; who applied is mailed and told at once."""
    try:
        found = answered(request, user, application_id, posted(request, NewStatus).status)
    except StepRefusedError as refused:
        return JsonResponse({"error": str(refused), "status": refused.state}, status=409)
    return JsonResponse(public(found))


def answered(request: HttpRequest, user: User, application_id: str, then: Hiring) -> Application:
    """Write a company's answer with all that it sets going, in one transaction.

    Raises:
        AnsweredError: 404, it is for no job of theirs.
        StepRefusedError: an answer that was given is final.
    """
    with transaction.atomic():
        found = received(user, application_id, to_change=True)
        if HIRING.changes(Hiring(found.status), then):
            found.status, found.changed_at = then, now()
            found.save(update_fields=["status", "changed_at"])
            _note(request, "application.changed", found, by=user)
            _tell_student(found)
    return found


def received(user: User, application_id: str, *, to_change: bool = False) -> Application:
    """Find an application for a job of a company's, or any for the admin, with that job and who applied; see `own`."""
    found = Application.objects.select_related("job", "user")
    if to_change:
        found = found.select_for_update(of=("self",))
    application = found.filter(pk=number_in(application_id, "application_id")).first()
    if application is None or not owns(user, application.job):
        raise AnsweredError(404, shared.NO_APPLICATION)
    return application


def application_of(user: User, job_id: int) -> Application | None:
    """Give a user's application for a job."""
    return Application.objects.filter(user=user, job_id=job_id).first()


def of_student(user: User) -> list[tuple[Application, Job]]:
    """Give a student's applications, that which changed last first."""
    theirs = Application.objects.filter(user=user).select_related("job").order_by("-changed_at", "-pk")
    return [(one, one.job) for one in theirs]


def applicants(job: Job) -> list[tuple[Application, User]]:
    """Give who applied for a job, the first first."""
    its = Application.objects.filter(job=job).select_related("user").order_by("pk")
    return [(one, one.user) for one in its]


@transaction.atomic
def _applied(request: HttpRequest, user: User, job_id: str, cv: Cv) -> Application | None:
    """Add an application, and let the company be told; None where the user has applied before."""
    if not shared.may_apply(user):
        raise AnsweredError(403, shared.STUDENTS_ONLY)
    # Held, so that it is not closed meanwhile. Django has no lock that readers share: one applies after another, and so
    # who does in two windows is seen here.
    job = Job.objects.select_for_update(no_key=True).filter(pk=number_in(job_id, "job_id")).first()
    if job is None:
        raise AnsweredError(404, NO_JOB)
    if application_of(user, job.pk) is not None:
        return None
    if job.closed_at is not None:
        raise AnsweredError(409, CLOSED)
    at = now()
    made = Application.objects.create(user=user, job=job, created_at=at, changed_at=at, **cv.model_dump())
    _note(request, "application.sent", made, by=user)
    _tell_company(made)
    return made


def _tell_company(made: Application) -> None:
    """Tell the company; a job that an admin posted has nobody to tell."""
    job = made.job
    if job.owner is None:
        return
    _mail(shared.mail_to_company(made, job, made.user, job.owner, origin=settings.PLATFORM_URL, links=links()))
    tell(shared.received(made, job))


def _tell_student(found: Application) -> None:
    _mail(shared.mail_to_student(found, found.job, found.user, origin=settings.PLATFORM_URL))
    tell(shared.answered(found))


def _mail(message: Message | None) -> None:
    if message is not None:
        DjangoMailQueue(clock=get_ace().clock).put(message)


def _note(request: HttpRequest, what: str, found: Application, *, by: User) -> None:
    audit.write(shared.noted(get_ace().audit, what, found, by=by, address=client_address(request)))


def _shown_again(request: HttpRequest, job_id: str, *, values: Mapping[str, str], wrong: set[str]) -> HttpResponse:
    job = Job.objects.filter(pk=number_in(job_id, "job_id")).first()
    if job is None:
        raise AnsweredError(404, NO_JOB)
    return page(request, "job.html", 422, **shared.shown_again(job, values, wrong))
