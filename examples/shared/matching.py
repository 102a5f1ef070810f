"""Which students a new job may suit, and why; decided without any I/O."""

import re
from dataclasses import dataclass

from ace_integrations.jobs import EmploymentType, ExperienceLevel


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a job says.

    Attributes:
        university_id: of the only university whose students are meant; None where it names none.
    """

    title: str
    description: str
    employment_type: EmploymentType | None = None
    experience_level: ExperienceLevel | None = None
    university_id: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a student told of themselves; an empty field was left empty."""

    university_id: str | None = None
    skills: tuple[str, ...] = ()
    graduation_year: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Why a job suits somebody.

    Attributes:
        skills: those of theirs that the posting names; none where their university is why.
    """

    skills: tuple[str, ...] = ()


def match(wanted: Wanted, candidate: Candidate, *, year: int) -> Match | None:
    """Say why a job suits a student; None where it does not.

    Where the job names a university, its students are meant, whatever they can. Else the posting must name a skill of
    theirs, and be of their stage: a student is not asked for years of experience, and a graduate is no intern.

    Args:
        year: of today: who graduates in it studies still.
    """
    if wanted.university_id is not None:
        return Match() if candidate.university_id == wanted.university_id else None
    named = tuple(skill for skill in candidate.skills if _names(f"{wanted.title}\n{wanted.description}", skill))
    return Match(named) if named and _is_of_their_stage(wanted, candidate, year) else None


def _is_of_their_stage(wanted: Wanted, candidate: Candidate, year: int) -> bool:
    if candidate.graduation_year is not None and candidate.graduation_year < year:
        return wanted.employment_type is not EmploymentType.INTERNSHIP
    return wanted.experience_level in (None, ExperienceLevel.ENTRY)


def _names(text: str, skill: str) -> bool:
    """Whether a text has a skill as a word of its own: R is none of "PR", C none of "C++" and "C#".

    Arabic joins "and" to the word behind it: beside a skill in Latin letters only those count as letters.
    """
    letters = "[A-Za-z0-9_]" if skill.isascii() else r"\w"
    return re.search(rf"(?<!{letters}){re.escape(skill)}(?!{letters}|[+#])", text, re.IGNORECASE) is not None
