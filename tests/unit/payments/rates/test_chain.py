"""Which rate is believed, case by case."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.payments.rates.rates import NOW, rate
from tests.unit.payments.rates.test_rate import VECTORS, ids

from ace_integrations.payments.rates import (
    Accepted,
    Rate,
    RateKind,
    RateProblem,
    RateRefusedError,
    RateRules,
    choose,
)


def read(answer: dict[str, str] | None, source: str) -> Rate | None:
    """Give an answer of the table; what is no positive number is none at all, as a source reads it."""
    if answer is None or Decimal(answer["value"]) <= 0:
        return None
    return rate(answer["value"], as_of=moment(answer["as_of"]), source=source)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("vector", VECTORS["chain"], ids=ids("chain"))
def test_the_chain_decides_as_the_table_says(vector: dict[str, Any]) -> None:
    answers = [("A", read(vector["a"], "A")), ("B", read(vector["b"], "B"))]
    rules = RateRules(fixed=Decimal(vector["fixed"]) if vector["fixed"] else None)
    how = {"now": moment(vector["now"]), "last": read(vector["last"], "last"), "rules": rules}
    if vector["result"].startswith("refuse"):
        with pytest.raises(RateRefusedError) as refused:
            choose(answers, **how)
        assert refused.value.reason == vector["result"].split()[1]
        return
    found = choose(answers, **how)
    assert found is not None
    assert told(found) == vector["result"]


def told(found: Accepted) -> str:
    """Say a decision in the words of the table."""
    kind = found.rate.kind
    source = kind.value if kind in (RateKind.LAST_KNOWN, RateKind.FIXED) else found.rate.source
    how = f"confirmed_by {found.confirmed_by}" if found.confirmed_by else found.decision.value
    return f"{source} {found.rate.value} {how}"


def test_further_sources_are_asked_only_while_the_first_is_not_enough() -> None:
    rules, last = RateRules(), rate("52")
    assert choose([("A", rate("52.1"))], now=NOW, last=last, rules=rules, all_asked=False) is not None
    assert choose([("A", None)], now=NOW, last=last, rules=rules, all_asked=False) is None
    assert choose([("A", rate("80"))], now=NOW, last=last, rules=rules, all_asked=False) is None


def test_a_refusal_says_what_was_wrong_with_each_source() -> None:
    answers = [("A", None), ("B", rate("0.0192")), ("C", rate("52", as_of=NOW - timedelta(days=5)))]
    with pytest.raises(RateRefusedError, match="A: error, B: out of bounds, C: too old") as refused:
        choose(answers, now=NOW, last=None, rules=RateRules())
    assert refused.value.reason is RateProblem.UNAVAILABLE


def test_a_fixed_rate_never_overrides_a_dispute() -> None:
    rules = RateRules(fixed=Decimal(50))
    answers = [("A", rate("80", source="A")), ("B", rate("52", source="B"))]
    with pytest.raises(RateRefusedError) as refused:
        choose(answers, now=NOW, last=rate("52"), rules=rules)
    assert refused.value.reason is RateProblem.DISPUTED


values = st.decimals("0.0001", "10000", places=4)
answers = st.lists(st.none() | st.tuples(values, st.integers(-200, 60)), max_size=4)


@given(answers, st.none() | values, st.booleans())
def test_what_is_accepted_is_within_bounds_and_age_and_never_contradicted(
    given_answers: list[tuple[Decimal, int] | None], last: Decimal | None, has_fixed: bool
) -> None:
    rules = RateRules(fixed=Decimal(50) if has_fixed else None)
    said = [
        (str(at), None if one is None else rate(str(one[0]), as_of=NOW + timedelta(hours=one[1]), source=str(at)))
        for at, one in enumerate(given_answers)
    ]
    known = rate(str(last)) if last is not None else None
    try:
        found = choose(said, now=NOW, last=known, rules=rules)
    except RateRefusedError:
        return
    assert found is not None
    if found.rate.kind is RateKind.AGGREGATE:
        assert rules.lowest <= found.rate.value <= rules.highest
        assert -rules.max_future <= NOW - found.rate.as_of <= rules.max_age
        near = known is None or abs(found.rate.value / known.value - 1) <= rules.band
        assert near or found.confirmed_by is not None
