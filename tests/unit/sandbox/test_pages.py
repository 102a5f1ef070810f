"""The frame of hosted pages."""

import re
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment, PackageLoader, StrictUndefined
from jinja2.loaders import ChoiceLoader

from ace_integrations.sandbox.pages import STATIC, render_page

PAGE = """{% extends "hosted.html" %}
{% block card %}<h1>{{ heading }}</h1>{{ parts.badge("3-D Secure", "warn") }}{% endblock %}
{% block outcomes %}<form method="post">{{ parts.outcome("Approve", "approve", "primary") }}</form>{% endblock %}"""


@pytest.fixture
def pages() -> Environment:
    loader = ChoiceLoader([DictLoader({"page.html": PAGE}), PackageLoader("ace_integrations.sandbox")])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)


def render(pages: Environment, **options) -> tuple[str, str]:
    options = {"service": "Example", "context": {"heading": "Hello"}, **options}
    response = render_page(pages, "page.html", **options)
    return bytes(response.body).decode(), response.headers["content-security-policy"]


def test_the_bar_names_the_imitated_service_in_words(pages):
    html, _ = render(pages)
    assert re.search(r"imitates</strong> <bdi>Example</bdi>", html)


def test_an_arabic_page_reads_from_the_right(pages):
    html, _ = render(pages, lang="ar")
    assert '<html lang="ar" dir="rtl">' in html


def test_what_a_context_brings_is_escaped(pages):
    html, _ = render(pages, context={"heading": "<script>alert(1)</script>"})
    assert "<script>" not in html


def test_a_form_of_the_page_keeps_its_origin_which_the_sandbox_asks_for(pages):
    response = render_page(pages, "page.html", service="Example", context={"heading": "Hello"})
    assert response.headers["referrer-policy"] == "same-origin"


def test_without_a_decision_there_is_no_panel(pages):
    html, _ = render(pages, panel=False)
    assert 'id="decide"' not in html


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("http://127.0.0.1:8000/kyc/done?x=1", "http://127.0.0.1:8000"),
        ("https://app.example.com/done", "https://app.example.com"),
        ("myapp://done", "myapp:"),
        ("javascript:alert(1)", ""),
    ],
)
def test_a_form_may_end_where_the_page_leads_and_nowhere_else(pages, address, source):
    _, policy = render(pages, leads_to=[address])
    assert re.search(r"form-action ([^;]*)", policy).group(1) == f"'self' {source}".strip()


def test_an_address_cannot_add_a_directive(pages):
    _, policy = render(pages, leads_to=["http://127.0.0.1:8000;script-src *"])
    assert "script-src *" not in policy


def test_the_style_sheet_uses_logical_properties_only():
    css = Path(STATIC / "hosted.css").read_text()
    assert not re.search(r"\b(?:left|right)\b", css)


def test_the_style_sheet_is_served_to_every_page(ace_sandbox):
    import httpx

    answer = httpx.get(f"{ace_sandbox.url}/static/hosted.css")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
