"""Postings of one platform and of others as one list: each job once, in an order that stays."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from ace_integrations.jobs.posting import ApplyOption, JobPosting

_NEVER = datetime(1, 1, 1, tzinfo=UTC)


def merged(local: Iterable[JobPosting], external: Iterable[JobPosting]) -> tuple[JobPosting, ...]:
    """Give the platform's own postings, then those from outside that are none of these; each newest first."""
    ours = newest_first(local)
    keys = {posting.dedupe_key for posting in ours}
    others = (posting for posting in without_duplicates(external) if posting.dedupe_key not in keys)
    return (*ours, *newest_first(others))


def newest_first(postings: Iterable[JobPosting]) -> list[JobPosting]:
    """Sort by date, those without one last; of one date in the order they came."""
    return sorted(postings, key=lambda posting: posting.posted_at or _NEVER, reverse=True)


def without_duplicates(postings: Iterable[JobPosting]) -> list[JobPosting]:
    """Give each job once, with every place to apply at: one id is one job, and so is one key."""
    by_id = _grouped((posting.id, posting) for posting in postings)
    by_key = _grouped((posting.dedupe_key, posting) for posting in map(_best, by_id))
    return [_best(group) for group in by_key]


def _grouped(named: Iterable[tuple[str, JobPosting]]) -> list[list[JobPosting]]:
    groups: dict[str, list[JobPosting]] = {}
    for name, posting in named:
        groups.setdefault(name, []).append(posting)
    return list(groups.values())


def _best(group: Sequence[JobPosting]) -> JobPosting:
    if len(group) == 1:
        return group[0]
    best = max(group, key=_merit)
    options = tuple(_options(best, *group))
    return best if options == best.apply_options else best.model_copy(update={"apply_options": options})


def _merit(posting: JobPosting) -> tuple[bool, bool, int, datetime]:
    return (
        (posting.apply_url or "").lower().startswith("https:"),
        posting.salary_min is not None or posting.salary_max is not None,
        len(posting.description),
        posting.posted_at or _NEVER,
    )


def _options(*postings: JobPosting) -> Iterable[ApplyOption]:
    """Give the places to apply at of several postings, each address once, as the first that names it does."""
    found: dict[str, ApplyOption] = {}
    for option in (option for posting in postings for option in posting.apply_options):
        found.setdefault(option.url, option)
    return found.values()
