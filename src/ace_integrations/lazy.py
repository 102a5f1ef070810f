"""Public names that import their module on first use, so that naming a package costs nothing."""

from collections.abc import Callable, Mapping
from importlib import import_module


def lazy(package: str, names: Mapping[str, str]) -> Callable[[str], object]:
    """Give a module's `__getattr__`: `lazy(__name__, {"Didit": "client"})` finds `Didit` in `<package>.client`."""

    def __getattr__(name: str) -> object:  # noqa: N807 - it becomes the module's
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{names[name]}"), name)

    return __getattr__
