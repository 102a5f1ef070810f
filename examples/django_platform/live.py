"""Live classes for scripts: schedule, join, end, who was there, and the news of a page without a live connection."""

from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from ace_integrations import InvalidInputError
from ace_integrations.contrib.django import get_ace
from ace_integrations.video import ClassRefusedError, Refusal, Standing
from examples.django_platform import announcing, attending, classes
from examples.django_platform.answering import AnsweredError, posted, signed_in
from examples.django_platform.classes import Entry
from examples.django_platform.models import Course, LiveSession, SessionAttendance, User
from examples.django_platform.rendering import language_of
from examples.django_platform.services import now
from examples.django_platform.telling import channels_of, news_on
from examples.shared.accounts import user_key
from examples.shared.classes import (
    NOT_YOUR_COURSE,
    Scheduled,
    Seen,
    connection,
    granted,
    not_scheduled,
    public,
    public_attendance,
    seen,
)
from examples.shared.news import first_of


@signed_in
def create(request: HttpRequest, user: User) -> HttpResponse:
    """Schedule a class, and tell the course's students by mail and by a live message; its teacher only."""
    form = posted(request, Scheduled)
    course = Course.objects.filter(pk=form.course_id).first()
    if course is None:
        raise AnsweredError(404, "No such course.")
    if classes.standing(user, course) is not Standing.TEACHER:
        return JsonResponse({"error": NOT_YOUR_COURSE}, status=403)
    try:
        row = schedule(course, form.title, form.scheduled_at, timedelta(minutes=form.duration_minutes))
    except InvalidInputError as error:
        return JsonResponse(not_scheduled(error), status=422)
    return JsonResponse(public(row), status=201)


def schedule(course: Course, title: str, starts_at: datetime, lasts: timedelta) -> LiveSession:
    """Add a class, and let its students be told when the transaction commits.

    Raises:
        InvalidInputError: see `classes.schedule`.
    """
    with transaction.atomic():
        row = classes.schedule(course, title=title, starts_at=starts_at, lasts=lasts)
        announcing.announce(row, course)
    return row


@signed_in
def state_of(request: HttpRequest, user: User, session_id: int) -> HttpResponse:
    """Say where a class is, for pages that wait or have no live connection."""
    del request
    entry = _entry(session_id, user)
    if entry.who is Standing.STRANGER:
        raise ClassRefusedError(Refusal.NOT_YOURS)
    return JsonResponse(public(entry.row))


@signed_in
def join(request: HttpRequest, user: User, session_id: int) -> HttpResponse:
    """Give what the browser needs to be in the room, for ten minutes; asked for anew while they stay.

    The teacher comes first, and her coming starts the class: there is no moment in which students may come in and
    she is not on her way, and none in which she is in and they are still refused. Everybody else waits for her.
    """
    with transaction.atomic():
        entry = _entry(session_id, user, to_change=True)
        if entry.who is Standing.TEACHER:
            classes.start(entry)
        grant = granted(get_ace(), entry.row, entry.who, user, now=now(), language=language_of(request))
        if grant is None:
            raise AnsweredError(503, "Live classes are not set up.")
    return JsonResponse(grant.for_browser(), headers={"cache-control": "no-store"})


@signed_in
def end(request: HttpRequest, user: User, session_id: int) -> HttpResponse:
    """End a class for all; its teacher, or an admin.

    It has ended by what is stored before the provider is asked. `reach` is "server" where the provider put everybody
    out, "page" where the teacher's page must, and "pending" where the provider is asked again in the background.
    """
    del request
    finish(session_id, user)
    reach = classes.close_room(session_id)
    row = LiveSession.objects.get(pk=session_id)
    return JsonResponse({**public(row), "reach": reach or ("pending" if row.room else "server")})


def finish(session_id: int, user: User) -> None:
    """End a class by what is stored."""
    with transaction.atomic():
        classes.end(_entry(session_id, user, to_change=True))


@signed_in
def presence(request: HttpRequest, user: User, session_id: int) -> HttpResponse:
    """Keep what the user's own page says of their coming or going, for a provider that tells nothing.

    Their own page could lie, so it counts for an attendance only as long as the provider told nothing of the class.
    """
    form, at = posted(request, Seen), now()
    with transaction.atomic():
        entry = _entry(session_id, user, to_change=True)
        entry.lesson.admit(entry.who)
        person = get_ace().video.known_as(user_key(user.pk))
        attending.note(entry.row, seen(form, room=entry.row.room or "", person=person, now=at), at=at)
    return HttpResponse(status=204)


@signed_in
def attendance(request: HttpRequest, user: User, session_id: int) -> HttpResponse:
    """Say who was there, and how long; for the class's teacher and admins."""
    del request
    entry = _entry(session_id, user)
    rows = [public_attendance(row, who) for row, who in attended(entry)]
    return JsonResponse({"session": public(entry.row), "attendance": rows})


def attended(entry: Entry) -> list[tuple[SessionAttendance, User]]:
    """Give who was there, first come first.

    Raises:
        ClassRefusedError: only the class's teacher and admins may see it.
    """
    if entry.who not in (Standing.TEACHER, Standing.ADMIN):
        raise ClassRefusedError(Refusal.NOT_YOURS)
    found = SessionAttendance.objects.filter(session=entry.row).select_related("user")
    return [(row, row.user) for row in found.order_by("joined_at", "user_id")]


@signed_in
def news(request: HttpRequest, user: User) -> HttpResponse:
    """Give what a page needs to hear news at once, and what was told since it last asked.

    `since` is in Unix seconds of the platform's clock, as `now` of an earlier answer gave them.
    """
    at, channels = now(), channels_of(user)
    answer = {
        "now": at.timestamp(),
        "realtime": connection(get_ace()),
        "channels": channels,
        "events": news_on(channels, first=first_of(_since(request), at)),
    }
    return JsonResponse(answer, headers={"cache-control": "no-store"})


def _since(request: HttpRequest) -> float:
    try:
        return float(request.GET.get("since", 0))
    except ValueError:
        raise AnsweredError(422, "Not understood: since.") from None


def _entry(session_id: int, user: User, *, to_change: bool = False) -> Entry:
    entry = classes.enter(session_id, user, to_change=to_change)
    if entry is None:
        raise AnsweredError(404, "No such session.")
    return entry
