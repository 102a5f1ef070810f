"""Only type-checked: what an operation is in each colour."""

from typing import assert_type

from pydantic import BaseModel

from ace_integrations.core import (
    AsyncClient,
    Call,
    Describer,
    Endpoint,
    HttpCall,
    Replied,
    Service,
    ServiceOperations,
    SyncClient,
    from_json,
    operation,
)
from ace_integrations.settings import ProviderSettings


class Thing(BaseModel):
    """A result."""

    size: int


class ThingSettings(ProviderSettings):
    """Settings of the service of things."""

    provider = "things"


THING = from_json(Thing)
SERVICE = Service("things", ThingSettings, lambda settings: Endpoint(settings.base_url or "https://example.com"))


class ThingOperations(ServiceOperations):
    """Describe the calls of the service of things."""

    service = SERVICE

    @operation
    def get_thing(self, *, thing_id: str, deep: bool = False) -> Call[Thing]:
        """Get a thing."""
        return HttpCall("GET", "/things/{id}", THING, path_params={"id": thing_id}, query={"deep": str(deep)})


class Things(ThingOperations, SyncClient[ThingSettings]):
    """Blocking."""


class AsyncThings(ThingOperations, AsyncClient[ThingSettings]):
    """Awaited."""


class ThingCalls(ThingOperations, Describer):
    """Described."""


assert_type(Things().get_thing(thing_id="1"), Thing)
assert_type(ThingCalls().get_thing(thing_id="1"), Call[Thing])
assert_type(ThingCalls().get_thing(thing_id="1").map(lambda thing: thing.size), Call[int])
assert_type(Things().perform(ThingCalls().get_thing(thing_id="1").with_reply()), Replied[Thing])


async def awaited() -> None:
    """Await one."""
    assert_type(await AsyncThings().get_thing(thing_id="1"), Thing)


Things().get_thing(thing_id=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
Things().get_thing("1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
