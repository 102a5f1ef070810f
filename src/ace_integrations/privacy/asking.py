"""Calls about one person that go on past a failure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ace_integrations.core.call import Call
from ace_integrations.core.connection import AsyncSender, Sender
from ace_integrations.errors import AceError
from ace_integrations.privacy.report import Erased

T = TypeVar("T")


class PartlyErasedError(AceError):
    """Something of a service is erased, and something could not be; asking again does the rest.

    Attributes:
        erased: what was done.
        cause: the first error.
    """

    def __init__(self, erased: Erased, cause: AceError) -> None:
        self.erased = erased
        self.cause = cause
        self.provider, self.code = cause.provider, cause.code
        super().__init__(str(cause))


@dataclass(slots=True)
class ErasedOneByOne(Call[Erased]):
    """Several erasures, one after the other; one that fails does not keep the others from being done.

    Raises:
        PartlyErasedError: one of them or more failed.
    """

    calls: Sequence[Call[Erased]]

    def run(self, sender: Sender) -> Erased:
        done: list[Erased] = []
        failed: list[AceError] = []
        for call in self.calls:
            try:
                done.append(call.run(sender))
            except AceError as error:
                failed.append(error)
        return _all(done, failed)

    async def arun(self, sender: AsyncSender) -> Erased:
        done: list[Erased] = []
        failed: list[AceError] = []
        for call in self.calls:
            try:
                done.append(await call.arun(sender))
            except AceError as error:
                failed.append(error)
        return _all(done, failed)


def _all(done: Sequence[Erased], failed: Sequence[AceError]) -> Erased:
    erased = Erased.joined(done)
    if not failed:
        return erased
    first = failed[0]
    if isinstance(first, PartlyErasedError):
        raise PartlyErasedError(Erased.joined([erased, first.erased]), first.cause)
    raise PartlyErasedError(erased, first)


@dataclass(slots=True)
class Attempt(Call[T]):
    """A call that is described when its turn comes, and whose failure is a value: others go on.

    Attributes:
        failed: gives that value.
    """

    describe: Callable[[], Call[T]]
    failed: Callable[[Exception], T]

    def run(self, sender: Sender) -> T:
        try:
            return self.describe().run(sender)
        except Exception as error:  # a stranger's plugin may raise anything, and must not hold up the others
            return self.failed(error)

    async def arun(self, sender: AsyncSender) -> T:
        try:
            return await self.describe().arun(sender)
        except Exception as error:
            return self.failed(error)
