"""The twin's postings: the same six hundred in every sandbox, as mixed as those of the service."""

import base64
import re
from collections import Counter
from urllib.parse import urlsplit

import pytest

from ace_integrations.jsearch.sandbox.corpus import CORPUS, OLDEST_S, docid_in, docid_of, job_id_of, pick
from ace_integrations.jsearch.sandbox.places import BY_CODE
from ace_integrations.jsearch.sandbox.rows import row
from ace_integrations.jsearch.sandbox.words import DAY_S, employment, glued, relative

JOBS = list(CORPUS.values())
ABROAD = [job for job in JOBS if job.country.code != "us"]
ARAB = [job for job in JOBS if job.country.speaks_arabic]
NOON = 1_795_608_000
ARABIC = re.compile("[\u0621-\u064a]")
PUBLISHERS = {"Wuzzuf", "Bayt.com", "GulfTalent", "LinkedIn", "Indeed", "BeBee"}


def written(job, language="en", posted=NOON - 2 * DAY_S):
    return row(job, job_id=job.docid, language=language, posted=posted, now=NOON)


FIELDS = """
    job_id job_uid job_title employer_name employer_logo employer_website employer_reviews job_publisher
    job_employment_type job_employment_types job_apply_link job_apply_is_direct apply_options job_description
    job_is_remote job_posted_at job_posted_at_timestamp job_posted_at_datetime_utc job_location job_city job_state
    job_country job_latitude job_longitude job_benefits job_benefits_strings job_google_link job_salary
    job_salary_string job_min_salary job_max_salary job_salary_period job_highlights job_onet_soc job_onet_job_zone
"""
ROWS = [written(job) for job in JOBS]


def percent(count, of):
    return 100 * count / len(of)


# Which they are.


@pytest.mark.parametrize(
    ("salt", "below", "picked"),
    [("country", 100, [60, 30, 4, 24, 34, 75]), ("title", 40, [22, 28, 37, 3, 2, 37])],
)
def test_hashes_pick(salt, below, picked):
    assert [pick(index, salt, below) for index in range(6)] == picked


def test_the_first_postings_are_known_by_docid():
    assert (docid_of(0), docid_of(1)) == ("GIX1wVblrN7_Rze_AAAAAA==", "pmgpvAel-r7TTMUFAAAAAA==")
    assert list(CORPUS)[:2] == [docid_of(0), docid_of(1)]
    assert [job.country.code for job in JOBS[:5]] == ["ae", "eg", "eg", "eg", "eg"]


def test_there_are_six_hundred_of_different_docids():
    assert (len(CORPUS), len(set(CORPUS))) == (600, 600)
    for docid in CORPUS:
        assert re.fullmatch(r"[A-Za-z0-9_-]{16}AAAAAA==", docid)
        assert base64.urlsafe_b64decode(docid).endswith(bytes(4))


def test_an_id_begins_with_the_docid_and_ends_with_the_search():
    assert job_id_of(docid_of(0), "n1") == "R0lYMXdWYmxyTjdfUnplX0FBQUFBQT09bjE="


@pytest.mark.parametrize("nonce", ["", "n1", "n12", "run-7"])
def test_the_docid_is_found_in_every_id(nonce):
    for docid in CORPUS:
        job_id = job_id_of(docid, nonce)
        assert docid_in(job_id) == docid
        assert docid_in(job_id.replace("+", "-").replace("/", "_").rstrip("=")) == docid


@pytest.mark.parametrize("text", ["", "=", "x", "unknown-job", "%%%", "مطور", "A" * 5000])
def test_no_docid_is_found_elsewhere(text):
    assert docid_in(text) == ""


# How they are mixed.


@pytest.mark.parametrize(
    ("codes", "share"), [("eg", 45), ("sa", 12), ("ae", 10), ("qa", 4), ("kw", 3), ("us", 20), ("gb de", 6)]
)
def test_countries_have_their_shares(codes, share):
    found = [job for job in JOBS if job.country.code in codes.split()]
    assert percent(len(found), JOBS) == pytest.approx(share, abs=5)


@pytest.mark.parametrize(
    ("kind", "share"), [("FULLTIME", 62), ("PARTTIME", 10), ("CONTRACTOR", 10), ("INTERN", 13), (None, 5)]
)
def test_kinds_of_employment_have_their_shares(kind, share):
    counted = Counter(job.types[0] if len(job.types) == 1 else None for job in JOBS)
    assert percent(counted[kind], JOBS) == pytest.approx(share, abs=3)


@pytest.mark.parametrize(
    ("jobs", "fits", "share"),
    [
        (ARAB, lambda job: job.is_arabic, 30),
        (ABROAD, lambda job: job.is_glued, 60),
        (ABROAD, lambda job: not job.is_dated, 50),
        (JOBS, lambda job: job.pay is not None, 18),
        (JOBS, lambda job: job.is_remote is True, 12),
        (JOBS, lambda job: job.remote == "titled", 3),
        (JOBS, lambda job: job.is_remote is None, 2),
        ([job for job in JOBS if job.country.code == "us"], lambda job: job.has_highlights, 50),
        (ABROAD, lambda job: job.has_highlights, 10),
    ],
)
def test_what_is_rare_is_as_rare_as_at_the_service(jobs, fits, share):
    assert percent(sum(fits(job) for job in jobs), jobs) == pytest.approx(share, abs=share / 8 + 3)


def test_no_posting_of_the_west_is_arabic_and_none_of_america_lacks_place_or_date():
    assert not [job for job in JOBS if job.is_arabic and not job.country.speaks_arabic]
    assert not [job for job in JOBS if job.country.code == "us" and (job.is_glued or not job.is_dated)]


def test_some_postings_are_there_twice_from_two_publishers():
    def same(job):
        return (job.occupation.title, job.employer, job.country.code, job.city, job.years, job.age_s, job.types)

    counted = Counter(map(same, JOBS))
    copies = sum(count - 1 for count in counted.values())
    twice = [job for job in JOBS if counted[same(job)] == 2]
    assert percent(copies, JOBS) == pytest.approx(4, abs=2)
    assert len({(same(job), job.publisher) for job in twice}) == len(twice)


def test_ages_are_spread_over_two_months_and_a_third_is_of_this_week():
    ages = [job.age_s for job in JOBS]
    assert 0 <= min(ages) < max(ages) < OLDEST_S
    assert percent(sum(age < 7 * DAY_S for age in ages), ages) == pytest.approx(34, abs=4)
    assert percent(sum(age < 30 * DAY_S for age in ages), ages) == pytest.approx(71, abs=4)


# How they are written.


def test_rows_have_the_services_fields_and_no_others():
    names = FIELDS.split()
    assert {frozenset(row) for row in ROWS} == {frozenset(names)}
    assert all(row["job_title"] and row["job_description"] and row["job_posted_at"] for row in ROWS)


def test_every_address_is_an_invented_one():
    addresses = re.findall(r"https?://[^\s\"']+", str(ROWS))
    assert len(addresses) > 2400
    assert {urlsplit(address).scheme for address in addresses} == {"https"}
    assert all(urlsplit(address).hostname.endswith(".example") for address in addresses)


def test_publishers_are_known_ones_or_the_employers_own_sites():
    for job, found in zip(JOBS, ROWS, strict=True):
        assert found["job_publisher"] in PUBLISHERS | {job.employer.en}
        options = found["apply_options"]
        assert 1 <= len(options) <= 6
        assert options[0]["publisher"] == found["job_publisher"]
        assert len({option["publisher"] for option in options}) == len(options)
        assert [option["is_direct"] for option in options] == [option["publisher"] == "Indeed" for option in options]


def test_arabic_postings_are_arabic_throughout():
    for job, found in zip(JOBS, ROWS, strict=True):
        for name in ("job_title", "employer_name", "job_description"):
            assert bool(ARABIC.search(found[name])) is job.is_arabic
        assert found["job_city"] is None or bool(ARABIC.search(found["job_city"])) is job.is_arabic


def test_a_place_without_parts_has_its_publisher_glued_on():
    for job, found in zip(JOBS, ROWS, strict=True):
        parts = [found[name] for name in ("job_city", "job_state", "job_country")]
        ending = f"     •  via {found['job_publisher']}"
        assert found["job_location"].endswith(ending) is job.is_glued
        assert (parts == [None, None, None]) is job.is_glued
        assert parts[2] in (None, job.country.code.upper())


def test_an_american_place_is_city_and_state():
    found = next(row for row in ROWS if row["job_city"] == "Chicago")
    assert (found["job_location"], found["job_state"], found["job_country"]) == ("Chicago, IL", "Illinois", "US")


def test_dates_are_both_there_or_both_null_and_the_age_in_words_always():
    for job, found in zip(JOBS, ROWS, strict=True):
        dates = (found["job_posted_at_timestamp"], found["job_posted_at_datetime_utc"])
        assert dates == ((NOON - 2 * DAY_S, "2026-11-23T12:00:00.000Z") if job.is_dated else (None, None))
        assert found["job_posted_at"] == "2 days ago"


@pytest.mark.parametrize(
    ("countries", "currency", "periods", "in_numbers"),
    [
        (["eg"], "EGP |جنيه", {None}, False),
        (["sa", "ae", "qa", "kw"], "SAR |AED |QAR |KWD ", {"MONTH"}, True),
        (["us"], r"\$", {"YEAR", "HOUR"}, True),
        (["gb", "de"], "£|€", {"YEAR"}, True),
    ],
)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_pay_is_told_as_its_country_does(countries, currency, periods, in_numbers, language):
    paid = [written(job, language) for job in JOBS if job.pay and job.country.code in countries]
    assert {found["job_salary_period"] for found in paid} == periods
    for found in paid:
        assert re.search(currency, found["job_salary_string"])
        assert (found["job_min_salary"] is not None) is in_numbers
        assert found["job_salary"] is None
        assert not in_numbers or 0 < found["job_min_salary"] < found["job_max_salary"]


def test_pay_is_written_out():
    told = {found["job_salary_string"] for found in ROWS}
    assert any(re.fullmatch(r"EGP [\d,]+ - EGP [\d,]+ a month", text or "") for text in told)
    assert any(re.fullmatch(r"\$[\d.]+K-\$[\d.]+K a year", text or "") for text in told)
    assert any(re.fullmatch(r"\$[\d.]+ - \$[\d.]+ an hour", text or "") for text in told)
    paid = next(job for job in JOBS if job.pay and job.country.code == "eg")
    assert re.fullmatch("[٠-٩٬]+ - [٠-٩٬]+ جنيه شهريا", written(paid, "ar")["job_salary_string"])


def test_highlights_have_english_heads_and_are_never_null():
    heads = {tuple(found["job_highlights"]) for found in ROWS}
    assert heads == {(), ("Qualifications", "Responsibilities", "Benefits")}


def test_a_few_descriptions_are_html():
    assert percent(sum("<li>" in found["job_description"] for found in ROWS), ROWS) == pytest.approx(3, abs=2)


# Words.


@pytest.mark.parametrize(
    ("age_s", "en", "de", "ar"),
    [
        (0, "1 hour ago", "vor 1 Stunde", "قبل ساعة واحدة"),
        (2 * 3600, "2 hours ago", "vor 2 Stunden", "قبل ساعتين"),
        (5 * 3600, "5 hours ago", "vor 5 Stunden", "قبل ٥ ساعات"),
        (DAY_S - 1, "23 hours ago", "vor 23 Stunden", "قبل ٢٣ ساعة"),
        (DAY_S, "1 day ago", "vor 1 Tag", "قبل يوم واحد"),
        (2 * DAY_S, "2 days ago", "vor 2 Tagen", "قبل يومين"),
        (3 * DAY_S, "3 days ago", "vor 3 Tagen", "قبل ٣ أيام"),
        (59 * DAY_S, "59 days ago", "vor 59 Tagen", "قبل ٥٩ يومًا"),
    ],
)
def test_ages_are_told_in_the_answers_language(age_s, en, de, ar):
    assert [relative(age_s, language) for language in ("en", "de", "ar", "fr")] == [en, de, ar, en]


@pytest.mark.parametrize(
    ("types", "en", "de", "ar"),
    [
        (("FULLTIME",), "Full-time", "Vollzeit", "دوام كامل"),
        (("PARTTIME",), "Part-time", "Teilzeit", "دوام جزئي"),
        (("CONTRACTOR",), "Contractor", "Freie Mitarbeit", "متعاقد"),
        (("INTERN",), "Internship", "Praktikum", "تدريب"),
        (("FULLTIME", "PARTTIME"), "Full-time and Part-time", "Vollzeit und Teilzeit", "دوام كامل ودوام جزئي"),
    ],
)
def test_kinds_of_employment_are_told_in_the_answers_language(types, en, de, ar):
    assert [employment(types, language) for language in ("en", "de", "ar", "es")] == [en, de, ar, en]


def test_the_publisher_is_glued_on_in_the_answers_language():
    assert glued("Anywhere", "BeBee", "ar") == "Anywhere     •  عبر BeBee"
    assert glued("Ingolstadt", "Indeed", "de") == "Ingolstadt     •  über Indeed"


def test_every_country_answers_in_its_own_language_and_in_english():
    assert {code: country.languages for code, country in BY_CODE.items()} == {
        **dict.fromkeys(("eg", "sa", "ae", "qa", "kw"), ("ar", "en")),
        **dict.fromkeys(("us", "gb"), ("en",)),
        "de": ("de", "en"),
    }
