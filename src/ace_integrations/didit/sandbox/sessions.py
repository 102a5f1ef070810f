"""The twin's sessions: made, moved, timed, announced. Knows the clock and the webhooks, no HTTP."""

import itertools
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from ace_integrations.didit.sandbox.states import (
    APPROVED,
    BY_TIMER,
    IN_PROGRESS,
    KYC_EXPIRED,
    NOT_STARTED,
    OUTCOMES,
    RESUBMITTED,
    SCENARIOS,
    UNFINISHED,
    TwinSession,
    decision,
    moment,
    way,
    without_nulls,
)
from ace_integrations.didit.sandbox.webhooks import Postman, event_of
from ace_integrations.didit.settings import SANDBOX_WORKFLOW
from ace_integrations.sandbox.twin import World

EXPIRATION_S = 604_800
"""Seconds that a user has, as the workflow says."""

MEDIA_S = 3600
"""Seconds that a link to an image works."""

WORKFLOW_VERSION = 1

BALANCE = "142.5000"
"""The credit at the start, in US dollars."""


@dataclass(slots=True)
class Options:
    """What can be switched while the sandbox runs.

    Attributes:
        omit_nulls: leave nulls out, for the community SDK, which refuses some of them.
        announce_not_started: send `status.updated` when a session is created too.
        limits: answer 429 past the service's own limits.
        refresh_timestamps: sign each automatic retry with its own time.
    """

    omit_nulls: bool = False
    announce_not_started: bool = True
    limits: bool = True
    refresh_timestamps: bool = True


class Sessions:
    """Every session of the twin."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.postman = Postman(world)
        self.reset()

    def reset(self) -> None:
        """Forget everything, and become as new."""
        self.options = Options()
        self.blocked: set[str] = set()
        self.balance = BALANCE
        self.postman.destinations.clear()
        self._numbers = itertools.count(1001)
        self._by_id: dict[str, TwinSession] = {}
        self._events: dict[str, dict[str, Any]] = {}

    def __iter__(self) -> Iterator[TwinSession]:
        """Newest first."""
        return iter(reversed(self._by_id.values()))

    def get(self, session_id: str) -> TwinSession | None:
        """Find a session by its id."""
        return self._by_id.get(session_id)

    def by_token(self, token: str) -> TwinSession | None:
        """Find a session by the token of its hosted page."""
        return next((one for one in self._by_id.values() if secrets.compare_digest(one.token, token)), None)

    def create(self, given: Mapping[str, Any]) -> TwinSession:
        """Make a session, or give the unfinished one of the same user again with a new callback and metadata."""
        session = self._unfinished(given)
        if session is not None:
            session.callback = given.get("callback", session.callback)
            session.metadata = given.get("metadata", session.metadata)
            return session
        now = self.world.clock.now()
        session = TwinSession(
            id=str(uuid4()),
            number=next(self._numbers),
            token=secrets.token_urlsafe(9),
            workflow_id=SANDBOX_WORKFLOW,
            workflow_version=WORKFLOW_VERSION,
            created_at=now,
            expires_at=now + EXPIRATION_S,
            scenario=given.get("sandbox_scenario") or "approve",
            language=given.get("language"),
            vendor_data=given.get("vendor_data"),
            callback=given.get("callback"),
            metadata=given.get("metadata"),
            contact_details=given.get("contact_details"),
            expected_details=given.get("expected_details"),
        )
        self.world.journal.hide_token(session.token)
        self._by_id[session.id] = session
        session.history.append((NOT_STARTED, now))
        self._start_term(session)
        if self.options.announce_not_started:
            self.announce(session)
        return session

    def delete(self, session: TwinSession) -> None:
        """Forget a session and what was announced of it; nothing announces this."""
        session.term += 1
        del self._by_id[session.id]
        self._events.pop(session.id, None)

    def address(self, session: TwinSession) -> str:
        """Give the address of its hosted page."""
        language = f"{session.language}/" if session.language else ""
        return f"{self.world.url}/{language}session/{session.token}"

    def decision(self, session: TwinSession) -> dict[str, Any]:
        """Give its decision as the API does now, image links fresh."""
        expires = self.world.now() + MEDIA_S
        media = f"{self.world.url}/media/{session.token}/{{name}}.png?expires={expires}"
        value = decision(session, address=self.address(session), media=media)
        return without_nulls(value) if self.options.omit_nulls else value

    def open(self, session: TwinSession) -> None:
        """The user came to the page."""
        if session.status in (NOT_STARTED, RESUBMITTED):
            self._become(session, IN_PROGRESS)

    def finish(self, session: TwinSession, slug: str) -> None:
        """Let the checks find what a scenario says.

        Raises:
            RefusedMoveError: not in this state.
        """
        self._lead(session, SCENARIOS[slug].status, slug)

    def decide(self, session: TwinSession, outcome: str) -> None:
        """Decide as the service would; `outcome` is a key of `OUTCOMES` or a scenario.

        Raises:
            RefusedMoveError: not in this state.
            KeyError: no such outcome.
        """
        status, slug = OUTCOMES.get(outcome) or (SCENARIOS[outcome].status, outcome)
        self._lead(session, status, slug)

    def review(self, session: TwinSession, status: str, *, comment: str | None, nodes: list[dict[str, Any]]) -> None:
        """Change the status as `update-status` does; asking for more restarts the time that the user has."""
        review = {"user": "API Client", "new_status": status, "comment": comment}
        session.reviews.append({**review, "created_at": moment(self.world.clock.now())})
        if status == RESUBMITTED:
            reasons = {node.get("node_id"): comment or "" for node in nodes}
            session.resubmit_info = {"nodes_to_resubmit": nodes, "reasons": reasons}
            session.expires_at = self.world.clock.now() + EXPIRATION_S
            self._start_term(session)
        self._become(session, status)

    def force(self, session: TwinSession, status: str) -> None:
        """Set any status, one that nobody knows included."""
        self._become(session, status)

    def announce(self, session: TwinSession, kind: str = "status.updated") -> None:
        """Send the event of a session as it is now."""
        event = event_of(session, self.decision(session), now=self.world.now(), kind=kind)
        if self.options.omit_nulls:
            event = without_nulls(event)
        self._events[session.id] = event
        self.postman.fresh_times = self.options.refresh_timestamps
        self.postman.send(event)

    def last_event(self, session: TwinSession) -> dict[str, Any] | None:
        """Give the event that was sent last for a session."""
        return self._events.get(session.id)

    def _unfinished(self, given: Mapping[str, Any]) -> TwinSession | None:
        user = given.get("vendor_data")
        found = (one for one in self if user and one.vendor_data == user and one.status in UNFINISHED)
        return next(found, None)

    def _lead(self, session: TwinSession, target: str, slug: str) -> None:
        if session.status == target == IN_PROGRESS:
            return
        unfinished = session.status in UNFINISHED
        for status in _steps(session.status, target):
            if unfinished and status not in UNFINISHED:
                session.found = SCENARIOS[slug]
            self._become(session, status)

    def _become(self, session: TwinSession, status: str) -> None:
        session.status = status
        session.history.append((status, self.world.clock.now()))
        self.announce(session)

    def _start_term(self, session: TwinSession) -> None:
        session.term += 1
        term = session.term

        async def over() -> None:
            if session.term == term and session.status in BY_TIMER:
                self._become(session, BY_TIMER[session.status])

        self.world.clock.later(session.expires_at - self.world.clock.now(), over)


def _steps(status: str, target: str) -> list[str]:
    """Give the way to a status; a proof that ran out was good first."""
    if target == KYC_EXPIRED and status != APPROVED:
        return [*way(status, APPROVED), target]
    return way(status, target)
