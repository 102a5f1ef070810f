"""Public names that import their module on first use, so that naming a package costs nothing."""

from collections.abc import Callable, Mapping
from importlib import import_module


def lazy(package: str, names: Mapping[str, str]) -> Callable[[str], object]:
    """Give a module's `__getattr__`: `lazy(__name__, {"Didit": "client"})` finds `Didit` in `<package>.client`.

    A module outside the package is named in full, as in "ace_integrations.jobs.board".
    """

    def __getattr__(name: str) -> object:  # noqa: N807 - it becomes the module's
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = names[name]
        return getattr(import_module(module if module.startswith("ace_integrations.") else f"{package}.{module}"), name)

    return __getattr__
