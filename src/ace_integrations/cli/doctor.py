"""`ace doctor`: is everything set, consistent and reachable, said without showing one value."""

import os
from collections.abc import Iterator
from typing import Annotated

import typer

from ace_integrations.ace import Ace
from ace_integrations.cli.output import AsJson, show
from ace_integrations.cli.state import open_ace
from ace_integrations.health import examine
from ace_integrations.settings import ProviderSettings


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
        findings = [call.run(ace) for _, call in examine(ace, ask=not offline)]
    rows = [{"provider": one.provider, "verdict": one.verdict, "what": one.what} for one in findings]
    show(rows, as_json=as_json)
    if any(one.is_failure for one in findings):
        raise typer.Exit(1)


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
