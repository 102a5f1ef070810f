"""A student's profile: what is typed into its form, and what of it the advisor is told."""

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    ValidationError,
    ValidationInfo,
    computed_field,
    field_validator,
)

from ace_integrations.career import Grade, UserContext
from examples.shared.universities import key_of

MOST_SKILLS, MOST_CERTIFICATIONS = 30, 15

NEWS = ("saved", "forgotten")
"""What the page may say about what was just done."""


def _short(text: str | None) -> str | None:
    return " ".join(text.split()) if text else None


Line = Annotated[str | None, Field(max_length=120), AfterValidator(_short)]


class ProfileForm(BaseModel):
    """What a student tells; every field may be left empty."""

    university: Line = None
    major: Line = None
    gpa: Annotated[float | None, Field(ge=0, le=1000)] = None
    gpa_scale: Annotated[float | None, Field(gt=0, le=1000)] = None
    graduation_year: Annotated[int | None, Field(ge=1950, le=2100)] = None
    skills: Annotated[list[str], Field(max_length=MOST_SKILLS)] = Field(default_factory=list[str])
    certifications: Annotated[list[str], Field(max_length=MOST_CERTIFICATIONS)] = Field(default_factory=list[str])

    @field_validator("gpa_scale")
    @classmethod
    def _holds_the_grade(cls, scale: float | None, known: ValidationInfo) -> float | None:
        gpa = known.data.get("gpa")
        if gpa is not None and (scale is None or gpa > scale):
            raise ValueError("a grade needs a scale that it is on")
        return scale

    @computed_field
    @property
    def university_id(self) -> str | None:
        """By which its students are found."""
        return key_of(self.university) if self.university else None


class Typed(BaseModel):
    """The form as it was typed."""

    university: str = ""
    major: str = ""
    gpa: str = ""
    gpa_scale: str = ""
    graduation_year: str = ""
    skills: str = ""
    certifications: str = ""


def context_of(profile: Any) -> UserContext:
    """Give what the advisor is told of a student: their studies and skills, and nothing that leads to them."""
    if profile is None:
        return UserContext()
    grade = None
    if profile.gpa is not None and profile.gpa_scale is not None:
        grade = Grade(value=profile.gpa, scale=profile.gpa_scale)
    return UserContext(
        university=profile.university,
        major=profile.major,
        gpa=grade,
        graduation_year=profile.graduation_year,
        skills=tuple(profile.skills),
        certifications=tuple(profile.certifications),
    )


def listed(text: str) -> list[str]:
    """Read a list as people write one: with commas of either script, or a line each."""
    parts = text.replace("،", ",").replace("\n", ",").split(",")
    return list(dict.fromkeys(" ".join(part.split())[:120] for part in parts if part.strip()))


def read(values: dict[str, str]) -> ProfileForm:
    """Read what was typed.

    Raises:
        ValidationError: fields that mean nothing, see `wrong_fields`.
    """
    return ProfileForm.model_validate(_given(values))


def wrong_fields(error: ValidationError) -> dict[str, str]:
    """Name the text for each field that was refused."""
    wrong = {str(problem["loc"][0]) for problem in error.errors(include_input=False)}
    return {name: f"error_{name}" for name in wrong}


def as_typed(stored: Any) -> dict[str, str]:
    """Give what is stored as the form shows it."""
    if stored is None:
        return Typed().model_dump()
    numbers = {name: getattr(stored, name) for name in ("gpa", "gpa_scale", "graduation_year")}
    return {
        "university": stored.university or "",
        "major": stored.major or "",
        **{name: "" if number is None else f"{number:g}" for name, number in numbers.items()},
        "skills": ", ".join(stored.skills),
        "certifications": ", ".join(stored.certifications),
    }


def _given(values: dict[str, str]) -> dict[str, Any]:
    """Give what was typed, without what was left empty."""
    typed: dict[str, Any] = {name: value.strip() for name, value in values.items() if value.strip()}
    for name in ("skills", "certifications"):
        typed[name] = listed(values[name])
    # People write 3,4 too.
    for name in ("gpa", "gpa_scale"):
        if name in typed:
            typed[name] = typed[name].replace(",", ".")
    return typed | ({"gpa_scale": None} if "gpa_scale" not in typed else {})
