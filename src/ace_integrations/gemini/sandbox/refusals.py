"""How the API says no: one shape of body for all errors, with the details by which a client decides."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ace_integrations.gemini.sandbox.json_value import Json

STATUSES: Mapping[int, str] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
HELP = "https://ai.google.dev/gemini-api/docs/rate-limits"

_TYPE = "type.googleapis.com/google.rpc."
_SERVICE = "generativelanguage.googleapis.com"


class RefusedError(Exception):
    """An error answer of the API.

    Attributes:
        status: HTTP's; `name` is the service's own word for it.
    """

    def __init__(self, status: int, message: str, details: Sequence[Json] = (), *, name: str = "") -> None:
        self.status = status
        self.name = name or STATUSES[status]
        self.details = list(details)
        super().__init__(message)

    def body(self) -> Json:
        """Write it as the API does."""
        error: Json = {"code": self.status, "message": str(self), "status": self.name}
        if self.details:
            error["details"] = self.details
        return {"error": error}


@dataclass(frozen=True, slots=True)
class Violation:
    """One limit that was reached.

    Attributes:
        metric, id: the service's names of it.
        limit: how many a window allows; 0 where the tier has none of the model.
    """

    metric: str
    id: str
    limit: int

    def as_json(self, model: str) -> Json:
        """Write it; a limit of zero is a default, and defaults are left out."""
        value = {"quotaValue": str(self.limit)} if self.limit else {}
        dimensions = {"location": "global", "model": model}
        return {"quotaMetric": f"{_SERVICE}/{self.metric}", "quotaId": self.id, "quotaDimensions": dimensions, **value}


REQUESTS_A_MINUTE = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"
REQUESTS_A_DAY = "GenerateRequestsPerDayPerProjectPerModel-FreeTier"
TOKENS_A_MINUTE = "GenerateContentInputTokensPerModelPerMinute-FreeTier"
_METRICS = {TOKENS_A_MINUTE: "generate_content_free_tier_input_token_count"}


def violation(quota_id: str, limit: int) -> Violation:
    """Give a limit with its metric."""
    return Violation(_METRICS.get(quota_id, "generate_content_free_tier_requests"), quota_id, limit)


def bad(message: str) -> RefusedError:
    """Refuse a request that the API cannot take."""
    return RefusedError(400, message)


def unreadable(violations: Sequence[tuple[str, str]]) -> RefusedError:
    """Refuse a body for its fields: each with its path and what is wrong there."""
    listed = [{"field": path, "description": text} if path else {"description": text} for path, text in violations]
    detail = {"@type": f"{_TYPE}BadRequest", "fieldViolations": listed}
    return RefusedError(400, "\n".join(text for _, text in violations), [detail])


def _info(reason: str) -> Json:
    return {
        "@type": f"{_TYPE}ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {"service": _SERVICE},
    }


def invalid_key() -> RefusedError:
    """Refuse a key that is none."""
    return RefusedError(400, "API key not valid. Please pass a valid API key.", [_info("API_KEY_INVALID")])


def refused_key_type() -> RefusedError:
    """Refuse a credential of a kind that is not taken any more."""
    text = "Request had invalid authentication credentials. Expected OAuth 2 access token or a key of another type."
    return RefusedError(401, text, [_info("ACCESS_TOKEN_TYPE_UNSUPPORTED")])


def leaked_key() -> RefusedError:
    """Refuse a key that was found in public."""
    return RefusedError(403, "Your API key was reported as leaked. Please use another API key.")


def no_key() -> RefusedError:
    """Refuse a call without any credential."""
    return RefusedError(403, "Method doesn't allow unregistered callers. Please use API Key.")


def two_credentials() -> RefusedError:
    """Refuse a call that carries more than one credential."""
    return bad("Multiple authentication credentials received. Please pass only one.")


def not_found(model: str, version: str, method: str) -> RefusedError:
    """Refuse a model that is unknown, or gone for all."""
    text = (
        f"models/{model} is not found for API version {version}, or is not supported for {method}. "
        "Call ListModels to see the list of available models and their supported methods."
    )
    return RefusedError(404, text)


def closed(model: str) -> RefusedError:
    """Refuse a model that old users only may ask."""
    return RefusedError(404, f"This model models/{model} is no longer available to new users. Please use a newer one.")


def exhausted(model: str, violations: Sequence[Violation], *, retry_s: float) -> RefusedError:
    """Refuse for limits that were reached; a short delay stands there even where a whole day must pass."""
    reached = "\n".join(
        f"* Quota exceeded for metric: {_SERVICE}/{one.metric}, limit: {one.limit}, model: {model}"
        for one in violations
    )
    text = f"You exceeded your current quota. See {HELP}\n{reached}\nPlease retry in {retry_s:.9g}s."
    failure = {"@type": f"{_TYPE}QuotaFailure", "violations": [one.as_json(model) for one in violations]}
    retry = {"@type": f"{_TYPE}RetryInfo", "retryDelay": f"{int(retry_s)}s"}
    return RefusedError(429, text, [failure, _help(), retry])


def exhausted_somehow() -> RefusedError:
    """Refuse for a limit without saying which."""
    return RefusedError(429, "You exceeded your current quota, please check your plan.", [_help()])


def out_of_credit() -> RefusedError:
    """Refuse an account that has used up what it paid."""
    return RefusedError(429, "Your prepayment credits are depleted. Please add credit to continue.")


def internal() -> RefusedError:
    """Fail without a reason."""
    return RefusedError(500, "An internal error has occurred. Please retry.")


def overloaded() -> RefusedError:
    """Refuse for too many callers."""
    return RefusedError(503, "This model is currently experiencing high demand. Please try again later.")


def cancelled() -> RefusedError:
    """Note that the caller left; nobody reads it."""
    return RefusedError(499, "The operation was cancelled.")


def too_late() -> RefusedError:
    """Give up on an answer that takes longer than the caller waits."""
    return RefusedError(504, "Deadline expired before operation could complete.")


def _help() -> Json:
    link = {"description": "Learn more about Gemini API quotas", "url": HELP}
    return {"@type": f"{_TYPE}Help", "links": [link]}


def written(value: Any) -> bytes:
    """Write JSON as the API does: indented, in UTF-8, with a line's end."""
    return f"{json.dumps(value, ensure_ascii=False, indent=2)}\n".encode()
