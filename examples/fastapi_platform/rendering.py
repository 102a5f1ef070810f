"""Templates into answers: the language of the visitor, and how amounts are written in it."""

import time
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from ace_integrations.payments import Money
from ace_integrations.payments.rates import Rate
from examples.fastapi_platform.tables import User
from examples.shared import TEMPLATES
from examples.shared.messages import Language, plural, say

_templates = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(default=True), trim_blocks=True, lstrip_blocks=True
)


def language_of(request: Request) -> Language:
    """Give the language that the visitor chose."""
    return "ar" if request.cookies.get("lang") == "ar" else "en"


def page(request: Request, template: str, user: User | None, status: int = 200, **values: Any) -> Response:
    """Render a page for a visitor."""
    language = language_of(request)
    html = _templates.get_template(template).render(
        user=user,
        language=language,
        direction="rtl" if language == "ar" else "ltr",
        path=request.url.path,
        say=lambda key, **given: say(key, language, **given),
        plural=lambda stem, count: plural(stem, count, language),
        money=lambda amount: money(amount, language),
        rate=lambda shown: rate(shown, language),
        pick=lambda thing, field: getattr(thing, f"{field}_{language}"),
        year=time.gmtime().tm_year,
        **values,
    )
    return HTMLResponse(html, status)


def money(amount: Money, language: Language) -> Markup:
    """Write an amount isolated from the text around it; Latin digits in both languages."""
    written = f"{amount.amount:,.2f}" if amount.amount.as_tuple().exponent else f"{amount.amount:,}"
    return _signed(written, amount.currency, language)


def rate(shown: Rate, language: Language) -> Markup:
    """Write what one unit of a rate's base is worth, with every digit of it."""
    one, worth = _signed("1", shown.base, language), _signed(f"{shown.value:,f}", shown.quote, language)
    return Markup("{} = {}").format(one, worth)


def _signed(written: str, currency: str, language: Language) -> Markup:
    signs = {"EGP": ("EGP ", "ج.م."), "USD": ("$", "US$")}
    before, after = signs.get(currency, (f"{currency} ", currency))
    return Markup("<bdi>{}</bdi>").format(f"{before}{written}" if language == "en" else f"{written} {after}")
