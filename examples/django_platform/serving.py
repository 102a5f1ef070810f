"""Serve the platform from a socket that listens already, with a thread for its chores, until told to stop.

For demonstrations and tests: `python -m examples.django_platform.serving <file descriptor>`.
"""

import os
import signal
import socket
import sys
import threading
from typing import Any

import django
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from ace_integrations.contrib.relay import run


class _Quiet(WSGIRequestHandler):
    """Answers without a line for each request."""

    def log_message(self, format: str, *args: Any) -> None:
        del format, args


def serve(listening: socket.socket) -> None:
    """Answer until SIGTERM; then finish the chore that runs, and store what was counted."""
    from ace_integrations.contrib.django import get_ace
    from ace_integrations.contrib.django.chores import all_chores
    from ace_integrations.contrib.django.usage import DjangoUsage
    from examples.django_platform.beginning import prepare

    prepare()
    stop = threading.Event()
    chores = threading.Thread(target=run, args=(all_chores(),), kwargs={"until": stop})
    server = ThreadedWSGIServer(listening.getsockname(), _Quiet, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    server.server_name, server.server_port = listening.getsockname()
    server.setup_environ()
    server.set_app(get_wsgi_application())

    def end(number: int, frame: object) -> None:
        del number, frame
        # Shutting down waits for the loop below, which this very thread runs.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, end)
    chores.start()
    try:
        server.serve_forever(poll_interval=0.05)
    finally:
        stop.set()
        chores.join()
        server.server_close()
        DjangoUsage().keep(get_ace().usage)
        get_ace().close()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examples.django_platform.settings")
    django.setup()
    serve(socket.socket(fileno=int(sys.argv[1])))
