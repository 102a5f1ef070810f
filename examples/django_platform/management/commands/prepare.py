"""`manage.py prepare`: make the tables, and add what the demonstration begins with."""

from typing import Any

from django.core.management.base import BaseCommand

from examples.django_platform.beginning import prepare


class Command(BaseCommand):
    """Adds what is missing; may be run again."""

    help = "Make the tables, and add the courses, the jobs and the admin of the demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        del args, options
        prepare()
