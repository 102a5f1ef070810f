"""What a new platform begins with: its tables, the demonstration's courses and jobs, and the admin."""

import os
from collections.abc import Generator
from contextlib import contextmanager

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction

from examples.django_platform.accounts import keep_admin
from examples.django_platform.models import Course, Job
from examples.django_platform.services import now
from examples.shared.beginning import COURSES, STARTING, first_postings


def prepare() -> None:
    """Make the tables, and add what is missing; PLATFORM_ADMIN_EMAIL and _PASSWORD name the admin."""
    with _alone():
        _prepare()


def _prepare() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        if not Course.objects.exists():
            Course.objects.bulk_create(Course(**course) for course in COURSES)
            _count_on()
        if not Job.objects.exists():
            Job.objects.bulk_create(Job(**posting) for posting in first_postings(now()))
    email, password = (os.environ.get(f"PLATFORM_ADMIN_{name}", "") for name in ("EMAIL", "PASSWORD"))
    if email and password:
        keep_admin(email, password)


@contextmanager
def _alone() -> Generator[None]:
    """Wait for other processes of the same server that start: two would find the same thing missing."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [STARTING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [STARTING])


def _count_on() -> None:
    """Let the database number new courses after those that were added with numbers."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Course]):
            cursor.execute(statement)
