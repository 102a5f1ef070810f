"""The advisor's pages: a talk, and four kinds of advice; each form works without JavaScript."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from ace_integrations import AsyncAce
from ace_integrations.career import Advice, Document
from ace_integrations.contrib.fastapi import client_address, get_ace
from examples.fastapi_platform import career
from examples.fastapi_platform.accounts import Visitor
from examples.fastapi_platform.advising import words
from examples.fastapi_platform.rendering import language_of, page
from examples.fastapi_platform.tables import Profile, User
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

router = APIRouter(include_in_schema=False, prefix="/advisor")
AceDep = Annotated[AsyncAce, Depends(get_ace)]
Ask = Callable[[Asker], Awaitable[Advice[Any]]]


@router.get("")
async def talk(request: Request, user: Visitor, ace: AceDep, new: bool = False) -> Response:  # noqa: FBT001, FBT002 - of the address
    """Show the last talk, or an empty one with something to begin with."""
    if user is None:
        return RedirectResponse("/login", 303)
    return await _gate(request, user, ace) or await _talk(request, user, is_new=new)


@router.post("")
async def say(
    request: Request,
    user: Visitor,
    ace: AceDep,
    message: Annotated[str, Form()] = "",
    conversation: Annotated[str, Form()] = "",
) -> Response:
    """Answer a message for a browser without scripts: the whole answer comes with the page."""
    if user is None:
        return RedirectResponse("/login", 303)
    try:
        who = await career.asker(request, user, ace)
        with refusing():
            await ace.career.talk(
                message,
                store=career.conversations(request),
                user=who.key,
                conversation=talk_of(conversation),
                context=who.context,
            )
    except RefusedError as refused:
        return _closed(request, user, ace, refused) or await _talk(request, user, refused=refused, message=message)
    return RedirectResponse("/advisor#newest", 303)


@router.post("/consent")
async def agree(
    request: Request,
    user: Visitor,
    ace: AceDep,
    adult: Annotated[str, Form()] = "",
    agreed: Annotated[str, Form()] = "",
) -> Response:
    """Store the consent, once both were ticked."""
    if user is None:
        return RedirectResponse("/login", 303)
    if user.role != "student":
        return page(request, "advisor_closed.html", user, 403)
    if not (adult and agreed):
        return _asking(request, user, ace, 422, missing=True)
    await career.agree(request, user, ace.audit, address=client_address(request))
    return RedirectResponse("/advisor", 303)


@router.post("/forget")
async def forget(request: Request, user: Visitor, ace: AceDep) -> Response:
    """Delete the talks and take the consent back."""
    if user is None:
        return RedirectResponse("/login", 303)
    await career.forget(request, user, ace.audit, address=client_address(request))
    return RedirectResponse("/profile?forgotten", 303)


@router.get("/{kind}")
async def form(kind: str, request: Request, user: Visitor, ace: AceDep) -> Response:
    """Show the form of a kind of advice."""
    if kind not in KINDS:
        return page(request, "not_found.html", user, 404)
    if user is None:
        return RedirectResponse("/login", 303)
    closed = await _gate(request, user, ace)
    return closed or page(request, f"advisor_{kind}.html", user, values=await _values(request, user), advice=None)


@router.post("/cv")
async def cv(request: Request, user: Visitor, ace: AceDep) -> Response:
    """Judge a CV: a file where one was chosen, else the text."""
    if user is None:
        return RedirectResponse("/login", 303)
    if not is_short(request.headers.get("content-length", "")):
        refused = RefusedError(413, "input", field="cv")
        return _page(request, "advisor_cv.html", user, refused, values={}, advice=None)
    async with request.form(max_files=1, max_fields=10) as form:
        cv_text = str(form.get("cv_text", ""))
        given = await _document(form.get("cv_file")) or cv_text

    async def ask(who: Asker) -> Advice[Any]:
        return await ace.career.analyse_cv(given, context=who.context, user=who.key, locale=language_of(request))

    return await _advised(request, user, ace, "cv", ask, cv_text=cv_text)


@router.post("/path")
async def path(request: Request, user: Visitor, ace: AceDep, target_role: Annotated[str, Form()] = "") -> Response:
    """Plan the way to a role."""
    courses = await career.courses(request)

    async def ask(who: Asker) -> Advice[Any]:
        return await ace.career.learning_path(
            target_role, context=who.context, courses=courses, user=who.key, locale=language_of(request)
        )

    return await _advised(request, user, ace, "path", ask, target_role=target_role)


@router.post("/jobs")
async def jobs(request: Request, user: Visitor, ace: AceDep) -> Response:
    """Recommend kinds of jobs."""

    async def ask(who: Asker) -> Advice[Any]:
        return await ace.career.job_recommendations(context=who.context, user=who.key, locale=language_of(request))

    return await _advised(request, user, ace, "jobs", ask)


@router.post("/gap")
async def gap(
    request: Request,
    user: Visitor,
    ace: AceDep,
    target_role: Annotated[str, Form()] = "",
    current_skills: Annotated[str, Form()] = "",
) -> Response:
    """Compare skills with what a role needs."""
    skills = listed(current_skills)

    async def ask(who: Asker) -> Advice[Any]:
        return await ace.career.skills_gap(
            target_role, skills, context=who.context, user=who.key, locale=language_of(request)
        )

    return await _advised(request, user, ace, "gap", ask, target_role=target_role, current_skills=current_skills)


async def _advised(request: Request, user: User | None, ace: AsyncAce, kind: str, ask: Ask, **values: str) -> Response:
    """Show advice below its form, or why there is none; what was typed stays."""
    if user is None:
        return RedirectResponse("/login", 303)
    try:
        who = await career.asker(request, user, ace)
        with refusing():
            advice = await ask(who)
    except RefusedError as refused:
        closed = _closed(request, user, ace, refused)
        return closed or _page(request, f"advisor_{kind}.html", user, refused, values=values, advice=None)
    return page(request, f"advisor_{kind}.html", user, values=values, advice=advice.value)


async def _talk(
    request: Request, user: User, *, is_new: bool = False, refused: RefusedError | None = None, message: str = ""
) -> Response:
    number = None if is_new else await career.conversations(request).last(user_key(user.id))
    shown = () if number is None else await career.messages(request, number)
    kept = unsent(message, shown)
    values = {"conversation": number, "messages": shown, "message": kept, "starters": STARTERS}
    return _page(request, "advisor.html", user, refused, **values)


def _page(request: Request, template: str, user: User, refused: RefusedError | None, **values: Any) -> Response:
    if refused is None:
        return page(request, template, user, **values)
    told = words(request, refused)
    response = page(request, template, user, refused.status, refused=refused, told=told, **values)
    if refused.retry_after is not None:
        response.headers["retry-after"] = str(refused.retry_after)
    return response


async def _gate(request: Request, user: User, ace: AsyncAce) -> Response | None:
    """Give what is shown in place of the advisor; None to whom it is open."""
    if not ace.settings.ai:
        return page(request, "not_found.html", user, 404)
    if user.role != "student":
        return page(request, "advisor_closed.html", user, 403)
    return None if await career.has_agreed(request, user) else _asking(request, user, ace, 200)


def _closed(request: Request, user: User, ace: AsyncAce, refused: RefusedError) -> Response | None:
    if refused.reason == "students_only":
        return page(request, "advisor_closed.html", user, 403)
    return _asking(request, user, ace, 403) if refused.reason == "consent" else None


def _asking(request: Request, user: User, ace: AsyncAce, status: int, *, missing: bool = False) -> Response:
    return page(request, "advisor_consent.html", user, status, service=service_of(ace), missing=missing)


async def _values(request: Request, user: User) -> dict[str, str]:
    """Give what a form begins with: the skills of the profile."""
    async with request.app.state.sessions() as session:
        profile = await session.get(Profile, user.id)
    return {"current_skills": ", ".join(profile.skills) if profile is not None else ""}


async def _document(upload: object) -> Document | None:
    """Give a file that was chosen; None where there is none."""
    if not isinstance(upload, UploadFile) or not upload.filename:
        return None
    return document_of(await upload.read())
