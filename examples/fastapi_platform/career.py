"""Who may ask the career advisor, what it is told of them, and what a refusal means; no HTTP but its statuses."""

import logging
import math
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from ace_integrations import AceError, AsyncAce, BudgetExceededError, InvalidInputError, ProviderError
from ace_integrations.ai import ContentBlockedError, QuotaExceededError
from ace_integrations.audit import Audit
from ace_integrations.career import ConversationNotFoundError, UserContext
from ace_integrations.career import Course as Offered
from ace_integrations.contrib.fastapi import get_ace
from ace_integrations.contrib.sqlalchemy import AsyncSqlConversations, written
from examples.fastapi_platform.accounts import SignedIn
from examples.fastapi_platform.profiles import context_of
from examples.fastapi_platform.rendering import language_of
from examples.fastapi_platform.tables import AUDIT, CONVERSATIONS, AiConsent, Course, Profile, User
from examples.shared.accounts import user_key

WORDING = "2026-11"
"""Which words the consent was given to; another value asks everybody again."""

MOST_SHOWN = 60
"""Messages of a talk that a page shows, the newest."""

UNAVAILABLE = "AI service temporarily unavailable"

logger = logging.getLogger("platform.career")


class RefusedError(Exception):
    """The advisor does not answer.

    Attributes:
        status: of HTTP.
        reason: students_only, consent, no_conversation, input, blocked, limit, used_up or unavailable.
        field: what of the question is at fault, "" for another reason.
        problem: what is wrong with that field.
        retry_after: whole seconds after which asking makes sense, None where nobody knows.
    """

    def __init__(
        self, status: int, reason: str, *, field: str = "", problem: str = "", retry_after: float | None = None
    ) -> None:
        self.status = status
        self.reason = reason
        self.field = field
        self.problem = problem
        self.retry_after = None if retry_after is None else max(1, math.ceil(retry_after))
        super().__init__(reason)


@dataclass(frozen=True)
class Asker:
    """Whom the advisor may answer.

    Attributes:
        key: the id that outside services and counts know the student by.
        context: what the advisor is told of them.
        locale: of structured advice; None for one who chose no language.
    """

    key: str
    context: UserContext
    locale: str | None


@dataclass(frozen=True)
class Message:
    """One message of a talk as a page shows it."""

    text: str
    is_own: bool
    failed: bool


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


@contextmanager
def refusing() -> Generator[None]:
    """Turn every failure of the advisor into what its user may know of it.

    Raises:
        RefusedError: nothing of what the service said is in it.
    """
    try:
        yield
    except ConversationNotFoundError:
        raise RefusedError(404, "no_conversation") from None
    except InvalidInputError as error:
        problem = str(error).partition(": ")[2] or str(error)
        raise RefusedError(422, "input", field=error.field, problem=problem) from None
    except ContentBlockedError:
        raise RefusedError(422, "blocked") from None
    except AceError as error:
        raise _failed(error) from None


def _failed(error: AceError) -> RefusedError:
    logger.warning("the advisor does not answer: %s", error)
    if isinstance(error, ProviderError) and error.retry_after is not None and _is_used_up(error):
        return RefusedError(429, "used_up", retry_after=error.retry_after)
    return RefusedError(503, "unavailable")


def _is_used_up(error: ProviderError) -> bool:
    # A pause says what it is for.
    return isinstance(error, BudgetExceededError | QuotaExceededError) or error.code == "quota"


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
    shown, later = list[Message](), set[str]()
    for row in rows:
        if not (row.failed and row.text in later):
            shown.append(Message(row.text, row.speaker == "user", row.failed))
        later.add(row.text)
    return shown[::-1]


def until(request: Request, refused: RefusedError) -> datetime | None:
    """Give when a refusal ends, where that is known."""
    if refused.retry_after is None:
        return None
    return datetime.fromtimestamp(request.app.state.clock(), UTC) + timedelta(seconds=refused.retry_after)
