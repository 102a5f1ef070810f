"""An answer that comes in parts: described once, and followed blocking or awaited."""

import inspect
import types
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, overload

from ace_integrations.core.call import Awaiting, Blocking, Describer
from ace_integrations.core.http_call import HttpCall

if TYPE_CHECKING:
    from ace_integrations.core.account import Account
    from ace_integrations.core.connection import AsyncSender, Sender

C = TypeVar("C")
P = ParamSpec("P")
T = TypeVar("T")
U = TypeVar("U")


class PartReader(Protocol[T]):
    """Reads the parts of one answer, in order."""

    def read(self, data: bytes) -> Iterable[T]:
        """Read one event's data.

        Raises:
            ProviderError: the service says in it that it failed, or it cannot be read.
        """
        ...

    def end(self) -> Iterable[T]:
        """Give what is left once the service closed the answer.

        Raises:
            ProviderError: it was cut.
        """
        ...

    def used(self) -> Mapping[str, int]:
        """Give what the service billed so far, by unit."""
        ...

    def following(self) -> "Streamed[T] | None":
        """Give the stream that goes on where this one ended well; None where it is the last, as most are."""
        ...


@dataclass(slots=True)
class Streamed(Generic[T]):
    """A request whose answer is a stream of server-sent events, and how they are read. Describing it does nothing.

    It is sent again like any call until its first part came, never after.

    Attributes:
        call: the request; its `into` is not used.
        reader: makes what reads one answer.
    """

    call: HttpCall[Any]
    reader: Callable[[], PartReader[T]]

    def run(self, sender: "Sender") -> Generator[T]:
        """Follow it, blocking. Closing the generator closes the connection."""
        return sender.connection(self.call.provider).stream(self, sender.options)

    def arun(self, sender: "AsyncSender") -> AsyncGenerator[T]:
        """Follow it, awaited; close the generator with `contextlib.aclosing` if you may leave it early."""
        return sender.connection(self.call.provider).stream(self, sender.options)

    def map(self, change: Callable[[T], U]) -> "Streamed[U]":
        """Give other parts: `change` applied to each of these."""
        return Streamed(self.call, lambda: _Changed(self.reader(), change))

    def labelled(self, provider: str, operation: str) -> "Streamed[T]":
        """Name the service and the operation where the call does not name its own yet."""
        self.call.labelled(provider, operation)
        return self


@dataclass(slots=True)
class ConfiguredStream(Generic[T]):
    """A stream that needs a setting of the account it is asked of; to `Streamed` what `Configured` is to a call.

    Attributes:
        describe: gives the stream; takes the `ProviderSettings` of the service that `provider` names.
    """

    describe: Callable[[Any], Streamed[T]]
    provider: str = ""
    operation: str = ""

    def run(self, sender: "Sender") -> Generator[T]:
        """Follow it, blocking; see `Streamed.run`."""
        return self._described(sender.connection(self.provider).account).run(sender)

    def arun(self, sender: "AsyncSender") -> AsyncGenerator[T]:
        """Follow it, awaited; see `Streamed.arun`."""
        return self._described(sender.connection(self.provider).account).arun(sender)

    def map(self, change: Callable[[T], U]) -> "ConfiguredStream[U]":
        """Give other parts: `change` applied to each of these."""
        return ConfiguredStream(lambda settings: self.describe(settings).map(change), self.provider, self.operation)

    def labelled(self, provider: str, operation: str) -> "ConfiguredStream[T]":
        """Name the service and the operation where the stream does not name its own yet."""
        return ConfiguredStream(self.describe, self.provider or provider, self.operation or operation)

    def _described(self, account: "Account") -> Streamed[T]:
        return self.describe(account.settings).labelled(self.provider, self.operation)


AnyStream = Streamed[T] | ConfiguredStream[T]


@dataclass(slots=True)
class _Changed(Generic[T, U]):
    reader: PartReader[T]
    change: Callable[[T], U]

    def read(self, data: bytes) -> Iterable[U]:
        return map(self.change, self.reader.read(data))

    def end(self) -> Iterable[U]:
        return map(self.change, self.reader.end())

    def used(self) -> Mapping[str, int]:
        return self.reader.used()

    def following(self) -> Streamed[U] | None:
        more = self.reader.following()
        return None if more is None else more.map(self.change)


class Events:
    """Cuts a stream of server-sent events into the data of each, however the bytes were cut on the way."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> list[bytes]:
        """Take some bytes; give the events that they complete."""
        # A return at the end may be the first half of a line's end.
        text = self._rest + chunk
        held = text.endswith(b"\r")
        lines = (text[:-1] if held else text).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._rest = lines.pop() + (b"\r" if held else b"")
        return [event for line in lines if (event := self._line(line)) is not None]

    def end(self) -> list[bytes]:
        """Give the event that no empty line ended."""
        found = self.feed(b"\n\n" if self._rest or self._data else b"")
        self._rest, self._data = b"", []
        return found

    def _line(self, line: bytes) -> bytes | None:
        if line:
            name, _, value = line.partition(b":")
            if name == b"data":
                self._data.append(value.removeprefix(b" "))
            return None
        data, self._data = self._data, []
        return b"\n".join(data) if data else None


class streaming(Generic[C, P, T]):  # noqa: N801 - read as a decorator, like property
    """Turn a method that describes a stream into one that follows it; the sister of `operation`.

    Read from a `Blocking` object it gives a generator of the parts; from an `Awaiting` one an asynchronous generator;
    from a `Describer` the description itself.
    """

    def __init__(self, describe: Callable[Concatenate[C, P], AnyStream[T]]) -> None:
        self.describe = describe
        self.__name__ = describe.__name__
        self.__qualname__ = describe.__qualname__
        self.__module__ = describe.__module__
        self.__doc__ = describe.__doc__
        self.__signature__ = inspect.signature(describe)

    @overload
    def __get__(self, instance: None, owner: type) -> "streaming[C, P, T]": ...
    @overload
    def __get__(self, instance: Blocking, owner: type) -> Callable[P, Generator[T]]: ...
    @overload
    def __get__(self, instance: Awaiting, owner: type) -> Callable[P, AsyncGenerator[T]]: ...
    @overload
    def __get__(self, instance: Describer, owner: type) -> Callable[P, AnyStream[T]]: ...
    def __get__(self, instance: Any, owner: type) -> Any:
        return self if instance is None else types.MethodType(self._follow, instance)

    def __call__(self, client: Any, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Follow it with `client`, as in `Gemini.stream_generate_content(client, ...)`."""
        return self._follow(client, *args, **kwargs)

    def _follow(self, client: Any, /, *args: Any, **kwargs: Any) -> Any:
        described = self.describe(client, *args, **kwargs).labelled(client.provider, self.__name__)
        return described if isinstance(client, Describer) else client.follow(described)
