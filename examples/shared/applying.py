"""What is said of a job when it is posted, and what may become of an application."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, model_validator

from ace_integrations.jobs import EmploymentType, ExperienceLevel
from examples.shared.texts import clean

NEXT = {
    "pending": ("interview", "accepted", "rejected"),
    "interview": ("accepted", "rejected"),
    "accepted": (),
    "rejected": (),
}
"""What may become of an application; an answer that was given is final."""

Line = Annotated[str, AfterValidator(clean), Field(min_length=2, max_length=200)]


class NewJob(BaseModel):
    """A posting, by the fields of `JobPosting`. The students of `university`, by its name, are told at once."""

    title: Line
    company: Line
    location: Line
    description: Annotated[str, Field(min_length=1, max_length=20_000)]
    salary_min: Annotated[int | None, Field(ge=0, lt=2**31)] = None
    salary_max: Annotated[int | None, Field(ge=0, lt=2**31)] = None
    salary_period: Literal["HOUR", "DAY", "WEEK", "MONTH", "YEAR"] | None = None
    salary_currency: Annotated[str | None, Field(pattern="^[A-Z]{3}$")] = None
    employment_type: EmploymentType | None = None
    experience_level: ExperienceLevel | None = None
    remote: bool = False
    university: Line | None = None

    @model_validator(mode="after")
    def _is_a_span(self) -> "NewJob":
        if self.salary_min is not None and self.salary_max is not None and self.salary_min > self.salary_max:
            raise ValueError("salary_min is more than salary_max")
        return self


class NewStatus(BaseModel):
    """What a company answers."""

    status: Literal["pending", "interview", "accepted", "rejected"]
