"""`ace sandbox` and `ace demo`."""

import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from ace_integrations.cli.output import AsJson, complain, say, show
from ace_integrations.errors import ConfigurationError
from ace_integrations.sandbox import RunningSandbox, join_or_start, start
from ace_integrations.sandbox.seed import plant, read_seed
from ace_integrations.settings import SANDBOX_PORT

app = typer.Typer(help="Run the local sandbox, or look into a running one.", invoke_without_command=True)


@app.callback(invoke_without_command=True)
def serve(
    context: typer.Context,
    *,
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = SANDBOX_PORT,
    webhooks_to: Annotated[
        str, typer.Option(help="Where the platform receives webhooks; {provider} is filled in.")
    ] = "http://127.0.0.1:8000/api/{provider}/webhook",
    seed: Annotated[Path | None, typer.Option(help="Do the steps of this JSON file first.")] = None,
) -> None:
    """Serve every imitated service on one loopback port until interrupted."""
    if context.invoked_subcommand is not None:
        return
    with start(port=port) as running:
        aim(running, webhooks_to)
        if seed is not None:
            say(f"{plant(running, read_seed(seed))} steps of {seed} done.")
        say(f"Sandbox on {running.url} - open it for the console. Ctrl-C ends it.")
        say(f"Point an app at it:  export ACE_SANDBOX_URL={running.url}")
        _until_interrupted()


@app.command("log")
def log(
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for more.")] = False,
    provider: str = "",
    as_json: AsJson = False,
) -> None:
    """Print the calls and webhooks that went through a running sandbox."""
    with _joined() as running:
        last = 0
        while True:
            entries = running.control.journal(provider=provider, after=last)
            if entries or not follow:
                show([_line(entry) for entry in entries] if not as_json else entries, as_json=as_json)
            last = entries[-1]["id"] if entries else last
            if not follow:
                return
            time.sleep(0.5)


@app.command("reset")
def reset() -> None:
    """Make a running sandbox as new."""
    with _joined() as running:
        running.control.reset()
        say("The sandbox is as new.")


@app.command("advance")
def advance(seconds: float) -> None:
    """Move a running sandbox's clock forward; what falls due on the way happens."""
    with _joined() as running:
        say(time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(running.control.advance(seconds))))


@app.command("exec", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def execute(context: typer.Context) -> None:
    """Run a command against a fresh sandbox, as in `ace sandbox exec -- pytest`; exit as it does."""
    if not context.args:
        raise typer.BadParameter("give a command after --")
    with start() as running:
        environment = {**os.environ, "ACE_SANDBOX_URL": running.url}
        raise typer.Exit(subprocess.run(context.args, env=environment, check=False).returncode)  # noqa: S603 - the user's own command


def demo(
    platform: Annotated[str, typer.Argument(help="fastapi or django")] = "fastapi",
    *,
    once: Annotated[bool, typer.Option("--once", help="Walk the whole journey, print each step, and end.")] = False,
) -> None:
    """Run an example platform on the sandbox, and print the pages to open."""
    there = sorted(path.parent.name for path in Path.cwd().glob("examples/*_platform/demo.py"))
    if not there:
        complain("ace demo runs an example platform: start it in a clone of the repository")
        raise typer.Exit(2)
    if f"{platform}_platform" not in there:
        complain(f"there is no {platform} platform, but {', '.join(name.removesuffix('_platform') for name in there)}")
        raise typer.Exit(2)
    command = [sys.executable, "-m", f"examples.{platform}_platform.demo", *(["--once"] if once else [])]
    raise typer.Exit(subprocess.run(command, check=False).returncode)  # noqa: S603 - our own module


def aim(running: RunningSandbox, template: str) -> None:
    """Tell the sandbox where the platform receives each provider's webhooks."""
    names = running.control.get("status")["twins"]
    running.control.send_webhooks_to(**{name: template.replace("{provider}", name) for name in names})


@contextmanager
def _joined() -> Generator[RunningSandbox]:
    running = join_or_start()
    try:
        if running.sandbox is not None:
            raise ConfigurationError("no sandbox is running; start one with `ace sandbox`")
        yield running
    finally:
        running.close()


def _line(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "time": time.strftime("%H:%M:%S", time.gmtime(entry["at"])),
        "service": entry["provider"],
        "call": f"{entry['method']} {entry['path']}",
        "status": entry["status"],
        "ms": entry["duration_ms"],
    }


def _until_interrupted() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        say("")
