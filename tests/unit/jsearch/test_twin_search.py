"""What a search of the twin finds: every filter filters, in order, page by page."""

import base64
import json
from itertools import chain, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_integrations.jsearch.sandbox.api import Api
from ace_integrations.jsearch.sandbox.corpus import CORPUS, docid_in
from ace_integrations.jsearch.sandbox.magic import write as write_json
from ace_integrations.jsearch.sandbox.refusals import RefusedError
from ace_integrations.jsearch.sandbox.search import Ages, Switches, fold, read_wish

DAY = 86_400


def posting(row):
    return CORPUS[docid_in(row["job_id"])]


def docids(rows):
    return [docid_in(row["job_id"]) for row in rows]


def of(country):
    return [job for job in CORPUS.values() if job.country.code == country]


# Words.


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Backend ENGINEER", "backend engineer"),
        ("أحمد إبراهيم آمنة ٱلله", "احمد ابراهيم امنه الله"),
        ("مستشفى", "مستشفي"),
        ("القاهرة", "القاهره"),
        ("مهنـــدس", "مهندس"),
        ("مُهَنْدِسٌ", "مهندس"),
        ("Café Straße", "cafe strasse"),
        ("ﻣﻬﻨﺪﺱ", "مهندس"),
    ],
)
def test_text_is_folded(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("query", "keywords", "place", "publisher"),
    [
        ("developer in cairo", ["developer"], ["cairo"], ""),
        ("Web Developer jobs in Cairo, Egypt via Bayt.com", ["web", "developer"], ["cairo", "egypt"], "bayt.com"),
        ("developer via linkedin in cairo", ["developer"], ["cairo"], "linkedin"),
        ("مطور في القاهرة", ["مطور"], ["القاهره"], ""),
        ("وظائف محاسب فى الجيزة", ["محاسب"], ["الجيزه"], ""),
        ("engineer in training in giza", ["engineer", "training"], ["giza"], ""),
        ("in cairo", [], ["cairo"], ""),
        ("internal auditor", ["internal", "auditor"], [], ""),
        ("developer IN cairo", ["developer"], ["cairo"], ""),
    ],
)
def test_a_query_is_taken_apart(query, keywords, place, publisher):
    wish = read_wish(query)
    assert (list(wish.keywords), list(wish.place), wish.publisher) == (keywords, place, publisher)


def test_every_keyword_must_occur_in_title_employer_or_description(shop):
    found = shop.search("engineer python")
    expected = [
        job.docid
        for job in of("eg")
        if not job.is_arabic and "Engineer" in job.occupation.title.en and "Python" in job.occupation.skills
    ]
    assert sorted(docids(found)) == sorted(expected)
    assert expected


def test_an_employer_is_found_by_name(shop):
    found = shop.search("nilecode")
    assert {posting(row).employer.en for row in found} == {"Nilecode"}
    assert len(found) == sum(job.employer.en == "Nilecode" and not job.is_arabic for job in of("eg"))


@pytest.mark.parametrize("query", ["مُهندس في القاهرة", "مهندس في القاهره", "مهنــدس فى القَاهرة"])
def test_arabic_is_found_however_it_is_written(shop, query):
    found = shop.search(query)
    expected = {
        job.docid
        for job in of("eg")
        if job.is_arabic and "مهندس" in job.occupation.title.ar and job.city and job.city.name.en == "Cairo"
    }
    assert set(docids(found)) == expected
    assert expected


@pytest.mark.parametrize(
    ("place", "city"), [("Alexandria", "Alexandria"), ("الإسكندرية", "Alexandria"), ("giza", "Giza")]
)
def test_a_city_is_found_in_both_languages(shop, place, city):
    found = shop.search(f"in {place}")
    assert set(docids(found)) == {job.docid for job in of("eg") if job.city and job.city.name.en == city}
    assert {row["job_city"] for row in found} > {None}


def test_a_country_or_a_state_counts_as_place(shop):
    assert len(shop.search("accountant in egypt")) == len(shop.search("accountant"))
    assert {row["job_city"] for row in shop.search("in illinois", country="us")} == {"Chicago"}
    assert shop.search("in france") == []


def test_a_publisher_is_steered_to(shop):
    found = shop.search("via wuzzuf")
    assert set(docids(found)) == {job.docid for job in of("eg") if job.publisher == "Wuzzuf"}


# Filters.


@pytest.mark.parametrize("country", ["eg", "sa", "ae", "qa", "kw", "us", "gb", "de"])
def test_a_country_is_strict_and_whole(shop, country):
    assert sorted(docids(shop.search("jobs", country=country))) == sorted(job.docid for job in of(country))


def test_without_a_country_it_is_america(shop):
    answer = shop.ask(query="nurse").json()
    assert (answer["parameters"]["country"], answer["parameters"]["language"]) == ("us", "en")
    assert {posting(row).country.code for row in answer["data"]["jobs"]} == {"us"}


@pytest.mark.parametrize(
    ("word", "seconds"), [("today", DAY), ("3days", 3 * DAY), ("week", 7 * DAY), ("month", 30 * DAY), ("all", 61 * DAY)]
)
def test_a_date_window_is_kept(shop, word, seconds):
    now = shop.control.now()

    def age(job):
        return job.age_s if job.age_s < DAY else now - (now - job.age_s) // DAY * DAY

    found = shop.search("jobs", date_posted=word)
    assert set(docids(found)) == {job.docid for job in of("eg") if word == "all" or age(job) <= seconds}
    assert all(now - row["job_posted_at_timestamp"] <= seconds + 1 for row in found if row["job_posted_at_timestamp"])
    assert found


def test_postings_age_by_the_sandboxes_clock(shop):
    fresh = docids(shop.search("jobs", date_posted="today"))
    shop.control.advance(2 * DAY)
    today = docids(shop.search("jobs", date_posted="today"))
    aged = {docid_in(row["job_id"]): row["job_posted_at"] for row in shop.search("jobs", language="en")}
    assert fresh
    assert set(fresh).isdisjoint(today)
    assert {aged[docid] for docid in fresh} <= {"2 days ago", "3 days ago"}


@given(since=st.floats(1.7e9, 1.9e9), later=st.lists(st.floats(0, 3600), min_size=2, max_size=5))
def test_a_posting_keeps_its_date_while_time_goes_on(since, later):
    ages = Ages(since)
    young = [job for job in CORPUS.values() if job.age_s < DAY - 7200][:5]
    assert all(len({ages.posted(job, since + seconds) for seconds in later}) == 1 for job in young)


def test_there_are_fresh_postings_whatever_the_clock_says(shop):
    counts = []
    for _ in range(3):
        counts.append(len(shop.search("jobs", country="us", date_posted="week")))
        shop.control.advance(100 * DAY)
    assert min(counts) >= 5


def test_work_from_home_leaves_what_is_remote_or_may_be(shop):
    found = shop.search("jobs", work_from_home="true")
    assert {row["job_is_remote"] for row in found} <= {True, None}
    assert set(docids(found)) == {job.docid for job in of("eg") if job.remote in ("yes", "unsaid")}


@pytest.mark.parametrize("types", ["INTERN", "PARTTIME", "CONTRACTOR,INTERN"])
def test_any_of_the_kinds_of_employment_is_enough(shop, types):
    found = shop.search("jobs", employment_types=types)
    assert set(docids(found)) == {job.docid for job in of("eg") if set(types.split(",")) & set(job.types)}
    assert found


@pytest.mark.parametrize(
    ("word", "meets"),
    [
        ("no_experience", lambda job: job.years == 0),
        ("under_3_years_experience", lambda job: 0 < job.years < 3),
        ("more_than_3_years_experience", lambda job: job.years >= 3),
        ("no_degree", lambda job: not job.needs_degree),
        ("no_experience,under_3_years_experience", lambda job: job.years < 3),
    ],
)
def test_requirements_follow_the_years_that_are_asked_for(shop, word, meets):
    found = shop.search("jobs", job_requirements=word)
    assert set(docids(found)) == {job.docid for job in of("eg") if meets(job)}
    assert found


def test_publishers_are_excluded_in_any_case(shop):
    found = shop.search("jobs", exclude_job_publishers="LINKEDIN, wuzzuf")
    assert set(docids(found)) == {job.docid for job in of("eg") if job.publisher not in ("LinkedIn", "Wuzzuf")}


def test_fields_are_projected(shop):
    found = shop.search("jobs", fields="job_title,job_id,nothing")
    assert {tuple(row) for row in found} == {("job_id", "job_title")}


def test_filters_add_up(shop):
    found = shop.search("engineer in cairo", employment_types="FULLTIME", exclude_job_publishers="Indeed")
    expected = {
        job.docid
        for job in of("eg")
        if not job.is_arabic
        and "Engineer" in job.occupation.title.en
        and job.city
        and job.city.name.en == "Cairo"
        and "FULLTIME" in job.types
        and job.publisher != "Indeed"
    }
    assert set(docids(found)) == expected
    assert expected


@pytest.mark.parametrize(
    ("country", "language", "kinds", "via"),
    [
        ("eg", "", {"دوام كامل"}, "عبر"),
        ("eg", "ar", {"دوام كامل"}, "عبر"),
        ("eg", "en", {"Full-time"}, "via"),
        ("de", "", {"Vollzeit"}, "über"),
        ("de", "en", {"Full-time"}, "via"),
        ("us", "", {"Full-time"}, None),
    ],
)
def test_display_texts_are_in_the_language_of_the_answer(shop, country, language, kinds, via):
    found = shop.search("jobs", country=country, language=language)
    whole = [row for row in found if row["job_employment_types"] == ["FULLTIME"]]
    assert {row["job_employment_type"] for row in whole} == kinds
    assert {row["job_location"].partition("•  ")[2].split()[0] for row in whole if "•" in row["job_location"]} == (
        {via} if via else set()
    )


@pytest.mark.parametrize(("country", "language"), [("eg", "de"), ("us", "ar"), ("zz", "en"), ("zz", "")])
def test_a_language_that_the_country_does_not_have_finds_nothing(shop, country, language):
    answer = shop.ask(query="jobs", country=country, language=language)
    assert (answer.status_code, answer.json()["data"]) == (200, {"jobs": [], "cursor": None})


# Order and pages.


def test_a_hit_in_the_title_is_before_one_in_the_text_and_the_newest_first(shop):
    found = shop.search("sql")
    titled = shop.search("data", language="en", date_posted="all")
    in_title = ["data" in fold(row["job_title"]) for row in titled]
    assert in_title == sorted(in_title, reverse=True)
    ages = [row["job_posted_at_timestamp"] for row in found if row["job_posted_at_timestamp"]]
    assert ages == sorted(ages, reverse=True)
    assert len(ages) > 5


def test_ten_are_on_a_page_and_a_cursor_leads_to_the_next(shop):
    pages = shop.walk("jobs", country="us")
    assert [len(page) for page in pages] == [10] * 12 + [len(of("us")) - 120]
    assert sorted(docids(chain(*pages))) == sorted(job.docid for job in of("us"))


def test_several_pages_are_one_answer(shop):
    by_one = shop.walk("jobs", country="us")
    by_three = shop.walk("jobs", country="us", num_pages=3)
    assert len(by_three[0]) == 30
    assert docids(chain(*by_three)) == docids(chain(*by_one))


def test_a_full_last_page_has_no_cursor(shop):
    exactly = shop.search("jobs", country="us")[:120]
    assert len(exactly) == 120
    last = shop.ask(query="jobs", country="us", num_pages=13).json()["data"]
    assert last["cursor"] is None


def test_a_page_repeats_one_posting_when_switched_so(shop):
    shop.use("switches", repeat=True)
    pages = [docids(page) for page in shop.walk("jobs", country="us")]
    assert all(page[0] == before[-1] for before, page in pairwise(pages))
    assert set(chain(*pages)) == {job.docid for job in of("us")}


def test_an_id_differs_from_search_to_search_unless_switched_off(shop):
    first, second = (shop.search("nurse")[0]["job_id"] for _ in range(2))
    shop.use("switches", stable_ids=True)
    third, fourth = (shop.search("nurse")[0]["job_id"] for _ in range(2))
    assert first != second
    assert third == fourth
    assert docid_in(first) == docid_in(second) == docid_in(third)


def test_some_postings_of_other_countries_leak_when_switched_so(shop):
    assert {posting(row).country.code for row in shop.search("jobs")} == {"eg"}
    shop.use("switches", leak=True)
    foreign = [row for row in shop.search("jobs") if posting(row).country.code != "eg"]
    assert 5 <= len(foreign) <= 30


def read(cursor):
    return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


def write(held):
    return base64.urlsafe_b64encode(json.dumps(held).encode()).decode()


def test_a_cursor_holds_mark_place_and_end(shop):
    held = read(shop.ask(query="jobs", country="us").json()["data"]["cursor"])
    assert (set(held), held["offset"]) == ({"h", "offset", "exp"}, 10)
    assert held["exp"] - shop.control.now() == pytest.approx(1800, abs=5)


@pytest.mark.parametrize(
    "change",
    [
        {"query": "nurse"},
        {"country": "eg"},
        {"date_posted": "month"},
        {"employment_types": "FULLTIME"},
        {"work_from_home": "true"},
        {"fields": "job_id"},
    ],
)
def test_a_cursor_of_another_search_is_refused(shop, change):
    cursor = shop.ask(query="jobs", country="us").json()["data"]["cursor"]
    answer = shop.ask(**{"query": "jobs", "country": "us", "cursor": cursor, **change})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 400)


def test_a_cursor_holds_for_half_an_hour(shop):
    cursor = shop.ask(query="jobs", country="us").json()["data"]["cursor"]
    shop.control.advance(1790)
    assert shop.ask(query="jobs", country="us", cursor=cursor, num_pages=2).status_code == 200
    shop.control.advance(20)
    assert shop.ask(query="jobs", country="us", cursor=cursor).status_code == 400


@pytest.mark.parametrize("cursor", ["x", "EExample", "%%%", "مطور", write([1]), write({"h": "x", "offset": 10})])
def test_what_is_no_cursor_is_refused(shop, cursor):
    assert shop.ask(query="jobs", country="us", cursor=cursor).status_code == 400


@pytest.mark.parametrize("change", [{"offset": -1}, {"offset": "10"}, {"exp": "later"}, {"offset": 1.5}])
def test_a_forged_cursor_is_refused(shop, change):
    held = read(shop.ask(query="jobs", country="us").json()["data"]["cursor"])
    assert shop.ask(query="jobs", country="us", cursor=write({**held, **change})).status_code == 400


# Parameters.


def test_parameters_are_echoed_as_they_were_understood(shop):
    answer = shop.ask(
        query="developer in cairo",
        country="EG",
        language="en",
        date_posted="week",
        num_pages="2",
        work_from_home="true",
        employment_types="FULLTIME,INTERN",
        job_requirements="no_degree",
        radius="25",
        exclude_job_publishers="BeBee",
        fields="job_id",
        remote_jobs_only="true",
    ).json()
    assert (answer["status"], len(answer["request_id"])) == ("OK", 36)
    assert answer["parameters"] == {
        "query": "developer in cairo",
        "num_pages": 2,
        "date_posted": "week",
        "country": "eg",
        "language": "en",
        "work_from_home": True,
        "employment_types": ["FULLTIME", "INTERN"],
        "job_requirements": ["no_degree"],
        "radius": 25.0,
        "exclude_job_publishers": ["BeBee"],
        "fields": ["job_id"],
    }


@pytest.mark.parametrize(
    "change",
    [
        {"query": ""},
        {"query": "  "},
        {"date_posted": "yesterday"},
        {"num_pages": "0"},
        {"num_pages": "21"},
        {"num_pages": "-1"},
        {"num_pages": "many"},
        {"num_pages": "1.5"},
        {"work_from_home": "yes"},
        {"employment_types": "full_time"},
        {"employment_types": "FULLTIME,OTHER"},
        {"job_requirements": "phd"},
        {"radius": "far"},
        {"radius": "-1"},
        {"radius": "nan"},
        {"radius": "inf"},
    ],
)
def test_a_parameter_that_cannot_be_is_refused_in_the_vendors_shape(shop, change):
    answer = shop.ask(**{"query": "developer", "country": "eg", **change})
    body = answer.json()
    assert (answer.status_code, body["status"], body["error"]["code"]) == (400, "ERROR", 400)
    assert set(body) == {"status", "request_id", "error"}
    assert "x-rapidapi-proxy-response" not in answer.headers


NAMES = """
    query cursor page num_pages country language date_posted radius job_id fields company job_title location
    location_type employment_types job_requirements exclude_job_publishers
"""
TEXTS = st.text(max_size=20) | st.sampled_from(
    ["jobs in cairo", "eg", "ar", "__types__", "__dupes__", "week", "2", "-"]
)


@given(
    path=st.sampled_from(["/search-v2", "/search", "/job-details", "/estimated-salary", "/company-job-salary"]),
    query=st.dictionaries(st.sampled_from(NAMES.split()), TEXTS, max_size=6),
    words=st.lists(
        st.sampled_from(["types", "nulls", "missing", "dupes", "xss", "news", "array", "empty"]), max_size=3
    ),
)
def test_whatever_is_asked_is_answered_or_refused(path, query, words):
    api = Api(lambda: 1_795_608_000.0)
    api.switches = Switches(classic=True)
    try:
        status = json.loads(write_json(api.operation_at(path)(query, words).body))["status"]
    except RefusedError as refused:
        status = refused.status
    assert status in ("OK", 400)


def test_a_missing_query_is_refused(shop):
    assert shop.ask(country="eg").status_code == 400


# The classic path.


def test_the_classic_path_is_retired(shop):
    answer = shop.ask("/search", query="developer")
    assert (answer.status_code, answer.json()) == (404, {"message": "Endpoint '/search' does not exist"})
    assert answer.headers["x-rapidapi-proxy-response"] == "true"


def test_the_classic_path_gives_a_list_and_counts_pages_when_switched_on(shop):
    shop.use("switches", classic=True)
    pages = [shop.ask("/search", query="jobs", page=page).json() for page in (1, 2, 13, 14)]
    assert [len(page["data"]) for page in pages] == [10, 10, len(of("us")) - 120, 0]
    assert pages[1]["parameters"]["page"] == 2
    by_cursor = shop.walk("jobs", country="us")
    assert [row["job_id"] for row in pages[1]["data"]] == docids(by_cursor[1])
    assert (
        shop.ask("/search", query="jobs", page=2, num_pages=2).json()["data"][10:]
        == (shop.ask("/search", query="jobs", page=3).json()["data"])
    )


@pytest.mark.parametrize("page", ["0", "101", "first"])
def test_the_classic_path_has_a_hundred_pages(shop, page):
    shop.use("switches", classic=True)
    assert shop.ask("/search", query="jobs", page=page).status_code == 400
    assert shop.ask("/search-v2", query="jobs", page=page).status_code == 200
