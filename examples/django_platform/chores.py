"""What is done again and again: the package's chores, and the platform's own."""

from ace_integrations.contrib.django import get_ace
from ace_integrations.contrib.django.chores import chores, closing
from ace_integrations.contrib.django.store import DjangoStore
from ace_integrations.contrib.relay import Chore
from examples.django_platform import classes, payments, refunds, telling


def platform_chores() -> tuple[Chore, ...]:
    """Give what waits in the database, and payments that nobody spoke of any more; ACE_CHORES names this function."""
    own = (
        Chore("payments", 5.0, closing(_finish_payments)),
        Chore("classes", 5.0, closing(_finish_classes)),
        Chore("prunes", 3600.0, closing(_prune)),
    )
    return (*chores(), *own)


def _finish_payments() -> None:
    """Take up payments that nobody spoke of any more, and refunds whose answer was lost."""
    payments.look_again()
    refunds.send_again()


def _finish_classes() -> None:
    """End what nobody ended, close what could not be closed, and forget what is no news any more."""
    classes.end_overdue()
    classes.close_rooms()
    telling.forget_old_news()


def _prune() -> None:
    """Forget webhooks that nobody can send again."""
    DjangoStore().prune(clock=get_ace().clock)
