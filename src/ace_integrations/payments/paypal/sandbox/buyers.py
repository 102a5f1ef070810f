"""Who can pay on the twin: invented people with PayPal accounts."""

from dataclasses import dataclass

from ace_integrations.payments.paypal.sandbox.http import Json


@dataclass(frozen=True, slots=True)
class Buyer:
    """One account.

    Attributes:
        payer_id: 13 letters and digits, without those that look alike.
        country: two letters.
    """

    payer_id: str
    email: str
    given_name: str
    surname: str
    country: str

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.given_name} {self.surname}"

    def payer(self) -> Json:
        """Write the buyer as an order's payer."""
        return {
            "email_address": self.email,
            "payer_id": self.payer_id,
            "name": {"given_name": self.given_name, "surname": self.surname},
            "address": {"country_code": self.country},
        }

    def source(self) -> Json:
        """Write the buyer as an order's source of payment."""
        return {
            "paypal": {
                "email_address": self.email,
                "account_id": self.payer_id,
                "account_status": "VERIFIED",
                "name": {"given_name": self.given_name, "surname": self.surname},
                "address": {"country_code": self.country},
            }
        }

    def shipping(self) -> Json:
        """Write where the buyer has things sent."""
        address = {"address_line_1": "1 Example Street", "admin_area_2": "Exampleton", "country_code": self.country}
        return {"name": {"full_name": self.name}, "address": address}


SEEDED = (
    Buyer("QYR5Z8XDVJNXQ", "mona@example.com", "Mona", "Ali", "EG"),
    Buyer("HADDAD4MAR2KL", "omar@example.com", "Omar", "Haddad", "JP"),
    Buyer("LYNNEV5TR4NDS", "lynne@example.com", "Lynne", "Strand", "DE"),
)
"""The first one pays when nobody else is named."""
