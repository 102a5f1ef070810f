"""`ace.privacy`: one person's data at every service, exported and erased."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ace_integrations.core.call import Call, InOrder, Result, operation
from ace_integrations.core.client import AsyncFacade, SyncFacade
from ace_integrations.core.connection import AsyncSender, Sender
from ace_integrations.errors import ProviderError
from ace_integrations.privacy.asking import Attempt, PartlyErasedError
from ace_integrations.privacy.data_map import DataMap
from ace_integrations.privacy.report import (
    Erased,
    ErasureReport,
    Exported,
    ExportReport,
    Outcome,
    ServiceErasure,
    ServiceExport,
)
from ace_integrations.privacy.subject import Subject

logger = logging.getLogger("ace_integrations.privacy")


@dataclass(frozen=True, slots=True)
class Services:
    """Which services there are, and the data map of each.

    Attributes:
        on: those that are switched on.
        known: every one that a plugin brings.
        find: gives the data map of one; None where its plugin brings none. Raises ConfigurationError for a name that
            no plugin brings.
    """

    on: tuple[str, ...]
    known: tuple[str, ...]
    find: Callable[[str], DataMap | None]


class PrivacyOperations:
    """Describe what is asked about one person."""

    provider = ""
    _services: Services

    @operation
    def export(self, subject: Subject) -> Call[ExportReport]:
        """Ask every service what it holds about somebody; one that fails does not keep the others from answering.

        Returns:
            what was found, and each service's name with how it ended.
        """
        asked = [self._exported(service, subject) for service in self.services(subject)]
        return InOrder(asked).map(lambda told: ExportReport(user=subject.user, services=told))

    @operation
    def erase(self, subject: Subject) -> Call[ErasureReport]:
        """Have every service remove what it holds about somebody and may remove.

        One that fails does not keep the others from it. What is gone is no error, so repeat it until the report is
        complete, or let a ledger do so.

        Returns:
            what was removed, what stays and why, and each service's name with how it ended.
        """
        asked = [self._erased(service, subject) for service in self.services(subject)]
        return InOrder(asked).map(lambda told: ErasureReport(user=subject.user, services=told))

    @operation
    def erase_at(self, service: str, subject: Subject) -> Call[ServiceErasure]:
        """Have one service remove what it holds about somebody; for a ledger that remembers who has done it."""
        return self._erased(service, subject)

    def services(self, subject: Subject) -> tuple[str, ...]:
        """Name those that are asked: every service that is switched on, and every one that your records name."""
        return tuple(dict.fromkeys((*self._services.on, *subject.ids)))

    def data_maps(self) -> Mapping[str, DataMap]:
        """Give the data map of every service that brings one, switched on or not."""
        found = {service: self._services.find(service) for service in self._services.known}
        return {service: each for service, each in found.items() if each is not None}

    def _exported(self, service: str, subject: Subject) -> Call[ServiceExport]:
        def describe() -> Call[ServiceExport]:
            found = self._services.find(service)
            if found is None:
                return Result(ServiceExport(service=service, outcome=Outcome.UNKNOWN))
            return found.export(subject).map(told)

        def told(exported: Exported) -> ServiceExport:
            outcome = Outcome.DONE if exported.records else Outcome.NOTHING
            return ServiceExport(service=service, outcome=outcome, exported=exported)

        def failed(error: Exception) -> ServiceExport:
            _warn(service, "export", error)
            return ServiceExport(service=service, outcome=Outcome.FAILED, error=type(error).__name__)

        return Attempt(describe, failed)

    def _erased(self, service: str, subject: Subject) -> Call[ServiceErasure]:
        def describe() -> Call[ServiceErasure]:
            found = self._services.find(service)
            if found is None:
                return Result(ServiceErasure(service=service, outcome=Outcome.UNKNOWN))
            return found.erase(subject).map(
                lambda erased: ServiceErasure(service=service, outcome=erased.outcome, erased=erased)
            )

        return Attempt(describe, lambda error: _failed(service, error))


def _failed(service: str, error: Exception) -> ServiceErasure:
    cause = error.cause if isinstance(error, PartlyErasedError) else error
    _warn(service, "erasure", cause)
    return ServiceErasure(
        service=service,
        outcome=Outcome.FAILED,
        erased=error.erased if isinstance(error, PartlyErasedError) else Erased(),
        error=type(cause).__name__,
        retry_after=cause.retry_after if isinstance(cause, ProviderError) else None,
    )


def _warn(service: str, what: str, error: Exception) -> None:
    # The class alone: a service may quote in its text whom it was asked about.
    logger.warning("%s: the %s failed: %s", service, what, type(error).__name__)


class Privacy(PrivacyOperations, SyncFacade):
    """One person's data at every service, blocking."""

    def __init__(self, sender: Sender, services: Services) -> None:
        super().__init__(sender)
        self._services = services


class AsyncPrivacy(PrivacyOperations, AsyncFacade):
    """One person's data at every service, awaited."""

    def __init__(self, sender: AsyncSender, services: Services) -> None:
        super().__init__(sender)
        self._services = services
