"""Sign-up, sign-in, and who is asking."""

from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.contrib import auth
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from ace_integrations.contrib.django import audit, get_ace
from ace_integrations.contrib.django.mails import DjangoMailQueue
from ace_integrations.events import EventBus
from examples.django_platform.models import User
from examples.shared.accounts import SignUp, user_key, welcome

bus = EventBus()
"""Tells the platform of what happened on it, in the transaction in which it did."""


@dataclass(frozen=True)
class AccountCreated:
    """Somebody signed up, from an IP address."""

    user: User
    address: str


def create_user(form: SignUp, *, address: str) -> User | None:
    """Add a user, and tell the platform in the same transaction; None when the e-mail address is taken."""
    user = User(name=form.name, email=form.email, role=form.role, company=form.company)
    user.set_password(form.password)
    with transaction.atomic():
        try:
            with transaction.atomic():
                user.save()
        except IntegrityError:
            return None
        bus.publish(AccountCreated(user, address))
    return user


def keep_admin(email: str, password: str) -> None:
    """Add the admin, or give the one who is there the password again; nobody signs up as one."""
    with transaction.atomic():
        found, is_new = User.objects.select_for_update().get_or_create(
            email=email.lower(), defaults={"name": "Admin", "role": "admin", "status": "active"}
        )
        # Set anew it would be another one to sessions, and sign the admin out whenever a worker starts.
        if is_new or (found.role == "admin" and not found.check_password(password)):
            found.set_password(password)
            found.save(update_fields=["password"])


@bus.on(AccountCreated)
def welcome_by_mail(event: AccountCreated, using: Any) -> None:
    """Let the new user be welcomed when the transaction commits."""
    del using
    DjangoMailQueue(clock=get_ace().clock).put(welcome(event.user, origin=settings.PLATFORM_URL))


@bus.on(AccountCreated)
def record(event: AccountCreated, using: Any) -> None:
    """Add a new account to the audit trail."""
    del using
    user, role = event.user, {"role": event.user.role}
    audit.write(get_ace().audit.event("account.created", user=user_key(user.pk), address=event.address, details=role))


def visitor(request: HttpRequest) -> User | None:
    """Give who asks; None for a stranger."""
    return cast("User", request.user) if request.user.is_authenticated else None


def check_password(request: HttpRequest, email: str, password: str) -> User | None:
    """Give the user of an address and password; as slow for an unknown address as for a wrong password."""
    return cast("User | None", auth.authenticate(request, email=email.strip().lower(), password=password))


def sign_in(request: HttpRequest, user: User) -> None:
    """Give the browser a new session; an older one of it is not kept alive, whoever it was of."""
    request.session.flush()
    auth.login(request, user, backend="django.contrib.auth.backends.ModelBackend")


def sign_out(request: HttpRequest) -> None:
    """End the browser's session."""
    auth.logout(request)
