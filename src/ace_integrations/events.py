"""Domain events: what happened on the platform, told to whoever must act on it.

    bus = EventBus()

    @bus.on(AccountCreated)
    async def welcome(event: AccountCreated, session: AsyncSession) -> None: ...

    await bus.apublish(AccountCreated(user="user-1"), session)

Handlers get the transaction of what happened, and so do their effects: an event whose transaction is rolled back has
had no effect. What must leave the process (mails, calls) goes into a queue of that transaction.
"""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

Handler = Callable[[Any, Any], None]
AsyncHandler = Callable[[Any, Any], Awaitable[None]]
AnyHandler = TypeVar("AnyHandler", Handler, AsyncHandler)


class Handlers:
    """Who wants to hear of which classes, in the order of registration."""

    def __init__(self) -> None:
        self._registered: list[tuple[type[Any], Callable[..., Any]]] = []

    def on(self, *kinds: type[Any]) -> Callable[[AnyHandler], AnyHandler]:
        """Register a handler for objects of these classes, and of their subclasses."""

        def register(handler: AnyHandler) -> AnyHandler:
            self._registered.extend((kind, handler) for kind in kinds)
            return handler

        return register

    def of(self, *things: object) -> list[Callable[..., Any]]:
        """Give the handlers of any of these objects."""
        return [handler for kind, handler in self._registered if any(isinstance(thing, kind) for thing in things)]


class EventBus:
    """Tells each event to its handlers, one after another. What a handler raises reaches who published the event.

    Use `publish` with blocking handlers and `apublish` with awaited ones; `apublish` takes both kinds.
    """

    def __init__(self) -> None:
        self._handlers = Handlers()

    def on(self, *kinds: type[Any]) -> Callable[[AnyHandler], AnyHandler]:
        """Register a handler for events of these classes; it takes the event and the transaction."""
        return self._handlers.on(*kinds)

    def publish(self, event: object, transaction: Any = None) -> None:
        """Tell an event, blocking.

        Raises:
            TypeError: a handler is awaited: publish with `apublish`.
        """
        handlers = self._handlers.of(event)
        awaited = [handler.__qualname__ for handler in handlers if inspect.iscoroutinefunction(handler)]
        if awaited:
            raise TypeError(f"{', '.join(awaited)} must be awaited: use apublish")
        for handler in handlers:
            handler(event, transaction)

    async def apublish(self, event: object, transaction: Any = None) -> None:
        """Tell an event, awaited."""
        for handler in self._handlers.of(event):
            done = handler(event, transaction)
            if inspect.isawaitable(done):
                await done
