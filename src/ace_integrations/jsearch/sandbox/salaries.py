"""The salary endpoints: a fixed table by occupation and place. Pure."""

from dataclasses import dataclass
from typing import Any

from ace_integrations.jsearch.sandbox.occupations import OCCUPATIONS
from ace_integrations.jsearch.sandbox.parameters import Query, one_of, required
from ace_integrations.jsearch.sandbox.places import COUNTRIES
from ace_integrations.jsearch.sandbox.search import fold

Row = dict[str, Any]

YEARS = {
    "ALL": 1.0,
    "LESS_THAN_ONE": 0.5,
    "ONE_TO_THREE": 0.75,
    "FOUR_TO_SIX": 1.0,
    "SEVEN_TO_NINE": 1.25,
    "TEN_TO_FOURTEEN": 1.5,
    "ABOVE_FIFTEEN": 1.75,
}
"""What experience makes of a salary."""

KINDS = ("ANY", "CITY", "STATE", "COUNTRY")
NOBODY_KNOWS = "nodata"
"""A company whose answer holds a text in place of an object."""

_MEASURE = {
    "min_salary": 180_000.0,
    "max_salary": 420_000.0,
    "median_salary": 282_000.5,
    "min_base_salary": 160_000.0,
    "max_base_salary": 360_000.0,
    "median_base_salary": 248_000.0,
    "min_additional_pay": 20_000.0,
    "max_additional_pay": 60_000.0,
    "median_additional_pay": 34_000.5,
}
"""A year of an occupation that pays 22 thousand EGP a month, in Cairo."""

_MEASURED_PAY = 22
_OF_A_CURRENCY = {"EGP": 1.0, "SAR": 0.6, "AED": 0.6, "QAR": 0.6, "KWD": 0.05, "USD": 0.4, "GBP": 0.2, "EUR": 0.2}


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    kind: str
    currency: str


def _places() -> dict[str, _Place]:
    found: dict[str, _Place] = {}
    for country in COUNTRIES:
        names = [(country.name.en, "COUNTRY"), (country.name.ar, "COUNTRY")]
        for city in country.cities:
            names += [(city.state, "STATE"), (city.name.en, "CITY"), (city.name.ar, "CITY")]
        found |= {fold(name): _Place(name, kind, country.currency) for name, kind in names if name}
    return found


_PLACES = _places()
_PAY = {fold(name): occupation.pay for occupation in OCCUPATIONS for name in (occupation.title.en, occupation.title.ar)}
_COMPANIES = {
    fold(name): country.name.en
    # Backwards, so that one of several countries is at home in the first.
    for country in reversed(COUNTRIES)
    for employer in country.employers
    for name in (employer.en, employer.ar)
}


def estimated(query: Query) -> tuple[Row, list[Any]]:
    """Give the parameters as they were understood, and what an occupation earns at a place.

    Raises:
        RefusedError: a parameter is missing, or cannot be.
    """
    title, location = required(query, "job_title"), required(query, "location")
    kind, years = _kind(query), _years(query)
    echo = {
        "job_title": title,
        "location": location,
        "location_type": kind,
        "years_of_experience": years if "years_of_experience" in query else None,
    }
    found = _found(title, location, kind, years)
    about = {"publisher_name": "Glassdoor", "publisher_link": "https://salaries.example/"}
    return echo, [{**row, **about, "confidence": "CONFIDENT"} for row in found]


def at_company(query: Query) -> list[Any]:
    """Give what an occupation earns at one of the invented employers.

    Raises:
        RefusedError: a parameter is missing, or cannot be.
    """
    company, title = required(query, "company"), required(query, "job_title")
    kind, years = _kind(query), _years(query)
    if fold(company) == NOBODY_KNOWS:
        return ["3"]
    home = _COMPANIES.get(fold(company))
    if home is None:
        return []
    rows = _found(title, query.get("location", "") or home, kind, years)
    return [{**row, "company": company, "confidence": "CONFIDENT"} for row in rows]


def _kind(query: Query) -> str:
    return one_of(query, "location_type", KINDS, default="ANY")


def _years(query: Query) -> str:
    return one_of(query, "years_of_experience", tuple(YEARS), default="ALL")


def _found(title: str, location: str, kind: str, years: str) -> list[Row]:
    place, pay = _PLACES.get(fold(location).strip()), _PAY.get(fold(title).strip())
    if place is None or pay is None or kind not in ("ANY", place.kind):
        return []
    factor = pay / _MEASURED_PAY * _OF_A_CURRENCY[place.currency] * YEARS[years]
    return [
        {
            "location": place.name,
            "job_title": title.title(),
            **{name: _number(amount * factor) for name, amount in _MEASURE.items()},
            "salary_period": "YEAR",
            "salary_currency": place.currency,
            "salary_count": 60,
            "salaries_updated_at": "2026-06-06T23:59:59.000Z",
        }
    ]


def _number(amount: float) -> float | int:
    rounded = round(amount, 2)
    return int(rounded) if rounded == int(rounded) else rounded
