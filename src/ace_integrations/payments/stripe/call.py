"""A call described in the SDK's words: a service, its verb, the parameters; read into a model of ours."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from ace_integrations.core import AsyncSender, Call, Replied, Reply, Sender, without_none
from ace_integrations.core.http_call import Into
from ace_integrations.errors import InvalidInputError

if TYPE_CHECKING:
    from ace_integrations.payments.stripe.sdk import Errand

T = TypeVar("T")

_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")


@dataclass(slots=True)
class StripeCall(Call[T]):
    """One call through the official SDK, over this package's pipeline.

    Attributes:
        service: of the SDK's `client.v1`, as in "payment_intents".
        verb: its method, as in "create".
        into: reads the raw answer.
        ids: what stands in the address, in order.
        params: as the SDK takes them; unset (`None`) ones are dropped.
        idempotency_key: makes a write safe to repeat.
    """

    service: str
    verb: str
    into: Into[T]
    ids: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    idempotency_key: str | None = None
    provider: str = ""
    operation: str = ""

    def run(self, sender: Sender) -> T:
        from ace_integrations.payments.stripe import sdk

        errand = self._errand(sender)
        sdk.run(sdk.kept_client(sender.connection(self.provider)), errand)
        result: T = errand.result
        return result

    async def arun(self, sender: AsyncSender) -> T:
        from ace_integrations.payments.stripe import sdk

        errand = self._errand(sender)
        await sdk.arun(sdk.kept_async_client(sender.connection(self.provider)), errand)
        result: T = errand.result
        return result

    def labelled(self, provider: str, operation: str) -> "StripeCall[T]":
        self.provider = self.provider or provider
        self.operation = self.operation or operation
        return self

    def with_reply(self) -> "Call[Replied[T]]":
        into = self.into
        read: Callable[[Reply], Replied[T]] = lambda reply: Replied(into(reply), reply)  # noqa: E731 - keeps T
        return replace(self, into=read)  # type: ignore[arg-type,return-value]  # replace() cannot change T

    def _errand(self, sender: Sender | AsyncSender) -> "Errand":
        from ace_integrations.payments.stripe.sdk import Errand

        for each in self.ids:
            if not _ID.fullmatch(each):
                raise InvalidInputError("is no id of Stripe: it would change the address", field="id")
        return Errand(
            self.service,
            self.verb,
            self.ids,
            without_none(self.params),
            self.idempotency_key,
            self.into,
            sender.options,
            self.provider,
            self.operation,
        )
