"""Views for what services and browsers ask: webhooks on raw bytes, who may listen, health, limits."""

import functools
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar, cast

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, RawPostDataException
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from ace_integrations.contrib.django.current import get_ace
from ace_integrations.core import Call
from ace_integrations.errors import AceError, InvalidInputError
from ace_integrations.health import Finding, Once, examine, report, worst
from ace_integrations.realtime import Channel, ChannelRules, Member
from ace_integrations.realtime.authorise import read_question
from ace_integrations.webhooks.receiver import LARGEST_BODY

logger = logging.getLogger("ace_integrations.health")

P = ParamSpec("P")
U = TypeVar("U")
View = Callable[..., HttpResponse]

_MALFORMED = (InvalidInputError, RequestDataTooBig, KeyError)


def webhook_view(provider: str, *, refused_status: int | None = None) -> View:
    """Give the view that hands a provider's raw body to the receiver and answers with its receipt.

    Args:
        refused_status: another answer than 400 for a bad signature.
    """

    def receive(request: HttpRequest) -> HttpResponse:
        try:
            body = request.body
        except RequestDataTooBig:
            return HttpResponse("refused", status=413)
        except RawPostDataException:
            logger.exception("something read the body before: webhooks need the bytes as they arrived")
            return HttpResponse("later", status=500)
        if len(body) > LARGEST_BODY:
            return HttpResponse("refused", status=413)
        if request.headers.get("content-encoding", "identity") != "identity":
            return HttpResponse("refused", status=415)
        receipt = get_ace().webhooks.receive(provider, request.headers, body)
        status = refused_status if refused_status and receipt.refused_signature else receipt.status
        return HttpResponse(receipt.text, status=status, headers=dict(receipt.headers))

    # The sender is known by its signature, and a claim must outlive whatever the request would roll back.
    return csrf_exempt(transaction.non_atomic_requests(require_POST(receive)))


def channel_view(rules: ChannelRules[U], user: Callable[[HttpRequest], U | None]) -> View:
    """Give the view that a browser's script asks whether it may listen: 200 with a signature, or 403."""

    def authorise(request: HttpRequest) -> HttpResponse:
        try:
            asking = user(request)
            question = _question(request)
            channel = Channel(question["channel_name"])
            found = None if asking is None else rules.decide(asking, channel)
            if found is None:
                return HttpResponse("refused", status=403)
            grant = get_ace().realtime.authorise(channel=channel, connection=question["socket_id"], member=found)
        except _MALFORMED:
            return HttpResponse("refused", status=403)
        return JsonResponse(dict(grant))

    return never_cache(require_POST(authorise))


def sign_in_view(user: Callable[[HttpRequest], U | None], member: Callable[[U], Member | None]) -> View:
    """Give the view that signs a browser's connection in as a user: 200 with a signature, or 403."""

    def identify(request: HttpRequest) -> HttpResponse:
        try:
            asking = user(request)
            found = None if asking is None else member(asking)
            if found is None:
                return HttpResponse("refused", status=403)
            grant = get_ace().realtime.identify(connection=_question(request)["socket_id"], member=found)
        except _MALFORMED:
            return HttpResponse("refused", status=403)
        return JsonResponse(dict(grant))

    return never_cache(require_POST(identify))


def health_view(*, kept_s: float = 10.0, clock: Callable[[], float] = time.monotonic) -> View:
    """Give the view that says whether every chosen service can be used: 200 when all can, else 503.

    It needs no login: however many ask, each service is asked at most once in `kept_s` seconds by each process.

    Raises:
        InvalidInputError: `kept_s` is less than 1.
    """
    if kept_s < 1:
        raise InvalidInputError("must be at least 1, or strangers could have services called in a loop", field="kept_s")
    health = _Health(kept_s, clock)

    def answer(request: HttpRequest) -> HttpResponse:
        del request
        status, body = report(health.findings())
        return JsonResponse(body, status=status)

    return never_cache(require_safe(answer))


def throttled(limit: str, *, who: Callable[[HttpRequest], str] | None = None) -> Callable[[View], View]:
    """Give a decorator that answers 429 with Retry-After past a limit: `@throttled("ai")`.

    Args:
        limit: a name of `ace_integrations.throttle.DEFAULTS` or of `ACE_LIMITS`.
        who: gives your own id of the user; by default the user's number, or the address that asks.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def check(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            turn = get_ace().throttle.take(limit, (who or asking)(request))
            if not turn.allowed:
                headers = {"Retry-After": str(turn.retry_after)}
                return JsonResponse({"detail": "Too many requests. Wait a little."}, status=429, headers=headers)
            return view(request, *args, **kwargs)

        return check

    return decorate


def asking(request: HttpRequest) -> str:
    """Give whom requests are counted for: the signed-in user's number, or the address of a stranger."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user-{user.pk}"
    return client_address(request)


def client_address(request: HttpRequest) -> str:
    """Give the address that asks, "" where the server does not know it."""
    return str(request.META.get("REMOTE_ADDR", ""))


def _question(request: HttpRequest) -> Mapping[str, str]:
    # Of a form, the check against forgeries has read the body already.
    if request.content_type == "application/json":
        return read_question(request.body)
    form = cast("Mapping[str, str]", request.POST)
    return {name: form[name] for name in form}


class _Health:
    """One examination for all who ask while it runs, and for `kept_s` seconds from its start."""

    def __init__(self, kept_s: float, clock: Callable[[], float]) -> None:
        self._kept_s = kept_s
        self._clock = clock
        self._lock = threading.Lock()
        self._due = 0.0
        self._found: Mapping[str, Finding] | None = None

    def findings(self) -> Mapping[str, Finding]:
        """Give the worst finding of each service that is switched on."""
        with self._lock:
            now = self._clock()
            if self._found is None or now >= self._due:
                self._due = now + self._kept_s
                self._found = _examined()
            return self._found


def _examined() -> Mapping[str, Finding]:
    try:
        asked = list(examine(get_ace()))
    except AceError as error:
        logger.warning("the services cannot be examined: %s", error)
        return {"ace": Finding("ace", "wrong", str(error))}
    with ThreadPoolExecutor(max_workers=max(1, len(asked))) as pool:
        pairs = [(name, pool.submit(_find, name, call)) for name, call in asked]
        return worst(future.result() for _, future in pairs)


def _find(provider: str, call: Call[Finding]) -> Finding:
    try:
        finding = call.run(Once(get_ace()))
    except Exception as error:  # a stranger's probe may raise anything, and a health check always answers
        finding = Finding(provider, "unreachable", type(error).__name__)
    if finding.is_failure:
        logger.warning("%s is %s: %s", provider, finding.verdict, finding.what)
    return finding


__all__ = [
    "asking",
    "channel_view",
    "client_address",
    "health_view",
    "sign_in_view",
    "throttled",
    "webhook_view",
]
