"""What a notification says in one language: fixed words with places for values, which are set apart when filled in."""

import html
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from ace_integrations.errors import InvalidInputError
from ace_integrations.mail.batch import PerRecipient
from ace_integrations.mail.text import isolated, literal, without_controls
from ace_integrations.settings import is_loopback

Language = Literal["ar", "en"]

LONGEST_VALUE = 2000
"""Characters of a value; a name is far shorter, a reason may be long."""

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a small table: a fixed label and a value with places.

    Attributes:
        link: address that the value leads to, None for plain text.
    """

    label: str
    value: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """The one thing to do: the button's words in both languages, and where it leads."""

    arabic: str
    english: str
    url: str


@dataclass(frozen=True, slots=True)
class Copy:
    """All that a mail says in one language. `{name}` is a place for a value.

    Attributes:
        subject: short; both languages share one subject of 70 characters.
        preheader: what an inbox shows after the subject; no places.
        steps: a list with numbers, below the paragraphs.
        facts: a small table, below the steps.
        closing: a last paragraph, "" for none.
        unsubscribe: the words of the link that stops such mails, "" where there is none.
    """

    subject: str
    preheader: str
    heading: str
    paragraphs: tuple[str, ...]
    steps: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    closing: str = ""
    unsubscribe: str = ""


class Notification(ABC):
    """One mail of the platform, whatever language its reader has. A subclass is a frozen dataclass of its values.

    Attributes:
        tag: a fixed word for statistics; the same for every mail of the kind.
        via: the channels that `ace.notify` sends it by.
    """

    tag: ClassVar[str]
    via: ClassVar[tuple[str, ...]] = ("mail",)

    @abstractmethod
    def values(self) -> Mapping[str, str]:
        """Give what takes the places; made safe before it is put in."""

    @abstractmethod
    def arabic(self) -> Copy:
        """Say it in Arabic."""

    @abstractmethod
    def english(self) -> Copy:
        """Say it in English."""

    @abstractmethod
    def action(self) -> Action | None:
        """Give the thing to do; None where there is nothing to do."""

    def stop_url(self) -> str | None:
        """Give the address that stops such mails at once; None for mails about the reader's own account."""
        return None


@dataclass(frozen=True, slots=True)
class Filling:
    """Values made safe, and how they are put into one kind of text."""

    values: Mapping[str, str]
    literal: Callable[[str], str]
    wrap: Callable[[str], str]
    longest: int = LONGEST_VALUE
    shortened: "Mapping[str, str]" = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shortened", {name: shorten(text, self.longest) for name, text in self.values.items()})

    def fill(self, template: str) -> str:
        """Put the values into their places."""
        parts: list[str] = []
        at = 0
        for place in _PLACE.finditer(template):
            parts.append(self.literal(template[at : place.start()]))
            parts.append(self.wrap(self.shortened[place.group(1)]))
            at = place.end()
        return "".join([*parts, self.literal(template[at:])])


def in_text(values: Mapping[str, str], *, longest: int = LONGEST_VALUE) -> Filling:
    """Fill plain text: each value between isolates."""
    return Filling(values, str, isolated, longest)


def in_html(values: Mapping[str, str]) -> Filling:
    """Fill HTML: all of it escaped, each value isolated twice, since some mail programs drop `bdi`."""
    return Filling(values, html.escape, lambda value: f'<span dir="auto"><bdi>{html.escape(value)}</bdi></span>')


def safe_values(notification: Notification) -> dict[str, str]:
    """Give the values as one line each, without direction controls, and with no place of a batch but ours."""
    found: dict[str, str] = {}
    for name, value in notification.values().items():
        if isinstance(value, PerRecipient):
            found[name] = value
            continue
        text = literal(without_controls(" ".join(value.split())))
        if not text:
            raise InvalidInputError("is empty", field=name)
        found[name] = shorten(text, LONGEST_VALUE)
    return found


def shorten(text: str, longest: int) -> str:
    """Cut a text that is too long; a place of a batch stays whole."""
    if len(text) <= longest or isinstance(text, PerRecipient):
        return text
    return f"{text[: longest - 1].rstrip()}…"


def safe_url(url: str, *, field: str) -> str:
    """Give an address that a mail may lead to.

    Raises:
        InvalidInputError: it is not absolute and https; plain http is for this machine only.
    """
    if isinstance(url, PerRecipient):
        return url
    parts = urlsplit(url)
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url))
    if not secure or not parts.hostname or not url.isprintable() or " " in url or parts.username is not None:
        raise InvalidInputError("must be an absolute address that starts with https://", field=field)
    return literal(url)
