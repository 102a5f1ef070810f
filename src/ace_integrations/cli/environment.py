"""Every environment variable that the settings declare: what it is for, how it stands, and the page that lists them."""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal

from ace_integrations.errors import ConfigurationError
from ace_integrations.hooks import Plugins
from ace_integrations.settings import ProviderSettings, Settings, chosen_profile, places, write_duration

Kind = type[Settings] | type[ProviderSettings]

State = Literal["set", "missing", "default", "invalid"]

_INTRODUCTION = """# Environment

Every variable, from the code: this page is written by `scripts/docs environment`. Where a row has several names, the
first is the one to use, and the others are read too. A *secret* never leaves the server, a *public* value is shown to
browsers. Beside each secret may stand the day on which it was set ([configuration](configuration.md)).
`ace doctor --env` says how the variables stand on a machine, and never shows a value.
"""


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting as an operator sees it.

    Attributes:
        names: the preferred name first.
        purpose: what it is for, in a few words.
        needed: whether its provider can do nothing without it.
        default: as it would be written in the environment, "" when there is none.
    """

    field: str
    names: tuple[str, ...]
    purpose: str
    needed: bool
    default: str
    secrecy: Literal["secret", "public", ""]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one variable stands; holds no value of the environment.

    Attributes:
        why: where it is set, its default, or the rule that its value breaks.
    """

    provider: str
    variable: str
    state: State
    why: str


def groups(loaded: Plugins) -> dict[str, Kind]:
    """Give the settings of what all share, under "ace", and of each provider, under its name."""
    kinds: dict[str, Kind] = {"ace": Settings}
    return kinds | {provider.name: provider.load("settings") for provider in loaded.providers.values()}


def variables(kind: Kind) -> Iterator[Variable]:
    """Give what a settings class reads from the environment, in the order of its fields."""
    purposes = _purposes(kind)
    for field, about in kind.model_fields.items():
        if about.exclude:
            continue
        names = tuple(kind.variables(field))
        default = _written(about.get_default())
        public = any(name.startswith("NEXT_PUBLIC_") for name in names)
        yield Variable(
            field,
            names,
            purposes.get(field, field.replace("_", " ")),
            needed=field in getattr(kind, "required", ()) and not default,
            default=default,
            secrecy="secret" if field in kind.secret_fields() else "public" if public else "",
        )


def standings(loaded: Plugins) -> Iterator[Standing]:
    """Say of every variable how it stands: set, missing, default or invalid."""
    shared, _ = _read(Settings)
    found_in = places(chosen_profile())
    off = _switched_off(loaded, shared)
    for name, kind in groups(loaded).items():
        _, problems = _read(kind)
        for variable in variables(kind):
            state, why = _stands(variable, found_in, problems)
            if state == "missing" and name in off:
                why = f"{name} is switched off"
            elif state == "missing" and isinstance(shared, Settings) and shared.uses_sandbox:
                why = "the sandbox stands in"
            yield Standing(name, " | ".join(variable.names), state, why)


def page(loaded: Plugins) -> str:
    """Give the page that lists every variable."""
    lines = [_INTRODUCTION]
    for name, kind in sorted(groups(loaded).items()):
        provider = loaded.providers.get(name)
        lines += [f"## {provider.title if provider else 'Shared'}", ""]
        if provider and provider.links:
            lines += [" · ".join(f"[{title}]({url})" for title, url in provider.links.items()), ""]
        lines += ["| variable | for | set it | kind |", "|---|---|---|---|"]
        lines += [_row(variable) for variable in variables(kind)]
        lines.append("")
    return "\n".join(lines)


def _purposes(kind: Kind) -> dict[str, str]:
    """Read what each field is for from `Attributes:` in the docstrings of the class and its bases."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        _, _, attributes = inspect.cleandoc(base.__doc__ or "").partition("Attributes:\n")
        for entry in re.split(r"\n {4}(?=\w+: )", "\n" + attributes.split("\n\n")[0]):
            field, colon, text = entry.partition(":")
            if colon and field.strip() in kind.model_fields:
                found[field.strip()] = " ".join(text.split()).rstrip(".")
    return found


def _written(default: object) -> str:
    match default:
        case bool():
            return str(int(default))
        case tuple():
            return ",".join(map(str, default))  # pyright: ignore[reportUnknownArgumentType]
        case timedelta():
            return write_duration(default)
        case float() | int() | str() | Path() | Decimal():
            return f"{default:g}" if isinstance(default, float) else str(default)
        case _:
            return ""


def _read(kind: Kind) -> tuple[Settings | ProviderSettings | None, list[str]]:
    try:
        settings = kind()
    except ConfigurationError as error:
        return None, list(error.problems)
    return settings, settings.problems()


def _switched_off(loaded: Plugins, shared: Settings | ProviderSettings | None) -> set[str]:
    if not isinstance(shared, Settings):
        return set()
    return set(loaded.providers) - {name for _, name in shared.switched_on}


def _stands(
    variable: Variable, found_in: Mapping[str, Mapping[str, str]], problems: Iterable[str]
) -> tuple[State, str]:
    # The first place that has it counts, even with nothing in it: what the environment leaves empty hides the files.
    places_of = ((place, name) for place in found_in for name in variable.names if name in found_in[place])
    place, name = next(places_of, ("", ""))
    broken = [problem.removeprefix(f"{variable.names[0]}: ") for problem in problems if _about(problem, variable)]
    if place and broken:
        return "invalid", "; ".join(broken)
    if place and found_in[place][name]:
        return "set", f"{name} in {place}"
    return ("missing", "") if variable.needed else ("default", variable.default)


def _about(problem: str, variable: Variable) -> bool:
    return any(re.search(rf"\b{name}\b", problem) for name in variable.names)


def _row(variable: Variable) -> str:
    names = ", ".join(f"`{name}`" for name in variable.names)
    put = "needed" if variable.needed else f"default `{variable.default}`" if variable.default else "if you need it"
    return f"| {names} | {variable.purpose.replace('|', '&#124;')} | {put} | {variable.secrecy} |"
