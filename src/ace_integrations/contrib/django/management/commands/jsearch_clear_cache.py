"""`manage.py jsearch_clear_cache`: forget kept searches for jobs."""

from typing import Any

from django.core.management.base import BaseCommand

from ace_integrations.cli import main


class Command(BaseCommand):
    """The same as `ace jsearch clear-cache`."""

    help = "Forget the kept searches in Redis; a running process keeps its own for up to an hour."

    def handle(self, *args: Any, **options: Any) -> None:
        del args, options
        main(["jsearch", "clear-cache"])
