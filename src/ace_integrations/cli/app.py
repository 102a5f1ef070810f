"""The `ace` application: its own commands, and those that the plugins bring."""

import sys
from collections.abc import Sequence
from functools import cache
from io import TextIOWrapper
from pkgutil import resolve_name

import typer

from ace_integrations.cli import doctor, privacy, sandbox, usage, webhooks
from ace_integrations.cli.init import init
from ace_integrations.cli.output import complain
from ace_integrations.cli.plugins import list_plugins
from ace_integrations.errors import AceError, ConfigurationError, InvalidInputError
from ace_integrations.hooks import plugins

EXIT_FAILED, EXIT_USAGE, EXIT_CONFIGURATION = 1, 2, 3

app = typer.Typer(
    help="Outside services for education and career platforms, real or in the sandbox.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(sandbox.app, name="sandbox")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(usage.app, name="usage")
app.add_typer(privacy.app, name="privacy")
app.command("doctor")(doctor.doctor)
app.command("demo")(sandbox.demo)
app.command("init")(init)
app.command("plugins")(list_plugins)


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an error of ours is one line and an exit code, not a traceback.

    Exit codes: 0 done, 1 the service or the check said no, 2 wrong usage, 3 the configuration is at fault.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # Arabic goes through every terminal and pipe
            stream.reconfigure(encoding="utf-8")
    _gather()
    try:
        app(None if arguments is None else list(arguments), prog_name="ace")
    except ConfigurationError as error:
        for problem in error.problems:
            complain(problem)
        sys.exit(EXIT_CONFIGURATION)
    except InvalidInputError as error:
        complain(str(error))
        sys.exit(EXIT_USAGE)
    except AceError as error:
        complain(str(error))
        sys.exit(EXIT_FAILED)


@cache
def _gather() -> None:
    """Add the commands of the capabilities and of every provider, once."""
    app.add_typer(resolve_name("ace_integrations.mail.cli:app"), name="mail")
    app.add_typer(resolve_name("ace_integrations.payments.cli:app"), name="payments")
    app.add_typer(resolve_name("ace_integrations.payments.rates.cli:app"), name="rates")
    app.add_typer(resolve_name("ace_integrations.realtime.pusher.cli:app"), name="realtime")
    app.add_typer(resolve_name("ace_integrations.video.cli:app"), name="video")
    for provider in plugins().providers.values():
        if provider.commands:
            app.add_typer(provider.load("commands"), name=provider.name)
