"""Which postings a search finds, in which order, and page by page. Pure but for the clock that it is given."""

import base64
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict, NonNegativeInt

from ace_integrations.jsearch.sandbox import texts
from ace_integrations.jsearch.sandbox.corpus import CORPUS, OLDEST_S, Job, pick
from ace_integrations.jsearch.sandbox.parameters import WINDOWS, Search
from ace_integrations.jsearch.sandbox.places import speaks
from ace_integrations.jsearch.sandbox.refusals import invalid
from ace_integrations.jsearch.sandbox.words import DAY_S

PAGE = 10
CURSOR_S = 30 * 60
"""How long a cursor holds."""

LEAK_PERCENT = 5

_ALIKE = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ـ": None})
_PARTS = re.compile(r"\s(in|في|فى|via)\s", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,،]+")


def fold(text: str) -> str:
    """Give text as it is compared: one case, Arabic letters that people exchange made one, marks and tatweel gone."""
    plain = unicodedata.normalize("NFKD", text.translate(_ALIKE)).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).translate(_ALIKE)


_FILLERS = frozenset(map(fold, ("job", "jobs", "وظائف", "وظيفة")))
"""What people write beside what they look for."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A query's text, taken apart: "developer in cairo via linkedin"."""

    keywords: tuple[str, ...]
    place: tuple[str, ...]
    publisher: str


def read_wish(query: str) -> Wish:
    """Take a query apart at " in ", " في " and " via "; the last of each counts, earlier ones are keywords."""
    head, *rest = _PARTS.split(f" {query} ")
    said = {"in": "", "via": ""}
    keywords = [head]
    for word, text in zip(rest[::2], rest[1::2], strict=True):
        kind = "via" if word.lower() == "via" else "in"
        keywords.append(said[kind])
        said[kind] = text
    found = tuple(token for token in _tokens(" ".join(keywords)) if token not in _FILLERS)
    return Wish(found, _tokens(said["in"]), fold(said["via"]).strip())


@dataclass(frozen=True, slots=True)
class Switches:
    """What the searches of a sandbox do on request.

    Attributes:
        classic: the retired path answers.
        leak: some postings of other countries come through.
        repeat: a page begins with the last posting of the one before.
        stable_ids: an id is the same in each search.
    """

    classic: bool = False
    leak: bool = False
    repeat: bool = False
    stable_ids: bool = False


@dataclass(frozen=True, slots=True)
class Ages:
    """How old postings are: as the corpus says when the sandbox is new, and older as its clock goes on.

    One that would be older than two months is posted anew, so that there are fresh ones on any day.
    """

    since: float

    def posted(self, job: Job, now: float) -> int:
        """Give Unix seconds: the hour of one that is less than a day old, midnight UTC of an older one."""
        # In whole seconds, or a posting would be a second older in one answer than in the next.
        age = (job.age_s + int(now) - int(self.since)) % OLDEST_S
        moment = int(now) - age
        return moment if age < DAY_S else moment - moment % DAY_S


def find(search: Search, wish: Wish, ages: Ages, *, now: float, switches: Switches) -> list[Job]:
    """Give all postings that fit: the best first, then the newest, then by docid."""
    if not speaks(search.country, search.language):
        return []
    window = WINDOWS[search.date_posted]
    found = [
        job
        for job in CORPUS.values()
        if _is_of(job, search.country, switches)
        and _fits(job, search)
        and _is_wished(job, wish)
        and (window is None or now - ages.posted(job, now) <= window)
    ]
    return sorted(found, key=lambda job: (-_score(job, wish), -ages.posted(job, now), job.docid))


def _is_of(job: Job, country: str, switches: Switches) -> bool:
    return job.country.code == country or (switches.leak and pick(job.index, "leak", 100) < LEAK_PERCENT)


def _fits(job: Job, search: Search) -> bool:
    excluded = {name.casefold() for name in search.exclude_job_publishers}
    return (
        (not search.work_from_home or job.is_remote is not False)
        and (not search.employment_types or not set(search.employment_types).isdisjoint(job.types))
        and (not search.job_requirements or any(_meets(job, each) for each in search.job_requirements))
        and job.publisher.casefold() not in excluded
    )


def _meets(job: Job, requirement: str) -> bool:
    match requirement:
        case "no_experience":
            return job.years == 0
        case "under_3_years_experience":
            return 0 < job.years < 3
        case "more_than_3_years_experience":
            return job.years >= 3
        case _:
            return not job.needs_degree


def _is_wished(job: Job, wish: Wish) -> bool:
    held = _held(job.docid)
    return (
        all(token in held.everything for token in wish.keywords)
        and all(token in held.place for token in wish.place)
        and wish.publisher in fold(job.publisher)
    )


def _score(job: Job, wish: Wish) -> int:
    """Count what is found: twice in the title, once in the employer's name."""
    held = _held(job.docid)
    return sum(2 * (token in held.title) + (token in held.employer) for token in wish.keywords)


@dataclass(frozen=True, slots=True)
class _Held:
    title: str
    employer: str
    everything: str
    place: str


@cache
def _held(docid: str) -> _Held:
    job = CORPUS[docid]
    title, employer = fold(texts.title(job)), fold(job.name())
    names = [job.country.name.en, job.country.name.ar, texts.place(job)]
    if job.city is not None:
        names += [job.city.name.en, job.city.name.ar, job.city.state]
    everything = "\n".join((title, employer, fold(texts.description(job))))
    return _Held(title, employer, everything, fold("\n".join(names)))


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(token for token in _BETWEEN.split(fold(text)) if token)


# Pages.


class _Cursor(BaseModel):
    """What a cursor holds: the mark of its search, where it leads, Unix seconds until which it does."""

    model_config = ConfigDict(frozen=True, strict=True)

    h: str
    offset: NonNegativeInt
    exp: int


def page_of(jobs: Sequence[Job], *, start: int, num_pages: int, repeat: bool) -> tuple[Sequence[Job], int | None]:
    """Give the postings of some pages, and where the next one begins; None after the last."""
    end = start + PAGE * num_pages
    following = end - 1 if repeat else end
    return jobs[start:end], following if end < len(jobs) else None


def cursor_to(start: int, search: Search, *, now: float) -> str:
    """Give the cursor of a place in the results of one search."""
    held = _Cursor(h=search.mark(), offset=start, exp=int(now) + CURSOR_S)
    return base64.urlsafe_b64encode(held.model_dump_json().encode()).decode().rstrip("=")


def start_at(search: Search, *, now: float) -> int:
    """Give where a search's cursor leads; 0 without one.

    Raises:
        RefusedError: it is another search's, too old, or none.
    """
    if not search.cursor:
        return 0
    try:
        held = _Cursor.model_validate_json(base64.urlsafe_b64decode(search.cursor + "=" * (-len(search.cursor) % 4)))
    except ValueError:
        raise invalid("cursor cannot be read") from None
    if held.h != search.mark():
        raise invalid("cursor is of another search")
    if held.exp < now:
        raise invalid("cursor has expired")
    return held.offset
