"""Turns: of all who lack the same thing, one asks for it and the others wait."""

import asyncio
import os
import threading
import weakref


class Turns:
    """One lock for the threads of this process, and one for each event loop."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._locks: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = weakref.WeakKeyDictionary()

    @property
    def lock(self) -> threading.Lock:
        """The lock of this process; a forked child has its own, since the parent's may be held for ever there."""
        if self._pid != os.getpid():
            self._pid, self._lock = os.getpid(), threading.Lock()
        return self._lock

    def alock(self) -> asyncio.Lock:
        """Give the lock of the running event loop."""
        return self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())
