"""A job posting in neutral words, wherever it came from."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SkipValidation,
    computed_field,
    model_validator,
)

from ace_integrations.jobs.dedupe import dedupe_key
from ace_integrations.jobs.link import web_address

EXTERNAL_PREFIX = "ext_"
"""What the ids of postings from outside begin with, and no others."""


class EmploymentType(StrEnum):
    """How somebody is employed."""

    FULL_TIME = "full_time"
    PART_TIME = "part_time"
    CONTRACT = "contract"
    INTERNSHIP = "internship"


class ExperienceLevel(StrEnum):
    """How much experience is asked for: less than two years, less than five, or more."""

    ENTRY = "entry"
    MID = "mid"
    SENIOR = "senior"


class SalaryPeriod(StrEnum):
    """What a salary is paid for."""

    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"


def _checked(address: str) -> str:
    if web_address(address) != address:
        raise ValueError("must be an http or https address without user, blanks or controls")
    return address


WebAddress = Annotated[str, AfterValidator(_checked)]
"""An address that a browser may be sent to."""


class ApplyOption(BaseModel):
    """One place to apply at.

    Attributes:
        is_direct: one applies on that page itself, which need not be the employer's.
    """

    model_config = ConfigDict(frozen=True)

    publisher: str | None
    url: WebAddress
    is_direct: bool = False


class JobPosting(BaseModel):
    """One job that somebody may apply for.

    The texts are plain, without markup and controls; escape them all the same where they become HTML.

    Attributes:
        id: begins with `ext_` where the posting came from outside, so it never collides with your own.
        location: "city, country", the place as its publisher wrote it, "Remote", or None.
        salary_min: in the unit of `salary_period`, as `salary_max`; never above it.
        posted_at: with its zone.
        salary_currency: three letters; None where the posting does not say: a bare "$" is no currency.
        provider_job_id: the id to ask the provider with; it can change between two searches, `id` does not.
        posted_at_approximate: found by "2 days ago".
        raw: the provider's own row. Not part of the JSON, so a posting that was kept elsewhere comes back without.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    company: str | None = None
    location: str | None = None
    description: str = Field(default="", repr=False)
    salary_min: int | float | None = Field(default=None, gt=0)
    salary_max: int | float | None = Field(default=None, gt=0)
    employment_type: EmploymentType | None = None
    experience_level: ExperienceLevel | None = None
    remote: bool = False
    apply_url: WebAddress | None = None
    posted_at: AwareDatetime | None = None
    source: Literal["local", "external"] = "local"

    salary_period: SalaryPeriod | None = None
    salary_currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    publisher: str | None = None
    provider: str = ""
    provider_job_id: str | None = None
    country: str | None = None
    apply_options: tuple[ApplyOption, ...] = ()
    posted_at_approximate: bool = False
    raw: Annotated[Mapping[str, Any], SkipValidation] = Field(default_factory=dict, exclude=True, repr=False)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.source == "external") is not self.id.startswith(EXTERNAL_PREFIX):
            raise ValueError("ids of postings from outside begin with ext_, and no others")
        if self.salary_min is not None and self.salary_max is not None and self.salary_min > self.salary_max:
            raise ValueError("salary_min is above salary_max")
        return self

    def __hash__(self) -> int:
        return hash(self.id)

    @computed_field  # type: ignore[prop-decorator]  # pydantic takes a cached property too
    @cached_property
    def dedupe_key(self) -> str:
        """The same for one job that several publishers show."""
        return dedupe_key(self.title, self.company, "remote" if self.remote else self.location)

    def public(self) -> dict[str, Any]:
        """Give the thirteen fields of a job board's own API, as JSON values."""
        return self.model_dump(mode="json", include=set(PUBLIC_FIELDS))


PUBLIC_FIELDS = tuple(JobPosting.model_fields)[:13]
"""The fields up to `source`."""
