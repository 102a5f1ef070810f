"""Mailgun's states, imitated: what is sent, each recipient's copy, what becomes of it. Pure."""

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import getaddresses
from functools import cached_property
from typing import Any, Literal

from ace_integrations.mail.message import Attachment
from ace_integrations.mail.mime import compose
from ace_integrations.sandbox.twin import Badge, Step

Region = Literal["us", "eu"]

_PLACE = re.compile(r"%recipient\.([A-Za-z0-9_:-]+)%")
_TEMPLATE_PLACE = re.compile(r"\{\{\s*([A-Za-z0-9_.]+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Key:
    """An API key; a sending key can do nothing but send for its domain."""

    kind: Literal["account", "sending"] = "account"
    domain: str = ""


@dataclass(frozen=True)
class Submission:
    """One call to `messages` or `messages.mime`.

    Attributes:
        values: `recipient-variables`, None when the call has none, in which case everybody sees everybody.
        mime: the mail itself where the caller wrote it.
        deliver_at: Unix seconds, None for at once.
    """

    message_id: str
    domain: str
    region: Region
    sender: str
    to: tuple[str, ...]
    subject: str
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    text: str | None = None
    html: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    tags: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    values: Mapping[str, Mapping[str, Any]] | None = None
    attachments: tuple[Attachment, ...] = ()
    test: bool = False
    deliver_at: float | None = None
    mime: bytes | None = None

    @cached_property
    def envelope(self) -> list[str]:
        """Every address once, in lower case."""
        found = [email.lower() for _, email in getaddresses([*self.to, *self.cc, *self.bcc])]
        return list(dict.fromkeys(found))

    @cached_property
    def shown(self) -> Mapping[str, str]:
        """The mailboxes of `to` by address."""
        return {getaddresses([text])[0][1].lower(): text for text in self.to}

    @cached_property
    def values_of(self) -> Mapping[str, Mapping[str, Any]]:
        """The recipient variables by address, in lower case."""
        return {email.lower(): values for email, values in (self.values or {}).items()}


@dataclass(slots=True)
class Letter:
    """One recipient's copy.

    Attributes:
        number: its id on the console and in the inbox.
        stop_url: takes the place of `%unsubscribe_url%`.
    """

    number: int
    submission: Submission
    address: str
    at: float
    state: Badge = field(default_factory=lambda: Badge("Queued", "info"))
    steps: list[Step] = field(default_factory=list[Step])
    unread: bool = True
    stop_url: str = ""

    @property
    def storage_key(self) -> str:
        """Its key at the storage host."""
        return f"sandbox{self.number:08d}"

    @property
    def subject(self) -> str:
        """The subject as this recipient reads it."""
        return self._filled(self.submission.subject)

    @property
    def text(self) -> str | None:
        """The plain-text part as this recipient reads it."""
        return self._optional(self.submission.text)

    @property
    def html(self) -> str | None:
        """The HTML part as this recipient reads it."""
        return self._optional(self.submission.html)

    @property
    def shown_to(self) -> list[str]:
        """What the `To` field says: everybody, unless the call had variables for this recipient."""
        if self.submission.values is None:
            return list(self.submission.to)
        own = self.submission.shown.get(self.address)
        return [own] if own else []

    @property
    def headers(self) -> dict[str, str]:
        """Header fields beside the usual ones."""
        found = {name: self._filled(value) for name, value in self.submission.headers.items()}
        if self.submission.tags:
            found["X-Mailgun-Tag"] = ", ".join(self.submission.tags)
        if self.submission.variables:
            # Shown to every recipient, as by the service: nothing secret belongs into variables.
            found["X-Mailgun-Variables"] = json.dumps(dict(self.submission.variables))
        return found

    def mime(self) -> bytes:
        """The mail as the recipient's server gets it."""
        if self.submission.mime is not None:
            return self.submission.mime
        return self._composed().as_bytes()

    def _composed(self) -> EmailMessage:
        submission = self.submission
        return compose(
            sender=submission.sender,
            to=self.shown_to,
            cc=submission.cc,
            subject=self.subject,
            message_id=submission.message_id,
            text=self.text,
            html=self.html,
            headers=self.headers,
            attachments=submission.attachments,
        )

    def _optional(self, text: str | None) -> str | None:
        return None if text is None else self._filled(text)

    def _filled(self, text: str) -> str:
        for place in ("%unsubscribe_url%", "%tag_unsubscribe_url%"):
            text = text.replace(place, self.stop_url)
        if self.submission.values is None:
            return text
        own = self.submission.values_of.get(self.address, {})
        text = text.replace("%recipient%", self.address)
        # What has no value stays as it stands: what the service does with it is not known.
        return _PLACE.sub(lambda place: str(own.get(place.group(1), place.group(0))), text)


def fill_template(source: str, variables: Mapping[str, Any]) -> str:
    """Fill `{{name}}` places of a stored template, escaped."""
    return _TEMPLATE_PLACE.sub(lambda place: html.escape(str(variables.get(place.group(1), ""))), source)


@dataclass(frozen=True, slots=True)
class Happening:
    """What happens to a copy, some seconds after it was accepted; `type` is the webhook's name."""

    after_s: float
    type: str
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])


def _failed(
    code: int, message: str, *, reason: str = "generic", attempt: int = 1, more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    status = {"attempt-no": attempt, "code": code, "message": message, "description": "", "session-seconds": 0.3}
    return {"reason": reason, "delivery-status": {**status, **(more or {})}}


def _deferred(count: int, code: int, message: str, reason: str = "generic") -> list[Happening]:
    pauses = [2 + 600 * number for number in range(count)]
    return [
        Happening(
            pause, "temporary_fail", _failed(code, message, reason=reason, attempt=at, more={"retry-seconds": 600})
        )
        for at, pause in enumerate(pauses, 1)
    ]


BOUNCE = _failed(550, "550 5.1.1 no such user", reason="bounce", more={"enhanced-code": "5.1.1"})
_DELIVERED = Happening(2, "delivered")
_BY_NAME: dict[str, tuple[Happening, ...]] = {
    "hardbounce": (Happening(2, "permanent_fail", BOUNCE),),
    "block": (Happening(2, "permanent_fail", _failed(554, "554 5.7.1 blocked", reason="espblock")),),
    "softbounce": (*_deferred(2, 452, "4.2.2 mailbox full"), Happening(1202, "delivered")),
    "greylist": (*_deferred(1, 451, "4.7.1 try again later", "greylisted"), Happening(602, "delivered")),
    "expired": (
        *_deferred(3, 421, "4.4.1 no answer"),
        Happening(1802, "permanent_fail", _failed(602, "Too old", reason="old", attempt=4)),
    ),
    "latebounce": (
        _DELIVERED,
        Happening(3602, "permanent_fail", {**BOUNCE, "flags": {"is-delayed-bounce": True}}),
    ),
    "complain": (_DELIVERED, Happening(30, "complained")),
    "unsubscribe": (_DELIVERED, Happening(30, "unsubscribed")),
    "open": (_DELIVERED, Happening(30, "opened")),
    "click": (_DELIVERED, Happening(30, "clicked")),
    "bot": (_DELIVERED, Happening(5, "opened", {"client-info": {"bot": "generic", "client-type": "robot"}})),
    "reject": (Happening(0, "rejected"),),
}
MAGIC = tuple(_BY_NAME)
"""Local parts of addresses with a course of their own; what follows a `+` does not count."""

HTTP_FAULTS = ("http429", "http500", "http500-sent", "timeout", "drop")
"""Local parts for which the call itself fails."""

_SUPPRESSED = {
    "bounces": (605, "suppress-bounce", "Not delivering to previously bounced address"),
    "unsubscribes": (606, "suppress-unsubscribe", "Not delivering to unsubscribed address"),
    "complaints": (607, "suppress-complaint", "Not delivering to a user who marked your messages as spam"),
}


def local_part(address: str) -> str:
    """Give what stands before the `@` and before a `+`."""
    return address.partition("@")[0].partition("+")[0]


def course(address: str, *, suppressed: str = "", test: bool = False) -> Sequence[Happening]:
    """Say what happens to a copy after it was accepted.

    Args:
        suppressed: the list that the address is on, "" for none.
    """
    if suppressed:
        code, reason, why = _SUPPRESSED[suppressed]
        status = {"attempt-no": 1, "code": code, "message": "", "description": why, "session-seconds": 0}
        return (Happening(0, "permanent_fail", {"reason": reason, "delivery-status": status}),)
    return (_DELIVERED,) if test else _BY_NAME.get(local_part(address), (_DELIVERED,))


_CLIENT = {
    "ip": "203.0.113.9",
    "geolocation": {"country": "EG", "region": "Cairo", "city": "Cairo"},
    "client-info": {"client-type": "browser", "device-type": "desktop", "client-name": "Sandbox", "bot": ""},
}
_OK = {"tls": True, "mx-host": "mx.example.com", "code": 250, "description": "", "attempt-no": 1, "message": "OK"}
_FACTS: dict[str, Mapping[str, Any]] = {
    "accepted": {"method": "HTTP"},
    "delivered": {"delivery-status": _OK},
    "permanent_fail": {"severity": "permanent", "log-level": "error"},
    "temporary_fail": {"severity": "temporary", "log-level": "warn"},
    "opened": _CLIENT,
    "clicked": {**_CLIENT, "url": "https://app.example.com/"},
    "unsubscribed": _CLIENT,
    "complained": {"log-level": "warn"},
    "rejected": {"log-level": "warn", "reject": {"reason": "Sandbox: reject@", "description": ""}},
}
TYPES = tuple(_FACTS)

_BADGES = {
    "accepted": Badge("Accepted", "info"),
    "delivered": Badge("Delivered", "neutral"),
    "temporary_fail": Badge("Delayed", "warn"),
    "permanent_fail": Badge("Bounced", "bad"),
    "opened": Badge("Opened", "ok"),
    "clicked": Badge("Clicked", "ok"),
    "unsubscribed": Badge("Unsubscribed", "warn"),
    "complained": Badge("Complained", "bad"),
    "rejected": Badge("Rejected", "bad"),
}


def badge(type: str, facts: Mapping[str, Any]) -> Badge:
    """Give the state that an event puts a copy into."""
    reason = str(facts.get("reason", ""))
    if type == "permanent_fail" and reason.startswith("suppress-"):
        return Badge("Suppressed", "bad")
    return _BADGES[type]


def event(letter: Letter, type: str, facts: Mapping[str, Any], *, number: int, now: float, url: str) -> dict[str, Any]:
    """Build the event that tells of something; `number` makes its id, `url` is the twin's address."""
    submission = letter.submission
    headers: dict[str, Any] = {"message-id": submission.message_id}
    message: dict[str, Any] = {"headers": headers}
    brief = type in ("opened", "clicked", "unsubscribed")
    if not brief:
        # Opens and clicks repeat nothing but the id.
        headers |= {"to": ", ".join(letter.shown_to), "from": submission.sender, "subject": letter.subject}
        message |= {"attachments": [], "size": len(letter.text or "") + len(letter.html or "")}
    built: dict[str, Any] = {
        "event": "failed" if type.endswith("_fail") else type,
        "id": f"sandbox-{number:016d}",
        "timestamp": round(now, 6),
        "log-level": "info",
        "recipient": letter.address,
        "recipient-domain": letter.address.rpartition("@")[2],
        "tags": list(submission.tags),
        "user-variables": dict(submission.variables),
        "message": message,
        **_FACTS[type],
        **facts,
    }
    built["flags"] = {"is-authenticated": True, "is-test-mode": submission.test, **facts.get("flags", {})}
    if not brief:
        key = letter.storage_key
        at = f"{url}/v3/domains/{submission.domain}/messages/{key}"
        built["storage"] = {"url": at, "key": key, "region": submission.region}
        built["envelope"] = {"sender": submission.sender, "targets": letter.address, "transport": "smtp"}
    if type == "rejected":
        del built["recipient"], built["recipient-domain"]
    return built


def as_log(item: Mapping[str, Any], domain: str, when: str) -> dict[str, Any]:
    """Give an event in the shape of the logs, which differs."""
    log = {name: value for name, value in item.items() if name != "timestamp"}
    log |= {"@timestamp": when, "domain": {"name": domain}, "user-variables": json.dumps(item["user-variables"])}
    if "storage" in item:
        log["storage"] = {**item["storage"], "url": [item["storage"]["url"]]}
    return log
