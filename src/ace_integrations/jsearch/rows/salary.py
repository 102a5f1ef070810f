"""What a job pays. Source: jsearch.md §4.1, rule S."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ace_integrations.jobs.posting import SalaryPeriod
from ace_integrations.jsearch.rows.number import WESTERN, read_amount

Amount = int | float

A_YEAR: Final[Mapping[SalaryPeriod, int]] = {
    SalaryPeriod.HOUR: 2080,
    SalaryPeriod.DAY: 260,
    SalaryPeriod.WEEK: 52,
    SalaryPeriod.MONTH: 12,
    SalaryPeriod.YEAR: 1,
}
"""How many of each a full year of work has."""


@dataclass(frozen=True, slots=True)
class Salary:
    """What is paid, in the unit of its period; the lowest is never above the highest."""

    lowest: Amount | None = None
    highest: Amount | None = None
    period: SalaryPeriod | None = None
    currency: str | None = None

    def by_year(self) -> "Salary":
        """Give it for a year of full-time work; as it is where the period is not known."""
        if self.period is None:
            return self
        times = A_YEAR[self.period]
        return Salary(_times(self.lowest, times), _times(self.highest, times), SalaryPeriod.YEAR, self.currency)


NOTHING = Salary()


def read_salary(row: Mapping[str, Any]) -> Salary:
    """Read the salary of a row: from its numbers, else from its text."""
    lowest, highest = read_amount(row.get("job_min_salary")), read_amount(row.get("job_max_salary"))
    text = _text_of(row)
    if lowest is None and highest is None:
        lowest, highest = _from_text(text) if text else (None, None)
    if lowest is None and highest is None and not isinstance(row.get("job_salary"), str):
        lowest = highest = read_amount(row.get("job_salary"))
    if lowest is None and highest is None:
        return NOTHING
    if lowest is not None and highest is not None and lowest > highest:
        lowest, highest = highest, lowest
    return Salary(lowest, highest, _period(row.get("job_salary_period"), text), _currency(row, text))


def _text_of(row: Mapping[str, Any]) -> str:
    for field in ("job_salary_string", "job_salary"):
        text = row.get(field)
        if isinstance(text, str) and text.strip():
            return text[:200].translate(WESTERN).casefold()
    return ""


_AMOUNT = re.compile(r"([0-9]+(?:[.,][0-9]+)*)\s?(ألف|الف|مليون|[km](?!\w))?")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
_TIMES = {"": 1, "k": 1000, "ألف": 1000, "الف": 1000, "m": 1_000_000, "مليون": 1_000_000}
_AT_MOST = re.compile(r"up to|حتى|bis zu|hasta|jusqu|fino a|maximum")
_AT_LEAST = re.compile(r"from|\+|\bمن\b|\bab\b|desde|à partir|a partire|at least|minimum")


def _from_text(text: str) -> tuple[Amount | None, Amount | None]:
    found = _AMOUNT.findall(text)[:2]
    if not found:
        return None, None
    amounts = [_amount(digits, suffix) for digits, suffix in found]
    if len(found) == 2:
        first, second = amounts
        if not found[0][1] and found[1][1] and first is not None and first < 1000:
            first = _amount(found[0][0], found[1][1])
        return first, second
    if _AT_MOST.search(text):
        return None, amounts[0]
    return amounts[0], None if _AT_LEAST.search(text) else amounts[0]


def _amount(digits: str, suffix: str) -> Amount | None:
    # A dot before exactly three digits stands between thousands: no board pays a thousandth.
    plain = digits.replace(".", "") if _THOUSANDS.fullmatch(digits) else digits
    amount = read_amount(plain)
    return None if amount is None else read_amount(amount * _TIMES[suffix])


_PERIODS = (
    (SalaryPeriod.HOUR, re.compile(r"hour|\bhr\b|/h\b|ساعة|stunde|\bhora|heure|\bora\b")),
    (SalaryPeriod.DAY, re.compile(r"\bday|daily|يوم|\btag\b|\bdía|\bdia\b|\bjour|giorno")),
    (SalaryPeriod.WEEK, re.compile(r"week|أسبوع|اسبوع|woche|semana|semaine|settimana")),
    (SalaryPeriod.MONTH, re.compile(r"month|شهر|monat|\bmes\b|mensual|\bmois\b|\bmese\b")),
    (SalaryPeriod.YEAR, re.compile(r"year|annual|annum|\byr\b|سنة|سنوي|jahr|\baño|\ban\b|annuel|\banno\b")),
)


def read_period(field: object) -> SalaryPeriod | None:
    """Read the service's word for a period; None for one that is not known."""
    return SalaryPeriod.__members__.get(field.upper()) if isinstance(field, str) else None


def _period(field: object, text: str) -> SalaryPeriod | None:
    found = read_period(field)
    return found or next((period for period, words in _PERIODS if words.search(text)), None)


_CODE = re.compile(r"\b(egp|sar|aed|qar|kwd|bhd|omr|jod|mad|usd|eur|gbp|inr|cad|aud|sgd|chf)\b")
_SIGNS = (
    ("EGP", re.compile(r"e£|ج\.?\s?م|جنيه|\ble\b")),
    ("SAR", re.compile(r"ريال سعودي|ر\.س")),
    ("AED", re.compile("درهم")),
    ("USD", re.compile(r"us ?\$")),
    ("EUR", re.compile("€")),
    ("INR", re.compile("₹")),
    ("GBP", re.compile("£")),
)
_DOLLAR = re.compile(r"(?<![a-z])\$")


def _currency(row: Mapping[str, Any], text: str) -> str | None:
    field = row.get("job_salary_currency")
    if isinstance(field, str) and len(field) == 3 and field.isascii() and field.isalpha():
        return field.upper()
    if not text:
        return None
    if code := _CODE.search(text):
        return code[1].upper()
    sign = next((currency for currency, words in _SIGNS if words.search(text)), None)
    if sign is None and _DOLLAR.search(text) and row.get("job_country") in ("US", "us", "United States"):
        return "USD"
    return sign


def _times(amount: Amount | None, times: int) -> Amount | None:
    return None if amount is None else read_amount(amount * times)
