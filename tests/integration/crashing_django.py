"""The Django platform in processes that kill themselves at one point; told what to do as `crashing_platform` is."""

import functools
import importlib
import os
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import django
from examples.shared.demonstration import listening
from tests.integration.crashing_platform import die, main, say

from ace_integrations import Ace
from ace_integrations.contrib.relay import Chore
from ace_integrations.sandbox.server import join_or_start


def holders() -> dict[str, Any]:
    """Give what holds the functions at which a process may die."""
    from ace_integrations.contrib.django.mails import DjangoMailQueue
    from ace_integrations.contrib.django.store import DjangoStore

    names = ("accounts", "identity", "paying", "payments", "refunds")
    modules = {name: importlib.import_module(f"examples.django_platform.{name}") for name in names}
    return {**modules, "mails": DjangoMailQueue, "store": DjangoStore}


def dying(function: Callable[..., Any], when: str, word: str) -> Callable[..., Any]:
    """Give the function with a death before it or after it."""

    @functools.wraps(function)
    def wrapped(*arguments: Any, **named: Any) -> Any:
        is_meant = word in repr(arguments)
        if is_meant and when == "before":
            die()
        result = function(*arguments, **named)
        if is_meant:
            die()
        return result

    return wrapped


def dying_work(work: Callable[..., Any], when: str, word: str) -> Callable[..., Any]:
    """Give the event's transaction with a death before its commit or after it; the effects are written in both."""

    @contextmanager
    def wrapped(store: Any, claim: Any) -> Generator[str]:
        is_meant = word in repr(claim)
        with work(store, claim) as using:
            yield using
            if is_meant and when == "before":
                die()
        if is_meant:
            die()

    return wrapped


def plant(point: str) -> None:
    name, when, word = [*point.split(":"), ""][:3]
    holder, _, function = name.partition(".")
    wrap = dying_work if name == "store.work" else dying
    held = holders()[holder]
    setattr(held, function, wrap(getattr(held, function), when, word))


def quick_chores() -> Sequence[Chore]:
    """Give the platform's chores without their pauses."""
    from examples.django_platform.chores import platform_chores

    return [replace(chore, every_s=0.1) for chore in platform_chores()]


def make_ace() -> Ace:
    """Give an `Ace` whose clock is the sandbox's."""
    from ace_integrations.contrib.django import build_ace

    return build_ace(clock=join_or_start().control.now)


def run(sandbox: str, folder: str, port: int, point: str) -> None:
    """Be the platform until told to end, or until the point is reached."""
    from django.conf import settings
    from django.db import connections
    from examples.django_platform.serving import serve

    if point:
        plant(point)
    os.environ["ACE_SANDBOX_URL"] = sandbox
    connections.settings["default"]["NAME"] = str(Path(folder) / "platform.sqlite3")
    settings.ACE_CHORES = f"{__name__}.quick_chores"
    settings.ACE_FACTORY = f"{__name__}.make_ace"
    with listening(port) as taken:
        settings.PLATFORM_URL = f"http://127.0.0.1:{taken.getsockname()[1]}"
        taken.listen(128)
        say(f"{os.getpid()} {settings.PLATFORM_URL}")
        serve(taken, until=threading.Event())


if __name__ == "__main__":
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "examples.django_platform.settings",
        "ACE_SANDBOX": "1",
        "ACE_PAYMENTS": "stripe,paypal",
    }
    django.setup()
    holders()
    main(run)
