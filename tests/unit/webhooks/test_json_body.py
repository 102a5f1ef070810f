import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ace_integrations import MalformedEventError
from ace_integrations.webhooks import read_object


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"text"',
        b'{"a":1',
        b'{"a":1,"a":2}',
        b'{"b":{"a":1,"a":2}}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"a":' + b"[" * 100_000,
    ],
)
def test_what_two_parsers_could_read_differently_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedEventError):
        read_object(body)


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.booleans() | st.none()))
def test_every_plain_object_is_read(value: dict[str, object]) -> None:
    assert read_object(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_give_an_object_or_a_typed_error(body: bytes) -> None:
    with contextlib.suppress(MalformedEventError):
        assert isinstance(read_object(body), dict)


def _scan(body: bytes) -> Any:
    """Read a body the slow way: each pair is looked at, so a repeated key cannot be missed."""

    def no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    def no_constant(name: str) -> None:
        raise AssertionError(name)

    try:
        value = json.loads(body.decode(), object_pairs_hook=no_repeats, parse_constant=no_constant)
    except (AssertionError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _read(body: bytes) -> Any:
    with contextlib.suppress(MalformedEventError):
        return read_object(body)
    return None


# Written out by hand, since no writer gives a repeated key, a lone surrogate or a number in an odd spelling.
_NUMBERS = st.one_of(
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(r"-?[0-9]{1,25}(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
    st.sampled_from(["-0", "-0.0", "1e400", "NaN", "-Infinity", "1" * 4301, "5e-324", "100000.0", "1e16", "01", ".5"]),
)
_ESCAPES = ["\\u0000", "\\ud800", "\\udc00", "\\u00e9", "\\u001f", "\\/", "\\n", '\\"', "\\\\", "\\x", "\x01", "\x7f"]
_TEXTS = st.lists(st.sampled_from([*"ab:é\u2028😀\ufeff", *_ESCAPES]), max_size=3).map(
    lambda parts: f'"{"".join(parts)}"'
)
_LEAVES = _NUMBERS | _TEXTS | st.sampled_from(["true", "false", "null"])
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(_TEXTS, inner), max_size=3)
)
_OBJECTS = st.lists(st.tuples(_TEXTS, _VALUES), max_size=4)


def _written(value: Any, *, colon: str, indent: str, depth: int = 1) -> str:
    """Write pairs in brackets, without asking whether a key was there before."""
    if isinstance(value, str):
        return value
    is_object = bool(value) and isinstance(value[0], tuple)
    brackets = "{}" if is_object or depth == 1 else "[]"
    items = [
        f"{item[0]}{colon}{_written(item[1], colon=colon, indent=indent, depth=depth + 1)}"
        if is_object
        else _written(item, colon=colon, indent=indent, depth=depth + 1)
        for item in value
    ]
    if not items:
        return brackets
    line = "\n" + indent * depth if indent else ""
    end = "\n" + indent * (depth - 1) if indent else ""
    return brackets[0] + line + f",{line}".join(items) + end + brackets[1]


@settings(max_examples=2 * settings().max_examples)
@given(_OBJECTS, st.sampled_from([(":", ""), (": ", "  "), (": ", ""), (" :", "")]))
def test_however_a_body_is_spelt_it_is_read_as_the_slow_scan_reads_it(value: Any, spelling: tuple[str, str]) -> None:
    colon, indent = spelling
    body = _written(value, colon=colon, indent=indent).encode()
    # As text, since 1 equals 1.0 and True, and -0.0 equals 0.0.
    assert repr(_read(body)) == repr(_scan(body))


@given(_OBJECTS, st.integers(0, 1000), st.binary(max_size=2), st.integers(0, 2))
def test_a_body_that_was_damaged_is_read_as_the_slow_scan_reads_it(
    value: Any, place: int, inserted: bytes, dropped: int
) -> None:
    body = _written(value, colon=":", indent="").encode()
    at = place % (len(body) + 1)
    damaged = body[:at] + inserted + body[at + dropped :]
    assert repr(_read(damaged)) == repr(_scan(damaged))


@pytest.mark.parametrize("depth", [1, 100, 198, 199, 200, 201, 202, 254, 255, 256, 300])
def test_a_repeated_key_is_refused_at_every_depth(depth: int) -> None:
    once = b'{"a":' * depth + b'{"b":1}' + b"}" * depth
    twice = b'{"a":' * depth + b'{"b":1,"b":1}' + b"}" * depth
    assert repr(_read(once)) == repr(_scan(once)) != "None"
    assert _read(twice) is None


@pytest.mark.parametrize("end", [b" ", b"\n", b"\x00", b"{}", b","])
def test_what_follows_an_object_is_judged_as_the_slow_scan_judges_it(end: bytes) -> None:
    assert repr(_read(b'{"a":1}' + end)) == repr(_scan(b'{"a":1}' + end))
