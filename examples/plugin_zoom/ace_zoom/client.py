"""What is asked of Zoom's API, and the clients that ask it."""

from pydantic import BaseModel, ConfigDict

from ace_integrations.core import (
    AsyncClient,
    Call,
    Describer,
    HttpCall,
    Repeat,
    ServiceOperations,
    SyncClient,
    from_json,
    no_content,
    operation,
)
from ace_zoom.service import SERVICE
from ace_zoom.settings import ZoomSettings


class LiveSession(BaseModel):
    """A session that somebody is in; `id` is new each time, `session_name` is ours."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    session_name: str


class LiveSessions(BaseModel):
    """The sessions that somebody is in."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sessions: tuple[LiveSession, ...] = ()


class ZoomOperations(ServiceOperations):
    """Describe the calls."""

    service = SERVICE

    @operation
    def list_live_sessions(self) -> Call[LiveSessions]:
        """List the sessions that somebody is in; a hundred at most."""
        query = {"type": "live", "page_size": "100"}
        return HttpCall("GET", "/v2/videosdk/sessions", from_json(LiveSessions), query=query)

    @operation
    def end_session(self, *, session_id: str) -> Call[None]:
        """End a session for all who are in it."""
        return HttpCall(
            "PUT",
            "/v2/videosdk/sessions/{session_id}/status",
            no_content,
            path_params={"session_id": session_id},
            json={"action": "end"},
            repeat=Repeat.SAFE,
        )


class Zoom(ZoomOperations, SyncClient[ZoomSettings]):
    """Blocking."""


class AsyncZoom(ZoomOperations, AsyncClient[ZoomSettings]):
    """Awaited."""


class ZoomCalls(ZoomOperations, Describer):
    """Described."""
