"""The pluggy hooks through which every provider, ours or a stranger's, joins; and the manager that loads them.

A third party ships an entry point in the group `ace_integrations` that names its module of hook implementations.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.resources import files
from pkgutil import resolve_name
from typing import Any, Literal

import pluggy

from ace_integrations.core.telemetry import CallRecord
from ace_integrations.errors import ConfigurationError
from ace_integrations.usage.budget import Crossing

PROJECT = "ace_integrations"

logger = logging.getLogger("ace_integrations.usage")

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Capability = Literal["identity", "mail", "ai", "jobs", "payments", "rates", "video", "realtime"]

Reference = Literal["settings", "build", "service", "webhooks", "twin", "commands", "probe", "prices", "privacy"]


@dataclass(frozen=True, slots=True)
class Provider:
    """One way to provide a capability. Every attribute that is text `module:name` is imported on first use.

    Attributes:
        name: as written in the setting that chooses it, and in webhook paths: "stripe".
        settings: its `ProviderSettings` class.
        build: a function `(settings) -> implementation` of the capability's pure interface.
        service: its `Service`, for the connection; None when it does no HTTP.
        webhooks: its `WebhookSource`; None when it sends none.
        twin: its `Twin` class for the sandbox, which several providers may share; None when it needs none.
        commands: a typer app for `ace <name>`; None when it has none.
        probe: a function `(settings) -> Call` that asks the service one harmless question, for `ace doctor`.
        cost: what using it costs, in one short phrase; "" where nothing is known.
        prices: its `PriceList`; None when it costs nothing, or nothing that could be foreseen.
        privacy: a function `(settings) -> DataMap` that needs no keys: what it holds about people, and how that is
            exported and erased; without one, reports say that somebody must look there.
        links: what a person looks up, by title: documentation, dashboard, status page.
    """

    name: str
    capability: Capability
    title: str
    settings: str
    build: str
    service: str | None = None
    webhooks: str | None = None
    twin: str | None = None
    commands: str | None = None
    probe: str | None = None
    cost: str = ""
    prices: str | None = None
    privacy: str | None = None
    links: Mapping[str, str] = field(default_factory=dict[str, str])

    def load(self, attribute: Reference) -> Any:
        """Import what one attribute names; None when it names nothing."""
        reference: str | None = getattr(self, attribute)
        return resolve_name(reference) if reference else None


class Hooks:
    """The specifications."""

    @hookspec
    def ace_providers(self) -> Iterable[Provider]:
        """List the providers of this package; build and import none of them.

        Called once, when plugins load. One name twice is a ConfigurationError naming both packages.
        """
        raise NotImplementedError

    @hookspec
    def ace_before_call(self, record: CallRecord) -> None:
        """See a call before it is sent. Called in the caller's thread or task, so do not block.

        Raise an `AceError` to forbid the call: nothing is sent and the caller gets that error.
        """
        raise NotImplementedError

    @hookspec
    def ace_after_call(self, record: CallRecord) -> None:
        """See how a call ended. Called in the caller's thread or task; what it raises reaches the caller."""
        raise NotImplementedError

    @hookspec
    def ace_budget_crossed(self, crossing: Crossing) -> None:
        """See that a budget was used up to 80 % or 100 %: once each in a month.

        Called in the thread or task of the call that crossed it, so do not block: write to somebody, but later.
        """
        raise NotImplementedError


class Plugins:
    """The loaded plugins: providers by name, and the observer that calls the hooks around a call."""

    def __init__(self, *modules: object) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(Hooks)
        for module in modules:
            self._manager.register(module)
        self._providers: dict[str, Provider] | None = None

    @property
    def providers(self) -> Mapping[str, Provider]:
        """Every known provider by name.

        Raises:
            ConfigurationError: two packages claim one name.
        """
        if self._providers is None:
            found: dict[str, Provider] = {}
            for provider in (entry for entries in self._manager.hook.ace_providers() for entry in entries):
                if provider.name in found:
                    first, second = found[provider.name].settings, provider.settings
                    raise ConfigurationError(f"the provider {provider.name!r} comes twice: {first} and {second}")
                found[provider.name] = provider
            self._providers = found
        return self._providers

    def provider(self, name: str, capability: Capability | None = None) -> Provider:
        """Give one provider.

        Raises:
            ConfigurationError: no package brings it, or it provides another capability.
        """
        found = self.providers.get(name)
        if found is None or (capability is not None and found.capability != capability):
            known = sorted(p.name for p in self.providers.values() if capability in (None, p.capability))
            raise ConfigurationError(
                f"no plugin provides {capability or 'service'} {name!r}; known: {', '.join(known)}"
            )
        return found

    def before_call(self, record: CallRecord) -> None:
        """Call the hooks before a call."""
        self._manager.hook.ace_before_call(record=record)

    def after_call(self, record: CallRecord) -> None:
        """Call the hooks after a call."""
        self._manager.hook.ace_after_call(record=record)

    def budget_crossed(self, crossing: Crossing) -> None:
        """Call the hooks of a budget, after one line in the log."""
        logger.warning("budget %s: %.0f %% used", crossing.budget.text, crossing.share * 100)
        self._manager.hook.ace_budget_crossed(crossing=crossing)


@cache
def plugins() -> Plugins:
    """Load ours and every installed third party's, once per process."""
    loaded = ours()
    loaded._manager.load_setuptools_entrypoints(PROJECT)  # pyright: ignore[reportPrivateUsage] - its own module
    return loaded


def ours() -> Plugins:
    """Load the plugins of this package alone."""
    return Plugins(*(import_module(name) for name in built_in()))


def built_in() -> list[str]:
    """Name the modules of hook implementations in this package: every `plugin.py` of a provider folder."""
    root = files(PROJECT)
    folders = [folder for folder in root.iterdir() if folder.is_dir()]
    folders += [inner for folder in folders for inner in folder.iterdir() if inner.is_dir()]
    found = [str(folder) for folder in folders if folder.joinpath("plugin.py").is_file()]
    return sorted(f"{PROJECT}{path.removeprefix(str(root)).replace('/', '.')}.plugin" for path in found)
