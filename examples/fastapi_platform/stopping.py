"""Where a mail of a new job leads who wants no more of them: at once by one click, without a sign-in."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from sqlalchemy import update

from ace_integrations.contrib.fastapi import throttled
from examples.fastapi_platform.rendering import page
from examples.fastapi_platform.tables import User
from examples.shared.accounts import user_key
from examples.shared.suggesting import STOP


async def reader(token: str, request: Request) -> int:
    """Give whose link this is."""
    number: int | None = request.app.state.links.read(STOP, token)
    if number is None:
        raise HTTPException(404, "This link is not valid.")
    return number


Reader = Annotated[int, Depends(reader)]


async def counted_for(number: Reader) -> str:
    """Give whom the request is counted for: a mail service sends those of many readers from one address."""
    return user_key(number)


router = APIRouter(include_in_schema=False, dependencies=[Depends(throttled("default", who=counted_for))])


@router.get("/unsubscribe/{token}")
async def ask(token: str, request: Request, number: Reader) -> Response:
    """Only ask: whatever looks at mails for viruses follows links."""
    del number
    return page(request, "unsubscribe.html", None, token=token, done=False)


@router.post("/unsubscribe/{token}")
async def stop(token: str, request: Request, number: Reader) -> Response:
    """End the mails of new jobs."""
    async with request.app.state.sessions.begin() as session:
        await session.execute(update(User).where(User.id == number).values(job_mails=False))
    return page(request, "unsubscribe.html", None, token=token, done=True)
