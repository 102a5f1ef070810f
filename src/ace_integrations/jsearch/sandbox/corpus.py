"""Six hundred invented postings, the same in every sandbox: which they are is decided by hashes, never by chance."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Literal

from ace_integrations.jsearch.sandbox.occupations import OCCUPATIONS, Occupation
from ace_integrations.jsearch.sandbox.places import COUNTRIES, OWN_SITE, City, Country
from ace_integrations.jsearch.sandbox.words import DAY_S, HOUR_S, Said

SEED = 20261125
SIZE = 600
OLDEST_S = 60 * DAY_S
_HOURS = OLDEST_S // HOUR_S

Remote = Literal["yes", "titled", "unsaid", "no"]
"""Whether a posting is remote, says so in its title only, or does not tell the service."""

_DOCID = re.compile(r"[A-Za-z0-9_-]{22}==")
_SHARES = tuple(accumulate(country.share for country in COUNTRIES))


def pick(index: int, salt: str, below: int) -> int:
    """Give a number from 0 up to `below` that one posting always has for one purpose."""
    digest = hashlib.sha256(f"{SEED}:{index}:{salt}".encode()).hexdigest()
    return int(digest[:8], 16) % below


def docid_of(index: int) -> str:
    """Give what Google calls a posting: 16 bytes in URL-safe base64, of which the last four are zero."""
    digest = hashlib.sha256(f"{SEED}:{index}:doc".encode()).digest()
    return base64.urlsafe_b64encode(digest[:12] + bytes(4)).decode()


def job_id_of(docid: str, nonce: str) -> str:
    """Give the id of one answer: it begins with the docid, and its end differs from search to search."""
    return base64.b64encode(f"{docid}{nonce}".encode()).decode()


def docid_in(job_id: str) -> str:
    """Give the docid that an id is or begins with; "" for any other text."""
    if _DOCID.fullmatch(job_id):
        return job_id
    try:
        decoded = base64.b64decode(job_id.replace("-", "+").replace("_", "/") + "==")
    except ValueError:
        return ""
    found = _DOCID.match(decoded.decode("latin-1"))
    return found[0] if found else ""


@dataclass(frozen=True, slots=True)
class Pay:
    """What a posting offers, in the unit of its period: HOUR, MONTH or YEAR."""

    low: float
    high: float
    period: str


@dataclass(frozen=True, slots=True)
class Job:
    """One posting.

    Attributes:
        city: None for a remote one that names none.
        publisher: of the list of its country; the employer's own name for its own site.
        types: codes, one or two.
        is_glued: whether the parts of its place are null and the publisher is glued to the text of it.
        is_dated: whether it has a date beside the age in words.
        age_s: seconds, when the sandbox was new.
        years: of experience that are asked for, at least.
    """

    index: int
    docid: str
    occupation: Occupation
    employer: Said
    country: Country
    city: City | None
    publisher: str
    is_arabic: bool
    types: tuple[str, ...]
    remote: Remote
    is_glued: bool
    is_dated: bool
    age_s: int
    years: int
    needs_degree: bool
    pay: Pay | None
    has_highlights: bool
    is_marked_up: bool
    options: int

    @property
    def is_remote(self) -> bool | None:
        """What the service says of it; None where it does not know."""
        return {"yes": True, "unsaid": None}.get(self.remote, False)

    def name(self) -> str:
        """Give the employer's name in the posting's language."""
        return self.employer.told(arabic=self.is_arabic)


class Corpus(Mapping[str, Job]):
    """All postings by docid, in their order."""

    @cached_property
    def _jobs(self) -> dict[str, Job]:
        jobs: list[Job] = []
        for index in range(SIZE):
            is_copy = index > 0 and pick(index, "copy", 100) < 4
            jobs.append(_copied(jobs[pick(index, "original", index)], index) if is_copy else _posted(index))
        return {job.docid: job for job in jobs}

    def __getitem__(self, docid: str) -> Job:
        return self._jobs[docid]

    def __iter__(self) -> Iterator[str]:
        return iter(self._jobs)

    def __len__(self) -> int:
        return len(self._jobs)


CORPUS = Corpus()


def _posted(index: int) -> Job:
    country = _country(pick(index, "country", 100))
    is_american = country.code == "us"
    types, years = _types(pick(index, "type", 100), index), pick(index, "years", 9)
    occupation = OCCUPATIONS[pick(index, "title", len(OCCUPATIONS))]
    employer = country.employers[pick(index, "employer", len(country.employers))]
    remote = _remote(pick(index, "remote", 100))
    is_glued = not is_american and pick(index, "glue", 100) < 60
    return Job(
        index=index,
        docid=docid_of(index),
        occupation=occupation,
        employer=employer,
        country=country,
        city=None if remote == "yes" and is_glued else _city(country, pick(index, "city", 100)),
        publisher=_publisher(country, employer, pick(index, "publisher", len(country.publishers))),
        is_arabic=country.speaks_arabic and pick(index, "script", 100) < 30,
        types=types,
        remote=remote,
        is_glued=is_glued,
        is_dated=is_american or pick(index, "dated", 100) >= 50,
        age_s=_age(pick(index, "age", _HOURS)),
        years=0 if "INTERN" in types else years,
        needs_degree=pick(index, "degree", 100) < 60,
        pay=_pay(index, country, occupation, years) if pick(index, "salary", 100) < 18 else None,
        has_highlights=pick(index, "highlights", 100) < (50 if is_american else 10),
        is_marked_up=pick(index, "markup", 100) < 3,
        options=1 + pick(index, "options", 6),
    )


def _copied(job: Job, index: int) -> Job:
    """Give the same posting as another publisher has it."""
    others = [_publisher(job.country, job.employer, at) for at in range(len(job.country.publishers))]
    others.remove(job.publisher)
    return replace(job, index=index, docid=docid_of(index), publisher=others[pick(index, "publisher", len(others))])


def _country(number: int) -> Country:
    return next(country for country, share in zip(COUNTRIES, _SHARES, strict=True) if number < share)


def _age(hour: int) -> int:
    """Give seconds: the younger, the more there are, a third of them within a week."""
    return hour * hour // _HOURS * HOUR_S


def _city(country: Country, number: int) -> City:
    """Give the first city for four postings of ten, the others in turn."""
    return country.cities[0] if number < 40 else country.cities[number % len(country.cities)]


def _publisher(country: Country, employer: Said, at: int) -> str:
    named = country.publishers[at]
    return employer.en if named == OWN_SITE else named


def _types(number: int, index: int) -> tuple[str, ...]:
    for below, kind in ((62, "FULLTIME"), (72, "PARTTIME"), (82, "CONTRACTOR"), (95, "INTERN")):
        if number < below:
            return (kind,)
    return ("FULLTIME", ("PARTTIME", "CONTRACTOR", "INTERN")[pick(index, "second", 3)])


def _remote(number: int) -> Remote:
    if number < 12:
        return "yes"
    if number < 15:
        return "titled"
    return "unsaid" if number < 17 else "no"


_UNITS = {"EGP": 1000, "SAR": 600, "AED": 600, "QAR": 600, "KWD": 45, "GBP": 1900, "EUR": 2100, "USD": 4500}
"""What a thousand EGP a month in Cairo is elsewhere: a month in the Gulf, a year in the West."""


def _pay(index: int, country: Country, occupation: Occupation, years: int) -> Pay:
    low = occupation.pay * _UNITS[country.currency] * (10 + years) / 10
    period = "MONTH" if country.speaks_arabic else "YEAR"
    if country.code == "us" and pick(index, "hourly", 2):
        hourly = round(low / 2080 * 2) / 2
        return Pay(hourly, hourly + 7.5, "HOUR")
    step = 50 if country.currency == "KWD" else 500
    return Pay(_rounded(low, step), _rounded(low * 1.4, step), period)


def _rounded(amount: float, step: int) -> int:
    return round(amount / step) * step
