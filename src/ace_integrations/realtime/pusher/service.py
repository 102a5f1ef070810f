"""Pusher as the core must know it: where it is, how a request is signed, how it says no."""

from collections.abc import Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from ace_integrations.core.http import WireRequest
from ace_integrations.core.http_call import Reply
from ace_integrations.core.service import Endpoint, Problem, Service, require
from ace_integrations.core.trip import USER_AGENT
from ace_integrations.errors import AuthenticationError, InvalidRequestError, PermissionDeniedError, ProviderError
from ace_integrations.realtime.pusher.errors import ClockSkewError, DataTooLargeError
from ace_integrations.realtime.pusher.settings import PusherSettings
from ace_integrations.realtime.pusher.signature import signed_query

LARGEST_SKEW_S = 600
"""Seconds that the time of a request may be from the service's."""

_KINDS: Mapping[int, type[ProviderError]] = {
    401: AuthenticationError,
    403: PermissionDeniedError,
    413: DataTooLargeError,
    422: InvalidRequestError,
}
_ADVICE: Mapping[int, str] = {
    400: "an unknown key is usually another cluster's: check PUSHER_APP_CLUSTER",
    401: "check PUSHER_APP_KEY and PUSHER_APP_SECRET",
    403: "the application is disabled, or its messages of the day are used up",
    404: "check PUSHER_APP_ID, PUSHER_HOST and PUSHER_PATH_PREFIX",
}


def sign(settings: PusherSettings, request: WireRequest, now: float) -> WireRequest:
    """Give a request with the time and the signature in its query.

    The path is signed as the service sees it: without what a proxy before it takes away, and not escaped. Of the names
    and ids that are allowed nothing needs escapes, so it is sent as it is signed.
    """
    parts = urlsplit(request.url)
    prefix = urlsplit(settings.address).path
    path = unquote(parts.path.removeprefix(prefix))
    query = signed_query(
        settings.tokens[0],
        method=request.method,
        path=path,
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        body=request.content or b"",
        timestamp=int(now),
    )
    address = f"{parts.scheme}://{parts.netloc}{prefix}{quote(path, safe='/=@,;')}"
    return replace(request, url=f"{address}?{urlencode(query)}")


def _endpoint(settings: PusherSettings) -> Endpoint:
    require(settings, "app_id", "key", "secret")
    headers = {"x-pusher-library": USER_AGENT.partition(" ")[0].replace("/", " ")}
    return Endpoint(f"{settings.address}/apps/{settings.app_id}", headers)


def read_problem(reply: Reply) -> Problem:
    """Read an error answer: a bare text of no promised form, so the status decides."""
    text = reply.body[:300].decode("utf-8", "replace").strip() or f"status {reply.status} without a text"
    if reply.status == 401 and _is_skewed(reply, text):
        return Problem(f"{text}: the clock of this machine is off", kind=ClockSkewError)
    advice = _ADVICE.get(reply.status)
    return Problem(f"{text}: {advice}" if advice else text, kind=_KINDS.get(reply.status))


def _is_skewed(reply: Reply, text: str) -> bool:
    """Whether a signature was refused for its time: by the service's words, or by what its own clock says."""
    if text.startswith("Timestamp expired"):
        return True
    try:
        told = parsedate_to_datetime(reply.headers.get("date", "")).timestamp()
    except ValueError:
        return False
    return not text.startswith("Invalid signature") and abs(told - reply.received_at) > LARGEST_SKEW_S


SERVICE = Service("pusher", PusherSettings, _endpoint, read_problem, sign=sign)
