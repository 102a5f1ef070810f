"""`ace video`: rooms and tokens of live classes, with whichever provider is on."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import jwt
import typer

from ace_integrations.cli.output import AsJson, show
from ace_integrations.cli.state import open_ace
from ace_integrations.errors import InvalidInputError
from ace_integrations.video.agora.legacy_token import VERSION as LEGACY_VERSION
from ace_integrations.video.agora.legacy_token import read_legacy
from ace_integrations.video.agora.token import VERSION, read_unverified
from ace_integrations.video.grant import Person
from ace_integrations.video.live_class import Role

app = typer.Typer(help="Live classes.", no_args_is_help=True)


@app.command("room")
def room(session_id: str, *, as_json: AsJson = False) -> None:
    """Show the room of a class."""
    with open_ace() as ace:
        show({"provider": ace.settings.video, "room": ace.video.room(session_id)}, as_json=as_json)


@app.command("token")
def token(
    session_id: str,
    person_id: str,
    *,
    name: str = "Test",
    moderator: Annotated[bool, typer.Option(help="As the teacher.")] = False,
    minutes: int = 10,
    as_json: AsJson = False,
) -> None:
    """Give somebody the right to join a class; what is printed is a secret."""
    now = datetime.now(UTC)
    with open_ace() as ace:
        grant = ace.video.grant(
            session_id=session_id,
            person=Person(id=person_id, name=name),
            role=Role.MODERATOR if moderator else Role.PARTICIPANT,
            now=now,
            ends_at=now + timedelta(minutes=minutes),
        )
    show(grant.for_browser(), as_json=as_json)


@app.command("decode")
def decode(text: str, *, as_json: AsJson = False) -> None:
    """Show what a token of Jitsi or Agora claims. Nothing is verified: anybody can write a token."""
    show(_claims(text), as_json=as_json)


def _claims(text: str) -> Any:
    if text.startswith(VERSION):
        token = read_unverified(text)
        services = [{"service": type(service).__name__, **asdict(service)} for service in token.services]
        return {"app_id": token.app_id, **_times(token.issued_at, token.expires_at), "services": services}
    if text.startswith(LEGACY_VERSION):
        legacy = read_legacy(text)
        until = {str(privilege): _shown(ends_at) for privilege, ends_at in legacy.privileges.items()}
        return {"app_id": legacy.app_id, "expires_at": _shown(legacy.ends_at), "privileges": until}
    try:
        return jwt.decode(text, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise InvalidInputError("is a token neither of Jitsi nor of Agora", field="text") from None


def _times(issued_at: int, expires_at: int) -> dict[str, str]:
    return {"issued_at": _shown(issued_at), "expires_at": _shown(expires_at)}


def _shown(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
