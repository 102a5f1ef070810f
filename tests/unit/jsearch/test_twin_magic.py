"""Words in a query that spoil the twin's answer."""

import json

import httpx
import pytest

from ace_integrations.jsearch.sandbox.corpus import docid_in
from ace_integrations.jsearch.sandbox.magic import seconds_in, words_in


def ask(shop, word, rest="in cairo", **more):
    return shop.ask(query=f"__{word}__ {rest}", country="eg", **more)


def rows(shop, word, rest="in cairo"):
    found = ask(shop, word, rest).json()["data"]["jobs"]
    assert found
    return found


@pytest.fixture
def plain(shop):
    return shop.ask(query="in cairo", country="eg").json()["data"]["jobs"]


@pytest.mark.parametrize(
    ("query", "words", "rest"),
    [
        ("developer in cairo", [], "developer in cairo"),
        ("__429__ developer in cairo", ["429"], "developer in cairo"),
        ("developer __slow_8__ in cairo __bidi__", ["slow_8", "bidi"], "developer in cairo"),
        ("__502_html____xss__", ["502_html", "xss"], ""),
        ("__init__ method", ["init"], "method"),
        ("snake__case", [], "snake__case"),
    ],
)
def test_magic_words_stand_anywhere_in_a_query(query, words, rest):
    assert words_in(query) == (words, rest)


@pytest.mark.parametrize(
    ("words", "seconds"), [([], 0), (["slow_8"], 8), (["slow_0.5", "slow_1"], 1.5), (["slow_x"], 0), (["hang"], 120)]
)
def test_words_say_how_long_an_answer_takes(words, seconds):
    assert seconds_in(words) == seconds


def test_an_unknown_word_spoils_nothing(shop, plain):
    assert [docid_in(row["job_id"]) for row in rows(shop, "nonsense")] == [docid_in(row["job_id"]) for row in plain]


# Refusals.


@pytest.mark.parametrize(
    ("word", "status", "message"),
    [
        ("401", 401, "Invalid API key."),
        ("403", 403, "You are not subscribed to this API."),
        ("404", 404, "Endpoint '/search-v2' does not exist"),
        ("429", 429, "You have exceeded the rate limit per second for your plan, PRO, by the API provider"),
        ("429_quota", 429, "You have exceeded the MONTHLY quota for Requests on your current plan, PRO."),
        ("504", 504, "Gateway Timeout"),
    ],
)
def test_the_gateway_refuses(shop, word, status, message):
    answer = ask(shop, word)
    assert (answer.status_code, answer.json()) == (status, {"message": message})
    assert answer.headers["x-rapidapi-proxy-response"] == "true"


def test_a_used_up_quota_is_told_by_header_too_and_only_once(shop):
    quota, burst, after = ask(shop, "429_quota"), ask(shop, "429"), ask(shop, "none")
    left = [answer.headers["x-ratelimit-requests-remaining"] for answer in (quota, burst, after)]
    assert left == ["0", "10000", "9999"]


@pytest.mark.parametrize(("word", "status", "code"), [("500", 500, 500), ("error200", 200, 400)])
def test_the_service_refuses_in_its_own_shape(shop, word, status, code):
    answer = ask(shop, word)
    assert (answer.status_code, answer.json()["status"], answer.json()["error"]["code"]) == (status, "ERROR", code)
    assert "x-rapidapi-proxy-response" not in answer.headers


@pytest.mark.parametrize(
    ("word", "status", "start", "kind"),
    [
        ("502_html", 502, "<html>", "text/html"),
        ("503", 503, "", "text/plain"),
        ("html200", 200, "<!doctype", "text/html"),
    ],
)
def test_answers_are_not_json(shop, word, status, start, kind):
    answer = ask(shop, word)
    assert answer.status_code == status
    assert answer.text.startswith(start)
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["x-ratelimit-requests-remaining"] == "9999"


def test_a_flaky_query_is_well_at_the_second_try_and_each_has_tries_of_its_own(shop):
    statuses = [ask(shop, "flaky").status_code for _ in range(4)]
    other = ask(shop, "flaky", "in giza").status_code
    assert (statuses, other) == ([500, 200, 500, 200], 500)


# The wire.


def test_a_cut_connection_is_cut(shop):
    with pytest.raises(httpx.RemoteProtocolError):
        ask(shop, "reset")


@pytest.mark.parametrize("word", ["hang", "slow_8"])
def test_a_silent_answer_keeps_a_caller_waiting(shop, word):
    shop.http.timeout = httpx.Timeout(5, read=0.15)
    with pytest.raises(httpx.ReadTimeout):
        ask(shop, word)


def test_a_slow_answer_comes_in_the_end(shop):
    answer = ask(shop, "slow_0.01")
    assert (answer.status_code, len(answer.json()["data"]["jobs"])) == (200, 10)


# Shapes.


def test_an_empty_answer_is_a_good_one(shop):
    answer = ask(shop, "empty").json()
    assert (answer["status"], answer["data"]) == ("OK", {"jobs": [], "cursor": None})


def test_a_cut_answer_is_no_json(shop):
    answer = ask(shop, "malformed")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.text.startswith('{"status":"OK"')
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_the_classic_shape_is_a_list(shop, plain):
    answer = ask(shop, "array").json()
    assert [row["job_title"] for row in answer["data"]] == [row["job_title"] for row in plain]


def test_data_may_be_null(shop):
    assert ask(shop, "datanull").json()["data"] is None


def test_bytes_may_be_no_utf8(shop):
    raw = ask(shop, "badutf8").content
    with pytest.raises(UnicodeDecodeError):
        raw.decode()
    assert len(json.loads(raw.decode("utf-8", "replace"))["data"]["jobs"]) == 10


def test_half_a_letter_is_written_as_an_escape(shop):
    answer = ask(shop, "surrogate")
    assert b"\\ud83d" in answer.content
    with pytest.raises(UnicodeEncodeError):
        answer.json()["data"]["jobs"][0]["job_title"].encode()


def test_numbers_may_be_none(shop):
    answer = ask(shop, "nan")
    assert b":NaN," in answer.content
    assert b":Infinity," in answer.content
    with pytest.raises(ValueError, match="NaN"):
        json.loads(answer.content, parse_constant=lambda word: (_ for _ in ()).throw(ValueError(word)))


def test_a_huge_answer_is_above_six_megabytes(shop):
    assert len(ask(shop, "huge").content) > 6_000_000


# Postings.


def test_misread_text_is_repaired_by_reading_it_back(shop):
    for row in rows(shop, "mojibake"):
        title = row["job_title"]
        assert title != title.encode("ascii", "ignore").decode()
        repaired = title.encode("latin-1" if any("\x80" <= letter <= "\x9f" for letter in title) else "cp1252").decode()
        assert repaired.endswith("– مهندس")


def test_titles_may_be_turned_round(shop):
    for row in rows(shop, "bidi"):
        assert row["job_title"].startswith("\u202e")
        assert {"\u202c", "\u2067", "\u2069"} <= set(row["job_title"])


def test_all_but_id_and_title_may_be_null(shop, plain):
    for row in rows(shop, "nulls"):
        assert set(row) == set(plain[0])
        assert {name for name, value in row.items() if value is not None} == {"job_id", "job_title"}


def test_all_but_id_and_title_may_be_missing(shop):
    assert {tuple(row) for row in rows(shop, "missing")} == {("job_id", "job_title")}


def test_types_may_be_wrong(shop, plain):
    spoilt = rows(shop, "types")
    for before, after in zip(plain, spoilt, strict=True):
        differing = {name for name in before if type(before[name]) is type(after[name])}
        assert differing == {"job_id", "job_title"}


def test_a_posting_may_come_three_times(shop, plain):
    found = rows(shop, "dupes")
    docids = [docid_in(row["job_id"]) for row in found]
    assert len(found) == 3 * len(plain)
    assert docids[0] == docids[1] != docids[2]
    assert (found[0]["job_title"], found[0]["employer_name"]) == (found[2]["job_title"], found[2]["employer_name"])
    assert len(set(docids)) == 2 * len(plain)


def test_postings_may_be_years_old(shop):
    assert {row["job_posted_at_datetime_utc"][:4] for row in rows(shop, "stale")} == {"2021"}


def test_postings_may_be_of_another_country(shop):
    assert {row["job_country"] for row in rows(shop, "wrongcountry")} == {"CA"}


def test_postings_may_hold_scripts(shop):
    for row in rows(shop, "xss"):
        assert "onerror=" in row["job_title"]
        assert "<script>" in row["employer_name"]
        assert "<script>" in row["job_description"]
        assert row["job_apply_link"].startswith("javascript:")


def test_news_may_stand_among_postings(shop):
    found = rows(shop, "news")
    news = [row for row in found if row["job_employment_types"] is None]
    assert 0 < len(news) < len(found)
    assert all(row["job_employment_type"] is None for row in news)


def test_words_add_up(shop):
    row = rows(shop, "xss__ __bidi")[0]
    assert row["job_title"].startswith("\u202e")
    assert "onerror=" in row["job_title"]


def test_words_spoil_the_classic_path_too(shop):
    shop.use("switches", classic=True)
    answers = [
        shop.ask("/search", query=f"jobs __{word}__").json()["data"] for word in ("array", "datanull", "missing")
    ]
    assert len(answers[0]) == 10
    assert answers[1] is None
    assert {tuple(row) for row in answers[2]} == {("job_id", "job_title")}


def test_words_work_at_the_vendors_own_host_in_its_own_shape(shop):
    answer = shop.ask_directly(query="__429_quota__", country="eg")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, 429)
    assert answer.headers["x-ratelimit-requests-remaining"] == "0"
    assert "x-rapidapi-proxy-response" not in answer.headers


def test_every_page_after_the_first_is_spoilt_too(shop):
    pages = shop.walk("__missing__ in cairo", country="eg")
    assert len(pages) > 1
    assert {tuple(row) for page in pages for row in page} == {("job_id", "job_title")}
