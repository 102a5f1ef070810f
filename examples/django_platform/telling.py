"""What browsers are told: events by the live connection, and the same as news for pages that have none."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ace_integrations.contrib.django import get_ace
from ace_integrations.contrib.django.broadcasts import DjangoBroadcastQueue
from ace_integrations.realtime import Broadcast, private_course, private_university, private_user
from examples.django_platform.models import Course, Enrollment, News, Notice, Profile, User
from examples.django_platform.services import now
from examples.shared.news import KEPT, MOST, rows_of, told_once
from examples.shared.notices import columns_of


def tell(event: Broadcast) -> None:
    """Let an event be told when the transaction that runs now commits.

    Where the platform has no service of live messages, it is news and a notice all the same.
    """
    ace, rows = get_ace(), rows_of(event)
    if ace.settings.realtime:
        DjangoBroadcastQueue(clock=ace.clock).put(event)
    News.objects.bulk_create(News(told_at=now(), **row) for row in rows)
    if (about := columns_of(event)) is not None:
        listening = [one for row in rows for one in _listeners(row["channel"])]
        Notice.objects.bulk_create(Notice(user_id=one, told_at=now(), **about) for one in dict.fromkeys(listening))


def _listeners(channel: str) -> Iterable[int]:
    """Name whom a private channel is for; who tells it, a course's teacher, is not one of them."""
    whose, _, key = channel.partition(".")
    match whose:
        case "private-user":
            return [int(key)]
        case "private-course":
            return Enrollment.objects.filter(course_id=int(key), active=True).values_list("user_id", flat=True)
        case _:
            members = Profile.objects.filter(university_id=key, user__role="student", user__status="active")
            return members.values_list("user_id", flat=True)


def channels_of(user: User) -> list[str]:
    """Name the channels that a user's pages listen on."""
    channels = [private_user(user.pk)]
    if user.status == "active":
        taught = Course.objects.filter(teacher=user).values_list("pk", flat=True)
        taken = Enrollment.objects.filter(user=user, active=True).values_list("course_id", flat=True)
        channels += [private_course(course_id) for course_id in sorted({*taught, *taken})]
    profile = Profile.objects.filter(user=user).first()
    if profile is not None and profile.university_id:
        channels.append(private_university(profile.university_id))
    return [channel.name for channel in channels]


def news_on(channels: Iterable[str], *, first: datetime) -> list[dict[str, Any]]:
    """Give what was told on channels from a time on, oldest first, each event once."""
    return told_once(News.objects.filter(channel__in=channels, told_at__gte=first).order_by("pk")[:MOST])


def forget_old_news() -> None:
    """Delete what nobody can ask for any more."""
    News.objects.filter(told_at__lt=now() - KEPT).delete()
