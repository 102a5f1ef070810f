"""The career advisor for scripts: five questions as the guide has them, and a talk that comes piece by piece."""

import logging
from collections.abc import Callable, Generator, Iterator
from contextvars import copy_context
from functools import wraps
from queue import SimpleQueue
from threading import Thread
from typing import Any

from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from ace_integrations.career import Advice, Said
from ace_integrations.contrib.django import get_ace
from examples.django_platform import career
from examples.django_platform.answering import posted, signed_in
from examples.django_platform.models import User
from examples.django_platform.rendering import language_of
from examples.shared.advising import (
    Asker,
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

logger = logging.getLogger("platform.career")

AskedView = Callable[[HttpRequest, Asker], Any]


def asking(view: AskedView) -> Callable[..., Any]:
    """Give the view to the student who may ask, as its second argument; others are refused."""

    @wraps(view)
    def check(request: HttpRequest, user: User) -> HttpResponseBase:
        answer: HttpResponseBase = view(request, career.asker(request, user))
        return answer

    return signed_in(check)


@asking
def chat(request: HttpRequest, who: Asker) -> HttpResponse:
    """Answer a message, and remember both."""
    form = posted(request, Chat)
    with refusing():
        said = get_ace().career.talk(form.message, conversation=form.conversation_id, **_remembered(who))
    return JsonResponse(answered({"response": said.text, "conversation_id": said.conversation}))


@asking
def stream_chat(request: HttpRequest, who: Asker) -> HttpResponseBase:
    """Answer a message with server-sent events: `text` as it comes, then `done` with the whole, or `failed`.

    What is known before the first word is an answer with a status, as of `chat`.
    """
    form = posted(request, Chat)
    with refusing():
        parts = get_ace().career.stream_talk(form.message, conversation=form.conversation_id, **_remembered(who))
    spoken = _Spoken(parts)
    first = spoken.next()
    if isinstance(first, RefusedError):
        raise first
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingHttpResponse(_events(first, spoken, request), content_type="text/event-stream", headers=headers)


@asking
def analyze_cv(request: HttpRequest, who: Asker) -> HttpResponse:
    """Judge a CV."""
    form = posted(request, Cv)
    with refusing():
        advice = get_ace().career.analyse_cv(form.cv_text, context=who.context, user=who.key, locale=who.locale)
    return _advice(advice)


@asking
def learning_path(request: HttpRequest, who: Asker) -> HttpResponse:
    """Plan the way to a role, with the platform's courses where they help."""
    form, courses = posted(request, Target), career.courses(request)
    with refusing():
        advice = get_ace().career.learning_path(
            form.target_role, context=who.context, courses=courses, user=who.key, locale=who.locale
        )
    return _advice(advice)


@asking
def job_recommendations(request: HttpRequest, who: Asker) -> HttpResponse:
    """Recommend kinds of jobs that suit the profile."""
    del request
    with refusing():
        advice = get_ace().career.job_recommendations(context=who.context, user=who.key, locale=who.locale)
    return _advice(advice)


@asking
def skills_gap(request: HttpRequest, who: Asker) -> HttpResponse:
    """Compare skills with what a role needs."""
    form = posted(request, Gap)
    skills = who.context.skills if form.current_skills is None else form.current_skills
    with refusing():
        advice = get_ace().career.skills_gap(
            form.target_role, skills, context=who.context, user=who.key, locale=who.locale
        )
    return _advice(advice)


def refusal(request: HttpRequest, refused: RefusedError) -> JsonResponse:
    """Answer a script that the advisor does not answer."""
    seconds = refused.retry_after
    headers = {} if seconds is None else {"retry-after": str(seconds)}
    return JsonResponse(_told(request, refused), status=refused.status, headers=headers)


def words(request: HttpRequest, refused: RefusedError) -> str:
    """Say in the visitor's language why the advisor does not answer, and what to do."""
    return words_of(refused, language_of(request), now=get_ace().clock())


def _told(request: HttpRequest, refused: RefusedError) -> dict[str, Any]:
    return told_of(refused, language_of(request), now=get_ace().clock())


def _remembered(who: Asker) -> dict[str, Any]:
    """Give what each message of a talk is asked with."""
    return {"store": career.conversations(), "user": who.key, "context": who.context}


def _advice(advice: Advice[Any]) -> HttpResponse:
    return JsonResponse(answered(advice.value.model_dump(mode="json")))


class _Spoken:
    """A talk as it comes, listened to beside its reader: one who leaves finds the answer when they come back."""

    def __init__(self, parts: Iterator[Said]) -> None:
        self._parts = parts
        self._heard: SimpleQueue[Said | RefusedError | None] = SimpleQueue()
        # In the request's own context: what the talk costs is counted for who asks.
        Thread(target=copy_context().run, args=(self._listen,), name="talk").start()

    def next(self) -> Said | RefusedError | None:
        """Give the next part, why there is none, or None at the end."""
        return self._heard.get()

    def _listen(self) -> None:
        """Take every part, to the end or to the failure."""
        try:
            with refusing():
                for said in self._parts:
                    self._heard.put(said)
        except RefusedError as refused:
            self._heard.put(refused)
        except Exception:
            logger.exception("a talk broke off")
            self._heard.put(RefusedError(503, "unavailable"))
        finally:
            self._heard.put(None)
            # Those of this thread: no request closes them.
            connections.close_all()


def _events(first: Said | None, spoken: _Spoken, request: HttpRequest) -> Generator[str]:
    heard: Said | RefusedError | None = first
    while heard is not None:
        yield failure_of(_told(request, heard)) if isinstance(heard, RefusedError) else event_of(heard)
        heard = spoken.next()
