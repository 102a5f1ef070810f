"""Names of rooms: who does not know the key cannot guess them, and every provider takes them as they are."""

import hashlib
import hmac
import re

from pydantic import SecretStr

from ace_integrations.errors import InvalidInputError

ROOM = re.compile(r"[a-z0-9][a-z0-9-]{2,62}")
"""What every provider takes and none changes: Jitsi lower-cases names and encodes all else (jitsi.md §3.2)."""

LEAST_KEY = 16
"""Characters of the key at least."""

_PREFIX = re.compile(r"[a-z][a-z0-9]{0,7}")
_FOREIGN = re.compile(r"[^a-z0-9]")


def room_name(
    session_id: str,
    *,
    key: SecretStr,
    prefix: str = "edv",
    that_every_stranger_can_guess: bool = False,
) -> str:
    """Give the room of one class: the same whenever it is asked for, another one under another key.

    Args:
        session_id: your own id of the class; a title may change, and belongs into the subject.
        key: of `LEAST_KEY` characters or more; a new one makes all old links worthless.
        that_every_stranger_can_guess: give `edvancesession42`, as old links have it, to anyone who can count.

    Raises:
        InvalidInputError: the id is empty, or the prefix is not of small letters and digits.
    """
    if not session_id.strip():
        raise InvalidInputError("is empty", field="session_id")
    if not _PREFIX.fullmatch(prefix):
        raise InvalidInputError("is up to eight small letters and digits, a letter first", field="prefix")
    readable = _FOREIGN.sub("", session_id.lower())[:28]
    if that_every_stranger_can_guess:
        return f"edvancesession{readable}"
    # The whole id is in the digest, so ids that read alike have rooms of their own.
    return "-".join(part for part in (prefix, readable, keyed(key, f"live-session:{session_id}")[:24]) if part)


def keyed(key: SecretStr, message: str) -> str:
    """Give the HMAC-SHA-256 of a message in hex digits.

    Raises:
        InvalidInputError: the key is too short to keep anything.
    """
    text = key.get_secret_value()
    if len(text) < LEAST_KEY:
        raise InvalidInputError(f"needs {LEAST_KEY} characters or more", field="key")
    return hmac.new(text.encode(), message.encode(), hashlib.sha256).hexdigest()


def check_room(room: str) -> str:
    """Give a room's name back if it is one.

    Raises:
        InvalidInputError: it is a title, a pattern, or of signs that a provider would change.
    """
    if not ROOM.fullmatch(room):
        raise InvalidInputError("is 3 to 63 small letters, digits and hyphens; a title is no room", field="room")
    return room
