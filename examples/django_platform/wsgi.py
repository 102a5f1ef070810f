"""The platform for a WSGI server: `gunicorn examples.django_platform.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examples.django_platform.settings")
application = get_wsgi_application()
