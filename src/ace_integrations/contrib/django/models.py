"""What must commit with your own rows, as Django's models. Times are Unix seconds, as in `contrib.sqlalchemy`."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from ace_integrations.mail.queue import QueueState
from ace_integrations.privacy.ledger import StepState
from ace_integrations.webhooks.store import State


class WebhookEvent(models.Model):
    """One event of a provider, so that it is handled once; a dead one waits for a person.

    Attributes:
        fence: grows with every claim; effects are kept only while it is still the newest.
        body: as it arrived, enough to handle it again without its provider.
        error: the class name of what went wrong last.
    """

    provider = models.CharField(max_length=32)
    environment = models.CharField(max_length=16)
    endpoint = models.CharField(max_length=64, blank=True)
    event_id = models.CharField(max_length=255)
    state = models.CharField(max_length=16, choices=[(state.value, state.value) for state in State])
    attempts = models.PositiveIntegerField()
    fence = models.PositiveIntegerField()
    lease_until = models.BigIntegerField()
    not_before = models.BigIntegerField()
    body = models.BinaryField()
    error = models.CharField(max_length=255, blank=True)
    received_at = models.BigIntegerField()

    class Meta:
        db_table = "ace_webhook_events"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["provider", "environment", "endpoint", "event_id"], name="ace_webhook_event_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["state", "not_before"], name="ace_webhook_due")]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"


class QueuedMail(models.Model):
    """A mail that goes out when its transaction commits. What it said is forgotten once it is out.

    Attributes:
        key: the mail's own `mail_id`.
        deliveries: what is known of each recipient.
        doubts: tries of which nobody knows whether they sent it; since `doubt_since`.
    """

    key = models.CharField(max_length=64, unique=True)
    message = models.TextField(null=True)
    deliveries: "models.JSONField[dict[str, str]]" = models.JSONField(encoder=DjangoJSONEncoder)
    state = models.CharField(max_length=16, choices=[(state.value, state.value) for state in QueueState])
    attempts = models.PositiveIntegerField(default=0)
    doubts = models.PositiveIntegerField(default=0)
    doubt_since = models.BigIntegerField(default=0)
    not_before = models.BigIntegerField(default=0)
    lease_until = models.BigIntegerField(default=0)
    message_id = models.CharField(max_length=255, db_index=True)
    error = models.CharField(max_length=64, blank=True)
    created_at = models.BigIntegerField()

    class Meta:
        db_table = "ace_mail_queue"
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["state", "not_before"], name="ace_mail_due")]

    def __str__(self) -> str:
        return self.key


class SuppressedAddress(models.Model):
    """An address that is not written to, and why."""

    email = models.CharField(max_length=254)
    status = models.CharField(max_length=16)
    reason = models.CharField(max_length=255, blank=True)
    since = models.BigIntegerField()
    tags: "models.JSONField[list[str]]" = models.JSONField(default=list)

    class Meta:
        db_table = "ace_mail_suppressions"
        verbose_name_plural = "suppressed addresses"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["email", "status"], name="ace_suppressed_once")
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.status})"


class QueuedBroadcast(models.Model):
    """An event for browsers that is told when its transaction commits; told ones are deleted."""

    event_id = models.CharField(max_length=64, unique=True)
    channels: "models.JSONField[list[str]]" = models.JSONField()
    name = models.CharField(max_length=200)
    data = models.TextField()
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.BigIntegerField(db_index=True)
    created_at = models.BigIntegerField()

    class Meta:
        db_table = "ace_broadcasts"

    def __str__(self) -> str:
        return f"{self.name} {self.event_id}"


class ErasureStep(models.Model):
    """One service's part of one person's erasure, tried until it is done.

    Attributes:
        subject: whom to ask about; forgotten when it is finished.
        fence: grows whenever it is taken or asked for again; only who has the newest settles it.
        evidence: what was removed, kept and not found when, as JSON; nothing personal.
    """

    user = models.CharField(max_length=255)
    service = models.CharField(max_length=64)
    subject = models.TextField(null=True)
    state = models.CharField(max_length=16, choices=[(state.value, state.value) for state in StepState])
    attempts = models.PositiveIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    due_at = models.BigIntegerField(null=True, db_index=True)
    error = models.CharField(max_length=64, blank=True)
    evidence = models.TextField()
    requested_at = models.BigIntegerField()
    finished_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "ace_erasures"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "service"], name="ace_erasure_once")
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.state}"


class AuditEntry(models.Model):
    """A line of the audit trail; the database itself refuses to change or delete one.

    Attributes:
        amount: in major units, as text: SQLite would keep a number as a float.
        address: who asked, hashed where `ACE_AUDIT_ADDRESS_KEY` is set.
    """

    at = models.DateTimeField(db_index=True)
    what = models.CharField(max_length=64)
    user = models.CharField(max_length=64, db_index=True)
    actor = models.CharField(max_length=64, blank=True)
    amount = models.CharField(max_length=40, null=True)
    currency = models.CharField(max_length=3, blank=True)
    payment = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=64, blank=True)
    details: "models.JSONField[dict[str, str]]" = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        db_table = "ace_audit"
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.what} {self.user}"


class UsageCount(models.Model):
    """What was used of a service on a day, for whom; see `ace usage`."""

    day = models.DateField()
    provider = models.CharField(max_length=32)
    operation = models.CharField(max_length=64)
    user = models.CharField(max_length=64, blank=True)
    unit = models.CharField(max_length=64, blank=True)
    calls = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    units = models.BigIntegerField(default=0)

    class Meta:
        db_table = "ace_usage"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "provider", "operation", "user", "unit"], name="ace_usage_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.provider} {self.operation}"


class BudgetTold(models.Model):
    """That somebody was told of a budget that a month went past; one process tells it."""

    month = models.CharField(max_length=7)
    budget = models.CharField(max_length=100)
    percent = models.PositiveIntegerField()

    class Meta:
        db_table = "ace_usage_told"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["month", "budget", "percent"], name="ace_budget_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.budget}"


class Conversation(models.Model):
    """A talk of a user with the career advisor."""

    user = models.CharField(max_length=64, db_index=True)
    started_at = models.DateTimeField()

    class Meta:
        db_table = "ai_conversations"

    def __str__(self) -> str:
        return f"{self.user} {self.pk}"


class ConversationMessage(models.Model):
    """A message of a talk.

    Attributes:
        failed: it was not answered.
        about: of an answer: what it cost and which model gave it.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    speaker = models.CharField(max_length=8)
    text = models.TextField()
    at = models.DateTimeField()
    failed = models.BooleanField(default=False)
    about: "models.JSONField[dict[str, object]]" = models.JSONField(default=dict)

    class Meta:
        db_table = "ai_conversations_messages"

    def __str__(self) -> str:
        return f"{self.speaker} {self.pk}"
