"""The `ace` command. Needs the extra `cli`."""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command, and exit; a missing extra is said in words.

    Args:
        arguments: what stands behind `ace`; those of this process when not given.
    """
    try:
        from ace_integrations.cli.app import run
    except ModuleNotFoundError as error:
        if error.name not in ("typer", "rich"):
            raise
        raise SystemExit("ace needs the extra `cli`: pip install 'ace-integrations[cli]'") from None
    run(arguments)
