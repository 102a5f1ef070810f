"""`ace init`: write `.env.example` from the settings that the providers declare, and keep `.env` out of git."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ace_integrations.cli.environment import Variable, groups, variables
from ace_integrations.cli.output import complain, say
from ace_integrations.hooks import plugins

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
    titles = {provider.name: f"{provider.title} ({provider.capability})" for provider in plugins().providers.values()}
    yield "# ACE_SANDBOX=1 points every service without a key at the local sandbox. What stays empty is not set."
    for name, kind in groups(plugins()).items():
        yield from ("", f"# --- {titles.get(name, 'Shared')} ---")
        for variable in variables(kind):
            yield f"# {variable.purpose}{_notes(variable)}"
            yield f"{variable.names[0]}="


def ignore(path: Path) -> bool:
    """Add `.env`, and the files of its profiles, to a .gitignore; False when they are there."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    added = [line for line in IGNORED if line not in text.splitlines()]
    if not added:
        return False
    apart = "" if not text or text.endswith("\n") else "\n"
    path.write_text(f"{text}{apart}{chr(10).join(added)}\n", encoding="utf-8")
    return True


def _notes(variable: Variable) -> str:
    others = variable.names[1:]
    notes = ["needed"] if variable.needed else [f"default {variable.default}"] if variable.default else []
    notes += [f"or {', '.join(others)}"] if others else []
    return f" ({'; '.join(notes)})" if notes else ""
