"""A student's profile."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from examples.fastapi_platform.accounts import Visitor
from examples.fastapi_platform.rendering import page
from examples.fastapi_platform.tables import Profile
from examples.shared.profiles import NEWS, Typed, as_typed, read, wrong_fields

router = APIRouter(include_in_schema=False)


@router.get("/profile")
async def profile(request: Request, user: Visitor) -> Response:
    """Show the form with what is stored."""
    if user is None:
        return RedirectResponse("/login", 303)
    async with request.app.state.sessions() as session:
        stored = await session.get(Profile, user.id)
    news = next((word for word in NEWS if word in request.query_params), "")
    return page(request, "profile.html", user, values=as_typed(stored), errors={}, news=news)


@router.post("/profile")
async def save(request: Request, user: Visitor, typed: Annotated[Typed, Form()]) -> Response:
    """Store what was typed, or show the fields that mean nothing."""
    if user is None:
        return RedirectResponse("/login", 303)
    values = typed.model_dump()
    try:
        form = read(values)
    except ValidationError as error:
        errors = wrong_fields(error)
        return page(request, "profile.html", user, 422, values=values, errors=errors, news="")
    async with request.app.state.sessions.begin() as session:
        await session.merge(Profile(user_id=user.id, **form.model_dump()))
    return RedirectResponse("/profile?saved", 303)
