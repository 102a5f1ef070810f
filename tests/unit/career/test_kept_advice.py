"""Advice is kept only where that is asked for, and for the one user and the one question alone."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from tests.speaker import Speaker
from tests.unit.career import advice

from ace_integrations.career import AsyncCareer, Career, CareerAdvisor, UserContext
from ace_integrations.core import Keep, Options

DAY_S = 86_400


class Place:
    """A sender whose account keeps results."""

    options = Options()

    def __init__(self) -> None:
        self.now = 1_764_000_000.0
        self._account = SimpleNamespace(keep=Keep("here", clock=lambda: self.now))

    def connection(self, provider: str) -> Any:
        assert provider == "speaker"
        return SimpleNamespace(account=self._account)


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.fixture
def model() -> Speaker:
    return Speaker(advice.skills_gap())


def career(place: Place, model: Speaker, *, keep_s: float = DAY_S) -> Career:
    return Career(place, CareerAdvisor(model, keep_s=keep_s))


def test_the_same_question_of_the_same_user_is_asked_once_a_day(place: Place, model: Speaker) -> None:
    advisor = career(place, model)
    first = advisor.skills_gap("Data Scientist", ["Python"], user="user-1")
    assert advisor.skills_gap("Data Scientist", ["Python"], user="user-1") == first
    assert len(model.asked) == 1
    place.now += DAY_S + 1
    advisor.skills_gap("Data Scientist", ["Python"], user="user-1")
    assert len(model.asked) == 2


def test_another_user_another_question_or_another_profile_is_asked_anew(place: Place, model: Speaker) -> None:
    advisor = career(place, model)
    advisor.skills_gap("Data Scientist", ["Python"], user="user-1")
    advisor.skills_gap("Data Scientist", ["Python"], user="user-2")
    advisor.skills_gap("Data Scientist", ["SQL"], user="user-1")
    advisor.skills_gap("Data Scientist", ["Python"], user="user-1", context=UserContext(major="Law"))
    assert len(model.asked) == 4


@pytest.mark.parametrize(("keep_s", "user"), [(0, "user-1"), (DAY_S, "")])
def test_nothing_is_kept_unasked_or_for_nobody(place: Place, model: Speaker, keep_s: float, user: str) -> None:
    advisor = career(place, model, keep_s=keep_s)
    for _ in range(2):
        advisor.skills_gap("Data Scientist", ["Python"], user=user)
    assert len(model.asked) == 2


async def test_awaited_it_is_kept_too(place: Place, model: Speaker) -> None:
    advisor = AsyncCareer(place, CareerAdvisor(model, keep_s=DAY_S))
    asks = [advisor.skills_gap("Data Scientist", ["Python"], user="user-1") for _ in range(20)]
    found = await asyncio.gather(*asks)
    assert (len(model.asked), len({one.value.overall_match for one in found})) == (1, 1)
