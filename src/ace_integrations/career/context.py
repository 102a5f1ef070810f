"""What an advisor is told of a person: their studies and skills, and nothing that leads to them."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import to_json

from ace_integrations.career.cleaning import clean, redact


def _fit(text: str) -> str:
    return " ".join(redact(clean(text)).split())[:120]


Word = Annotated[str, AfterValidator(_fit)]
"""A short text; mail addresses, phone numbers and hidden signs are taken out, and what is longer than 120 signs cut."""


class Grade(BaseModel):
    """An average and the best that there is on its scale: 3.4 of 4."""

    model_config = ConfigDict(frozen=True)

    value: Annotated[float, Field(ge=0, le=1000)]
    scale: Annotated[float, Field(gt=0, le=1000)]


class Application(BaseModel):
    """A job that the person applied for.

    Attributes:
        date: as in 2026-11-24.
    """

    model_config = ConfigDict(frozen=True)

    title: Word
    status: Word
    date: Word = ""


class UserContext(BaseModel):
    """What the platform knows of a student that matters for advice.

    No field takes a name, an address or a number of theirs, and what a student wrote into another field is taken out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    university: Word | None = None
    major: Word | None = None
    degree: Word | None = None
    gpa: Grade | None = None
    graduation_year: Annotated[int, Field(ge=1950, le=2100)] | None = None
    skills: tuple[Word, ...] = ()
    certifications: tuple[Word, ...] = ()
    applications: tuple[Application, ...] = ()

    def told(self) -> dict[str, Any]:
        """Give what a model is told: what is unset is left out, long lists are cut to their newest.

        Skills are cut to 30, certifications to 15, applications (newest first) to 10.
        """
        most = {"skills": 30, "certifications": 15, "applications": 10}
        known = self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        return {name: value[: most[name]] if name in most else value for name, value in known.items()}

    def as_json(self) -> str:
        """Give it as compact JSON; Arabic stays readable."""
        return to_json(self.told()).decode()
