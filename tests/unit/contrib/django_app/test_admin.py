"""The admin: everything can be looked at, nothing changed, and what died can be tried again."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connections
from django.test import Client
from tests.django_project import database

PAGES = ("webhookevent", "queuedmail", "suppressedaddress", "queuedbroadcast", "erasurestep", "auditentry")


@pytest.fixture
def admin() -> Iterator[Any]:
    """Give the browser of somebody who may look at everything."""
    from django.contrib.auth.models import User

    User.objects.all().delete()
    client = Client()
    client.force_login(User.objects.create_superuser("admin", "admin@example.com", "a long password"))
    yield client
    connections.close_all()


def dead_event() -> Any:
    from ace_integrations.contrib.django.models import WebhookEvent

    return WebhookEvent.objects.create(
        provider="didit",
        environment="live",
        event_id="evt-1",
        state="dead",
        attempts=8,
        fence=8,
        lease_until=0,
        not_before=0,
        body=b'{"secret": "of a person"}',
        error="ConnectionError",
        received_at=1_764_000_000,
    )


@pytest.mark.parametrize("page", PAGES)
def test_every_list_opens_and_nothing_can_be_added(admin: Any, page: str) -> None:
    assert admin.get(f"/admin/ace/{page}/").status_code == 200
    assert admin.get(f"/admin/ace/{page}/add/").status_code == 403


def test_a_dead_letter_shows_why_but_not_what_it_said_and_can_be_tried_again(admin: Any) -> None:
    from ace_integrations.contrib.django.models import WebhookEvent

    event = dead_event()
    page = admin.get(f"/admin/ace/webhookevent/{event.pk}/change/").content.decode()
    assert "ConnectionError" in page
    assert "of a person" not in page
    admin.post("/admin/ace/webhookevent/", {"action": "try_again", "_selected_action": [event.pk]})
    assert WebhookEvent.objects.get().state == "free"


def test_a_dead_mail_can_be_sent_again(admin: Any) -> None:
    from ace_integrations.contrib.django.models import QueuedMail

    found = QueuedMail.objects.create(
        key="m-1", message="{}", deliveries={}, state="dead", message_id="m-1@mg.example.com", created_at=0
    )
    admin.post("/admin/ace/queuedmail/", {"action": "try_again", "_selected_action": [found.pk]})
    assert QueuedMail.objects.get().state == "waiting"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_database_itself_keeps_the_audit_trail(kind: str, request: pytest.FixtureRequest) -> None:
    alias, _ = database(kind, lambda: request.getfixturevalue("postgresql_url"))
    from ace_integrations.audit import Audit
    from ace_integrations.contrib.django.audit import write
    from ace_integrations.contrib.django.models import AuditEntry

    write(Audit().event("teacher.approved", user="user-9", actor="user-1"), using=alias)
    for change in (AuditEntry.objects.using(alias).delete, lambda: AuditEntry.objects.using(alias).update(user="x")):
        with pytest.raises(DatabaseError, match="only added to"):
            change()
    assert AuditEntry.objects.using(alias).filter(user="user-9").exists()
    connections.close_all()
