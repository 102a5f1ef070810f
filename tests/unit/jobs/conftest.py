"""Postings to merge and to show."""

from datetime import UTC, datetime, timedelta

import pytest

from ace_integrations.jobs import ApplyOption, JobPosting

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def local():
    """Make one of the platform's own postings."""

    def make(number, *, days=None, **fields):
        posted_at = None if days is None else NOW - timedelta(days=days)
        return JobPosting(**{"id": str(number), "title": f"Job {number}", "posted_at": posted_at, **fields})

    return make


@pytest.fixture
def external(local):
    """Make a posting from outside."""

    def make(number, *, days=None, **fields):
        return local(number, days=days, **{"id": f"ext_{number}", "source": "external", **fields})

    return make


@pytest.fixture
def option():
    """Make a place to apply at."""
    return lambda name: ApplyOption(publisher=name, url=f"https://{name.lower()}.example/1")
