"""`ace plugins`: every provider, how it stands, what it costs and where to read on, told by the code."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ace_integrations.ace import Ace
from ace_integrations.cli.output import AsJson, show
from ace_integrations.cli.state import open_ace
from ace_integrations.cli.usage import last_called
from ace_integrations.errors import ConfigurationError
from ace_integrations.hooks import Provider
from ace_integrations.settings import ProviderSettings


def list_plugins(
    *,
    links: Annotated[bool, typer.Option("--links", help="Print documentation, dashboards and status pages.")] = False,
    as_json: AsJson = False,
) -> None:
    """List every provider: what it is for, whether it is on, which keys it has, what it costs, where it is from.

    With DATABASE_URL also the day of its last call.
    """
    with open_ace() as ace:
        known = list(ace.assembly.plugins.providers.values())
        rows = [link for provider in known for link in _links(provider)] if links else list(_rows(ace, known))
    show(rows, as_json=as_json)


def mode(ace: Ace, provider: Provider) -> str:
    """Say whose service a provider would talk to: sandbox, live, test keys, or configured where no key tells.

    Otherwise what keeps it from being used: "not configured" with the missing variables, or "wrong" with the reason.
    """
    kind: type[ProviderSettings] = provider.load("settings")
    try:
        settings = ace.settings.of(kind)
    except ConfigurationError as error:
        return f"wrong: {error}"
    unset = [kind.variables(field)[0] for field in kind.required if not getattr(settings, field)]
    if unset:
        return f"not configured: {', '.join(unset)}"
    if settings.is_sandbox:
        return "sandbox"
    return {True: "live", False: "test keys", None: "configured"}[settings.is_live]


def _rows(ace: Ace, known: list[Provider]) -> Iterator[dict[str, str]]:
    chosen, called = ace.assembly.chosen(), last_called()
    for provider in known:
        yield {
            "name": provider.name,
            "capability": provider.capability,
            "title": provider.title,
            "switched": "on" if provider in chosen else "off",
            "mode": mode(ace, provider),
            "last_called": called.get(provider.name, ""),
            "cost": provider.cost,
            "from": provider.settings.partition(".")[0],
        }


def _links(provider: Provider) -> Iterator[dict[str, str]]:
    return ({"name": provider.name, "link": title, "address": url} for title, url in provider.links.items())
