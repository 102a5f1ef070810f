"""Templates into pages: the words of the visitor's language, and how amounts are written in it."""

import time
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from ace_integrations import Ace, AsyncAce
from ace_integrations.jobs import JobPosting
from ace_integrations.payments import Money
from ace_integrations.payments.rates import Rate
from examples.shared import TEMPLATES
from examples.shared.messages import Language, plural, say
from examples.shared.notices import NOTICES, side_of

_templates = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(default=True), trim_blocks=True, lstrip_blocks=True
)
_templates.globals.update(notices=NOTICES, side_of=side_of)


def render(template: str, *, ace: Ace | AsyncAce, language: Language, address: str, **values: Any) -> str:
    """Fill a page in.

    Args:
        address: the path, and what the same page is asked for with.
    """
    return _templates.get_template(template).render(
        language=language,
        direction="rtl" if language == "ar" else "ltr",
        path=address.partition("?")[0],
        address=address,
        has_advisor=bool(ace.settings.ai),
        has_classes=bool(ace.settings.video),
        say=lambda key, **given: say(key, language, **given),
        plural=lambda stem, count: plural(stem, count, language),
        money=lambda amount: money(amount, language),
        rate=lambda shown: rate(shown, language),
        salary=lambda posting: salary(posting, language),
        pick=lambda thing, field: getattr(thing, f"{field}_{language}"),
        year=time.gmtime().tm_year,
        **values,
    )


def money(amount: Money, language: Language) -> Markup:
    """Write an amount isolated from the text around it; Latin digits in both languages."""
    written = f"{amount.amount:,.2f}" if amount.amount.as_tuple().exponent else f"{amount.amount:,}"
    return _signed(written, amount.currency, language)


def rate(shown: Rate, language: Language) -> Markup:
    """Write what one unit of a rate's base is worth, with every digit of it."""
    one, worth = _signed("1", shown.base, language), _signed(f"{shown.value:,f}", shown.quote, language)
    return Markup("{} = {}").format(one, worth)


def salary(posting: JobPosting, language: Language) -> Markup | None:
    """Write what a job pays in a time; None where its posting does not say."""
    ends = dict.fromkeys(_counted(one) for one in (posting.salary_min, posting.salary_max) if one is not None)
    if not ends:
        return None
    paid = _signed("–".join(ends), posting.salary_currency or "", language)
    if posting.salary_period is None:
        return paid
    return Markup("{} {}").format(paid, say(f"per_{posting.salary_period.lower()}", language))


def _counted(number: float) -> str:
    return f"{number:,.0f}" if number == round(number) else f"{number:,.2f}"


def _signed(written: str, currency: str, language: Language) -> Markup:
    signs = {"EGP": ("EGP ", "ج.م."), "USD": ("$", "US$")}
    before, after = signs.get(currency, (f"{currency} ", currency))
    return Markup("<bdi>{}</bdi>").format((f"{before}{written}" if language == "en" else f"{written} {after}").strip())
