"""The pages of live classes: the list with its form, the classroom of teacher and student, and who was there."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from ace_integrations import InvalidInputError
from ace_integrations.contrib.django import get_ace
from ace_integrations.video import ClassStatus, Standing
from examples.django_platform import classes, live, teachers
from examples.django_platform.admin import admins_only
from examples.django_platform.answering import AnsweredError, go, number_in, typed, visiting
from examples.django_platform.classes import Entry
from examples.django_platform.models import Course, Enrollment, LiveSession, User
from examples.django_platform.rendering import page
from examples.shared import classes as shared
from examples.shared.moments import as_utc


@visiting
def classes_of(request: HttpRequest, user: User) -> HttpResponse:
    """List the classes that somebody has to do with: going on, to come, over."""
    return _listed(request, user)


@visiting
def schedule(request: HttpRequest, user: User) -> HttpResponse:
    """Schedule a class, or show the form again with what is wrong; what was typed stays."""
    form = {**shared.BEGINS_WITH, **request.POST.dict()}
    values: dict[str, Any] = {name: form.get(name, "") for name in ("title", "starts_at", "zone", "minutes")}
    values["course_id"] = number_in(request.POST.get("course_id", ""), "course_id")
    course = Course.objects.filter(pk=values["course_id"]).first()
    if course is None or classes.standing(user, course) is not Standing.TEACHER:
        raise AnsweredError(404, "No such course.")
    try:
        live.schedule(course, *shared.typed_class(values))
    except InvalidInputError as error:
        return _listed(request, user, status=422, values=values, wrong=error.field or "")
    return go("/live")


@visiting
def teach(request: HttpRequest, user: User, session_id: int) -> HttpResponse:
    """Show the classroom to its teacher, and to an admin without a way in; a student is led to theirs."""
    entry = _entry(session_id, user)
    if entry is None:
        return _closed(request)
    if entry.who is Standing.STUDENT:
        return go(f"/student/live-class/{session_id}")
    return _room(request, entry)


@visiting
def attend(request: HttpRequest, user: User, session_id: int) -> HttpResponse:
    """Show the classroom to an enrolled student; its teacher is led to hers."""
    entry = _entry(session_id, user)
    if entry is None:
        return _closed(request)
    if entry.who is not Standing.STUDENT:
        return go(f"/teacher/live-class/{session_id}")
    return _room(request, entry)


@visiting
def end(request: HttpRequest, user: User, session_id: int) -> HttpResponse:
    """End a class from a page without scripts."""
    entry = _entry(session_id, user)
    if entry is None or entry.who is Standing.STUDENT:
        return _closed(request)
    live.finish(session_id, user)
    classes.close_room(session_id)
    return go(f"/teacher/live-class/{session_id}")


@visiting
def attendance(request: HttpRequest, user: User, session_id: int) -> HttpResponse:
    """Show who was there, and how long."""
    entry = _entry(session_id, user)
    if entry is None or entry.who is Standing.STUDENT:
        return _closed(request)
    return page(request, "attendance.html", entry=entry, rows=live.attended(entry), as_utc=as_utc)


@visiting
@admins_only
def assign(request: HttpRequest, user: User, course_id: int) -> HttpResponse:
    """Give a course to a teacher who was approved; an empty address takes it back."""
    del user
    email = typed(request, "email")["email"].strip().lower()
    teacher = User.objects.filter(email=email).first()
    course = Course.objects.filter(pk=course_id)
    fits = teacher is not None and teachers.may_teach(teacher)
    if not course.exists() or (email and not fits):
        raise AnsweredError(404, "No such course or teacher.")
    course.update(teacher=teacher)
    return go(f"/courses/{course_id}")


def of_course(course: Course, user: User | None) -> list[LiveSession]:
    """Give a course's classes that are not over, the first to come first; to who has to do with them."""
    if user is None or classes.standing(user, course) is Standing.STRANGER:
        return []
    return list(LiveSession.objects.filter(course=course).exclude(status=ClassStatus.ENDED).order_by("starts_at"))


def _entry(session_id: int, user: User) -> Entry | None:
    """Find a class that concerns somebody; for everybody else it is not there."""
    entry = classes.enter(session_id, user)
    return None if entry is None or entry.who is Standing.STRANGER else entry


def _closed(request: HttpRequest) -> HttpResponse:
    return page(request, "not_found.html", 404)


def _room(request: HttpRequest, entry: Entry) -> HttpResponse:
    return page(request, "live_class.html", entry=entry, **shared.classroom(get_ace(), entry.row, entry.who))


def _listed(
    request: HttpRequest, user: User, *, status: int = 200, values: dict[str, Any] | None = None, wrong: str = ""
) -> HttpResponse:
    own = list(Course.objects.filter(teacher=user).order_by("pk")) if user.status == "active" else []
    rows = [(row, row.course) for row in _concerning(user)]
    shown = shared.listed(rows, role=user.role, own=own, values=values, wrong=wrong)
    return page(request, "live.html", status, **shown)


def _concerning(user: User) -> list[LiveSession]:
    if user.status != "active":
        return []
    found = LiveSession.objects.select_related("course").order_by("starts_at")
    if user.role != "admin":
        taken = Enrollment.objects.filter(user=user, active=True).values("course_id")
        found = found.filter(Q(course__teacher=user) | Q(course__in=taken))
    return list(found)
