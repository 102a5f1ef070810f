"""What came of an export or an erasure: at one service, and at all."""

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, JsonValue

_VALUE = ConfigDict(frozen=True)


class Outcome(StrEnum):
    """How a service ended."""

    DONE = "done"
    """What was found is exported, or gone."""
    KEPT = "kept"
    """Something stays; the report says what, and why."""
    NOTHING = "nothing"
    """Nothing of this person is there."""
    FAILED = "failed"
    """Ask again; what was removed before the failure is named."""
    UNKNOWN = "unknown"
    """Its plugin brings no data map: look there yourself."""


class Record(BaseModel):
    """One thing that a service holds about a person.

    Attributes:
        source: the service, as in "stripe".
        data: as the service gave it, ready for JSON.
    """

    model_config = _VALUE

    kind: str
    source: str
    data: JsonValue = Field(repr=False)


class Exported(BaseModel):
    """What one service gave.

    Attributes:
        not_found: kinds that were looked for by an id, or by the address, and are not there.
    """

    model_config = _VALUE

    records: tuple[Record, ...] = ()
    not_found: tuple[str, ...] = ()

    @classmethod
    def joined(cls, parts: Iterable["Exported"]) -> "Exported":
        """Put together what several calls gave."""
        parts = list(parts)
        return cls(
            records=tuple(record for part in parts for record in part.records),
            not_found=tuple(dict.fromkeys(kind for part in parts for kind in part.not_found)),
        )


class Removed(BaseModel):
    """How many things of a kind are gone."""

    model_config = _VALUE

    kind: str
    count: int = 1


class Kept(BaseModel):
    """What stays.

    Attributes:
        because: the law or the rule that keeps it, or that the service lets nobody remove it.
        count: None where the service does not say how many.
    """

    model_config = _VALUE

    kind: str
    because: str
    count: int | None = None


class Erased(BaseModel):
    """What was done at one service, in words and counts: nothing in it tells who the person was."""

    model_config = _VALUE

    removed: tuple[Removed, ...] = ()
    kept: tuple[Kept, ...] = ()
    not_found: tuple[str, ...] = ()

    @classmethod
    def joined(cls, parts: Iterable["Erased"]) -> "Erased":
        """Put together what several calls did, each kind once."""
        removed: dict[str, int] = {}
        kept: dict[tuple[str, str], int | None] = {}
        missing: dict[str, None] = {}
        for part in parts:
            missing |= dict.fromkeys(part.not_found)
            for one in part.removed:
                removed[one.kind] = removed.get(one.kind, 0) + one.count
            for each in part.kept:
                place = (each.kind, each.because)
                kept[place] = _sum(kept.get(place, 0), each.count)
        return cls(
            removed=tuple(Removed(kind=kind, count=count) for kind, count in removed.items()),
            kept=tuple(Kept(kind=kind, because=because, count=count) for (kind, because), count in kept.items()),
            not_found=tuple(missing),
        )

    @property
    def outcome(self) -> Outcome:
        """How that ended, if nothing failed."""
        if self.kept:
            return Outcome.KEPT
        return Outcome.DONE if self.removed else Outcome.NOTHING


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


class ServiceExport(BaseModel):
    """How one service answered an export.

    Attributes:
        error: the class of what went wrong, "" for nothing.
    """

    model_config = _VALUE

    service: str
    outcome: Outcome
    exported: Exported = Exported()
    error: str = ""


class ServiceErasure(BaseModel):
    """How one service answered an erasure.

    Attributes:
        erased: also of one that failed: what it did before.
        error: the class of what went wrong, "" for nothing.
        retry_after: seconds that the service asked to wait, None when it did not.
    """

    model_config = _VALUE

    service: str
    outcome: Outcome
    erased: Erased = Erased()
    error: str = ""
    retry_after: float | None = None


class ExportReport(BaseModel):
    """A person's data at every service that was asked."""

    model_config = _VALUE

    user: str
    services: tuple[ServiceExport, ...]

    @property
    def records(self) -> tuple[Record, ...]:
        """Everything that was found."""
        return tuple(record for service in self.services for record in service.exported.records)

    @property
    def is_complete(self) -> bool:
        """Whether every service gave what it holds; if not, ask again."""
        return not any(service.outcome in (Outcome.FAILED, Outcome.UNKNOWN) for service in self.services)


class ErasureReport(BaseModel):
    """What became of a person's data at every service that was asked."""

    model_config = _VALUE

    user: str
    services: tuple[ServiceErasure, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every service removed what it may; if not, ask again."""
        return not any(service.outcome in (Outcome.FAILED, Outcome.UNKNOWN) for service in self.services)
