"""What a platform may rely on, over every store and in both colours."""

import asyncio
from typing import Any

import pytest
from tests.things import WEBHOOKS, ThingSettings
from tests.unit.webhooks.conftest import NOW, Rig, delivery

from ace_integrations import ConfigurationError, PermanentError
from ace_integrations.core import Headers
from ace_integrations.settings import Settings
from ace_integrations.webhooks import Doors, Receiver


async def test_a_genuine_delivery_runs_its_handler_once_and_a_second_answers_200(rig: Rig) -> None:
    headers, body = delivery()
    first = await rig.receive("things", headers, body)
    second = await rig.receive("things", headers, body)
    assert (first.status, first.duplicate, second.status, second.duplicate) == (200, False, 200, True)
    assert await rig.effects() == ["evt_1"]


async def test_either_secret_of_a_rotation_verifies(rig: Rig) -> None:
    assert (await rig.receive("things", *delivery("evt_1", secret="old-secret"))).status == 200
    assert (await rig.receive("things", *delivery("evt_2"))).status == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda headers, body: ({}, body), 400),
        (lambda headers, body: (headers, body + b" "), 400),
        (lambda headers, body: (headers, b""), 400),
        (lambda headers, body: ({"x-thing-signature": headers["x-thing-signature"].upper()}, body), 400),
        (lambda headers, body: (headers, b"x" * 1_000_001), 413),
        (lambda headers, body: delivery(secret="foreign"), 400),
        (lambda headers, body: delivery(at=NOW - 301), 400),
        (lambda headers, body: delivery(at=NOW + 301), 400),
        (lambda headers, body: delivery(id=None), 400),
    ],
)
async def test_what_is_not_genuine_or_no_event_has_no_effect(rig: Rig, change: Any, status: int) -> None:
    receipt = await rig.receive("things", *change(*delivery()))
    assert (receipt.status, receipt.text, await rig.effects()) == (status, "refused", [])


async def test_an_unknown_provider_is_404(rig: Rig) -> None:
    assert (await rig.receive("nobody", *delivery())).status == 404


async def test_a_text_body_is_a_type_error_that_says_to_give_bytes(rig: Rig) -> None:
    headers, body = delivery()
    with pytest.raises(TypeError, match="bytes"):
        await rig.receive("things", headers, body.decode())


async def test_case_c09_a_failed_handler_is_retried_and_its_effects_are_rolled_back(rig: Rig) -> None:
    rig.failures = [ConnectionError("database"), ConnectionError("database")]
    headers, body = delivery()
    statuses = []
    for _ in range(3):
        statuses.append((await rig.receive("things", headers, body)).status)
        rig.clock.now += 1
    assert statuses == [503, 503, 200]
    assert await rig.effects() == ["evt_1"]


async def test_case_c09_a_permanent_error_is_a_dead_letter_answered_200_and_not_handled_again(rig: Rig) -> None:
    rig.failures = [PermanentError("no such course")]
    assert (await rig.receive("things", *delivery())).status == 200
    assert (await rig.receive("things", *delivery())).status == 200
    assert await rig.effects() == []
    dead = await rig.store("dead")
    assert [one.key.event_id for one in dead] == ["evt_1"]


async def test_the_eighth_failure_makes_a_dead_letter_that_can_be_revived(rig: Rig) -> None:
    rig.failures = [ConnectionError() for _ in range(8)]
    statuses = [(await rig.receive("things", *delivery())).status for _ in range(8)]
    assert statuses == [503] * 7 + [200]
    dead = await rig.store("dead")
    await rig.store("revive", dead[0].key)
    assert await rig.sweep() == 1
    assert await rig.effects() == ["evt_1"]


async def test_the_sweeper_handles_what_was_left_behind(rig: Rig) -> None:
    rig.failures = [ConnectionError()]
    await rig.receive("things", *delivery())
    assert await rig.sweep() == 0
    rig.clock.now += 600
    assert await rig.sweep() == 1
    assert await rig.effects() == ["evt_1"]


async def test_another_body_under_a_seen_id_changes_nothing(rig: Rig) -> None:
    await rig.receive("things", *delivery(size=1))
    receipt = await rig.receive("things", *delivery(size=2))
    assert (receipt.status, receipt.duplicate, await rig.effects()) == (200, True, ["evt_1"])


async def test_case_c07_sixteen_at_the_same_moment_have_one_effect_and_no_500(rig: Rig) -> None:
    for number in range(5):
        arrived = [rig.receive("things", *delivery(f"evt_{number}")) for _ in range(16)]
        receipts = await asyncio.gather(*arrived)
        assert {receipt.status for receipt in receipts} <= {200, 409}
        assert 200 in {receipt.status for receipt in receipts}
        assert (await rig.receive("things", *delivery(f"evt_{number}"))).status == 200
    assert sorted(await rig.effects()) == [f"evt_{number}" for number in range(5)]


async def test_a_claim_whose_worker_died_is_taken_over_after_its_lease_and_the_dead_worker_changes_nothing(
    rig: Rig,
) -> None:
    from ace_integrations.webhooks import Claim, Delivery, EventKey, FenceLostError, Refusal

    headers, body = delivery()
    left = Delivery(EventKey("things", "test", "", "evt_1"), body)
    stale = await rig.store("claim", left, now=NOW)
    assert isinstance(stale, Claim)
    assert isinstance(await rig.store("claim", left, now=NOW + 59), Refusal)
    assert (await rig.receive("things", headers, body)).status == 409
    rig.clock.now += 60
    assert (await rig.receive("things", headers, body)).status == 200
    with pytest.raises(FenceLostError):
        await rig.store("release", stale, error="late", not_before=NOW)
    assert await rig.effects() == ["evt_1"]


def test_no_secret_at_all_is_a_configuration_error_and_never_no_check() -> None:
    receiver = Receiver(Doors([WEBHOOKS], Settings(providers=(ThingSettings(key="k"),))))
    with pytest.raises(ConfigurationError, match="THINGS_WEBHOOK_SECRET"):
        receiver.receive("things", *delivery())


def test_a_repeated_signature_header_is_refused() -> None:
    headers, body = delivery()
    value = headers["x-thing-signature"]
    receiver = Receiver(
        Doors([WEBHOOKS], Settings(providers=(ThingSettings(key="k", webhook_secrets=("s" * 8,)),))), clock=lambda: NOW
    )
    twice = Headers([("x-thing-signature", value), ("X-Thing-Signature", value)])
    assert receiver.receive("things", twice, body).refused_signature
