"""What is done again and again, by Celery: `celery -A examples.django_platform.celery worker --beat`."""

import os

import django
from celery import Celery
from django.conf import settings

from ace_integrations.contrib.celery import register

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examples.django_platform.settings")
django.setup()

from ace_integrations.contrib.django.chores import all_chores  # noqa: E402 - reads models, which Django must know first

app = Celery("platform", broker=settings.CELERY_BROKER_URL or None)
register(app, all_chores())
