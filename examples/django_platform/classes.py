"""Live classes as they are stored: who somebody is to one, and every change, which `LiveClass` decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from ace_integrations import ProviderError
from ace_integrations.contrib.django import get_ace
from ace_integrations.realtime import SessionEnded, SessionStarted
from ace_integrations.video import ClassStatus, LiveClass, Standing, scheduled
from examples.django_platform import attending
from examples.django_platform.models import Course, Enrollment, LiveSession, User
from examples.django_platform.services import now
from examples.django_platform.telling import tell
from examples.shared.classes import CLOSES_FOR, GRANT_TTL, columns_of, lesson_of, new_columns
from examples.shared.events import SessionScheduled


@dataclass(frozen=True)
class Entry:
    """One class, and who somebody is to it."""

    row: LiveSession
    course: Course
    who: Standing

    @property
    def lesson(self) -> LiveClass:
        """The class as `LiveClass` knows it."""
        return lesson_of(self.row)


def standing(user: User, course: Course) -> Standing:
    """Say who a user is to a course's classes. An account that is not active is a stranger's."""
    if user.status != "active":
        return Standing.STRANGER
    if user.role == "admin":
        return Standing.ADMIN
    if course.teacher_id == user.pk:
        return Standing.TEACHER
    is_enrolled = Enrollment.objects.filter(user=user, course=course, active=True).exists()
    return Standing.STUDENT if is_enrolled else Standing.STRANGER


def enter(session_id: int, user: User, *, to_change: bool = False) -> Entry | None:
    """Find a class and who a user is to it; None where there is no such class.

    Args:
        to_change: hold the row until the transaction ends.
    """
    rows = LiveSession.objects.select_for_update() if to_change else LiveSession.objects.all()
    row = rows.filter(pk=session_id).first()
    return None if row is None else Entry(row, row.course, standing(user, row.course))


def schedule(course: Course, *, title: str, starts_at: datetime, lasts: timedelta) -> LiveSession:
    """Add a class in the caller's transaction, and tell its course.

    Raises:
        InvalidInputError: the time has no zone or has passed, or the length is none of a class.
    """
    lesson = scheduled("new", starts_at=starts_at, lasts=lasts, now=now())
    row = LiveSession.objects.create(course=course, teacher_id=course.teacher_id, **new_columns(lesson, title))
    tell(SessionScheduled(session_id=str(row.pk), course_id=str(course.pk), title=row.title))
    return row


def start(entry: Entry) -> None:
    """Start a class in the caller's transaction, and tell its course; one that runs already goes on.

    Raises:
        ClassRefusedError: only its teacher may, and an ended class stays ended.
    """
    at = now()
    before, lesson = entry.lesson, entry.lesson.start(entry.who, now=at)
    if lesson == before:
        return
    entry.row.room = get_ace().video.room(lesson.id)
    _write(entry.row, lesson)
    about = {"session_id": lesson.id, "course_id": str(entry.course.pk), "title": entry.row.title}
    tell(SessionStarted(started_at=at, **about))


def end(entry: Entry) -> None:
    """End a class in the caller's transaction, close the attendance, and tell its course; one that ended stays so.

    Raises:
        ClassRefusedError: only its teacher and an admin may.
    """
    at = now()
    before, lesson = entry.lesson, entry.lesson.end(entry.who, now=at)
    if lesson == before:
        return
    _write(entry.row, lesson)
    attending.reckon(entry.row, at=at)
    tell(SessionEnded(session_id=lesson.id, course_id=str(entry.course.pk), ended_at=at))


def close_room(session_id: int) -> str | None:
    """Put everybody out of an ended class's room; give how far that reached, None where it must be tried again."""
    row = LiveSession.objects.get(pk=session_id)
    if row.room is None or row.reach is not None:
        return row.reach
    try:
        reach = str(get_ace().video.end(row.room, lasts=GRANT_TTL))
    except ProviderError:
        return None
    LiveSession.objects.filter(pk=session_id).update(reach=reach)
    return reach


def end_overdue() -> None:
    """End the classes that nobody ended long after their plan."""
    at = now()
    with transaction.atomic():
        left = LiveSession.objects.select_for_update().filter(starts_at__lt=at).exclude(status=ClassStatus.ENDED)
        for row in left:
            if lesson_of(row).is_overdue(now=at):
                # The platform acts as an admin would.
                end(Entry(row, row.course, Standing.ADMIN))


def close_rooms() -> None:
    """Close the rooms of ended classes whose provider could not be asked."""
    ended = LiveSession.objects.filter(ended_at__gt=now() - CLOSES_FOR, room__isnull=False, reach=None)
    for session_id in list(ended.values_list("pk", flat=True)):
        close_room(session_id)


def _write(row: LiveSession, lesson: LiveClass) -> None:
    for name, value in columns_of(lesson).items():
        setattr(row, name, value)
    row.save(update_fields=[*columns_of(lesson), "room"])
