"""One's own account: which mails come, everything that is stored to take along, and its end."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from ace_integrations.contrib.django import audit, get_ace
from ace_integrations.contrib.django.privacy import DjangoErasures
from ace_integrations.contrib.django.views import client_address, throttled
from examples.django_platform import accounts, personal
from examples.django_platform.answering import AnsweredError, go, typed, visiting
from examples.django_platform.models import User
from examples.django_platform.rendering import page
from examples.django_platform.services import now
from examples.shared.accounts import user_key
from examples.shared.personal import KEPT, OWN_ACCOUNT, as_file, known_as


@visiting
def account(request: HttpRequest, user: User) -> HttpResponse:
    """Show what may be done with an account."""
    del user
    return _shown(request)


@visiting
def choose_mails(request: HttpRequest, user: User) -> HttpResponse:
    """Let mails of new jobs come, or not."""
    User.objects.filter(pk=user.pk).update(job_mails=bool(request.POST.get("job_mails")))
    return go("/account")


@visiting
def download(request: HttpRequest, user: User) -> HttpResponse:
    """Give everything that is stored about somebody, here and at the services, as a file.

    A service that does not answer is named in it.
    """
    del request
    ace = get_ace()
    names = known_as(ace, user)
    services = ace.privacy.export(personal.subject_of(user, known_as=names)).model_dump(mode="json")
    text, headers = as_file({**personal.held(user, known_as=names), "services": services})
    return HttpResponse(text, content_type="application/json", headers=headers)


@throttled("login")
@visiting
def erase(request: HttpRequest, user: User) -> HttpResponse:
    """Erase an account, once its password was given again; every browser is signed out.

    The services are asked from a ledger, each until it has done its part: what is erased here waits for none of them.

    The admin's comes from the platform's configuration, and would be there again at the next start.
    """
    if user.role == "admin":
        raise AnsweredError(403, OWN_ACCOUNT)
    if accounts.check_password(request, user.email, typed(request, "password")["password"]) is None:
        return _shown(request, status=422)
    services = _erased(user, address=client_address(request))
    accounts.sign_out(request)
    return page(request, "account_erased.html", user=None, kept=KEPT, services=services)


def _erased(user: User, *, address: str) -> tuple[str, ...]:
    """Erase it in one transaction; give the services that are asked to do their part."""
    ace = get_ace()
    names = known_as(ace, user)
    with transaction.atomic():
        subject = personal.subject_of(user, known_as=names)
        services = ace.privacy.services(subject)
        DjangoErasures(clock=ace.clock).put(subject, services=services)
        personal.erase(user, known_as=names, at=now())
        audit.write(ace.audit.event("account.erased", user=user_key(user.pk), address=address))
    return services


def _shown(request: HttpRequest, *, status: int = 200) -> HttpResponse:
    return page(request, "account.html", status, kept=KEPT, wrong=status == 422)
