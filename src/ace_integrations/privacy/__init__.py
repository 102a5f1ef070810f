"""One person's data at every service: exported, erased, and a ledger that asks until all have done it."""

from ace_integrations.privacy.asking import ErasedOneByOne, PartlyErasedError
from ace_integrations.privacy.data_map import DataMap, Holding, NothingHeld, OutOfReach
from ace_integrations.privacy.facade import AsyncPrivacy, Privacy, PrivacyOperations, Services
from ace_integrations.privacy.report import (
    Erased,
    ErasureReport,
    Exported,
    ExportReport,
    Kept,
    Outcome,
    Record,
    Removed,
    ServiceErasure,
    ServiceExport,
)
from ace_integrations.privacy.subject import Subject

__all__ = [
    "AsyncPrivacy",
    "DataMap",
    "Erased",
    "ErasedOneByOne",
    "ErasureReport",
    "ExportReport",
    "Exported",
    "Holding",
    "Kept",
    "NothingHeld",
    "OutOfReach",
    "Outcome",
    "PartlyErasedError",
    "Privacy",
    "PrivacyOperations",
    "Record",
    "Removed",
    "ServiceErasure",
    "ServiceExport",
    "Services",
    "Subject",
]
