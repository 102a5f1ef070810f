"""`ace.audit`: who did what, as a record that is only ever added to.

`ace.audit.event(...)` builds one; your store writes it in the transaction of what it tells of, so that neither is there
without the other (`ace_integrations.contrib.sqlalchemy.audit_table`).
"""

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from ace_integrations.errors import InvalidInputError

_WHAT = re.compile(r"[a-z_]+(\.[a-z_]+)+")


class AuditEvent(BaseModel):
    """Something that must be told later: a payment, an identity check, an approval, a change of an account.

    Attributes:
        what: the kind in words with dots, as in "payment.changed", "identity.changed", "teacher.approved".
        user: your id of whom it is about, "" for nobody.
        actor: your id of who did it, the service that said so ("stripe"), or "" for the platform itself.
        amount: of money, with its `currency`.
        payment: your id of the payment, "" where there is none.
        address: the IP address that it came from, or its keyed hash; "" where there is none.
        details: what else tells the case: ids and states, no personal data and no secrets.
    """

    model_config = ConfigDict(frozen=True)

    at: datetime
    what: Annotated[str, Field(max_length=64)]
    user: Annotated[str, Field(max_length=64)] = ""
    actor: Annotated[str, Field(max_length=64)] = ""
    amount: Decimal | None = None
    currency: Annotated[str, Field(max_length=3)] = ""
    payment: Annotated[str, Field(max_length=64)] = ""
    address: Annotated[str, Field(max_length=64)] = ""
    details: Mapping[str, str] = {}


class Audit:
    """Builds audit events.

    Args:
        address_key: hashes IP addresses, so that equal ones are seen as equal and none can be read; None keeps them.
    """

    def __init__(self, *, address_key: SecretStr | None = None, clock: Callable[[], float] = time.time) -> None:
        self._key = address_key.get_secret_value().encode() if address_key else None
        self._clock = clock

    def event(
        self,
        what: str,
        *,
        user: str = "",
        actor: str = "",
        amount: Decimal | None = None,
        currency: str = "",
        payment: str = "",
        address: str = "",
        details: Mapping[str, str] | None = None,
    ) -> AuditEvent:
        """Build one event, now; see `AuditEvent`.

        Raises:
            InvalidInputError: `what` is not words with dots, or there is an amount without a currency.
        """
        if not _WHAT.fullmatch(what):
            raise InvalidInputError("is not words with dots, as in payment.changed", field="what")
        if (amount is None) != (not currency):
            raise InvalidInputError("goes with an amount", field="currency")
        return AuditEvent(
            at=datetime.fromtimestamp(self._clock(), UTC),
            what=what,
            user=user,
            actor=actor,
            amount=amount,
            currency=currency,
            payment=payment,
            address=self._hidden(address),
            details=details or {},
        )

    def _hidden(self, address: str) -> str:
        if self._key is None or not address:
            return address
        return f"h:{hmac.new(self._key, address.encode(), hashlib.sha256).hexdigest()[:32]}"
