"""One mail to many, each of whom gets a copy of their own: recipients, variables, and what became of the parts."""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict

from ace_integrations.core.call import Call
from ace_integrations.errors import InvalidInputError, OutcomeUnknownError, ProviderError
from ace_integrations.mail.message import Address, Draft, Message, OneLine, Sent
from ace_integrations.mail.text import literal, without_controls

if TYPE_CHECKING:
    from ace_integrations.core.connection import AsyncSender, Sender

MOST_RECIPIENTS = 1000
"""Recipients of one part of a batch."""

_PLACE = re.compile(r"%recipient\.([A-Za-z0-9_]+)%")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


class PerRecipient(str):
    """A place in a batch that takes each recipient's own value: `PerRecipient("name")` reads `%recipient.name%`."""

    __slots__ = ()

    def __new__(cls, name: str) -> "PerRecipient":
        if not _NAME.fullmatch(name):
            raise InvalidInputError("takes letters, digits and _ only", field="name")
        return super().__new__(cls, f"%recipient.{name}%")


def _variables(values: Mapping[str, str]) -> Mapping[str, str]:
    if not all(_NAME.fullmatch(name) for name in values):
        raise InvalidInputError("has a name that is not made of letters, digits and _")
    # A value is put where the placeholder stood: it must not bring another one, nor turn the line around.
    return {name: literal(without_controls(value)) for name, value in values.items()}


class Recipient(BaseModel):
    """One recipient of a batch.

    Attributes:
        email: not yet checked: an invalid one is reported in the result and stops nobody else's mail.
        variables: take the places of `PerRecipient`; one that a recipient lacks is empty.
    """

    model_config = ConfigDict(frozen=True)

    email: str
    variables: Annotated[Mapping[str, OneLine], AfterValidator(_variables)] = {}


class Batch(Draft):
    """One mail to many; no recipient sees another. `PerRecipient` marks what differs."""

    recipients: tuple[Recipient, ...]

    def without(self, emails: frozenset[str]) -> "Batch":
        """Give the batch with these recipients left out; emails in lower case."""
        return self.model_copy(
            update={"recipients": tuple(one for one in self.recipients if one.email.strip().lower() not in emails)}
        )

    def copy_for(self, recipient: Recipient) -> Message:
        """Give one recipient's own mail, for a transport that knows no batches."""
        fields = {name: getattr(self, name) for name in Draft.model_fields}
        values = recipient.variables

        def fill(text: str) -> str:
            return _PLACE.sub(lambda place: values.get(place.group(1), ""), text)

        escaped = {name: html.escape(value) for name, value in values.items()}
        fields["subject"] = fill(self.subject)
        fields["text"] = fill(self.text) if self.text is not None else None
        if self.html is not None:
            fields["html"] = _PLACE.sub(lambda place: escaped.get(place.group(1), ""), self.html)
        fields["headers"] = {name: fill(value) for name, value in self.headers.items()}
        return Message(to=(Address(email=recipient.email),), **fields)


class RefusedRecipient(BaseModel):
    """A recipient who gets nothing, and why."""

    model_config = ConfigDict(frozen=True)

    email: str
    reason: str


class BatchSent(BaseModel):
    """What became of a batch.

    Attributes:
        sent: one for each part that was taken.
        accepted: recipients of those parts.
        refused: recipients whose address is none, or whom the service refused.
        suppressed: recipients that the local suppression list kept from being written to.
        unknown: recipients of a part that may have been taken; look it up before sending to them again.
        unsent: recipients of parts that were certainly not taken.
        error: why parts were not taken, "" when all were.
    """

    model_config = ConfigDict(frozen=True)

    sent: tuple[Sent, ...] = ()
    accepted: tuple[str, ...] = ()
    refused: tuple[RefusedRecipient, ...] = ()
    suppressed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    unsent: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Recipients of one call, by address, with every variable that the mail has a place for.

    Attributes:
        number: from 1.
    """

    number: int
    variables: Mapping[str, Mapping[str, str]]


def split(batch: Batch, *, size: int = MOST_RECIPIENTS) -> tuple[list[Part], list[RefusedRecipient]]:
    """Sort recipients into parts, each address once whatever its case; give the invalid ones beside them."""
    names = {name for text in _texts(batch) for name in _PLACE.findall(text)}
    valid: dict[str, tuple[str, Mapping[str, str]]] = {}
    refused: list[RefusedRecipient] = []
    for recipient in batch.recipients:
        try:
            email = Address(email=recipient.email).email
        except ValueError:
            refused.append(RefusedRecipient(email=recipient.email, reason="not an e-mail address"))
            continue
        own = recipient.variables
        valid.setdefault(email.lower(), (email, {name: own.get(name, "") for name in names | own.keys()}))
    rows = list(valid.values())
    parts = [Part(1 + at // size, dict(rows[at : at + size])) for at in range(0, len(rows), size)]
    return parts, refused


def escaped_places(batch: Batch, variables: Mapping[str, Mapping[str, str]]) -> tuple[Batch, dict[str, dict[str, str]]]:
    """Let the HTML use escaped values, since a service puts a value into text and HTML alike as it stands."""
    if batch.html is None or not (used := set(_PLACE.findall(batch.html))):
        return batch, {email: dict(own) for email, own in variables.items()}
    changed = batch.model_copy(update={"html": _PLACE.sub(r"%recipient.\1_html%", batch.html)})
    rows = {
        email: {**own, **{f"{name}_html": html.escape(own.get(name, "")) for name in used}}
        for email, own in variables.items()
    }
    return changed, rows


def _texts(batch: Batch) -> Sequence[str]:
    return (batch.subject, batch.text or "", batch.html or "", *batch.headers.values())


@dataclass(slots=True)
class BatchCall(Call[BatchSent]):
    """Sends the parts of a batch one after another, and stops at the first that fails.

    When the first part fails nothing was taken, so its error is raised; later the result says what was.
    """

    parts: Sequence[Part]
    refused: Sequence[RefusedRecipient]
    send: Callable[[Part], Call[Sent]]
    label: tuple[str, str] = ("", "")

    def run(self, sender: "Sender") -> BatchSent:
        sent: list[Sent] = []
        for part in self.parts:
            try:
                sent.append(self._call(part).run(sender))
            except ProviderError as error:
                return self._stopped(sent, error)
        return self._result(sent)

    async def arun(self, sender: "AsyncSender") -> BatchSent:
        sent: list[Sent] = []
        for part in self.parts:
            try:
                sent.append(await self._call(part).arun(sender))
            except ProviderError as error:
                return self._stopped(sent, error)
        return self._result(sent)

    def labelled(self, provider: str, operation: str) -> "BatchCall":
        return BatchCall(self.parts, self.refused, self.send, self.label if any(self.label) else (provider, operation))

    def _call(self, part: Part) -> Call[Sent]:
        return self.send(part).labelled(*self.label)

    def _result(self, sent: list[Sent], **rest: Any) -> BatchSent:
        accepted = [email for part in self.parts[: len(sent)] for email in part.variables]
        return BatchSent(sent=tuple(sent), accepted=tuple(accepted), refused=tuple(self.refused), **rest)

    def _stopped(self, sent: list[Sent], error: ProviderError) -> BatchSent:
        if not sent:
            raise error
        at = len(sent)
        unknown = self.parts[at : at + 1] if isinstance(error, OutcomeUnknownError) else ()
        later = self.parts[at + len(unknown) :]
        return self._result(
            sent,
            unknown=tuple(email for part in unknown for email in part.variables),
            unsent=tuple(email for part in later for email in part.variables),
            error=type(error).__name__,
        )


def one_by_one(batch: Batch, send: Callable[[Message], Call[Sent]]) -> Call[BatchSent]:
    """Send a batch by a transport that knows no batches: a mail for each recipient."""
    parts, refused = split(batch, size=1)

    def send_part(part: Part) -> Call[Sent]:
        (email, variables), *_ = part.variables.items()
        message = batch.copy_for(Recipient(email=email, variables=variables))
        return send(message.model_copy(update={"mail_id": part_id(batch, part)}))

    return BatchCall(parts, refused, send_part)


def part_id(batch: Batch, part: Part) -> str:
    """Give the mail id of one part; the first has the batch's own."""
    return batch.mail_id if part.number == 1 else f"{batch.mail_id[:54]}-{part.number}"
