"""What Mailgun's mails cost on the plan without a monthly fee."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from ace_integrations.usage.prices import Assumption, Price, PriceList, Scenario

MAILS_A_USER, MAILS_A_CLASS = 4, 20


def _assume(scenario: Scenario) -> Sequence[Assumption]:
    mails = MAILS_A_USER * scenario.users + MAILS_A_CLASS * scenario.classes
    return (Assumption("mail", Decimal(mails), f"{MAILS_A_USER} mails a user, {MAILS_A_CLASS} reminders a class"),)


PRICES = PriceList(
    as_of=date(2025, 12, 1),
    source="mailgun.md §5",
    prices={"mail": Price(Decimal("0.002"))},
    bills={"send": "mail", "send_batch": "mail", "send_mime": "mail"},
    assume=_assume,
)
