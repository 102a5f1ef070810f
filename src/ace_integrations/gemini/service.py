"""Gemini as the core must know it: where it is, how it is told who calls, how it says no and when it wants rest."""

from ace_integrations.core.http_call import Reply
from ace_integrations.core.pause import Rest
from ace_integrations.core.retry_after import parse_retry_after
from ace_integrations.core.service import Endpoint, Problem, Service, secret_of
from ace_integrations.gemini.refusals import QUOTA, Quota, problem_of, quota_of, read_refusal, until_midnight
from ace_integrations.gemini.settings import GeminiSettings

HOST = "https://generativelanguage.googleapis.com"

TIMEOUT_S = 90
"""Seconds for a whole call: a model that thinks takes its time."""

LONGEST_WAIT_S = 30.0
"""Seconds that a call waits for its one repeat; who is told to wait longer gets the error at once."""

LARGEST_REPLY = 20 * 1024 * 1024


def _endpoint(settings: GeminiSettings) -> Endpoint:
    headers = {"x-goog-api-key": secret_of(settings, "api_key"), "x-server-timeout": str(TIMEOUT_S)}
    return Endpoint(f"{settings.base_url or HOST}/{settings.api_version}", headers)


def _problem(reply: Reply) -> Problem:
    return problem_of(read_refusal(reply.status, reply.body), at=reply.received_at)


def _hint(reply: Reply) -> bool | None:
    """Say that a quota is not asked again, nor a minute that is over too late; the call's class says the rest."""
    if reply.status != 429:
        return None
    refusal = read_refusal(reply.status, reply.body)
    told = parse_retry_after(reply.headers.all("retry-after"), now=reply.received_at)
    is_soon = quota_of(refusal) is Quota.MINUTE and max(told or 0, refusal.retry_s or 0) <= LONGEST_WAIT_S
    return None if is_soon else False


def _rest(reply: Reply) -> Rest | None:
    """Read that a model's day is used up: until midnight it would only be said again."""
    if reply.status != 429 or quota_of(read_refusal(reply.status, reply.body)) is not Quota.DAY:
        return None
    return Rest(until_midnight(reply.received_at), "the model's requests of the day are used up", QUOTA)


SERVICE = Service(
    "gemini",
    GeminiSettings,
    _endpoint,
    _problem,
    retry_hint=_hint,
    rest=_rest,
    timeout_s=TIMEOUT_S,
    max_reply_bytes=LARGEST_REPLY,
)
