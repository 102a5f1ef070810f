"""What a posting says in its own language: title, place, description, highlights. Pure."""

from collections.abc import Mapping, Sequence

from ace_integrations.jsearch.sandbox.corpus import Job, Pay
from ace_integrations.jsearch.sandbox.occupations import DUTIES
from ace_integrations.jsearch.sandbox.words import Said, arabic_digits

ANYWHERE = "Anywhere"
"""Told in English whatever the posting's language."""

_Part = tuple[str, Sequence[str]]
"""A head, and the points below it."""

_INSURANCE = Said("Health insurance", "تأمين صحي")
_LEVELS = ((6, Said("Senior {}", "{} أول")), (1, Said("{}", "{}")), (0, Said("Junior {}", "{} مبتدئ")))
_SIGNS = {"USD": "$", "GBP": "£", "EUR": "€"}


def title(job: Job) -> str:
    """Give the title, with its level, and with "remote" where only the title says so."""
    named = job.occupation.title.told(arabic=job.is_arabic)
    if "INTERN" in job.types:
        named = f"متدرب {named}" if job.is_arabic else f"{named} Intern"
    else:
        named = next(level for years, level in _LEVELS if job.years >= years).told(arabic=job.is_arabic).format(named)
    if job.country.code == "de":
        named += " (m/w/d)"
    if job.remote == "titled":
        named += " (عن بعد)" if job.is_arabic else " - Remote"
    return named


def place(job: Job) -> str:
    """Give the text of the place, without a publisher."""
    if job.city is None:
        return ANYWHERE
    city = job.city.name.told(arabic=job.is_arabic)
    if job.city.state_code:
        return f"{city}, {job.city.state_code}"
    return city if job.is_glued else f"{city}, {job.country.name.told(arabic=job.is_arabic)}"


def experience(job: Job) -> str:
    """Say how many years are asked for."""
    skill = job.occupation.skills[0]
    if job.is_arabic:
        return _experience_in_arabic(job.years, skill)
    if job.years <= 1:
        return f"1 year of experience with {skill}" if job.years else "No experience required"
    return f"{job.years}+ years of experience with {skill}"


def _experience_in_arabic(years: int, skill: str) -> str:
    count = arabic_digits(str(years))
    if years <= 2:
        return f"خبرة {count} سنة في {skill}" if years else "لا تشترط الخبرة"
    return f"خبرة لا تقل عن {count} سنوات في {skill}"


def degree(job: Job) -> str:
    """Say whether a degree is asked for."""
    if job.is_arabic:
        return "مؤهل جامعي في مجال مناسب" if job.needs_degree else "لا يشترط مؤهل جامعي"
    return "A degree in a related field" if job.needs_degree else "No degree needed"


def duties(job: Job) -> list[str]:
    """Say what there is to do."""
    return [duty.told(arabic=job.is_arabic) for duty in DUTIES[job.occupation.field]]


def benefits(job: Job) -> list[str]:
    """Say what the employer gives beside pay."""
    return [_INSURANCE.told(arabic=job.is_arabic)]


def highlights(job: Job) -> Mapping[str, Sequence[str]]:
    """Give the lists below their names, which are English in every language; nothing for most postings."""
    if not job.has_highlights:
        return {}
    asked = [experience(job), degree(job)]
    return {"Qualifications": asked, "Responsibilities": duties(job), "Benefits": benefits(job)}


def description(job: Job) -> str:
    """Give the whole text, plain; a few postings come as HTML."""
    skills = ("، " if job.is_arabic else ", ").join(job.occupation.skills)
    intro, work, asked, known, close = _ARABIC if job.is_arabic else _ENGLISH
    parts: list[_Part] = [
        (intro.format(employer=job.name(), title=title(job), place=place(job)), []),
        (work, duties(job)),
        (asked, [experience(job), known.format(skills=skills), degree(job)]),
        (close, benefits(job)),
    ]
    return _as_html(parts) if job.is_marked_up else _as_text(parts)


_ENGLISH = (
    "{employer} is looking for: {title}. Place: {place}.",
    "What you will do",
    "What we ask for",
    "Knows {skills}",
    "What we give",
)
_ARABIC = (
    "تبحث {employer} عن: {title}. المكان: {place}.",
    "المهام",
    "المتطلبات",
    "إجادة {skills}",
    "المزايا",
)


def _as_text(parts: Sequence[_Part]) -> str:
    return "\n\n".join("\n".join([head, *(f"• {point}" for point in points)]) for head, points in parts)


def _as_html(parts: Sequence[_Part]) -> str:
    return "".join(
        f"<p>{head}</p>" + (f"<ul>{''.join(f'<li>{point}</li>' for point in points)}</ul>" if points else "")
        for head, points in parts
    )


def salary(job: Job, pay: Pay, language: str) -> str:
    """Give pay in words, the currency only as a sign: "$125K-$175K a year", "EGP 15,000 - EGP 21,000 a month"."""
    if job.country.currency == "EGP" and language == "ar":
        return f"{arabic_digits(f'{pay.low:,.0f} - {pay.high:,.0f}')} جنيه شهريا"
    sign = _SIGNS.get(job.country.currency, f"{job.country.currency} ")
    match pay.period:
        case "YEAR":
            return f"{sign}{pay.low / 1000:g}K-{sign}{pay.high / 1000:g}K a year"
        case "HOUR":
            return f"{sign}{pay.low:g} - {sign}{pay.high:g} an hour"
        case _:
            return f"{sign}{pay.low:,.0f} - {sign}{pay.high:,.0f} a month"
