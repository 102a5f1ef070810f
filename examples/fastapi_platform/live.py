"""Live classes for scripts: schedule, join, end, who was there, and the news of a page without a live connection."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations import AsyncAce, InvalidInputError
from ace_integrations.contrib.fastapi import get_ace
from ace_integrations.video import ClassRefusedError, JoinGrant, Refusal, Standing
from examples.fastapi_platform import announcing, attending, classes
from examples.fastapi_platform.accounts import SignedIn
from examples.fastapi_platform.classes import Entry
from examples.fastapi_platform.paying import now_of
from examples.fastapi_platform.rendering import language_of
from examples.fastapi_platform.tables import Course, LiveSession, SessionAttendance, User
from examples.fastapi_platform.telling import channels_of, news_on
from examples.shared.accounts import user_key
from examples.shared.classes import (
    NOT_YOUR_COURSE,
    Scheduled,
    Seen,
    connection,
    granted,
    not_scheduled,
    public,
    public_attendance,
    refusal_of,
    seen,
)
from examples.shared.news import first_of

router = APIRouter(prefix="/api/live")
AceDep = Annotated[AsyncAce, Depends(get_ace)]


@router.post("/session/create", status_code=201)
async def create(form: Scheduled, request: Request, user: SignedIn) -> Any:
    """Schedule a class, and tell the course's students by mail and by a live message; its teacher only."""
    async with request.app.state.sessions.begin() as session:
        course = await session.get(Course, form.course_id)
        if course is None:
            raise HTTPException(404, "No such course.")
        if await classes.standing(session, user, course) is not Standing.TEACHER:
            return JSONResponse({"error": NOT_YOUR_COURSE}, 403)
        try:
            lasts = timedelta(minutes=form.duration_minutes)
            row = await schedule(request, session, course, form.title, form.scheduled_at, lasts)
        except InvalidInputError as error:
            return JSONResponse(not_scheduled(error), 422)
    return public(row)


async def schedule(
    request: Request, session: AsyncSession, course: Course, title: str, starts_at: datetime, lasts: timedelta
) -> LiveSession:
    """Add a class, and let its students be told when the transaction commits.

    Raises:
        InvalidInputError: see `classes.schedule`.
    """
    state = request.app.state
    row = await classes.schedule(
        session, course, title=title, starts_at=starts_at, lasts=lasts, now=now_of(request), tell=state.tell
    )
    await announcing.announce(session, state.mails, row, course, origin=state.origin)
    return row


@router.get("/session/{session_id}")
async def state_of(session_id: int, request: Request, user: SignedIn) -> Any:
    """Say where a class is, for pages that wait or have no live connection."""
    async with request.app.state.sessions() as session:
        entry = await _entry(session, session_id, user)
    if entry.who is Standing.STRANGER:
        raise ClassRefusedError(Refusal.NOT_YOURS)
    return public(entry.row)


@router.post("/session/{session_id}/join")
async def join(session_id: int, request: Request, user: SignedIn, ace: AceDep) -> Any:
    """Give what the browser needs to be in the room, for ten minutes; asked for anew while they stay.

    The teacher comes first, and her coming starts the class: there is no moment in which students may come in and
    she is not on her way, and none in which she is in and they are still refused. Everybody else waits for her.
    """
    async with request.app.state.sessions.begin() as session:
        entry = await _entry(session, session_id, user, to_change=True)
        if entry.who is Standing.TEACHER:
            await classes.start(session, entry, ace, now=now_of(request), tell=request.app.state.tell)
        grant = _grant(request, entry, user, ace)
    return JSONResponse(grant.for_browser(), headers={"cache-control": "no-store"})


@router.post("/session/{session_id}/end")
async def end(session_id: int, request: Request, user: SignedIn, ace: AceDep) -> Any:
    """End a class for all; its teacher, or an admin.

    It has ended by what is stored before the provider is asked. `reach` is "server" where the provider put everybody
    out, "page" where the teacher's page must, and "pending" where the provider is asked again in the background.
    """
    await finish(request, session_id, user, ace)
    reach = await classes.close_room(ace, request.app.state.sessions, session_id)
    async with request.app.state.sessions() as session:
        row = await session.get_one(LiveSession, session_id)
    return {**public(row), "reach": reach or ("pending" if row.room else "server")}


async def finish(request: Request, session_id: int, user: User, ace: AsyncAce) -> None:
    """End a class by what is stored."""
    async with request.app.state.sessions.begin() as session:
        entry = await _entry(session, session_id, user, to_change=True)
        await classes.end(session, entry, ace, now=now_of(request), tell=request.app.state.tell)


@router.post("/session/{session_id}/presence", status_code=204)
async def presence(session_id: int, form: Seen, request: Request, user: SignedIn, ace: AceDep) -> None:
    """Keep what the user's own page says of their coming or going, for a provider that tells nothing.

    Their own page could lie, so it counts for an attendance only as long as the provider told nothing of the class.
    """
    async with request.app.state.sessions.begin() as session:
        entry = await _entry(session, session_id, user, to_change=True)
        entry.lesson.admit(entry.who)
        now = now_of(request)
        told = seen(form, room=entry.row.room or "", person=ace.video.known_as(user_key(user.id)), now=now)
        await attending.note(session, entry.row, told, ace, now=now)


@router.get("/session/{session_id}/attendance")
async def attendance(session_id: int, request: Request, user: SignedIn) -> Any:
    """Say who was there, and how long; for the class's teacher and admins."""
    async with request.app.state.sessions() as session:
        entry = await _entry(session, session_id, user)
        rows = await attended(session, entry)
    return {"session": public(entry.row), "attendance": [public_attendance(row, who) for row, who in rows]}


async def attended(session: AsyncSession, entry: Entry) -> list[tuple[SessionAttendance, User]]:
    """Give who was there, first come first.

    Raises:
        ClassRefusedError: only the class's teacher and admins may see it.
    """
    if entry.who not in (Standing.TEACHER, Standing.ADMIN):
        raise ClassRefusedError(Refusal.NOT_YOURS)
    found = await session.execute(
        select(SessionAttendance, User)
        .join(User, User.id == SessionAttendance.user_id)
        .where(SessionAttendance.session_id == entry.row.id)
        .order_by(SessionAttendance.joined_at, SessionAttendance.user_id)
    )
    return [(row, who) for row, who in found]


@router.get("/news")
async def news(request: Request, user: SignedIn, ace: AceDep, since: float = 0) -> Any:
    """Give what a page needs to hear news at once, and what was told since it last asked.

    Args:
        since: Unix seconds of the platform's clock, as `now` of an earlier answer gave them.
    """
    now = now_of(request)
    async with request.app.state.sessions() as session:
        channels = await channels_of(session, user)
        events = await news_on(session, channels, first=first_of(since, now))
    answer = {"now": now.timestamp(), "realtime": connection(ace), "channels": channels, "events": events}
    return JSONResponse(answer, headers={"cache-control": "no-store"})


def refusal(request: Request, refused: ClassRefusedError) -> JSONResponse:
    """Answer a script that somebody may not do this with a class, or not now."""
    del request
    told, status, headers = refusal_of(refused)
    return JSONResponse(told, status, headers=headers)


def _grant(request: Request, entry: Entry, user: User, ace: AsyncAce) -> JoinGrant:
    now, language = now_of(request), language_of(request)
    grant = granted(ace, entry.row, entry.who, user, now=now, language=language)
    if grant is None:
        raise HTTPException(503, "Live classes are not set up.")
    return grant


async def _entry(session: AsyncSession, session_id: int, user: User, *, to_change: bool = False) -> Entry:
    entry = await classes.enter(session, session_id, user, to_change=to_change) if session_id < 2**63 else None
    if entry is None:
        raise HTTPException(404, "No such session.")
    return entry
