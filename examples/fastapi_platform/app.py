"""The platform: a FastAPI application put together from its parts."""

import asyncio
import os
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.middleware.base import RequestResponseEndpoint

from ace_integrations import AsyncAce
from ace_integrations.contrib.fastapi import health_route, realtime_routes, throttled, webhook_routes
from ace_integrations.contrib.sqlalchemy import AsyncSqlMailQueue, AsyncSqlStore, AsyncSqlSuppressions
from ace_integrations.contrib.sqlalchemy.broadcasts import AsyncSqlBroadcastQueue
from ace_integrations.contrib.sqlalchemy.privacy import AsyncSqlErasures
from ace_integrations.events import EventBus
from ace_integrations.identity import IdentityChanged
from ace_integrations.mail import DeliveryEvent
from ace_integrations.payments import PaymentHint
from ace_integrations.video import ClassRefusedError, PersonJoined, PersonLeft
from examples.fastapi_platform import (
    account,
    accounts,
    admin,
    advising,
    advisor,
    applications,
    attending,
    board,
    buying,
    classroom,
    company,
    identity,
    jobs,
    live,
    notifications,
    offers,
    pages,
    paying,
    payments,
    profiles,
    stopping,
    teachers,
    trail,
)
from examples.fastapi_platform.accounts import AccountCreated, asking, recording, signed_in, welcoming
from examples.fastapi_platform.chores import OF_ALL, OF_EACH_PROCESS, AwaitedChore, beside, keep_usage
from examples.fastapi_platform.database import open_engine, prepare
from examples.fastapi_platform.identity import IdentityVerified
from examples.fastapi_platform.listening import channel_rules, member
from examples.fastapi_platform.postings import finding
from examples.fastapi_platform.tables import BROADCASTS, ERASURES, MAILS, WEBHOOK_CLAIMS
from examples.fastapi_platform.telling import telling
from examples.shared import STATIC
from examples.shared.advising import RefusedError
from examples.shared.links import SignedLinks
from examples.shared.policy import content_policy

WEBHOOKS = ("didit", "mailgun", "stripe", "paypal", "pusher", "jaas", "agora")
"""Where webhooks come in; JaaS is Jitsi's name there."""

PARTS = (
    identity,
    paying,
    admin,
    teachers,
    trail,
    jobs,
    offers,
    board,
    applications,
    company,
    live,
    classroom,
    buying,
    advising,
    advisor,
    profiles,
    notifications,
    account,
    pages,
)
"""Modules with a router whose every route counts for who asks; webhooks and the pages' own files count for nobody."""


def create_app(
    ace: AsyncAce | None = None,
    *,
    database_url: str | None = None,
    origin: str | None = None,
    admin_login: tuple[str, str] | None = None,
    clock: Callable[[], float] = time.time,
    chores: Sequence[AwaitedChore] | None = None,
) -> FastAPI:
    """Put the platform together; nothing is opened before it starts.

    Args:
        ace: from the environment when not given.
        origin: where browsers reach the platform, as in http://127.0.0.1:8000.
        admin_login: address and password of the one admin; PLATFORM_ADMIN_EMAIL and _PASSWORD when not given.
        clock: gives Unix seconds; the sandbox's clock where that is moved.
        chores: what is done beside the requests; all of them when not given, unless CELERY_BROKER_URL says that
            Celery's workers do them.
    """
    ace = ace or AsyncAce(clock=clock)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        engine = open_engine(database_url)
        sessions = await prepare(engine)
        await accounts.keep_admin(sessions, admin_login or _admin_of_environment())
        state = app.state
        state.ace, state.sessions, state.clock = ace, sessions, clock
        state.links = SignedLinks(_secret(), clock=clock)
        state.origin = origin or os.environ.get("PLATFORM_URL", "http://127.0.0.1:8000")
        state.receiver.store = AsyncSqlStore(sessions, WEBHOOK_CLAIMS)
        state.mails = AsyncSqlMailQueue(sessions, MAILS, clock=clock)
        state.events = AsyncSqlBroadcastQueue(sessions, BROADCASTS, clock=clock) if ace.settings.realtime else None
        state.tell = telling(state.events, now=lambda: datetime.fromtimestamp(clock(), UTC))
        state.erasures = AsyncSqlErasures(sessions, ERASURES, clock=clock)
        ace.mail.suppressions = AsyncSqlSuppressions(sessions, MAILS)
        ace.jobs.board.local = finding(sessions, clock)
        state.talks = set()
        _connect(app)
        try:
            async with beside(state, _usual_chores() if chores is None else chores):
                yield
        finally:
            for talk in state.talks:
                talk.cancel()
                with suppress(asyncio.CancelledError):
                    await talk
            await keep_usage(state)
            await ace.aclose()
            await engine.dispose()

    app = FastAPI(title="Rihla", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.receiver = ace.webhooks
    app.middleware("http")(_guard)
    app.add_exception_handler(RefusedError, advising.refusal)  # type: ignore[arg-type]  # of that class only
    app.add_exception_handler(ClassRefusedError, live.refusal)  # type: ignore[arg-type]  # likewise
    app.include_router(_webhook_routes(ace))
    app.include_router(health_route(ace))
    limited = [Depends(throttled("default", who=asking))]
    for part in PARTS:
        app.include_router(part.router, dependencies=limited)
    app.include_router(stopping.router)
    if ace.settings.realtime:
        rules = channel_rules(lambda: app.state.sessions)
        app.include_router(realtime_routes(ace, rules, user=signed_in, member=member), dependencies=limited)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def _usual_chores() -> Sequence[AwaitedChore]:
    return OF_EACH_PROCESS if os.environ.get("CELERY_BROKER_URL") else (*OF_ALL, *OF_EACH_PROCESS)


def _secret() -> bytes:
    """Give the key of signed links: PLATFORM_SECRET, or one that is forgotten at the end, and its links with it."""
    return os.environ.get("PLATFORM_SECRET", "").encode() or secrets.token_bytes(32)


def _admin_of_environment() -> tuple[str, str] | None:
    email, password = (os.environ.get(f"PLATFORM_ADMIN_{name}", "") for name in ("EMAIL", "PASSWORD"))
    return (email, password) if email and password else None


def _webhook_routes(ace: AsyncAce) -> APIRouter:
    router = APIRouter()
    names = {"jaas": "jitsi"}
    for name in WEBHOOKS:
        path = f"/api/{name}/webhook"
        router.include_router(
            webhook_routes(ace.webhooks, names.get(name, name), path=path, refused_status={"stripe": 403})
        )
    return router


def _connect(app: FastAPI) -> None:
    """Say who acts on what the services tell, and on what happens here."""
    state = app.state
    bus = state.bus = EventBus()
    bus.on(AccountCreated)(welcoming(state.mails, origin=state.origin))
    bus.on(AccountCreated)(recording(state.ace.audit))
    bus.on(IdentityVerified)(teachers.wait)
    receiver = state.receiver
    receiver.on(IdentityChanged)(identity.on_identity_changed(bus))
    receiver.on(DeliveryEvent)(state.mails.note)
    receiver.on(PaymentHint)(payments.on_payment_hint(state.ace, state.sessions))
    receiver.on(PersonJoined, PersonLeft)(attending.on_room_event(state.ace, state.clock))


async def _guard(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Refuse writes that another site's page sends, and say what pages may load."""
    if request.method not in ("GET", "HEAD") and not request.url.path.endswith("/webhook"):
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            return Response("This form belongs to another site.", 403)
    response = await call_next(request)
    response.headers.setdefault("content-security-policy", content_policy(request.app.state.ace, request.url.path))
    response.headers.setdefault("x-content-type-options", "nosniff")
    response.headers.setdefault("referrer-policy", "same-origin")
    return response
