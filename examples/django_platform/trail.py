"""The audit trail for admins: the newest first, by person and by kind, a page at a time."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse

from ace_integrations.contrib.django.models import AuditEntry, ErasureStep
from examples.django_platform.admin import admins_only
from examples.django_platform.answering import number_in, signed_in, visiting
from examples.django_platform.models import User
from examples.django_platform.rendering import page
from examples.shared.trail import MOST_ERASURES, PAGE, answered, key_of, listed, moment


@visiting
@admins_only
def audit(request: HttpRequest, user: User) -> HttpResponse:
    """Show the trail.

    `who` is an e-mail address, or an id as the trail has it; `what` a kind, as in "payment.changed"; `before` the id
    of the last entry of the page before.
    """
    del user
    asked = _asked(request)
    kinds = AuditEntry.objects.order_by("what").values_list("what", flat=True).distinct()
    return page(request, "admin_audit.html", **listed(_entries(**asked), **asked), kinds=list(kinds))


@signed_in
@admins_only
def entries(request: HttpRequest, user: User) -> HttpResponse:
    """Give a page of the trail; `before` of the next is in `more`, None on the last."""
    del user
    return JsonResponse(answered(_entries(**_asked(request))))


@visiting
@admins_only
def erasures(request: HttpRequest, user: User) -> HttpResponse:
    """Show how far each service is with the erasures that were asked for, the newest first."""
    del user
    rows = ErasureStep.objects.order_by("-requested_at", "-pk")[:MOST_ERASURES]
    return page(request, "admin_erasures.html", rows=list(rows), at=moment)


def _asked(request: HttpRequest) -> dict[str, Any]:
    who, what = (request.GET.get(name, "") for name in ("who", "what"))
    return {"who": who, "what": what, "before": number_in(request.GET.get("before", "0"), "before")}


def _entries(*, who: str, what: str, before: int) -> list[dict[str, Any]]:
    """Give a page of them, and one more where there is one."""
    found = AuditEntry.objects.order_by("-pk")
    if who.strip():
        key = _key_of(who.strip())
        found = found.filter(Q(user=key) | Q(actor=key))
    if what:
        found = found.filter(what=what)
    if before > 0:
        found = found.filter(pk__lt=before)
    return list(found.values()[: PAGE + 1])


def _key_of(who: str) -> str:
    if "@" not in who:
        return who
    return key_of(User.objects.filter(email=who.lower()).values_list("pk", flat=True).first())
