"""A student's profile: the form, and what of it the advisor is told."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AfterValidator, BaseModel, Field, ValidationError, ValidationInfo, field_validator

from ace_integrations.career import Grade, UserContext
from examples.fastapi_platform.accounts import Visitor
from examples.fastapi_platform.rendering import page
from examples.fastapi_platform.tables import Profile

router = APIRouter(include_in_schema=False)

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


class Typed(BaseModel):
    """The form as it was typed."""

    university: str = ""
    major: str = ""
    gpa: str = ""
    gpa_scale: str = ""
    graduation_year: str = ""
    skills: str = ""
    certifications: str = ""


@router.get("/profile")
async def profile(request: Request, user: Visitor) -> Response:
    """Show the form with what is stored."""
    if user is None:
        return RedirectResponse("/login", 303)
    async with request.app.state.sessions() as session:
        stored = await session.get(Profile, user.id)
    news = next((word for word in NEWS if word in request.query_params), "")
    return page(request, "profile.html", user, values=_as_typed(stored), errors={}, news=news)


@router.post("/profile")
async def save(request: Request, user: Visitor, form: Annotated[Typed, Form()]) -> Response:
    """Store what was typed, or show the fields that mean nothing."""
    if user is None:
        return RedirectResponse("/login", 303)
    values = form.model_dump()
    try:
        read = ProfileForm.model_validate(_given(values))
    except ValidationError as error:
        wrong = {str(problem["loc"][0]) for problem in error.errors(include_input=False)}
        errors = {name: f"error_{name}" for name in wrong}
        return page(request, "profile.html", user, 422, values=values, errors=errors, news="")
    async with request.app.state.sessions.begin() as session:
        await session.merge(Profile(user_id=user.id, **read.model_dump()))
    return RedirectResponse("/profile?saved", 303)


def context_of(profile: Profile | None) -> UserContext:
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


def _as_typed(stored: Profile | None) -> dict[str, str]:
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
