"""The advisor's pages: a talk, and four kinds of advice; each form works without JavaScript."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_protect

from ace_integrations.career import Advice, Document
from ace_integrations.contrib.django import get_ace
from ace_integrations.contrib.django.views import client_address
from examples.django_platform import career
from examples.django_platform.advising import words
from examples.django_platform.answering import go, typed, visiting
from examples.django_platform.models import Profile, User
from examples.django_platform.rendering import language_of, page
from examples.shared.accounts import user_key
from examples.shared.advising import (
    KINDS,
    STARTERS,
    Asker,
    RefusedError,
    document_of,
    is_short,
    refusing,
    service_of,
    talk_of,
    unsent,
)
from examples.shared.profiles import listed

Ask = Callable[[Asker], Advice[Any]]


@visiting
def talk(request: HttpRequest, user: User) -> HttpResponse:
    """Show the last talk, or an empty one with something to begin with."""
    return _gate(request, user) or _talk(request, user, is_new=bool(request.GET.get("new")))


@visiting
def say(request: HttpRequest, user: User) -> HttpResponse:
    """Answer a message for a browser without scripts: the whole answer comes with the page."""
    form = typed(request, "message", "conversation")
    try:
        who = career.asker(request, user)
        with refusing():
            get_ace().career.talk(
                form["message"],
                store=career.conversations(),
                user=who.key,
                conversation=talk_of(form["conversation"]),
                context=who.context,
            )
    except RefusedError as refused:
        return _closed(request, refused) or _talk(request, user, refused=refused, message=form["message"])
    return go("/advisor#newest")


@visiting
def agree(request: HttpRequest, user: User) -> HttpResponse:
    """Store the consent, once both were ticked."""
    if user.role != "student":
        return page(request, "advisor_closed.html", 403)
    if not all(typed(request, "adult", "agreed").values()):
        return _asking(request, 422, missing=True)
    career.agree(user, address=client_address(request))
    return go("/advisor")


@visiting
def forget(request: HttpRequest, user: User) -> HttpResponse:
    """Delete the talks and take the consent back."""
    career.forget(user, address=client_address(request))
    return go("/profile?forgotten")


def form(request: HttpRequest, kind: str) -> HttpResponse:
    """Show the form of a kind of advice."""
    return _form(request, kind) if kind in KINDS else page(request, "not_found.html", 404)


def cv(request: HttpRequest) -> HttpResponse:
    """Judge a CV: a file where one was chosen, else the text. A form that is too long is not read, whoever sends it."""
    if is_short(request.META.get("CONTENT_LENGTH") or ""):
        return _judge(request)
    return _too_long(request)


@visiting
def path(request: HttpRequest, user: User) -> HttpResponse:
    """Plan the way to a role."""
    form, courses = typed(request, "target_role"), career.courses(request)

    def ask(who: Asker) -> Advice[Any]:
        return get_ace().career.learning_path(
            form["target_role"], context=who.context, courses=courses, user=who.key, locale=language_of(request)
        )

    return _advised(request, user, "path", ask, **form)


@visiting
def jobs(request: HttpRequest, user: User) -> HttpResponse:
    """Recommend kinds of jobs."""

    def ask(who: Asker) -> Advice[Any]:
        return get_ace().career.job_recommendations(context=who.context, user=who.key, locale=language_of(request))

    return _advised(request, user, "jobs", ask)


@visiting
def gap(request: HttpRequest, user: User) -> HttpResponse:
    """Compare skills with what a role needs."""
    form = typed(request, "target_role", "current_skills")
    skills = listed(form["current_skills"])

    def ask(who: Asker) -> Advice[Any]:
        return get_ace().career.skills_gap(
            form["target_role"], skills, context=who.context, user=who.key, locale=language_of(request)
        )

    return _advised(request, user, "gap", ask, **form)


@visiting
def _form(request: HttpRequest, user: User, kind: str) -> HttpResponse:
    return _gate(request, user) or page(request, f"advisor_{kind}.html", values=_values(user), advice=None)


@csrf_protect
@visiting
def _judge(request: HttpRequest, user: User) -> HttpResponse:
    form = typed(request, "cv_text")
    given = _document(request) or form["cv_text"]

    def ask(who: Asker) -> Advice[Any]:
        return get_ace().career.analyse_cv(given, context=who.context, user=who.key, locale=language_of(request))

    return _advised(request, user, "cv", ask, **form)


@visiting
def _too_long(request: HttpRequest, user: User) -> HttpResponse:
    del user
    return _page(request, "advisor_cv.html", RefusedError(413, "input", field="cv"), values={}, advice=None)


def _advised(request: HttpRequest, user: User, kind: str, ask: Ask, **values: str) -> HttpResponse:
    """Show advice below its form, or why there is none; what was typed stays."""
    try:
        who = career.asker(request, user)
        with refusing():
            advice = ask(who)
    except RefusedError as refused:
        closed = _closed(request, refused)
        return closed or _page(request, f"advisor_{kind}.html", refused, values=values, advice=None)
    return page(request, f"advisor_{kind}.html", values=values, advice=advice.value)


def _talk(
    request: HttpRequest, user: User, *, is_new: bool = False, refused: RefusedError | None = None, message: str = ""
) -> HttpResponse:
    number = None if is_new else career.conversations().last(user_key(user.pk))
    shown = () if number is None else career.messages(number)
    kept = unsent(message, shown)
    values = {"conversation": number, "messages": shown, "message": kept, "starters": STARTERS}
    return _page(request, "advisor.html", refused, **values)


def _page(request: HttpRequest, template: str, refused: RefusedError | None, **values: Any) -> HttpResponse:
    if refused is None:
        return page(request, template, **values)
    told = words(request, refused)
    response = page(request, template, refused.status, refused=refused, told=told, **values)
    if refused.retry_after is not None:
        response["retry-after"] = str(refused.retry_after)
    return response


def _gate(request: HttpRequest, user: User) -> HttpResponse | None:
    """Give what is shown in place of the advisor; None to whom it is open."""
    if not get_ace().settings.ai:
        return page(request, "not_found.html", 404)
    if user.role != "student":
        return page(request, "advisor_closed.html", 403)
    return None if career.has_agreed(user) else _asking(request, 200)


def _closed(request: HttpRequest, refused: RefusedError) -> HttpResponse | None:
    if refused.reason == "students_only":
        return page(request, "advisor_closed.html", 403)
    return _asking(request, 403) if refused.reason == "consent" else None


def _asking(request: HttpRequest, status: int, *, missing: bool = False) -> HttpResponse:
    return page(request, "advisor_consent.html", status, service=service_of(get_ace()), missing=missing)


def _values(user: User) -> dict[str, str]:
    """Give what a form begins with: the skills of the profile."""
    profile = Profile.objects.filter(user=user).first()
    return {"current_skills": ", ".join(profile.skills) if profile is not None else ""}


def _document(request: HttpRequest) -> Document | None:
    """Give a file that was chosen; None where there is none."""
    upload = request.FILES.get("cv_file")
    return document_of(upload.read()) if upload is not None else None
