"""What somebody was told, kept for them: the page, and the same for scripts."""

from django.db.models import DateTimeField, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, JsonResponse

from examples.django_platform.answering import AnsweredError, go, number_in, signed_in, visiting
from examples.django_platform.models import Notice, User
from examples.django_platform.rendering import page, unread_of
from examples.django_platform.services import now
from examples.shared.notices import PAGE, UNKNOWN, answered, listed


@visiting
def notifications(request: HttpRequest, user: User) -> HttpResponse:
    """Show what somebody was told; the next page begins before the last of this one."""
    before = number_in(request.GET.get("before", "0"), "before")
    found = _of(user, before=before)
    return page(request, "notifications.html", **listed(found, role=user.role), before=before)


@visiting
def read_all_by_form(request: HttpRequest, user: User) -> HttpResponse:
    """Mark everything as read."""
    del request
    _read_all(user)
    return go("/notifications")


@visiting
def read_by_form(request: HttpRequest, user: User, notice_id: str) -> HttpResponse:
    """Mark one as read."""
    del request
    _read(user, notice_id)
    return go("/notifications")


@signed_in
def told(request: HttpRequest, user: User) -> HttpResponse:
    """List what somebody was told, the newest first, with how much of it is unread.

    `before` is the id of the last one of the page before.
    """
    found = _of(user, before=number_in(request.GET.get("before", "0"), "before"))
    return JsonResponse(answered(found, unread=unread_of(user)))


@signed_in
def read_all(request: HttpRequest, user: User) -> HttpResponse:
    """Mark everything as read; give how many were not."""
    del request
    return JsonResponse({"read": _read_all(user)})


@signed_in
def read(request: HttpRequest, user: User, notice_id: str) -> HttpResponse:
    """Mark one as read; a second time does nothing."""
    del request
    return JsonResponse({"id": _read(user, notice_id), "read": True})


def _of(user: User, *, before: int) -> list[Notice]:
    """Give a page of them, and one more where there is one."""
    mine = Notice.objects.filter(user=user)
    if before > 0:
        mine = mine.filter(pk__lt=before)
    return list(mine.order_by("-pk")[: PAGE + 1])


def _read_all(user: User) -> int:
    return Notice.objects.filter(user=user, read_at=None).update(read_at=now())


def _read(user: User, notice_id: str) -> int:
    number, at = number_in(notice_id, "notice_id"), Coalesce("read_at", Value(now(), output_field=DateTimeField()))
    if not Notice.objects.filter(user=user, pk=number).update(read_at=at):
        raise AnsweredError(404, UNKNOWN)
    return number
