"""Names of channels: built and checked here, so that no wrong one is ever sent, and their kinds by prefix."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from ace_integrations.errors import InvalidInputError

LONGEST_NAME = 164
"""Characters of a channel's name, its prefix included."""

_ALPHABET = re.compile(r"[-a-zA-Z0-9_=@,.;]+", re.ASCII)
_ID = re.compile(r"[-a-zA-Z0-9_=@,;]+", re.ASCII)


class ChannelKind(StrEnum):
    """Who may listen on a channel."""

    PUBLIC = "public"
    """Everybody who has the application's key, and that is in every page: for what anyone may know."""
    PRIVATE = "private"
    """Whom the platform lets in."""
    ENCRYPTED = "encrypted"
    """Likewise, and the service between cannot read what is sent."""
    PRESENCE = "presence"
    """Whom the platform lets in, and each sees who else is there."""


_PREFIXES: tuple[tuple[str, ChannelKind, bool], ...] = (
    # The longer ones first: each is the start of a longer one.
    ("private-encrypted-cache-", ChannelKind.ENCRYPTED, True),
    ("private-encrypted-", ChannelKind.ENCRYPTED, False),
    ("private-cache-", ChannelKind.PRIVATE, True),
    ("private-", ChannelKind.PRIVATE, False),
    ("presence-cache-", ChannelKind.PRESENCE, True),
    ("presence-", ChannelKind.PRESENCE, False),
    ("cache-", ChannelKind.PUBLIC, True),
    ("", ChannelKind.PUBLIC, False),
)


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel by its whole name, as in "private-user.9".

    Raises:
        InvalidInputError: no channel can have that name.
    """

    name: str

    def __post_init__(self) -> None:
        if not _ALPHABET.fullmatch(self.name):
            raise InvalidInputError("is made of letters and digits of ASCII and - _ = @ , . ;", field="channel")
        if len(self.name) > LONGEST_NAME:
            raise InvalidInputError(f"is longer than {LONGEST_NAME} characters", field="channel")
        if not self.bare:
            raise InvalidInputError("is a prefix without a name behind it", field="channel")

    @property
    def kind(self) -> ChannelKind:
        """Who may listen."""
        return self._split[1]

    @property
    def is_cache(self) -> bool:
        """Whether who comes later gets the last message too."""
        return self._split[2]

    @property
    def bare(self) -> str:
        """The name after its prefix: "user.9" of "private-user.9"."""
        return self.name.removeprefix(self._split[0])

    @property
    def is_public(self) -> bool:
        """Whether anybody may listen."""
        return self.kind is ChannelKind.PUBLIC

    def __str__(self) -> str:
        return self.name

    @property
    def _split(self) -> tuple[str, ChannelKind, bool]:
        return _split(self.name)


@lru_cache(maxsize=1024)
def _split(name: str) -> tuple[str, ChannelKind, bool]:
    return next(known for known in _PREFIXES if name.startswith(known[0]))


JOB_BOARD = Channel("job-board")
"""Postings that anybody may see."""


def course(course_id: str | int) -> Channel:
    """Give the public channel of a course: for what visitors of its page may know."""
    return _named("course", course_id)


def private_course(course_id: str | int) -> Channel:
    """Give the channel of those who are enrolled in a course."""
    return _named("private-course", course_id)


def private_user(user_id: str | int) -> Channel:
    """Give the channel of one user: for everything about them."""
    return _named("private-user", user_id)


def private_university(university_id: str | int) -> Channel:
    """Give the channel of the members of a university."""
    return _named("private-university", university_id)


def presence_session(session_id: str | int) -> Channel:
    """Give the channel of those who are in a live session, and see each other."""
    return _named("presence-session", session_id)


def _named(prefix: str, thing: str | int) -> Channel:
    # A dot would end the id for the rule that lets people in, which then may let somebody else in.
    text = str(thing)
    if not _ID.fullmatch(text):
        raise InvalidInputError("is made of letters and digits of ASCII and - _ = @ , ;", field="id")
    return Channel(f"{prefix}.{text}")
