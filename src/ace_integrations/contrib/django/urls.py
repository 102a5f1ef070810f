"""Addresses for your `urlpatterns`: `[*webhook_urls("stripe", "didit"), *realtime_urls(rules), health_url()]`."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.http import HttpRequest
from django.urls import URLPattern, path

from ace_integrations.contrib.django.views import channel_view, health_view, sign_in_view, webhook_view
from ace_integrations.realtime import ChannelRules, Member

U = TypeVar("U")


def webhook_urls(
    *providers: str, route: str = "api/{provider}/webhook", refused_status: Mapping[str, int] | None = None
) -> list[URLPattern]:
    """Give one address per provider, for `get_ace().webhooks`.

    Args:
        route: `{provider}` is filled in.
        refused_status: another answer than 400 for a bad signature, by provider.
    """
    refused = refused_status or {}
    return [
        path(
            route.replace("{provider}", provider),
            webhook_view(provider, refused_status=refused.get(provider)),
            name=f"{provider}_webhook",
        )
        for provider in providers
    ]


def signed_in(request: HttpRequest) -> Any:
    """Give the signed-in user of a request, None for a stranger."""
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def realtime_urls(
    rules: ChannelRules[U],
    *,
    user: Callable[[HttpRequest], U | None] = signed_in,
    member: Callable[[U], Member | None] | None = None,
    prefix: str = "broadcasting",
) -> list[URLPattern]:
    """Give the addresses that a browser's script asks whether it may listen: `auth` and `user-auth` below a prefix.

    They take forms and JSON, and Django's own CSRF token, which the script sends as the header `X-CSRFToken`.

    Args:
        user: who asks; None is refused.
        member: as whom somebody is signed in; without it nobody is, and the second address does not exist.
    """
    found = [path(f"{prefix}/auth", channel_view(rules, user), name="realtime_auth")]
    if member is not None:
        found.append(path(f"{prefix}/user-auth", sign_in_view(user, member), name="realtime_user_auth"))
    return found


def health_url(*, route: str = "healthz") -> URLPattern:
    """Give the address of the health check; see `views.health_view`."""
    return path(route, health_view(), name="health")
