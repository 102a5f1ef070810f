"""Django's admin: what came, what waits, what died, who did what. Everything is read-only but for "try again"."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from ace_integrations.contrib.django.mails import DjangoMailQueue
from ace_integrations.contrib.django.models import (
    AuditEntry,
    ErasureStep,
    QueuedBroadcast,
    QueuedMail,
    SuppressedAddress,
    WebhookEvent,
)
from ace_integrations.contrib.django.store import DjangoStore
from ace_integrations.webhooks.store import EventKey, State

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Any]
else:
    _Admin = admin.ModelAdmin


class _Shown(_Admin):
    """Rows that only the package itself writes."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        del request, obj
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        del request, obj
        return False


def _time(name: str, title: str) -> Any:
    """Give a column that shows Unix seconds as a time."""

    @admin.display(description=title, ordering=name)
    def column(row: Model) -> datetime:
        return datetime.fromtimestamp(getattr(row, name), UTC)

    return column


@admin.register(WebhookEvent)
class WebhookEventAdmin(_Shown):
    """Webhooks; a dead letter can be handled again."""

    list_display = ("event_id", "provider", "state", "attempts", "error", _time("received_at", "received"))
    list_filter = ("state", "provider")
    search_fields = ("event_id",)
    # A body may hold personal data, so it is not for everybody who may look at the list.
    exclude = ("body",)
    actions = ("try_again",)

    @admin.action(description="Handle dead letters again")
    def try_again(self, request: HttpRequest, chosen: QuerySet[WebhookEvent]) -> None:
        """Let the chosen dead letters be handled at the relay's next turn."""
        store = DjangoStore(using=chosen.db)
        dead = list(chosen.filter(state=State.DEAD))
        for event in dead:
            store.revive(EventKey(event.provider, event.environment, event.endpoint, event.event_id))
        self.message_user(request, f"{len(dead)} will be handled again.")


@admin.register(QueuedMail)
class QueuedMailAdmin(_Shown):
    """Mails that wait or went out; one that died can be sent again."""

    list_display = ("key", "state", "attempts", "error", _time("created_at", "written"))
    list_filter = ("state",)
    search_fields = ("key", "message_id")
    exclude = ("message",)
    actions = ("try_again",)

    @admin.action(description="Send dead mails again")
    def try_again(self, request: HttpRequest, chosen: QuerySet[QueuedMail]) -> None:
        """Let the chosen dead mails be tried at the relay's next turn."""
        queue = DjangoMailQueue(using=chosen.db)
        dead = list(chosen.filter(state="dead"))
        for mail in dead:
            queue.revive(key=mail.key)
        self.message_user(request, f"{len(dead)} will be sent again.")


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(_Shown):
    """Addresses that are not written to."""

    list_display = ("email", "status", "reason", _time("since", "since"))
    list_filter = ("status",)
    search_fields = ("email",)


@admin.register(QueuedBroadcast)
class QueuedBroadcastAdmin(_Shown):
    """Events for browsers that wait."""

    list_display = ("event_id", "name", "attempts", _time("created_at", "written"))
    exclude = ("data",)


@admin.register(ErasureStep)
class ErasureStepAdmin(_Shown):
    """What each service did of an erasure."""

    list_display = ("user", "service", "state", "attempts", "error", _time("requested_at", "asked for"))
    list_filter = ("state", "service")
    search_fields = ("user",)
    exclude = ("subject",)


@admin.register(AuditEntry)
class AuditEntryAdmin(_Shown):
    """Who did what."""

    list_display = ("at", "what", "user", "actor", "amount", "currency", "payment")
    list_filter = ("what",)
    search_fields = ("user", "payment")
    date_hierarchy = "at"
