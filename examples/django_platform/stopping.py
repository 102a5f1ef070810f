"""Where a mail of a new job leads who wants no more of them: at once by one click, without a sign-in."""

from django.http import HttpRequest, HttpResponse

from examples.django_platform.answering import AnsweredError
from examples.django_platform.models import User
from examples.django_platform.rendering import page
from examples.django_platform.services import links
from examples.shared.accounts import user_key
from examples.shared.suggesting import STOP


def ask(request: HttpRequest, token: str) -> HttpResponse:
    """Only ask: whatever looks at mails for viruses follows links."""
    _reader(token)
    return page(request, "unsubscribe.html", user=None, token=token, done=False)


def stop(request: HttpRequest, token: str) -> HttpResponse:
    """End the mails of new jobs."""
    User.objects.filter(pk=_reader(token)).update(job_mails=False)
    return page(request, "unsubscribe.html", user=None, token=token, done=True)


def counted_for(request: HttpRequest) -> str:
    """Give whom a request is counted for: a mail service sends those of many readers from one address."""
    match = request.resolver_match
    return user_key(_reader(match.kwargs["token"] if match else ""))


def _reader(token: str) -> int:
    """Give whose link this is."""
    number = links().read(STOP, token)
    if number is None:
        raise AnsweredError(404, "This link is not valid.")
    return number
