import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_integrations.core.retry_after import LONGEST, parse_retry_after

NOW = 784111777.0  # Sun, 06 Nov 1994 08:49:37 GMT


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("Sun, 06 Nov 1994 08:50:37 GMT", 60.0),
        ("Sunday, 06-Nov-94 08:50:37 GMT", 60.0),
        ("Sun Nov  6 08:50:37 1994", 60.0),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0.0),
        ("999999999", LONGEST),
    ],
)
def test_seconds_and_the_three_date_forms_are_read(value: str, seconds: float) -> None:
    assert parse_retry_after([value], now=NOW) == seconds


@pytest.mark.parametrize("value", ["", "soon", "1_000", "٥", "-1", "1.5", "1e3", "9999999999", "Sun, 99 Nov 1994"])
def test_junk_is_ignored(value: str) -> None:
    assert parse_retry_after([value], now=NOW) is None


def test_the_largest_of_several_counts() -> None:
    assert parse_retry_after(["1", "junk", "9"], now=NOW) == 9.0


@given(st.text())
def test_any_text_gives_nothing_or_a_wait_within_a_day(value: str) -> None:
    wait = parse_retry_after([value], now=NOW)
    assert wait is None or 0 <= wait <= LONGEST
