"""Serve the platform from a socket that listens already, with a thread for its chores, until told to stop.

For demonstrations and tests: `python -m examples.django_platform.serving <file descriptor>`. It ends with SIGTERM, with
Ctrl-C, and when its standard input ends: so it does not outlive who started it.
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


def serve(listening: socket.socket, *, until: threading.Event) -> None:
    """Prepare the database and answer; at the end finish the chore that runs, and store what was counted."""
    from ace_integrations.contrib.django import get_ace
    from ace_integrations.contrib.django.chores import all_chores
    from ace_integrations.contrib.django.usage import DjangoUsage
    from examples.django_platform.beginning import prepare

    prepare()
    server = _server(listening)
    chores = threading.Thread(target=run, args=(all_chores(),), kwargs={"until": until})
    ending = threading.Thread(target=_end, args=(server, until))
    chores.start()
    ending.start()
    try:
        server.serve_forever(poll_interval=0.05)
    finally:
        until.set()
        chores.join()
        ending.join()
        server.server_close()
        DjangoUsage().keep(get_ace().usage)
        get_ace().close()


def _server(listening: socket.socket) -> ThreadedWSGIServer:
    server = ThreadedWSGIServer(listening.getsockname(), _Quiet, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    server.server_name, server.server_port = listening.getsockname()
    server.setup_environ()
    server.set_app(get_wsgi_application())
    return server


def _end(server: ThreadedWSGIServer, until: threading.Event) -> None:
    until.wait()
    server.shutdown()


def _listen_for_the_end(until: threading.Event) -> None:
    def told(number: int, frame: object) -> None:
        del number, frame
        until.set()

    def read() -> None:
        while os.read(0, 1):
            pass
        until.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    threading.Thread(target=read, daemon=True).start()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examples.django_platform.settings")
    django.setup()
    told = threading.Event()
    _listen_for_the_end(told)
    serve(socket.socket(fileno=int(sys.argv[1])), until=told)
