"""The platform: a FastAPI application put together from its parts."""

import asyncio
import logging
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.middleware.base import RequestResponseEndpoint

from ace_integrations import AsyncAce
from ace_integrations.contrib.fastapi import health_route, throttled, webhook_routes
from ace_integrations.contrib.sqlalchemy import AsyncSqlMailQueue, AsyncSqlStore, AsyncSqlSuppressions, AsyncSqlUsage
from ace_integrations.events import EventBus
from ace_integrations.identity import IdentityChanged
from ace_integrations.mail import DeliveryEvent
from ace_integrations.payments import PaymentHint
from ace_integrations.webhooks import AsyncReceiver
from examples.fastapi_platform import (
    accounts,
    admin,
    advising,
    advisor,
    board,
    buying,
    identity,
    jobs,
    pages,
    paying,
    payments,
    profiles,
    refunds,
)
from examples.fastapi_platform.accounts import AccountCreated, asking, recording, welcoming
from examples.fastapi_platform.career import RefusedError
from examples.fastapi_platform.database import Sessions, open_engine, prepare
from examples.fastapi_platform.postings import finding
from examples.fastapi_platform.tables import MAILS, USAGE, WEBHOOK_CLAIMS

SHARED = Path(__file__).resolve().parent.parent / "shared"
MAILS_S = 0.2
"""Seconds between two looks into the queue of mails."""
SWEEP_S = 5.0
"""Seconds after which what a killed process left behind is finished."""
USAGE_S = 5.0
PAYMENTS_S = 5.0
WEBHOOKS = ("didit", "mailgun", "stripe", "paypal")

logger = logging.getLogger("platform")


def create_app(
    ace: AsyncAce | None = None,
    *,
    database_url: str | None = None,
    origin: str | None = None,
    admin_login: tuple[str, str] | None = None,
    clock: Callable[[], float] = time.time,
) -> FastAPI:
    """Put the platform together; nothing is opened before it starts.

    Args:
        ace: from the environment when not given.
        origin: where browsers reach the platform, as in http://127.0.0.1:8000.
        admin_login: address and password of the one admin; PLATFORM_ADMIN_EMAIL and _PASSWORD when not given.
        clock: gives Unix seconds; the sandbox's clock where that is moved.
    """
    ace = ace or AsyncAce(clock=clock)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        engine = open_engine(database_url)
        sessions = await prepare(engine)
        await accounts.keep_admin(sessions, admin_login or _admin_of_environment())
        app.state.ace, app.state.sessions, app.state.clock = ace, sessions, clock
        app.state.origin = origin or os.environ.get("PLATFORM_URL", "http://127.0.0.1:8000")
        app.state.receiver.store = AsyncSqlStore(sessions, WEBHOOK_CLAIMS)
        mails = AsyncSqlMailQueue(sessions, MAILS, clock=clock)
        ace.mail.suppressions = AsyncSqlSuppressions(sessions, MAILS)
        ace.jobs.board.local = finding(sessions, clock)
        app.state.receiver.on(DeliveryEvent)(mails.note)
        app.state.receiver.on(PaymentHint)(payments.on_payment_hint(ace, sessions))
        app.state.talks = set()
        app.state.bus = EventBus()
        app.state.bus.on(AccountCreated)(welcoming(mails, origin=app.state.origin))
        app.state.bus.on(AccountCreated)(recording(ace.audit))
        usage = AsyncSqlUsage(sessions, USAGE)
        background = [
            asyncio.create_task(_every(MAILS_S, lambda: mails.send_due(ace.mail))),
            asyncio.create_task(_every(SWEEP_S, app.state.receiver.sweep)),
            asyncio.create_task(_every(USAGE_S, lambda: usage.keep(ace.usage))),
            asyncio.create_task(_every(PAYMENTS_S, lambda: _finish_payments(ace, sessions, clock))),
        ]
        try:
            yield
        finally:
            for task in (*background, *app.state.talks):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await usage.keep(ace.usage)
            await ace.aclose()
            await engine.dispose()

    app = FastAPI(title="Rihla", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.receiver = _receiver(ace)
    app.middleware("http")(_guard)
    app.add_exception_handler(RefusedError, advising.refusal)  # type: ignore[arg-type]  # of that class only
    app.include_router(webhook_routes(app.state.receiver, *WEBHOOKS, refused_status={"stripe": 403}))
    app.include_router(health_route(ace))
    limited = [Depends(throttled("default", who=asking))]
    app.include_router(identity.router, dependencies=limited)
    app.include_router(paying.router, dependencies=limited)
    app.include_router(admin.router, dependencies=limited)
    app.include_router(jobs.router, dependencies=limited)
    app.include_router(board.router, dependencies=limited)
    app.include_router(buying.router)
    app.include_router(advising.router)
    app.include_router(advisor.router)
    app.include_router(profiles.router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=SHARED / "static"), name="static")
    return app


def _admin_of_environment() -> tuple[str, str] | None:
    email, password = (os.environ.get(f"PLATFORM_ADMIN_{name}", "") for name in ("EMAIL", "PASSWORD"))
    return (email, password) if email and password else None


def _receiver(ace: AsyncAce) -> AsyncReceiver:
    receiver = ace.webhooks
    receiver.on(IdentityChanged)(identity.on_identity_changed)
    return receiver


async def _finish_payments(ace: AsyncAce, sessions: Sessions, clock: Callable[[], float]) -> None:
    """Take up payments that nobody spoke of any more, and refunds whose answer was lost."""
    now = datetime.fromtimestamp(clock(), UTC)
    await payments.look_again(ace, sessions, now=now)
    await refunds.send_again(ace, sessions, now=now)


async def _every(seconds: float, job: Callable[[], Awaitable[object]]) -> None:
    """Do a job again and again; one that fails is tried again at its next time."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await job()
        except Exception:
            logger.exception("a background job failed")


async def _guard(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Refuse writes that another site's page sends, and say what pages may load."""
    if request.method == "POST" and not request.url.path.endswith("/webhook"):
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            return Response("This form belongs to another site.", 403)
    response = await call_next(request)
    script = buying.script_origin(request.app.state.ace)
    response.headers.setdefault(
        "content-security-policy",
        f"default-src 'self'; script-src 'self' {script}; frame-src {script}; connect-src 'self' {script}; "
        "img-src 'self' data:; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    )
    response.headers.setdefault("x-content-type-options", "nosniff")
    response.headers.setdefault("referrer-policy", "same-origin")
    return response
