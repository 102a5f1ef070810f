"""The Django app: `INSTALLED_APPS = ["ace_integrations.contrib.django", ...]`."""

from django.apps import AppConfig
from django.core.checks import register


class AceConfig(AppConfig):
    """Registers the checks; asks no service and reads no key."""

    name = "ace_integrations.contrib.django"
    label = "ace"
    verbose_name = "Outside services"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ace_integrations.contrib.django.checks import check_services

        register(check_services, "ace")
