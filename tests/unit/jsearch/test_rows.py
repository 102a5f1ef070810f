"""Rows of the service as postings: every vector, and whatever else may come."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_integrations.core import Headers, Reply
from ace_integrations.errors import InvalidRequestError, UnavailableError, UnexpectedReplyError
from ace_integrations.jobs import JobPage, JobPosting
from ace_integrations.jobs.dedupe import dedupe_key
from ace_integrations.jobs.link import web_address
from ace_integrations.jsearch.models import read_page
from ace_integrations.jsearch.rows import RowRefusedError, to_posting
from ace_integrations.jsearch.rows.job_id import stable_id

GIVEN = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))
NOW = datetime.fromisoformat(GIVEN["now"])
ROW: dict[str, Any] = GIVEN["row"]
EXTRAS = {"salary_period": None, "salary_currency": None}


def named(vectors: list[dict[str, Any]]) -> Any:
    return [pytest.param(vector, id=vector["vector"]) for vector in vectors]


def row_of(vector: dict[str, Any]) -> dict[str, Any]:
    row = {name: ROW[name] for name in vector["only"]} if "only" in vector else ROW
    return {**row, **vector["change"]}


def test_the_row_that_every_vector_changes_gives_the_thirteen_fields_in_their_order():
    public = to_posting(ROW, now=NOW).public()
    assert (public, list(public)) == (GIVEN["posting"], list(GIVEN["posting"]))


@pytest.mark.parametrize("vector", named([one for one in GIVEN["vectors"] if "refused" not in one]))
def test_each_vector_changes_these_fields_and_no_others(vector):
    posting = to_posting(row_of(vector), now=NOW, annualise=vector.get("annualise", False))
    written = json.loads(posting.model_dump_json())
    expected = {**GIVEN["posting"], **EXTRAS, **vector["expect"]}
    assert {name: written[name] for name in expected} == expected


@pytest.mark.parametrize("vector", named([one for one in GIVEN["vectors"] if "refused" in one]))
def test_a_row_without_a_title_is_refused(vector):
    with pytest.raises(RowRefusedError):
        to_posting(row_of(vector), now=NOW)


@pytest.mark.parametrize("field", sorted(ROW))
@pytest.mark.parametrize("how", ["missing", "null"])
def test_any_field_but_the_title_may_be_missing(field, how):
    row = {**ROW, field: None}
    if how == "missing":
        del row[field]
    if field == "job_title":
        with pytest.raises(RowRefusedError):
            to_posting(row, now=NOW)
    else:
        assert to_posting(row, now=NOW).title == "Backend Engineer"


@pytest.mark.parametrize(("title", "company", "place", "key"), GIVEN["dedupe"])
def test_one_job_on_several_boards_has_one_key(title, company, place, key):
    assert dedupe_key(title, company, place) == key


@pytest.mark.parametrize(("given_id", "stable"), GIVEN["stable_ids"])
def test_the_stable_part_of_an_id_is_found_whatever_follows_it(given_id, stable):
    assert stable_id(given_id) == stable


def test_an_id_that_changes_from_search_to_search_is_kept_to_ask_the_service_with():
    posting = to_posting({**ROW, "job_id": "YWFhYWFhYWFhYWFhYWFhYUFBQUFBQT09cnVuLTc="}, now=NOW)
    assert posting.provider_job_id == "YWFhYWFhYWFhYWFhYWFhYUFBQUFBQT09cnVuLTc="


def test_what_has_no_field_of_its_own_is_kept_beside_the_posting_and_out_of_its_json():
    posting = to_posting({**ROW, "job_onet_soc": "15113200"}, now=NOW)
    assert posting.raw["job_onet_soc"] == "15113200"
    assert "raw" not in json.loads(posting.model_dump_json())


def test_a_posting_that_was_kept_elsewhere_comes_back_the_same():
    posting = to_posting({**ROW, "job_salary_string": "EGP 15,000 a month"}, now=NOW)
    again = JobPosting.model_validate_json(posting.model_dump_json())
    assert again.model_copy(update={"raw": posting.raw}) == posting


def test_a_posting_without_an_id_is_found_again_by_what_it_says():
    row = {**ROW, "job_id": None}
    assert to_posting(row, now=NOW).id == to_posting({**row, "employer_name": "NILECODE S.A.E."}, now=NOW).id


# Texts.


@pytest.mark.parametrize(
    ("given_text", "clean"),
    [
        ("List<String> and vector<int> in C++", "List<String> and vector<int> in C++"),
        ("<p>a</p><script>alert(1)", "a"),
        ("a<!-- b -->c<br/>d", "ac\nd"),
        ("<div onclick=x>a</div>\n\n\n\nb", "a\n\nb"),
        ("one\r\ntwo\rthree\t four", "one\ntwo\nthree four"),
        ("• one\n• two", "• one\n• two"),
        ("Ã© alone – عربي", "Ã© alone – عربي"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("<STYLE>p{}</STYLE ><h1>T</h1>x", "T\nx"),
    ],
)
def test_a_description_is_plain_text_with_its_lines(given_text, clean):
    assert to_posting({**ROW, "job_description": given_text}, now=NOW).description == clean


@pytest.mark.parametrize("title", [["Engineer"], {"title": "Engineer"}, True, None, "\u202e \u0000", float("nan"), 0.5])
def test_a_title_is_text_or_a_number(title):
    row = {**ROW, "job_title": title}
    if title == 0.5:
        assert to_posting(row, now=NOW).title == "0.5"
    else:
        with pytest.raises(RowRefusedError):
            to_posting(row, now=NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("€45.000 - €60.000 a year", (45000, 60000, "YEAR", "EUR")),
        ("From $20 an hour", (20, None, "HOUR", None)),
        ("8k+ QAR monthly", (8000, None, "MONTH", "QAR")),
        ("من ٥ آلاف", (5, None, None, None)),
        ("10 ألف جنيه شهريا", (10000, 10000, "MONTH", "EGP")),
        ("0", (None, None, None, None)),
        ("US$1.5M a year", (1500000, 1500000, "YEAR", "USD")),
    ],
)
def test_a_salary_is_read_from_its_text(text, expected):
    posting = to_posting({**ROW, "job_salary_string": text}, now=NOW)
    assert (posting.salary_min, posting.salary_max, posting.salary_period, posting.salary_currency) == expected


@pytest.mark.parametrize(
    ("text", "ago_days"),
    [
        ("30+ days ago", 30), ("yesterday", 1), ("today", 0), ("a week ago", 7), ("2 weeks ago", 14),
        ("vor einem Tag", 1),
        ("il y a 3 jours", 3), ("hier", 1), ("منذ يوم", 1), ("قبل أسبوعين", 14), ("اليوم", 0), ("hace un mes", 30),
    ],
)  # fmt: skip
def test_a_relative_date_is_meant_from_when_the_row_was_fetched(text, ago_days):
    row = {**ROW, "job_posted_at_datetime_utc": None, "job_posted_at_timestamp": None, "job_posted_at": text}
    posting = to_posting(row, now=NOW)
    assert posting.posted_at is not None
    assert ((NOW - posting.posted_at).days, posting.posted_at_approximate) == (ago_days, True)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31", 1e300, -5, "2026-11-28T00:00:00Z", True])
def test_a_date_that_cannot_be_is_no_date(at):
    row = {**ROW, "job_posted_at_datetime_utc": at, "job_posted_at_timestamp": at, "job_posted_at": None}
    assert to_posting(row, now=NOW).posted_at is None


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Mid-level Python Developer", "mid"),
        ("Staff Software Engineer", "senior"),
        ("Head of Product", "senior"),
        ("Graduate Accountant", "entry"),
        ("International Sales", None),
        ("Leadership Coach", None),
        ("Account Manager", None),
    ],
)
def test_a_title_tells_the_level(title, level):
    assert to_posting({**ROW, "job_title": title}, now=NOW).experience_level == level


@pytest.mark.parametrize(
    ("description", "level"),
    [
        ("Our firm has 20 years. Experience with Excel.", None),
        ("Experience: minimum 2 years", "mid"),
        ("experience of 1.5 years", None),
        ("خبرة سنتين على الأقل", "mid"),
        ("100 years experience", None),
        ("$15 an hour with experience", None),
        ("18 years or older with experience", None),
        ("18 years of age; 2+ yrs of retail experience", "mid"),
        ("Erfahrung: 6 Jahre", "senior"),
        ("لا يشترط خبرة", "entry"),
    ],
)
def test_a_sentence_about_experience_tells_the_level(description, level):
    assert to_posting({**ROW, "job_description": description}, now=NOW).experience_level == level


@pytest.mark.parametrize(
    ("title", "remote"), [("Remote Sensing Analyst", False), ("WFH Agent", True), ("Moremote", False)]
)
def test_a_title_tells_whether_it_is_remote(title, remote):
    assert to_posting({**ROW, "job_title": title}, now=NOW).remote is remote


# Addresses.


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "data:text/html,x", "//jobs.example/1", "https://", "https:///x", "http://a:b@x.example/",
        "https://x.example/a b", "https://x.example/\n", 'https://x.example/"onclick=', "https://x.example\\@y.example/",
        "https://x.example/<script>", "ftp://x.example/", f"https://x.example/{'a' * 2048}", "https://x%40y.example/",
        "https://x.example／.y.example", "https://x.example/\u202e", "https://x.example/\ud83d", 7, None, [],
    ],
)  # fmt: skip
def test_an_address_that_could_lead_elsewhere_is_none(address):
    expected = "https://x.example/" if address == "https://x.example/\n" else None
    assert web_address(address) == expected


# Whatever comes.

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=40)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
TEXTS = st.sampled_from(
    [
        "٣ أيام", "Up to 9,000", "$1-$2K a year", "<li>a", "&#xd800;", "Remote", "5+ years experience", "\ud83d", "NaN",
        "https://x.example/1", "javascript:alert(1)", "Ã©", "2026-11-23T00:00:00Z", "", "9" * 400,
        "aaaaaaaaaaaaaaaaAAAAAA==",
    ]
)  # fmt: skip
FIELDS = [
    *ROW,
    "job_salary_string",
    "work_arrangement",
    "seniority_level",
    "job_required_experience",
    "job_google_link",
]
ROWS = st.dictionaries(st.sampled_from(FIELDS), JSON | TEXTS) | st.dictionaries(
    st.text(st.characters(codec=None), max_size=8), JSON
)


def _written(value: object) -> bytes:
    return json.dumps(value).encode()


def _answered(data: object) -> bytes:
    return _written({"status": "OK", "data": data})


@given(row=ROWS, titled=st.booleans(), annualise=st.booleans())
def test_any_object_is_a_posting_or_a_refused_row(row, titled, annualise):
    row = {**row, "job_title": "Engineer"} if titled else row
    try:
        posting = to_posting(row, now=NOW, annualise=annualise)
    except RowRefusedError:
        assert not titled
        return
    text = posting.model_dump_json().encode("utf-8").decode("utf-8")
    assert JobPosting.model_validate_json(text).id == posting.id
    assert posting.title.strip()
    for address in (posting.apply_url, *(option.url for option in posting.apply_options)):
        assert address is None or web_address(address) == address
    if posting.salary_min is not None and posting.salary_max is not None:
        assert posting.salary_min <= posting.salary_max
    assert posting.posted_at is None or posting.posted_at.tzinfo is UTC


@given(
    lowest=st.integers(1, 10**7) | st.floats(0.01, 1e7),
    highest=st.integers(1, 10**7) | st.floats(0.01, 1e7),
    period=st.sampled_from(["HOUR", "DAY", "WEEK", "MONTH", "YEAR", None]),
)
def test_a_range_keeps_its_order_and_its_amounts(lowest, highest, period):
    row = {**ROW, "job_min_salary": lowest, "job_max_salary": highest, "job_salary_period": period}
    posting = to_posting(row, now=NOW)
    assert {posting.salary_min, posting.salary_max} == {round(lowest, 2), round(highest, 2)}
    assert posting.salary_min <= posting.salary_max


@given(text=st.text(st.characters(exclude_characters="ÃÂâØÙð"), max_size=300))
def test_cleaning_twice_changes_nothing_more(text):
    once = to_posting({**ROW, "employer_name": text}, now=NOW).company
    assert to_posting({**ROW, "employer_name": once}, now=NOW).company == once


@given(
    body=st.binary(max_size=60)
    | JSON.map(_written)
    | st.lists(ROWS, max_size=3).map(lambda rows: _answered({"jobs": rows}))
)
def test_any_body_is_a_page_or_a_typed_error(body):
    try:
        page = read_page(Reply(200, Headers(), body, received_at=NOW.timestamp()))
    except (UnexpectedReplyError, UnavailableError, InvalidRequestError):
        return
    assert JobPage.model_validate_json(page.model_dump_json().encode("utf-8")).cursor == page.cursor
