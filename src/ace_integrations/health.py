"""What can be said of each service, described once: `ace doctor` runs it blocking, a health route awaits it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ace_integrations.ace import Ace, AsyncAce
from ace_integrations.core import Call, Options, Result
from ace_integrations.errors import AceError, AuthenticationError, ConfigurationError
from ace_integrations.hooks import Provider
from ace_integrations.settings import ProviderSettings

Verdict = Literal["ok", "sandbox", "off", "missing", "wrong", "unreachable", "not asked", "warning"]

ANSWER_WITHIN_S = 5.0
"""Seconds that a health route gives each service; it is asked once, without a retry."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Attributes:
        provider: the service, or "ace" for what all share.
        what: a sentence for whoever runs the platform: it may quote the service, so it is for no stranger.
    """

    provider: str
    verdict: Verdict
    what: str

    @property
    def is_failure(self) -> bool:
        """Whether the service cannot be used as it is set up."""
        return self.verdict in ("missing", "wrong", "unreachable")


def examine(ace: Ace | AsyncAce, *, ask: bool = True) -> Iterator[tuple[str, Call[Finding]]]:
    """Give the name of each service with a call that finds how it is; several where several things are wrong.

    A service is asked one harmless question that needs its key; what is known without that needs no I/O.

    Args:
        ask: False asks no service, so that every call is answered here.

    Raises:
        ConfigurationError: a service is chosen that no plugin brings.
    """
    shared = ace.settings.problems()
    if shared:
        yield from _known("ace", "wrong", *shared)
        return
    chosen = ace.assembly.chosen()
    for provider in ace.assembly.plugins.providers.values():
        if provider in chosen:
            yield from _examine_one(ace, provider, ask=ask)
        else:
            yield from _known(provider.name, "off", "not chosen by the settings")


def _examine_one(ace: Ace | AsyncAce, provider: Provider, *, ask: bool) -> Iterator[tuple[str, Call[Finding]]]:
    try:
        settings: ProviderSettings = ace.settings.of(provider.load("settings"))
    except ConfigurationError as error:
        yield from _known(provider.name, "wrong", *error.problems)
        return
    missing = settings.missing()
    where = "the sandbox" if settings.is_sandbox else "the real service"
    if missing:
        yield from _known(provider.name, "missing", *missing)
    elif ask and provider.probe is not None:
        yield provider.name, _question(provider, settings, where)
    else:
        yield from _known(provider.name, "sandbox" if settings.is_sandbox else "not asked", f"configured for {where}")


def _question(provider: Provider, settings: ProviderSettings, where: str) -> Call[Finding]:
    probe: Call[Any] = provider.load("probe")(settings)
    good = Finding(provider.name, "sandbox" if settings.is_sandbox else "ok", f"{where} answers and accepts the key")

    def failed(error: AceError) -> Call[Finding]:
        refused = isinstance(error, AuthenticationError | ConfigurationError)
        return Result(Finding(provider.name, "wrong" if refused else "unreachable", str(error)))

    return probe.labelled(provider.name, "probe").map(lambda _: good).recover(AceError, failed)


def _known(provider: str, verdict: Verdict, *sentences: str) -> Iterator[tuple[str, Call[Finding]]]:
    return ((provider, Result(Finding(provider, verdict, what))) for what in sentences)


class Once:
    """Sends with the connections of an `Ace` of either colour, quickly and without a retry."""

    options = Options(timeout_s=ANSWER_WITHIN_S, max_retries=0)

    def __init__(self, ace: Any) -> None:
        self._ace = ace

    def connection(self, provider: str) -> Any:
        """Give the connection of a service."""
        return self._ace.connection(provider)


def worst(found: Iterable[Finding]) -> dict[str, Finding]:
    """Give the worst finding of each service that is switched on."""
    on = [finding for finding in found if finding.verdict != "off"]
    return {finding.provider: finding for finding in sorted(on, key=lambda finding: finding.is_failure)}


def report(findings: Mapping[str, Finding]) -> tuple[int, dict[str, Any]]:
    """Give status and JSON of a health route: one verdict per service, and nothing that a service said."""
    failing = any(finding.is_failure for finding in findings.values())
    services = {name: findings[name].verdict for name in sorted(findings)}
    return 503 if failing else 200, {"status": "failing" if failing else "ok", "services": services}
