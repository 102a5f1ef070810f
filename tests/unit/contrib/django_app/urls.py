"""The addresses of the tests' project."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path

from ace_integrations.contrib.django.urls import health_url, realtime_urls, webhook_urls
from ace_integrations.contrib.django.views import throttled
from ace_integrations.realtime import ChannelRules, Member

rules = ChannelRules[Any]()


@rules.on("private-user.{id}")
def own(user: Any, *, id: str) -> Member | None:
    return Member(id) if str(user.pk) == id else None


@throttled("ai")
def advice(request: HttpRequest) -> HttpResponse:
    return HttpResponse("advice")


urlpatterns = [
    *webhook_urls("didit", "stripe", "mailgun", refused_status={"stripe": 403}),
    *realtime_urls(rules, member=lambda user: Member(str(user.pk))),
    health_url(),
    path("advice", advice),
    path("admin/", admin.site.urls),
]
