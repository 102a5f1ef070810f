"""A call described once: `Call`, its combinators, and `@operation`, which sends it in both colours."""

import asyncio
import inspect
import re
import types
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, get_args, overload

from ace_integrations.errors import AceError, InvalidInputError

if TYPE_CHECKING:
    from ace_integrations.core.connection import AsyncConnection, AsyncSender, Connection, Sender
    from ace_integrations.core.http_call import Reply

C = TypeVar("C")
P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")
E = TypeVar("E", bound=AceError)


@dataclass(frozen=True, slots=True)
class Replied(Generic[T]):
    """A result together with the raw answer that it was read from."""

    value: T
    reply: "Reply"


class Call(ABC, Generic[T_co]):  # covariant although `recover` takes a Call[T_co]: a call only gives its result
    """Something to be done once by a service, and the shape of its result. Describing it does nothing.

    `client.perform(call)` does it, blocking or awaited. `map`, `then` and `recover` build a new call from it.
    """

    __slots__ = ()

    @abstractmethod
    def run(self, sender: "Sender") -> T_co:
        """Do it, blocking."""

    @abstractmethod
    async def arun(self, sender: "AsyncSender") -> T_co:
        """Do it, awaited."""

    def labelled(self, provider: str, operation: str) -> "Call[T_co]":
        """Name the service and the operation where the call does not name its own yet."""
        del provider, operation
        return self

    def with_reply(self) -> "Call[Replied[T_co]]":
        """Give the raw answer (status, headers, request id) beside the result.

        Raises:
            InvalidInputError: this kind of call has no HTTP answer.
        """
        raise InvalidInputError(f"{type(self).__name__} has no HTTP answer to give")

    def map(self, change: Callable[[T_co], U]) -> "Call[U]":
        """Give another result: `change` applied to this one's."""
        return _Then(self, lambda value: Result(change(value)))  # type: ignore[misc]  # mypy: T_co in a lambda

    def then(self, following: Callable[[T_co], "Call[U]"]) -> "Call[U]":
        """Make another call after this one, chosen by its result."""
        return _Then(self, following)

    def recover(self, error: type[E], following: Callable[[E], "Call[T_co]"]) -> "Call[T_co]":
        """Make another call if this one fails with `error`, chosen by that error."""
        return _Recover(self, error, following)


@dataclass(slots=True)
class Result(Call[T]):
    """A result that needs no call: the end of a chain that already knows its answer."""

    value: T

    def run(self, sender: "Sender") -> T:
        del sender
        return self.value

    async def arun(self, sender: "AsyncSender") -> T:
        del sender
        return self.value


@dataclass(slots=True)
class BlockingCall(Call[T]):
    """A library's own blocking function (smtplib, a file). Awaited, it runs in a thread."""

    do: Callable[[], T]

    def run(self, sender: "Sender") -> T:
        del sender
        return self.do()

    async def arun(self, sender: "AsyncSender") -> T:
        del sender
        return await asyncio.to_thread(self.do)


@dataclass(slots=True)
class Configured(Call[T]):
    """A call that needs a setting of the account it is sent with, so it is described once that account is known.

    Attributes:
        describe: gives the call; takes the `ProviderSettings` of the service that `provider` names.
    """

    describe: Callable[[Any], Call[T]]
    provider: str = ""
    operation: str = ""

    def run(self, sender: "Sender") -> T:
        return self._call(sender.connection(self.provider)).run(sender)

    async def arun(self, sender: "AsyncSender") -> T:
        return await self._call(sender.connection(self.provider)).arun(sender)

    def _call(self, connection: "Connection | AsyncConnection") -> Call[T]:
        return self.describe(connection.account.settings).labelled(self.provider, self.operation)

    def labelled(self, provider: str, operation: str) -> Call[T]:
        return Configured(self.describe, self.provider or provider, self.operation or operation)

    def with_reply(self) -> Call[Replied[T]]:
        return Configured(lambda settings: self.describe(settings).with_reply(), self.provider, self.operation)


@dataclass(slots=True)
class InOrder(Call[tuple[T, ...]]):
    """Several calls, one after the other; the first that fails ends them all."""

    calls: Sequence[Call[T]]

    def run(self, sender: "Sender") -> tuple[T, ...]:
        return tuple(call.run(sender) for call in self.calls)

    async def arun(self, sender: "AsyncSender") -> tuple[T, ...]:
        return tuple([await call.arun(sender) for call in self.calls])

    def labelled(self, provider: str, operation: str) -> Call[tuple[T, ...]]:
        return InOrder([call.labelled(provider, operation) for call in self.calls])


@dataclass(slots=True)
class _Then(Call[U], Generic[T, U]):
    first: Call[T]
    following: Callable[[T], Call[U]]
    label: tuple[str, str] | None = None

    def run(self, sender: "Sender") -> U:
        return self._next(self.first.run(sender)).run(sender)

    async def arun(self, sender: "AsyncSender") -> U:
        return await self._next(await self.first.arun(sender)).arun(sender)

    def _next(self, value: T) -> Call[U]:
        call = self.following(value)
        return call.labelled(*self.label) if self.label else call

    def labelled(self, provider: str, operation: str) -> Call[U]:
        return _Then(self.first.labelled(provider, operation), self.following, self.label or (provider, operation))

    def with_reply(self) -> Call[Replied[U]]:
        def following(replied: Replied[T]) -> Call[Replied[U]]:
            call = self._next(replied.value)
            if isinstance(call, Result):
                return Result(Replied(call.value, replied.reply))
            return call.with_reply()

        return _Then(self.first.with_reply(), following, self.label)


@dataclass(slots=True)
class _Recover(Call[T], Generic[T, E]):
    first: Call[T]
    error: type[E]
    following: Callable[[E], Call[T]]
    label: tuple[str, str] | None = None

    def run(self, sender: "Sender") -> T:
        try:
            return self.first.run(sender)
        except self.error as error:
            call = self._next(error)
        return call.run(sender)

    async def arun(self, sender: "AsyncSender") -> T:
        try:
            return await self.first.arun(sender)
        except self.error as error:
            call = self._next(error)
        return await call.arun(sender)

    def _next(self, error: E) -> Call[T]:
        call = self.following(error)
        return call.labelled(*self.label) if self.label else call

    def labelled(self, provider: str, operation: str) -> Call[T]:
        first = self.first.labelled(provider, operation)
        return _Recover(first, self.error, self.following, self.label or (provider, operation))

    def with_reply(self) -> Call[Replied[T]]:
        return _Recover(self.first.with_reply(), self.error, lambda error: self._next(error).with_reply())


class Blocking(ABC):
    """What sends its operations and waits for the result."""

    @abstractmethod
    def perform(self, call: Call[T]) -> T:
        """Do one described call."""


class Awaiting(ABC):
    """What sends its operations and gives a coroutine of the result."""

    @abstractmethod
    async def perform(self, call: Call[T]) -> T:
        """Do one described call."""


class Describer:
    """What sends nothing: its operations give the calls themselves."""


class operation(Generic[C, P, T]):  # noqa: N801 - read as a decorator, like property
    """Turn a method that describes a call into one that sends it.

    Read from a `Blocking` object it returns the result; from an `Awaiting` one a coroutine of it; from a `Describer`
    the call itself. The describing method does no I/O.
    """

    def __init__(self, describe: Callable[Concatenate[C, P], Call[T]]) -> None:
        self.describe = describe
        self.__name__ = describe.__name__
        self.__qualname__ = describe.__qualname__
        self.__module__ = describe.__module__
        self.__doc__ = describe.__doc__
        described = inspect.signature(describe)
        self.__signature__ = described.replace(return_annotation=_result_of(described.return_annotation))
        self._described = self._with_signature(self._describing(), described)
        self._sync = self._with_signature(self._sending(), self.__signature__)
        self._async = self._with_signature(self._asending(), self.__signature__)

    @overload
    def __get__(self, instance: None, owner: type) -> "operation[C, P, T]": ...
    @overload
    def __get__(self, instance: Blocking, owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, instance: Awaiting, owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...
    @overload
    def __get__(self, instance: Describer, owner: type) -> Callable[P, Call[T]]: ...
    def __get__(self, instance: Any, owner: type) -> Any:
        return self if instance is None else self._bind(instance)

    def _bind(self, instance: object) -> Callable[..., Any]:
        if isinstance(instance, Blocking):
            return types.MethodType(self._sync, instance)
        if isinstance(instance, Awaiting):
            return types.MethodType(self._async, instance)
        return types.MethodType(self._described, instance)

    def __call__(self, client: Any, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Send it with `client`, as in `Didit.create_session(client, ...)`."""
        return self._bind(client)(*args, **kwargs)

    def _describing(self) -> Callable[..., Any]:
        describe, name = self.describe, self.__name__

        def described(client: Any, /, *args: Any, **kwargs: Any) -> Any:
            return describe(client, *args, **kwargs).labelled(client.provider, name)

        return described

    def _sending(self) -> Callable[..., Any]:
        describe, name = self.describe, self.__name__

        def sent(client: Any, /, *args: Any, **kwargs: Any) -> Any:
            return client.perform(describe(client, *args, **kwargs).labelled(client.provider, name))

        return sent

    def _asending(self) -> Callable[..., Any]:
        describe, name = self.describe, self.__name__

        async def sent(client: Any, /, *args: Any, **kwargs: Any) -> Any:
            return await client.perform(describe(client, *args, **kwargs).labelled(client.provider, name))

        return sent

    def _with_signature(self, function: Callable[..., Any], signature: inspect.Signature) -> Callable[..., Any]:
        function.__name__, function.__qualname__ = self.__name__, self.__qualname__
        function.__doc__, function.__module__ = self.__doc__, self.__module__
        function.__signature__ = signature  # type: ignore[attr-defined]  # every function takes one
        return function


def _result_of(annotation: Any) -> Any:
    """`Call[Session]` -> `Session`, whether the annotation is an object or text."""
    if isinstance(annotation, str):
        found = re.fullmatch(r"(?:\w+\.)*Call\[(.+)\]", annotation.strip(), re.DOTALL)
        return found.group(1) if found else annotation
    inner = get_args(annotation)
    return inner[0] if inner else annotation
