"""What one user may use of the language model: what would pass it is never on the wire, whoever counts."""

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr

from ace_integrations import Ace, AsyncAce, BudgetExceededError, Settings
from ace_integrations.career import UserContext
from ace_integrations.sandbox import RunningSandbox
from ace_integrations.usage import acting_for, grouped

QUESTION = "Which skill should I learn first?"


@pytest.fixture(params=["memory", "redis"])
def settings(request: pytest.FixtureRequest, ace_sandbox: RunningSandbox) -> Any:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else None
    redis = SecretStr(url) if url else None

    def made(*budgets: str) -> Settings:
        return Settings(sandbox_url=ace_sandbox.url, redis_url=redis, user_budgets=budgets)

    return made


@pytest.fixture
def user() -> str:
    return f"student-{uuid.uuid4()}"


def sent(sandbox: RunningSandbox) -> int:
    return len(sandbox.control.journal(provider="gemini", operation="generate_content"))


def asked(ace: Ace, user: str) -> bool:
    with acting_for(user):
        try:
            ace.ai.generate(QUESTION)
        except BudgetExceededError as error:
            assert 0 < (error.retry_after or 0) <= 31 * 86_400  # noqa: PT017 - a refusal is one of two right ends
            return False
    return True


def test_of_fifty_threads_five_pass_a_budget_of_five_calls(
    settings: Any, ace_sandbox: RunningSandbox, user: str
) -> None:
    with Ace(settings("gemini=5 calls/day")) as ace, ThreadPoolExecutor(50) as workers:
        passed = list(workers.map(lambda _: asked(ace, user), range(50)))
        assert (sum(passed), sent(ace_sandbox)) == (5, 5)
        assert asked(ace, f"{user}-other")


async def test_of_fifty_tasks_five_pass_a_budget_of_five_calls(
    settings: Any, ace_sandbox: RunningSandbox, user: str
) -> None:
    async with AsyncAce(settings("gemini=5 calls/day")) as ace:
        with acting_for(user):
            ended = await asyncio.gather(*(ace.ai.generate(QUESTION) for _ in range(50)), return_exceptions=True)
    refused = [one for one in ended if isinstance(one, BudgetExceededError)]
    assert (len(refused), sent(ace_sandbox)) == (45, 5)


def test_money_is_counted_by_what_the_answers_used(settings: Any, ace_sandbox: RunningSandbox, user: str) -> None:
    with Ace(settings("gemini=0.02 USD/day")) as ace:
        while asked(ace, user):
            assert sent(ace_sandbox) < 1000
        (used,) = ace.allowances.used(user).values() if ace.allowances else (Decimal(0),)
        (row,) = grouped(row for row in ace.usage.rows() if row.user == user)
    # Its steps are millionths of a dollar, each call rounded up.
    assert 0 <= used - (row.usd or 0) <= Decimal("0.000001") * row.calls
    assert used <= Decimal("0.02")
    # What stopped it is what the next answer might have used: 2048 tokens, and not the few that most use.
    assert sent(ace_sandbox) > 20


def test_a_stream_and_advice_are_held_to_it_too(settings: Any, ace_sandbox: RunningSandbox, user: str) -> None:
    with Ace(settings("gemini=2 calls/day")) as ace, acting_for(user):
        assert [*ace.ai.stream(QUESTION)][-1].answer is not None
        ace.career.job_recommendations(context=UserContext(major="Law"))
        with pytest.raises(BudgetExceededError):
            next(ace.ai.stream(QUESTION))
        with pytest.raises(BudgetExceededError):
            ace.career.chat(QUESTION)
    calls = ace_sandbox.control.journal(provider="gemini")
    assert len(calls) == 2


def test_the_ledger_is_what_the_service_counted(ace_sandbox: RunningSandbox, user: str) -> None:
    with Ace(Settings(sandbox_url=ace_sandbox.url)) as ace, acting_for(user):
        for number in range(5):
            ace.ai.generate(f"{QUESTION} {number}")
        _ = [*ace.ai.stream(QUESTION)]
        units = {row.unit.partition(" ")[2]: row.units for row in grouped(ace.usage.rows(), ("unit",))}
    answers = [one["answer"] for one in ace_sandbox.control.get("gemini/requests")["requests"]]
    counted = [(one[-1] if isinstance(one, list) else one)["usageMetadata"] for one in answers]
    assert len(counted) == 6
    assert units == {
        "input": sum(one["promptTokenCount"] for one in counted),
        "output": sum(one["candidatesTokenCount"] for one in counted),
    }
