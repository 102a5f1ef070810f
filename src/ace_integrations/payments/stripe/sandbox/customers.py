"""The payers whom an account remembers."""

from collections.abc import Callable, Iterable
from typing import Any

from starlette.routing import Route

from ace_integrations.payments.stripe.sandbox.http import Json, metadata_of, no_such, page_of
from ace_integrations.payments.stripe.sandbox.objects import new_id
from ace_integrations.payments.stripe.sandbox.request import Asked

MakeRoute = Callable[[str, str, str, Callable[[Asked], Json], Iterable[str]], Route]
"""Makes a route of method, path, name, handler and the parameters that it knows."""

_TEXTS = ("email", "name", "phone", "description")


class Customers:
    """Every customer.

    Args:
        emit: is told of each event: its type, the customer, None.

    Attributes:
        held: by id; of a deleted one the id alone.
    """

    def __init__(self, now: Callable[[], float], emit: Callable[[str, Json, None], None]) -> None:
        self._now = now
        self._emit = emit
        self.held: dict[str, Json] = {}

    def routes(self, make: MakeRoute) -> list[Route]:
        """Give the API."""
        one, cursors = "/v1/customers/{id}", ("limit", "starting_after", "ending_before", "created")
        return [
            make("POST", "/v1/customers", "create_customer", self._create, (*_TEXTS, "metadata")),
            make("GET", "/v1/customers", "list_customers", self._list, (*cursors, "email")),
            make("GET", one, "retrieve_customer", lambda asked: self._find(asked.ids["id"]), ()),
            make("DELETE", one, "delete_customer", self._delete, ()),
        ]

    def _create(self, asked: Asked) -> Json:
        customer: dict[str, Any] = {
            "id": new_id("cus", 14),
            "object": "customer",
            **{name: asked.params.get(name) or None for name in _TEXTS},
            "balance": 0,
            "created": int(self._now()),
            "livemode": False,
            "metadata": metadata_of(asked.params),
        }
        self.held[customer["id"]] = customer
        self._emit("customer.created", customer, None)
        return customer

    def _list(self, asked: Asked) -> Json:
        wanted = asked.params.get("email")
        # By the very letters: the service does not take upper and lower case for the same here.
        found = [
            each for each in reversed(self.held.values()) if not each.get("deleted") and wanted in (None, each["email"])
        ]
        return page_of(found, asked.params, asked.path)

    def _find(self, customer_id: str) -> Json:
        if customer_id not in self.held:
            raise no_such("customer", customer_id)
        return self.held[customer_id]

    def _delete(self, asked: Asked) -> Json:
        customer_id = asked.ids["id"]
        customer = self._find(customer_id)
        if customer.get("deleted"):
            raise no_such("customer", customer_id)
        self._emit("customer.deleted", customer, None)
        self.held[customer_id] = {"id": customer_id, "object": "customer", "deleted": True}
        return self.held[customer_id]
