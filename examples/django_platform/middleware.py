"""Around every request: whom calls are counted for, refusals as answers, and what pages may load."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from ace_integrations.contrib.django import get_ace
from ace_integrations.usage import acting_for
from ace_integrations.video import ClassRefusedError
from examples.django_platform import advising
from examples.django_platform.accounts import visitor
from examples.django_platform.answering import AnsweredError
from examples.shared.accounts import user_key
from examples.shared.advising import RefusedError
from examples.shared.classes import refusal_of
from examples.shared.policy import content_policy

View = Callable[[HttpRequest], HttpResponse]


def page_headers(view: View) -> View:
    """Say what pages may load, and what of their address other sites learn."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = view(request)
        response.headers.setdefault("content-security-policy", content_policy(get_ace(), request.path))
        response.headers.setdefault("x-content-type-options", "nosniff")
        response.headers.setdefault("referrer-policy", "same-origin")
        return response

    return answer


def counting(view: View) -> View:
    """Count what is asked of the outside services for who is asking."""

    def answer(request: HttpRequest) -> HttpResponse:
        user = visitor(request)
        with acting_for(user_key(user.pk) if user is not None else ""):
            return view(request)

    return answer


def answering(view: View) -> View:
    """Turn what ends a view into its answer."""

    def answer(request: HttpRequest) -> HttpResponse:
        return view(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        match error:
            case AnsweredError():
                return JsonResponse({"detail": error.detail}, status=error.status)
            case RefusedError():
                return advising.refusal(request, error)
            case ClassRefusedError():
                told, status, headers = refusal_of(error)
                return JsonResponse(told, status=status, headers=headers)
            case _:
                return None

    answer.process_exception = process_exception  # type: ignore[attr-defined]  # where Django looks for it
    return answer
