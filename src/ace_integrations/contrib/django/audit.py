"""The audit trail in Django's database, which itself refuses to change or delete a line."""

from django.db import DEFAULT_DB_ALIAS

from ace_integrations.audit import AuditEvent
from ace_integrations.contrib.django.models import AuditEntry


def write(what: AuditEvent, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Add an event, in the transaction that runs now: `write(ace.audit.event("teacher.approved", user=...))`."""
    values = what.model_dump(exclude={"amount", "details"})
    amount = None if what.amount is None else f"{what.amount:f}"
    AuditEntry.objects.using(using).create(**values, amount=amount, details=dict(what.details))
