"""JSearch: job postings from outside, found by a live search over many boards."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.jobs.board import JobBoard
    from ace_integrations.jsearch.client import AsyncJSearch, JSearch, JSearchCalls
    from ace_integrations.jsearch.models import SalaryEstimate
    from ace_integrations.jsearch.rows import RowRefusedError, to_posting
    from ace_integrations.jsearch.service import PathRetiredError, QuotaExhaustedError
    from ace_integrations.jsearch.settings import JSearchSettings
    from ace_integrations.jsearch.source import JSearchSource

__all__ = [
    "AsyncJSearch",
    "JSearch",
    "JSearchCalls",
    "JSearchSettings",
    "JSearchSource",
    "JobBoard",
    "PathRetiredError",
    "QuotaExhaustedError",
    "RowRefusedError",
    "SalaryEstimate",
    "to_posting",
]

_MODULES = {
    "JSearchSettings": "settings",
    "JSearchSource": "source",
    "JobBoard": "ace_integrations.jobs.board",
    "PathRetiredError": "service",
    "QuotaExhaustedError": "service",
    "RowRefusedError": "rows",
    "SalaryEstimate": "models",
    "to_posting": "rows",
}

__getattr__ = lazy(__name__, dict.fromkeys(__all__, "client") | _MODULES)


def __dir__() -> list[str]:
    return sorted(__all__)
