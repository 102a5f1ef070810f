"""Django: an app whose models keep what must commit with your own rows. Extra: `django`. Django 5.2 and later.

    INSTALLED_APPS = ["ace_integrations.contrib.django", ...]

`get_ace()` is the process's `Ace`. Webhooks come by `urls.webhook_urls`, mails go by `email.EmailBackend` or wait in
`mails.DjangoMailQueue`, and `manage.py ace_relay` sends what waits.
"""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.contrib.django.current import build_ace, get_ace

__all__ = ["build_ace", "get_ace"]

__getattr__ = lazy(__name__, dict.fromkeys(__all__, "current"))
