"""The platform as an app of Django's."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """Loads what acts on events; everything else comes with its address."""

    name = "examples.django_platform"
    label = "django_platform"
    verbose_name = "The platform"

    def ready(self) -> None:
        from examples.django_platform import attending, identity, payments, teachers  # noqa: F401
