"""What Mailgun answers and sends, typed leniently: fields are only ever added, and some are null at times."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ace_integrations.core.http_call import from_json
from ace_integrations.mail.message import DeliveryStatus

_ANSWER = ConfigDict(frozen=True, extra="allow", populate_by_name=True, protected_namespaces=())


def _empty_if_null(value: object) -> object:
    return {} if value is None else value


def _when(value: object) -> object:
    # Documented in nanoseconds in one place, sent in seconds with a fraction everywhere.
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / 1e9 if value > 1e12 else value, UTC)
        except (OverflowError, OSError):
            raise ValueError("is not a time") from None
    return value


def _text_or_none(value: object) -> object:
    return None if value in ("", None) else str(value)


class Queued(BaseModel):
    """The answer to a sending: the mail is queued, not delivered."""

    model_config = _ANSWER

    id: str
    message: str = ""

    @property
    def message_id(self) -> str:
        """Without angle brackets, as events have it."""
        return self.id.strip().strip("<>")


class MessageHeaders(BaseModel):
    """The few header fields that an event repeats."""

    model_config = _ANSWER

    message_id: str = Field(default="", validation_alias="message-id")
    to: str = ""
    sender: str = Field(default="", validation_alias="from")
    subject: str = ""


class EventMessage(BaseModel):
    """The mail an event is about; opens and clicks bring its id only."""

    model_config = _ANSWER

    headers: Annotated[MessageHeaders, BeforeValidator(_empty_if_null)] = MessageHeaders()
    size: int | None = None


class DeliveryReport(BaseModel):
    """What the receiving server said."""

    model_config = _ANSWER

    code: int | str | None = None
    message: str | None = None
    description: str | None = None
    attempt_no: int | None = Field(default=None, validation_alias="attempt-no")
    retry_seconds: float | None = Field(default=None, validation_alias="retry-seconds")
    enhanced_code: str | None = Field(default=None, validation_alias="enhanced-code")

    @property
    def smtp_code(self) -> int | None:
        """The reply code; Mailgun's own 605 to 607 mean that it did not try."""
        text = str(self.code or "")
        return int(text) if len(text) == 3 and text.isascii() and text.isdigit() else None


class ClientInfo(BaseModel):
    """What opened or clicked."""

    model_config = _ANSWER

    client_name: str | None = Field(default=None, validation_alias="client-name")
    device_type: str | None = Field(default=None, validation_alias="device-type")
    bot: str | None = None


class StorageRef(BaseModel):
    """Where Mailgun keeps the mail for a while."""

    model_config = _ANSWER

    key: str | None = None
    url: str | list[str] | None = None
    region: str | None = None


class MailgunEvent(BaseModel):
    """One event of one mail at one recipient, as webhooks and events v3 give it. Source: mailgun.md §4.3.

    Attributes:
        event: accepted, delivered, failed, opened, clicked, unsubscribed, complained, stored or rejected.
        severity: of a failure: temporary or permanent.
        recipient: None for stored and rejected.
        user_variables: what the mail was sent with; anyone with one genuine delivery can forge it.
    """

    model_config = _ANSWER

    event: str
    id: str = ""
    timestamp: Annotated[datetime, BeforeValidator(_when)]
    recipient: str | None = None
    severity: str | None = None
    reason: str | None = None
    url: str | None = None
    tags: Annotated[tuple[str, ...], BeforeValidator(lambda value: value or ())] = ()
    user_variables: Annotated[Mapping[str, Any], BeforeValidator(_empty_if_null)] = Field(
        default={}, validation_alias="user-variables"
    )
    flags: Annotated[Mapping[str, Any], BeforeValidator(_empty_if_null)] = {}
    message: Annotated[EventMessage, BeforeValidator(_empty_if_null)] = EventMessage()
    delivery_status: Annotated[DeliveryReport, BeforeValidator(_empty_if_null)] = Field(
        default=DeliveryReport(), validation_alias="delivery-status"
    )
    client_info: Annotated[ClientInfo, BeforeValidator(_empty_if_null)] = Field(
        default=ClientInfo(), validation_alias="client-info"
    )
    storage: Annotated[StorageRef, BeforeValidator(_empty_if_null)] = StorageRef()

    @property
    def message_id(self) -> str:
        """Of the mail, without angle brackets, "" when the event names none."""
        return self.message.headers.message_id.strip("<>")

    @property
    def type(self) -> str:
        """The name of its webhook, which tells temporary from permanent failures."""
        if self.event == "failed":
            return "temporary_fail" if self.severity == "temporary" else "permanent_fail"
        return self.event

    @property
    def status(self) -> DeliveryStatus:
        """The same in neutral words."""
        if self.event == "failed":
            if self.severity == "temporary":
                return DeliveryStatus.DEFERRED
            if (self.reason or "").startswith("suppress-"):
                return DeliveryStatus.SUPPRESSED
            # Only a bounce says that the address is bad; a blocked or expired mail may fare better next time.
            return DeliveryStatus.BOUNCED if self.reason in ("bounce", "hardfail", None) else DeliveryStatus.FAILED
        return _STATUS.get(self.event, DeliveryStatus.UNKNOWN)

    @property
    def is_test(self) -> bool:
        """Whether the mail was sent in test mode."""
        return self.flags.get("is-test-mode") is True


_STATUS = {
    "accepted": DeliveryStatus.ACCEPTED,
    "delivered": DeliveryStatus.DELIVERED,
    "opened": DeliveryStatus.OPENED,
    "clicked": DeliveryStatus.CLICKED,
    "unsubscribed": DeliveryStatus.UNSUBSCRIBED,
    "complained": DeliveryStatus.COMPLAINED,
    "rejected": DeliveryStatus.REJECTED,
    "stored": DeliveryStatus.QUEUED,
}


class Paging(BaseModel):
    """Addresses of other pages."""

    model_config = _ANSWER

    next: str | None = None
    previous: str | None = None
    first: str | None = None
    last: str | None = None


class EventPage(BaseModel):
    """A page of events; an empty one is the end, since `next` is always there."""

    model_config = _ANSWER

    items: tuple[MailgunEvent, ...] = ()
    paging: Paging = Paging()

    @property
    def next_page(self) -> str | None:
        """What `list_events(page=...)` takes; None at the end."""
        if not self.items or not self.paging.next:
            return None
        # Only the token is taken: an address in an answer is never called.
        return urlsplit(self.paging.next).path.rstrip("/").rpartition("/")[2] or None


class LogPaging(BaseModel):
    """Tokens of other pages."""

    model_config = _ANSWER

    next: str | None = None
    previous: str | None = None
    total: int | None = None


class LogItem(BaseModel):
    """One event as the logs give it; many fields differ from `MailgunEvent`. Source: mailgun.md §3.4."""

    model_config = _ANSWER

    event: str
    id: str = ""
    timestamp: datetime = Field(validation_alias="@timestamp")
    recipient: str | None = None
    severity: str | None = None
    reason: str | None = None
    user_variables: str | None = Field(default=None, validation_alias="user-variables")
    message: Annotated[EventMessage, BeforeValidator(_empty_if_null)] = EventMessage()


class LogPage(BaseModel):
    """A page of the logs."""

    model_config = _ANSWER

    items: tuple[LogItem, ...] = ()
    pagination: Annotated[LogPaging, BeforeValidator(_empty_if_null)] = LogPaging()

    @property
    def next_page(self) -> str | None:
        """What `search_logs(page=...)` takes; None at the end."""
        return (self.pagination.next or None) if self.items else None


class StoredMessage(BaseModel):
    """A mail as Mailgun keeps it for a while."""

    model_config = ConfigDict(frozen=True, extra="allow")

    subject: str = Field(default="", validation_alias="Subject")
    sender: str = Field(default="", validation_alias="From")
    to: str = Field(default="", validation_alias="To")
    message_id: str = Field(default="", validation_alias="Message-Id")
    recipients: str = ""
    html: str | None = Field(default=None, validation_alias="body-html", repr=False)
    text: str | None = Field(default=None, validation_alias="body-plain", repr=False)
    headers: tuple[tuple[str, str], ...] = Field(default=(), validation_alias="message-headers", repr=False)


class SuppressionKind(StrEnum):
    """Mailgun's lists of a domain. The last one keeps addresses *off* the bounce list."""

    BOUNCES = "bounces"
    COMPLAINTS = "complaints"
    UNSUBSCRIBES = "unsubscribes"
    ALLOWLIST = "whitelists"


class SuppressionEntry(BaseModel):
    """One row of a list; which fields are set depends on the list.

    Attributes:
        code: of a bounce, as text: "550".
        tags: of an unsubscribe; "*" is every mail of the domain.
        value: of the allowlist: an address or a domain.
    """

    model_config = _ANSWER

    address: str | None = None
    value: str | None = None
    type: Literal["address", "domain"] | None = None
    code: Annotated[str | None, BeforeValidator(_text_or_none)] = None
    error: str | None = None
    reason: str | None = None
    tags: Annotated[tuple[str, ...], BeforeValidator(lambda value: value or ())] = ()


class NewSuppression(BaseModel):
    """A row to add."""

    model_config = ConfigDict(frozen=True)

    address: str
    code: str | None = None
    error: str | None = None
    tags: tuple[str, ...] | None = None


class SuppressionPage(BaseModel):
    """A page of a list; an empty one is the end."""

    model_config = _ANSWER

    items: tuple[SuppressionEntry, ...] = ()
    paging: Paging = Paging()

    @property
    def next_page(self) -> str | None:
        """What `list_suppressions(after=...)` takes; None at the end."""
        if not self.items or not self.paging.next:
            return None
        return next(iter(parse_qs(urlsplit(self.paging.next).query).get("address", [])), None)


class Acknowledged(BaseModel):
    """A change was made; the text says which."""

    model_config = _ANSWER

    message: str = ""


class WebhookType(StrEnum):
    """What a webhook can be set for; rejected and stored mails have none."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    TEMPORARY_FAIL = "temporary_fail"
    PERMANENT_FAIL = "permanent_fail"


class WebhookUrls(BaseModel):
    """Where one type is delivered, at most three addresses."""

    model_config = _ANSWER

    urls: Annotated[tuple[str, ...], BeforeValidator(lambda value: value or ())] = ()


class Webhooks(BaseModel):
    """Every type of a domain; one without addresses is null or absent."""

    model_config = _ANSWER

    webhooks: Mapping[str, WebhookUrls | None] = {}

    def urls(self, kind: WebhookType) -> tuple[str, ...]:
        """Give the addresses of one type."""
        found = self.webhooks.get(kind)
        return found.urls if found is not None else ()


class Webhook(BaseModel):
    """One type after a change."""

    model_config = _ANSWER

    webhook: WebhookUrls = WebhookUrls()


class DomainFacts(BaseModel):
    """A sending domain."""

    model_config = _ANSWER

    name: str
    state: str = ""
    type: str = ""


class DnsRecord(BaseModel):
    """What must stand in the domain's DNS."""

    model_config = _ANSWER

    name: str | None = None
    record_type: str = ""
    value: str = ""
    valid: str = "unknown"


class Domain(BaseModel):
    """A sending domain and its DNS records."""

    model_config = _ANSWER

    domain: DomainFacts
    sending_dns_records: tuple[DnsRecord, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether it may send."""
        return self.domain.state == "active"


QUEUED = from_json(Queued)
EVENT_PAGE = from_json(EventPage)
LOG_PAGE = from_json(LogPage)
STORED_MESSAGE = from_json(StoredMessage)
SUPPRESSION_PAGE = from_json(SuppressionPage)
SUPPRESSION_ENTRY = from_json(SuppressionEntry)
ACKNOWLEDGED = from_json(Acknowledged)
WEBHOOKS = from_json(Webhooks)
WEBHOOK = from_json(Webhook)
DOMAIN = from_json(Domain)
