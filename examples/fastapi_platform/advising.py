"""The career advisor for scripts: five questions as the guide has them, and a talk that comes piece by piece."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from ace_integrations import AsyncAce
from ace_integrations.career import Said
from ace_integrations.contrib.fastapi import get_ace
from examples.fastapi_platform import career
from examples.fastapi_platform.career import AskerDep
from examples.fastapi_platform.rendering import language_of
from examples.shared.advising import (
    Chat,
    Cv,
    Gap,
    RefusedError,
    Target,
    answered,
    event_of,
    failure_of,
    refusing,
    told_of,
    words_of,
)

router = APIRouter(prefix="/api/ai-career")
AceDep = Annotated[AsyncAce, Depends(get_ace)]

logger = logging.getLogger("platform.career")


@router.post("/chat")
async def chat(form: Chat, request: Request, who: AskerDep, ace: AceDep) -> Any:
    """Answer a message, and remember both."""
    with refusing():
        said = await ace.career.talk(
            form.message,
            store=career.conversations(request),
            user=who.key,
            conversation=form.conversation_id,
            context=who.context,
        )
    return answered({"response": said.text, "conversation_id": said.conversation})


@router.post("/chat/stream")
async def stream_chat(form: Chat, request: Request, who: AskerDep, ace: AceDep) -> Response:
    """Answer a message with server-sent events: `text` as it comes, then `done` with the whole, or `failed`.

    What is known before the first word is an answer with a status, as of `chat`.
    """
    with refusing():
        parts = ace.career.stream_talk(
            form.message,
            store=career.conversations(request),
            user=who.key,
            conversation=form.conversation_id,
            context=who.context,
        )
    spoken = _Spoken(parts)
    talks: set[asyncio.Task[None]] = request.app.state.talks
    task = asyncio.create_task(spoken.listen())
    talks.add(task)
    task.add_done_callback(talks.discard)
    first = await spoken.next()
    if isinstance(first, RefusedError):
        raise first
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_events(first, spoken, request), media_type="text/event-stream", headers=headers)


@router.post("/analyze-cv")
async def analyze_cv(form: Cv, who: AskerDep, ace: AceDep) -> Any:
    """Judge a CV."""
    with refusing():
        advice = await ace.career.analyse_cv(form.cv_text, context=who.context, user=who.key, locale=who.locale)
    return answered(advice.value.model_dump(mode="json"))


@router.post("/learning-path")
async def learning_path(form: Target, request: Request, who: AskerDep, ace: AceDep) -> Any:
    """Plan the way to a role, with the platform's courses where they help."""
    courses = await career.courses(request)
    with refusing():
        advice = await ace.career.learning_path(
            form.target_role, context=who.context, courses=courses, user=who.key, locale=who.locale
        )
    return answered(advice.value.model_dump(mode="json"))


@router.post("/job-recommendations")
async def job_recommendations(who: AskerDep, ace: AceDep) -> Any:
    """Recommend kinds of jobs that suit the profile."""
    with refusing():
        advice = await ace.career.job_recommendations(context=who.context, user=who.key, locale=who.locale)
    return answered(advice.value.model_dump(mode="json"))


@router.post("/skills-gap")
async def skills_gap(form: Gap, who: AskerDep, ace: AceDep) -> Any:
    """Compare skills with what a role needs."""
    skills = who.context.skills if form.current_skills is None else form.current_skills
    with refusing():
        advice = await ace.career.skills_gap(
            form.target_role, skills, context=who.context, user=who.key, locale=who.locale
        )
    return answered(advice.value.model_dump(mode="json"))


def refusal(request: Request, refused: RefusedError) -> JSONResponse:
    """Answer a script that the advisor does not answer."""
    seconds = refused.retry_after
    headers = {} if seconds is None else {"retry-after": str(seconds)}
    return JSONResponse(_told(request, refused), refused.status, headers=headers)


def words(request: Request, refused: RefusedError) -> str:
    """Say in the visitor's language why the advisor does not answer, and what to do."""
    return words_of(refused, language_of(request), now=request.app.state.clock())


def _told(request: Request, refused: RefusedError) -> dict[str, Any]:
    return told_of(refused, language_of(request), now=request.app.state.clock())


class _Spoken:
    """A talk as it comes, listened to beside its reader: one who leaves finds the answer when they come back."""

    def __init__(self, parts: AsyncIterator[Said]) -> None:
        self._parts = parts
        self._heard: asyncio.Queue[Said | RefusedError | None] = asyncio.Queue()

    async def listen(self) -> None:
        """Take every part, to the end or to the failure."""
        try:
            with refusing():
                async for said in self._parts:
                    self._heard.put_nowait(said)
        except RefusedError as refused:
            self._heard.put_nowait(refused)
        except Exception:
            logger.exception("a talk broke off")
            self._heard.put_nowait(RefusedError(503, "unavailable"))
        finally:
            self._heard.put_nowait(None)

    async def next(self) -> Said | RefusedError | None:
        """Give the next part, why there is none, or None at the end."""
        return await self._heard.get()


async def _events(first: Said | None, spoken: _Spoken, request: Request) -> AsyncGenerator[str]:
    heard: Said | RefusedError | None = first
    while heard is not None:
        yield failure_of(_told(request, heard)) if isinstance(heard, RefusedError) else event_of(heard)
        heard = await spoken.next()
