"""What is done again and again: the package's chores, and the platform's own."""

from ace_integrations.contrib.django.chores import chores, closing
from ace_integrations.contrib.relay import Chore
from examples.django_platform import payments, refunds


def platform_chores() -> tuple[Chore, ...]:
    """Give what waits in the database, and payments that nobody spoke of any more; ACE_CHORES names this function."""
    return (*chores(), Chore("payments", 5.0, closing(_finish_payments)))


def _finish_payments() -> None:
    """Take up payments that nobody spoke of any more, and refunds whose answer was lost."""
    payments.look_again()
    refunds.send_again()
