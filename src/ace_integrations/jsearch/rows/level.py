"""How much experience is asked for. Source: jsearch.md §4.1, rule X."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from ace_integrations.jobs.posting import ExperienceLevel
from ace_integrations.jsearch.rows.number import WESTERN, read_count

ENTRY, MID, SENIOR = ExperienceLevel.ENTRY, ExperienceLevel.MID, ExperienceLevel.SENIOR

MOST_YEARS: Final = 40
"""More than these are the firm's."""


def read_level(row: Mapping[str, Any], title: str, description: str) -> ExperienceLevel | None:
    """Read it from what says it most clearly: the row's own word, the title, a number of years, a sentence."""
    return (
        _from_word(row.get("seniority_level"))
        or _from_title(title)
        or _from_years(read_count(row.get("required_experience_years")))
        or _from_months(row.get("job_required_experience"))
        or _from_text(_qualifications(row.get("job_highlights")))
        or _from_text(description)
    )


_TITLE = re.compile(
    r"""
    (?P<entry>
        \bintern(?:ship)?s?\b(?!\s+(?:coordinator|manager|supervisor|lead|recruiter))
      | \b(?:trainee|junior|jr|graduate|apprentice|fresher|werkstudent|praktikant(?:in)?)\b
      | \bfresh\s+grad | \bentry[\s-]level
      | حديث\s+التخرج | حديثي\s+التخرج | \b(?:ال)?متدرب | \b(?:ال)?مبتدئ
    )
  | (?P<mid> \bmid(?:dle)?(?:[\s-](?:level|senior))?\b | \bintermediate\b | \bمتوسط )
  | (?P<senior>
        \b(?:senior|sr|principal|director|chief|vp|cto|ceo|cfo)\b | \bhead\s+of\b
      | \blead\b(?!\s+gen)
      | \bstaff\s+(?=(?:\w+\s+)?(?:engineer|developer|scientist|designer|architect|analyst)\b)
      | \b(?:ال)?(?:أول|مدير|رئيس|كبير)\b
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BY_NAME = {"entry": ENTRY, "mid": MID, "senior": SENIOR}


def _from_title(title: str) -> ExperienceLevel | None:
    found = _TITLE.search(title)
    return _BY_NAME[found.lastgroup] if found and found.lastgroup else None


_WORDS = (
    (ENTRY, ("entry", "junior", "intern", "trainee", "graduate", "associate")),
    (MID, ("mid", "intermediate")),
    (SENIOR, ("senior", "lead", "principal", "staff", "manager", "director", "executive", "head", "vp")),
)


def _from_word(word: object) -> ExperienceLevel | None:
    if not isinstance(word, str):
        return None
    word = word.strip().casefold()
    return next((level for level, words in _WORDS if word.startswith(words)), None)


def _from_years(years: float | None) -> ExperienceLevel | None:
    if years is None or years > MOST_YEARS:
        return None
    if years < 2:
        return ENTRY
    return MID if years < 5 else SENIOR


def _from_months(required: object) -> ExperienceLevel | None:
    """Read the object of rows of 2023 and 2024; its values may be text."""
    if not isinstance(required, dict):
        return None
    said = cast("dict[str, Any]", required)
    if said.get("no_experience_required") in (True, "true"):
        return ENTRY
    months = read_count(said.get("required_experience_in_months"))
    return None if months is None else _from_years(months / 12)


def _qualifications(highlights: object) -> str:
    if not isinstance(highlights, dict):
        return ""
    listed = cast("dict[str, Any]", highlights).get("Qualifications")
    if not isinstance(listed, list):
        return ""
    return "\n".join(line[:500] for line in cast("list[object]", listed)[:50] if isinstance(line, str))


_EXPERIENCE = re.compile(r"xperien[cz]|خبرة|rfahrung|xpérience|sperienz")
_YEARS = re.compile(
    r"(?<![0-9.])([0-9]{1,2})\s*\+?\s*(?:(?:-|–|—|to|or|bis|a|إلى|الى)\s*[0-9]{1,2}\s*)?\+?\s*"
    r"(?:years?\b|yrs?\b|سن[ةه]|سنوات|عام|أعوام|jahre?n?\b|años?\b|ans\b|anni\b)(?!\s*(?:old|of age|or older))",
    re.IGNORECASE,
)
_TWO_YEARS = re.compile("سنتين|سنتان|عامين")
_NONE = re.compile(
    r"\b(?:no|without)\s+(?:prior\s+|previous\s+|work\s+)?experience|experience\s+(?:is\s+)?not\s+(?:required|needed)"
    r"|(?:بدون|دون|لا\s+(?:يشترط|تشترط|يلزم))\s+(?:ال)?خبرة",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.;!?\n•](?![0-9])")
_NEAR = 60
_LOOKED_AT = 20


def _from_text(text: str) -> ExperienceLevel | None:
    for sentence in _about_experience(text):
        if _NONE.search(sentence):
            return ENTRY
        found = _YEARS.search(sentence)
        years = int(found[1]) if found else 2 if _TWO_YEARS.search(sentence) else None
        if level := _from_years(years):
            return level
    return None


def _about_experience(text: str) -> Iterator[str]:
    """Give what stands around each word for experience, within its sentence."""
    for count, found in enumerate(_EXPERIENCE.finditer(text)):
        if count == _LOOKED_AT:
            return
        before = _SENTENCE_END.split(text[max(0, found.start() - _NEAR) : found.start()])[-1]
        after = _SENTENCE_END.split(text[found.start() : found.end() + _NEAR])[0]
        yield f"{before}{after}".translate(WESTERN)
