"""Templates into answers, in the language of the visitor."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from markupsafe import Markup

from ace_integrations.contrib.django import get_ace
from examples.django_platform.accounts import visitor
from examples.django_platform.models import Notice, User
from examples.shared.messages import Language
from examples.shared.rendering import render


def language_of(request: HttpRequest) -> Language:
    """Give the language that the visitor chose."""
    return "ar" if request.COOKIES.get("lang") == "ar" else "en"


def page(request: HttpRequest, template: str, status: int = 200, **values: Any) -> HttpResponse:
    """Render a page for a visitor; `user` is who asks unless it is given."""
    ace = get_ace()
    known = {"user": visitor(request), "now": ace.clock(), **values}
    html = render(
        template,
        ace=ace,
        language=language_of(request),
        address=_address(request),
        csrf=_hidden(get_token(request)),
        unread=0 if known["user"] is None else unread_of(known["user"]),
        **known,
    )
    return HttpResponse(html, status=status)


def unread_of(user: User) -> int:
    """Count what somebody was told and did not read."""
    return Notice.objects.filter(user=user, read_at=None).count()


def _address(request: HttpRequest) -> str:
    """Give what the same page is asked for with."""
    return request.get_full_path() if request.method == "GET" else request.path


def _hidden(token: str) -> Markup:
    return Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(token)
