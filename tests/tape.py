"""Cassettes: how they are recorded, scrubbed, matched and replayed."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

import vcr

from ace_integrations.core.redaction import SECRET_HEADERS, Redactor
from ace_integrations.settings import ProviderSettings

FOLDER = Path(__file__).parent / "cassettes"
HOME = "http://127.0.0.1:8600"
"""The address that cassettes of the sandbox are written for."""

Origin = Literal["live", "sandbox", "documented"]

_NOT_KEPT = {"date", "server", "user-agent", "x-stripe-client-user-agent", "x-stripe-client-telemetry", "host"}
_OF_THE_MOMENT = {"auth_timestamp", "auth_signature"}
_BOUNDARY = re.compile(rb"[0-9a-f]{32}")


def path_of(provider: str, name: str) -> Path:
    """Give an operation's cassette."""
    return FOLDER / provider / f"{name}.yaml"


@contextmanager
def recording(path: Path, origin: Origin, settings: ProviderSettings, url: str) -> Generator[None]:
    """Record what is sent, scrubbed; the first line says where it came from."""
    scrub = _Scrub(settings, url)
    path.unlink(missing_ok=True)
    tape = _tape("all", before_record_request=scrub.request, before_record_response=scrub.response)
    with tape.use_cassette(str(path)):
        yield
    path.write_text(f"# origin: {origin}\n{path.read_text()}")


is_replaying = ContextVar("is_replaying", default=False)
"""Whether nothing is there to be steered: what a person did then is on the tape."""


@contextmanager
def replaying(path: Path, settings: ProviderSettings, *, clients: int = 1) -> Generator[Any]:
    """Answer from a cassette; a request that is not on it fails. A key in an address is scrubbed as it was there.

    Args:
        clients: how many are used one after the other: each asks for a token of its own.
    """
    scrub = _Scrub(settings, "")
    tape = _tape("none", before_record_request=scrub.request)
    token = is_replaying.set(True)
    try:
        with tape.use_cassette(str(path), allow_playback_repeats=clients > 1) as cassette:
            yield cassette
    finally:
        is_replaying.reset(token)


def _tape(mode: str, **scrubbing: Any) -> Any:
    tape = vcr.VCR(record_mode=mode, match_on=["method", "place", "content"], **scrubbing)
    tape.register_matcher("place", _same_place)
    tape.register_matcher("content", _same_content)
    return tape


def _same_place(one: Any, other: Any) -> None:
    assert _place(one.uri) == _place(other.uri)


def _place(uri: str) -> tuple[str, list[tuple[str, str]]]:
    # Decoded: aiohttp writes some characters of an address plainly that httpx escapes. A signature in the query is of
    # its moment.
    parts = urlsplit(uri)
    query = parse_qsl(parts.query, keep_blank_values=True)
    return unquote(parts.path), [(name, value) for name, value in query if name not in _OF_THE_MOMENT]


def _same_content(one: Any, other: Any) -> None:
    assert _content(one) == _content(other)


def _content(request: Any) -> bytes:
    body = request.body or b""
    # Each multipart body has a boundary of its own.
    return _BOUNDARY.sub(b"boundary", body.encode() if isinstance(body, str) else bytes(body))


class _Scrub:
    """Takes secrets, and the address of the moment, out of what is recorded."""

    def __init__(self, settings: ProviderSettings, url: str) -> None:
        self._redactor = Redactor(settings.secrets())
        self._url = url

    def request(self, request: Any) -> Any:
        if "/_sandbox/" in request.uri:
            return None
        request.uri = self._text(request.uri)
        for name in list(request.headers):
            if name.lower() in SECRET_HEADERS | _NOT_KEPT:
                del request.headers[name]
        body = request.body
        if body:
            text = body.decode("utf-8", "surrogateescape") if isinstance(body, bytes) else body
            request.body = self._text(text).encode("utf-8", "surrogateescape")
        return request

    def response(self, response: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in response["headers"].items() if name.lower() not in _NOT_KEPT}
        body = response["body"]["string"]
        text = self._text(body.decode("utf-8", "surrogateescape")) if isinstance(body, bytes) else self._text(body)
        written = text.encode("utf-8", "surrogateescape")
        length = {name: [str(len(written))] if name.lower() == "content-length" else kept[name] for name in kept}
        return {**response, "headers": length, "body": {"string": written}}

    def _text(self, text: str) -> str:
        return self._redactor.text(text.replace(self._url, HOME)) if self._url else self._redactor.text(text)
