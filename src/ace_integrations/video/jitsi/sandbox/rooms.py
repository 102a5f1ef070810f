"""The rooms of the twin: who is in, what they may do, and what each of them is told. No HTTP and no clock of its own.

A room begins with the first who comes and ends with the last who goes, or when a moderator ends it for all.
"""

import itertools
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Payload = Mapping[str, Any]
Heard = Callable[[str, "Room", "Participant | None", Payload], None]
"""Is told what happens, for webhooks: created, destroyed, joined, left, role, came to the lobby, left it."""

NOT_ALLOWED = "conference.connectionError.notAllowed"
MEMBERS_ONLY = "conference.connectionError.membersOnly"
FULL = "conference.max_users"
DESTROYED = "conference.destroyed"
PASSWORD_REQUIRED = "connection.passwordRequired"  # noqa: S105 - the name of an error
LOCKED = "conference.passwordRequired"
NOT_RESERVED = "conference.reservationError"


@dataclass(slots=True)
class Switches:
    """What one deployment does differently from another.

    Attributes:
        token_affiliation: whether a token's role counts; without it everybody with a token moderates, which is how
            real deployments surprise their owners.
        auto_owner: whether who comes first moderates, whatever their token says.
        wait_for_host: whether others wait in the lobby until a moderator is in.
        is_public: no tokens, the first who comes moderates, and the call is cut after five minutes.
        max_occupants: of one room.
    """

    token_affiliation: bool = True
    auto_owner: bool = False
    wait_for_host: bool = False
    is_public: bool = False
    max_occupants: int = 500


@dataclass(frozen=True, slots=True)
class Terms:
    """How one room is set up: by the platform, where it was asked, and by its moderators.

    Attributes:
        waits_for_host: whether others wait until a moderator is in.
        has_lobby: whether a moderator lets in each who comes.
        password: who is no moderator must know it; "" for none.
        max_occupants: of this room, None for as many as anywhere.
        reservation: the platform's id of it, "" for none.
        ends_at: Unix seconds at which it is ended for all, None for never.
    """

    waits_for_host: bool = False
    has_lobby: bool = False
    password: str = field(default="", repr=False)
    max_occupants: int | None = None
    reservation: str = ""
    ends_at: float | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """With what somebody comes: what a checked token says of them, or what they say themselves where none is needed.

    Attributes:
        user_id: the token's own id of the person, "" without one.
        features: what the token allows by name; None for all that the role has.
        expires_at: Unix seconds, None without a token.
        is_jaas: whether the token is one of JaaS.
    """

    name: str
    user_id: str = ""
    email: str = ""
    avatar: str = ""
    is_moderator: bool = False
    features: Mapping[str, bool] | None = None
    expires_at: int | None = None
    is_jaas: bool = False


class EntryRefusedError(Exception):
    """Somebody does not get in; `name` is the error's, as pages of Jitsi know it."""

    def __init__(self, name: str, message: str = "") -> None:
        self.name = name
        self.message = message
        super().__init__(f"{name}: {message}")


@dataclass(slots=True)
class Participant:
    """Somebody in a room, or waiting before it.

    Attributes:
        id: eight hexadecimal digits, as pages see it.
        told: what this page has not fetched yet: number, event, payload.
    """

    id: str
    jid: str
    entry: Entry
    joined_at: float
    is_moderator: bool = False
    is_waiting: bool = False
    is_muted: bool = False
    hand_raised: bool = False
    told: list[tuple[int, str, Payload]] = field(default_factory=list[tuple[int, str, Payload]])

    @property
    def role(self) -> str:
        """As Jitsi says it."""
        return "moderator" if self.is_moderator else "participant"

    def about(self) -> dict[str, Any]:
        """Give what others are told of them."""
        context = {"userContext": {"id": self.entry.user_id}} if self.entry.user_id else {}
        name = self.entry.name
        return {"id": self.id, "displayName": name, "formattedDisplayName": name, "role": self.role, **context}


@dataclass(slots=True)
class Room:
    """One room for the time that somebody is in it.

    Attributes:
        session_id: of this life of the room; the next one has another.
        ever_had_moderator: whether a moderator came; from then on nobody waits.
    """

    name: str
    created_at: float
    terms: Terms = Terms()
    session_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    participants: dict[str, Participant] = field(default_factory=dict[str, Participant])
    ever_had_moderator: bool = False

    @property
    def inside(self) -> list[Participant]:
        """Who is in, first come first."""
        return [one for one in self.participants.values() if not one.is_waiting]

    @property
    def waiting(self) -> list[Participant]:
        """Who is before the door."""
        return [one for one in self.participants.values() if one.is_waiting]


class Rooms:
    """Every open room of one deployment.

    Args:
        now: gives Unix seconds.
        heard: is told what happens.

    Attributes:
        people: everybody who came, by id: who was put out still has to be told so, and is forgotten then.
        rang: is told whose page has something to fetch.
    """

    def __init__(self, switches: Switches, *, domain: str, now: Callable[[], float], heard: Heard) -> None:
        self.switches = switches
        self.open: dict[str, Room] = {}
        self.people: dict[str, Participant] = {}
        self._domain = domain
        self._now = now
        self._heard = heard
        self.rang: Callable[[str], None] = lambda _: None
        self._numbers = itertools.count(1)

    def enter(
        self, name: str, entry: Entry, *, terms: Terms = Terms(), password: str = "", id_: str = ""
    ) -> Participant:
        """Let somebody in, or have them wait.

        Args:
            terms: of the room, if they open it.
            id_: of the participant; made up when not given.

        Raises:
            EntryRefusedError: the room is full, or locked for them.
        """
        room = self.open.get(name) or Room(name, self._now(), terms)
        is_moderator = self._moderates(room, entry)
        if len(room.inside) >= (room.terms.max_occupants or self.switches.max_occupants):
            raise EntryRefusedError(FULL, "the room is full")
        if room.terms.password not in ("", password) and not is_moderator:
            raise EntryRefusedError(LOCKED, "the room has a password")
        if name not in self.open:
            self.open[name] = room
            self._heard("created", room, None, {})
        person = Participant(id_ or uuid.uuid4().hex[:8], f"{uuid.uuid4()}@{self._domain}", entry, self._now())
        self.people[person.id] = person
        person.is_moderator, person.is_waiting = is_moderator, self._waits(room, is_moderator=is_moderator)
        room.participants[person.id] = person
        if person.is_waiting:
            self._tell(room.inside, "knockingParticipant", {"participant": {"id": person.id, "name": entry.name}})
            self._heard("came to the lobby", room, person, {})
        else:
            self._arrived(room, person)
        return person

    def leave(self, name: str, person_id: str, *, reason: str = "left") -> None:
        """Take somebody out who goes, or whose connection is gone."""
        room = self.open.get(name)
        person = room.participants.pop(person_id, None) if room else None
        if room is None or person is None:
            return
        if not person.is_waiting:
            self._tell(room.inside, "participantLeft", {"id": person.id})
        self._gone(room, person, reason)
        if not room.inside and not room.waiting:
            self._close(room)

    def kick(self, name: str, target_id: str, *, by: Participant | None) -> bool:
        """Put somebody out; they may come back while their token lives. False where nobody of that id is in."""
        room = self.open.get(name)
        target = room.participants.get(target_id) if room else None
        if room is None or target is None:
            return False
        kicker = {"id": by.id if by else ""}
        for one in room.inside:
            one_is_it = one is target
            payload = {"kicked": {"id": target.id, "local": one_is_it}, "kicker": kicker}
            self._tell([one], "participantKickedOut", payload)
        self._put_out(target, room)
        self.leave(name, target_id, reason="kicked")
        return True

    def cut(self, name: str, person_id: str) -> None:
        """Take somebody out whose time is over, if they are still in."""
        room = self.open.get(name)
        person = room.participants.get(person_id) if room else None
        if room is not None and person is not None:
            self._put_out(person, room)
            self.leave(name, person_id)

    def forget(self, person_id: str) -> None:
        """Know nothing more of somebody who is in no room."""
        if not any(person_id in room.participants for room in self.open.values()):
            self.people.pop(person_id, None)

    def end(self, name: str) -> bool:
        """End a room for all; False where it is not open."""
        room = self.open.get(name)
        if room is None:
            return False
        for one in list(room.participants.values()):
            self._tell([one], "errorOccurred", error_payload(DESTROYED, "the meeting was ended"))
            self._put_out(one, room)
            del room.participants[one.id]
            self._gone(room, one, "left")
        self._close(room)
        return True

    def seconds_left(self, person: Participant) -> int | None:
        """Give how long somebody's token is good, None without one."""
        ends_at = person.entry.expires_at
        return None if ends_at is None else max(0, round(ends_at - self._now()))

    def reset(self, switches: Switches) -> None:
        """Forget every room and everybody, and begin with these switches; nobody is told."""
        self.switches = switches
        self.open.clear()
        self.people.clear()

    def admit(self, name: str, target_id: str) -> bool:
        """Let in somebody who waits."""
        room = self.open.get(name)
        target = room.participants.get(target_id) if room else None
        if room is None or target is None or not target.is_waiting:
            return False
        target.is_waiting = False
        self._heard("left the lobby", room, target, {})
        self._arrived(room, target)
        return True

    def guard(self, name: str, *, has_lobby: bool) -> None:
        """Let a moderator decide about each who comes from now on, or no more: then all who wait are let in."""
        room = self.open.get(name)
        if room is None:
            return
        room.terms = replace(room.terms, has_lobby=has_lobby)
        for waiting in () if has_lobby else room.waiting:
            self.admit(name, waiting.id)

    def mute(self, name: str, target_id: str, *, muted: bool) -> None:
        """Switch a microphone off or on."""
        room, target = self._in(name, target_id)
        if room is not None and target is not None and target.is_muted != muted:
            target.is_muted = muted
            self._tell([target], "audioMuteStatusChanged", {"muted": muted})
            payload = {"participantId": target.id, "isMuted": muted, "mediaType": "audio"}
            self._tell(room.inside, "participantMuted", payload)

    def raise_hand(self, name: str, person_id: str, *, raised: bool) -> None:
        """Raise a hand, or lower it."""
        room, person = self._in(name, person_id)
        if room is not None and person is not None:
            person.hand_raised = raised
            self._tell(room.inside, "raiseHandUpdated", {"id": person.id, "handRaised": raised})

    def say(self, name: str, person_id: str, message: str) -> None:
        """Write to all who are in."""
        room, person = self._in(name, person_id)
        if room is None or person is None:
            return
        self._tell([person], "outgoingMessage", {"message": message, "privateMessage": False})
        others = [one for one in room.inside if one is not person]
        payload = {"from": person.id, "nick": person.entry.name, "privateMessage": False, "message": message}
        self._tell(others, "incomingMessage", payload)

    def appoint(self, name: str, target_id: str) -> None:
        """Make somebody a moderator."""
        room, target = self._in(name, target_id)
        if room is not None and target is not None and not target.is_moderator:
            target.is_moderator = True
            self._tell(room.inside, "participantRoleChanged", {"id": target.id, "role": target.role})
            self._heard("role", room, target, {"role": target.role})

    def _moderates(self, room: Room, entry: Entry) -> bool:
        if not room.inside and (self.switches.is_public or self.switches.auto_owner):
            return True
        return not self.switches.is_public and (entry.is_moderator or not self.switches.token_affiliation)

    def _waits(self, room: Room, *, is_moderator: bool) -> bool:
        waits_for_host = self.switches.wait_for_host or room.terms.waits_for_host
        return not is_moderator and (room.terms.has_lobby or (waits_for_host and not room.ever_had_moderator))

    def _arrived(self, room: Room, person: Participant) -> None:
        others = [one for one in room.inside if one is not person]
        about = {**person.about(), "avatarURL": person.entry.avatar, "email": person.entry.email}
        payload = {"roomName": room.name, **about, "breakoutRoom": False, "visitor": False}
        self._tell([person], "videoConferenceJoined", payload)
        self._tell([person], "participantRoleChanged", {"id": person.id, "role": person.role})
        for one in others:
            self._tell([person], "participantJoined", one.about())
        self._tell(others, "participantJoined", person.about())
        self._heard("joined", room, person, {})
        if person.is_moderator and not room.ever_had_moderator:
            room.ever_had_moderator = True
            for waiting in () if room.terms.has_lobby else room.waiting:
                self.admit(room.name, waiting.id)

    def _put_out(self, person: Participant, room: Room) -> None:
        self._tell([person], "videoConferenceLeft", {"roomName": room.name})
        self._tell([person], "readyToClose", {})

    def _gone(self, room: Room, person: Participant, reason: str) -> None:
        if person.is_waiting:
            self._heard("left the lobby", room, person, {})
        else:
            self._heard("left", room, person, {"disconnectReason": reason})

    def _close(self, room: Room) -> None:
        del self.open[room.name]
        self._heard("destroyed", room, None, {})

    def _in(self, name: str, person_id: str) -> tuple[Room | None, Participant | None]:
        room = self.open.get(name)
        person = room.participants.get(person_id) if room else None
        return room, person if person is not None and not person.is_waiting else None

    def _tell(self, people: list[Participant], event: str, payload: Payload) -> None:
        number = next(self._numbers)
        for one in people:
            one.told.append((number, event, payload))
            self.rang(one.id)


def error_payload(name: str, message: str, *, kind: str = "CONFERENCE") -> dict[str, Any]:
    """Give what a page is told of an error that ends the call."""
    details: dict[str, Any] = {}
    return {"error": {"name": name, "message": message, "type": kind, "isFatal": True, "details": details}}
