"""The official SDK over this package's pipeline: its form encoding and version, our deadline, retries and errors.

The only module that imports `stripe`; it is imported by the first call.
"""

import json
import logging
import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import stripe

from ace_integrations.core import Account, AsyncConnection, Connection, HttpCall, Options, Redactor, Reply, raw_reply
from ace_integrations.core.http_call import Into
from ace_integrations.errors import InvalidInputError
from ace_integrations.payments.stripe.settings import StripeSettings

# The SDK's telemetry writes an id below the home folder and tells Stripe of this machine with every call.
stripe.enable_telemetry = False

VERSION = stripe.api_version or ""
"""The API version that is sent with every call: the one that the installed SDK was made for."""

_KEPT_FIELDS = frozenset({"authorization", "content-type", "stripe-account", "stripe-context", "stripe-version"})
_OBJECT_ID = re.compile(r"[a-z]{1,8}_(?=\w*[0-9A-Z])\w+")


@dataclass(slots=True)
class Errand:
    """One described call on its way through the SDK, and its result on the way back."""

    service: str
    verb: str
    ids: tuple[str, ...]
    params: Mapping[str, Any]
    idempotency_key: str | None
    into: Into[Any]
    options: Options
    provider: str
    operation: str
    result: Any = None

    def read(self, reply: Reply) -> Reply:
        """Read the result while the pipeline can still judge an unreadable one."""
        self.result = self.into(reply)
        return reply

    @property
    def request_options(self) -> dict[str, Any]:
        """What the SDK calls options."""
        return {"idempotency_key": self.idempotency_key} if self.idempotency_key else {}


_errand: ContextVar[Errand | None] = ContextVar("ace_stripe_errand", default=None)


def run(client: stripe.StripeClient, errand: Errand) -> None:
    """Do a described call, blocking; its result is then in the errand."""
    with _under_way(errand):
        getattr(getattr(client.v1, errand.service), errand.verb)(*errand.ids, errand.params, errand.request_options)


async def arun(client: stripe.StripeClient, errand: Errand) -> None:
    """Do a described call, awaited."""
    with _under_way(errand):
        verb = getattr(getattr(client.v1, errand.service), f"{errand.verb}_async")
        await verb(*errand.ids, errand.params, errand.request_options)


def kept_client(connection: Connection) -> stripe.StripeClient:
    """Give the SDK's client of a blocking connection, one for all calls."""
    if "stripe" not in connection.kept:
        connection.kept.setdefault("stripe", client_over(connection, Options()))
    kept: stripe.StripeClient = connection.kept["stripe"]
    return kept


def kept_async_client(connection: AsyncConnection) -> stripe.StripeClient:
    """Give the SDK's client of an awaited connection, one for all calls."""
    if "stripe" not in connection.kept:
        connection.kept.setdefault("stripe", async_client_over(connection, Options()))
    kept: stripe.StripeClient = connection.kept["stripe"]
    return kept


def client_over(connection: Connection, options: Options) -> stripe.StripeClient:
    """Build the SDK's client over a blocking connection; its `…_async` methods are refused."""
    return _client(connection.account, _Blocking(connection, options))


def async_client_over(connection: AsyncConnection, options: Options) -> stripe.StripeClient:
    """Build the SDK's client over an awaited connection; only its `…_async` methods work."""
    return _client(connection.account, _Awaited(connection, options))


def _client(account: Account, http_client: stripe.HTTPClient) -> stripe.StripeClient:
    settings = account.settings
    assert isinstance(settings, StripeSettings)  # noqa: S101 - the service says so
    return stripe.StripeClient(
        settings.secret_key.get_secret_value() if settings.secret_key else "",
        base_addresses={"api": account.endpoint.base_url},
        max_network_retries=0,
        http_client=http_client,
    )


class _OverPipeline(stripe.HTTPClient):
    """What both colours share: the SDK's prepared request becomes a call of ours."""

    name = "ace-integrations"

    def __init__(self, base_url: str, options: Options) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType] - its _lib has no type
        self._base_url = base_url
        self._options = options

    def _describe(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any
    ) -> tuple[HttpCall[Reply], Options]:
        errand = _errand.get()
        fields = {name.lower(): value for name, value in (headers or {}).items()}
        if not url.startswith(f"{self._base_url}/"):
            raise InvalidInputError("files, Connect and meter events have hosts of their own: use the SDK's own client")
        path, path_params = _template(url.removeprefix(self._base_url), errand.ids if errand else ())
        call = HttpCall(
            method.upper(),
            path,
            errand.read if errand else raw_reply,
            path_params=path_params,
            query=parse_qs(urlsplit(url).query, keep_blank_values=True),
            content=post_data.encode() if isinstance(post_data, str) else post_data,
            headers={name: value for name, value in fields.items() if name in _KEPT_FIELDS} | _OUR_FIELDS,
            idempotency_key=fields.get("idempotency-key"),
            provider="stripe",
            operation=errand.operation if errand else "sdk",
        )
        return call, errand.options if errand else self._options

    def _give(self, reply: Reply) -> tuple[str, int, dict[str, str]]:
        """Give the answer to the SDK; of a described call nothing, so it neither parses nor logs it again."""
        if _errand.get() is not None:
            return "{}", reply.status, {}
        return reply.body.decode("utf-8", "replace"), reply.status, _Fields(reply.headers)

    def close(self) -> None:
        """Leave the connections to their owner."""


class _Blocking(_OverPipeline):
    def __init__(self, connection: Connection, options: Options) -> None:
        super().__init__(connection.account.endpoint.base_url, options)
        self._connection = connection

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **usage: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        del usage
        return self._give(self._connection.exchange(*self._describe(method, url, headers, post_data)))

    async def request_async(self, *_: Any, **__: Any) -> Any:
        raise InvalidInputError("this client blocks: take the methods without _async, or AsyncStripe(...).sdk")


class _Awaited(_OverPipeline):
    def __init__(self, connection: AsyncConnection, options: Options) -> None:
        super().__init__(connection.account.endpoint.base_url, options)
        self._connection = connection

    def request(self, *_: Any, **__: Any) -> Any:
        raise InvalidInputError("this client is awaited: take the methods that end in _async, or Stripe(...).sdk")

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None, **usage: Any
    ) -> Any:  # the SDK declares bytes here and text there, and reads both
        del usage
        return self._give(await self._connection.exchange(*self._describe(method, url, headers, post_data)))


_OUR_FIELDS = {
    "user-agent": f"Stripe/v1 PythonBindings/{stripe.VERSION}",
    "x-stripe-client-user-agent": json.dumps(
        {"bindings_version": stripe.VERSION, "lang": "python", "httplib": "ace-integrations"}
    ),
}
"""What the SDK says of itself, without what it finds out about the machine."""


class _Fields(dict[str, str]):
    """Header fields by name in any case, as the SDK looks them up."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in fields.items()})

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


def _template(address: str, ids: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """Take the ids out of a path, so that logs and metrics name the kind of call only."""
    values: dict[str, str] = {}
    parts = urlsplit(address).path.split("/")
    for position, part in enumerate(parts):
        if part in ids or _OBJECT_ID.fullmatch(part):
            name = f"id{position}"
            parts[position], values[name] = f"{{{name}}}", part
    return "/".join(parts), values


@contextmanager
def _under_way(errand: Errand) -> Generator[None]:
    token = _errand.set(errand)
    try:
        yield
    finally:
        _errand.reset(token)


_redactor = Redactor()


def _quiet(record: logging.LogRecord) -> bool:
    """Drop the SDK's lines about calls of ours, and take secrets out of the others: it logs bodies at DEBUG."""
    if _errand.get() is not None:
        return False
    record.msg, record.args = _redactor.text(record.getMessage()), ()
    return True


logging.getLogger("stripe").addFilter(_quiet)
