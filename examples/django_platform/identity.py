"""Identity checks: start one, answer its stored status, and apply what the service says."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse

from ace_integrations import NotFoundError, ProviderError
from ace_integrations.contrib.django import audit, get_ace
from ace_integrations.contrib.django.signals import event_received
from ace_integrations.contrib.django.views import throttled
from ace_integrations.identity import IdentityChanged, Verification, VerificationStatus
from ace_integrations.webhooks import Event
from examples.django_platform.accounts import bus
from examples.django_platform.answering import AnsweredError, signed_in
from examples.django_platform.models import User
from examples.django_platform.rendering import language_of
from examples.shared.accounts import ACCOUNT_STATUS, DECIDED, user_key, user_of_key


@dataclass(frozen=True)
class IdentityVerified:
    """Somebody's account was opened by their check."""

    user: User


@throttled("identity")
@signed_in
def create_session(request: HttpRequest, user: User) -> HttpResponse:
    """Start the check of the signed-in user, or give the unfinished one again."""
    if not may_start(user):
        raise AnsweredError(409, "Your identity was checked already.")
    try:
        started = start(user, language=language_of(request))
    except ProviderError:
        return JsonResponse({"error": "The identity service does not answer. Nothing was changed."}, status=503)
    return JsonResponse({"session_id": started.id, "url": started.url})


def may_start(user: User) -> bool:
    """Whether a check may begin: what the service decided, or still looks at, is not put aside by a new one."""
    return user.verification not in DECIDED


def start(user: User, *, language: str) -> Verification:
    """Begin a check, and remember it with the user; raises `ProviderError` with nothing changed."""
    started = get_ace().identity.start(
        user=user_key(user.pk), callback=f"{settings.PLATFORM_URL}/verify", language=language
    )
    # The unfinished one given again is stored already, and a webhook may have decided it meanwhile.
    is_another = Q(verification_id=None) | ~Q(verification_id=started.id)
    User.objects.filter(is_another, pk=user.pk).update(verification_id=started.id, verification=started.status.value)
    return started


@signed_in
def session_status(request: HttpRequest, user: User, session_id: str) -> HttpResponse:
    """Answer from what is stored; another user's session and an unknown one answer alike."""
    del request
    if user.verification_id != session_id:
        raise AnsweredError(404, "No such verification.")
    return JsonResponse({"session_id": session_id, "status": user.verification, "account": user.status})


def reconcile(user: User) -> bool:
    """Ask the service once, for a webhook that was lost; False when it is down, and the status stays as it is."""
    if user.verification_id is None or user.verification == VerificationStatus.VERIFIED:
        return True
    ace = get_ace()
    try:
        found = ace.identity.check(verification_id=user.verification_id)
    except NotFoundError:
        return True
    except ProviderError:
        return False
    with transaction.atomic():
        apply(found.id, found.user, found.status, int(ace.clock()))
    return True


@receiver(event_received, sender=IdentityChanged)
def on_identity_changed(event: Event, **_: Any) -> None:
    """Change the account in the event's own transaction."""
    change: IdentityChanged = event.meaning
    if change.is_test and change.user is None:
        return
    apply(change.verification_id, change.user, change.status, change.occurred_at)


def apply(verification_id: str, vendor_user: str | None, status: VerificationStatus, at: int) -> None:
    """Change the account once, in the caller's transaction: an older word, a foreign check, a repeat change nothing."""
    user = User.objects.select_for_update().filter(verification_id=verification_id).first()
    if user is None and vendor_user is not None and status in DECIDED:
        user = _not_yet_remembered(verification_id, vendor_user)
    if user is None or vendor_user != user_key(user.pk):
        return
    stored = VerificationStatus(user.verification) if user.verification else None
    if not status.replaces(stored, at=at, stored_at=user.verification_at):
        return
    change = {"from": user.verification or "none", "to": status.value}
    audit.write(get_ace().audit.event("identity.changed", user=user_key(user.pk), actor="didit", details=change))
    user.verification = status.value
    user.verification_at = at
    user.status = ACCOUNT_STATUS.get(status, user.status)
    user.save(update_fields=["verification_id", "verification", "verification_at", "status"])
    if status is VerificationStatus.VERIFIED:
        bus.publish(IdentityVerified(user))


def _not_yet_remembered(verification_id: str, vendor_user: str) -> User | None:
    """Find whose first check this is: its news may come before the answer of starting it was stored."""
    number = user_of_key(vendor_user)
    if number is None:
        return None
    user = User.objects.select_for_update().filter(pk=number, verification_id=None, erased_at=None).first()
    if user is not None:
        user.verification_id = verification_id
    return user
