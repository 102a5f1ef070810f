"""Who may ask the career advisor, and what it is told of them; no HTTP but its statuses."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from ace_integrations import AsyncAce
from ace_integrations.audit import Audit
from ace_integrations.career import Course as Offered
from ace_integrations.contrib.fastapi import get_ace
from ace_integrations.contrib.sqlalchemy import AsyncSqlConversations, written
from examples.fastapi_platform.accounts import SignedIn
from examples.fastapi_platform.rendering import language_of
from examples.fastapi_platform.tables import AUDIT, CONVERSATIONS, AiConsent, Course, Profile, User
from examples.shared.accounts import user_key
from examples.shared.advising import MOST_SHOWN, WORDING, Asker, Message, RefusedError, shown
from examples.shared.profiles import context_of


async def asker(request: Request, user: SignedIn, ace: Annotated[AsyncAce, Depends(get_ace)]) -> Asker:
    """Give the student who asks: an adult who agreed, within their turns.

    Raises:
        RefusedError: they may not, or not now.
    """
    if user.role != "student":
        raise RefusedError(403, "students_only")
    async with request.app.state.sessions() as session:
        consent = await session.get(AiConsent, user.id)
        profile = await session.get(Profile, user.id)
    if consent is None or consent.wording != WORDING:
        raise RefusedError(403, "consent")
    key = user_key(user.id)
    turn = await ace.throttle.atake("ai", key)
    if not turn.allowed:
        raise RefusedError(429, "limit", retry_after=turn.retry_after)
    locale = language_of(request) if "lang" in request.cookies else None
    return Asker(key, context_of(profile), locale)


AskerDep = Annotated[Asker, Depends(asker)]


async def has_agreed(request: Request, user: User) -> bool:
    """Whether a student agreed to what is asked today."""
    async with request.app.state.sessions() as session:
        consent = await session.get(AiConsent, user.id)
    return consent is not None and consent.wording == WORDING


async def agree(request: Request, user: User, audit: Audit, *, address: str) -> None:
    """Store that a student is an adult and agrees, with an audit entry."""
    noted = audit.event("ai.consent", user=user_key(user.id), address=address, details={"wording": WORDING})
    try:
        async with request.app.state.sessions.begin() as session:
            await session.merge(AiConsent(user_id=user.id, wording=WORDING))
            await session.execute(written(AUDIT, noted))
    except IntegrityError:  # agreed in another window at this moment
        return


async def forget(request: Request, user: User, audit: Audit, *, address: str) -> None:
    """Delete a student's talks and consent, with an audit entry; the next question is asked for consent again."""
    await conversations(request).forget(user_key(user.id))
    noted = audit.event("ai.forgotten", user=user_key(user.id), address=address)
    async with request.app.state.sessions.begin() as session:
        await session.execute(delete(AiConsent).where(AiConsent.user_id == user.id))
        await session.execute(written(AUDIT, noted))


async def courses(request: Request) -> list[Offered]:
    """Give the courses that a learning path may name."""
    language = language_of(request)
    async with request.app.state.sessions() as session:
        found = (await session.scalars(select(Course).order_by(Course.id))).all()
    return [Offered(course_id=str(one.id), title=getattr(one, f"title_{language}")) for one in found]


def conversations(request: Request) -> AsyncSqlConversations:
    """Give where talks are kept."""
    state = request.app.state
    return AsyncSqlConversations(state.sessions, CONVERSATIONS, clock=state.clock)


async def messages(request: Request, conversation: int) -> Sequence[Message]:
    """Give the newest messages of a talk, oldest first; a failed one that was asked again later is left out."""
    said = CONVERSATIONS[1]
    newest = (
        select(said.c.speaker, said.c.text, said.c.failed)
        .where(said.c.conversation_id == conversation)
        .order_by(said.c.id.desc())
        .limit(MOST_SHOWN)
    )
    async with request.app.state.sessions() as session:
        rows: Sequence[Any] = (await session.execute(newest)).all()
    return shown(rows)
