"""Who may ask the career advisor, and what it is told of them; no HTTP but its statuses."""

from collections.abc import Sequence

from django.db import transaction
from django.http import HttpRequest

from ace_integrations.career import Course as Offered
from ace_integrations.contrib.django import audit, get_ace
from ace_integrations.contrib.django.conversations import DjangoConversations
from ace_integrations.contrib.django.models import ConversationMessage
from examples.django_platform.models import AiConsent, Course, Profile, User
from examples.django_platform.rendering import language_of
from examples.shared.accounts import user_key
from examples.shared.advising import MOST_SHOWN, WORDING, Asker, Message, RefusedError, shown
from examples.shared.profiles import context_of


def asker(request: HttpRequest, user: User) -> Asker:
    """Give the student who asks: an adult who agreed, within their turns.

    Raises:
        RefusedError: they may not, or not now.
    """
    if user.role != "student":
        raise RefusedError(403, "students_only")
    if not has_agreed(user):
        raise RefusedError(403, "consent")
    key = user_key(user.pk)
    turn = get_ace().throttle.take("ai", key)
    if not turn.allowed:
        raise RefusedError(429, "limit", retry_after=turn.retry_after)
    locale = language_of(request) if "lang" in request.COOKIES else None
    return Asker(key, context_of(Profile.objects.filter(user=user).first()), locale)


def has_agreed(user: User) -> bool:
    """Whether a student agreed to what is asked today."""
    return AiConsent.objects.filter(user=user, wording=WORDING).exists()


def agree(user: User, *, address: str) -> None:
    """Store that a student is an adult and agrees, with an audit entry."""
    noted = get_ace().audit.event("ai.consent", user=user_key(user.pk), address=address, details={"wording": WORDING})
    with transaction.atomic():
        AiConsent.objects.update_or_create(user=user, defaults={"wording": WORDING})
        audit.write(noted)


def forget(user: User, *, address: str) -> None:
    """Delete a student's talks and consent, with an audit entry; the next question is asked for consent again."""
    with transaction.atomic():
        conversations().forget(user_key(user.pk))
        AiConsent.objects.filter(user=user).delete()
        audit.write(get_ace().audit.event("ai.forgotten", user=user_key(user.pk), address=address))


def courses(request: HttpRequest) -> list[Offered]:
    """Give the courses that a learning path may name."""
    language = language_of(request)
    found = Course.objects.order_by("pk")
    return [Offered(course_id=str(one.pk), title=getattr(one, f"title_{language}")) for one in found]


def conversations() -> DjangoConversations:
    """Give where talks are kept."""
    return DjangoConversations(clock=get_ace().clock)


def messages(conversation: int) -> Sequence[Message]:
    """Give the newest messages of a talk, oldest first; a failed one that was asked again later is left out."""
    return shown(ConversationMessage.objects.filter(conversation_id=conversation).order_by("-pk")[:MOST_SHOWN])
