"""`manage.py ace ...`: the command line of ace_integrations, with this project's settings."""

from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand

from ace_integrations.cli import main


class Command(BaseCommand):
    """Everything after `ace` goes to the command line itself, its options and `--help` too."""

    help = "Run a command of ace_integrations, as in: manage.py ace doctor"

    def run_from_argv(self, argv: Sequence[str]) -> None:
        main(argv[2:])

    def handle(self, *args: Any, **options: Any) -> None:
        del options
        main(list(args))
