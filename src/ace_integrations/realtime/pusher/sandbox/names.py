"""What a channel's name says: who may subscribe, who sees whom, and what is kept for those who come later."""

import re

LONGEST_CHANNEL, LONGEST_EVENT = 164, 200
SERVER_TO_USER = "#server-to-user-"
RESERVED_EVENTS = ("pusher:", "pusher_internal:")

_CHANNEL = re.compile(r"[-a-zA-Z0-9_=@,.;]+")
_SOCKET_ID = re.compile(r"[0-9]+\.[0-9]+")
_CACHES = ("cache-", "private-cache-", "private-encrypted-cache-", "presence-cache-")


def is_channel(name: str) -> bool:
    """Whether a channel can have this name."""
    return len(name) <= LONGEST_CHANNEL and _CHANNEL.fullmatch(name) is not None


def is_server_to_user(name: str) -> bool:
    """Whether it is the channel of one user, which nobody else may subscribe to."""
    return name.startswith(SERVER_TO_USER) and is_channel(name.removeprefix(SERVER_TO_USER))


def is_presence(name: str) -> bool:
    """Whether those who are there see each other."""
    return name.startswith("presence-")


def is_private(name: str) -> bool:
    """Whether a subscription needs a signature."""
    return name.startswith(("private-", "presence-"))


def is_encrypted(name: str) -> bool:
    """Whether the service cannot read what is sent."""
    return name.startswith("private-encrypted-")


def is_cache(name: str) -> bool:
    """Whether the last event waits for those who subscribe later."""
    return name.startswith(_CACHES)


def is_socket_id(text: str) -> bool:
    """Whether a connection can have this id."""
    return _SOCKET_ID.fullmatch(text) is not None
