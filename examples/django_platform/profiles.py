"""A student's profile."""

from django.http import HttpRequest, HttpResponse
from pydantic import ValidationError

from examples.django_platform.answering import go, typed, visiting
from examples.django_platform.models import Profile, User
from examples.django_platform.rendering import page
from examples.shared.profiles import NEWS, Typed, as_typed, read, wrong_fields


@visiting
def profile(request: HttpRequest, user: User) -> HttpResponse:
    """Show the form with what is stored."""
    stored = Profile.objects.filter(user=user).first()
    news = next((word for word in NEWS if word in request.GET), "")
    return page(request, "profile.html", values=as_typed(stored), errors={}, news=news)


@visiting
def save(request: HttpRequest, user: User) -> HttpResponse:
    """Store what was typed, or show the fields that mean nothing."""
    values = dict(typed(request, *Typed.model_fields))
    try:
        form = read(values)
    except ValidationError as error:
        return page(request, "profile.html", 422, values=values, errors=wrong_fields(error), news="")
    Profile.objects.update_or_create(user=user, defaults=form.model_dump())
    return go("/profile?saved")
