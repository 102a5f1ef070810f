"""How the twin refuses: the service's own error bodies, its limits, its checks of what is given."""

import json
import re
from collections import deque
from typing import Any, ClassVar, cast

from starlette.requests import Request
from starlette.responses import JSONResponse

from ace_integrations.didit.sandbox.sessions import Sessions
from ace_integrations.didit.sandbox.states import SCENARIOS
from ace_integrations.didit.settings import LANGUAGES, SANDBOX_WORKFLOW

LARGEST_PORTRAIT = 2 * 1024 * 1024 * 4 // 3
FEATURES = frozenset((
    "OCR", "OCR_BACK", "NFC", "AML", "FACE", "LIVENESS", "FACE_MATCH", "IP_ANALYSIS", "AGE_ESTIMATION",
    "PROOF_OF_ADDRESS", "PHONE_VERIFICATION", "EMAIL_VERIFICATION", "FACE_SEARCH", "DATABASE_VALIDATION",
    "QUESTIONNAIRE", "DOCUMENT_AI", "KYB_DOCUMENTS", "ID_VERIFICATION", "POA", "PHONE", "EMAIL",
))  # fmt: skip

_CALLBACK = re.compile(r"(?!javascript:|data:)[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class RefusedError(Exception):
    """An error answer."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self.response = JSONResponse(body, status, headers=headers)
        super().__init__(status)


class Quota:
    """Calls per key in a sliding window, on the sandbox's clock."""

    LIMITS: ClassVar = {"create_session": (600, "Session creation"), "download_pdf": (50, "PDF generation")}
    CREATES_A_DAY = 500

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._calls: dict[tuple[str, str], deque[float]] = {}

    def count(self, request: Request, operation: str) -> None:
        """Count one call; refuse it past the limit."""
        if not self._sessions.options.limits:
            return
        key = request.headers.get("x-api-key", "")
        group = operation if operation in self.LIMITS else "read" if request.method == "GET" else "write"
        limit, what = self.LIMITS.get(group, (600, "Read") if group == "read" else (300, "Write"))
        self._take((key, group), limit, 60, what, told=True)
        if group == "create_session":
            self._take((key, "day"), self.CREATES_A_DAY, 86_400, "Sandbox session creation", told=False)

    def clear(self) -> None:
        """Forget the calls."""
        self._calls.clear()

    def _take(self, counted: tuple[str, str], limit: int, window_s: int, what: str, *, told: bool) -> None:
        now = self._sessions.world.clock.now()
        calls = self._calls.setdefault(counted, deque())
        while calls and calls[0] <= now - window_s:
            calls.popleft()
        if len(calls) < limit:
            calls.append(now)
            return
        wait = max(1, round(calls[0] + window_s - now))
        text = f"{what} rate limit exceeded. You can make up to {limit} requests per {'minute' if told else 'day'}."
        # The daily quota of a sandbox does not tell how much is left.
        left = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": "0"} if told else {}
        until = {"X-RateLimit-Reset": str(int(now) + wait)} if told else {}
        raise RefusedError(429, {"detail": text}, {"Retry-After": str(wait), **left, **until})


async def read_object(request: Request) -> dict[str, Any]:
    """Give the JSON object that a call sends; none is an empty one."""
    body = await request.body()
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        raise RefusedError(400, {"detail": "JSON parse error"}) from None
    if not isinstance(value, dict):
        raise RefusedError(400, {"non_field_errors": ["Invalid data. Expected a dictionary."]})
    return cast("dict[str, Any]", value)


def check_creation(given: dict[str, Any]) -> None:
    """Refuse a session that the service would not create."""
    if not given.get("workflow_id"):
        raise RefusedError(400, {"workflow_id": ["This field is required."]})
    if given["workflow_id"] != SANDBOX_WORKFLOW:
        raise RefusedError(400, {"workflow_id": "Invalid workflow_id."})
    choice(given, "language", LANGUAGES)
    choice(given, "callback_method", frozenset({"initiator", "completer", "both"}))
    if not _CALLBACK.match(str(given.get("callback") or "app://")):
        raise RefusedError(400, {"callback": ["Enter a valid URL."]})
    if len(given.get("portrait_image") or "") > LARGEST_PORTRAIT + 4:
        raise RefusedError(400, {"portrait_image": ["Image size exceeds 2MB."]})
    expected: Any = given.get("expected_details") or {}
    if not isinstance(expected, dict):
        raise RefusedError(400, {"expected_details": {"non_field_errors": ["Invalid data. Expected a dictionary."]}})
    gender = cast("dict[str, Any]", expected).get("gender")
    if gender not in (None, "M", "F"):
        raise RefusedError(400, {"expected_details": {"gender": [not_a_choice(gender)]}})
    slug = given.get("sandbox_scenario")
    if slug is not None and slug not in SCENARIOS:
        raise RefusedError(400, {"sandbox_scenario": [f"Unknown sandbox scenario: '{slug}'."]})


def choice(given: dict[str, Any], name: str, choices: frozenset[str], *, required: bool = False) -> str | None:
    """Give a field that takes one word of a list."""
    value = given.get(name)
    if value is None and required:
        raise RefusedError(400, {name: ["This field is required."]})
    if value is not None and (not isinstance(value, str) or value not in choices):
        raise RefusedError(400, {name: [not_a_choice(value)]})
    return value


def not_a_choice(value: object) -> str:
    """Give the text for a word that is not on the list."""
    return f'"{value}" is not a valid choice.'
