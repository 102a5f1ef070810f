"""What Pusher costs: a plan by connections at once and messages a day. An estimate from a list of May 2026."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ace_integrations.usage.prices import Assumption, Price, PriceList, Scenario

DAYS = 30


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan.

    Attributes:
        dollars: a month.
        connections: at once.
        messages_a_day: None where the list does not say.
    """

    name: str
    dollars: int
    connections: int
    messages_a_day: int | None


PLANS: tuple[Plan, ...] = (
    Plan("Sandbox", 0, 100, 200_000),
    Plan("Startup", 49, 500, None),
    Plan("Pro", 99, 2_000, 4_000_000),
    Plan("Business", 299, 5_000, 10_000_000),
    Plan("Growth Plus", 1_199, 30_000, 90_000_000),
)


def plan_for(*, connections: int, messages_a_day: int) -> Plan | None:
    """Give the cheapest plan that is surely large enough; None where that is to be agreed with the service.

    Args:
        messages_a_day: each request and each delivery to each listener: one event to 300 students is 301.

    Source: pusher.md §5
    """
    return next(
        (plan for plan in PLANS if plan.connections >= connections and (plan.messages_a_day or 0) >= messages_a_day),
        None,
    )


def _assume(scenario: Scenario) -> Sequence[Assumption]:
    listeners = scenario.users // max(1, scenario.courses)
    events = 2 * scenario.classes
    told = events * (1 + listeners) + scenario.users * 20
    because = "a class is told to its course twice, and each user gets ten messages of their own"
    return (Assumption("message", Decimal(told), because),)


PRICES = PriceList(
    as_of=date(2026, 5, 1),
    source="pusher.md §5",
    # What a message costs in the plan for 99 USD, used up to its end. Deliveries are counted where a request asks how
    # many listen (`info`); else the service alone knows.
    prices={"message": Price(Decimal(99) / (4_000_000 * DAYS), free=200_000 * DAYS)},
    bills=dict.fromkeys(("trigger", "trigger_batch", "list_channels", "get_channel", "list_users", "send_to_user",
                         "terminate_connections"), "message"),
    assume=_assume,
)  # fmt: skip
