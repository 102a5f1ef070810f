"""How the service says no: in the gateway's short shape or in the vendor's own."""

from typing import Any

Json = dict[str, Any]


class RefusedError(Exception):
    """An error answer.

    Attributes:
        at_gateway: whether the gateway before the service says it; such a call costs nothing.
    """

    def __init__(self, status: int, message: str, *, at_gateway: bool = False) -> None:
        self.status = status
        self.message = message
        self.at_gateway = at_gateway
        super().__init__(message)


class UsedUpError(RefusedError):
    """The plan's credits of this period are gone."""


def invalid_key() -> RefusedError:
    """The key is missing or unknown."""
    return RefusedError(401, "Invalid API key.", at_gateway=True)


def not_subscribed() -> RefusedError:
    """The key is good, but not for this API."""
    return RefusedError(403, "You are not subscribed to this API.", at_gateway=True)


def no_endpoint(path: str) -> RefusedError:
    """The path is not there, or not any more."""
    return RefusedError(404, f"Endpoint '{path}' does not exist", at_gateway=True)


def no_api() -> RefusedError:
    """The host header names another service."""
    return RefusedError(404, "API doesn't exists", at_gateway=True)


def too_fast(plan: str) -> RefusedError:
    """More calls a second than the plan allows."""
    return RefusedError(
        429, f"You have exceeded the rate limit per second for your plan, {plan}, by the API provider", at_gateway=True
    )


def used_up(plan: str) -> RefusedError:
    """The month's credits are gone."""
    return UsedUpError(
        429, f"You have exceeded the MONTHLY quota for Requests on your current plan, {plan}.", at_gateway=True
    )


def invalid(message: str) -> RefusedError:
    """A parameter cannot be."""
    return RefusedError(400, message)
