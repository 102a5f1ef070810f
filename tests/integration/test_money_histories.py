"""Every history of one student's payments ends with the right books: one place or none, and the gateways' revenue."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.integration.histories import Life, World, world_on
from tests.integration.platforms import fresh_postgresql, sqlite_url

from ace_integrations.payments import StoredStatus

WHICH = st.integers(0, 11)
GATEWAY = st.sampled_from(("stripe", "paypal"))
POINTS = st.sampled_from(("before commit", "after commit", "after call"))
DEATH = st.none() | st.none() | st.tuples(POINTS, st.integers(1, 3))
"""Where the platform dies in what it does next: at the nth point of a kind, or not at all."""

Death = tuple[str, int] | None
SHORT, LONG = 30, 10_000


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    is_sqlite = request.param == "sqlite"
    url = sqlite_url(tmp_path) if is_sqlite else fresh_postgresql(request.getfixturevalue("postgresql_url"))
    with world_on(url) as world:
        yield world


def machine_on(world: World) -> type[RuleBasedStateMachine]:
    """Give the machine of one world: Hypothesis makes one of it for each history."""

    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.life = Life(world)

        @initialize(gateway=GATEWAY, pays=st.sampled_from((True, True, True, False)))
        def begin(self, gateway: str, pays: bool) -> None:
            self.life.start(gateway)
            if pays:
                self.life.pay(0, good=True)

        @rule(gateway=GATEWAY, death=DEATH)
        def start(self, gateway: str, death: Death) -> None:
            self.life.start(gateway, death)

        @rule(which=WHICH, good=st.sampled_from((True, True, True, False)))
        def pay(self, which: int, good: bool) -> None:
            self.life.pay(which, good=good)

        @rule(which=WHICH, death=DEATH)
        def confirm(self, which: int, death: Death) -> None:
            self.life.confirm(which, death)

        @precondition(lambda self: world.events())
        @rule(which=WHICH, death=DEATH)
        def deliver(self, which: int, death: Death) -> None:
            self.life.deliver(which, death)

        @precondition(lambda self: world.events())
        @rule(which=WHICH)
        def lose(self, which: int) -> None:
            self.life.lose(which)

        @precondition(lambda self: self.life.seen().captured)
        @rule(which=WHICH, part=st.sampled_from((None, 1, 250, 333, 1000)), death=DEATH)
        def refund_by_admin(self, which: int, part: int | None, death: Death) -> None:
            self.life.refund_by_admin(which, part, death)

        @precondition(lambda self: self.life.seen().captured)
        @rule(which=WHICH, part=st.sampled_from(("", "part")))
        def refund_at_gateway(self, which: int, part: str) -> None:
            self.life.refund_at_gateway(which, part)

        @precondition(lambda self: self.life.seen().captured)
        @rule(which=WHICH)
        def dispute(self, which: int) -> None:
            self.life.dispute(which)

        @precondition(lambda self: self.life.disputes())
        @rule(which=WHICH, won=st.booleans())
        def close_dispute(self, which: int, won: bool) -> None:
            self.life.close_dispute(which, won=won)

        @rule(seconds=st.sampled_from((60.0, 700.0, 4 * 3600.0)))
        def wait(self, seconds: float) -> None:
            self.life.wait(seconds)

        @rule(death=DEATH)
        def sweep(self, death: Death) -> None:
            self.life.sweep(death)

        @invariant()
        def one_place_or_none_and_the_books_add_up(self) -> None:
            seen = self.life.seen()
            assert len(seen.places) <= 1
            assert seen.students == sum(seen.places)
            assert seen.revenue == _sum(seen.books)

        def teardown(self) -> None:
            try:
                self.life.settle_down()
                self._check_the_end()
            finally:
                self.life.end()

        def _check_the_end(self) -> None:
            books = self.life.seen().books
            event(f"ended with {', '.join(sorted(each.status for each in books)) or 'nothing'}")
            assert self.life.seen().revenue == self.life.held_by_gateways()
            assert [each for each in self.life.drifts() if "paid twice" not in each.what] == []
            owed = [each for each in books if each.status in (StoredStatus.PAID, StoredStatus.PARTIALLY_REFUNDED)]
            assert sum(self.life.seen().places) == bool(owed)
            assert sum(each.enrolled for each in books) == bool(owed)
            assert not [each for each in books if each.status is StoredStatus.REVIEW]
            assert all(each.refunded <= each.received for each in books)

    return Machine


def _sum(books: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in books:
        found[each.amount.currency] = found.get(each.amount.currency, 0) + each.revenue.to_minor()
    return {currency: minor for currency, minor in found.items() if minor}


def walk(world: World, *, histories: int, steps: int) -> None:
    quiet = settings(
        max_examples=histories,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(machine_on(world), settings=quiet)  # type: ignore[no-untyped-call]  # Hypothesis's own


def test_some_histories_end_with_the_right_books(world: World) -> None:
    walk(world, histories=SHORT, steps=12)


@pytest.mark.campaign
def test_ten_thousand_histories_end_with_the_right_books(world: World) -> None:
    walk(world, histories=LONG, steps=16)
