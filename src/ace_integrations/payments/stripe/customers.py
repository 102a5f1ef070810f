"""Payers whom Stripe remembers."""

from collections.abc import Mapping

from ace_integrations.core import Call, ServiceOperations, operation
from ace_integrations.payments.stripe import models
from ace_integrations.payments.stripe.call import StripeCall
from ace_integrations.payments.stripe.metadata import checked_metadata


class CustomerOperations(ServiceOperations):
    """Describe the calls about customers; payments here need none."""

    @operation
    def create_customer(
        self,
        *,
        idempotency_key: str,
        email: str | None = None,
        name: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> Call[models.Customer]:
        """Let Stripe remember a payer. Payments need none; who is made one is asked about by `ace.privacy`.

        Args:
            metadata: ids of ours: nothing personal.

        Source: stripe.md §3.5
        """
        params = {"email": email, "name": name, "metadata": checked_metadata(metadata)}
        return StripeCall("customers", "create", models.CUSTOMER, params=params, idempotency_key=idempotency_key)

    @operation
    def list_customers(
        self, *, email: str, limit: int = 100, starting_after: str | None = None
    ) -> Call[models.Page[models.Customer]]:
        """List the customers with an e-mail address, newest first.

        Args:
            email: exactly as it was given to Stripe, upper and lower case too.

        Source: stripe.md §3.5
        """
        params = {"email": email, "limit": limit, "starting_after": starting_after}
        return StripeCall("customers", "list", models.CUSTOMERS, params=params)

    @operation
    def retrieve_customer(self, *, customer_id: str) -> Call[models.Customer]:
        """Get a customer; of one that was deleted the id is left, and `deleted`.

        Raises:
            NotFoundError: no such customer.

        Source: stripe.md §3.5
        """
        return StripeCall("customers", "retrieve", models.CUSTOMER, ids=(customer_id,))

    @operation
    def delete_customer(self, *, customer_id: str) -> Call[models.Deleted]:
        """Delete a customer with saved cards and subscriptions, for good; payments stay.

        Raises:
            NotFoundError: no such customer, or deleted before.

        Source: stripe.md §3.5
        """
        return StripeCall("customers", "delete", models.DELETED, ids=(customer_id,))
