"""The platform's payments for `ace payments reconcile --books examples.django_platform.books:changed_since`."""

import os
from collections.abc import Sequence
from datetime import datetime

import django
from django.apps import apps
from django.db.models import Q

from ace_integrations.payments import StoredPayment
from examples.shared.paying import OPEN


def changed_since(since: datetime) -> Sequence[StoredPayment]:
    """Give the payments of DATABASE_URL that were started since, and all that are still open."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examples.django_platform.settings")
    if not apps.ready:
        django.setup()
    found = apps.get_model("django_platform", "Payment").objects.filter(
        Q(created_at__gte=since) | Q(status__in=OPEN), books__isnull=False
    )
    return [StoredPayment.model_validate(books) for books in found.values_list("books", flat=True)]
