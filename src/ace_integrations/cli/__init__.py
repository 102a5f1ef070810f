"""The `ace` command. Needs the extra `cli`."""


def main() -> None:
    """Run the command; a missing extra is said in words."""
    try:
        from ace_integrations.cli.app import run
    except ModuleNotFoundError as error:
        if error.name not in ("typer", "rich"):
            raise
        raise SystemExit("ace needs the extra `cli`: pip install 'ace-integrations[cli]'") from None
    run()
