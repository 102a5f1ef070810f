"""Questions for news that are held open until there is some: a page of a twin asks again and again."""

import asyncio

WAITS_S = 15.0
"""Seconds that a question is held open at most."""


class Bells:
    """One bell for each page, by its id."""

    def __init__(self) -> None:
        self._bells: dict[str, asyncio.Event] = {}

    def ring(self, page_id: str) -> None:
        """Answer the question that a page has open, if it has one."""
        bell = self._bells.get(page_id)
        if bell is not None:
            bell.set()

    async def heard(self, page_id: str) -> None:
        """Return as soon as a page's bell rings, or after `WAITS_S`."""
        bell = self._bells[page_id] = asyncio.Event()
        try:
            await asyncio.wait_for(bell.wait(), WAITS_S)
        except TimeoutError:
            return
        finally:
            # A newer question of the same page has its own bell here.
            if self._bells.get(page_id) is bell:
                del self._bells[page_id]
