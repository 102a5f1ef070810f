"""Who is mailed of a live class."""

from django.conf import settings

from ace_integrations.contrib.django import get_ace
from ace_integrations.contrib.django.mails import DjangoMailQueue
from examples.django_platform.models import Course, LiveSession, User
from examples.shared.announcing import announcement


def announce(row: LiveSession, course: Course) -> None:
    """Let every enrolled student be mailed when the transaction that runs now commits."""
    mails = DjangoMailQueue(clock=get_ace().clock)
    for student in User.objects.filter(enrollment__course=course, enrollment__active=True):
        mails.put(announcement(row, course, student, origin=settings.PLATFORM_URL))
