"""The twin of the sources: their paths and words, their rounding and marks, and what its controls do."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.unit.payments.rates.conftest import Twin

from ace_integrations.errors import InvalidInputError
from ace_integrations.sandbox import RunningSandbox

Get = Callable[..., httpx.Response]


@pytest.fixture
def get(ace_sandbox: RunningSandbox) -> Get:
    """Ask the twin as any program would."""

    def asked(path: str, **headers: str) -> httpx.Response:
        return httpx.get(f"{ace_sandbox.url}{path}", headers=headers)

    return asked


def today(sandbox: RunningSandbox) -> datetime:
    return datetime.fromtimestamp(sandbox.control.now(), UTC)


@pytest.mark.parametrize(
    ("market", "dollar", "pound"),
    [("50", 50, 0.02), ("52.05019502", 52.05, 0.01921), ("104.123", 104.12, 0.0096), ("19.99999", 20, 0.05)],
)
def test_frankfurter_rounds_by_size(get: Get, twin: Twin, market: str, dollar: float, pound: float) -> None:
    twin.market(market)
    assert get("/frankfurter/v2/rate/USD/EGP").json()["rate"] == dollar
    assert get("/frankfurter/v2/rate/egp/usd").json()["rate"] == pound


def test_frankfurter_gives_one_banks_own_digits_in_its_own_direction(get: Get, twin: Twin) -> None:
    twin.market("53.61975")
    assert get("/frankfurter/v2/rate/USD/EGP?providers=CBE").json()["rate"] == 53.61975
    assert get("/frankfurter/v2/rate/USD/EGP?providers=CBE,ECB").json()["rate"] == 53.62


def test_frankfurter_carries_a_rate_on_for_a_fortnight(get: Get, twin: Twin, ace_sandbox: RunningSandbox) -> None:
    twin.market("50", hours_ago=14 * 24)
    answer = get("/frankfurter/v2/rate/USD/EGP")
    assert answer.json()["date"] == (today(ace_sandbox) - timedelta(days=14)).date().isoformat()
    twin.market("50", hours_ago=15 * 24)
    answer = get("/frankfurter/v2/rate/USD/EGP")
    assert (answer.status_code, answer.json()) == (404, {"status": 404, "message": "not found"})


@pytest.mark.parametrize(
    ("day", "worked"), [("2024-11-21", "2024-11-21"), ("2024-11-22", "2024-11-21"), ("2024-11-23", "2024-11-21")]
)
def test_the_egyptian_bank_rests_on_friday_and_saturday(get: Get, twin: Twin, day: str, worked: str) -> None:
    assert get(f"/frankfurter/v2/rate/USD/EGP?providers=CBE&date={day}").json()["date"] == worked
    assert get(f"/frankfurter/v2/rate/USD/EGP?date={day}").json()["date"] == day


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("rate/USD/XAU", 404, "not found"),
        ("rate/USD/CHF", 404, "not found"),
        ("elsewhere", 404, "not found"),
        ("currency/XYZ", 404, "not found"),
        ("rates?base=USD&quotes=CHF", 404, "not found"),
        ("rates?base=pound", 422, "invalid currency: pound"),
        ("rate/USD/EGP?date=yesterday", 422, "invalid date"),
        ("rate/USD/EGP?date=2026-02-30", 422, "invalid date"),
        ("rate/USD/EGP?providers=XYZ", 422, "unknown provider: XYZ"),
    ],
)
def test_frankfurter_refuses_in_its_own_words(get: Get, path: str, status: int, message: str) -> None:
    answer = get(f"/frankfurter/v2/{path}")
    assert (answer.status_code, answer.json()) == (status, {"status": status, "message": message})


def test_a_list_of_rates_is_marked_and_says_how_long_it_holds(get: Get, twin: Twin) -> None:
    path = "/frankfurter/v2/rates?base=USD&quotes=EGP"
    answer = get(path)
    assert [row["rate"] for row in answer.json()] == [50]
    # From noon to midnight; the twin's clock goes on while it is asked.
    found = re.fullmatch(r"public, max-age=(\d+), stale-if-error=86400", answer.headers["cache-control"])
    assert found is not None
    assert 43_100 <= int(found[1]) <= 43_200
    assert get(path, **{"if-none-match": answer.headers["etag"]}).status_code == 304
    twin.market("51")
    assert get(path, **{"if-none-match": answer.headers["etag"]}).json()[0]["rate"] == 51
    assert "max-age=86400," in get(f"{path}&date=2024-11-24").headers["cache-control"]


def test_frankfurter_says_which_banks_a_rate_is_from(get: Get) -> None:
    rows = get("/frankfurter/v2/rates?base=USD&quotes=EGP,EUR&expand=providers").json()
    assert [[bank["key"] for bank in row["providers"]] for row in rows] == [["CBE"], ["CBE", "ECB"]]
    assert get("/frankfurter/v2/currency/egp").json()["iso_numeric"] == "818"
    assert {row["iso_code"] for row in get("/frankfurter/v2/currencies").json()} >= {"EGP", "USD"}
    assert [row["key"] for row in get("/frankfurter/v2/providers").json()] == ["CBE", "ECB"]
    assert len(get("/frankfurter/v2/rates?base=USD").json()) == 6


def test_the_v6_services_give_tables_and_pairs(get: Get, twin: Twin) -> None:
    twin.market("52.05019502")
    free, paid = get("/er-api/v6/latest/usd").json(), "/exchangerate-api/v6/exchangerate-api-sandbox-key"
    assert (free["result"], free["rates"]["EGP"], free["rates"]["USD"], free["time_eol_unix"]) == (
        "success",
        52.0502,
        1,
        0,
    )
    assert get(f"{paid}/latest/USD").json()["conversion_rates"]["EGP"] == 52.0502
    pair = get(f"{paid}/pair/EGP/USD/1000").json()
    assert (pair["conversion_rate"], pair["conversion_result"]) == (0.0192, 19.2122)
    assert "conversion_result" not in get(f"{paid}/pair/EGP/USD").json()
    assert "conversion_result" not in get(f"{paid}/pair/EGP/USD/many").json()


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/er-api/v6/latest/XXX", 404, "unsupported-code"),
        ("/exchangerate-api/v6/latest/USD", 403, "invalid-key"),
        ("/exchangerate-api/v6/another/latest/USD", 403, "invalid-key"),
        ("/exchangerate-api/v6/another/pair/USD/EGP", 403, "invalid-key"),
        ("/exchangerate-api/v6/exchangerate-api-sandbox-key/pair/USD/XXX", 404, "unsupported-code"),
    ],
)
def test_the_v6_services_refuse_in_their_own_words(get: Get, path: str, status: int, kind: str) -> None:
    answer = get(path)
    assert (answer.status_code, answer.json()) == (status, {"result": "error", "error-type": kind})


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [("", 401, "missing_app_id"), ("?app_id=x", 401, "invalid_app_id"), ("?app_id=ID&base=EUR", 429, "not_allowed")],
)
def test_open_exchange_rates_refuses_in_its_own_words(get: Get, query: str, status: int, message: str) -> None:
    answer = get(f"/openexchangerates/api/latest.json{query.replace('ID', 'openexchangerates-sandbox-app-id')}")
    assert (answer.status_code, answer.json()["error"], answer.json()["message"]) == (status, True, message)


def test_open_exchange_rates_gives_what_is_asked_for(get: Get) -> None:
    key = "app_id=openexchangerates-sandbox-app-id"
    assert get(f"/openexchangerates/api/latest.json?{key}&symbols=EGP,EUR").json()["rates"] == {
        "EUR": 0.880227,
        "EGP": 50,
    }
    assert len(get(f"/openexchangerates/api/latest.json?{key}").json()["rates"]) == 7
    assert get(f"/openexchangerates/api/usage.json?{key}").json()["data"]["usage"]["requests_quota"] == 1000
    assert get("/openexchangerates/api/usage.json").status_code == 401
    assert get("/openexchangerates/api/currencies.json").json()["EGP"] == "Egyptian Pound"


@pytest.mark.parametrize(
    ("query", "code"),
    [("access_key=x", 101), ("access_key=KEY&base=USD", 105), ("access_key=KEY&symbols=CHF", 202)],
)
def test_fixer_refuses_with_200_and_a_number(get: Get, query: str, code: int) -> None:
    answer = get(f"/fixer/api/latest?{query.replace('KEY', 'fixer-sandbox-access-key')}")
    assert (answer.status_code, answer.json()["success"], answer.json()["error"]["code"]) == (200, False, code)


def test_fixer_gives_what_one_euro_is_worth(get: Get) -> None:
    answer = get("/fixer/api/latest?access_key=fixer-sandbox-access-key").json()
    assert (answer["base"], answer["rates"]["EUR"], answer["rates"]["EGP"]) == ("EUR", 1, 56.803512)


@pytest.mark.parametrize("folder", ["/fawazahmed0/npm/@fawazahmed0/currency-api@latest", "/fawazahmed0-pages"])
def test_the_published_tables_are_in_lower_case_with_more_than_money(get: Get, twin: Twin, folder: str) -> None:
    twin.market("52.05019502")
    table = get(f"{folder}/v1/currencies/usd.min.json").json()["usd"]
    assert (table["egp"], table["btc"]) == (52.05019502, 0.0000113)
    assert get(f"{folder}/v1/currencies/egp.json").json()["egp"]["usd"] == 0.01921222
    assert get(f"{folder}/v1/currencies/xyz.json").status_code == 404
    assert get(f"{folder}/v1/currencies/usd.csv").status_code == 404


def test_a_day_of_the_published_tables_can_be_pinned(get: Get) -> None:
    pinned = "/fawazahmed0/npm/@fawazahmed0/currency-api@{}/v1/currencies/usd.json"
    assert get(pinned.format("2024-03-06")).json()["date"] == "2024-03-06"
    assert get(pinned.format("2126-03-06")).status_code == 404
    assert get(pinned.format("newest")).status_code == 404


# Controls.


def test_a_devaluation_is_told_by_one_source_first_and_by_all_after_a_second_click(
    twin: Twin, ace_sandbox: RunningSandbox, get: Get
) -> None:
    twin.devalue()
    assert get("/frankfurter/v2/rate/USD/EGP").json()["rate"] == 81
    assert get("/er-api/v6/latest/USD").json()["rates"]["EGP"] == 50
    twin.devalue()
    assert get("/er-api/v6/latest/USD").json()["rates"]["EGP"] == 81
    assert ace_sandbox.control.get("fx/state")["egp_per_usd"] == "81.00"
    ace_sandbox.control.reset()
    assert get("/er-api/v6/latest/USD").json()["rates"]["EGP"] == 50


@pytest.mark.parametrize(
    ("trouble", "status", "rate"),
    [
        ("inverted", 200, 0.02),
        ("per_100", 200, 5000),
        ("missing", 200, None),
        ("error_200", 200, None),
        ("unauthorized", 401, None),
        ("too_many", 429, None),
        ("failing", 500, None),
    ],
)
def test_each_trouble_of_a_source_looks_as_it_does_there(
    get: Get, twin: Twin, trouble: str, status: int, rate: float | None
) -> None:
    twin.trouble(trouble, "er-api")
    answer = get("/er-api/v6/latest/USD")
    assert (answer.status_code, answer.json().get("rates", {}).get("EGP")) == (status, rate)
    assert answer.headers.get("retry-after") == ("1200" if status == 429 else None)
    assert get("/frankfurter/v2/rate/USD/EGP").json()["rate"] == 50


@pytest.mark.parametrize(("trouble", "days"), [("stale", -5), ("future", 3)])
def test_a_source_can_be_of_another_day(
    get: Get, twin: Twin, ace_sandbox: RunningSandbox, trouble: str, days: int
) -> None:
    twin.trouble(trouble, "frankfurter")
    expected = (today(ace_sandbox) + timedelta(days=days)).date().isoformat()
    assert get("/frankfurter/v2/rate/USD/EGP").json()["date"] == expected


@pytest.mark.parametrize("trouble", ["reset", "truncated"])
def test_a_source_can_break_the_connection(get: Get, twin: Twin, trouble: str) -> None:
    twin.trouble(trouble, "er-api")
    with pytest.raises(httpx.RemoteProtocolError):
        get("/er-api/v6/latest/USD")


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("fx/rate", {"egp_per_usd": "fifty"}),
        ("fx/rate", {"egp_per_usd": "0"}),
        ("fx/rate", {}),
        ("fx/rate", {"egp_per_usd": "50", "as_of": "yesterday"}),
        ("fx/sources/frankfurter/rate", {"egp_per_usd": "0"}),
        ("fx/sources/frankfurter/trouble", {"trouble": "of the heart"}),
        ("fx/sources/nobody/trouble", {"trouble": "stale"}),
    ],
)
def test_a_control_that_makes_no_sense_is_refused(ace_sandbox: RunningSandbox, path: str, fields: Any) -> None:
    with pytest.raises(InvalidInputError, match="refused"):
        ace_sandbox.control.post(path, **fields)


# In the sandbox.


def test_each_source_is_a_service_of_its_own_in_journal_and_faults(get: Get, ace_sandbox: RunningSandbox) -> None:
    ace_sandbox.control.fail("status", provider="er-api", operation="latest", status=503)
    assert get("/frankfurter/v2/rate/USD/EGP").status_code == 200
    assert get("/er-api/v6/latest/USD").status_code == 503
    entries = ace_sandbox.control.journal(kind="call")
    assert [(entry["provider"], entry["operation"], entry["path"]) for entry in entries] == [
        ("frankfurter", "latest", "/v2/rate/USD/EGP"),
        ("er-api", "latest", "/v6/latest/USD"),
    ]


def test_the_console_has_one_page_for_all_with_buttons_for_each(get: Get, twin: Twin) -> None:
    get("/er-api/v6/latest/USD")
    twin.trouble("stale", "er-api")
    page = get("/console/fx?item=er-api").text
    assert "five days old" in page
    assert "Devalue by 62 %" in page
    assert 'action="/_sandbox/fx/sources/er-api/trouble"' in page
    assert page.count("/console/fx") >= 1
    overview = get("/").text
    assert "Exchange rates" in overview
    assert "/console/er-api" not in overview
    assert 'value="er-api"' in get("/console/faults").text
    assert "no EGP" not in page


def test_the_journal_shows_no_key(get: Get, ace_sandbox: RunningSandbox) -> None:
    get("/openexchangerates/api/latest.json?app_id=openexchangerates-sandbox-app-id")
    get("/exchangerate-api/v6/exchangerate-api-sandbox-key/latest/USD")
    get("/fixer/api/latest?access_key=fixer-sandbox-access-key")
    text = str(ace_sandbox.control.journal())
    assert "sandbox-app-id" not in text
    assert "sandbox-access-key" not in text
    assert "sandbox-key" not in text
