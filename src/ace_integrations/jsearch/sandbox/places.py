"""The countries and cities of the postings, and the invented employers there."""

from dataclasses import dataclass

from ace_integrations.jsearch.sandbox.words import Said

Point = tuple[float, float]
"""Latitude and longitude."""


@dataclass(frozen=True, slots=True)
class City:
    """One city; `state` and its short form are empty where addresses name none."""

    name: Said
    at: Point
    state: str = ""
    state_code: str = ""


@dataclass(frozen=True, slots=True)
class Country:
    """One country.

    Attributes:
        code: ISO 3166-1 alpha-2 in lower case, as a search names it.
        share: postings of a hundred.
        languages: in which the service answers about it; the first is its own.
        employers: names; one of a country with Arabic postings has an Arabic name too.
    """

    code: str
    name: Said
    share: int
    languages: tuple[str, ...]
    currency: str
    at: Point
    cities: tuple[City, ...]
    publishers: tuple[str, ...]
    employers: tuple[Said, ...]

    @property
    def speaks_arabic(self) -> bool:
        """Whether postings of it may be in Arabic."""
        return self.languages[0] == "ar"


OWN_SITE = "employer"
"""Stands for the employer's own site among publishers."""

_EGYPTIAN = ("Wuzzuf", "LinkedIn", "Bayt.com", "Indeed", OWN_SITE)
_OF_THE_GULF = ("GulfTalent", "Bayt.com", "LinkedIn", "Indeed", OWN_SITE)
_ELSEWHERE = ("LinkedIn", "Indeed", OWN_SITE)

_NILE = (
    Said("Nilecode", "نايلكود"),
    Said("Delta Agritech", "دلتا للتقنيات الزراعية"),
    Said("Masar Akhdar", "شركة المسار الأخضر"),
    Said("Papyrus Freight", "بردية للشحن"),
    Said("Karnak Robotics", "الكرنك للروبوتات"),
    Said("Felucca Foods", "فلوكة للأغذية"),
    Said("Sphinx Ledger", "دفتر أبو الهول"),
    Said("Qalam Schools", "مدارس قلم"),
)
_GULF = (
    Said("Gulf Horizon Labs", "مختبرات أفق الخليج"),
    Said("Wahat Data", "مجموعة واحة البيانات"),
    Said("Sadaf Stores", "متاجر صدف"),
    Said("Marjan Care", "مرجان للرعاية"),
    Said("Bluedune Works", "أعمال الكثيب الأزرق"),
    Said("Nakhla Water", "شركة نخلة للمياه"),
)
_AMERICAN = tuple(
    Said(name, name)
    for name in ("Prairie Lantern", "Copperfinch Health", "Lakeshore Tally", "Bent Pine Software", "Juniper & Vale")
)
_BRITISH = tuple(Said(name, name) for name in ("Thistlebrook Media", "Oakmoor Ledger", "Harrow Lane Labs"))
_GERMAN = tuple(Said(name, name) for name in ("Rheinhafen Softwarehaus", "Weidenfeld Messtechnik", "Birkenhof Energie"))

COUNTRIES: tuple[Country, ...] = (
    Country(
        "eg",
        Said("Egypt", "مصر"),
        45,
        ("ar", "en"),
        "EGP",
        (26.82, 30.80),
        (
            City(Said("Cairo", "القاهرة"), (30.0444, 31.2357)),
            City(Said("Giza", "الجيزة"), (30.0131, 31.2089)),
            City(Said("Alexandria", "الإسكندرية"), (31.2001, 29.9187)),
            City(Said("Mansoura", "المنصورة"), (31.0409, 31.3785), "Dakahlia"),
            City(Said("Tanta", "طنطا"), (30.7865, 31.0004), "Gharbia"),
            City(Said("Asyut", "أسيوط"), (27.1783, 31.1859)),
        ),
        _EGYPTIAN,
        _NILE,
    ),
    Country(
        "sa",
        Said("Saudi Arabia", "السعودية"),
        12,
        ("ar", "en"),
        "SAR",
        (23.89, 45.08),
        (
            City(Said("Riyadh", "الرياض"), (24.7136, 46.6753)),
            City(Said("Jeddah", "جدة"), (21.4858, 39.1925)),
            City(Said("Dammam", "الدمام"), (26.4207, 50.0888)),
        ),
        _OF_THE_GULF,
        _GULF,
    ),
    Country(
        "ae",
        Said("United Arab Emirates", "الإمارات"),
        10,
        ("ar", "en"),
        "AED",
        (23.42, 53.85),
        (
            City(Said("Dubai", "دبي"), (25.2048, 55.2708)),
            City(Said("Abu Dhabi", "أبوظبي"), (24.4539, 54.3773)),
            City(Said("Sharjah", "الشارقة"), (25.3463, 55.4209)),
        ),
        _OF_THE_GULF,
        _GULF,
    ),
    Country(
        "qa",
        Said("Qatar", "قطر"),
        4,
        ("ar", "en"),
        "QAR",
        (25.35, 51.18),
        (City(Said("Doha", "الدوحة"), (25.2854, 51.5310)),),
        _OF_THE_GULF,
        _GULF,
    ),
    Country(
        "kw",
        Said("Kuwait", "الكويت"),
        3,
        ("ar", "en"),
        "KWD",
        (29.31, 47.48),
        (City(Said("Kuwait City", "مدينة الكويت"), (29.3759, 47.9774)),),
        _OF_THE_GULF,
        _GULF,
    ),
    Country(
        "us",
        Said("United States", "الولايات المتحدة"),
        20,
        ("en",),
        "USD",
        (39.76, -98.5),
        (
            City(Said("Chicago", "شيكاغو"), (41.8781, -87.6298), "Illinois", "IL"),
            City(Said("Austin", "أوستن"), (30.2672, -97.7431), "Texas", "TX"),
            City(Said("Boston", "بوسطن"), (42.3601, -71.0589), "Massachusetts", "MA"),
            City(Said("Denver", "دنفر"), (39.7392, -104.9903), "Colorado", "CO"),
        ),
        _ELSEWHERE,
        _AMERICAN,
    ),
    Country(
        "gb",
        Said("United Kingdom", "المملكة المتحدة"),
        3,
        ("en",),
        "GBP",
        (54.0, -2.0),
        (
            City(Said("London", "لندن"), (51.5074, -0.1278), "England"),
            City(Said("Leeds", "ليدز"), (53.8008, -1.5491), "England"),
        ),
        _ELSEWHERE,
        _BRITISH,
    ),
    Country(
        "de",
        Said("Germany", "ألمانيا"),
        3,
        ("de", "en"),
        "EUR",
        (51.17, 10.45),
        (
            City(Said("Berlin", "برلين"), (52.52, 13.405), "Berlin"),
            City(Said("Ingolstadt", "إنغولشتات"), (48.7665, 11.4258), "Bayern"),
        ),
        _ELSEWHERE,
        _GERMAN,
    ),
)

BY_CODE = {country.code: country for country in COUNTRIES}


def speaks(country: str, language: str) -> bool:
    """Whether the service has answers about a country in a language; about others it finds nothing."""
    return country in BY_CODE and language in BY_CODE[country].languages


def own_language(country: str) -> str:
    """Give the language of answers about a country where none was asked for."""
    return BY_CODE[country].languages[0] if country in BY_CODE else "en"
