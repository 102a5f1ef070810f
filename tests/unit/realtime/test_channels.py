"""Names of channels: valid, or refused before anything is sent."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_integrations.errors import InvalidInputError
from ace_integrations.realtime import (
    JOB_BOARD,
    Channel,
    ChannelKind,
    course,
    presence_session,
    private_course,
    private_university,
    private_user,
)

VALID = re.compile(r"[-a-zA-Z0-9_=@,.;]{1,164}", re.ASCII)
PREFIXES = {
    "": (ChannelKind.PUBLIC, False),
    "private-": (ChannelKind.PRIVATE, False),
    "private-encrypted-": (ChannelKind.ENCRYPTED, False),
    "presence-": (ChannelKind.PRESENCE, False),
    "cache-": (ChannelKind.PUBLIC, True),
    "private-cache-": (ChannelKind.PRIVATE, True),
    "private-encrypted-cache-": (ChannelKind.ENCRYPTED, True),
    "presence-cache-": (ChannelKind.PRESENCE, True),
}


@pytest.mark.parametrize(("prefix", "expected"), PREFIXES.items())
def test_the_prefix_says_who_may_listen(prefix, expected):
    channel = Channel(f"{prefix}session.42")
    assert (channel.kind, channel.is_cache) == expected
    assert (channel.bare, str(channel)) == ("session.42", f"{prefix}session.42")
    assert channel.is_public is (expected[0] is ChannelKind.PUBLIC)


@pytest.mark.parametrize(
    ("built", "name"),
    [
        (JOB_BOARD, "job-board"),
        (course(42), "course.42"),
        (private_course("42"), "private-course.42"),
        (private_user("9"), "private-user.9"),
        (private_university("cairo-1"), "private-university.cairo-1"),
        (presence_session(42), "presence-session.42"),
    ],
)
def test_the_platforms_channels_are_built_by_functions(built, name):
    assert built == Channel(name)


@pytest.mark.parametrize(
    "name", ["", "a b", "course.٤٢", "course/42", "#server-to-user-9", "a\n", "private-", "presence-cache-", "é", "a:b"]
)
def test_a_name_of_other_characters_or_none_is_refused(name):
    with pytest.raises(InvalidInputError, match="channel"):
        Channel(name)


def test_the_prefix_counts_for_the_length():
    assert Channel("private-" + "x" * 156)
    with pytest.raises(InvalidInputError, match="164"):
        Channel("private-" + "x" * 157)


@given(st.sampled_from(list(PREFIXES)), st.text(max_size=180) | st.from_regex(VALID, fullmatch=True))
def test_any_name_is_valid_or_refused(prefix, rest):
    name = prefix + rest
    try:
        channel = Channel(name)
    except InvalidInputError:
        assert not VALID.fullmatch(name) or name in PREFIXES
        return
    assert VALID.fullmatch(channel.name)
    assert channel.name.endswith(channel.bare)
    assert channel.bare


@given(st.text(max_size=170))
def test_an_id_that_would_end_early_or_name_another_channel_is_refused(thing):
    try:
        channel = private_user(thing)
    except InvalidInputError:
        assert not re.fullmatch(r"[-a-zA-Z0-9_=@,;]{1,151}", thing, re.ASCII)
        return
    assert channel.bare.split(".") == ["user", thing]
