"""Sentry: errors grouped by service and code, events without a secret. Needs no extra: an event is plain data."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, cast

from ace_integrations.ace import Ace, AsyncAce
from ace_integrations.core import Redactor
from ace_integrations.errors import AceError, ConfigurationError

INSIDE = ("ace_integrations", "aiohttp", "email", "httpcore", "httpx", "httpx2", "httpx_aiohttp", "smtplib", "stripe")
"""Packages whose variables hold requests and answers, and so keys and what people wrote."""


def before_send(ace: Ace | AsyncAce) -> Callable[[Any, Any], Any]:
    """Give the hook for `sentry_sdk.init(before_send=before_send(ace))`.

    An error of ours is grouped by its class, its service and the service's code, not by where it was called from.
    Frames inside this package and what it sends through keep no variables; every configured secret goes from all the
    rest, in each of its spellings, and so does whatever looks like a key.
    """
    kept: list[Redactor] = []

    def hook(event: Any, hint: Any) -> Any:
        if not kept:  # read on first use, as everything of `ace`
            kept.append(Redactor(_secrets(ace)))
        error = (hint.get("exc_info") or (None, None, None))[1]
        if isinstance(error, AceError):
            event["fingerprint"] = [type(error).__name__, error.provider, error.code]
        return _clean(event, kept[0])

    return hook


def _secrets(ace: Ace | AsyncAce) -> list[str]:
    found: list[str] = []
    with suppress(ConfigurationError):
        for provider in ace.assembly.plugins.providers.values():
            kind = provider.load("settings")
            try:
                found += ace.settings.of(kind).secrets()
            except ConfigurationError:  # contradictory, but there: what it holds is still secret
                with suppress(ConfigurationError):
                    found += kind().secrets()
    return found


def _clean(value: Any, redactor: Redactor) -> Any:
    """Give the event anew: Sentry's own values are text, numbers, lists and dictionaries."""
    if isinstance(value, str):
        return redactor.text(value)
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        inside = "vars" in fields and str(fields.get("module")).partition(".")[0] in INSIDE
        return {
            _clean(name, redactor): _clean(inner, redactor)
            for name, inner in fields.items()
            if not (inside and name == "vars")
        }
    if isinstance(value, list | tuple):
        return [_clean(inner, redactor) for inner in cast("Sequence[object]", value)]
    return value


__all__ = ["before_send"]
