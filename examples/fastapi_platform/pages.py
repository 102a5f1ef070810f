"""The pages: rendered by the server, every form works without JavaScript but the card's."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from sqlalchemy import select

from ace_integrations import AsyncAce, InvalidInputError, ProviderError
from ace_integrations.contrib.fastapi import client_address, get_ace, throttled
from examples.fastapi_platform import accounts, identity, teachers
from examples.fastapi_platform.accounts import Visitor
from examples.fastapi_platform.rendering import page
from examples.fastapi_platform.tables import Course, Payment, User
from examples.shared.accounts import COOKIE, STAYS_S, SignUp, fields_refused, path_inside
from examples.shared.messages import Language

router = APIRouter(include_in_schema=False)
AceDep = Annotated[AsyncAce, Depends(get_ace)]


@router.get("/")
async def home() -> Response:
    return RedirectResponse("/courses", 303)


@router.get("/lang/{language}")
async def choose_language(language: Language, back: str = "/") -> Response:
    response = RedirectResponse(path_inside(back), 303)
    response.set_cookie("lang", language, max_age=31_536_000, samesite="lax")
    return response


@router.get("/signup")
async def sign_up_form(request: Request, user: Visitor) -> Response:
    return page(request, "signup.html", user, values={}, errors={})


@router.post("/signup", dependencies=[Depends(throttled("login"))])
async def sign_up(
    request: Request,
    name: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "student",
    company: Annotated[str, Form()] = "",
) -> Response:
    values = {"name": name, "email": email, "role": role, "company": company}
    try:
        form = SignUp(name=name, email=email, password=password, role=role, company=company)
    except (ValidationError, InvalidInputError) as error:
        return page(request, "signup.html", None, 422, values=values, errors=fields_refused(error))
    async with request.app.state.sessions.begin() as session:
        state = request.app.state
        user = await accounts.create_user(session, form, bus=state.bus, address=client_address(request))
        token = await accounts.sign_in(session, user) if user is not None else None
    if token is None:
        return page(request, "signup.html", None, 409, values=values, errors={"email": "error_email_taken"})
    return _signed_in(request, token, "/verify")


@router.get("/login")
async def sign_in_form(request: Request, user: Visitor) -> Response:
    return page(request, "login.html", user, failed=False, email="")


@router.post("/login", dependencies=[Depends(throttled("login"))])
async def sign_in(
    request: Request, email: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""
) -> Response:
    async with request.app.state.sessions.begin() as session:
        user = await accounts.check_password(session, email, password)
        token = await accounts.sign_in(session, user) if user is not None else None
    if token is None:
        return page(request, "login.html", None, 401, failed=True, email=email)
    return _signed_in(request, token, "/courses")


@router.post("/logout")
async def sign_out(request: Request) -> Response:
    async with request.app.state.sessions.begin() as session:
        await accounts.sign_out(session, request.cookies.get(COOKIE, ""))
    response = RedirectResponse("/courses", 303)
    response.delete_cookie(COOKIE)
    return response


@router.get("/verify")
async def verify(request: Request, user: Visitor, ace: AceDep) -> Response:
    """Show the stored state; what the service's redirect added to the address is not even read."""
    if user is None:
        return RedirectResponse("/login", 303)
    state = request.app.state
    answered = await identity.reconcile(ace, state.sessions, user, now=int(state.clock()), bus=state.bus)
    async with state.sessions() as session:
        fresh = await session.get_one(User, user.id)
        teaching = await teachers.application_of(session, fresh)
    return page(request, "verify.html", fresh, down=not answered, teaching=teaching)


@router.post("/verify")
async def start_verification(request: Request, user: Visitor, ace: AceDep) -> Response:
    if user is None:
        return RedirectResponse("/login", 303)
    if not identity.may_start(user):
        return RedirectResponse("/verify", 303)
    try:
        started = await identity.start(request, user, ace)
    except ProviderError:
        return page(request, "verify.html", user, 503, down=True)
    return page(request, "leaving.html", user, url=started.url)


@router.get("/courses")
async def courses(request: Request, user: Visitor) -> Response:
    async with request.app.state.sessions() as session:
        found = (await session.scalars(select(Course).order_by(Course.id))).all()
    return page(request, "courses.html", user, courses=found)


@router.get("/payments")
async def payments(request: Request, user: Visitor) -> Response:
    if user is None:
        return RedirectResponse("/login", 303)
    async with request.app.state.sessions() as session:
        rows = (
            await session.execute(
                select(Payment, Course)
                .join(Course, Course.id == Payment.course_id)
                .where(Payment.user_id == user.id)
                .order_by(Payment.id.desc())
            )
        ).all()
    return page(request, "payments.html", user, rows=rows)


def _signed_in(request: Request, token: str, to: str) -> Response:
    response = RedirectResponse(to, 303)
    response.set_cookie(
        COOKIE,
        token,
        max_age=STAYS_S,
        httponly=True,
        samesite="lax",
        secure=request.app.state.origin.startswith("https://"),
    )
    return response
