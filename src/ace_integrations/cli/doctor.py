"""`ace doctor`: is everything set, consistent and reachable, said without showing one value."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from ace_integrations.ace import Ace
from ace_integrations.cli import secrets
from ace_integrations.cli.environment import standings
from ace_integrations.cli.output import AsJson, show
from ace_integrations.cli.state import open_ace
from ace_integrations.errors import ConfigurationError
from ace_integrations.health import Finding, examine
from ace_integrations.hooks import plugins
from ace_integrations.settings import ProviderSettings, places


def doctor(
    *,
    env: Annotated[bool, typer.Option("--env", help="List every variable: set, missing, default or invalid.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no service.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Let a warning count as something wrong.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check the configuration, ask each service one harmless question, and say how old recorded secrets are.

    Exit 1 when something is wrong.
    """
    if env:
        found = list(standings(plugins()))
        show([asdict(one) for one in found], as_json=as_json)
        raise typer.Exit(int(any(one.state == "invalid" for one in found)))
    with open_ace() as ace:
        findings = [call.run(ace) for _, call in examine(ace, ask=not offline)]
        findings += [*_warnings(ace), *_secrets(ace)]
    rows = [{"provider": one.provider, "verdict": one.verdict, "what": one.what} for one in findings]
    show(rows, as_json=as_json)
    if any(one.is_failure or (strict and one.verdict == "warning") for one in findings):
        raise typer.Exit(1)


def _warnings(ace: Ace) -> Iterator[Finding]:
    for provider in ace.assembly.chosen():
        with suppress(ConfigurationError):  # which the examination tells
            settings: ProviderSettings = ace.settings.of(provider.load("settings"))
            for sentence in settings.warnings(production=ace.settings.env == "production"):
                yield Finding(provider.name, "warning", sentence)


def _secrets(ace: Ace) -> Iterator[Finding]:
    kinds: list[type[ProviderSettings]] = [each.load("settings") for each in ace.assembly.plugins.providers.values()]
    yield from secrets.ages(kinds, places(ace.settings.env), datetime.now(UTC).date())
    yield from secrets.reused(kinds)
