import inspect

import pytest

from ace_integrations import InvalidInputError, NotFoundError
from ace_integrations.core import BlockingCall, Call, Options, Result, operation
from ace_integrations.core.call import Awaiting, Blocking, Describer


class Nowhere:
    """A sender for calls that need none."""

    options = Options()

    def connection(self, provider: str) -> object:
        raise AssertionError(provider)


class Broken(Call[int]):
    def run(self, sender: object) -> int:
        raise NotFoundError("gone")

    async def arun(self, sender: object) -> int:
        raise NotFoundError("gone")


async def both(call: Call[object]) -> tuple[object, object]:
    return call.run(Nowhere()), await call.arun(Nowhere())  # type: ignore[arg-type]


async def test_map_then_and_recover_give_the_same_in_both_colours() -> None:
    assert await both(Result(2).map(lambda value: value + 1)) == (3, 3)
    assert await both(Result(2).then(lambda value: BlockingCall(lambda: value * 5))) == (10, 10)
    assert await both(Broken().recover(NotFoundError, lambda error: Result(len(error.message)))) == (4, 4)


async def test_recover_leaves_other_errors_alone() -> None:
    call = Broken().recover(InvalidInputError, lambda error: Result(0))
    with pytest.raises(NotFoundError):
        call.run(Nowhere())  # type: ignore[arg-type]
    with pytest.raises(NotFoundError):
        await call.arun(Nowhere())  # type: ignore[arg-type]


def test_a_call_without_http_has_no_reply_to_give() -> None:
    with pytest.raises(InvalidInputError, match="BlockingCall"):
        BlockingCall(lambda: 1).with_reply()


class Ops:
    provider = "ops"

    @operation
    def double(self, *, value: int) -> Call[int]:
        """Double it."""
        return Result(value * 2)


class SyncOps(Ops, Blocking):
    def perform(self, call: Call[int]) -> int:  # type: ignore[override]
        return call.run(Nowhere())  # type: ignore[arg-type]


class AsyncOps(Ops, Awaiting):
    async def perform(self, call: Call[int]) -> int:  # type: ignore[override]
        return await call.arun(Nowhere())  # type: ignore[arg-type]


class OpsCalls(Ops, Describer):
    pass


async def test_an_operation_returns_awaits_or_describes_by_what_it_is_read_from() -> None:
    assert SyncOps().double(value=4) == 8
    assert await AsyncOps().double(value=4) == 8
    assert isinstance(OpsCalls().double(value=4), Call)
    assert SyncOps.double(SyncOps(), value=4) == 8


def test_signature_and_help_show_the_result_and_not_the_call() -> None:
    assert str(inspect.signature(SyncOps().double)) == "(*, value: int) -> int"
    assert inspect.signature(SyncOps.double).return_annotation is int
    assert inspect.signature(OpsCalls().double).return_annotation == Call[int]
    assert inspect.iscoroutinefunction(AsyncOps().double)
    assert SyncOps().double.__doc__ == SyncOps.double.__doc__ == "Double it."
    assert inspect.isroutine(SyncOps.double)
