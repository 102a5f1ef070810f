"""Run the sandbox: on loopback only, in a thread of this process, or join one that runs already."""

import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from ace_integrations.core.http import Pool, WireError, WireRequest
from ace_integrations.errors import ConfigurationError
from ace_integrations.hooks import plugins
from ace_integrations.sandbox.app import TOKEN_HEADER, Sandbox
from ace_integrations.sandbox.control import Control
from ace_integrations.sandbox.twin import Twin
from ace_integrations.settings import SANDBOX_PORT, Settings, is_loopback


@dataclass(slots=True)
class RunningSandbox:
    """A sandbox that answers.

    Attributes:
        url: where, as in http://127.0.0.1:8600.
        control: decides as the services would, makes calls fail, moves the clock.
        sandbox: the object itself when it runs in this process, None when it was joined.
    """

    url: str
    control: Control
    sandbox: Sandbox | None = None
    _server: "_ThreadedServer | None" = None
    _thread: threading.Thread | None = None

    def close(self) -> None:
        """End a sandbox that was started here; leave a joined one alone."""
        self.control.close()
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(10)
            _token_file(self.url).unlink(missing_ok=True)

    def __enter__(self) -> "RunningSandbox":
        return self

    def __exit__(self, *caught: object) -> None:
        self.close()


def start(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    targets: Mapping[str, str] | None = None,
    twins: Iterable[type[Twin]] | None = None,
    expose_to_other_machines: bool = False,
) -> RunningSandbox:
    """Start a sandbox in a thread of this process.

    Args:
        port: 0 takes a free one.
        targets: where the platform receives webhooks, by provider.
        twins: all that the plugins bring when not given.
        expose_to_other_machines: needed to listen on anything but loopback; whoever reaches it can do everything.

    Raises:
        ConfigurationError: the address is not of this machine, the port is taken, or `ACE_ENV` is production.
    """
    if Settings().env == "production":
        raise ConfigurationError("ACE_ENV is production: a sandbox does not run there")
    if not is_loopback(f"//{host}") and not expose_to_other_machines:
        raise ConfigurationError(f"{host} is not a loopback address; a sandbox is for this machine only")
    listening = _listen(host, port)
    url = f"http://{host}:{listening.getsockname()[1]}"
    sandbox = Sandbox(installed_twins() if twins is None else twins, url=url, targets=targets, hosts=(host,))
    config = uvicorn.Config(
        sandbox.app,
        log_level="critical",
        access_log=False,
        lifespan="on",
        ws="websockets-sansio",
        # A message to thousands of sockets would be compressed for each of them.
        ws_per_message_deflate=False,
    )
    server = _ThreadedServer(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="ace-sandbox", daemon=True)
    thread.start()
    server.wait_until_started()
    _write_token(url, sandbox.token)
    return RunningSandbox(url, Control(url, sandbox.token), sandbox, server, thread)


def join_or_start() -> RunningSandbox:
    """Join the sandbox of `ACE_SANDBOX_URL` or the usual port if one answers there, else start one on a free port."""
    settings = Settings()
    address = settings.sandbox_address
    token = _read_token(address)
    if token and _answers(address, token):
        return RunningSandbox(address, Control(address, token))
    if settings.sandbox_url is not None:
        raise ConfigurationError(f"no sandbox answers at {settings.sandbox_url}; run `ace sandbox`, or unset it")
    return start()


def installed_twins() -> list[type[Twin]]:
    """Give the twins that the plugins bring, one that several name once."""
    return list(dict.fromkeys(provider.load("twin") for provider in plugins().providers.values() if provider.twin))


class _ThreadedServer(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """Leave signals to the main thread."""

    def wait_until_started(self) -> None:
        deadline = time.monotonic() + 10
        while not self.started:
            if time.monotonic() > deadline:
                raise ConfigurationError("the sandbox did not start within 10 s")
            time.sleep(0.005)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, since asyncio turns Nagle's delay off only where the protocol is TCP by name: 40 ms an answer.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        where = f"{host}:{port}"
        raise ConfigurationError(
            f"cannot listen on {where} ({error.strerror}); another sandbox may run there"
        ) from None
    return listening


def _answers(url: str, token: str) -> bool:
    pool = Pool(url)
    request = WireRequest("GET", f"{url}/_sandbox/status", {TOKEN_HEADER: token})
    try:
        # Nobody there is told at once; one that is busy may take its time.
        return pool.send(request, read_timeout=5, deadline=time.monotonic() + 5, max_bytes=100_000).status == 200
    except WireError:
        return False
    finally:
        pool.close()


def _token_file(url: str) -> Path:
    return Path(tempfile.gettempdir()) / f"ace-sandbox-{os.getuid()}" / f"{urlsplit(url).port or SANDBOX_PORT}.token"


def _write_token(url: str, token: str) -> None:
    """Leave the token where only this user's other programs find it."""
    path = _token_file(url)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(opened, "w") as file:
        file.write(token)


def _read_token(url: str) -> str:
    try:
        return _token_file(url).read_text()
    except OSError:
        return ""
