"""How servers that speak the same protocol differ, as far as a client can see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One server's ways.

    Attributes:
        accepted, batch_accepted: what a trigger without `info` is answered.
        checks_time: whether a request that was signed long ago is refused.
        gives_info: whether `info` of a trigger is answered.
        allows_digest_of_nothing: whether a request without a body may carry the digest of nothing.
        invalid: the status of a request whose fields are wrong.
        refuses_in: how a refusal is written.
        has_sign_in: whether a connection can sign in as a user.
        full: the code for one connection more than allowed.
        closes_when_full: whether it also loses its connection.
        tells_before_closing: whether an error frame comes before every close.
        error_data_is_text: whether the data of an error frame is JSON in a string.
        denies_with: the frame that says that a subscription's signature is wrong; `denied` is its code.
        activity_timeout_s: after how many silent seconds a client pings, as the greeting says.
    """

    accepted: Mapping[str, Any] = field(default_factory=Json)
    batch_accepted: Mapping[str, Any] = field(default_factory=Json)
    checks_time: bool = True
    gives_info: bool = True
    allows_digest_of_nothing: bool = True
    invalid: int = 400
    refuses_in: Literal["text", "json"] = "text"
    has_sign_in: bool = True
    full: int = 4004
    closes_when_full: bool = True
    tells_before_closing: bool = False
    error_data_is_text: bool = False
    denies_with: Literal["pusher:error", "pusher:subscription_error"] = "pusher:error"
    denied: int | None = None
    activity_timeout_s: float = 120


DIALECTS: Mapping[str, Dialect] = {
    "pusher": Dialect(),
    "reverb": Dialect(
        batch_accepted={"batch": {}},
        checks_time=False,
        allows_digest_of_nothing=False,
        invalid=422,
        has_sign_in=False,
        closes_when_full=False,
        error_data_is_text=True,
        denied=4009,
        activity_timeout_s=30,
    ),
    "soketi": Dialect(
        accepted={"ok": True},
        batch_accepted={"ok": True},
        checks_time=False,
        gives_info=False,
        refuses_in="json",
        full=4100,
        tells_before_closing=True,
        denies_with="pusher:subscription_error",
        activity_timeout_s=30,
    ),
}
