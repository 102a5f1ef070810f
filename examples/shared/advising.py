"""The career advisor: who may ask, what is asked, and what a refusal means and says."""

import json
import logging
import math
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, Field

from ace_integrations import Ace, AceError, AsyncAce, BudgetExceededError, InvalidInputError, ProviderError
from ace_integrations.ai import ContentBlockedError, QuotaExceededError
from ace_integrations.career import ConversationNotFoundError, Document, Said, UserContext
from examples.shared.messages import Language, say

WORDING = "2026-11"
"""Which words the consent was given to; another value asks everybody again."""

MOST_SHOWN = 60
"""Messages of a talk that a page shows, the newest."""

UNAVAILABLE = "AI service temporarily unavailable"

logger = logging.getLogger("platform.career")

KINDS = ("cv", "path", "jobs", "gap")
STARTERS = ("starter_paths", "starter_first_job", "starter_interview", "starter_skills")
LARGEST_FORM = 6 * 1024 * 1024
"""Bytes of a form with a CV, of which the file may have five sixths."""

ConversationId = Annotated[int, Field(ge=-(2**63), lt=2**63)]


class Chat(BaseModel):
    """A message; without a conversation it begins one."""

    message: str = ""
    conversation_id: ConversationId | None = None


class Cv(BaseModel):
    """A CV as text, or an https address on a host that ACE_CV_HOSTS names."""

    cv_text: str = ""


class Target(BaseModel):
    """A role that somebody wants to work in."""

    target_role: str = ""


class Gap(BaseModel):
    """A role, and what somebody can do; left out, the skills of their profile."""

    target_role: str = ""
    current_skills: list[str] | None = None


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


def shown(newest: Iterable[Any]) -> Sequence[Message]:
    """Give the messages of a talk, oldest first; a failed one that was asked again later is left out.

    Args:
        newest: rows with speaker, text and failed, the newest first.
    """
    messages, later = list[Message](), set[str]()
    for row in newest:
        if not (row.failed and row.text in later):
            messages.append(Message(row.text, row.speaker == "user", row.failed))
        later.add(row.text)
    return messages[::-1]


def unsent(message: str, messages: Sequence[Message]) -> str:
    """Give what stays in the field: a message that was stored as failed stands in the talk, with its own way back."""
    return "" if messages and messages[-1].failed and messages[-1].text == message else message


def words_of(refused: RefusedError, language: Language, *, now: float) -> str:
    """Say why the advisor does not answer, and what to do."""
    if refused.reason == "input":
        return say(f"advice_input_{refused.field}", language)
    if refused.reason == "limit":
        return say("advice_limit", language, seconds=str(refused.retry_after))
    if refused.reason == "used_up" and refused.retry_after is not None:
        end = datetime.fromtimestamp(now, UTC) + timedelta(seconds=refused.retry_after)
        return say("advice_used_up", language, when=end.strftime("%Y-%m-%d %H:%M UTC"))
    return say(f"advice_{refused.reason}", language)


def told_of(refused: RefusedError, language: Language, *, now: float) -> dict[str, Any]:
    """Give what a script is told of a refusal."""
    if refused.reason == "unavailable":
        return {"error": UNAVAILABLE}
    told: dict[str, Any] = {"error": words_of(refused, language, now=now), "reason": refused.reason}
    if refused.field:
        told |= {"field": refused.field, "problem": refused.problem}
    if refused.retry_after is not None:
        told["retry_after"] = refused.retry_after
    return told


def answered(data: dict[str, Any]) -> dict[str, Any]:
    """Give the answer that holds what the advisor said."""
    return {"success": True, "data": data}


def event_of(said: Said) -> str:
    """Give a part of a talk as a server-sent event: `text` as it comes, then `done` with the whole."""
    if said.answer is None:
        return _event("text", {"text": said.text})
    return _event("done", {"response": said.answer.text, "conversation_id": said.conversation})


def failure_of(told: dict[str, Any]) -> str:
    """Give the end of a talk that broke off as a server-sent event."""
    return _event("failed", told)


def service_of(ace: Ace | AsyncAce) -> str:
    """Give the name of the service that answers."""
    return next((one.title for one in ace.assembly.chosen() if one.capability == "ai"), "")


def document_of(content: bytes) -> Document:
    """Give a file that was chosen; its content says what it is, not its name."""
    return Document(content, "application/pdf" if content.startswith(b"%PDF-") else "text/plain")


def is_short(content_length: str) -> bool:
    """Whether a form may be read: it says how long it is, and the server reads no more than that."""
    return content_length.isdecimal() and int(content_length) <= LARGEST_FORM


def talk_of(conversation: str) -> int | None:
    """Read which talk a form goes on with: what is no number of ours is no talk of anybody's."""
    is_one = conversation.isascii() and conversation.isdecimal() and len(conversation) <= 18
    return int(conversation) if is_one else (0 if conversation else None)


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
