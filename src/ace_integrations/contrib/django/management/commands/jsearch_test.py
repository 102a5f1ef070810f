"""`manage.py jsearch_test "developer" "chicago"`: ask the source of job postings once, and show what it gives."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ace_integrations.cli import main


class Command(BaseCommand):
    """The same as `ace jsearch test`."""

    help = "Search for jobs outside once; this is billed as one request."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("keyword", nargs="?", default="developer")
        parser.add_argument("location", nargs="?", default="chicago")

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        main(["jsearch", "test", options["keyword"], options["location"]])
