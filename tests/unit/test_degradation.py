"""Going on without a service that is failing, and not without an answer that it gave."""

import logging
from typing import Any

import pytest

from ace_integrations import ProviderError, degrade, errors
from ace_integrations.degradation import FAILING

ANSWERS = {
    errors.OutcomeUnknownError,
    errors.NotFoundError,
    errors.InvalidRequestError,
    errors.ConflictError,
    errors.DeclinedError,
    errors.InProgressError,
}


def leaves() -> set[type[ProviderError]]:
    kinds = (getattr(errors, name) for name in errors.__all__)
    return {kind for kind in kinds if issubclass(kind, ProviderError) and kind is not ProviderError}


async def outcome(colour: str, error: Exception) -> Any:
    @degrade(list)
    def blocking() -> list[str]:
        raise error

    @degrade(list)
    async def awaited() -> list[str]:
        raise error

    return blocking() if colour == "sync" else await awaited()


@pytest.mark.parametrize("colour", ["sync", "async"])
@pytest.mark.parametrize("kind", sorted(leaves(), key=lambda kind: kind.__name__))
async def test_each_error_is_a_failure_to_go_on_without_or_an_answer(kind: type[ProviderError], colour: str) -> None:
    if kind in ANSWERS:
        with pytest.raises(kind):
            await outcome(colour, kind("no"))
    else:
        assert issubclass(kind, FAILING)
        assert await outcome(colour, kind("down")) == []


async def test_a_mistake_of_ours_is_not_hidden() -> None:
    with pytest.raises(errors.InvalidInputError):
        await outcome("sync", errors.InvalidInputError("wrong"))
    with pytest.raises(KeyError):
        await outcome("async", KeyError("wrong"))


async def test_each_time_is_told_and_a_refused_key_loudest(caplog: pytest.LogCaptureFixture) -> None:
    await outcome("sync", errors.UnavailableError("failing", provider="stripe", operation="report"))
    await outcome("async", errors.AuthenticationError("refused", provider="stripe"))
    levels = [(record.levelno, record.name) for record in caplog.records]
    assert levels == [(logging.WARNING, "ace_integrations.degraded"), (logging.ERROR, "ace_integrations.degraded")]
    assert "stripe report" in caplog.text


def test_the_function_keeps_its_name_and_its_arguments() -> None:
    @degrade(dict)
    def prices(course: int, *, currency: str) -> dict[str, int]:
        """Give prices."""
        return {currency: course}

    assert (prices.__name__, prices.__doc__) == ("prices", "Give prices.")
    assert prices(7, currency="EGP") == {"EGP": 7}
