"""What a company says of a job, what a student sends with an application, and how forms are read."""

from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from ace_integrations.jobs import EmploymentType, ExperienceLevel
from examples.shared.steps import Hiring
from examples.shared.texts import LONGEST_ADDRESS, Line, clean, clean_text, web_address

PERIODS = ("HOUR", "DAY", "WEEK", "MONTH", "YEAR")
CURRENCIES = ("EGP", "USD", "SAR", "AED")
"""Those that the form offers; scripts name any."""

BLANK = {"salary_currency": CURRENCIES[0], "salary_period": "MONTH"}
"""What a new form begins with."""

Amount = Annotated[int | None, Field(ge=0, lt=2**31)]


class JobForm(BaseModel):
    """A posting, by the fields of `JobPosting`. The students of `university`, by its name, are told at once.

    `company` is for the admin: whoever acts for a company posts in its name.
    """

    title: Line
    company: Line | None = None
    location: Line
    description: Annotated[str, AfterValidator(clean_text), Field(min_length=1, max_length=20_000)]
    salary_min: Amount = None
    salary_max: Amount = None
    salary_period: Literal["HOUR", "DAY", "WEEK", "MONTH", "YEAR"] | None = None
    salary_currency: Annotated[str | None, Field(pattern="^[A-Z]{3}$")] = None
    employment_type: EmploymentType | None = None
    experience_level: ExperienceLevel | None = None
    remote: bool = False
    university: Line | None = None

    @model_validator(mode="after")
    def _is_a_span(self) -> "JobForm":
        if self.salary_min is not None and self.salary_max is not None and self.salary_min > self.salary_max:
            raise ValueError("salary_min is more than salary_max")
        return self


class TypedJob(BaseModel):
    """The same as a page's form has it: all text, "" for what was left empty."""

    title: str = ""
    company: str = ""
    location: str = ""
    description: str = ""
    salary_min: str = ""
    salary_max: str = ""
    salary_period: str = ""
    salary_currency: str = ""
    employment_type: str = ""
    experience_level: str = ""
    remote: str = ""
    university: str = ""

    def read(self) -> JobForm:
        """Give what it means.

        Raises:
            ValidationError: a field means nothing.
        """
        given: dict[str, Any] = {name: value for name, value in self.model_dump().items() if value.strip()}
        for name in ("salary_min", "salary_max"):
            if name in given:
                # People write 14,000 too.
                given[name] = given[name].replace(",", "").strip()
        return JobForm.model_validate({**given, "remote": bool(self.remote)})


class Cv(BaseModel):
    """What goes with an application: a text, an address of http or https, both, or nothing."""

    model_config = ConfigDict(frozen=True)

    cv_text: Annotated[str, Field(max_length=20_000), AfterValidator(clean_text)] = ""
    cv_url: Annotated[str, Field(max_length=LONGEST_ADDRESS), AfterValidator(lambda text: _address(text))] = ""


class NewStatus(BaseModel):
    """What a company answers."""

    status: Hiring


def typed(fields: Mapping[str, Any]) -> TypedJob:
    """Give stored values as a form shows them."""
    words = {name: fields[name] for name in TypedJob.model_fields}
    return TypedJob(**{name: "" if value is None or value is False else str(value) for name, value in words.items()})


def shown(values: TypedJob, *, job: Any = None, wrong: Collection[str] = ()) -> dict[str, Any]:
    """Give what the form's template says.

    Args:
        job: the row that it changes, None for a new one.
        wrong: see `wrong_fields`.
    """
    return {
        "values": values,
        "wrong": wrong,
        "job": job,
        "types": list(EmploymentType),
        "levels": list(ExperienceLevel),
        "periods": PERIODS,
        "currencies": CURRENCIES,
    }


def wrong_fields(error: ValidationError, *, whole: str) -> set[str]:
    """Name the fields that a form got wrong.

    Args:
        whole: which field stands for what is wrong between several.
    """
    return set(_named(error.errors(include_input=False, include_url=False), whole))


def _named(problems: Iterable[Any], whole: str) -> Iterable[str]:
    for problem in problems:
        yield str(problem["loc"][0]) if problem["loc"] else whole


def _address(text: str) -> str:
    return web_address(text) if clean(text) else ""
