"""What the receiver must know of one provider that sends webhooks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ace_integrations.core.http_call import Headers
from ace_integrations.settings import ProviderSettings
from ace_integrations.webhooks.event import Event
from ace_integrations.webhooks.json_body import compact
from ace_integrations.webhooks.scheme import SignatureScheme


class Parser(Protocol):
    """Reads a verified body."""

    def __call__(self, headers: Headers, body: bytes) -> Event:
        """Read it.

        Raises:
            MalformedEventError: it is not an event.
        """
        ...


def sign_compact(
    scheme: SignatureScheme, value: Mapping[str, Any], secret: str, now: int
) -> tuple[bytes, dict[str, str]]:
    """Give body and headers of a delivery of compact JSON, signed in its headers, as most providers send it."""
    body = compact(value)
    return body, scheme.sign(body, secret=secret, now=now)


@dataclass(frozen=True, slots=True)
class WebhookSource:
    """One provider's deliveries.

    Attributes:
        scheme: builds the signature scheme from the settings (tolerances, allowed variants).
        secrets: every current secret of the settings, newest first.
        secret_setting: the field that holds them, named when they are unset.
        sample: builds the JSON value of one event type, for tests and `ace webhooks trigger`; every field of the
            event can be given another value, `InvalidInputError` for a type or field that does not exist.
        event_types: the types that `sample` can build.
        sign: gives body and headers of a delivery of that value, where it is no compact JSON signed in its headers; a
            provider that signs inside the body adds it there.
    """

    provider: str
    settings: type[ProviderSettings]
    scheme: Callable[[Any], SignatureScheme]
    secrets: Callable[[Any], Sequence[str]]
    secret_setting: str
    parse: Parser
    sample: Callable[..., dict[str, Any]]
    event_types: tuple[str, ...]
    sign: Callable[[SignatureScheme, dict[str, Any], str, int], tuple[bytes, dict[str, str]]] = sign_compact

    def deliver(
        self, settings: ProviderSettings, event_type: str, *, secret: str, now: int, fields: Mapping[str, Any]
    ) -> tuple[bytes, dict[str, str]]:
        """Give body and headers of a sample event, signed at `now` (Unix seconds)."""
        value = self.sample(event_type, now=now, **fields)
        return self.sign(self.scheme(settings), value, secret, now)
