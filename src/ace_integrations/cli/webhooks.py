"""`ace webhooks`: sign, verify, explain, trigger and listen to deliveries of any provider, offline."""

import json
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Annotated, Any

import typer

from ace_integrations.cli.output import AsJson, say, show
from ace_integrations.cli.state import open_ace
from ace_integrations.core import Headers
from ace_integrations.core.http import Pool, WireError, WireRequest
from ace_integrations.errors import (
    ConfigurationError,
    ConnectionFailedError,
    InvalidInputError,
    ProviderError,
    SignatureError,
    WebhookError,
)
from ace_integrations.settings import is_loopback
from ace_integrations.testing.webhooks import WebhookFactory
from ace_integrations.webhooks import Fetcher, WebhookSource, explain

app = typer.Typer(
    help="Sign, verify, explain and send webhooks; secrets come from the environment.", no_args_is_help=True
)

Body = Annotated[Path, typer.Argument(help="File with the raw body; - is standard input.")]
HeaderList = Annotated[list[str] | None, typer.Option("--header", "-H", help='As in -H "Stripe-Signature: t=…".')]
Fields = Annotated[list[str] | None, typer.Option("--set", help="As in amount=14900 or metadata.course_id=5.")]


@app.command("trigger")
def trigger(
    event: Annotated[str, typer.Argument(help="As in stripe:payment_intent.succeeded, or the type alone.")],
    *,
    to: Annotated[str, typer.Option(help="Where to post it; on this machine.")] = "",
    fields: Fields = None,
    as_json: AsJson = False,
) -> None:
    """Post one signed event to the platform, as the service would."""
    with open_ace() as ace:
        provider, event_type = _which(ace.assembly.plugins.providers, event)
        made = WebhookFactory(ace.settings).make(provider, event_type, **_assignments(fields or []))
        url = to or f"http://127.0.0.1:8000/api/{provider}/webhook"
        status, answer = _post(url, made.headers, made.body)
    show({"provider": provider, "type": event_type, "to": url, "status": status, "answer": answer}, as_json=as_json)
    raise typer.Exit(0 if status < 300 else 1)


@app.command("sign")
def sign(provider: str, body: Body, *, as_json: AsJson = False) -> None:
    """Print the headers that sign a body with the configured secret."""
    with open_ace() as ace:
        source, settings = _source(ace, provider)
        secret = _secrets(source, settings)[0]
        headers = source.scheme(settings).sign(_read(body), secret=secret, now=int(time.time()))
    show(headers, as_json=as_json)


@app.command("verify")
def verify(
    provider: str, body: Body, *, header: HeaderList = None, at: int | None = None, as_json: AsJson = False
) -> None:
    """Say whether a delivery is genuine, and if not, which mistake spoiled it. Exit 1 when it is not."""
    headers, content = Headers([_header(line) for line in header or []]), _read(body)
    now = int(time.time()) if at is None else at
    with open_ace() as ace:
        source, settings = _source(ace, provider)
        scheme, secrets = source.scheme(settings), _secrets(source, settings)
        with suppress(SignatureError):  # which is explained next, with what was fetched for it
            Fetcher().run(lambda: scheme.checking(headers, content, secrets=secrets, now=now), now=now)
        diagnosis = explain(
            scheme,
            headers,
            content,
            secrets=secrets,
            now=now,
            other_secrets=[("another configured secret", secret) for secret in settings.secrets()],
        )
    mistake = diagnosis.mistake or "none"
    show({"genuine": diagnosis.genuine, "mistake": mistake, "advice": diagnosis.advice}, as_json=as_json)
    raise typer.Exit(0 if diagnosis.genuine else 1)


app.command("explain")(verify)


@app.command("events")
def events(provider: str, *, as_json: AsJson = False) -> None:
    """List the event types that can be triggered."""
    with open_ace() as ace:
        source, _ = _source(ace, provider)
    show([{"type": event_type} for event_type in source.event_types], as_json=as_json)


@app.command("listen")
def listen(
    *,
    forward_to: Annotated[str, typer.Option(help="Where to pass deliveries on; on this machine.")] = "",
    port: int = 8601,
) -> None:
    """Receive webhooks on this machine, say of each whether it is genuine, and pass it on unchanged."""
    if forward_to and not is_loopback(forward_to):
        raise ConfigurationError("--forward-to must be an address on this machine")
    with open_ace() as ace:
        handler = type("Listener", (_Listener,), {"doors": ace.assembly.doors(), "forward_to": forward_to})
        server = HTTPServer(("127.0.0.1", port), handler)
        say(f"Listening on http://127.0.0.1:{server.server_port}/<provider> - Ctrl-C ends it.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("")
        finally:
            server.server_close()


class _Listener(BaseHTTPRequestHandler):
    doors: Any
    forward_to: str

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("content-length", "0")), 1_000_000))
        provider = self.path.strip("/").split("/")[-1]
        try:
            event = self.doors.open(provider, Headers(self.headers.items()), body, now=int(time.time()))
            said, status = f"{event.type} {event.id}: genuine", 200
        except (WebhookError, ProviderError, ConfigurationError, InvalidInputError) as error:
            said, status = f"refused: {error}", 400
        if self.forward_to:
            own = ("host", "content-length", "connection")
            kept = {name: value for name, value in self.headers.items() if name.lower() not in own}
            status, _ = _post(self.forward_to.replace("{provider}", provider), kept, body)
            said += f"; passed on, answered {status}"
        say(f"{provider} {said}")
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Leave the one line of `do_POST`."""


def _which(providers: Mapping[str, Any], event: str) -> tuple[str, str]:
    name, colon, event_type = event.partition(":")
    if colon:
        return name, event_type
    for provider in providers.values():
        source: WebhookSource | None = provider.load("webhooks")
        if source is not None and event in source.event_types:
            return provider.name, event
    raise InvalidInputError(f"no provider has an event {event!r}; write provider:type, and see `ace webhooks events`")


def _source(ace: Any, provider: str) -> tuple[WebhookSource, Any]:
    source: WebhookSource | None = ace.assembly.plugins.provider(provider).load("webhooks")
    if source is None:
        raise InvalidInputError(f"{provider} sends no webhooks")
    return source, ace.settings.of(source.settings)


def _secrets(source: WebhookSource, settings: Any) -> tuple[str, ...]:
    secrets = tuple(source.secrets(settings))
    if not secrets:
        raise ConfigurationError(*settings.missing(source.secret_setting))
    return secrets


def _assignments(pairs: list[str]) -> dict[str, Any]:
    """Read `a.b=1` as {"a": {"b": 1}}; a value that is JSON is that, else text."""
    found: dict[str, Any] = {}
    for pair in pairs:
        path, equals, text = pair.partition("=")
        if not equals or not path:
            raise InvalidInputError(f"{pair!r} is not name=value", field="--set")
        place = found
        *outer, last = path.split(".")
        for name in outer:
            place = place.setdefault(name, {})
        # What a service sends as text stays text: only numbers, true, false and null of the top level are read.
        place[last] = _value(text) if not outer else text
    return found


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise InvalidInputError(f"{line!r} is not name: value", field="--header")
    return name.strip(), value.strip()


def _read(path: Path) -> bytes:
    return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()


def _post(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
    if not is_loopback(url):
        raise ConfigurationError("webhooks are sent to this machine only")
    pool = Pool(url)
    try:
        request = WireRequest("POST", url, dict(headers), content=body)
        reply = pool.send(request, read_timeout=30, deadline=time.monotonic() + 30, max_bytes=1_000_000)
    except WireError as error:
        raise ConnectionFailedError(
            f"{url} does not take the webhook: {error}; start the platform, or give --to"
        ) from None
    finally:
        pool.close()
    return reply.status, reply.body[:200].decode("utf-8", "replace")
