"""Steer a running sandbox from a program: decide as the services would, make calls fail, move the clock, look."""

import json
import time
from typing import Any
from urllib.parse import urlencode

from ace_integrations.core.http import Pool, WireRequest
from ace_integrations.errors import InvalidInputError


class Control:
    """The controls of one sandbox, over HTTP with its token. Blocking; thread-safe."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._token = token
        self._pool = Pool(url)

    def get(self, path: str, **query: Any) -> Any:
        """Read one control, as in `get("journal", provider="didit")`."""
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, **fields: Any) -> Any:
        """Use one control, as in `post("didit/sessions/…/approve")`.

        Raises:
            InvalidInputError: the sandbox refused it; the text says why.
        """
        return self._ask("POST", path, fields)

    def journal(self, **query: Any) -> list[dict[str, Any]]:
        """Give calls and webhooks, oldest first.

        Args:
            query: `provider`, `operation`, `kind` ("call" or "webhook"), `text` (anywhere in it), `after` (an id).
        """
        entries: list[dict[str, Any]] = self.get("journal", **query)["entries"]
        return entries

    def traces(self, *values: str) -> list[dict[str, str]]:
        """Give where these values stand in the twins: `service`, `value`, `where`. For what an erasure must not leave.

        Args:
            values: whole words, as in `traces("lina@example.com", "user-9")`.
        """
        found: list[dict[str, str]] = self.post("traces", values=values)["traces"]
        return found

    def fail(self, kind: str, **rule: Any) -> None:
        """Make the next calls fail, as in `fail("status", provider="stripe", status=503, times=2)`."""
        self.post("faults", kind=kind, **rule)

    def clear_faults(self) -> None:
        """Let every call through again."""
        self._ask("DELETE", "faults")

    def advance(self, seconds: float) -> float:
        """Move the clock forward; give its new time in Unix seconds. What falls due on the way has happened."""
        return float(self.post("clock", seconds=seconds)["now"])

    def now(self) -> float:
        """Give the sandbox's time in Unix seconds."""
        return float(self.get("status")["now"])

    def send_webhooks_to(self, **targets: str) -> None:
        """Say where the platform receives webhooks, by provider."""
        self.post("targets", **targets)

    def deliveries(self, provider: str = "") -> list[dict[str, Any]]:
        """Give the webhooks and their tries."""
        return [one for one in self.get("deliveries")["deliveries"] if provider in ("", one["provider"])]

    def reset(self) -> None:
        """Become as new."""
        self.post("reset")

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def _ask(self, method: str, path: str, fields: dict[str, Any] | None = None) -> Any:
        headers = {"x-sandbox-token": self._token, "content-type": "application/json"}
        content = None if fields is None else json.dumps(fields).encode()
        request = WireRequest(method, f"{self.url}/_sandbox/{path}", headers, content=content)
        reply = self._pool.send(request, read_timeout=60, deadline=time.monotonic() + 60, max_bytes=50_000_000)
        if reply.status >= 400:
            raise InvalidInputError(f"the sandbox refused {path}: {reply.body[:200].decode('utf-8', 'replace')}")
        return json.loads(reply.body)
