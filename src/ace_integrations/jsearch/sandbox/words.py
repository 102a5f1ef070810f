"""The service's words in the languages of its answers: kinds of employment, ages, publishers. No HTTP."""

from dataclasses import dataclass

DAY_S = 86_400
HOUR_S = 3_600

_ARABIC_DIGITS = str.maketrans("0123456789,", "٠١٢٣٤٥٦٧٨٩٬")

TYPES = {
    "FULLTIME": {"en": "Full-time", "de": "Vollzeit", "ar": "دوام كامل"},
    "PARTTIME": {"en": "Part-time", "de": "Teilzeit", "ar": "دوام جزئي"},
    "CONTRACTOR": {"en": "Contractor", "de": "Freie Mitarbeit", "ar": "متعاقد"},
    "INTERN": {"en": "Internship", "de": "Praktikum", "ar": "تدريب"},
}
_AND = {"en": " and ", "de": " und ", "ar": " و"}
_VIA = {"en": "via", "de": "über", "ar": "عبر"}


@dataclass(frozen=True, slots=True)
class Said:
    """One thing in English and in Arabic."""

    en: str
    ar: str

    def told(self, *, arabic: bool) -> str:
        """Give it in one of the two."""
        return self.ar if arabic else self.en


def spoken(language: str) -> str:
    """Give the language that display texts are in: German and Arabic are told, all others read English."""
    return language if language in _VIA else "en"


def arabic_digits(text: str) -> str:
    """Write a number as Arabic texts do, as in ١٢٬٥٠٠."""
    return text.translate(_ARABIC_DIGITS)


def employment(types: tuple[str, ...], language: str) -> str:
    """Give the display text of kinds of employment, as in "Full-time and Part-time"."""
    tongue = spoken(language)
    return _AND[tongue].join(TYPES[kind][tongue] for kind in types)


def glued(place: str, publisher: str, language: str) -> str:
    """Give a place with its publisher glued on: five blanks, a bullet, two blanks, "via" in the answer's language."""
    return f"{place}     •  {_VIA[spoken(language)]} {publisher}"


def relative(age_s: int, language: str) -> str:
    """Give an age in words, in whole hours within a day and in whole days beyond it."""
    count, unit = (age_s // DAY_S, "day") if age_s >= DAY_S else (max(age_s // HOUR_S, 1), "hour")
    match spoken(language):
        case "ar":
            return f"قبل {_arabic_count(count, unit)}"
        case "de":
            word = {"day": "Tag", "hour": "Stunde"}[unit]
            return f"vor {count} {word}" if count == 1 else f"vor {count} {word}{'en' if unit == 'day' else 'n'}"
        case _:
            return f"{count} {unit}{'' if count == 1 else 's'} ago"


def _arabic_count(count: int, unit: str) -> str:
    one, two, few, many = {
        "day": ("يوم واحد", "يومين", "أيام", "يومًا"),
        "hour": ("ساعة واحدة", "ساعتين", "ساعات", "ساعة"),
    }[unit]
    if count <= 2:
        return one if count == 1 else two
    return f"{arabic_digits(str(count))} {few if count <= 10 else many}"
