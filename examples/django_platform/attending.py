"""Who was in a class: comings and goings as they are told, late, twice and in any order, and what comes of them."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from ace_integrations.contrib.django import get_ace
from ace_integrations.contrib.django.signals import event_received
from ace_integrations.video import PersonJoined, PersonLeft, attendance, presences
from ace_integrations.webhooks import Event
from examples.django_platform.models import Enrollment, LiveSession, SessionAttendance, SessionEvent
from examples.django_platform.services import now
from examples.shared.accounts import user_key
from examples.shared.classes import PAGE, event_columns, told_of


@receiver(event_received, sender=PersonJoined)
@receiver(event_received, sender=PersonLeft)
def on_room_event(event: Event, **_: Any) -> None:
    """Keep the video provider's news about people."""
    told: PersonJoined | PersonLeft = event.meaning
    row = LiveSession.objects.select_for_update().filter(room=told.room).first()
    if row is not None:
        note(row, told, at=now())


def note(row: LiveSession, told: PersonJoined | PersonLeft, *, at: datetime) -> None:
    """Keep that somebody came or went, and reckon the attendance anew; told twice, it changes nothing.

    Args:
        row: held by the caller's transaction.
        at: the time now.
    """
    if told.person is None:
        return
    key, more = event_columns(told)
    _, is_new = SessionEvent.objects.get_or_create(session=row, **key, defaults=more)
    if is_new:
        reckon(row, at=at)


def reckon(row: LiveSession, *, at: datetime) -> None:
    """Write one row for each who was there, of all that was told of a class."""
    events = list(SessionEvent.objects.filter(session=row))
    if not events:
        return
    believed = [event for event in events if event.provider != PAGE] or events
    told = presences(told_of(event, row.room or "") for event in believed)
    people = _people(row)
    SessionAttendance.objects.filter(session=row).delete()
    SessionAttendance.objects.bulk_create(
        SessionAttendance(
            session=row,
            user_id=people[one.person],
            joined_at=one.joined_at,
            left_at=one.left_at,
            duration_s=int(one.lasted.total_seconds()),
            told_by=believed[0].provider,
        )
        for one in attendance(told, ended_at=row.ended_at, now=at)
        if one.person in people
    )


def _people(row: LiveSession) -> dict[str, int]:
    """Give whom the provider's names mean: the teachers of class and course, and whoever was ever enrolled."""
    taken = Enrollment.objects.filter(course_id=row.course_id).values_list("user_id", flat=True)
    found = (row.teacher_id, row.course.teacher_id, *taken)
    return {get_ace().video.known_as(user_key(user_id)): user_id for user_id in found if user_id is not None}
