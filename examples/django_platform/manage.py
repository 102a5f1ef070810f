"""Django's command line for the platform: `python -m examples.django_platform.manage migrate`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examples.django_platform.settings")
    execute_from_command_line(sys.argv)
