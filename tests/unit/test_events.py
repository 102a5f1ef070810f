"""Domain events reach their handlers, with the transaction of what happened."""

from dataclasses import dataclass

import pytest

from ace_integrations.events import EventBus


@dataclass(frozen=True)
class Happened:
    """Something."""

    user: str


@dataclass(frozen=True)
class Enrolled(Happened):
    """Something in particular."""


def test_handlers_hear_of_their_class_and_its_subclasses_in_order() -> None:
    bus, heard = EventBus(), []

    @bus.on(Happened)
    def audit(event: Happened, transaction: str) -> None:
        heard.append(("audit", event.user, transaction))

    @bus.on(Enrolled)
    def greet(event: Enrolled, transaction: str) -> None:
        heard.append(("greet", event.user, transaction))

    bus.publish(Enrolled("lina"), "t1")
    bus.publish(Happened("omar"), "t2")
    bus.publish("nobody listens")
    assert heard == [("audit", "lina", "t1"), ("greet", "lina", "t1"), ("audit", "omar", "t2")]


async def test_awaited_publishing_takes_handlers_of_both_kinds() -> None:
    bus, heard = EventBus(), []

    @bus.on(Happened)
    async def awaited(event: Happened, transaction: None) -> None:
        heard.append("awaited")

    @bus.on(Happened)
    def blocking(event: Happened, transaction: None) -> None:
        heard.append("blocking")

    await bus.apublish(Happened("lina"))
    assert heard == ["awaited", "blocking"]


def test_an_awaited_handler_is_never_called_and_forgotten() -> None:
    bus, heard = EventBus(), []

    @bus.on(Happened)
    def first(event: Happened, transaction: None) -> None:
        heard.append(event)

    @bus.on(Happened)
    async def second(event: Happened, transaction: None) -> None:
        heard.append(event)

    with pytest.raises(TypeError, match="second"):
        bus.publish(Happened("lina"))
    assert heard == []


async def test_a_failing_handler_reaches_who_published_so_that_the_transaction_rolls_back() -> None:
    bus, heard = EventBus(), []

    @bus.on(Happened)
    async def fails(event: Happened, transaction: None) -> None:
        raise ValueError("no")

    @bus.on(Happened)
    async def after(event: Happened, transaction: None) -> None:
        heard.append(event)

    with pytest.raises(ValueError, match="no"):
        await bus.apublish(Happened("lina"))
    assert heard == []
