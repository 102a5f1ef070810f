"""What somebody looks for."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ace_integrations.errors import InvalidInputError
from ace_integrations.jobs.posting import EmploymentType, ExperienceLevel


class DatePosted(StrEnum):
    """How old a posting may be."""

    ALL = "all"
    TODAY = "today"
    THREE_DAYS = "3days"
    WEEK = "week"
    MONTH = "month"

    @property
    def days(self) -> int | None:
        """The most days; None for any."""
        return {DatePosted.TODAY: 1, DatePosted.THREE_DAYS: 3, DatePosted.WEEK: 7, DatePosted.MONTH: 30}.get(self)


Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f]+$")
]
Code = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, pattern="^[A-Za-z]{2}$")]


class SearchFilters(BaseModel):
    """What to look for; what is None is left to the settings' defaults. The order of lists has no meaning.

    Attributes:
        keyword: a job title, or a few words; long texts find nothing.
        location: a place in words, as in "Cairo".
        country: ISO 3166-1 alpha-2, as in "eg".
        remote: only jobs that are done from anywhere.
        employment_types: any of these; none is all.
        experience_level: also finds postings that name no level, unless `strict_level`.
        language: ISO 639-1 of the texts.
        radius_km: how far around `location`, roughly.
        exclude_publishers: names as postings show them.
        pages: of about ten postings; each is billed.

    Raises:
        InvalidInputError: a value is not of its kind.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    keyword: Words | None = None
    location: Words | None = None
    country: Code | None = None
    remote: bool = False
    employment_types: frozenset[EmploymentType] = frozenset()
    date_posted: DatePosted | None = None
    experience_level: ExperienceLevel | None = None
    strict_level: bool = False
    language: Code | None = None
    radius_km: Annotated[int, Field(ge=1, le=500)] | None = None
    exclude_publishers: frozenset[Words] = frozenset()
    pages: Annotated[int, Field(ge=1, le=20)] = 1

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            found = error.errors(include_input=False, include_url=False, include_context=False)[0]
            raise InvalidInputError(found["msg"], field=".".join(map(str, found["loc"]))) from None
