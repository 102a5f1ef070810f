"""The pages: rendered by the server, every form works without JavaScript but the card's."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from pydantic import ValidationError

from ace_integrations import InvalidInputError, ProviderError
from ace_integrations.contrib.django.views import client_address, throttled
from examples.django_platform import accounts, identity, teachers
from examples.django_platform.answering import go, typed, visiting
from examples.django_platform.models import Course, Payment, User
from examples.django_platform.rendering import language_of, page
from examples.shared.accounts import SignUp, fields_refused, path_inside


def home(request: HttpRequest) -> HttpResponse:
    del request
    return go("/courses")


def choose_language(request: HttpRequest, language: str) -> HttpResponse:
    if language not in ("en", "ar"):
        return JsonResponse({"detail": "No such language."}, status=422)
    response = go(path_inside(request.GET.get("back", "/")))
    response.set_cookie("lang", language, max_age=31_536_000, samesite="lax")
    return response


def sign_up_form(request: HttpRequest) -> HttpResponse:
    return page(request, "signup.html", values={}, errors={})


@throttled("login", who=client_address)
def sign_up(request: HttpRequest) -> HttpResponse:
    values = {**typed(request, "name", "email", "company"), "role": request.POST.get("role", "student")}
    try:
        form = SignUp.model_validate({**values, **typed(request, "password")})
    except (ValidationError, InvalidInputError) as error:
        return _sign_up_again(request, 422, values, fields_refused(error))
    user = accounts.create_user(form, address=client_address(request))
    if user is None:
        return _sign_up_again(request, 409, values, {"email": "error_email_taken"})
    accounts.sign_in(request, user)
    return go("/verify")


def sign_in_form(request: HttpRequest) -> HttpResponse:
    return page(request, "login.html", failed=False, email="")


@throttled("login", who=client_address)
def sign_in(request: HttpRequest) -> HttpResponse:
    form = typed(request, "email", "password")
    user = accounts.check_password(request, form["email"], form["password"])
    if user is None:
        return page(request, "login.html", 401, user=None, failed=True, email=form["email"])
    accounts.sign_in(request, user)
    return go("/courses")


def sign_out(request: HttpRequest) -> HttpResponse:
    accounts.sign_out(request)
    return go("/courses")


@visiting
def verify(request: HttpRequest, user: User) -> HttpResponse:
    """Show the stored state; what the service's redirect added to the address is not even read."""
    answered = identity.reconcile(user)
    user.refresh_from_db()
    return page(request, "verify.html", user=user, down=not answered, teaching=teachers.application_of(user))


@visiting
def start_verification(request: HttpRequest, user: User) -> HttpResponse:
    if not identity.may_start(user):
        return go("/verify")
    try:
        started = identity.start(user, language=language_of(request))
    except ProviderError:
        return page(request, "verify.html", 503, down=True)
    return page(request, "leaving.html", url=started.url)


def courses(request: HttpRequest) -> HttpResponse:
    return page(request, "courses.html", courses=Course.objects.order_by("pk"))


@visiting
def payments(request: HttpRequest, user: User) -> HttpResponse:
    found = Payment.objects.filter(user=user).select_related("course").order_by("-pk")
    return page(request, "payments.html", rows=[(payment, payment.course) for payment in found])


def _sign_up_again(request: HttpRequest, status: int, values: dict[str, str], errors: dict[str, str]) -> HttpResponse:
    return page(request, "signup.html", status, user=None, values=values, errors=errors)
