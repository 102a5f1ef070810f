"""Didit's calls, described once, and its two clients."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar

from pydantic import SecretStr

from ace_integrations.core.call import Call, Configured, Describer, operation
from ace_integrations.core.client import AsyncClient, ServiceOperations, SyncClient
from ace_integrations.core.http_call import HttpCall, Repeat, Reply, without_none
from ace_integrations.core.service import require
from ace_integrations.didit.models import (
    ARMED,
    BALANCE,
    DECISION,
    DELETED,
    SESSION,
    SESSION_PAGE,
    UPDATED,
    Armed,
    Balance,
    ContactDetails,
    Decision,
    Deleted,
    ExpectedDetails,
    NodeToResubmit,
    Session,
    SessionPage,
    SessionRow,
    Updated,
)
from ace_integrations.didit.service import SERVICE
from ace_integrations.didit.settings import DiditSettings
from ace_integrations.didit.status import normalise
from ace_integrations.errors import (
    AuthenticationError,
    DeadlineExceededError,
    InvalidInputError,
    OutcomeUnknownError,
    PermissionDeniedError,
    UnexpectedReplyError,
)

T = TypeVar("T")

LARGEST_PORTRAIT = 2 * 1024 * 1024
"""Bytes of a portrait before base64."""

LONGEST_POLL_S = 30.0
"""Seconds between two looks at a decision, at most."""


class DiditOperations(ServiceOperations):
    """Describe Didit's calls."""

    service = SERVICE

    @operation
    def create_session(
        self,
        *,
        vendor_data: str,
        workflow_id: str | None = None,
        callback: str | None = None,
        callback_method: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        language: str | None = None,
        contact_details: ContactDetails | None = None,
        expected_details: ExpectedDetails | None = None,
        portrait_image: bytes | None = None,
        sandbox_scenario: str | None = None,
    ) -> Call[Session]:
        """Begin a verification, or get the unfinished one of the same user again.

        Args:
            vendor_data: our own stable id of the user; never an e-mail address or a name.
            workflow_id: of a published workflow; `DIDIT_WORKFLOW_ID` when not given.
            callback: where the user's browser returns to. Its parameters `verificationSessionId` and `status` can be
                typed by anyone: believe the webhook or `get_decision`, never them.
            callback_method: "initiator" (default), "completer" or "both": which device returns.
            metadata: given back in decisions and webhooks.
            language: of the hosted page, as in "ar".
            portrait_image: of at most 2 MiB, for a workflow that recognises a user again.
            sandbox_scenario: what will be found, for keys of a sandbox only.

        Raises:
            ConfigurationError: neither `workflow_id` nor `DIDIT_WORKFLOW_ID` is given.
            InvalidRequestError: the workflow is unknown, the user is blocked, or the account has no credit.
            AuthenticationError: the key is missing, wrong, expired, or may not create sessions.

        Source: didit.md §3.1
        """
        if not vendor_data.strip():
            # Without it each repeat would open a session of its own, and be billed.
            raise InvalidInputError("is empty; give the platform's own id of the user", field="vendor_data")
        body = {
            "vendor_data": vendor_data,
            "callback": callback,
            "callback_method": callback_method,
            "metadata": None if metadata is None else dict(metadata),
            "language": language,
            "contact_details": contact_details and contact_details.as_json(),
            "expected_details": expected_details and expected_details.as_json(),
            "portrait_image": None if portrait_image is None else _base64(portrait_image),
            "sandbox_scenario": sandbox_scenario,
        }

        def describe(settings: DiditSettings) -> Call[Session]:
            if workflow_id is None:
                require(settings, "workflow_id")
            given = {"workflow_id": workflow_id or settings.workflow_id, **body}
            # SAFE although it is a write without a key: Didit answers a repeat with the unfinished session of the same
            # vendor_data instead of a second one, so an answer that was lost costs nothing.
            return HttpCall("POST", "/v3/session/", SESSION, json=without_none(given), repeat=Repeat.SAFE)

        return _key_refused(Configured(describe))

    @operation
    def get_decision(self, *, session_id: str) -> Call[Decision]:
        """Get what a session found so far.

        Args:
            session_id: from `create_session` or a webhook; check that it belongs to the user who asks.

        Raises:
            NotFoundError: no such session; said before the key is looked at, so it proves nothing about the key.
            AuthenticationError: the key is missing or wrong.
            PermissionDeniedError: the key is good, but may not read decisions.

        Source: didit.md §3.2
        """
        return HttpCall("GET", "/v3/session/{session_id}/decision/", DECISION, path_params={"session_id": session_id})

    @operation
    def list_sessions(
        self,
        *,
        status: Sequence[str] = (),
        vendor_data: str | None = None,
        search: str | None = None,
        workflow_id: str | None = None,
        session_kind: str | None = None,
        date_from: str | None = None,
        date_to: str | None = None,
        country: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> Call[SessionPage]:
        """Get one page of sessions, newest first; `iterate_sessions` turns the pages.

        Args:
            status: any of `SessionStatus`; none is all.
            date_from: YYYY-MM-DD.
            date_to: likewise.
            country: three letters.

        Source: didit.md §3.5
        """
        query = {
            "status": ",".join(status) or None,
            "vendor_data": vendor_data,
            "search": search,
            "workflow_id": workflow_id,
            "session_kind": session_kind,
            "date_from": date_from,
            "date_to": date_to,
            "country": country,
            "limit": str(limit),
            "offset": str(offset),
        }
        return _key_refused(HttpCall("GET", "/v3/sessions/", SESSION_PAGE, query=query))

    @operation
    def update_status(
        self,
        *,
        session_id: str,
        new_status: str,
        comment: str | None = None,
        nodes_to_resubmit: Sequence[NodeToResubmit] = (),
        email_address: str | None = None,
        email_language: str | None = None,
    ) -> Call[Updated]:
        """Decide a session as a reviewer would: "Approved", "Declined" or "Resubmitted".

        After an answer that was lost, the session is read: if it has the new status, the call counts as done.

        Args:
            comment: kept with the review.
            nodes_to_resubmit: the steps to do again, for "Resubmitted"; the session keeps its `url`.
            email_address: tell the user there.

        Raises:
            SameStatusError: it has that status already.
            ConflictError: a session in this state cannot be decided: "In Progress" for one.
            OutcomeUnknownError: no answer, and the session does not show the new status yet.

        Source: didit.md §3.6
        """
        body = {
            "new_status": new_status,
            "comment": comment,
            "nodes_to_resubmit": [node.as_json() for node in nodes_to_resubmit] or None,
            "send_email": True if email_address else None,
            "email_address": email_address,
            "email_language": email_language,
        }
        call: Call[Updated] = HttpCall(
            "PATCH",
            "/v3/session/{session_id}/update-status/",
            UPDATED,
            path_params={"session_id": session_id},
            json=without_none(body),
        )

        def look(unknown: OutcomeUnknownError) -> Call[Updated]:
            read: Call[Decision] = HttpCall(
                "GET", "/v3/session/{session_id}/decision/", DECISION, path_params={"session_id": session_id}
            )
            return read.map(lambda decision: _done(decision, new_status, unknown))

        return call.recover(OutcomeUnknownError, look)

    @operation
    def delete_session(
        self,
        *,
        session_id: str,
        instruction: Literal["operational_session_delete", "privacy_erasure"] | None = None,
    ) -> Call[Deleted]:
        """Delete a session with everything that Didit stored for it; no webhook follows.

        Args:
            instruction: why: "privacy_erasure" where the person asked for it.

        Raises:
            NotFoundError: no such session, or deleted before.

        Source: didit.md §3.6
        """
        path_params = {"session_id": session_id}
        body = None if instruction is None else {"deletion_instruction": instruction}
        return HttpCall("DELETE", "/v3/session/{session_id}/delete/", DELETED, path_params=path_params, json=body)

    @operation
    def download_pdf(self, *, session_id: str) -> Call[bytes]:
        """Get the report of a decided session as a PDF file; takes up to a minute.

        Raises:
            PermissionDeniedError: the session is not decided yet, or the key may not read reports.

        Source: didit.md §3.6
        """
        return HttpCall(
            "GET",
            "/v3/session/{session_id}/generate-pdf/",
            _pdf,
            path_params={"session_id": session_id},
            headers={"accept": "*/*"},
            timeout=60.0,
            max_bytes=20 * 1024 * 1024,
        )

    @operation
    def balance(self) -> Call[Balance]:
        """Get the prepaid credit; the cheapest way to find out whether the key works.

        Raises:
            AuthenticationError: it does not.

        Source: didit.md §3.6
        """
        return _key_refused(HttpCall("GET", "/v3/billing/balance/", BALANCE))

    @operation
    def arm_scenario(self, *, session_id: str, session_token: SecretStr, scenario: str) -> Call[Armed]:
        """Choose what a sandbox session will find, before the user opens it.

        Args:
            session_token: from `create_session`.
            scenario: as in "decline_document_expired".

        Raises:
            ConflictError: the verification has started.
            NotFoundError: a live session, or the token of another one.

        Source: didit.md §7.2
        """
        return HttpCall(
            "POST",
            "/v3/session/{session_id}/sandbox/arm/",
            ARMED,
            path_params={"session_id": session_id},
            json={"scenario": scenario},
            headers={"session-token": session_token.get_secret_value()},
            # Arming twice arms once.
            repeat=Repeat.SAFE,
        )


class Didit(DiditOperations, SyncClient[DiditSettings]):
    """Didit, blocking."""

    def iterate_sessions(self, *, page_size: int = 50, **filters: Any) -> Iterator[SessionRow]:
        """Give every session that matches, a page at a time, each once; the filters are those of `list_sessions`."""
        pages = _Pages(page_size)
        while not pages.ended:
            yield from pages.new(self.list_sessions(limit=page_size, offset=pages.offset, **filters))

    def wait_for_decision(
        self,
        *,
        session_id: str,
        timeout: float,
        poll: float = 2.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> Decision:
        """Look at a session until it is decided, expired or abandoned. A review by a person can take days.

        Args:
            timeout: seconds to wait at most.
            poll: seconds before the second look; each pause is half as long again, up to 30 s.

        Raises:
            DeadlineExceededError: it is still under way.
        """
        patience = _Patience(timeout, poll, clock)
        while True:
            decision = self.get_decision(session_id=session_id)
            if normalise(decision.status).is_final:
                return decision
            sleep(patience.pause())


class AsyncDidit(DiditOperations, AsyncClient[DiditSettings]):
    """Didit, awaited."""

    async def iterate_sessions(self, *, page_size: int = 50, **filters: Any) -> AsyncIterator[SessionRow]:
        """Give every session that matches; see `Didit.iterate_sessions`."""
        pages = _Pages(page_size)
        while not pages.ended:
            for row in pages.new(await self.list_sessions(limit=page_size, offset=pages.offset, **filters)):
                yield row

    async def wait_for_decision(
        self,
        *,
        session_id: str,
        timeout: float,
        poll: float = 2.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> Decision:
        """Look at a session until it is decided, expired or abandoned; see `Didit.wait_for_decision`."""
        patience = _Patience(timeout, poll, clock)
        while True:
            decision = await self.get_decision(session_id=session_id)
            if normalise(decision.status).is_final:
                return decision
            await sleep(patience.pause())


class DiditCalls(DiditOperations, Describer):
    """Didit's calls, described and not sent."""


class _Pages:
    """Where an iteration is. Sessions that begin meanwhile shift the pages, so a row can come twice."""

    def __init__(self, size: int) -> None:
        if not 1 <= size <= 1000:
            raise InvalidInputError("must be between 1 and 1000", field="page_size")
        self.offset = 0
        self.ended = False
        self._seen: set[str] = set()

    def new(self, page: SessionPage) -> list[SessionRow]:
        self.offset += len(page.results)
        # `next` only says whether there is more: its address is not followed, it could lead anywhere.
        self.ended = page.next is None or not page.results
        rows = [row for row in page.results if row.session_id not in self._seen]
        self._seen.update(row.session_id for row in rows)
        return rows


class _Patience:
    """How long to wait before the next look. Holds no colour."""

    def __init__(self, timeout: float, poll: float, clock: Callable[[], float]) -> None:
        if timeout < 0 or poll <= 0:
            raise InvalidInputError("must be positive", field="poll" if poll <= 0 else "timeout")
        self._clock = clock
        self._timeout = timeout
        self._deadline = clock() + timeout
        self._poll = poll

    def pause(self) -> float:
        left = self._deadline - self._clock()
        if left <= 0:
            raise DeadlineExceededError(
                f"the session was not decided within {self._timeout:g} s",
                provider="didit",
                operation="wait_for_decision",
            )
        pause = min(self._poll, left)
        self._poll = min(self._poll * 1.5, LONGEST_POLL_S)
        return pause


def _key_refused(call: Call[T]) -> Call[T]:
    """Name a refusal of the calls that give one text for a key that is missing, wrong, expired or without right."""

    def name(error: PermissionDeniedError) -> Call[T]:
        raise AuthenticationError(
            f"{error.message} Didit says this of a wrong key too: check DIDIT_API_KEY and the key's rights",
            provider=error.provider,
            operation=error.operation,
            status=error.status,
            request_id=error.request_id,
        )

    return call.recover(PermissionDeniedError, name)


def _done(decision: Decision, new_status: str, unknown: OutcomeUnknownError) -> Updated:
    if decision.status != new_status:
        raise unknown
    return Updated(session_id=decision.session_id)


def _base64(image: bytes) -> str:
    if len(image) > LARGEST_PORTRAIT:
        raise InvalidInputError("is larger than 2 MiB", field="portrait_image")
    return base64.b64encode(image).decode()


def _pdf(reply: Reply) -> bytes:
    if not reply.body.startswith(b"%PDF"):
        raise UnexpectedReplyError("the answer is not a PDF file", status=reply.status)
    return reply.body


def probe(settings: DiditSettings) -> Call[object]:
    """Ask one harmless question that needs the key, for `ace doctor`."""
    del settings
    return DiditCalls().balance()
