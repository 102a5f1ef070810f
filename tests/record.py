"""Record the cassettes of every operation; see scripts/record."""

import sys
from contextlib import ExitStack

from ace_integrations.sandbox import RunningSandbox, start
from tests import tape
from tests.operations import CLIENTS, WALKS, Walk, settings_of, taken


def main(live: list[str]) -> None:
    with ExitStack() as stack:
        sandbox = stack.enter_context(start())
        for walk in WALKS:
            if live and walk.provider not in live:
                continue
            sandbox.control.reset()
            # Days pass while some operations are recorded, and a token must outlast them.
            sandbox.control.post("paypal/tokens/lifetime", seconds=30 * 86_400)
            record(walk, None if live else sandbox)
            sys.stdout.write(f"{walk.provider} {walk.name}\n")


def record(walk: Walk, sandbox: RunningSandbox | None) -> None:
    """Record one operation, what it needs included; from the live service when there is no sandbox."""
    kind = CLIENTS[walk.provider][0]
    settings = settings_of(walk, sandbox.url if sandbox else None)
    origin: tape.Origin = "sandbox" if sandbox else "live"
    path = tape.path_of(walk.provider, walk.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tape.recording(path, origin, settings, sandbox.url if sandbox else ""), kind(settings) as client:
        positional, named = walk.prepare(client)
        if sandbox is not None and sandbox.sandbox is not None:
            settle(walk, named, sandbox)
        taken(getattr(client, walk.name)(*positional, **named))


def settle(walk: Walk, named: dict[str, object], sandbox: RunningSandbox) -> None:
    """Let happen on the twins what takes time or a person's decision."""
    control = sandbox.control
    control.advance(5)
    if walk.name in ("update_status", "download_pdf"):
        control.post(f"didit/sessions/{named['session_id']}/decide", outcome="approve")
    if walk.name == "reauthorize":
        control.advance(4 * 86_400)


if __name__ == "__main__":
    main(sys.argv[1:])
