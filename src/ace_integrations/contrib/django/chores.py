"""What waits in Django's database, as chores for `manage.py ace_relay`, a thread, or Celery."""

from collections.abc import Callable

from django.conf import settings as django_settings
from django.db import DEFAULT_DB_ALIAS, close_old_connections
from django.utils.module_loading import import_string

from ace_integrations.contrib.django.broadcasts import DjangoBroadcastQueue
from ace_integrations.contrib.django.current import get_ace
from ace_integrations.contrib.django.mails import DjangoMailQueue
from ace_integrations.contrib.django.privacy import DjangoErasures
from ace_integrations.contrib.django.usage import DjangoUsage
from ace_integrations.contrib.relay import Chore

CHORES = "ACE_CHORES"
"""The Django setting that names a function of yours which gives chores; `chores` helps it."""


def all_chores() -> tuple[Chore, ...]:
    """Give what the function that `settings.ACE_CHORES` names gives, else `chores()`.

    Raises:
        ImportError: there is no such function.
    """
    name = getattr(django_settings, CHORES, None)
    return tuple(import_string(name)()) if name else chores()


def chores(*, using: str = DEFAULT_DB_ALIAS) -> tuple[Chore, ...]:
    """Give what must be done again and again: mails, events, webhooks whose worker died, counts of use, erasures.

    Args:
        using: the alias of the database.
    """
    ace = get_ace()
    mails = DjangoMailQueue(using=using, clock=ace.clock)
    events = DjangoBroadcastQueue(using=using, clock=ace.clock)
    erasures = DjangoErasures(using=using, clock=ace.clock)
    found = [
        Chore("mails", 1.0, closing(lambda: mails.send_due(ace.mail))),
        Chore("webhooks", 5.0, closing(ace.webhooks.sweep)),
        Chore("usage", 5.0, closing(lambda: DjangoUsage(using=using).keep(ace.usage))),
        Chore("erasures", 5.0, closing(lambda: erasures.run_due(ace.privacy))),
    ]
    if ace.settings.realtime:
        found.append(Chore("broadcasts", 0.5, closing(lambda: events.send_due(ace.realtime))))
    return tuple(found)


def closing(do: Callable[[], object]) -> Callable[[], None]:
    """Give what does it with connections that are alive, as Django sees to for a request: for a chore of your own."""

    def done() -> None:
        close_old_connections()
        try:
            do()
        finally:
            close_old_connections()

    return done
