"""Whom a new job is told to: by mail, unless they stopped those, and at once."""

from django.conf import settings

from ace_integrations.contrib.django import get_ace
from ace_integrations.contrib.django.mails import DjangoMailQueue
from examples.django_platform.models import Job, Profile, User
from examples.django_platform.services import links, now
from examples.django_platform.telling import tell
from examples.shared.suggesting import events, mails, suits


def suggest(job: Job) -> None:
    """Let the students whom a job suits be told when the transaction that runs now commits."""
    students = _students(job, year=now().year)
    for event in events(job, students):
        tell(event)
    queue = DjangoMailQueue(clock=get_ace().clock)
    for message in mails(job, students, origin=settings.PLATFORM_URL, links=links()):
        queue.put(message)


def _students(job: Job, *, year: int) -> list[User]:
    known = Profile.objects.filter(user__role="student", user__status="active").select_related("user").order_by("pk")
    return [profile.user for profile in known if suits(job, profile, year=year)]
