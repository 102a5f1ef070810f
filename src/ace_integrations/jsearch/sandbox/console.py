"""What the console shows of the twin: each call with what it found and cost, and the buttons that spoil the next."""

from collections.abc import Sequence

from ace_integrations.jsearch.sandbox.accounts import PLANS
from ace_integrations.jsearch.sandbox.gateway import Call, Gateway
from ace_integrations.sandbox.twin import Action, Badge, Detail, Item

_NAMED_BY = ("query", "job_id", "company", "job_title")
"""Parameters that say best what a call is about."""


class Shown:
    """The console's view of one twin."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def items(self) -> Sequence[Item]:
        """Give the calls, newest first."""
        return [Item(str(call.number), _title(call), _subtitle(call), call.at, _badge(call)) for call in self._calls()]

    def detail(self, number: str) -> Detail | None:
        """Give one call."""
        call = next((call for call in self._calls() if str(call.number) == number), None)
        if call is None:
            return None
        facts = [
            ("Operation", call.operation),
            ("Answered", str(call.status)),
            ("Hits", "refused" if call.hits is None else str(call.hits)),
            ("Credits", str(call.cost)),
            ("Plan", call.plan),
            ("Left of it", "unknown key" if call.left is None else f"{call.left:,}"),
        ]
        return Detail(_title(call), facts, actions=self._actions(), payload={"parameters": dict(call.query)})

    def _calls(self) -> Sequence[Call]:
        return list(self._gateway.calls)

    def _actions(self) -> list[Action]:
        is_slow = self._gateway.latency != "none"
        return [
            Action("Let the next call fail", "fail", {"word": "500"}, "primary"),
            Action("Let the next call come too soon", "fail", {"word": "429"}),
            Action(f"Use the {PLANS[0].name} plan up", "quota", {"remaining": "0"}, "danger"),
            Action(f"Fill the {PLANS[0].name} plan up", "quota", {"remaining": str(PLANS[0].credits)}),
            Action("Answer at once", "latency", {"profile": "none"})
            if is_slow
            else Action("Answer as slowly as the service", "latency", {"profile": "real"}),
        ]


def _title(call: Call) -> str:
    return next((call.query[name] for name in _NAMED_BY if call.query.get(name)), call.operation)


def _subtitle(call: Call) -> str:
    found = "refused" if call.hits is None else f"{call.hits} hit{'' if call.hits == 1 else 's'}"
    where = call.query.get("country", "")
    left = "" if call.left is None else f"{call.left:,} credits left"
    return ", ".join(part for part in (where, found, left) if part)


def _badge(call: Call) -> Badge:
    if call.status == 429:
        return Badge("Too many", "warn")
    if call.hits is None:
        return Badge(f"Failed, {call.status}", "bad")
    return Badge("Found" if call.hits else "Nothing found", "ok" if call.hits else "neutral")
