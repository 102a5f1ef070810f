"""What the platform itself holds about a person: given to them, and erased."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import F, Q, QuerySet

from ace_integrations.contrib.django.models import (
    AuditEntry,
    ConversationMessage,
    QueuedMail,
    SuppressedAddress,
    UsageCount,
)
from ace_integrations.privacy import Subject
from ace_integrations.realtime import private_user
from ace_integrations.video import ClassStatus
from examples.django_platform.career import conversations
from examples.django_platform.models import Course, Enrollment, Job, News, Payment, Refund, SessionEvent, User
from examples.shared.accounts import user_key
from examples.shared.classes import PAGE
from examples.shared.personal import OWN, REMOVED, WISHES, nobodys, plain, subject


def held(user: User, *, known_as: Sequence[str]) -> dict[str, Any]:
    """Give all that is stored about a person, ready for JSON; no password and no cookie.

    Args:
        known_as: the ids by which providers of live classes named them.
    """
    key = user_key(user.pk)
    (account,) = _rows(User.objects.filter(pk=user.pk))
    return {
        "account": account,
        **{name: _rows(_own(name, user)) for name in OWN},
        "refunds": _rows(Refund.objects.filter(payment__user=user)),
        "advisor": _rows(ConversationMessage.objects.filter(conversation__user=key)),
        "class_events": _rows(SessionEvent.objects.filter(person__in=known_as)),
        "usage": _rows(UsageCount.objects.filter(user=key)),
        "audit": _rows(AuditEntry.objects.filter(Q(user=key) | Q(actor=key))),
        "mails": _rows(QueuedMail.objects.filter(deliveries__has_key=user.email)),
        "mail_stops": _rows(SuppressedAddress.objects.filter(email=user.email)),
    }


def subject_of(user: User, *, known_as: Sequence[str]) -> Subject:
    """Name a person as the outside services know them; ask before `erase`, which removes where the ids stand.

    Args:
        known_as: the ids by which providers of live classes named them.
    """
    paid = Payment.objects.filter(user=user, gateway_id__isnull=False).values_list("gateway", "gateway_id")
    told = SessionEvent.objects.filter(person__in=known_as, session__status=ClassStatus.ACTIVE)
    seen = told.exclude(provider=PAGE).values_list("provider", "session__room", "connection").distinct()
    return subject(user, paid=paid, seen=seen)


def erase(user: User, *, known_as: Sequence[str], at: datetime) -> None:
    """Remove what is about a person in the caller's transaction, and overwrite the rows that others need.

    Payments and their refunds stay as they are: the law wants them kept. So do the audit trail, which holds no names
    and can only be added to, and an address's wish for no more mail, which must be heeded.
    """
    account = User.objects.select_for_update().get(pk=user.pk)
    for gone in (
        *(_own(name, account) for name in REMOVED),
        SessionEvent.objects.filter(person__in=known_as),
        News.objects.filter(channel=private_user(account.pk).name),
        QueuedMail.objects.filter(deliveries__has_key=account.email),
        SuppressedAddress.objects.filter(email=account.email).exclude(status__in=WISHES),
    ):
        gone.delete()
    conversations().forget(user_key(account.pk))
    Course.objects.filter(teacher=account).update(teacher=None)
    Job.objects.filter(owner=account, closed_at=None).update(closed_at=at)
    _leave_courses(account)
    _overwrite(account, at=at)


def _leave_courses(user: User) -> None:
    for place in Enrollment.objects.filter(user=user, active=True):
        course = Course.objects.select_for_update().get(pk=place.course_id)
        Enrollment.objects.filter(pk=place.pk).update(active=False)
        Course.objects.filter(pk=course.pk).update(students=F("students") - 1)


def _overwrite(account: User, *, at: datetime) -> None:
    """Leave a row that is nobody's."""
    for name, value in nobodys(account, now=at).items():
        setattr(account, name, value)
    account.set_password(secrets.token_urlsafe(32))
    account.save()


def _own(name: str, user: User) -> "QuerySet[Any]":
    """Give the rows of a table that are somebody's."""
    table, whose = OWN[name]
    (model,) = (one for one in apps.get_app_config("django_platform").get_models() if one._meta.db_table == table)
    return model._default_manager.filter(**{whose: user.pk})


def _rows(found: "QuerySet[Any]") -> list[dict[str, Any]]:
    return [plain(row) for row in found.order_by("pk").values()]
