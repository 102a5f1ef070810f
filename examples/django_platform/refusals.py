"""Answers of Django's own refusals, in the words and shapes of the platform."""

from django.http import HttpRequest, HttpResponse, JsonResponse


def no_page(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that does not exist."""
    del request, exception
    return JsonResponse({"detail": "Not Found"}, status=404)


def foreign_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a write that no page of ours sent."""
    del request, reason
    return HttpResponse("This form belongs to another site.", status=403, content_type="text/plain")
