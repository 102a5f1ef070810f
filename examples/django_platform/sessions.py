"""Sessions in the database that know whose they are: an account that is erased takes all of its own along."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from examples.django_platform.models import Login


class SessionStore(DatabaseStore):
    """What `settings.SESSION_ENGINE` names."""

    @classmethod
    def get_model_class(cls) -> type[Login]:
        return Login

    def create_model_instance(self, data: dict[str, Any]) -> Login:
        login: Login = super().create_model_instance(data)
        login.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return login
