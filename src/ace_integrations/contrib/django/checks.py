"""What `manage.py check` finds: keys that are missing or contradict each other, and Django's settings around them."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils.module_loading import import_string

from ace_integrations.contrib.django.chores import CHORES
from ace_integrations.contrib.django.current import FACTORY, get_ace
from ace_integrations.errors import ConfigurationError
from ace_integrations.webhooks.receiver import LARGEST_BODY


def check_services(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """Check what is switched on; no service is asked."""
    del app_configs
    return list(_found())


def _found() -> Iterator[CheckMessage]:
    try:
        ace = get_ace()
        ace.check()
    except ConfigurationError as error:
        yield from (
            Error(problem, hint="ace doctor --env shows every variable", id="ace.E001") for problem in error.problems
        )
        return
    except ImportError as error:
        yield Error(f"{FACTORY} names no function: {error}", id="ace.E002")
        return
    if (chores := getattr(django_settings, CHORES, None)) and not _is_there(chores):
        yield Error(f"{CHORES} names no function", id="ace.E002")
    if django_settings.DEBUG and ace.settings.env == "production":
        yield Error("DEBUG is on while ACE_ENV is production", hint="an error page shows settings", id="ace.E003")
    largest = django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if largest is not None and largest < LARGEST_BODY:
        yield Warning(
            f"DATA_UPLOAD_MAX_MEMORY_SIZE is below {LARGEST_BODY}: longer webhooks are refused", id="ace.W001"
        )


def _is_there(name: str) -> bool:
    try:
        import_string(name)
    except ImportError:
        return False
    return True
