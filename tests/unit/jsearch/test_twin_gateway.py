"""What stands before the twin's operations: two shops, keys, credits, rates; and its controls and console."""

import re

import httpx
import pytest
from tests.jsearch_shop import GATEWAY_HOST

from ace_integrations.errors import InvalidInputError
from ace_integrations.jsearch.sandbox.accounts import Account, Plan
from ace_integrations.jsearch.sandbox.gateway import latency
from ace_integrations.jsearch.sandbox.refusals import RefusedError

INVALID_KEY = (401, {"message": "Invalid API key."})
NOT_SUBSCRIBED = (403, {"message": "You are not subscribed to this API."})
NO_API = (404, {"message": "API doesn't exists"})
KEYS = {"x-rapidapi-key": "sandbox-pro", "x-rapidapi-host": GATEWAY_HOST}
MONTH_S = 30 * 86_400


def answered(response):
    return response.status_code, response.json()


def left(response):
    return int(response.headers["x-ratelimit-requests-remaining"])


# Keys.


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, INVALID_KEY),
        ({"x-rapidapi-host": GATEWAY_HOST}, INVALID_KEY),
        ({"x-rapidapi-key": "sandbox-pro"}, INVALID_KEY),
        ({"x-rapidapi-key": "wrong", "x-rapidapi-host": GATEWAY_HOST}, INVALID_KEY),
        ({"x-rapidapi-key": "مفتاح".encode(), "x-rapidapi-host": GATEWAY_HOST}, INVALID_KEY),
        ({"x-api-key": "ak_sandbox"}, INVALID_KEY),
        ({"x-rapidapi-key": "sandbox-pro", "x-rapidapi-host": "elsewhere.p.rapidapi.com"}, NO_API),
        ({"x-rapidapi-key": "ak_sandbox", "x-rapidapi-host": GATEWAY_HOST}, NOT_SUBSCRIBED),
        ({"x-rapidapi-key": "ak_any", "x-rapidapi-host": GATEWAY_HOST}, NOT_SUBSCRIBED),
        ({"x-rapidapi-key": "sandbox-unsubscribed", "x-rapidapi-host": GATEWAY_HOST}, NOT_SUBSCRIBED),
    ],
)
@pytest.mark.parametrize("path", ["/search-v2?query=x", "/job-details?job_id=x", "/search?query=x", "/elsewhere"])
def test_the_gateway_looks_at_the_key_first(shop, headers, expected, path):
    answer = shop.http.get(f"{shop.url}{path}", headers=headers)
    assert answered(answer) == expected
    assert answer.headers["x-rapidapi-proxy-response"] == "true"
    assert answer.headers["x-rapidapi-request-id"]


def test_names_of_headers_are_of_any_case(shop):
    headers = {"X-RAPIDAPI-KEY": "sandbox-pro", "x-RapidAPI-host": GATEWAY_HOST.upper()}
    assert shop.http.get(f"{shop.url}/search-v2?query=nurse", headers=headers).status_code == 200


@pytest.mark.parametrize("key", ["", "wrong", "sandbox-pro", "ak_wrong"])
def test_the_vendors_own_host_takes_its_own_keys_only(shop, key):
    answer = shop.ask_directly(key=key, query="nurse")
    assert (answer.status_code, answer.json()["status"], answer.json()["error"]["code"]) == (401, "ERROR", 401)
    assert [name for name in answer.headers if name.startswith("x-rapidapi")] == []


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/search-v2", {"query": "nurse", "country": "eg"}),
        ("/job-details", {"job_id": "GIX1wVblrN7_Rze_AAAAAA=="}),
        ("/estimated-salary", {"job_title": "accountant", "location": "cairo"}),
        ("/company-job-salary", {"company": "Nilecode", "job_title": "accountant"}),
    ],
)
def test_both_shops_give_the_same(shop, path, query):
    shop.use("switches", stable_ids=True)
    at_gateway, directly = shop.ask(path, **query).json(), shop.ask_directly(path, **query).json()
    assert at_gateway.pop("request_id") != directly.pop("request_id")
    assert at_gateway == directly
    assert at_gateway["data"]


@pytest.mark.parametrize("path", ["/elsewhere", "/", "/search-filters", "/search/v2", "/job-details/x"])
def test_other_paths_do_not_exist(shop, path):
    assert answered(shop.ask(path)) == (404, {"message": f"Endpoint '{path}' does not exist"})
    assert shop.ask_directly(path).json()["error"]["code"] == 404


# Credits.


def test_each_answer_tells_what_is_left(shop):
    answer = shop.ask(query="nurse")
    told = {name: value for name, value in answer.headers.items() if name.startswith("x-ratelimit")}
    assert set(told) == {f"x-ratelimit-requests-{what}" for what in ("limit", "remaining", "reset")}
    assert (told["x-ratelimit-requests-limit"], left(answer)) == ("10000", 9999)
    assert int(told["x-ratelimit-requests-reset"]) == pytest.approx(MONTH_S, abs=10)
    assert "x-rapidapi-proxy-response" not in answer.headers


def test_a_free_plan_is_told_of_the_platforms_allowance_too(shop):
    answer = shop.ask(key="sandbox-basic", query="nurse")
    assert (answer.headers["x-ratelimit-requests-limit"], left(answer)) == ("200", 199)
    assert answer.headers["x-ratelimit-rapid-free-plans-hard-limit-limit"] == "500000"


@pytest.mark.parametrize(
    ("path", "query", "cost"),
    [
        ("/search-v2", {"query": "nurse"}, 1),
        ("/search-v2", {"query": "nurse", "num_pages": 3}, 3),
        ("/search-v2", {"query": "nobody has such a job", "num_pages": 20}, 20),
        ("/search-v2", {"query": "nurse __500__", "num_pages": 4}, 4),
        ("/search-v2", {"query": "nurse", "date_posted": "never"}, 1),
        ("/search-v2", {"query": "nurse", "num_pages": 99}, 1),
        ("/search-v2", {}, 1),
        ("/job-details", {"job_id": "a,b,c"}, 3),
        ("/job-details", {}, 1),
        ("/estimated-salary", {"job_title": "nurse", "location": "cairo"}, 1),
        ("/search", {"query": "nurse"}, 0),
        ("/search-v2", {"query": "nurse __401__ __403__"}, 0),
        ("/search-v2", {"query": "nurse __429__", "num_pages": 5}, 0),
    ],
)
def test_a_page_or_a_posting_costs_a_credit_and_what_the_gateway_refuses_costs_nothing(shop, path, query, cost):
    assert 10_000 - left(shop.ask(path, **query)) == cost


def test_keys_have_credits_of_their_own(shop):
    shop.ask(query="nurse", num_pages=7)
    assert (left(shop.ask_directly(query="nurse")), left(shop.ask(key="sandbox-basic", query="nurse"))) == (9999, 199)


def test_without_credits_the_month_is_over(shop):
    answer = shop.ask(key="sandbox-empty", query="nurse")
    assert (answer.status_code, left(answer)) == (429, 0)
    assert re.search(r"exceeded the (\w+) quota", answer.json()["message"])[1] == "MONTHLY"
    assert answer.headers["x-rapidapi-proxy-response"] == "true"
    assert "retry-after" not in answer.headers


def test_the_last_credit_is_enough_for_many_pages_and_no_more(shop):
    shop.use("quota", remaining=1)
    first, second = (shop.ask(query="jobs", num_pages=3) for _ in range(2))
    assert (first.status_code, left(first), len(first.json()["data"]["jobs"])) == (200, 0, 30)
    assert (second.status_code, left(second)) == (429, 0)


def test_the_next_period_begins_with_a_whole_plan(shop):
    reset_s = int(shop.ask(key="sandbox-empty", query="nurse").headers["x-ratelimit-requests-reset"])
    shop.control.advance(reset_s - 60)
    assert shop.ask(key="sandbox-empty", query="nurse").status_code == 429
    shop.control.advance(61)
    answer = shop.ask(key="sandbox-empty", query="nurse")
    assert (answer.status_code, left(answer)) == (200, 199)
    shop.control.advance(5 * MONTH_S)
    assert left(shop.ask(key="sandbox-empty", query="nurse")) == 199


# Rates.


def test_calls_are_counted_over_the_last_second():
    account = Account(Plan("k", "BASIC", 200, 2, is_watched=True), 200, 1_000_000.0, is_watched=True)
    account.admit(10.0)
    account.admit(10.5)
    with pytest.raises(RefusedError, match="rate limit per second"):
        account.admit(10.999)
    account.admit(11.0)
    with pytest.raises(RefusedError):
        account.admit(11.4)
    account.admit(11.5)


@pytest.mark.punctual
def test_a_basic_plan_allows_one_call_a_second(shop):
    first, second = (shop.ask(key="sandbox-basic", query="nurse") for _ in range(2))
    shop.control.advance(1.1)
    third = shop.ask(key="sandbox-basic", query="nurse")
    assert [first.status_code, second.status_code, third.status_code] == [200, 429, 200]
    assert "rate limit per second" in second.json()["message"]
    assert not re.search(r"exceeded the (\w+) quota", second.json()["message"])
    assert (left(second), left(third)) == (199, 198)


@pytest.mark.punctual
def test_a_larger_plan_is_as_fast_as_it_likes_until_it_is_watched(shop):
    assert {shop.ask(query="nurse").status_code for _ in range(20)} == {200}
    shop.use("rate", on=True)
    shop.control.advance(2)
    assert [shop.ask(query="nurse").status_code for _ in range(7)] == [200] * 5 + [429] * 2
    shop.use("rate", on=False)
    assert shop.ask(query="nurse").status_code == 200


# Controls.


def test_a_control_sets_what_is_left_and_when_it_begins_anew(shop):
    state = shop.use("quota", remaining=0, reset_s=120)
    assert state["accounts"]["sandbox-pro"]["remaining"] == 0
    answer = shop.ask(query="nurse")
    assert (answer.status_code, int(answer.headers["x-ratelimit-requests-reset"])) == (429, pytest.approx(120, abs=3))
    shop.control.advance(121)
    assert left(shop.ask(query="nurse")) == 9999


def test_a_control_names_its_key(shop):
    shop.use("quota", key="ak_sandbox", remaining=3)
    assert left(shop.ask_directly(query="nurse")) == 2
    assert left(shop.ask(query="nurse")) == 9999


@pytest.mark.parametrize(
    ("word", "status"), [("500", 500), ("401", 401), ("429_quota", 429), ("502_html", 502), ("503", 503)]
)
def test_the_next_calls_fail_on_demand_whatever_they_ask_for(shop, word, status):
    shop.use("fail", word=word, times=2)
    answers = [
        shop.ask(query="nurse"),
        shop.ask_directly("/job-details", job_id="GIX1wVblrN7_Rze_AAAAAA=="),
        shop.ask(query="nurse"),
    ]
    assert [answer.status_code for answer in answers] == [status, status, 200]


@pytest.mark.parametrize(
    ("control", "fields"),
    [
        ("quota", {"key": "nobody"}),
        ("quota", {"remaining": "many"}),
        ("rate", {}),
        ("latency", {"profile": "glacial"}),
        ("switches", {"turbo": True}),
        ("fail", {"word": "bidi"}),
        ("fail", {}),
        ("fail", {"word": "500", "times": "often"}),
    ],
)
def test_a_control_that_makes_no_sense_is_refused(shop, control, fields):
    with pytest.raises(InvalidInputError, match="refused"):
        shop.use(control, **fields)


def test_a_reset_makes_all_as_new(shop):
    new = shop.state()
    shop.use("quota", remaining=5)
    shop.use("rate", on=True)
    shop.use("latency", profile="real")
    shop.use("switches", classic=True, leak=True, repeat=True, stable_ids=True)
    shop.use("fail", word="500")
    shop.control.reset()
    state = shop.state()
    for account in [*new["accounts"].values(), *state["accounts"].values()]:
        account.pop("reset_s")
    assert state == new
    assert shop.control.get("jsearch/state")["switches"] == {
        "classic": False, "leak": False, "repeat": False, "stable_ids": False,
    }  # fmt: skip


def test_the_services_own_pace_is_three_to_twelve_seconds():
    taken = [latency(number) for number in range(300)]
    assert 3 <= min(taken) < 4
    assert 11 < max(taken) <= 12
    assert taken == [latency(number) for number in range(300)]


def test_a_slow_answer_keeps_a_caller_waiting(shop):
    shop.use("latency", profile="real")
    with pytest.raises(httpx.ReadTimeout):
        shop.http.get(f"{shop.url}/search-v2", headers=KEYS, params={"query": "nurse"}, timeout=0.15)
    shop.use("latency", profile="none")
    assert shop.ask(query="nurse").status_code == 200


# In the sandbox.


def test_routes_are_named_as_the_operations_so_that_faults_can_be_aimed(shop):
    shop.use("switches", classic=True)
    shop.control.fail("status", provider="jsearch", operation="job_details", status=503)
    assert shop.ask(query="nurse").status_code == 200
    assert shop.ask_directly("/job-details", job_id="x").status_code == 503
    for path in ("/search", "/estimated-salary", "/company-job-salary"):
        shop.ask(path)
    assert [entry["operation"] for entry in shop.control.journal(provider="jsearch")] == [
        "search", "job_details", "search_classic", "estimated_salary", "company_job_salary",
    ]  # fmt: skip


def test_the_journal_shows_no_key(shop):
    for key in ("sandbox-pro", "sandbox-basic", "sandbox-empty", "sandbox-unsubscribed"):
        shop.ask(key=key, query=f"nurse {key}")
    shop.ask_directly(query="ak_sandbox")
    text = str(shop.control.journal())
    assert "sandbox-" not in text
    assert "ak_sandbox" not in text


def page(shop, item=""):
    return shop.http.get(
        f"{shop.url.removesuffix('/jsearch')}/console/jsearch", params={"item": item} if item else {}
    ).text


def test_the_console_shows_queries_newest_first_with_hits_and_what_is_left(shop):
    assert "Nothing was looked for yet" in page(shop)
    shop.ask(query="accountant in cairo", country="eg")
    shop.ask(query="مطور في القاهرة", country="eg")
    shop.ask("/job-details", job_id="unknown-id")
    shop.ask(query="nurse", date_posted="never")
    shown = page(shop)
    places = [shown.index(text) for text in ("refused", "unknown-id", "مطور في القاهرة", "accountant in cairo")]
    assert places == sorted(places)
    assert re.search(r"eg, \d+ hits?, 9,999 credits left", shown)
    assert "Failed, 400" in shown
    opened = page(shop, "1")
    assert "accountant in cairo" in opened
    assert 'action="/_sandbox/jsearch/quota"' in opened


def press(shop, label):
    """Post the form of a button, as a browser does."""
    found = re.search(rf'<form[^>]*action="([^"]+)"[^>]*>((?:(?!</form>).)*?){label}', page(shop), re.DOTALL)
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', found[2]))
    assert shop.http.post(f"{shop.url.removesuffix('/jsearch')}{found[1]}", data=fields).status_code == 200


def test_the_consoles_buttons_spoil_the_next_calls(shop):
    shop.ask(query="nurse")
    press(shop, "Let the next call fail")
    press(shop, "Let the next call come too soon")
    assert [shop.ask(query="nurse").status_code for _ in range(3)] == [500, 429, 200]
    press(shop, "Use the PRO plan up")
    assert shop.ask(query="nurse").status_code == 429
    press(shop, "Fill the PRO plan up")
    assert left(shop.ask(query="nurse")) == 9999


def test_the_consoles_button_for_the_pace_goes_to_and_fro(shop):
    shop.ask(query="nurse")
    press(shop, "Answer as slowly as the service")
    assert shop.state()["latency"] == "real"
    press(shop, "Answer at once")
    assert shop.state()["latency"] == "none"


def test_the_console_shows_no_key(shop):
    shop.ask(query="nurse")
    assert "PRO" in page(shop)
    assert "sandbox-pro" not in page(shop)
    assert "9,999 credits left" in page(shop, "999")
