"""What several views need: who asks, what they posted, and answers that end a view."""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic import BaseModel, ValidationError

from ace_integrations.contrib.django.views import asking, throttled
from examples.django_platform.accounts import visitor
from examples.django_platform.refusals import foreign_form

M = TypeVar("M", bound=BaseModel)
View = Callable[..., HttpResponse]


class AnsweredError(Exception):
    """Ends a view with a status and one sentence."""

    def __init__(self, status: int, detail: str) -> None:
        self.status = status
        self.detail = detail
        super().__init__(detail)


def by_method(
    *, read_by: View | None = None, counted_for: Callable[[HttpRequest], str] = asking, **views: View
) -> View:
    """Give the view of an address whose methods are views of their own: `by_method(get=form, post=save)`.

    Each counts for who asks, by the limit "default".

    Args:
        read_by: the view of a wider address, which this one stands before, for who only reads.
        counted_for: gives whom a request counts for; by default the user, or the address of a stranger.
    """
    limited = throttled("default", who=counted_for)
    served = {method: limited(view) for method, view in {"get": read_by, **views}.items() if view is not None}

    def choose(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = "get" if request.method == "HEAD" else str(request.method).lower()
        if asked not in served:
            allowed = ", ".join(sorted(map(str.upper, served)))
            return JsonResponse({"detail": "Method Not Allowed"}, status=405, headers={"Allow": allowed})
        return served[asked](request, *args, **kwargs)

    choose.views = views  # type: ignore[attr-defined]  # for a list of all that is served
    return choose


def without_token(view: View) -> View:
    """Give the view to who has no form's token, as services that act for a person; another site's page is refused."""

    @csrf_exempt
    @wraps(view)
    def check(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.get_host():
            return foreign_form(request)
        return view(request, *args, **kwargs)

    return check


def signed_in(view: View) -> View:
    """Give the view to who is signed in, as its second argument; others are answered 401."""

    @wraps(view)
    def check(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = visitor(request)
        if user is None:
            raise AnsweredError(401, "Sign in first.")
        return view(request, user, *args, **kwargs)

    return check


def visiting(view: View) -> View:
    """Give the page to who is signed in, as its second argument; others are led to the sign-in page."""

    @wraps(view)
    def check(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = visitor(request)
        return go("/login") if user is None else view(request, user, *args, **kwargs)

    return check


def go(to: str) -> HttpResponse:
    """Lead on to another page."""
    return HttpResponseRedirect(to, status=303)


def posted(request: HttpRequest, model: type[M]) -> M:
    """Read the JSON that a script posted.

    Raises:
        AnsweredError: 422, it is not what the view takes.
    """
    try:
        return model.model_validate_json(request.body)
    except ValidationError as error:
        raise not_understood(error) from None


def not_understood(error: ValidationError) -> AnsweredError:
    """Give the answer to what a view does not take: 422 with the names of the fields."""
    named = [".".join(map(str, problem["loc"])) or "body" for problem in error.errors(include_input=False)]
    return AnsweredError(422, f"Not understood: {', '.join(named)}.")


def typed(request: HttpRequest, *names: str) -> Mapping[str, str]:
    """Give the fields of a form, "" for one that is not there.

    Raises:
        AnsweredError: 422, one of them is a file.
    """
    if files := [name for name in names if name in request.FILES]:
        raise AnsweredError(422, f"Not understood: {', '.join(files)}.")
    return {name: str(request.POST.get(name, "")) for name in names}


def number_in(text: str, name: str) -> int:
    """Read a number that stands in an address or a form.

    Raises:
        AnsweredError: 422, it is none.
    """
    if not re.fullmatch(r"-?[0-9]{1,4300}", text):
        raise AnsweredError(422, f"Not understood: {name}.")
    return int(text)
