"""What the console and tests decide: who comes and is put out, which keys a deployment knows, how it is set up."""

from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from starlette.routing import BaseRoute, Route

from ace_integrations.sandbox.asgi import Act, control, is_on
from ace_integrations.settings import is_loopback
from ace_integrations.video.jitsi.sandbox.asking import Asking
from ace_integrations.video.jitsi.sandbox.doors import Doors
from ace_integrations.video.jitsi.sandbox.notices import Notices
from ace_integrations.video.jitsi.sandbox.rooms import Entry, EntryRefusedError, Rooms

Fields = dict[str, Any]

_OF_DOORS = {
    "domain_verification": "verifies_domain",
    "allow_empty_token": "allows_empty_token",
    "require_room_claim": "requires_room",
}


class Controls:
    """The control routes."""

    def __init__(self, rooms: Rooms, doors: Doors, notices: Notices, asking: Asking) -> None:
        self._rooms = rooms
        self._doors = doors
        self._notices = notices
        self._asking = asking

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        posts: dict[str, Act] = {
            "/rooms/{room}/enter": self._enter,
            "/rooms/{room}/end": self._end,
            "/rooms/{room}/kick": self._kick,
            "/rooms/{room}/lose": self._lose,
            "/switches": self._switch,
            "/keys": self._upload,
            "/secrets": self._rotate,
            "/provisioning": self._provision,
            "/reservations": self._reserve,
        }
        routes = [Route(path, control(act), methods=["POST"]) for path, act in posts.items()]
        return [*routes, *self._notices.telling.controls("/events")]

    def _enter(self, fields: Fields) -> Fields:
        """Let somebody in whom no browser brings."""
        name, id_ = str(fields.get("name") or "Fellow Jitster"), str(fields.get("id") or "")
        entry = Entry(name=name, user_id=str(fields.get("user_id") or ""), is_moderator=is_on(fields, "moderator"))
        try:
            return {"id": self._rooms.enter(fields["room"], entry, id_=id_).id}
        except EntryRefusedError as refused:
            raise ValueError(refused.message) from None

    def _end(self, fields: Fields) -> None:
        if not self._rooms.end(fields["room"]):
            raise KeyError(fields["room"])

    def _kick(self, fields: Fields) -> None:
        if not self._rooms.kick(fields["room"], str(fields["participant"]), by=None):
            raise KeyError(fields["participant"])

    def _lose(self, fields: Fields) -> None:
        self._rooms.leave(fields["room"], str(fields["participant"]), reason="unrecoverable_error")

    def _switch(self, fields: Fields) -> None:
        name, switches, doors = str(fields["name"]), self._rooms.switches, self._doors
        if name == "max_occupants":
            switches.max_occupants = int(str(fields["value"]))
        elif name in ("token_affiliation", "auto_owner", "wait_for_host", "is_public"):
            setattr(switches, name, is_on(fields, "value"))
        else:
            changed: Fields = {_OF_DOORS[name]: is_on(fields, "value")}
            doors.hosted = replace(doors.hosted, **changed)

    def _upload(self, fields: Fields) -> None:
        key = load_pem_public_key(str(fields["pem"]).encode())
        if not isinstance(key, RSAPublicKey):
            raise ValueError("it is no RSA key")
        keys = self._doors.system_keys if fields.get("of") == "system" else self._doors.keys
        keys[str(fields["kid"])] = key

    def _rotate(self, fields: Fields) -> None:
        self._notices.rotate([str(secret) for secret in fields["secrets"]])

    def _provision(self, fields: Fields) -> None:
        self._asking.provisioning_url = _here(fields)

    def _reserve(self, fields: Fields) -> None:
        self._asking.reservations_url = _here(fields).rstrip("/")


def _here(fields: Fields) -> str:
    url = str(fields.get("url") or "")
    if url and not is_loopback(url):
        raise ValueError("a sandbox asks this machine only")
    return url
