"""The operations of Customer Disputes v1 on the twin."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from ace_integrations.payments.paypal.sandbox.disputes import STEPS, Disputes
from ace_integrations.payments.paypal.sandbox.gate import Asked, Gate, Handler
from ace_integrations.payments.paypal.sandbox.http import Answer, refusal
from ace_integrations.payments.paypal.sandbox.objects import link

_NAMES = {"adjudicate": "adjudicate_dispute", "escalate": "escalate_dispute"}
"""Of the steps that are no operation's name by themselves."""

USUAL_PAGE, LARGEST_PAGE = 10, 50


class Claims:
    """The routes below `/v1/customer/disputes`.

    Args:
        url: where the twin is mounted.
    """

    def __init__(self, gate: Gate, disputes: Disputes, url: str) -> None:
        self._gate = gate
        self._disputes = disputes
        self._url = url

    def routes(self) -> Sequence[BaseRoute]:
        """Give them."""
        place = "/v1/customer/disputes"
        steps = [step for step in STEPS if step != "close"]
        return [
            self._gate.route("GET", place, "list_disputes", self._list, reads="nothing"),
            self._gate.route("GET", f"{place}/{{id}}", "get_dispute", self._get, reads="nothing"),
            *(
                self._gate.route(
                    "POST",
                    f"{place}/{{id}}/{step}",
                    _NAMES.get(step, step.replace("-", "_")),
                    self._act(step),
                    reads="parts",
                )
                for step in steps
            ),
        ]

    def _list(self, asked: Asked) -> Answer:
        query = asked.query
        if "start_time" in query and "disputed_transaction_id" in query:
            raise refusal("INVALID_PARAMETER_VALUE", "start_time", query["start_time"], location="query")
        size, begin = self._number(asked, "page_size", USUAL_PAGE), self._number(asked, "next_page_token", 0)
        if not 1 <= size <= LARGEST_PAGE:
            raise refusal("INVALID_PARAMETER_VALUE", "page_size", str(size), location="query")
        states = [each for each in query.get("dispute_state", "").split(",") if each]
        found = [
            each
            for each in self._disputes.found(capture_id=query.get("disputed_transaction_id", ""), states=states)
            if each["create_time"] >= query.get("start_time", "")
            and query.get("update_time_after", "") <= each["update_time"] <= query.get("update_time_before", "9999")
        ]
        place = f"{self._url}/v1/customer/disputes?page_size={size}"
        links = [link(place, "self"), link(place, "first")]
        if len(found) > begin + size:
            links.append(link(f"{place}&next_page_token={begin + size}", "next"))
        items = [self._disputes.listed(each) for each in found[begin : begin + size]]
        return Answer(200, lambda: {"items": items, "links": links})

    def _get(self, asked: Asked) -> Answer:
        dispute = self._disputes.get(asked.ids["id"])
        return Answer(200, lambda: dispute)

    def _act(self, step: str) -> Handler:
        def act(asked: Asked) -> Answer:
            dispute = self._disputes.act(self._disputes.get(asked.ids["id"]), step, asked.body)
            return Answer(200, lambda: {"links": dispute["links"][:1]})

        return act

    def _number(self, asked: Asked, name: str, usual: int) -> int:
        text = asked.query.get(name, str(usual))
        if not text.isdecimal():
            raise refusal("INVALID_PARAMETER_VALUE", name, text, location="query")
        return int(text)
