"""The board of jobs for scripts: `GET /api/jobs`. What was asked, and how the answer went, is shared with the pages."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from pydantic import ValidationError

from ace_integrations import InvalidInputError, InvalidRequestError
from ace_integrations.contrib.django import get_ace
from ace_integrations.jobs import SearchResult
from examples.django_platform.answering import not_understood
from examples.shared.searching import Asked, asked_of, headers_of, refused, shown_of


def jobs(request: HttpRequest) -> HttpResponse:
    """Find postings: the platform's own first, then those from outside, each newest first and each job once.

    A service that fails leaves the platform's own; the header `X-Jobs-External` says why.
    """
    try:
        asked = asked_of(request.GET)
    except ValidationError as error:
        raise not_understood(error) from None
    try:
        found = search(asked)
    except (InvalidInputError, InvalidRequestError) as error:
        return JsonResponse(refused(error, asked), status=422)
    postings = [posting.public() for posting in found.postings]
    return JsonResponse(postings, safe=False, headers=headers_of(found.meta))


def search(asked: Asked) -> SearchResult:
    """Search as asked.

    Raises:
        InvalidInputError: a field means nothing.
        InvalidRequestError: the service refuses the question; an old cursor for one.
    """
    return shown_of(get_ace().jobs.search(asked.filters, job_source=asked.job_source, cursor=asked.cursor), asked)
