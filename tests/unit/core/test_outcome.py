"""Each cell of the table in docs/reliability.md."""

import pytest
from tests.things import SERVICE

from ace_integrations import errors
from ace_integrations.core import Headers, Repeat, Reply
from ace_integrations.core.http import Trouble, WireError
from ace_integrations.core.outcome import from_content, from_status, from_wire

SAFE, COSTLY, KEYED, UNSAFE = Repeat.SAFE, Repeat.COSTLY, Repeat.KEYED, Repeat.UNSAFE
UNKNOWN = errors.OutcomeUnknownError


@pytest.mark.parametrize(
    ("trouble", "repeats", "error", "again"),
    [
        *[(Trouble.NOT_SENT, repeats, errors.ConnectionFailedError, True) for repeats in Repeat],
        *[(Trouble.NO_CONNECTION_FREE, repeats, errors.OverloadedError, True) for repeats in Repeat],
        (Trouble.NO_ANSWER, SAFE, errors.DeadlineExceededError, True),
        (Trouble.NO_ANSWER, COSTLY, errors.DeadlineExceededError, False),
        (Trouble.NO_ANSWER, KEYED, UNKNOWN, True),
        (Trouble.NO_ANSWER, UNSAFE, UNKNOWN, False),
        (Trouble.BROKEN, SAFE, errors.ConnectionFailedError, True),
        (Trouble.BROKEN, COSTLY, errors.ConnectionFailedError, False),
        (Trouble.BROKEN, KEYED, UNKNOWN, True),
        (Trouble.BROKEN, UNSAFE, UNKNOWN, False),
        (Trouble.TOO_LARGE, SAFE, errors.UnexpectedReplyError, False),
        (Trouble.TOO_LARGE, KEYED, UNKNOWN, False),
        (Trouble.TOO_LARGE, UNSAFE, UNKNOWN, False),
        (Trouble.UNREADABLE, SAFE, errors.UnexpectedReplyError, True),
        (Trouble.UNREADABLE, COSTLY, errors.UnexpectedReplyError, False),
        (Trouble.UNREADABLE, KEYED, UNKNOWN, True),
        (Trouble.UNREADABLE, UNSAFE, UNKNOWN, False),
    ],
)
def test_a_try_without_an_answer(trouble: Trouble, repeats: Repeat, error: type[Exception], again: bool) -> None:
    failed = from_wire(WireError(trouble, "test"), repeats)
    assert (type(failed.error), failed.again) == (error, again)


@pytest.mark.parametrize(
    ("status", "error", "again_for"),
    [
        (302, errors.UnexpectedReplyError, set()),
        (400, errors.InvalidRequestError, set()),
        (401, errors.AuthenticationError, set()),
        (402, errors.DeclinedError, set()),
        (403, errors.PermissionDeniedError, set()),
        (404, errors.NotFoundError, set()),
        (408, errors.UnavailableError, {SAFE, KEYED}),
        (409, errors.ConflictError, set()),
        (418, errors.InvalidRequestError, set()),
        (422, errors.InvalidRequestError, set()),
        (429, errors.RateLimitedError, {SAFE, COSTLY, KEYED, UNSAFE}),
        (500, errors.UnavailableError, {SAFE, KEYED}),
        (501, errors.UnavailableError, set()),
        (502, errors.UnavailableError, {SAFE, KEYED}),
        (503, errors.UnavailableError, {SAFE, COSTLY, KEYED}),
        (504, errors.UnavailableError, {SAFE, KEYED}),
    ],
)
@pytest.mark.parametrize("repeats", list(Repeat))
def test_an_answer_that_says_no(status: int, error: type[Exception], again_for: set[Repeat], repeats: Repeat) -> None:
    failed = from_status(SERVICE, Reply(status, Headers(), b"no"), repeats, None)
    unknown = status >= 500 and repeats is UNSAFE
    assert (type(failed.error), failed.again) == (UNKNOWN if unknown else error, repeats in again_for)


@pytest.mark.parametrize(("said", "again"), [("true", True), ("false", False)])
@pytest.mark.parametrize("repeats", [KEYED, SAFE])
def test_the_services_own_word_on_a_retry_wins_both_ways(said: str, again: bool, repeats: Repeat) -> None:
    reply = Reply(409 if again else 500, Headers({"x-should-retry": said}), b"no")
    assert from_status(SERVICE, reply, repeats, None).again is again


@pytest.mark.parametrize(
    ("code", "repeats", "error", "again"),
    [
        ("invalid_json", SAFE, errors.UnexpectedReplyError, True),
        ("invalid_json", KEYED, UNKNOWN, True),
        ("invalid_json", UNSAFE, UNKNOWN, False),
        ("", SAFE, errors.UnexpectedReplyError, False),
        ("", UNSAFE, UNKNOWN, False),
    ],
)
def test_a_success_that_cannot_be_read(code: str, repeats: Repeat, error: type[Exception], again: bool) -> None:
    failed = from_content(errors.UnexpectedReplyError("odd", code=code), repeats)
    assert (type(failed.error), failed.again) == (error, again)
