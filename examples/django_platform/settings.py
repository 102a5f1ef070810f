"""Settings of the platform. Keys of outside services stay in the environment, where the package reads them itself."""

import os
import secrets
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from ace_integrations.settings import Settings
from examples.shared.links import LEAST_KEY


def _secret_key() -> str:
    """Give SECRET_KEY; on the sandbox one for this process, whose sessions end with it."""
    given = os.environ.get("SECRET_KEY")
    if given:
        return given
    if not Settings().uses_sandbox:
        raise ImproperlyConfigured("SECRET_KEY is not set, and only the sandbox does without")
    return secrets.token_urlsafe(48)


def _links_secret() -> str:
    """Give PLATFORM_SECRET, which signs the links of mails; where it is not set, SECRET_KEY does."""
    given = os.environ.get("PLATFORM_SECRET") or SECRET_KEY
    if len(given.encode()) < LEAST_KEY:
        raise ImproperlyConfigured(f"PLATFORM_SECRET, or else SECRET_KEY, has {LEAST_KEY} bytes or more")
    return given


def _database(url: str) -> dict[str, Any]:
    """Read an address as in sqlite:///file or postgresql://user:password@host:5432/name."""
    parts = urlsplit(url)
    kind = parts.scheme.partition("+")[0]
    if kind == "sqlite":
        # The lock is taken at once: two transactions that read and then write would wait for each other in vain.
        options = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        }
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": unquote(parts.path[1:]), "OPTIONS": options}
    if kind != "postgresql":
        raise ImproperlyConfigured("DATABASE_URL is neither of SQLite nor of PostgreSQL")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
    }


PLATFORM_URL = os.environ.get("PLATFORM_URL", "http://127.0.0.1:8000")
"""Where browsers reach the platform."""

_IS_SECURE = PLATFORM_URL.startswith("https://")

DEBUG = False
SECRET_KEY = _secret_key()
PLATFORM_SECRET = _links_secret()
ALLOWED_HOSTS = list({"127.0.0.1", "localhost", "[::1]", urlsplit(PLATFORM_URL).hostname or ""} - {""})
APPEND_SLASH = False
ROOT_URLCONF = "examples.django_platform.urls"
WSGI_APPLICATION = "examples.django_platform.wsgi.application"
ACE_FACTORY = "examples.django_platform.services.make_ace"
ACE_CHORES = "examples.django_platform.chores.platform_chores"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "ace_integrations.contrib.django",
    "examples.django_platform",
]
MIDDLEWARE = [
    "examples.django_platform.middleware.page_headers",
    # It is this one that refuses other hosts' names.
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "examples.django_platform.middleware.counting",
    "examples.django_platform.middleware.answering",
]

DATABASES = {"default": _database(os.environ.get("DATABASE_URL", "sqlite:///platform.sqlite3"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "django_platform.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
CSRF_FAILURE_VIEW = "examples.django_platform.refusals.foreign_form"
SESSION_ENGINE = "examples.django_platform.sessions"
SESSION_COOKIE_NAME = "platform_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _IS_SECURE

# Behind a proxy that speaks TLS the origin that browsers send is not what this server sees itself as.
CSRF_TRUSTED_ORIGINS = [PLATFORM_URL]

LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

# Django's own way is to mail what failed to the admins of its settings.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # What a visitor did wrong is an answer and no event.
    "loggers": {name: {"level": "ERROR"} for name in ("django.request", "django.security")},
}

CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "")
