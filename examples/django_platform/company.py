"""The pages of a company: its jobs, a form for each, who applied, and the answer."""

from collections.abc import Collection

from django.db.models import Count, F, Q
from django.db.models.lookups import IsNull
from django.http import HttpRequest, HttpResponse
from pydantic import ValidationError

from examples.django_platform import applications, offers
from examples.django_platform.answering import go, not_understood, typed, visiting
from examples.django_platform.models import Application, Job, User
from examples.django_platform.offers import visiting_employers_only
from examples.django_platform.rendering import page
from examples.django_platform.services import links
from examples.shared import forms
from examples.shared.applications import RESUME, RESUME_HEADERS, shown_to_company
from examples.shared.forms import BLANK, NewStatus, TypedJob, wrong_fields
from examples.shared.offers import MOST, NamelessError
from examples.shared.searching import posting_of
from examples.shared.steps import Hiring, StepRefusedError


@visiting
@visiting_employers_only
def jobs(request: HttpRequest, user: User) -> HttpResponse:
    """List a company's jobs, every one for the admin, with how many wait for an answer."""
    return page(request, "company.html", rows=_with_counts(user))


@visiting
@visiting_employers_only
def new(request: HttpRequest, user: User) -> HttpResponse:
    """Show an empty form."""
    del user
    return _form(request, TypedJob(**BLANK))


@visiting
@visiting_employers_only
def post(request: HttpRequest, user: User) -> HttpResponse:
    """Post a job, or show the form again with what is wrong; what was typed stays."""
    form = _typed(request)
    try:
        job = offers.add(request, user, form.read())
    except ValidationError as error:
        return _form(request, form, wrong=wrong_fields(error, whole="salary_max"))
    except NamelessError:
        return _form(request, form, wrong=("company",))
    return go(f"/company/jobs/{job.pk}")


@visiting
@visiting_employers_only
def job(request: HttpRequest, user: User, job_id: str) -> HttpResponse:
    """Show a job with who applied for it."""
    found = offers.own(user, job_id)
    rows = applications.applicants(found)
    return page(request, "company_job.html", job=posting_of(found), row=found, rows=rows)


@visiting
@visiting_employers_only
def edit(request: HttpRequest, user: User, job_id: str) -> HttpResponse:
    """Show the form with what the job says."""
    found = offers.own(user, job_id)
    return _form(request, forms.typed(vars(found)), job=found)


@visiting
@visiting_employers_only
def change(request: HttpRequest, user: User, job_id: str) -> HttpResponse:
    """Change a job, or show the form again with what is wrong."""
    found, form = offers.own(user, job_id), _typed(request)
    try:
        offers.rewrite(request, user, job_id, form.read())
    except ValidationError as error:
        return _form(request, form, job=found, wrong=wrong_fields(error, whole="salary_max"))
    return go(f"/company/jobs/{found.pk}")


@visiting
@visiting_employers_only
def close(request: HttpRequest, user: User, job_id: str) -> HttpResponse:
    """Close a job."""
    return go(f"/company/jobs/{offers.end(request, user, job_id).pk}")


@visiting
@visiting_employers_only
def application(request: HttpRequest, user: User, application_id: str) -> HttpResponse:
    """Show one application with what came with it."""
    return _application(request, user, application_id)


@visiting
@visiting_employers_only
def answer(request: HttpRequest, user: User, application_id: str) -> HttpResponse:
    """Answer an application, or say that it was answered otherwise meanwhile."""
    try:
        found = applications.answered(request, user, application_id, _chosen(request))
    except StepRefusedError:
        return _application(request, user, application_id, status=409)
    return go(f"/company/applications/{found.pk}")


def resume(request: HttpRequest, token: str) -> HttpResponse:
    """Show what came with an application to whoever has its link, for as long as that is good."""
    number = links().read(RESUME, token)
    found = Application.objects.select_related("job", "user").filter(pk=number).first()
    if found is None:
        return page(request, "resume_gone.html", 404)
    shown = page(request, "resume.html", application=found, who=found.user, job=found.job)
    for name, value in RESUME_HEADERS.items():
        shown[name] = value
    return shown


def _with_counts(user: User) -> list[tuple[Job, int, int]]:
    waits = Q(application__status=Hiring.PENDING)
    rows = Job.objects.annotate(everyone=Count("application"), waiting=Count("application", filter=waits))
    if user.role != "admin":
        rows = rows.filter(owner=user)
    newest = rows.order_by(IsNull(F("closed_at"), rhs=False), "-posted_at", "-pk")[:MOST]
    return [(job, job.everyone, job.waiting) for job in newest]


def _application(request: HttpRequest, user: User, application_id: str, *, status: int = 200) -> HttpResponse:
    found = applications.received(user, application_id)
    shown = shown_to_company(found, found.job, found.user, late=status == 409)
    return page(request, "company_application.html", status, **shown)


def _form(
    request: HttpRequest, values: TypedJob, *, job: Job | None = None, wrong: Collection[str] = ()
) -> HttpResponse:
    return page(request, "company_form.html", 422 if wrong else 200, **forms.shown(values, job=job, wrong=wrong))


def _typed(request: HttpRequest) -> TypedJob:
    return TypedJob.model_validate(typed(request, *TypedJob.model_fields))


def _chosen(request: HttpRequest) -> Hiring:
    try:
        return NewStatus.model_validate(typed(request, "status")).status
    except ValidationError as error:
        raise not_understood(error) from None
