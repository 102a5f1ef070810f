"""Who may listen: as the rules say, and nobody else."""

from dataclasses import dataclass

import pytest

from ace_integrations.errors import InvalidInputError
from ace_integrations.realtime import Channel, ChannelRules, Member


@dataclass
class User:
    id: str
    name: str = ""


SARA = User("9", "سارة")


@pytest.fixture
def rules():
    made = ChannelRules[User]()

    @made.on("private-user.{id}")
    def own(user: User, *, id: str) -> Member | None:
        return Member(user.id) if user.id == id else None

    @made.on("presence-session.{id}")
    async def in_session(user: User, *, id: str) -> Member | None:
        return Member(user.id, {"name": user.name, "role": "student"}) if id == "42" else None

    @made.on("private-course.{course_id}.unit.{unit}")
    def unit(user: User, *, course_id: str, unit: str) -> Member | None:
        return Member(f"{user.id}-{course_id}-{unit}")

    return made


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("private-user.9", Member("9")),
        ("private-encrypted-user.9", Member("9")),
        ("private-cache-user.9", Member("9")),
        ("private-user.10", None),
        ("private-user.9.x", None),
        ("private-user.", None),
        ("private-users.9", None),
        ("private-xuser.9", None),
        ("presence-session.42", Member("9", {"name": "سارة", "role": "student"})),
        ("presence-cache-session.42", Member("9", {"name": "سارة", "role": "student"})),
        ("presence-session.43", None),
        ("presence-user.9", None),
        ("private-session.42", None),
        ("user.9", None),
        ("private-course.4.unit.2", Member("9-4-2")),
        ("private-anything", None),
    ],
)
async def test_the_rule_that_names_a_channel_decides_and_nobody_is_let_in_without_one(rules, name, member):
    assert await rules.adecide(SARA, Channel(name)) == member


def test_blocking_rules_are_asked_without_a_loop_and_awaited_ones_say_so(rules):
    assert rules.decide(SARA, Channel("private-user.9")) == Member("9")
    assert rules.decide(SARA, Channel("private-anything")) is None
    with pytest.raises(TypeError, match="adecide"):
        rules.decide(SARA, Channel("presence-session.42"))


def test_the_first_rule_that_names_a_channel_decides(rules):
    @rules.on("private-user.{other}")
    def everybody(user: User, *, other: str) -> Member | None:
        return Member(other)

    assert rules.decide(SARA, Channel("private-user.10")) is None


@pytest.mark.parametrize("pattern", ["user.{id}", "session.{id}", "cache-user.{id}", "", "private-", "private-{a b}"])
def test_a_pattern_of_a_public_channel_or_of_none_is_refused(rules, pattern):
    with pytest.raises(InvalidInputError):
        rules.on(pattern)


def test_a_pattern_takes_its_other_signs_as_they_are(rules):
    @rules.on("private-a.b@{id}")
    def found(user: User, *, id: str) -> Member | None:
        return Member(id)

    assert rules.decide(SARA, Channel("private-a.b@1")) == Member("1")
    assert rules.decide(SARA, Channel("private-axb@1")) is None


@pytest.mark.parametrize("member_id", ["", "x" * 129])
def test_a_member_has_an_id_of_128_characters_at_most(member_id):
    with pytest.raises(InvalidInputError, match="id"):
        Member(member_id)


def test_a_member_does_not_show_what_it_tells_others():
    assert "سارة" not in repr(Member("9", {"name": "سارة"}))
