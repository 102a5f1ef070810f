"""`ace doctor`: is everything set, consistent and reachable, said without showing one value."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import typer

from ace_integrations.ace import Ace
from ace_integrations.cli.output import AsJson, show
from ace_integrations.cli.state import open_ace
from ace_integrations.errors import AceError, ConfigurationError
from ace_integrations.hooks import Provider
from ace_integrations.settings import ProviderSettings

Verdict = Literal["ok", "sandbox", "off", "missing", "wrong", "unreachable", "not asked"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    provider: str
    verdict: Verdict
    what: str


def doctor(
    *,
    env: Annotated[bool, typer.Option("--env", help="List every variable and whether it is set.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no service.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check the configuration and ask each service one harmless question. Exit 1 when something is wrong."""
    with open_ace() as ace:
        if env:
            show(list(variables(ace)), as_json=as_json)
            return
        findings = list(examine(ace, offline=offline))
    rows = [{"provider": one.provider, "verdict": one.verdict, "what": one.what} for one in findings]
    show(rows, as_json=as_json)
    if any(one.verdict in ("missing", "wrong", "unreachable") for one in findings):
        raise typer.Exit(1)


def examine(ace: Ace, *, offline: bool) -> Iterator[Finding]:
    """Give one finding per provider that is switched on, more where something is wrong."""
    for problem in ace.settings.problems():
        yield Finding("ace", "wrong", problem)
    for provider in ace.assembly.plugins.providers.values():
        yield from _examine_one(ace, provider, offline=offline)


def variables(ace: Ace) -> Iterator[dict[str, str]]:
    """Give every environment variable of every provider and whether it is set."""
    for provider in ace.assembly.plugins.providers.values():
        kind: type[ProviderSettings] = provider.load("settings")
        for field, about in kind.model_fields.items():
            if about.exclude:
                continue
            names = kind.variables(field)
            found = next((name for name in names if os.environ.get(name)), None)
            needed = field in kind.required
            state = f"set by {found}" if found else "missing" if needed else "default"
            yield {"provider": provider.name, "variable": " | ".join(names), "state": state}


def _examine_one(ace: Ace, provider: Provider, *, offline: bool) -> Iterator[Finding]:
    if provider not in ace.assembly.chosen():
        yield Finding(provider.name, "off", "not chosen by the settings")
        return
    try:
        settings: ProviderSettings = ace.settings.of(provider.load("settings"))
    except ConfigurationError as error:
        yield from (Finding(provider.name, "wrong", problem) for problem in error.problems)
        return
    missing = settings.missing()
    if missing:
        yield from (Finding(provider.name, "missing", problem) for problem in missing)
        return
    where = "the sandbox" if settings.is_sandbox else "the real service"
    if offline or provider.probe is None:
        yield Finding(provider.name, "sandbox" if settings.is_sandbox else "not asked", f"configured for {where}")
        return
    yield _ask(ace, provider, where, sandboxed=settings.is_sandbox)


def _ask(ace: Ace, provider: Provider, where: str, *, sandboxed: bool) -> Finding:
    probe: Any = provider.load("probe")
    try:
        probe(ace.settings.of(provider.load("settings"))).labelled(provider.name, "probe").run(ace)
    except AceError as error:
        return Finding(provider.name, "unreachable", str(error))
    return Finding(provider.name, "sandbox" if sandboxed else "ok", f"{where} answers and accepts the key")
