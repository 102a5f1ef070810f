"""Prints every method and address of the Django platform, one a line; run as a program."""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import django

METHODS = {"health": ("GET", "HEAD")}
"""Of the package's own views, which take one method more than POST."""


def routes(patterns: Iterable[Any]) -> Iterator[str]:
    """Name the methods of each address as the table of the tests does."""
    for pattern in patterns:
        views = getattr(pattern.callback, "views", None)
        names = map(str.upper, views) if views else METHODS.get(pattern.name, ("POST",))
        path = re.sub(r"<path:(\w+)>", r"{\1:path}", str(pattern.pattern))
        path = re.sub(r"<\w+:(\w+)>", r"{\1}", path)
        yield from (f"{name} /{path}" for name in names)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "examples.django_platform.settings"
    django.setup()
    from examples.django_platform.urls import urlpatterns

    sys.stdout.writelines(f"{route}\n" for route in routes(one for one in urlpatterns if one.name != "static"))
