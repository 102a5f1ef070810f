"""`ace realtime`: send a live message, see who listens, and listen, by Pusher's protocol."""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated

import typer
from pydantic_core import from_json

from ace_integrations.cli.output import AsJson, show
from ace_integrations.cli.state import open_ace
from ace_integrations.errors import ConnectionFailedError
from ace_integrations.realtime.authorise import Member
from ace_integrations.realtime.channels import Channel
from ace_integrations.realtime.payload import Data
from ace_integrations.realtime.pusher.client import Pusher
from ace_integrations.realtime.pusher.listening import Heard, Listener
from ace_integrations.realtime.pusher.settings import PusherSettings

app = typer.Typer(help="Live messages to browsers.", no_args_is_help=True)


@app.command()
def trigger(
    channel: str,
    name: str,
    data: Annotated[str, typer.Argument(help="JSON; what is none goes as that text.")] = "{}",
    *,
    user_count: Annotated[bool, typer.Option("--users", help="Tell how many are in a presence channel.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send one event to a channel."""
    with open_ace() as ace:
        sent = ace.client(Pusher).trigger(
            channels=[channel], name=name, data=_value(data), info=["user_count"] if user_count else ()
        )
        show(sent, as_json=as_json)


@app.command()
def channels(prefix: Annotated[str, typer.Argument()] = "", *, as_json: AsJson = False) -> None:
    """List the channels on which somebody listens."""
    with open_ace() as ace:
        presence = prefix.startswith("presence-")
        found = ace.client(Pusher).list_channels(prefix=prefix, info=["user_count"] if presence else ())
    rows = [
        {"channel": name, **({"users": about.user_count} if presence else {})}
        for name, about in sorted(found.channels.items())
    ]
    show(rows, as_json=as_json)


@app.command()
def users(channel: str, *, as_json: AsJson = False) -> None:
    """List the users of a presence channel."""
    with open_ace() as ace:
        show(list(ace.client(Pusher).list_users(channel=channel).users), as_json=as_json)


@app.command()
def tail(
    channels: list[str],
    *,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many events; else with Ctrl-C.")] = None,
    user: Annotated[str, typer.Option(help="Who listens, as others see on presence channels.")] = "ace-tail",
    as_json: AsJson = False,
) -> None:
    """Show each event of some channels as it comes. Needs the extra `sandbox`."""
    with open_ace() as ace:
        settings = ace.settings.of(PusherSettings)
    listener = Listener(settings, [Channel(name) for name in channels], member=Member(user))
    for heard in islice(_heard(listener), count):
        row = {"channel": heard.channel, "name": heard.name, "data": heard.data, "user": heard.user}
        show([row], as_json=as_json)


def _heard(listener: Listener) -> Iterator[Heard]:
    try:
        from websockets.exceptions import ConnectionClosed, InvalidHandshake
        from websockets.sync.client import connect
    except ImportError:
        raise ImportError("listening needs the extra: pip install 'ace-integrations[sandbox]'") from None
    try:
        with connect(listener.url, open_timeout=10) as socket:
            for frame in socket:
                answers, heard = listener.take(frame if isinstance(frame, str) else frame.decode())
                for answer in answers:
                    socket.send(answer)
                if heard is not None:
                    yield heard
    except (ConnectionClosed, InvalidHandshake, OSError) as error:
        raise ConnectionFailedError(f"the connection ended: {error}", provider="pusher", operation="listen") from None


def _value(text: str) -> Data:
    try:
        value: Data = from_json(text)
    except ValueError:
        return text
    return value
