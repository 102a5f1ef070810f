"""One's own account: which mails come, everything that is stored to take along, and its end."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import update

from ace_integrations import AsyncAce
from ace_integrations.contrib.fastapi import client_address, get_ace, throttled
from ace_integrations.contrib.sqlalchemy import written
from examples.fastapi_platform import accounts, personal
from examples.fastapi_platform.accounts import Visitor, asking
from examples.fastapi_platform.paying import now_of
from examples.fastapi_platform.rendering import page
from examples.fastapi_platform.tables import AUDIT, User
from examples.shared.accounts import COOKIE, user_key
from examples.shared.personal import KEPT, OWN_ACCOUNT, as_file, known_as

router = APIRouter(include_in_schema=False)
AceDep = Annotated[AsyncAce, Depends(get_ace)]


async def owner(user: Visitor) -> User:
    """Give whose account this is; a stranger is asked to sign in."""
    if user is None:
        raise HTTPException(303, headers={"location": "/login"})
    return user


Owner = Annotated[User, Depends(owner)]


@router.get("/account")
async def account(request: Request, user: Owner) -> Response:
    """Show what may be done with an account."""
    return _shown(request, user)


@router.post("/account/mails")
async def choose_mails(request: Request, user: Owner, job_mails: Annotated[str, Form()] = "") -> Response:
    """Let mails of new jobs come, or not."""
    async with request.app.state.sessions.begin() as session:
        await session.execute(update(User).where(User.id == user.id).values(job_mails=bool(job_mails)))
    return RedirectResponse("/account", 303)


@router.get("/account/data")
async def download(request: Request, user: Owner, ace: AceDep) -> Response:
    """Give everything that is stored about somebody, here and at the services, as a file.

    A service that does not answer is named in it.
    """
    async with request.app.state.sessions() as session:
        names = known_as(ace, user)
        held = await personal.held(session, user, known_as=names)
        subject = await personal.subject_of(session, user, known_as=names)
    held["services"] = (await ace.privacy.export(subject)).model_dump(mode="json")
    text, headers = as_file(held)
    return Response(text, media_type="application/json", headers=headers)


@router.post("/account/erase", dependencies=[Depends(throttled("login", who=asking))])
async def erase(request: Request, user: Owner, ace: AceDep, password: Annotated[str, Form()] = "") -> Response:
    """Erase an account, once its password was given again; every browser is signed out.

    The services are asked from a ledger, each until it has done its part: what is erased here waits for none of them.

    The admin's comes from the platform's configuration, and would be there again at the next start.
    """
    if user.role == "admin":
        raise HTTPException(403, OWN_ACCOUNT)
    names = known_as(ace, user)
    noted = ace.audit.event("account.erased", user=user_key(user.id), address=client_address(request))
    async with request.app.state.sessions.begin() as session:
        if await accounts.check_password(session, user.email, password) is None:
            return _shown(request, user, status=422)
        subject = await personal.subject_of(session, user, known_as=names)
        services = ace.privacy.services(subject)
        await request.app.state.erasures.put(session, subject, services=services)
        await personal.erase(session, user, known_as=names, now=now_of(request))
        await session.execute(written(AUDIT, noted))
    request.state.unread = 0
    answer = page(request, "account_erased.html", None, kept=KEPT, services=services)
    answer.delete_cookie(COOKIE)
    return answer


def _shown(request: Request, user: User, *, status: int = 200) -> Response:
    return page(request, "account.html", user, status, kept=KEPT, wrong=status == 422)
