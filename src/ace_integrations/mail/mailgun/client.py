"""Mailgun's operations, described once, and the two clients."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Literal

from ace_integrations.core.call import Call, Describer, Result, operation
from ace_integrations.core.client import AsyncClient, ServiceOperations, SyncClient
from ace_integrations.core.http_call import HttpCall, Repeat
from ace_integrations.core.service import require
from ace_integrations.errors import InvalidInputError
from ace_integrations.mail.batch import Batch, BatchCall, BatchSent, Part, part_id, split
from ace_integrations.mail.mailgun.form import PLAIN, Form, SendOptions, batch_form, message_form, option_fields
from ace_integrations.mail.mailgun.models import (
    ACKNOWLEDGED,
    DOMAIN,
    EVENT_PAGE,
    LOG_PAGE,
    QUEUED,
    STORED_MESSAGE,
    SUPPRESSION_ENTRY,
    SUPPRESSION_PAGE,
    WEBHOOK,
    WEBHOOKS,
    Acknowledged,
    Domain,
    EventPage,
    LogPage,
    MailgunEvent,
    NewSuppression,
    Queued,
    StoredMessage,
    SuppressionEntry,
    SuppressionKind,
    SuppressionPage,
    Webhook,
    Webhooks,
    WebhookType,
)
from ace_integrations.mail.mailgun.service import MAILGUN
from ace_integrations.mail.mailgun.settings import MailgunSettings
from ace_integrations.mail.message import Address, Draft, Message, Sent
from ace_integrations.settings import Settings

LOOK_BACK = timedelta(days=4)
"""How far `find_message` looks back: further than a queue keeps trying, since its workers may have been away."""

MOST_PAGES = 20
"""Pages that `find_message` reads before it gives up."""


class MailgunOperations(ServiceOperations):
    """Describe Mailgun's calls for the domain of the settings."""

    service = MAILGUN

    if TYPE_CHECKING:

        @property
        def settings(self) -> MailgunSettings:
            """The account and the domain."""
            ...

    @operation
    def send(self, message: Message, *, options: SendOptions = PLAIN, dry_run: bool = False) -> Call[Sent]:
        """Hand over one mail. Every recipient sees all of `to` and `cc`.

        Args:
            options: what only Mailgun knows: a stored template, tracking.
            dry_run: only check the mail; nothing is sent, and the result says so.

        Raises:
            AuthenticationError: the key or the region is wrong.
            PermissionDeniedError: the domain may not send, or not to this recipient.
            OutcomeUnknownError: it may have been taken; `find_message` before another try.

        Source: mailgun.md §3.1
        """
        form = message_form(message, self.settings, options)
        if dry_run:
            return Result(Sent(transport="mailgun", message_id="", mail_id=message.mail_id, dry_run=True))
        return self._send(form, message.mail_id, mails=len(message.recipients))

    @operation
    def send_batch(self, batch: Batch, *, options: SendOptions = PLAIN) -> Call[BatchSent]:
        """Hand over one mail to many, each of whom gets a copy of their own; in parts of at most 1000.

        An address that is none is reported, one that comes twice gets one mail, and a later part that fails is
        reported beside those that were taken.

        Raises:
            OutcomeUnknownError: the first part may have been taken.

        Source: mailgun.md §3.2
        """
        parts, refused = split(batch)

        def send_part(part: Part) -> Call[Sent]:
            form = batch_form(batch, part, self.settings, options)
            return self._send(form, part_id(batch, part), mails=len(part.variables))

        for part in parts:
            batch_form(batch, part, self.settings, options)
        return BatchCall(parts, refused, send_part)

    @operation
    def send_mime(
        self, mime: EmailMessage | bytes, *, to: Sequence[Address], draft: Draft, options: SendOptions = PLAIN
    ) -> Call[Sent]:
        """Hand over a mail that is MIME already.

        Args:
            to: the envelope; the `To` field inside the MIME sends it nowhere.
            draft: gives tags, metadata, time and mail id; its text is not used.

        Raises:
            OutcomeUnknownError: it may have been taken; `find_message` before another try.

        Source: mailgun.md §3.3
        """
        content = mime.as_bytes() if isinstance(mime, EmailMessage) else mime
        fields = option_fields(draft, draft.mail_id, self.settings, options)
        fields["to"] = [one.email for one in to]
        form = Form(
            {name: value for name, value in fields.items() if value not in ("", [])},
            (("message", ("message.mime", content, "message/rfc822")),),
        )
        return self._send(form, draft.mail_id, ".mime", mails=len(to))

    @operation
    def find_message(
        self, *, mail_id: str, recipient: str, since: datetime | None = None
    ) -> Call[tuple[MailgunEvent, ...]]:
        """Look a mail up by our own id, before it is sent again; empty when there is no trace of it.

        Events may lag behind the sending by some minutes.

        Args:
            mail_id: of the message, as in `Message.mail_id`.
            recipient: one of its addresses.
            since: when it was first sent, four days ago when not given.

        Source: mailgun.md §3.4
        """
        oldest = since or datetime.now(UTC) - LOOK_BACK
        # The newest first: who gets much mail has too many events to read them all.
        query = {"recipient": recipient, "ascending": "no", "limit": "300"}

        def read(page: EventPage, left: int) -> Call[tuple[MailgunEvent, ...]]:
            found = tuple(event for event in page.items if _is_ours(event, mail_id))
            if found or left == 0 or page.next_page is None or page.items[-1].timestamp < oldest:
                return Result(found)
            return self._events({}, page.next_page).then(lambda following: read(following, left - 1))

        return self._events(query, None).then(lambda page: read(page, MOST_PAGES))

    @operation
    def list_events(
        self,
        *,
        event: str | None = None,
        recipient: str | None = None,
        message_id: str | None = None,
        tags: str | None = None,
        severity: Literal["temporary", "permanent"] | None = None,
        begin: datetime | None = None,
        end: datetime | None = None,
        ascending: bool = False,
        limit: int = 100,
        page: str | None = None,
    ) -> Call[EventPage]:
        """List events of the domain, newest first; late ones land in pages already read.

        Args:
            event: a word, or several as in "delivered OR failed".
            message_id: without angle brackets.
            begin: a start needs `ascending` or an `end`.
            limit: at most 300.
            page: `next_page` of the page before; the filters travel in it.

        Source: mailgun.md §3.4
        """
        if page is not None:
            return self._events({}, page)
        query = {
            "event": event,
            "recipient": recipient,
            "message-id": message_id,
            "tags": tags,
            "severity": severity,
            "begin": format_datetime(begin) if begin is not None else None,
            "end": format_datetime(end) if end is not None else None,
            "ascending": "yes" if ascending else "no",
            "limit": str(_bounded(limit, 300)),
        }
        return self._events(query, None)

    @operation
    def search_logs(
        self,
        *,
        start: datetime,
        end: datetime,
        events: Sequence[str] = (),
        filters: Mapping[str, str] | None = None,
        limit: int = 50,
        page: str | None = None,
    ) -> Call[LogPage]:
        """Search the logs of the domain, oldest first; what follows `list_events`.

        Args:
            filters: attributes that must be equal, as in {"recipient": "lina@example.com"}.
            limit: at most 100.
            page: `next_page` of the page before, with the same other arguments.

        Source: mailgun.md §3.4
        """
        wanted = {"domain": self._domain, **(filters or {})}
        conditions = [
            {"attribute": name, "comparator": "=", "values": [{"label": value, "value": value}]}
            for name, value in wanted.items()
        ]
        pagination: dict[str, Any] = {"sort": "timestamp:asc", "limit": _bounded(limit, 100)}
        if page is not None:
            pagination["token"] = page
        query: dict[str, Any] = {
            "start": format_datetime(start),
            "end": format_datetime(end),
            "filter": {"AND": conditions},
            "include_totals": True,
            "pagination": pagination,
        }
        if events:
            query["events"] = list(events)
        return HttpCall("POST", "/v1/analytics/logs", LOG_PAGE, json=query, repeat=Repeat.SAFE)

    @operation
    def get_stored_message(self, *, storage_key: str) -> Call[StoredMessage]:
        """Read a mail that Mailgun still keeps, for some days at most.

        Args:
            storage_key: `storage.key` of one of its events.

        Raises:
            NotFoundError: it is gone.

        Source: mailgun.md §3.5
        """
        return HttpCall(
            "GET",
            "/v3/domains/{domain}/messages/{key}",
            STORED_MESSAGE,
            path_params={"domain": self._domain, "key": storage_key},
            max_bytes=40_000_000,
        )

    @operation
    def list_suppressions(
        self, kind: SuppressionKind, *, limit: int = 100, after: str | None = None
    ) -> Call[SuppressionPage]:
        """List one of the domain's suppression lists.

        Args:
            limit: at most 1000.
            after: `next_page` of the page before.

        Source: mailgun.md §3.6
        """
        query = {"limit": str(_bounded(limit, 1000)), "page": "next" if after else None, "address": after}
        return HttpCall("GET", "/v3/{domain}/{kind}", SUPPRESSION_PAGE, path_params=self._list(kind), query=query)

    @operation
    def get_suppression(self, kind: SuppressionKind, *, address: str) -> Call[SuppressionEntry]:
        """Read one address of a list.

        Raises:
            NotFoundError: it is not on that list.

        Source: mailgun.md §3.6
        """
        return HttpCall(
            "GET", "/v3/{domain}/{kind}/{address}", SUPPRESSION_ENTRY, path_params=self._list(kind, address)
        )

    @operation
    def add_suppressions(self, kind: SuppressionKind, entries: Sequence[NewSuppression]) -> Call[Acknowledged]:
        """Put addresses on a list; those that are there already are replaced.

        Args:
            entries: at most 1000; the allowlist takes one.

        Source: mailgun.md §3.6
        """
        if kind is SuppressionKind.ALLOWLIST:
            if len(entries) != 1:
                raise InvalidInputError("the allowlist takes one address at a time", field="entries")
            form = {"address": entries[0].address}
            return HttpCall(
                "POST", "/v3/{domain}/{kind}", ACKNOWLEDGED, path_params=self._list(kind), form=form, repeat=Repeat.SAFE
            )
        if not 1 <= len(entries) <= 1000:
            raise InvalidInputError("takes between 1 and 1000 at a time", field="entries")
        rows = [entry.model_dump(exclude_none=True) for entry in entries]
        return HttpCall(
            "POST", "/v3/{domain}/{kind}", ACKNOWLEDGED, path_params=self._list(kind), json=rows, repeat=Repeat.SAFE
        )

    @operation
    def remove_suppression(self, kind: SuppressionKind, *, address: str) -> Call[Acknowledged]:
        """Take one address off a list.

        Raises:
            NotFoundError: it is not on that list.

        Source: mailgun.md §3.6
        """
        return HttpCall(
            "DELETE",
            "/v3/{domain}/{kind}/{address}",
            ACKNOWLEDGED,
            path_params=self._list(kind, address),
            repeat=Repeat.SAFE,
        )

    @operation
    def list_webhooks(self) -> Call[Webhooks]:
        """List where each type of event of the domain is delivered.

        Source: mailgun.md §3.7
        """
        return HttpCall("GET", "/v3/domains/{domain}/webhooks", WEBHOOKS, path_params={"domain": self._domain})

    @operation
    def create_webhook(self, kind: WebhookType, *, urls: Sequence[str]) -> Call[Webhook]:
        """Have one type of event delivered; for a type that has no address yet.

        Args:
            urls: at most three, https.

        Source: mailgun.md §3.7
        """
        return HttpCall(
            "POST",
            "/v3/domains/{domain}/webhooks",
            WEBHOOK,
            path_params={"domain": self._domain},
            form={"id": kind.value, "url": _urls(urls)},
        )

    @operation
    def update_webhook(self, kind: WebhookType, *, urls: Sequence[str]) -> Call[Webhook]:
        """Replace the addresses of one type.

        Raises:
            NotFoundError: the type has no webhook yet.

        Source: mailgun.md §3.7
        """
        return HttpCall(
            "PUT",
            "/v3/domains/{domain}/webhooks/{kind}",
            WEBHOOK,
            path_params={"domain": self._domain, "kind": kind.value},
            form={"url": _urls(urls)},
            repeat=Repeat.SAFE,
        )

    @operation
    def delete_webhook(self, kind: WebhookType) -> Call[Webhook]:
        """Have one type of event delivered no more.

        Raises:
            NotFoundError: the type has no webhook.

        Source: mailgun.md §3.7
        """
        return HttpCall(
            "DELETE",
            "/v3/domains/{domain}/webhooks/{kind}",
            WEBHOOK,
            path_params={"domain": self._domain, "kind": kind.value},
            repeat=Repeat.SAFE,
        )

    @operation
    def get_domain(self) -> Call[Domain]:
        """Read the domain and its DNS records: proves key, region and domain in one harmless call.

        Raises:
            AuthenticationError: the key is wrong, or a sending key, which may not look.
            NotFoundError: the domain is not in this region, or not in this account.

        Source: mailgun.md §3.8
        """
        return HttpCall("GET", "/v4/domains/{domain}", DOMAIN, path_params={"domain": self._domain})

    @property
    def _domain(self) -> str:
        require(self.settings, "domain")
        return self.settings.domain or ""

    def _list(self, kind: SuppressionKind, address: str | None = None) -> dict[str, str]:
        values = {"domain": self._domain, "kind": kind.value}
        return values if address is None else {**values, "address": address}

    def _send(self, form: Form, mail_id: str, suffix: str = "", *, mails: int) -> Call[Sent]:
        call: HttpCall[Queued] = HttpCall(
            "POST",
            f"/v3/{{domain}}/messages{suffix}",
            QUEUED,
            path_params={"domain": self._domain},
            form=form.fields,
            files=form.files,
            repeat=Repeat.UNSAFE,
            units=mails,
        )
        return call.map(lambda queued: Sent(transport="mailgun", message_id=queued.message_id, mail_id=mail_id))

    def _events(self, query: Mapping[str, str | None], page: str | None) -> Call[EventPage]:
        path, values = "/v3/{domain}/events", {"domain": self._domain}
        if page is not None:
            path, values = f"{path}/{{page}}", {**values, "page": page}
        return HttpCall("GET", path, EVENT_PAGE, path_params=values, query=query).labelled("mailgun", "list_events")


class Mailgun(MailgunOperations, SyncClient[MailgunSettings]):
    """Mailgun, blocking."""


class AsyncMailgun(MailgunOperations, AsyncClient[MailgunSettings]):
    """Mailgun, awaited."""


class MailgunCalls(MailgunOperations, Describer):
    """Mailgun's calls, described and not sent."""

    def __init__(self, settings: MailgunSettings | None = None) -> None:
        self._settings = settings if settings is not None else Settings().of(MailgunSettings)

    @property
    def settings(self) -> MailgunSettings:
        """The account and the domain."""
        return self._settings


def _is_ours(event: MailgunEvent, mail_id: str) -> bool:
    return event.user_variables.get("mail_id") == mail_id or event.message_id.partition("@")[0] == mail_id


def _bounded(limit: int, most: int) -> int:
    if not 1 <= limit <= most:
        raise InvalidInputError(f"takes between 1 and {most}", field="limit")
    return limit


def _urls(urls: Sequence[str]) -> Sequence[str]:
    if isinstance(urls, str) or not 1 <= len(urls) <= 3:
        raise InvalidInputError("takes a list of one to three addresses", field="urls")
    return urls


def probe(settings: MailgunSettings) -> Call[object]:
    """Ask one harmless question that needs the key, for `ace doctor`."""
    return MailgunCalls(settings).get_domain()
