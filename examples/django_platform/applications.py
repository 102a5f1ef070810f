"""Local jobs from their posting to an answer: the events of each step are told at once."""

from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from ace_integrations.realtime import ApplicationStatusChanged, JobPosted
from examples.django_platform.admin import admins_only
from examples.django_platform.answering import AnsweredError, go, posted, signed_in, visiting
from examples.django_platform.models import Application, Job, User
from examples.django_platform.services import now
from examples.django_platform.telling import tell
from examples.shared import universities
from examples.shared.applying import NEXT, NewJob, NewStatus
from examples.shared.searching import posting_of


@signed_in
@admins_only
def post_job(request: HttpRequest, user: User) -> HttpResponse:
    """Post a job."""
    del user
    form = posted(request, NewJob)
    fields = form.model_dump(mode="json", exclude={"university"})
    key = universities.key_of(form.university) if form.university else None
    with transaction.atomic():
        job = Job.objects.create(**fields, places=form.location, university_id=key, posted_at=now())
        if key is not None:
            tell(JobPosted(job_id=str(job.pk), university_id=key, title=job.title))
    return JsonResponse(posting_of(job).public(), status=201)


@signed_in
def apply(request: HttpRequest, user: User, job_id: int) -> HttpResponse:
    """Apply for a job; each student once."""
    del request
    made = _applied(job_id, user)
    if made is None:
        return JsonResponse({"error": "You have applied for this job."}, status=409)
    return JsonResponse(_public(made), status=201)


@visiting
def apply_by_form(request: HttpRequest, user: User, job_id: int) -> HttpResponse:
    """Apply for a job, and show it again; applying twice is the same."""
    del request
    _applied(job_id, user)
    return go(f"/jobs/{job_id}")


@signed_in
@admins_only
def answer(request: HttpRequest, user: User, application_id: int) -> HttpResponse:
    """Change where an application is, and tell who applied."""
    del user
    status = posted(request, NewStatus).status
    with transaction.atomic():
        found = Application.objects.select_for_update().filter(pk=application_id).first()
        if found is None:
            raise AnsweredError(404, "No such application.")
        if status not in (found.status, *NEXT[found.status]):
            told = {"error": f"{found.status} cannot become {status}", "status": found.status}
            return JsonResponse(told, status=409)
        if status != found.status:
            found.status = status
            found.save(update_fields=["status"])
            about = {"application_id": str(found.pk), "user_id": str(found.user_id), "job_id": str(found.job_id)}
            tell(ApplicationStatusChanged(status=status, **about))
    return JsonResponse(_public(found))


def application_of(user: User, job_id: int) -> Application | None:
    """Give a user's application for a job."""
    return Application.objects.filter(user=user, job_id=job_id).first()


def _applied(job_id: int, user: User) -> Application | None:
    """Add an application; None where the user has applied before."""
    if user.role != "student" or user.status != "active":
        raise AnsweredError(403, "Only students whose identity was checked apply.")
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        raise AnsweredError(404, "No such job.")
    try:
        with transaction.atomic():
            return Application.objects.create(user=user, job=job)
    except IntegrityError:
        return None


def _public(application: Application) -> dict[str, Any]:
    return {"application_id": application.pk, "job_id": application.job_id, "status": application.status}
