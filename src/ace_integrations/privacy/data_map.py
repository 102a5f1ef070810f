"""What a service holds about people: said in words, exported, erased. What a plugin implements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pydantic import BaseModel

from ace_integrations.core.call import Call, Result
from ace_integrations.errors import NotFoundError
from ace_integrations.privacy.report import Erased, Exported, Kept, Record, Removed
from ace_integrations.privacy.subject import Subject

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Holding:
    """One kind of thing that a service keeps about a person.

    Attributes:
        kind: as reports name it: "identity check".
        what: what is in it.
        where: in whose hands it is.
        how_long: until it goes by itself.
        found_by: by what of a `Subject` it is found.
        kept_because: the law or the rule that keeps it, or that the service lets nobody remove it; "" where `erase`
            removes it.
    """

    kind: str
    what: str
    where: str
    how_long: str
    found_by: str
    kept_because: str = ""

    def exported(self, *found: BaseModel, source: str) -> Exported:
        """Say that these were found; `source` is the service's name."""
        records = (Record(kind=self.kind, source=source, data=each.model_dump(mode="json")) for each in found)
        return Exported(records=tuple(records))

    def exported_by(self, read: Call[Model], *, source: str) -> Call[Exported]:
        """Describe its export by the call that reads it."""
        told = read.map(lambda found: self.exported(found, source=source))
        return told.recover(NotFoundError, lambda _: Result(Exported(not_found=(self.kind,))))

    def removed(self, count: int = 1) -> Erased:
        """Say that so many of it are gone."""
        return Erased(removed=(Removed(kind=self.kind, count=count),))

    def removed_by(self, remove: Call[object]) -> Call[Erased]:
        """Describe its erasure by the call that removes it; what is gone already is no error."""
        return remove.map(lambda _: self.removed()).recover(NotFoundError, lambda _: Result(self.missing()))

    def kept(self, count: int | None = None) -> Erased:
        """Say that it stays, so many of it where the service says how many."""
        return Erased(kept=(Kept(kind=self.kind, because=self.kept_because, count=count),))

    def kept_by(self, read: Call[object]) -> Call[Erased]:
        """Describe that it stays, if the call that reads it finds it."""
        return read.map(lambda _: self.kept(1)).recover(NotFoundError, lambda _: Result(self.missing()))

    def missing(self) -> Erased:
        """Say that it was looked for, and is not there."""
        return Erased(not_found=(self.kind,))


class DataMap(Protocol):
    """What a plugin implements, once for both colours. Both calls are safe to repeat.

    Attributes:
        summary: one sentence; of a service that holds nothing about people it says so.
        holdings: everything it may hold about a person; none where it holds nothing.
    """

    @property
    def summary(self) -> str: ...

    @property
    def holdings(self) -> Sequence[Holding]: ...

    def export(self, subject: Subject) -> Call[Exported]:
        """Give what the service holds about one person."""
        ...

    def erase(self, subject: Subject) -> Call[Erased]:
        """Remove what may be removed, and say what stays and why. What is gone already is no error."""
        ...


@dataclass(frozen=True, slots=True)
class NothingHeld:
    """The data map of a service that holds nothing about people."""

    summary: str
    holdings: tuple[Holding, ...] = ()

    def export(self, subject: Subject) -> Call[Exported]:
        """Give nothing."""
        del subject
        return Result(Exported())

    def erase(self, subject: Subject) -> Call[Erased]:
        """Remove nothing."""
        del subject
        return Result(Erased())


@dataclass(frozen=True, slots=True)
class OutOfReach:
    """The data map of a service that keeps things about people which its interface neither shows nor removes."""

    summary: str
    holdings: tuple[Holding, ...]

    def export(self, subject: Subject) -> Call[Exported]:
        """Give nothing: nothing can be asked for."""
        del subject
        return Result(Exported())

    def erase(self, subject: Subject) -> Call[Erased]:
        """Remove nothing, and say what stays."""
        del subject
        return Result(Erased.joined(holding.kept() for holding in self.holdings))
