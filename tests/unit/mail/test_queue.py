"""What follows a try to send a mail of the queue, cell by cell; nothing here does any I/O."""

import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_integrations import errors
from ace_integrations.mail import Address, DeliveryEvent, DeliveryStatus, Message, Sent, Trace
from ace_integrations.mail.queue import (
    GIVES_UP_S,
    LOOKS_FOR_S,
    QueuedMail,
    QueueState,
    after_error,
    after_look,
    after_sent,
    deliveries,
    noted,
)
from ace_integrations.mail.suppression import RecipientSuppressedError

NOW = 1_764_000_000
LINA = Address(email="Lina@example.com")
MESSAGE = Message(
    sender=Address(email="hello@mg.example.com"), to=(LINA,), subject="Hello", text="Hello", mail_id="m-1"
)
ABSENT, MUTE = Trace(can_tell=True), Trace(can_tell=False)
FOUND = Trace(can_tell=True, sent=Sent(transport="mailgun", message_id="m-1@mg.example.com"))


def queued(**changes: Any) -> QueuedMail:
    values: dict[str, Any] = {"attempts": 1, "doubts": 0, "doubt_since": 0, "created_at": NOW}
    return QueuedMail(id=1, message=MESSAGE, **values | changes)


def test_a_mail_that_was_taken_is_sent() -> None:
    settled = after_sent(Sent(transport="mailgun", message_id="m-1@mg.example.com"))
    assert (settled.state, settled.message_id, settled.error) == (QueueState.SENT, "m-1@mg.example.com", "")


@pytest.mark.parametrize(
    ("doubts", "age", "trace", "state"),
    [
        (1, 60, FOUND, QueueState.SENT),
        (1, 60, ABSENT, QueueState.WAITING),
        (1, LOOKS_FOR_S, ABSENT, None),
        (2, 60, FOUND, QueueState.SENT),
        (2, 60, ABSENT, QueueState.WAITING),
        (2, LOOKS_FOR_S, ABSENT, QueueState.DEAD),
        (1, 60, MUTE, QueueState.DEAD),
    ],
)
def test_a_mail_of_unknown_outcome_is_looked_for_and_sent_again_once(
    doubts: int, age: int, trace: Trace, state: QueueState | None
) -> None:
    settled = after_look(queued(doubts=doubts, doubt_since=NOW), trace, now=NOW + age)
    assert (settled.state if settled else None) is state
    if settled is not None and state is QueueState.WAITING:
        assert NOW + age < settled.not_before <= NOW + LOOKS_FOR_S
        assert (settled.doubts, settled.doubt_since) == (doubts, NOW)


@pytest.mark.parametrize("kind", [errors.UnavailableError, errors.ConnectionFailedError, errors.AuthenticationError])
def test_what_was_surely_not_sent_is_tried_again_for_three_days(kind: type[errors.ProviderError]) -> None:
    pauses = [after_error(queued(attempts=n), kind("down"), now=NOW).not_before - NOW for n in range(1, 13)]
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600]
    assert after_error(queued(), kind("down"), now=NOW + GIVES_UP_S).state is QueueState.WAITING
    assert after_error(queued(), kind("down"), now=NOW + GIVES_UP_S + 1).state is QueueState.DEAD


def test_a_service_that_says_when_is_not_asked_earlier() -> None:
    settled = after_error(queued(), errors.RateLimitedError("slow down", retry_after=3600), now=NOW)
    assert settled.not_before == NOW + 3600


def test_a_doubt_is_kept_through_failures_that_raise_none() -> None:
    unknown = after_error(queued(), errors.OutcomeUnknownError("lost"), now=NOW)
    assert (unknown.state, unknown.doubts, unknown.doubt_since) == (QueueState.WAITING, 1, NOW)
    down = after_error(queued(doubts=1, doubt_since=NOW), errors.UnavailableError("down"), now=NOW + 60)
    assert (down.doubts, down.doubt_since) == (1, NOW)


def test_a_refused_mail_is_dead_and_a_suppressed_one_is_neither_sent_nor_an_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert after_error(queued(), RecipientSuppressedError([]), now=NOW).state is QueueState.SUPPRESSED
    assert caplog.records == []
    assert after_error(queued(), errors.InvalidRequestError("no"), now=NOW).state is QueueState.DEAD
    assert after_error(queued(), KeyError("lina@example.com"), now=NOW).error == "KeyError"
    assert {record.levelno for record in caplog.records} == {logging.ERROR}
    assert "lina" not in " ".join(record.getMessage() for record in caplog.records).lower()


def event(status: DeliveryStatus, recipient: str = "lina@example.com") -> DeliveryEvent:
    when = datetime.fromtimestamp(NOW, UTC)
    return DeliveryEvent(provider="mailgun", message_id="m", recipient=recipient, status=status, occurred_at=when)


@given(st.permutations(["accepted", "delivered", "deferred", "opened", "complained"]))
def test_news_in_any_order_end_with_the_gravest(order: list[str]) -> None:
    known = deliveries(MESSAGE)
    for word in order:
        after = noted(known, event(DeliveryStatus(word)))
        assert after is not None
        known = after
    assert known == {"lina@example.com": "complained"}


def test_news_of_somebody_else_are_not_about_this_mail() -> None:
    assert noted(deliveries(MESSAGE), event(DeliveryStatus.BOUNCED, "omar@example.com")) is None
