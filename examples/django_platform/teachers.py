"""Teachers as the platform admits them: they wait once their identity was checked, and an admin decides."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from pydantic import ValidationError

from ace_integrations.contrib.django import audit, get_ace
from ace_integrations.contrib.django.mails import DjangoMailQueue
from ace_integrations.contrib.django.views import client_address
from examples.django_platform.accounts import bus
from examples.django_platform.admin import admins_only
from examples.django_platform.answering import AnsweredError, go, number_in, posted, signed_in, typed, visiting
from examples.django_platform.identity import IdentityVerified
from examples.django_platform.models import TeacherApplication, User
from examples.django_platform.rendering import page
from examples.django_platform.services import now
from examples.django_platform.telling import tell
from examples.shared.accounts import user_key
from examples.shared.steps import StepRefusedError, Teaching
from examples.shared.teaching import (
    MOST_DECIDED,
    UNCONFIRMED,
    UNKNOWN,
    Rejection,
    Verdict,
    approval,
    moved,
    public,
    rejection,
)


@bus.on(IdentityVerified)
def wait(event: IdentityVerified, using: Any) -> None:
    """Let a teacher whose identity was checked wait for an admin; one who was checked again has been here."""
    del using
    if event.user.role == "teacher":
        TeacherApplication.objects.get_or_create(user=event.user)


def may_teach(user: User) -> bool:
    """Whether somebody may be given a course: checked, approved, and not blocked since."""
    found = application_of(user) if user.status == "active" else None
    return found is not None and found.state == Teaching.APPROVED


def application_of(user: User) -> TeacherApplication | None:
    """Give a teacher's application; None for who has none."""
    return TeacherApplication.objects.filter(pk=user.pk).first()


@visiting
@admins_only
def teachers(request: HttpRequest, user: User) -> HttpResponse:
    """Show who waits, the oldest first, and what was decided last."""
    del user
    return _listed(request)


@visiting
@admins_only
def approve_by_form(request: HttpRequest, user: User, user_id: str) -> HttpResponse:
    """Approve a teacher, and show who else waits."""
    _approve(request, number_in(user_id, "user_id"), user)
    return go("/admin/teachers")


@visiting
@admins_only
def reject_by_form(request: HttpRequest, user: User, user_id: str) -> HttpResponse:
    """Reject a teacher, or show the reason again that is too long."""
    number, reason = number_in(user_id, "user_id"), typed(request, "reason")["reason"]
    try:
        form = Rejection(reason=reason)
    except ValidationError:
        return _listed(request, status=422, wrong=number, reason=reason)
    _reject(request, number, user, form.reason)
    return go("/admin/teachers")


@signed_in
@admins_only
def waiting(request: HttpRequest, user: User) -> HttpResponse:
    """List who waits, the oldest first."""
    del request, user
    rows = [{**public(found), "name": found.user.name, "email": found.user.email} for found in _waiting()]
    return JsonResponse(rows, safe=False)


@signed_in
@admins_only
def approve(request: HttpRequest, user: User, user_id: str) -> HttpResponse:
    """Approve a teacher: they are mailed and told at once, and may be given courses. A second time does nothing."""
    return JsonResponse(public(_approve(request, number_in(user_id, "user_id"), user)))


@signed_in
@admins_only
def reject(request: HttpRequest, user: User, user_id: str) -> HttpResponse:
    """Reject a teacher, who is mailed the reason if there is one and may ask again."""
    reason = posted(request, Rejection).reason
    return JsonResponse(public(_reject(request, number_in(user_id, "user_id"), user, reason)))


@visiting
def ask_again_by_form(request: HttpRequest, user: User) -> HttpResponse:
    """Let a teacher who was rejected ask for another look."""
    with transaction.atomic():
        found = _held(user.pk)
        if _moved(found, Teaching.WAITING):
            found.tries += 1
            found.asked_at, found.decided_at, found.reason = now(), None, ""
            found.save()
            _note(request, "teacher.asked_again", found.user, by=found.user)
    return go("/verify")


def _approve(request: HttpRequest, user_id: int, admin: User) -> TeacherApplication:
    return _decide(request, user_id, admin, lambda teacher: approval(teacher, origin=settings.PLATFORM_URL))


def _reject(request: HttpRequest, user_id: int, admin: User, reason: str) -> TeacherApplication:
    return _decide(request, user_id, admin, lambda teacher: rejection(teacher, reason, origin=settings.PLATFORM_URL))


def _decide(
    request: HttpRequest, user_id: int, admin: User, verdict_on: Callable[[User], Verdict]
) -> TeacherApplication:
    """Write a decision with all that it sets going, in one transaction."""
    with transaction.atomic():
        found = _held(user_id)
        verdict = verdict_on(found.user)
        if _moved(found, verdict.state):
            found.reason, found.decided_at = verdict.reason, now()
            found.save()
            _note(request, verdict.what, found.user, by=admin)
            DjangoMailQueue(clock=get_ace().clock).put(verdict.mail(tries=found.tries))
            tell(verdict.live)
    return found


def _held(user_id: int) -> TeacherApplication:
    # By the column behind it: a relation's own look-up hands the database numbers that it has no room for.
    found = TeacherApplication.objects.select_for_update().filter(user__id=user_id).first()
    if found is None:
        raise AnsweredError(404, UNKNOWN)
    if found.user.status != "active":
        raise AnsweredError(409, UNCONFIRMED)
    return found


def _moved(found: TeacherApplication, then: Teaching) -> bool:
    try:
        return moved(found, then)
    except StepRefusedError as refused:
        raise AnsweredError(409, str(refused)) from None


def _note(request: HttpRequest, what: str, teacher: User, *, by: User) -> None:
    address = client_address(request)
    audit.write(get_ace().audit.event(what, user=user_key(teacher.pk), actor=user_key(by.pk), address=address))


def _waiting() -> "QuerySet[TeacherApplication]":
    found = TeacherApplication.objects.filter(state=Teaching.WAITING, user__status="active")
    return found.select_related("user").order_by("asked_at", "pk")


def _decided() -> "QuerySet[TeacherApplication]":
    found = TeacherApplication.objects.filter(decided_at__isnull=False)
    return found.select_related("user").order_by("-decided_at")[:MOST_DECIDED]


def _listed(request: HttpRequest, *, status: int = 200, wrong: int = 0, reason: str = "") -> HttpResponse:
    rows, over = [(one, one.user) for one in _waiting()], [(one, one.user) for one in _decided()]
    return page(request, "admin_teachers.html", status, waiting=rows, decided=over, wrong=wrong, reason=reason)
