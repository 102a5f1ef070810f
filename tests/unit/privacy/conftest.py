"""Somebody who used everything, and both colours to ask about her."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.privacy.lina import Lives, settings

from ace_integrations import Ace, AsyncAce
from ace_integrations.sandbox import RunningSandbox


@pytest.fixture
def lives(ace_sandbox: RunningSandbox) -> Iterator[Lives]:
    lives = Lives(ace_sandbox)
    yield lives
    lives.close()


class Asking:
    """`ace.privacy` behind an awaited face, whatever its colour."""

    def __init__(self, sandbox: RunningSandbox, *, is_async: bool) -> None:
        self._kind: Any = AsyncAce if is_async else Ace
        self._settings = settings(sandbox)
        self._clock = sandbox.control.now

    async def __call__(self, verb: str, *arguments: Any) -> Any:
        ace = self._kind(self._settings, clock=self._clock)
        if isinstance(ace, AsyncAce):
            async with ace:
                return await getattr(ace.privacy, verb)(*arguments)
        try:
            return await asyncio.to_thread(getattr(ace.privacy, verb), *arguments)
        finally:
            ace.close()


@pytest.fixture(params=["blocking", "awaited"])
def ask(request: pytest.FixtureRequest, ace_sandbox: RunningSandbox) -> Asking:
    return Asking(ace_sandbox, is_async=request.param == "awaited")
