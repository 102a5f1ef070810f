"""Each source's answers: exact digits from good ones, a typed error from all others."""

import logging
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.payments.rates.answers import SOURCES, answering, async_client, body, client, written

from ace_integrations import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    DeadlineExceededError,
    InvalidInputError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    ProviderError,
    RateLimitedError,
    UnavailableError,
    UnexpectedReplyError,
)
from ace_integrations.payments import Money
from ace_integrations.payments.rates import Fawazahmed0, Frankfurter, Rate, RateKind, convert
from ace_integrations.payments.rates.sources.frankfurter import FrankfurterSettings

USD_EGP = {"base": "USD", "quote": "EGP"}
TIMED = ("er-api", "exchangerate-api", "openexchangerates", "fixer")
DATED = ("frankfurter", "fawazahmed0", "fawazahmed0-pages")
V6 = ("er-api", "exchangerate-api")
HOURLY = ("openexchangerates", "fixer")

every_source = pytest.mark.parametrize("source", SOURCES)


def asked(source: str, content: bytes, **answer: Any) -> Rate:
    rate: Rate = client(source, answering(content, **answer)).latest(**USD_EGP)
    return rate


# What is sent.


@pytest.mark.parametrize(
    ("source", "address", "header"),
    [
        ("frankfurter", "/v2/rate/USD/EGP", None),
        ("er-api", "/v6/latest/USD", None),
        ("exchangerate-api", "/v6/latest/USD", "Bearer exchangerate-api-sandbox-key"),
        ("openexchangerates", "/api/latest.json?symbols=EGP", "Token openexchangerates-sandbox-app-id"),
        ("fixer", "/api/latest?access_key=fixer-sandbox-access-key&symbols=USD%2CEGP", None),
        ("fawazahmed0", "/npm/@fawazahmed0/currency-api@latest/v1/currencies/usd.min.json", None),
        ("fawazahmed0-pages", "/v1/currencies/usd.min.json", None),
    ],
)
def test_each_source_is_asked_at_its_own_address_with_its_key_in_a_header(
    source: str, address: str, header: str | None
) -> None:
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return answering(written(body(source)))(request)

    client(source, handler).latest(**USD_EGP)
    assert str(sent[0].url) == f"http://127.0.0.1:9/{source}{address}"
    assert sent[0].headers.get("authorization") == header


@pytest.mark.parametrize("source", ["exchangerate-api", "openexchangerates", "fixer"])
def test_without_a_key_nothing_is_sent_and_the_variable_is_named(source: str) -> None:
    kind = SOURCES[source][0]
    with kind() as keyless, pytest.raises(ConfigurationError, match="FX_"):
        keyless.latest(**USD_EGP)


@every_source
@pytest.mark.parametrize("pair", [("USD", "USD"), ("usd", "EGP"), ("USD", "XAU"), ("../v1", "EGP"), ("", "EGP")])
def test_what_is_no_pair_of_currencies_is_refused_before_anything_is_sent(source: str, pair: tuple[str, str]) -> None:
    with pytest.raises(InvalidInputError, match="not a pair"):
        client(source, answering(b"")).latest(base=pair[0], quote=pair[1])


# Good answers.


@every_source
@pytest.mark.parametrize("text", ["52.05019502", "52.0502", "52", "53.61975", "52.050195021234567890", "5.205e1"])
async def test_the_digits_of_a_rate_are_kept_in_both_colours(source: str, text: str) -> None:
    content = written(body(source, "@")).replace(b'"@"', text.encode())
    blocking = asked(source, content)
    awaited = await async_client(source, answering(content)).latest(**USD_EGP)
    assert blocking == awaited
    assert (blocking.base, blocking.quote, blocking.value) == ("USD", "EGP", Decimal(text))


@pytest.mark.parametrize("source", DATED)
def test_a_day_is_its_midnight(source: str) -> None:
    rate = asked(source, written(body(source)))
    assert (rate.as_of, rate.as_of_precision) == (datetime(2026, 11, 24, tzinfo=UTC), "day")


@pytest.mark.parametrize("source", V6)
def test_a_moment_is_read_with_the_next_one(source: str) -> None:
    rate = asked(source, written(body(source)))
    assert (rate.as_of, rate.as_of_precision) == (datetime(2026, 11, 24, 0, 2, 31, tzinfo=UTC), "second")
    assert rate.next_update == datetime(2026, 11, 25, 0, 12, 21, tzinfo=UTC)
    assert "exchangerate-api.com" in (rate.attribution or "")


def test_an_hourly_rate_is_of_its_second() -> None:
    assert asked("openexchangerates", written(body("openexchangerates"))).as_of == datetime(
        2026, 11, 24, 14, tzinfo=UTC
    )


def test_the_other_rates_of_a_table_may_be_what_they_like() -> None:
    table = {"USD": 1, "EGP": 52.05, "EUR": None, "XXX": "?", "JPY": -1}
    assert asked("er-api", written(body("er-api", rates=table))).value == Decimal("52.05")


@pytest.mark.parametrize("name", ["time_eol_unix", "time_eol"])
def test_an_end_of_service_is_told(name: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = {**body("er-api"), "time_eol_unix": 0}
    del answer["time_eol_unix"]
    with caplog.at_level(logging.WARNING, "ace_integrations.rates"):
        asked("er-api", written({**answer, name: 1800000000}))
    assert "1800000000" in caplog.text


def test_the_banks_that_are_named_make_a_rate_official() -> None:
    sent: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.query.decode())
        return answering(written(body("frankfurter", 53.61975)))(request)

    settings = FrankfurterSettings(banks="CBE", base_url="http://127.0.0.1:9")  # type: ignore[arg-type]
    http = httpx.Client(transport=httpx.MockTransport(handler))
    rate = Frankfurter(settings, http=http).latest(**USD_EGP)
    assert (sent, rate.kind, rate.attribution) == (["providers=CBE"], RateKind.OFFICIAL, "Central Bank of Egypt")


def test_the_published_table_says_the_same_in_both_directions() -> None:
    tables = {
        "usd": {"egp": 52.05019502, "eur": 0.88022727, "jpy": 157.47729333, "kwd": 0.30871186, "sar": 3.75},
        "egp": {"usd": 0.019212224, "eur": 0.016911097, "jpy": 3.02548902, "kwd": 0.0059310414},
    }

    def handler(request: httpx.Request) -> httpx.Response:
        base = request.url.path.rpartition("/")[2][:3]
        return answering(written({"date": "2026-09-29", base: tables[base]}))(request)

    with client("fawazahmed0", handler) as published:
        dollars = published.latest(base="USD", quote="EGP")
        pounds = published.latest(base="EGP", quote="USD")
        yen = published.latest(base="EGP", quote="JPY")
    assert abs(dollars.value * pounds.value - 1) < Decimal("1e-7")
    assert convert(Money.of("1000", "EGP"), to="USD", rate=dollars) == Money.of("19.21", "USD")
    assert convert(Money.of("1000", "EGP"), to="JPY", rate=yen) == Money.of("3025", "JPY")


@pytest.mark.parametrize(
    ("base", "quote", "value"),
    [("USD", "EGP", "52.0491153948"), ("EUR", "EGP", "59.133"), ("USD", "EUR", "0.8802042074")],
)
def test_a_source_of_one_euro_is_crossed_at_full_precision(base: str, quote: str, value: str) -> None:
    table = written(body("fixer", rates={"USD": 1.1361, "EGP": 59.133}))
    rate = client("fixer", answering(table)).latest(base=base, quote=quote)
    assert (rate.base, rate.quote, round(rate.value, 10)) == (base, quote, Decimal(value))


# Answers that cannot be used.


NOT_A_RATE = ["null", '"52.05"', "true", "false", "0", "-52", "NaN", "Infinity", "-Infinity", "1e999", "1e-999", "[]"]


@every_source
@pytest.mark.parametrize("text", [*NOT_A_RATE, "9" * 41, "5" + "0" * 5000, "1e99999999999999999999"])
def test_what_is_no_rate_is_a_typed_error(source: str, text: str) -> None:
    content = written(body(source, "@")).replace(b'"@"', text.encode())
    with pytest.raises(UnexpectedReplyError) as refused:
        asked(source, content)
    assert (refused.value.provider, refused.value.operation, refused.value.status) == (source, "latest", 200)


@every_source
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"52.05", b"{}", b'"text"', b"\xff\xfe", b"[" * 100_000, b'{"rate": 52.05'],
    ids=["empty", "cut", "list", "null", "number", "nothing", "text", "binary", "deep", "truncated"],
)
def test_what_is_not_the_promised_json_is_a_typed_error(source: str, content: bytes) -> None:
    with pytest.raises(UnexpectedReplyError):
        asked(source, content)


@every_source
@pytest.mark.parametrize("cut", [1, 10, 30, 50])
def test_an_answer_that_was_cut_is_a_typed_error(source: str, cut: int) -> None:
    with pytest.raises(UnexpectedReplyError):
        asked(source, written(body(source))[:-cut])


@every_source
def test_a_web_page_with_200_is_a_typed_error(source: str) -> None:
    with pytest.raises(UnexpectedReplyError, match="not JSON"):
        asked(source, b"<html><body>Scheduled maintenance</body></html>", media_type="text/html; charset=utf-8")


@every_source
def test_an_answer_of_more_than_two_mebibytes_is_not_read(source: str) -> None:
    padded = written({**body(source), "padding": "x" * (2 * 1024 * 1024)})
    with pytest.raises(UnexpectedReplyError, match="too large"):
        asked(source, padded)


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("frankfurter", {"base": "EGP", "quote": "USD"}),
        ("frankfurter", {"base": "EUR"}),
        ("frankfurter", {"quote": "SAR"}),
        ("er-api", {"base_code": "EUR"}),
        ("exchangerate-api", {"base_code": "EGP"}),
        ("openexchangerates", {"base": "EUR"}),
        ("fixer", {"base": "USD"}),
    ],
)
def test_an_answer_of_another_pair_is_a_typed_error(source: str, changed: dict[str, str]) -> None:
    with pytest.raises(UnexpectedReplyError, match="the answer is of"):
        asked(source, written(body(source, **changed)))


@pytest.mark.parametrize("source", ["fawazahmed0", "fawazahmed0-pages"])
def test_a_table_of_another_base_is_a_typed_error(source: str) -> None:
    with pytest.raises(UnexpectedReplyError, match="rate of egp"):
        asked(source, written({"date": "2026-11-24", "eur": {"egp": 59.13}}))


@pytest.mark.parametrize(
    ("source", "rates"),
    [
        ("er-api", {"rates": {"USD": 1}}),
        ("exchangerate-api", {"conversion_rates": {}}),
        ("openexchangerates", {"rates": {}}),
        ("fixer", {"rates": {"USD": 1.1361}}),
        ("fawazahmed0", {"usd": {"eur": 0.88}}),
        ("fawazahmed0-pages", {"usd": {}}),
    ],
)
def test_a_table_without_egp_is_a_typed_error(source: str, rates: dict[str, Any]) -> None:
    with pytest.raises(UnexpectedReplyError, match=r"rate of (EGP|egp)"):
        asked(source, written(body(source, **rates)))


@pytest.mark.parametrize("source", TIMED)
@pytest.mark.parametrize("moment", [None, "1795528800", 1795528800000, True, 1795528800.5, -(10**18)])
def test_a_moment_that_is_not_in_seconds_is_a_typed_error(source: str, moment: Any) -> None:
    field = "timestamp" if source in HOURLY else "time_last_update_unix"
    with pytest.raises(UnexpectedReplyError, match=field):
        asked(source, written(body(source, **{field: moment})))


@pytest.mark.parametrize("source", TIMED)
def test_an_answer_without_its_moment_is_a_typed_error(source: str) -> None:
    answer = body(source)
    del answer["timestamp" if source in HOURLY else "time_last_update_unix"]
    with pytest.raises(UnexpectedReplyError, match="lacks what is promised"):
        asked(source, written(answer))


@pytest.mark.parametrize("source", DATED)
@pytest.mark.parametrize("day", [None, "", "24.11.2026", "2026-13-01", "20261124", "2026-11-24T00:00:00Z", 1795528800])
def test_a_day_that_is_none_is_a_typed_error(source: str, day: Any) -> None:
    with pytest.raises(UnexpectedReplyError, match="date"):
        asked(source, written(body(source, date=day)))


# Refusals.


@pytest.mark.parametrize("source", V6)
@pytest.mark.parametrize("status", [200, 403, 404])
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("unsupported-code", NotFoundError),
        ("malformed-request", InvalidRequestError),
        ("invalid-key", AuthenticationError),
        ("inactive-account", AuthenticationError),
        ("quota-reached", RateLimitedError),
    ],
)
def test_an_error_of_the_v6_services_has_its_class_whatever_the_status(
    source: str, status: int, kind: str, error: type[ProviderError]
) -> None:
    content = written({"result": "error", "error-type": kind})
    with pytest.raises(error) as refused:
        asked(source, content, status=status)
    assert (refused.value.code, refused.value.provider, refused.value.status) == (kind, source, status)


@pytest.mark.parametrize(
    ("status", "message", "error"),
    [
        (400, "invalid_base", InvalidRequestError),
        (401, "missing_app_id", AuthenticationError),
        (401, "invalid_app_id", AuthenticationError),
        (403, "access_restricted", PermissionDeniedError),
        (404, "not_found", NotFoundError),
        (429, "not_allowed", RateLimitedError),
        (200, "invalid_app_id", AuthenticationError),
    ],
)
def test_an_error_of_open_exchange_rates_has_its_class(status: int, message: str, error: type[ProviderError]) -> None:
    content = written({"error": True, "status": status, "message": message, "description": "…"})
    with pytest.raises(error) as refused:
        asked("openexchangerates", content, status=status)
    assert refused.value.code == message


@pytest.mark.parametrize("status", [200, 401])
@pytest.mark.parametrize(
    ("code", "error"),
    [
        (101, AuthenticationError),
        (102, AuthenticationError),
        (104, RateLimitedError),
        (105, PermissionDeniedError),
        (202, InvalidRequestError),
    ],
)
def test_an_error_of_fixer_has_its_class_whatever_the_status(
    status: int, code: int, error: type[ProviderError]
) -> None:
    content = written({"success": False, "error": {"code": code, "type": "kind", "info": "…"}})
    with pytest.raises(error) as refused:
        asked("fixer", content, status=status)
    assert refused.value.code == str(code)


@pytest.mark.parametrize(
    ("status", "content", "error"),
    [
        (404, {"status": 404, "message": "not found"}, NotFoundError),
        (422, {"status": 422, "message": "unknown provider"}, InvalidRequestError),
        (503, {"status": 503, "message": "timeout"}, UnavailableError),
        (500, {}, UnavailableError),
    ],
)
def test_an_error_of_frankfurter_has_its_class(status: int, content: Any, error: type[ProviderError]) -> None:
    with pytest.raises(error):
        asked("frankfurter", written(content), status=status)


def test_a_file_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        asked("fawazahmed0", b"Couldn't find the requested file", status=404, media_type="text/plain")


@pytest.mark.parametrize("headers", [{}, {"retry-after": "7"}])
def test_the_open_access_is_left_in_peace_for_twenty_minutes_unless_it_says_otherwise(headers: dict[str, str]) -> None:
    with pytest.raises(RateLimitedError) as refused:
        asked("er-api", b"", status=429, **headers)
    assert refused.value.retry_after == float(headers.get("retry-after", 1200))


# What is still good, and what is tried again.


@every_source
def test_what_a_source_marked_is_asked_for_by_its_mark_and_a_304_keeps_it(source: str) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.headers.get("if-none-match") == '"one"':
            return answering(b"", status=304, etag='"one"')(request)
        return answering(written(body(source)), etag='"one"')(request)

    with client(source, handler) as asking:
        first = asking.latest(**USD_EGP)
        assert first.etag == '"one"'
        assert asking.latest(**USD_EGP, known=first) == first


@every_source
def test_a_304_that_nobody_asked_for_is_a_typed_error(source: str) -> None:
    with pytest.raises(UnexpectedReplyError) as refused:
        asked(source, b"", status=304)
    assert refused.value.status == 304


@every_source
@pytest.mark.parametrize(
    ("trouble", "error", "tries"),
    [
        (httpx.ConnectError("refused"), ConnectionFailedError, 2),
        (httpx.ConnectTimeout("3 s"), ConnectionFailedError, 2),
        (httpx.ReadTimeout("5 s"), DeadlineExceededError, 1),
        (httpx.ReadError("reset"), ConnectionFailedError, 1),
    ],
)
def test_only_what_was_surely_not_sent_is_tried_once_more(
    source: str, trouble: Exception, error: type[ProviderError], tries: int
) -> None:
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        raise trouble

    with pytest.raises(error):
        client(source, handler).latest(**USD_EGP)
    assert len(sent) == tries


@every_source
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_source_that_says_no_is_not_asked_again(source: str, status: int) -> None:
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return answering(b"", status=status, **{"retry-after": "0"})(request)

    with pytest.raises(ProviderError):
        client(source, handler).latest(**USD_EGP)
    assert len(sent) == 1


def test_three_seconds_are_given_to_reach_a_source() -> None:
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return answering(written(body("frankfurter")))(request)

    client("frankfurter", handler).latest(**USD_EGP)
    assert sent[0].extensions["timeout"]["connect"] == 3.0


# Whatever comes.


numbers = st.one_of(st.integers(), st.floats(), st.booleans(), st.none(), st.text(max_size=5))
values = st.recursive(
    numbers, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner), max_leaves=5
)


@every_source
@given(content=st.binary(max_size=200), status=st.sampled_from([200, 200, 204, 206, 304, 400, 404, 429, 500]))
@example(content=b'{"error-type": []}', status=404)
@example(content=b'{"message": {}}', status=429)
@example(content=b"[]", status=500)
@example(content=b'{"success": false}', status=200)
@example(content=b'{"error": "text"}', status=404)
@example(content=b'{"error": {"code": 1, "type": []}}', status=404)
def test_no_bytes_raise_anything_but_the_typed_error(source: str, content: bytes, status: int) -> None:
    with pytest.raises(ProviderError):
        asked(source, content, status=status)


@every_source
@given(value=values, data=st.data())
def test_no_json_raises_anything_but_the_typed_error(source: str, value: Any, data: st.DataObject) -> None:
    answer = body(source)
    field = data.draw(st.sampled_from(sorted(answer)))
    try:
        rate = asked(source, written({**answer, field: value}))
    except ProviderError:
        return
    assert isinstance(rate, Rate)
    assert rate.value > 0


def test_a_source_is_named_by_its_table_whichever_host_it_came_from() -> None:
    assert asked("fawazahmed0-pages", written(body("fawazahmed0-pages"))).source == Fawazahmed0.service.name
