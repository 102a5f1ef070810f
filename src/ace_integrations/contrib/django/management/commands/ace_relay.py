"""`manage.py ace_relay`: send what waits in the database, until it is told to stop."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ace_integrations.contrib.django.chores import all_chores
from ace_integrations.contrib.relay import do, run


class Command(BaseCommand):
    """Run as many of it as you like, on as many machines as you like."""

    help = "Send mails and live events that wait in the database, and finish webhooks whose worker died."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do everything that is due once, and end")

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        if options["once"]:
            for chore in all_chores():
                do(chore)
            return
        stop = threading.Event()

        def end(number: int, frame: object) -> None:
            del number, frame
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        self.stdout.write("Sending what waits. Stop with Ctrl-C.")
        run(all_chores(), until=stop)
