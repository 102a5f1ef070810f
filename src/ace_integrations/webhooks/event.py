"""A verified delivery as its handler sees it."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Environment = Literal["live", "test"]


class Event(BaseModel):
    """One delivery, verified and parsed.

    Attributes:
        id: the provider's id of the event, or one made of what identifies it; claimed once.
        type: the provider's word for what happened.
        environment: "test" for the provider's own test mode or sandbox; keep it away from live users.
        occurred_at: the provider's time of the event, None when it gives none; never a reason to trust an order.
        data: the provider's typed model; `UnknownEvent` where the type is new to us.
        meaning: the same in the neutral words of the capability, None where it has none.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    provider: str
    id: str
    type: str
    environment: Environment
    occurred_at: datetime | None = None
    data: Any
    meaning: Any = None


class UnknownEvent(BaseModel):
    """A genuine event of a type that this version does not know: kept, acknowledged, handled by nobody by default."""

    model_config = ConfigDict(frozen=True)

    payload: dict[str, Any]
