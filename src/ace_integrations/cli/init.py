"""`ace init`: write `.env.example` from the settings that the providers declare, and keep `.env` out of git."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ace_integrations.cli.output import complain, say
from ace_integrations.hooks import plugins
from ace_integrations.settings import ProviderSettings, Settings

EXAMPLE = Path(".env.example")
IGNORED = (".env", ".env.*", f"!{EXAMPLE}")


def init(
    *, force: Annotated[bool, typer.Option("--force", help="Write over an existing .env.example.")] = False
) -> None:
    """Write .env.example with every variable and no value, and add .env and its profiles to .gitignore once."""
    if EXAMPLE.exists() and not force:
        complain(f"{EXAMPLE} exists; --force writes over it")
        raise typer.Exit(1)
    EXAMPLE.write_text("\n".join(lines()) + "\n", encoding="utf-8")
    say(f"{EXAMPLE} names every variable; copy it to .env and fill in what you use.")
    if ignore(Path(".gitignore")):
        say(".gitignore keeps .env out of the repository now.")


def lines() -> Iterator[str]:
    """Give the lines of the example: one group a provider, the preferred name of each variable, no value."""
    yield "# Shared. ACE_SANDBOX=1 points every service without a key at the local sandbox."
    yield from _variables(Settings)
    for provider in plugins().providers.values():
        kind: type[ProviderSettings] = provider.load("settings")
        yield ""
        yield f"# {provider.title} ({provider.capability})"
        yield from _variables(kind)


def ignore(path: Path) -> bool:
    """Add `.env`, and the files of its profiles, to a .gitignore; False when they are there."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    added = [line for line in IGNORED if line not in text.splitlines()]
    if not added:
        return False
    apart = "" if not text or text.endswith("\n") else "\n"
    path.write_text(f"{text}{apart}{chr(10).join(added)}\n", encoding="utf-8")
    return True


def _variables(kind: type[Settings | ProviderSettings]) -> Iterator[str]:
    for field, about in kind.model_fields.items():
        if about.exclude:
            continue
        first, *others = kind.variables(field)
        needed = field in getattr(kind, "required", ())
        notes = [*(["needed"] if needed else []), *([f"or {', '.join(others)}"] if others else [])]
        yield f"{first}={'  # ' + '; '.join(notes) if notes else ''}"
