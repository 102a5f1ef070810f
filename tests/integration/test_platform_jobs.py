"""The platform's board of jobs over real sockets: its own postings, those from outside, and life without the latter."""

import html
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from examples.shared.messages import Language, say
from examples.shared.searching import headers_of
from tests.integration.platforms import Kind, Platform, platform_on, sqlite_url

from ace_integrations.jobs import JobOrigin, SearchMeta

FIELDS = [
    "id",
    "title",
    "company",
    "location",
    "description",
    "salary_min",
    "salary_max",
    "employment_type",
    "experience_level",
    "remote",
    "apply_url",
    "posted_at",
    "source",
]
OWN = [
    "Junior data analyst",
    "مطوّر واجهات أمامية",
    "Content editor, Arabic and English",
    "متدرّب في علم البيانات",
    "Backend engineer, Python",
    "مدرّب لغة إنجليزية للأعمال",
    "Support specialist for schools",
]
"""The demonstration's postings, newest first."""


@pytest.fixture(scope="module")
def shared(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform_on(sqlite_url(tmp_path_factory.mktemp("jobs")), kind=kind) as platform:
        yield platform


@pytest.fixture
def fresh(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform_on(sqlite_url(tmp_path_factory.mktemp("fresh")), kind=kind) as platform:
        yield platform


def ask(platform: Platform, path: str = "/api/jobs", **query: Any) -> httpx.Response:
    return httpx.get(f"{platform.url}{path}", params=query, trust_env=False, timeout=20)


def asked_outside(platform: Platform) -> int:
    return len(platform.control.journal(provider="jsearch", kind="call"))


def titles(answer: httpx.Response, source: str = "local") -> list[str]:
    return [job["title"] for job in answer.json() if job["source"] == source]


# GET /api/jobs


def test_an_answer_is_an_array_of_postings_with_thirteen_fields_the_own_ones_first(platform: Platform) -> None:
    answer = ask(platform)
    jobs = answer.json()
    assert [list(job) for job in jobs] == [FIELDS] * len(jobs)
    sources = [job["source"] for job in jobs]
    assert sources == ["local"] * 7 + ["external"] * (len(jobs) - 7)
    assert len(jobs) > 7
    assert all(job["id"].startswith("ext_") is (job["source"] == "external") for job in jobs)
    assert titles(answer) == OWN


def test_local_asks_no_service_and_external_gives_nothing_of_the_platforms(fresh: Platform) -> None:
    local = ask(fresh, job_source="local")
    assert (titles(local), titles(local, "external"), local.headers["x-jobs-external"]) == (OWN, [], "not_asked")
    assert asked_outside(fresh) == 0
    external = ask(fresh, job_source="external")
    assert (titles(external), titles(external, "external") != []) == ([], True)
    assert asked_outside(fresh) == 1


def test_the_headers_say_how_many_came_from_outside_and_when(shared: Platform) -> None:
    answer = ask(shared, keyword="engineer")
    count = len(titles(answer, "external"))
    assert re.fullmatch(rf"ok; count={count}; fetched_at=20[\d:T+-]+", answer.headers["x-jobs-external"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"job_source": "everywhere"}, "job_source"),
        ({"employment_type": "volunteer"}, "employment_type"),
        ({"date_posted": "yesterday"}, "date_posted"),
        ({"experience_level": "guru"}, "experience_level"),
        ({"remote": "perhaps"}, "remote"),
        ({"keyword": "x" * 121}, "keyword"),
        ({"location": "Cai\u0007ro"}, "location"),
        ({"cursor": "an old one"}, "cursor"),
    ],
)
def test_a_filter_that_means_nothing_is_refused_by_name(query: dict[str, str], field: str, shared: Platform) -> None:
    answer = ask(shared, **query)
    assert (answer.status_code, field in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"keyword": "python"}, [0, 3, 4]),
        ({"keyword": "PYTHON data"}, [0]),
        ({"keyword": "بيانات"}, [3]),
        ({"keyword": "nilometer"}, [0, 3]),
        ({"keyword": "100%"}, []),
        ({"keyword": "_"}, []),
        ({"location": "Alexandria, EG"}, [1, 6]),
        ({"location": "القاهرة"}, [0, 3, 4, 5]),
        ({"location": "مصر"}, [0, 1, 3, 4, 5, 6]),
        ({"remote": "true"}, [2]),
        ({"employment_type": ["internship", "contract"]}, [3, 5]),
        ({"employment_type": "part_time"}, [2]),
        ({"date_posted": "week"}, [0, 1, 2, 3, 4]),
        ({"date_posted": "today"}, [0, 1]),
        ({"date_posted": "all"}, [0, 1, 2, 3, 4, 5, 6]),
        ({"experience_level": "senior"}, [2, 4]),
        ({"keyword": "data", "employment_type": "internship", "location": "Giza"}, []),
        ({"keyword": "", "location": "", "experience_level": "", "employment_type": "", "cursor": ""}, list(range(7))),
    ],
)
def test_each_filter_narrows_the_platforms_own_postings(query: Any, found: list[int], platform_posts: Platform) -> None:
    answer = ask(platform_posts, job_source="local", **query)
    assert titles(answer) == [OWN[number] for number in found]


@pytest.fixture(scope="module")
def platform_posts(shared: Platform) -> Platform:
    """Give the platform with one posting a minute older than a day: dates are compared, not days."""
    day_old = "UPDATE jobs SET posted_at = datetime(posted_at, '+2 minutes') WHERE id = 2"
    shared.database.change(day_old)
    return shared


def test_filters_reach_the_service_too(fresh: Platform) -> None:
    ask(
        fresh,
        keyword="accountant",
        location="Alexandria",
        remote="true",
        employment_type=["part_time", "internship"],
        date_posted="3days",
        experience_level="entry",
    )
    (call,) = fresh.control.journal(provider="jsearch", kind="call")
    asked = httpx.URL(call["path"]).params
    assert asked["query"] == "accountant in Alexandria"
    assert asked["employment_types"] == "INTERN,PARTTIME"
    assert (asked["date_posted"], asked["work_from_home"]) == ("3days", "true")
    assert "no_experience" in asked["job_requirements"]


def test_the_next_page_holds_others_from_outside_and_none_of_the_own(fresh: Platform) -> None:
    first = ask(fresh)
    second = ask(fresh, cursor=first.headers["x-jobs-cursor"])
    assert titles(second) == []
    assert second.json()
    assert not {job["id"] for job in second.json()} & {job["id"] for job in first.json()}


@pytest.mark.parametrize("kind", ["fastapi"], indirect=True)
def test_the_openapi_description_shows_the_fields_and_the_headers(shared: Platform) -> None:
    described = httpx.get(f"{shared.url}/openapi.json", trust_env=False).json()
    answer = described["paths"]["/api/jobs"]["get"]["responses"]["200"]
    assert set(answer["headers"]) == {"X-Jobs-External", "X-Jobs-Cursor"}
    items = answer["content"]["application/json"]["schema"]["items"]["$ref"].rpartition("/")[2]
    assert list(described["components"]["schemas"][items]["properties"]) == FIELDS
    named = {one["name"] for one in described["paths"]["/api/jobs"]["get"]["parameters"]}
    assert named == {
        "job_source",
        "keyword",
        "location",
        "remote",
        "employment_type",
        "date_posted",
        "experience_level",
        "cursor",
    }


@pytest.mark.parametrize("cursor", ["a\r\nset-cookie: stolen=1", "a\0b", "\u0661"])
def test_a_cursor_that_fits_into_no_header_is_none(cursor: str) -> None:
    meta = SearchMeta(job_source=JobOrigin.BOTH, cursor=cursor)
    assert headers_of(meta) == {"x-jobs-external": "ok"}


def test_searching_is_limited_by_who_asks(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> None:
    url = sqlite_url(tmp_path_factory.mktemp("limit"))
    with platform_on(url, limits=("default=3/minute",), kind=kind) as platform:
        answers = [ask(platform, job_source="local") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[-1].headers["retry-after"]) > 0


# While the service is down.


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("status", "unavailable"), ("reset_before", "unavailable"), ("html", "unreadable"), ("bad_json", "unreadable")],
)
def test_without_the_service_the_own_postings_are_shown_and_the_rest_of_the_platform_works(
    fault: str, reason: str, fresh: Platform
) -> None:
    with fresh.verified() as story:
        fresh.control.fail(fault, provider="jsearch", status=503, times=None)
        answer = ask(fresh)
        assert (answer.status_code, titles(answer), titles(answer, "external")) == (200, OWN, [])
        assert answer.headers["x-jobs-external"].startswith(f"unavailable; reason={reason}")
        shown = story.browser.get("/jobs")
        assert (shown.status_code, f'data-missing="{reason}"' in shown.text) == (200, True)
        assert say(f"jobs_missing_{reason}", "en") in shown.text
        assert all(title in shown.text for title in OWN)
        others = ("/courses", "/courses/1", "/payments", "/verify", "/jobs/1", "/login")
        assert [story.browser.get(path).status_code for path in others] == [200] * 6


def test_a_search_that_only_the_outside_could_answer_is_no_empty_list(fresh: Platform) -> None:
    fresh.control.fail("status", provider="jsearch", status=503, times=None)
    shown = ask(fresh, "/jobs", keyword="zoologist")
    assert ('data-missing="unavailable"' in shown.text, 'data-state="empty"' in shown.text) == (True, False)


def test_an_older_answer_stands_in_and_is_marked_with_its_time(fresh: Platform) -> None:
    first = ask(fresh)
    fresh.control.advance(3700)
    fresh.control.fail("status", provider="jsearch", status=503, times=None)
    later = ask(fresh)
    assert titles(later, "external") == titles(first, "external")
    fetched = first.headers["x-jobs-external"].partition("fetched_at=")[2]
    stale = later.headers["x-jobs-external"]
    assert (stale.startswith("stale; reason=unavailable"), f"fetched_at={fetched}" in stale) == (True, True)
    shown = ask(fresh, "/jobs").text
    assert say("jobs_stale", "en") in shown
    assert f"{fetched[:10]} {fetched[11:16]} UTC" in shown
    fresh.control.clear_faults()
    fresh.control.advance(120)
    assert ask(fresh).headers["x-jobs-external"].startswith("ok")


def test_a_plan_that_is_used_up_is_said_without_a_button_that_cannot_help(fresh: Platform) -> None:
    fresh.control.post("jsearch/quota", remaining=0)
    answer = ask(fresh)
    assert (titles(answer), "reason=quota" in answer.headers["x-jobs-external"]) == (OWN, True)
    shown = ask(fresh, "/jobs").text
    assert say("jobs_missing_quota", "en") in shown
    assert say("try_again", "en") not in shown


# The pages.


def test_the_form_keeps_what_was_searched_for_and_the_language_link_keeps_the_page(shared: Platform) -> None:
    page = ask(
        shared, "/jobs", keyword='"data"', location="Cairo", employment_type="internship", job_source="local"
    ).text
    assert 'value="&#34;data&#34;"' in page
    assert re.search(r'value="internship" checked', page)
    assert re.search(r'value="local" selected', page)
    assert re.search(r"/lang/ar\?back=/jobs%3Fkeyword%3D%2522data%2522%26location%3DCairo", page)


def test_who_finds_nothing_is_led_on(shared: Platform) -> None:
    page = ask(shared, "/jobs", keyword="zoologist", job_source="local").text
    assert 'data-state="empty"' in page
    assert re.search(rf'<a class="button" href="/jobs">{say("jobs_widen", "en")}</a>', page)


def test_a_search_that_the_form_does_not_offer_is_told_with_the_form(shared: Platform) -> None:
    page = ask(shared, "/jobs", job_source="everywhere")
    assert (page.status_code, 'data-news="filters"' in page.text) == (422, True)
    lapsed = ask(shared, "/jobs", keyword="nurse", cursor="an old one")
    assert (lapsed.status_code, 'data-news="lapsed"' in lapsed.text) == (422, True)
    assert 'value="nurse"' in lapsed.text


def test_the_list_goes_on_to_a_second_page_and_back(fresh: Platform) -> None:
    first = ask(fresh, "/jobs", keyword="engineer").text
    (more,) = re.findall(r'href="(/jobs\?[^"]*cursor=[^"]*)"', first)
    second = httpx.get(f"{fresh.url}{html.unescape(more)}", trust_env=False, timeout=20).text
    assert ('data-source="external"' in second, 'data-source="local"' in second) == (True, False)
    assert 'href="/jobs?keyword=engineer"' in second


def test_each_posting_of_the_list_has_its_page_and_those_from_outside_are_not_asked_for_again(fresh: Platform) -> None:
    page = ask(fresh, "/jobs", keyword="engineer").text
    links = [html.unescape(one) for one in re.findall(r'<h3><a href="([^"]+)"', page)]
    asked = asked_outside(fresh)
    answers = [httpx.get(f"{fresh.url}{link}", trust_env=False, timeout=20) for link in links]
    assert [answer.status_code for answer in answers] == [200] * len(links)
    assert len(links) > 5
    assert asked_outside(fresh) == asked
    assert all('href="/jobs?keyword=engineer"' in answer.text for answer in answers)


def test_a_posting_of_the_platform_shows_its_text_and_no_button_that_does_nothing(shared: Platform) -> None:
    page = ask(shared, "/jobs/2").text
    assert "تبني واجهات عربية" in page
    assert "EGP 18,000–26,000" in page
    assert page.count("<button") == 0


def test_a_posting_from_outside_leads_out_without_leaving_a_trace(shared: Platform) -> None:
    page = ask(shared, "/jobs", keyword="engineer", job_source="external").text
    link = html.unescape(re.findall(r'<h3><a href="([^"]+)"', page)[0])
    shown = httpx.get(f"{shared.url}{link}", trust_env=False, timeout=20).text
    (apply,) = re.findall(r'<a class="button primary" [^>]*>', shown)
    assert re.search(r'href="https?://', apply)
    assert 'target="_blank" rel="noopener nofollow"' in apply


@pytest.mark.parametrize("word", ["xss", "bidi", "mojibake", "surrogate", "nulls", "missing", "types", "nan"])
def test_what_others_wrote_is_text_and_never_markup(word: str, shared: Platform) -> None:
    listed = ask(shared, "/jobs", keyword=f"engineer __{word}__", job_source="external")
    links = [html.unescape(one) for one in re.findall(r'<h3><a href="([^"]+)"', listed.text)]
    shown = httpx.get(f"{shared.url}{links[0]}", trust_env=False, timeout=20)
    for page in (listed, shown):
        assert page.status_code == 200
        assert not re.search(r'<script|<img src=x|href="javascript:|\u202e', page.text.partition("<main")[2])


@pytest.mark.parametrize(
    "path",
    [
        "/jobs/99",
        "/jobs/0",
        "/jobs/" + "9" * 30,
        "/jobs/٣",
        "/jobs/ext_nobody",
        "/jobs/ext_a%2Fb",
        "/jobs/-1",
        "/jobs/1/apply",
    ],
)
def test_a_posting_that_is_not_there_is_told_with_a_way_back(path: str, shared: Platform) -> None:
    answer = ask(shared, path)
    assert (answer.status_code, say("job_gone", "en") in answer.text) == (404, True)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_board_reads_in_both_languages(language: Language, shared: Platform) -> None:
    with shared.student(f"jobs-{language}@example.com") as story:
        story.browser.get(f"/lang/{language}")
        paths = ["/jobs", "/jobs?keyword=zoologist&job_source=local", "/jobs?job_source=x", "/jobs/1", "/jobs/99"]
        pages = [story.browser.get(path).text for path in paths]
    direction = "rtl" if language == "ar" else "ltr"
    for page in pages:
        assert f'<html lang="{language}" dir="{direction}">' in page
        assert page.count("<h1") == 1
    assert say("jobs_local", language) in pages[0]
